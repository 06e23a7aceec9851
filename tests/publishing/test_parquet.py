"""What is published is whole, of one run, and can be read at any time, whoever dies meanwhile."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from leadhouse.publishing import parquet
from leadhouse.publishing.parquet import READERS_FILE, publish_parquet
from leadhouse.publishing.tables import Table

NAMES = ("accounts", "leads", "reasons")
TABLES = [Table(name, name, f"All {name}.", {"run": "Which run's."}) for name in NAMES]

# Publishes runs one after another, for as long as it lives; every row says which run's it is.
WRITER = """
import sys
from pathlib import Path

import duckdb

from tests.publishing.test_parquet import NAMES, TABLES
from leadhouse.publishing.parquet import publish_parquet

folder, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with duckdb.connect() as connection:
    for run in range(first, last):
        for number, name in enumerate(NAMES):
            connection.execute(
                f"create or replace table {name} as"
                f" select {run} as run, range as id from range({20_000 * (number + 1)})"
            )
        publish_parquet(connection, folder, f"run-{run:05}", TABLES, keep=3)
        print(run, flush=True)
"""


def publish(folder: Path, run: int, keep: int = 7, rows: int = 10) -> Path:
    with duckdb.connect() as connection:
        for name in NAMES:
            connection.execute(
                f"create table {name} as select {run} as run, range as id from range({rows})"
            )
        return publish_parquet(connection, folder, f"run-{run}", TABLES, keep)


def runs_seen(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Each table's run and rows, by one query."""
    each = " union all ".join(
        f"select '{name}' as name, min(run), max(run), count(*) from {name}" for name in NAMES
    )
    return sorted(connection.execute(each).fetchall())


def test_a_run_can_be_read_as_views_and_as_files(tmp_path: Path) -> None:
    file = publish(tmp_path / "published", 1)
    assert file == tmp_path / "published" / READERS_FILE
    with duckdb.connect(file, read_only=True) as connection:
        assert runs_seen(connection) == [(name, 1, 1, 10) for name in NAMES]
        comments = connection.execute(
            "select distinct comment from duckdb_views() where not internal"
        )
        assert {comment for (comment,) in comments.fetchall()} == {f"All {name}." for name in NAMES}
        [(comment,)] = connection.execute(
            "select distinct comment from duckdb_columns() where table_name = 'leads'"
            " and column_name = 'run'"
        ).fetchall()
        assert comment == "Which run's."
    current = tmp_path / "published" / "current" / "leads.parquet"
    assert duckdb.sql(f"select count(*) from '{current}'").fetchall() == [(10,)]
    with pytest.raises(FileExistsError, match="run-1 is there: a run is published once"):
        publish(tmp_path / "published", 1)


def test_who_has_a_run_open_keeps_it(tmp_path: Path) -> None:
    with duckdb.connect(publish(tmp_path, 1, keep=1), read_only=True) as connection:
        publish(tmp_path, 2, keep=1)
        assert {run for _, run, _, _ in runs_seen(connection)} == {1}
    with duckdb.connect(tmp_path / READERS_FILE, read_only=True) as connection:
        assert {run for _, run, _, _ in runs_seen(connection)} == {2}


def test_old_runs_go_once_nobody_should_be_reading_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> list[str]:
        return sorted(place.name for place in (tmp_path / "runs").iterdir())

    for run in range(4):
        publish(tmp_path, run, keep=2)
    assert kept() == [f"run-{run}" for run in range(4)], "superseded less than an hour ago"
    monkeypatch.setattr(parquet, "GRACE_SECONDS", -1)
    publish(tmp_path, 4, keep=2)
    assert kept() == ["run-3", "run-4"]


def test_what_cannot_be_written_whole_changes_nothing(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    with duckdb.connect() as connection:
        connection.execute("create table accounts as select 2 as run, 1 as id")
        connection.execute("create view leads as select error('broken') as run, 1 as id")
        with pytest.raises(duckdb.Error, match="broken"):
            publish_parquet(connection, tmp_path, "run-2", TABLES, 7)
    with duckdb.connect(tmp_path / READERS_FILE, read_only=True) as connection:
        assert {run for _, run, _, _ in runs_seen(connection)} == {1}
    publish(tmp_path, 3)
    assert sorted(place.name for place in (tmp_path / "runs").iterdir()) == ["run-1", "run-3"]


@pytest.mark.slow
def test_readers_never_fail_and_never_see_two_runs_mixed(tmp_path: Path) -> None:
    """Fifty runs are published at the least, and their writer is killed twenty times meanwhile."""
    draw = random.Random(5)  # noqa: S311
    folder = tmp_path / "published"
    publish(folder, 0)
    deadline = time.monotonic() + 240
    kills, published, queries, first = 0, 0, 0, 1
    seen = set()
    while kills < 20 or published < 50:
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(first), str(first + 100)],
            stdout=subprocess.PIPE,
            text=True,
        )
        dies_at = time.monotonic() + draw.uniform(1, 4)
        while time.monotonic() < dies_at:
            with duckdb.connect(folder / READERS_FILE, read_only=True) as connection:
                for _ in range(3):
                    rows = runs_seen(connection)
                    runs = {run for _, *both, _ in rows for run in both}
                    assert len(runs) == 1, rows
                    if runs != {0}:
                        assert [count for *_, count in rows] == [20_000, 40_000, 60_000]
                    queries += 1
                seen |= runs
        os.kill(writer.pid, signal.SIGKILL)
        told = writer.communicate()[0].split()
        kills += 1
        published += len(told)
        # The one that was being published may or may not have come out.
        first += len(told) + 1
        assert time.monotonic() < deadline, f"{published} published, {kills} kills"
    assert queries > 100
    assert len(seen) > 20
    publish(folder, 99_999)
    assert not list(folder.rglob("*.new*"))
