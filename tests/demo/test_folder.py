"""The demo world's folder: same seed, same bytes; and nothing of a user's is overwritten."""

import hashlib
import subprocess
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.demo import folder, write_demo
from tests.conftest import BIN

LEADS = 300


def digests(path: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in path.iterdir()}


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["demo", *map(str, arguments)])
    return result.exit_code, result.output + result.stderr


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_demo(tmp_path / name, LEADS, seed)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert not set(digests(tmp_path / "a").values()) & set(digests(tmp_path / "c").values())
    assert len(digests(tmp_path / "a")) == 11


def test_command_makes_parents_and_replaces_an_earlier_world(tmp_path):
    out = tmp_path / "deep" / "world"
    assert run("--out", out, "--leads", LEADS)[0] == 0
    before = digests(out)
    code, said = run("--out", out, "--leads", LEADS, "--seed", 8)
    assert code == 0
    assert "events" in said
    assert set(digests(out)) == set(before)
    assert digests(out) != before
    assert [path.name for path in out.parent.iterdir()] == ["world"]


@pytest.mark.parametrize("name", ["leads.parquet", "thesis.docx", "truth.parquet/"])
def test_a_folder_with_other_things_is_refused_and_kept(tmp_path, name):
    out = tmp_path / "mine"
    out.mkdir()
    if name.endswith("/"):
        (out / name).mkdir()
    else:
        (out / name).write_text("precious")
    code, said = run("--out", out, "--leads", LEADS)
    assert code == 2
    assert "holds no demo world" in said
    assert [path.name for path in out.iterdir()] == [name.rstrip("/")]


def test_a_world_with_a_stranger_in_it_is_not_replaced(tmp_path):
    out = tmp_path / "world"
    write_demo(out, LEADS, 1)
    (out / "notes.txt").write_text("precious")
    code, said = run("--out", out, "--leads", LEADS)
    assert code == 2
    assert "holds no demo world" in said
    assert (out / "notes.txt").read_text() == "precious"


def test_a_file_in_the_way_is_refused(tmp_path):
    out = tmp_path / "world"
    out.write_text("precious")
    code, said = run("--out", out, "--leads", LEADS)
    assert code == 2
    assert "is a file; the demo world wants a folder" in " ".join(said.split())
    code, said = run("--out", out / "below", "--leads", LEADS)
    assert code == 2
    assert "leadhouse demo:" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--leads", 99), "100 to 1,000,000 leads; 99 were asked for"),
        (("--leads", -5), "-5 were asked for"),
        (("--leads", 1_000_001), "1,000,001 were asked for"),
        (("--seed", -1), "from 0 on; got -1"),
    ],
)
def test_bad_arguments_get_a_sentence_and_leave_nothing(tmp_path, arguments, sentence):
    code, said = run("--out", tmp_path / "world", *arguments)
    assert code == 2
    assert sentence in said
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_run_leaves_the_earlier_world_as_it_was(tmp_path, monkeypatch):
    out = tmp_path / "world"
    write_demo(out, LEADS, 1)
    before = digests(out)
    write_table = folder.pq.write_table

    def fail_at_events(table, path, **options):
        if path.name == "events.parquet":
            raise OSError("No space left on device")
        write_table(table, path, **options)

    monkeypatch.setattr(folder.pq, "write_table", fail_at_events)
    code, said = run("--out", out, "--leads", LEADS, "--seed", 2)
    assert code == 2
    assert "No space left on device" in said
    assert digests(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


def test_who_gives_up_waiting_takes_nothing_away(tmp_path, monkeypatch):
    theirs = tmp_path / ".world.unfinished" / "new"
    theirs.mkdir(parents=True)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(folder.fcntl, "flock", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_demo(tmp_path / "world", LEADS)
    assert theirs.is_dir()


def test_the_smallest_world_has_every_table(tmp_path):
    rows = write_demo(tmp_path / "world", 100, 0)
    assert min(rows.values()) > 1


def test_what_was_killed_half_written_goes_with_the_next_and_two_at_once_both_end_well(tmp_path):
    out, scratch = tmp_path / "world", tmp_path / ".world.unfinished"
    command = [BIN / "leadhouse", "demo", "--out", out, "--leads", str(LEADS), "--seed", "1"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as killed:
        while killed.poll() is None and not [*scratch.glob("new/*.parquet")]:
            time.sleep(0.001)
        killed.kill()
    assert scratch.exists()
    assert not out.exists()
    both = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    for process in both:
        assert process.wait() == 0, process.stderr.read()
        process.stderr.close()
    assert [path.name for path in tmp_path.iterdir()] == ["world"]
    write_demo(tmp_path / "other", LEADS, 1)
    assert digests(out) == digests(tmp_path / "other")
