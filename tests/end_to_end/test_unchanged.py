"""A build from what the last one was made from does nothing, and says so."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from leadhouse.unchanged import Note, ingredients
from tests.conftest import BIN, PROJECT
from tests.inputs.worlds import GOOD_ROWS, write_world

NOTHING = "Nothing to do"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with little in it, and its inputs."""
    folder = tmp_path / "project"
    for name, text in {
        "dbt_project.yml": "vars: {raw_dir: '', raw_schema: ''}",
        "profiles.yml": "",
        "requirements.lock": "",
        "models/a.sql": "select 1",
        "leadhouse/a.py": "a = 1",
        "docs/a.md": "words",
        "raw/leads.csv": "lead_id\nl1\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def rename(path: Path) -> None:
    path.rename(path.with_name("b.csv"))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a model": lambda p: (p / "models/a.sql").write_text("select 2"),
    "a new macro": lambda p: (p / "macros").mkdir() or (p / "macros/b.sql").touch(),
    "the library": lambda p: (p / "leadhouse/a.py").write_text("a = 2"),
    "the packages": lambda p: (p / "requirements.lock").write_text("a==1"),
    "an input that grew": lambda p: (p / "raw/leads.csv").write_text("lead_id\nl1\nl2\n"),
    "an input written again": lambda p: os.utime(p / "raw/leads.csv", (1, 1)),
    "a further input": lambda p: (p / "raw/events.csv").touch(),
    "an input by another name": lambda p: rename(p / "raw/leads.csv"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_a_build_is_made_from_counts(project, monkeypatch, change):
    monkeypatch.setenv("LEADHOUSE_RAW_DIR", str(project / "raw"))
    before = ingredients(project, [])
    assert before == ingredients(project, [])
    CHANGES[change](project)
    assert ingredients(project, []) != before


def test_arguments_and_environment_count_and_prose_does_not(project, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_RAW_DIR", str(project / "raw"))
    before = ingredients(project, [])
    assert ingredients(project, ["--vars", "{seed: 1}"]) != before
    (project / "docs/a.md").write_text("other words")
    (project / "leadhouse/a.pyc").touch()
    assert ingredients(project, []) == before
    monkeypatch.setenv("PGHOST", "where.the.tables.go.example")
    assert ingredients(project, []) != before
    monkeypatch.delenv("PGHOST")
    monkeypatch.setenv("LEADHOUSE_RAW_DIR", str(project))
    assert ingredients(project, []) != before


@pytest.mark.parametrize("arguments", [["--vars", "{raw_schema: crm}"], ["--vars={raw_schema: a}"]])
def test_tables_of_a_schema_cannot_be_seen(project, monkeypatch, arguments):
    monkeypatch.setenv("LEADHOUSE_RAW_DIR", str(project / "raw"))
    assert ingredients(project, arguments) is None


def test_a_note_that_is_no_note_is_none(tmp_path):
    database = tmp_path / "a.duckdb"
    assert Note.read(database) is None
    for text in ("", "{}", '{"ingredients": "a", "database": 1, "as_of": "2026-01-01"}', "[1]"):
        database.with_name("a.duckdb.built").write_text(text)
        assert Note.read(database) is None


@pytest.mark.slow
def test_a_build_is_left_out_only_when_it_would_change_nothing(tmp_path):
    raw = write_world(tmp_path / "raw", leads=[GOOD_ROWS["leads"]])
    database = tmp_path / "a.duckdb"

    def build(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "LEADHOUSE_DATABASE": str(database),
            "LEADHOUSE_RAW_DIR": str(raw),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(tmp_path / "target"),
            "DBT_LOG_PATH": str(tmp_path / "logs"),
        }
        return subprocess.run(
            [BIN / "leadhouse", "build", "--select", "staging", *arguments],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def started() -> object:
        """When the last run began, and all that there were: one that does nothing is none."""
        with duckdb.connect(database, read_only=True) as connection:
            return connection.execute(
                "select run_context.started_at, list(runs.run_id order by runs.run_id)"
                " from run_context, main_operations.runs group by all"
            ).fetchall()

    first = build()
    assert first.returncode == 0, first.stdout
    made = started()
    again = build()
    assert again.returncode == 0
    assert NOTHING in again.stdout
    assert started() == made

    # A build that fails leaves no note, also not that of the one before.
    kept = (raw / "events.csv").rename(tmp_path / "events.csv")
    assert build().returncode != 0
    kept.rename(raw / "events.csv")
    assert Note.read(database) is None

    assert NOTHING not in build().stdout
    assert started() != made
    with duckdb.connect(database) as connection:
        connection.execute("create table written_by_another as select 1")
    assert not Note.read(database).holds(database, Note.read(database).ingredients)

    # What is in the future today can be used from a day before on.
    leads = [GOOD_ROWS["leads"] | {"created_at": "2999-01-01"}, GOOD_ROWS["leads"]]
    write_world(raw, leads=leads)
    assert build().returncode == 0
    note = Note.read(database)
    assert note.until == datetime(2998, 12, 31)
    assert note.holds(database, note.ingredients)
    assert NOTHING in build().stdout
    past = replace(note, until=datetime.now(UTC).replace(tzinfo=None))
    assert not past.holds(database, note.ingredients)
