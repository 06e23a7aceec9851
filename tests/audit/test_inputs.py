"""Input files are told apart by what is in them, and hashed once."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

from leadhouse.inputs.plan import plan_folder
from tests.inputs.worlds import GOOD_ROWS, write_csv, write_parquet, write_world


def world(folder: Path) -> Path:
    """CSV, packed CSV and Parquet, and two files of one table."""
    write_world(folder)
    (folder / "events.csv").unlink()
    for name in ("a", "b"):
        write_csv(folder / "events" / f"{name}.csv.gz", [GOOD_ROWS["events"]] * 2)
    rows = GOOD_ROWS["accounts"]
    write_parquet(folder / "accounts.parquet", {name: [value] for name, value in rows.items()})
    return folder


def test_each_file_with_its_hash_size_and_rows(tmp_path: Path) -> None:
    inputs = plan_folder(world(tmp_path)).inputs
    files = {
        "accounts": ["accounts.parquet"],
        "events": ["events/a.csv.gz", "events/b.csv.gz"],
        "leads": ["leads.csv"],
        "outcomes": ["outcomes.csv"],
    }
    assert sorted((of["input_table"], of["source_file"]) for of in inputs) == [
        (table, file) for table, names in files.items() for file in names
    ]
    for of in inputs:
        file = tmp_path / of["source_file"]
        assert of["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert of["count_bytes"] == len(file.read_bytes())
        assert of["count_rows"] == (2 if of["input_table"] == "events" else 1)
        changed_at = datetime.fromisoformat(of["changed_at"]).replace(tzinfo=UTC)
        assert abs(changed_at.timestamp() - file.stat().st_mtime) < 1e-5


def test_a_file_is_hashed_again_when_it_has_changed(tmp_path: Path, monkeypatch) -> None:
    first = plan_folder(world(tmp_path))
    hashed = []
    digest = hashlib.file_digest
    monkeypatch.setattr(
        hashlib,
        "file_digest",
        lambda stream, name: hashed.append(Path(stream.name).name) or digest(stream, name),
    )
    second = plan_folder(tmp_path, files_seen=first.files_seen)
    assert second.inputs == first.inputs
    assert hashed == []
    leads = tmp_path / "leads.csv"
    before = leads.stat()
    leads.write_bytes(leads.read_bytes().replace(b"ada@", b"eve@"))
    os.utime(leads, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    third = plan_folder(tmp_path, files_seen=second.files_seen)
    assert hashed == ["leads.csv"]
    [(old, new)] = [
        (old, new) for old, new in zip(first.inputs, third.inputs, strict=True) if old != new
    ]
    assert old["count_bytes"] == new["count_bytes"]
    assert old["sha256"] != new["sha256"]


def test_what_an_earlier_release_remembers_has_no_hash(tmp_path: Path) -> None:
    first = plan_folder(world(tmp_path))
    earlier = [
        {name: value for name, value in entry.items() if name != "sha256"}
        for entry in first.files_seen
    ]
    assert plan_folder(tmp_path, files_seen=earlier).inputs == first.inputs
