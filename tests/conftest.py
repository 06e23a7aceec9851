"""What all tests share: the project as a user runs it, each time in a folder of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

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

    def build(
        self, raw_dir: Path, *arguments: str, tested: bool = False, **variables: object
    ) -> "Warehouse":
        """`dbt build` on a folder of input files; when it fails so does the test, in its words.

        dbt's tests of the data, a third of the time, are run where `tested`: on one build of each
        kind of world. Its unit tests say the same of every world; test_runs.py runs them once.
        """
        left_out = ("unit_test",) if tested else ("unit_test", "test")
        options = ("--exclude-resource-type", *left_out, "--vars", json.dumps(QUICK | variables))
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


def made_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]
) -> Path:
    """A folder that all processes of a test run share, made by the first that asks for it."""
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    folder = run / name
    with FileLock(run / f"{name}.lock"):
        if not folder.exists():
            unfinished = run / f"{name}.unfinished"
            make(unfinished)
            unfinished.rename(folder)
    return folder


def demo_world(folder: Path, leads: int) -> None:
    """Writes the inputs of a demo world."""
    subprocess.run(
        [BIN / "leadhouse", "demo", "--leads", str(leads), "--seed", "11", "--out", folder],
        check=True,
    )


@pytest.fixture(scope="session")
def demo_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo world."""
    return made_once(tmp_path_factory, "demo_raw", lambda folder: demo_world(folder, 2000))


@pytest.fixture(scope="session")
def demo_warehouse(demo_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The small demo world, built. For reading only."""

    def make(folder: Path) -> None:
        Warehouse(folder).build(demo_raw, tested=True)

    return Warehouse(made_once(tmp_path_factory, "demo_warehouse", make))


@pytest.fixture(scope="session")
def telling_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo world that is large enough for trees to be chosen: its scores differ."""
    return made_once(tmp_path_factory, "telling_raw", lambda folder: demo_world(folder, 4000))


@pytest.fixture(scope="session")
def demo_days(telling_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Warehouse]:
    """That world as it was built on its last four days, one after another. For reading only.

    Each is a copy of the warehouse as that day left it. One model, of the first day, scores all;
    dbt's tests see the last, which has the most behind it.
    """
    dates = ("2025-12-29", "2025-12-30", "2025-12-31", "2026-01-01")

    def make(folder: Path) -> None:
        for before, date in zip((None, *dates), dates, strict=False):
            day = Warehouse(folder / date)
            variables = {"as_of": date}
            if before:
                day.folder.mkdir(parents=True)
                shutil.copy(folder / before / day.database.name, day.database)
                variables |= {"retrain": "never", "recalibrate": "never"}
            day.build(telling_raw, tested=date == dates[-1], **variables)

    folder = made_once(tmp_path_factory, "demo_days", make)
    days = [Warehouse(folder / date) for date in dates]
    [(kind,)] = days[0].query("select distinct model_kind from lead_scores")
    assert kind in {"lightgbm", "average"}, "a world of one score for all would prove nothing"
    return days
