"""Which files of events are new, and which files are opened at all."""

import os
from pathlib import Path

import duckdb
import pytest

from leadhouse.inputs import memory
from leadhouse.inputs.plan import Plan, plan_folder
from tests.inputs.worlds import GOOD_ROWS, write_csv, write_world


def world(folder: Path, *names: str) -> Path:
    """A good world whose events are files of one row each."""
    write_world(folder).joinpath("events.csv").unlink(missing_ok=True)
    for name in names:
        write_csv(folder / "events" / name, [GOOD_ROWS["events"] | {"event_id": name}])
    return folder


def rows(plan: Plan, view: str) -> list[tuple]:
    assert plan.errors == []
    return duckdb.execute(f"select * from ({plan.views[view]}) order by all").fetchall()


def arrived(plan: Plan) -> list[str]:
    return [event_id for event_id, *_ in rows(plan, "arrived_events")]


def read(plan: Plan) -> dict[str, str]:
    """What a warehouse holds that was built by a plan."""
    return dict(rows(plan, "event_files"))


def test_all_files_have_arrived_at_first(tmp_path: Path) -> None:
    plan = plan_folder(world(tmp_path, "a.csv", "b.csv"))
    assert arrived(plan) == ["a.csv", "b.csv"]
    assert rows(plan, "events_reread") == []


def test_files_not_read_yet_have_arrived_wherever_their_names_stand(tmp_path: Path) -> None:
    before = read(plan_folder(world(tmp_path, "b.csv")))
    plan = plan_folder(world(tmp_path, "a.csv", "c.csv"), events_read=before)
    assert arrived(plan) == ["a.csv", "c.csv"]
    assert len(rows(plan, "events")) == 3
    assert rows(plan, "events_reread") == []


def test_nothing_has_arrived(tmp_path: Path) -> None:
    before = read(plan_folder(world(tmp_path, "a.csv")))
    plan = plan_folder(tmp_path, events_read=before)
    assert arrived(plan) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda file: file.unlink(), "events/a.csv is no longer there"),
        (lambda file: os.utime(file, (1, 1)), "events/a.csv has changed since it was read"),
        (
            lambda file: file.write_text(file.read_text() + "\n"),
            "events/a.csv has changed since it was read",
        ),
    ],
)
def test_a_file_that_was_read_does_not_stand(tmp_path: Path, change, reason: str) -> None:
    before = read(plan_folder(world(tmp_path, "a.csv", "b.csv")))
    change(tmp_path / "events" / "a.csv")
    assert rows(plan_folder(tmp_path, events_read=before), "events_reread") == [(reason,)]


def test_a_file_that_is_read_otherwise_now(tmp_path: Path) -> None:
    before = read(plan_folder(world(tmp_path, "a.csv")))
    of_another_release = {name: stamp[:-1] + "?" for name, stamp in before.items()}
    plan = plan_folder(tmp_path, events_read=of_another_release)
    assert rows(plan, "events_reread") == [("events/a.csv is read otherwise now",)]


def test_a_file_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    read_layout = memory.read_layout
    monkeypatch.setattr(
        memory, "read_layout", lambda file: opened.append(file.name) or read_layout(file)
    )
    first = plan_folder(world(tmp_path, "a.csv", "b.csv"))
    assert sorted(opened) == ["a.csv", "b.csv", "leads.csv", "outcomes.csv"]
    opened.clear()
    os.utime(tmp_path / "leads.csv", (1, 1))
    world(tmp_path / "other", "c.csv")
    (tmp_path / "other" / "events" / "c.csv").rename(tmp_path / "events" / "c.csv")
    second = plan_folder(tmp_path, files_seen=first.files_seen)
    assert opened == ["leads.csv", "c.csv"]
    assert second.views["events"] == plan_folder(tmp_path).views["events"]
