"""What a backtest is asked: moments, and sentences for what cannot be."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

import leadhouse
from leadhouse.backtest import Backtest, Plan, PlanError
from leadhouse.cli import app

ASKED = {
    "--from": "2025-10-01",
    "--to": "2025-11-15",
    "--every": "30",
    "--vars": "{seed: 1}",
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """What a backtest looks at before it begins."""
    database = tmp_path / "leadhouse.duckdb"
    with duckdb.connect(database) as connection:
        connection.execute("create table run_context as select timestamp '2026-01-01' as as_of")
        connection.execute("create table stg_leads as select timestamp '2025-03-01' as created_at")
        connection.execute("create schema main_operations")
        connection.execute(
            "create table main_operations.backtest_predictions "
            "(origin_at timestamp, configuration varchar)"
        )
    return database


def refused(warehouse: Path, **asked: str | None) -> str:
    options = ASKED | {"--raw-dir": str(warehouse.parent), "--database": str(warehouse)}
    options |= {f"--{name}": value for name, value in asked.items()}
    words = [word for option in options.items() for word in option if word is not None]
    done = CliRunner().invoke(app, ["backtest", *words])
    assert done.exit_code == 2
    return " ".join((done.output + done.stderr).split())


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"from": "2025-12-01"}, "--from (2025-12-01 00:00:00) is later than --to"),
        ({"every": "0"}, "a number of days of at least 1, not 0"),
        ({"from": "2024-01-01"}, "is before the first lead, which is of 2025-03-01"),
        ({"from": "2025-12-31", "to": "2026-02-01"}, "later than the warehouse: 2026-01-01"),
        ({"vars": "{as_of: 2025-01-01}"}, "--vars may not name as_of"),
        ({"vars": "seed"}, "--vars wants a mapping"),
        ({"vars": "{seed: "}, "--vars is not YAML"),
        ({"raw-dir": "/nowhere"}, "There is no folder /nowhere of input files"),
        ({"from": "yesterday"}, "--from"),
        ({"database": "/nowhere/w.duckdb"}, "There is no warehouse /nowhere/w.duckdb"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(warehouse, asked, sentence):
    assert sentence in refused(warehouse, **asked)
    assert not warehouse.with_name(f"{warehouse.name}.backtest").exists()


def test_a_folder_of_something_else_is_left_alone(warehouse):
    folder = warehouse.with_name(f"{warehouse.name}.backtest")
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    assert "holds something else" in refused(warehouse)
    assert "holds something else" in refused(warehouse, restart=None)
    assert (folder / "thesis.txt").read_text() == "mine"


def plan(folder: Path, **changes: object) -> Plan:
    asked = {
        "database": folder / "w.duckdb",
        "raw_dir": folder,
        "start": datetime(2025, 10, 1),
        "end": datetime(2025, 11, 15),
        "every_days": 15,
    }
    return Plan(**asked | changes)


def test_moments_begin_with_the_first_and_none_is_later_than_the_last(tmp_path):
    assert plan(tmp_path).moments == [
        datetime(2025, 10, 1),
        datetime(2025, 10, 16),
        datetime(2025, 10, 31),
        datetime(2025, 11, 15),
    ]
    assert plan(tmp_path, end=datetime(2025, 11, 14, 23)).moments[-1] == datetime(2025, 10, 31)
    assert len(plan(tmp_path, end=datetime(2025, 10, 1)).moments) == 1


def test_the_configuration_is_all_that_predictions_depend_on(tmp_path):
    same = plan(tmp_path, end=datetime(2025, 12, 1), database=tmp_path / "other.duckdb")
    assert same.configuration == plan(tmp_path).configuration
    (tmp_path / "raw").mkdir()
    changes = [
        {"start": datetime(2025, 10, 2)},
        {"every_days": 14},
        {"variables": {"seed": 1}},
        {"raw_dir": tmp_path / "raw"},
    ]
    others = {plan(tmp_path, **change).configuration for change in changes}
    assert len(others | {same.configuration}) == 5


def test_without_the_project_there_is_nothing_to_build(tmp_path, monkeypatch):
    """Leadhouse as a wheel in some environment."""
    monkeypatch.setattr(leadhouse, "__file__", str(tmp_path / "leadhouse" / "__init__.py"))
    with pytest.raises(PlanError, match="Leadhouse is installed apart from its dbt project"):
        plan(tmp_path)


def test_ctrl_c_ends_in_a_sentence(warehouse, monkeypatch):
    def interrupted(backtest: Backtest):
        raise KeyboardInterrupt

    monkeypatch.setattr(Backtest, "replay", interrupted)
    options = ASKED | {"--raw-dir": str(warehouse.parent), "--database": str(warehouse)}
    words = [word for option in options.items() for word in option]
    done = CliRunner().invoke(app, ["backtest", *words])
    assert done.exit_code == 130
    assert "Stopped. The same command goes on from the last moment done." in done.stderr
