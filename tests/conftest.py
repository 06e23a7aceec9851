"""What all tests share: the project as a user runs it, each time in a folder of its own."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

PROJECT = Path(__file__).parents[1]
# Fewer fits than a user's run makes, and no look ahead, for tests that are about something else.
QUICK = {"evaluation_origins": 1, "stability_resamples": 0, "tier_expiry_days": 0}
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Warehouse:
    """One database of the project, with the folders that dbt writes to beside it."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "leadhouse.duckdb"

    def dbt(self, *arguments: str, raw_dir: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Runs dbt as scripts/build does; gives its exit code and what it printed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {
            "LEADHOUSE_DATABASE": str(self.database),
            "LEADHOUSE_RAW_DIR": str(raw_dir or ""),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_USE_COLORS": "false",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
        return subprocess.run(
            [BIN / "dbt", *arguments],
            cwd=PROJECT,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    def build(self, raw_dir: Path, *arguments: str, **variables: object) -> "Warehouse":
        """`dbt build` on a folder of input files; when it fails so does the test, in its words.

        Unit tests, a quarter of the time, say the same of every world: they are run once, by
        tests/end_to_end/test_runs.py.
        """
        options = ("--exclude-resource-type", "unit_test", "--vars", json.dumps(QUICK | variables))
        done = self.dbt("build", *arguments, *options, raw_dir=raw_dir)
        assert done.returncode == 0, done.stdout
        return self

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(self.database, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def compile(self, jinja: str) -> str:
        """The SQL that the project's macros make of a line of Jinja."""
        done = self.dbt("--quiet", "compile", "--inline", jinja, "--no-introspect")
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture(scope="session")
def demo_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo world."""
    folder = tmp_path_factory.mktemp("demo") / "raw"
    subprocess.run(
        [BIN / "leadhouse", "demo", "--leads", "2000", "--seed", "11", "--out", folder], check=True
    )
    return folder


@pytest.fixture(scope="session")
def demo_warehouse(demo_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The small demo world, built. For reading only."""
    return Warehouse(tmp_path_factory.mktemp("demo_warehouse")).build(demo_raw)


@pytest.fixture(scope="session")
def telling_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo world that is large enough for trees to be chosen: its scores differ."""
    folder = tmp_path_factory.mktemp("telling") / "raw"
    subprocess.run(
        [BIN / "leadhouse", "demo", "--leads", "4000", "--seed", "11", "--out", folder], check=True
    )
    return folder


@pytest.fixture(scope="session")
def demo_days(telling_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Warehouse]:
    """That world as it was built on its last four days, one after another. For reading only.

    Each is a copy of the warehouse as that day left it. One model, of the first day, scores all;
    dbt's tests see the last, which has the most behind it.
    """
    days: list[Warehouse] = []
    dates = ("2025-12-29", "2025-12-30", "2025-12-31", "2026-01-01")
    for date in dates:
        day = Warehouse(tmp_path_factory.mktemp("day"))
        variables = {"as_of": date}
        if days:
            shutil.copy(days[-1].database, day.database)
            variables |= {"retrain": "never", "recalibrate": "never"}
        no_tests = () if date == dates[-1] else ("--exclude-resource-type", "test")
        days.append(day.build(telling_raw, *no_tests, **variables))
    [(kind,)] = days[0].query("select distinct model_kind from lead_scores")
    assert kind in {"lightgbm", "average"}, "a world of one score for all would prove nothing"
    return days
