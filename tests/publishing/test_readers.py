"""Readers in a loop never fail and never see two runs mixed, whoever publishes or dies then."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from leadhouse.publishing.ducklake import publish_ducklake
from leadhouse.publishing.postgres import publish_postgres
from leadhouse.publishing.postgres_server import READER
from leadhouse.publishing.tables import Table
from tests.publishing.conftest import PASSWORD, Database

pytestmark = pytest.mark.slow

ROWS = 10_000
LEADS = Table("leads", "leads", "Leads.", {}, [["lead_id"]])
REASONS = Table("reasons", "reasons", "Two of each lead.", {}, [["lead_id", "rank"]])

# One statement that reads both tables: the rows of the leads' run, and of the two of each lead's.
MIXTURE = """
    select
        min(leads.run), max(leads.run), min(reasons.run), max(reasons.run),
        count(distinct leads.lead_id), count(*)
    from {0}leads as leads
    left join {0}reasons as reasons on leads.lead_id = reasons.lead_id
"""

# Publishes runs one after another, for as long as it lives; every row says which run's it is.
WRITER = """
import sys
from pathlib import Path

import duckdb

from tests.publishing.test_readers import publish

print("began", flush=True)
with duckdb.connect() as connection:
    for run in range(int(sys.argv[3]), 1_000_000):
        publish(connection, sys.argv[1], Path(sys.argv[2]), run)
        print(run, flush=True)
"""


def publish(connection: duckdb.DuckDBPyConnection, to: str, folder: Path, run: int) -> None:
    connection.execute(
        f"create or replace table leads as select {run} as run, range as lead_id from range({ROWS})"
    )
    connection.execute(
        f"create or replace table reasons as select {run} as run, range // 2 as lead_id,"
        f" range % 2 as rank from range({2 * ROWS})"
    )
    if to == "postgres":
        publish_postgres(connection, "leadhouse", str(run), [LEADS, REASONS])
    else:
        lake = "leadhouse_ducklake"
        publish_ducklake(connection, folder, lake, str(run), [LEADS, REASONS], keep=3)


@contextmanager
def writing_until_killed(
    to: str, folder: Path, first: int, told: Path
) -> Iterator[subprocess.Popen]:
    """A process that publishes from the run `first` on and writes into `told` which it has."""
    with told.open("w") as file:
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, to, str(folder), str(first)], stdout=file
        )
    try:
        yield writer
    finally:
        writer.kill()
        writer.wait()


def of_postgres(database: Database) -> Callable[[], list[tuple]]:
    """Two tables in one statement, then two statements in one transaction, again and again."""
    connection = database.connect("analyst")

    def read() -> list[tuple]:
        joined = connection.execute(MIXTURE.format("leadhouse.")).fetchall()
        with connection.transaction():
            connection.execute("set transaction isolation level repeatable read")
            apart = [
                connection.execute(f"select min(run), max(run) from leadhouse.{table}").fetchone()
                for table in ("reasons", "leads")
            ]
        counts = (ROWS, 2 * ROWS)
        return [*joined, (*apart[0], *apart[1], *counts)]

    return read


def of_ducklake(database: Database) -> Callable[[], list[tuple]]:
    connection = duckdb.connect()
    database.attach_lake(connection, "analyst")
    return lambda: connection.execute(MIXTURE.format("lake.")).fetchall()


@pytest.mark.parametrize(
    ("to", "reader_of"), [("postgres", of_postgres), ("ducklake", of_ducklake)]
)
def test_readers_never_fail_and_never_see_two_runs_mixed(
    to: str,
    reader_of: Callable[[Database], Callable[[], list[tuple]]],
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fifty runs are published at the least, and their writer is killed twenty times meanwhile."""
    draw = random.Random(5)  # noqa: S311
    with duckdb.connect() as connection:
        publish(connection, to, tmp_path, 0)
    database.make_login("analyst", READER)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    read = reader_of(database)
    told = tmp_path / "told"
    deadline = time.monotonic() + 1200
    kills, published, reads, first = 0, 0, 0, 1
    seen = set()
    while kills < 20 or published < 50:
        with writing_until_killed(to, tmp_path, first, told) as writer:
            dies_at = None
            while dies_at is None or time.monotonic() < dies_at:
                if dies_at is None and told.read_text():
                    dies_at = time.monotonic() + draw.uniform(0, 10)
                for *runs, leads, rows in read():
                    assert len(set(runs)) == 1, runs
                    assert (leads, rows) == (ROWS, 2 * ROWS)
                    seen.update(runs)
                    reads += 1
                assert writer.poll() is None, "it was to be killed, and has failed"
        done = len(told.read_text().splitlines()) - 1
        kills += 1
        published += done
        # The one that was being published may or may not have come out.
        first += done + 1
        assert time.monotonic() < deadline, f"{published} published, {kills} kills"
    print(f"{to}: {published} published, {kills} kills, {reads} reads of {len(seen)} runs")
    assert reads > 100
    assert len(seen) > 20
