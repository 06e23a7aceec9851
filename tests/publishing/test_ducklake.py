"""A DuckLake is read by who may read its catalogue: whole runs, and for a while old ones."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest

from leadhouse.publishing import ducklake
from leadhouse.publishing.ducklake import publish_ducklake
from leadhouse.publishing.postgres_server import READER
from leadhouse.publishing.tables import PublishError, Table
from tests.publishing.conftest import PASSWORD, Database

LEADS = Table("leads", "leads", "All 'leads'.", {"lead_id": "Who.", "gone": "Nothing."})
REASONS = Table("reasons", "reasons", "Why.", {})


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            "create table leads as select 'lead ' || range as lead_id, 0.1 + range as score,"
            " ['x', null] as reasons, '\\x00'::blob as bytes, 9.9::decimal(5, 1) as points,"
            " timestamp '2026-01-31 07:00:00' as at from range(9)"
        )
        connection.execute("create table reasons as select lead_id, 1 as rank from leads")
        yield connection


@pytest.fixture
def reader(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the lake, as a login that may read and nothing else."""
    database.make_login("analyst", READER)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with duckdb.connect() as connection:
        database.attach_lake(connection, "analyst")
        yield connection


def publish(
    warehouse: duckdb.DuckDBPyConnection, folder: Path, run: str, *tables: Table, keep: int = 7
) -> str:
    return publish_ducklake(
        warehouse, folder, "leadhouse_ducklake", run, tables or (LEADS, REASONS), keep=keep
    )


def runs(reader: duckdb.DuckDBPyConnection) -> list[tuple]:
    return reader.execute("select run_id from lake.published_run").fetchall()


@pytest.fixture
def first(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, database: Database) -> str:
    """The first run is published, which makes the role of readers."""
    return publish(warehouse, tmp_path, "run-1")


def test_readers_see_the_tables_of_the_warehouse_and_can_change_nothing(
    first: str, warehouse: duckdb.DuckDBPyConnection, reader: duckdb.DuckDBPyConnection
) -> None:
    assert "analyst" not in first
    for table in ("leads", "reasons"):
        published = reader.execute(f"from lake.{table}")
        own = warehouse.execute(f"from {table}")
        assert published.description == own.description
        assert published.fetchall() == own.fetchall()
    comments = reader.execute(
        "select table_name, comment from duckdb_tables() where database_name = 'lake'"
        " union all select column_name, comment from duckdb_columns()"
        " where database_name = 'lake' and comment is not null"
    ).fetchall()
    assert set(comments) == {
        ("leads", "All 'leads'."),
        ("reasons", "Why."),
        ("published_run", None),
        ("lead_id", "Who."),
    }
    assert runs(reader) == [("run-1",)]
    with pytest.raises(duckdb.Error, match="read-only"):
        reader.execute("delete from lake.leads")


def test_the_catalogues_readers_cannot_write_to_it(first: str, database: Database) -> None:
    database.make_login("analyst", READER)
    assert database.query("select * from leadhouse_ducklake.ducklake_table", "analyst")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.query("delete from leadhouse_ducklake.ducklake_table", "analyst")


def test_a_transaction_and_who_asks_for_it_see_an_older_run(
    first: str,
    warehouse: duckdb.DuckDBPyConnection,
    reader: duckdb.DuckDBPyConnection,
    tmp_path: Path,
) -> None:
    reader.begin()
    assert runs(reader) == [("run-1",)]
    warehouse.execute("create or replace table leads as select 'one' as lead_id, 1 as rank")
    publish(warehouse, tmp_path, "run-2", LEADS)
    assert runs(reader) == [("run-1",)]
    assert len(reader.execute("from lake.leads").fetchall()) == 9
    reader.commit()
    assert runs(reader) == [("run-2",)]
    assert reader.execute("from lake.leads").fetchall() == [("one", 1)]
    with pytest.raises(duckdb.CatalogException):
        reader.execute("from lake.reasons")
    [(version,)] = reader.execute(
        "select snapshot_id from lake.snapshots() where commit_message = 'run-1'"
    ).fetchall()
    before = reader.execute(f"from lake.reasons at (version => {version})").fetchall()
    assert len(before) == 9


def test_old_runs_and_their_files_go_once_nobody_should_be_reading_them(
    first: str,
    warehouse: duckdb.DuckDBPyConnection,
    reader: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def kept() -> list[str]:
        found = reader.execute(
            "select commit_message from lake.snapshots() where commit_message is not null"
            " order by snapshot_id"
        )
        return [run for (run,) in found.fetchall()]

    left_by_a_crash = tmp_path / "main" / "leads" / "left.parquet"
    warehouse.execute(f"copy leads to '{left_by_a_crash}'")
    for run in range(2, 5):
        publish(warehouse, tmp_path, f"run-{run}", keep=2)
    assert kept() == ["run-1", "run-2", "run-3", "run-4"], "superseded less than an hour ago"
    assert len(list(tmp_path.rglob("*.parquet"))) == 4 * 3 + 1
    monkeypatch.setattr(ducklake, "GRACE_SECONDS", 0)
    publish(warehouse, tmp_path, "run-5", keep=2)
    assert kept() == ["run-4", "run-5"]
    assert len(list(tmp_path.rglob("*.parquet"))) == 2 * 3
    assert not left_by_a_crash.exists()
    assert len(reader.execute("from lake.leads").fetchall()) == 9


def test_what_cannot_be_published_whole_changes_nothing(
    first: str,
    warehouse: duckdb.DuckDBPyConnection,
    reader: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warehouse.execute("delete from leads")
    warehouse.execute("create view broken as select error('is broken') as lead_id")
    with pytest.raises(duckdb.Error, match="is broken"):
        publish(warehouse, tmp_path, "run-2", LEADS, Table("reasons", "broken", "", {}))
    with pytest.raises(duckdb.Error, match="DATA_PATH") as error:
        publish(warehouse, tmp_path / "elsewhere", "run-2")
    assert PASSWORD not in str(error.value)
    with monkeypatch.context() as elsewhere:
        elsewhere.delenv("LEADHOUSE_POSTGRES_URL")
        elsewhere.setenv("PGHOST", str(tmp_path))
        with pytest.raises(PublishError):
            publish(warehouse, tmp_path, "run-2")
    assert runs(reader) == [("run-1",)]
    assert len(reader.execute("from lake.leads").fetchall()) == 9
    publish(warehouse, tmp_path, "run-3")
    assert runs(reader) == [("run-3",)]


def test_the_password_is_in_nothing_that_is_kept(
    first: str, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, database: Database
) -> None:
    warehouse.execute("call enable_logging(level = 'trace', storage = 'memory')")
    told = publish(warehouse, tmp_path, "run-2")
    logged = warehouse.execute("select message from duckdb_logs").fetchall()
    assert any("attach" in message for (message,) in logged)
    kept = [told, *(message for (message,) in logged)]
    for (table,) in database.query(
        "select tablename from pg_tables where schemaname = 'leadhouse_ducklake'"
    ):
        kept.append(str(database.query(f"select * from leadhouse_ducklake.{table}")))
    assert not [text for text in kept if PASSWORD in text]
