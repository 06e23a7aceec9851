"""Who is forgotten is in no byte of what was published to a server, and readers go on reading."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from leadhouse.forgetting import servers
from leadhouse.forgetting.person import Person
from leadhouse.forgetting.servers import erase_ducklake, erase_postgres
from leadhouse.publishing import postgres_server
from leadhouse.publishing.ducklake import publish_ducklake
from leadhouse.publishing.postgres import publish_postgres
from leadhouse.publishing.postgres_server import READER, check_server
from leadhouse.publishing.publications import Publication
from leadhouse.publishing.tables import PublishError, Table
from tests.publishing.conftest import PASSWORD, Database

# In the middle, at the end and in a list: the least and the greatest value are kept in notes, too.
HER = ("lead-of-xanthippe", "zz-of-xanthippe")
ADDRESS = "zoe@xanthippe.example"
PERSON = Person(HER, (ADDRESS,), (), None)
TABLES = (
    Table("scores", "scores", "All 'scores'.", {"lead_id": "Who."}, [["lead_id"]]),
    Table("accounts", "accounts", "Of companies.", {}),
    Table("rejected", "rejected", "As they came.", {}),
    Table("calibration", "calibration", "Of nobody.", {}),
)
ROWS = {"scores": 998, "accounts": 100, "rejected": 9, "calibration": 3}


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create table scores as
            select
                case range when 5 then '{HER[0]}' when 6 then '{HER[1]}' else 'lead ' || range end
                    as lead_id, range::double as score, timestamp '2026-01-31 07:00:00' as at
            from range(1000);
            create table accounts as
            select
                'account ' || range as account_id,
                case when range = 7 then '{HER[0]}' else 'lead ' || range end as top_lead_id,
                case when range = 8 then ['lead 8', '{HER[1]}'] end as lead_ids,
                case when range = 9 then 'Write to {ADDRESS.upper()}' end as x_note
            from range(103);
            create table rejected as
            select to_json(
                {{'id': case when range = 3 then '{HER[1]}' else 'lead ' || range end}}
            )::varchar as row_text
            from range(10);
            create table calibration as select range as decile from range(3);
            """
        )
        yield connection


@pytest.fixture
def forget(
    request: pytest.FixtureRequest,
    database: Database,
    warehouse: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], dict[str, int]]:
    """Two runs are published; erases her from them."""
    monkeypatch.setattr(servers, "SECONDS_FOR_READERS", 1)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    if request.param == "postgres":
        publication = Publication("postgres", "leadhouse", check_server())
        for run in ("run-1", "run-2"):
            publish_postgres(warehouse, publication.place, run, TABLES)
        return lambda: erase_postgres(publication, PERSON)
    publication = Publication("ducklake", "leadhouse_ducklake", check_server())
    for run in ("run-1", "run-2"):
        publish_ducklake(warehouse, tmp_path, publication.place, run, TABLES, keep=7)
    # As a crash leaves it.
    warehouse.execute(f"copy scores to '{tmp_path}/main/scores/left.parquet'")
    return lambda: erase_ducklake(publication, PERSON)


@pytest.fixture
def read(
    request: pytest.FixtureRequest, forget: object, database: Database
) -> Iterator[Callable[[str], list[tuple]]]:
    """Queries what is published, as a login that may read it and nothing else."""
    database.make_login("analyst", READER)
    if request.node.callspec.params["forget"] == "postgres":
        with database.connect("analyst") as connection:
            connection.execute("set search_path to leadhouse")
            yield lambda query: connection.execute(query).fetchall()
        return
    with duckdb.connect() as connection:
        database.attach_lake(connection, "analyst")
        connection.execute("use lake")
        yield lambda query: connection.execute(query).fetchall()


both = pytest.mark.parametrize("forget", ["postgres", "ducklake"], indirect=True)
on_postgres = pytest.mark.parametrize("forget", ["postgres"], indirect=True)


def files_with_her(database: Database, lake: Path) -> set[str]:
    """The files of the server and of the lake in which a byte of her stands, but for the log.

    Write-ahead, that is: the server keeps it for as long as it is told to, whoever is deleted.
    """
    database.run("checkpoint")
    data = database.socket / "data"
    found = subprocess.run(
        ["grep", "-rlai", "xanthippe", data, lake], text=True, stdout=subprocess.PIPE, check=False
    ).stdout.splitlines()
    parquet = [file for file in lake.rglob("*.parquet") if "xanthippe" in contents(file)]
    return {file for file in [*found, *map(str, parquet)] if f"{data}/pg_wal/" not in file}


def contents(file: Path) -> str:
    """What DuckDB has compressed is read by DuckDB."""
    return str(duckdb.sql(f"select columns(*)::varchar from '{file}'").fetchall()).lower()


@both
def test_she_is_in_no_byte_and_all_others_stand(
    forget: Callable[[], dict[str, int]],
    read: Callable[[str], list[tuple]],
    database: Database,
    tmp_path: Path,
) -> None:
    assert files_with_her(database, tmp_path)
    others = {
        table.name: [
            row
            for row in read(f"select * from {table.name}")
            if "xanthippe" not in str(row).lower()
        ]
        for table in TABLES
    }
    run = read("select run_id, published_at from published_run")
    assert forget() == {"accounts": 3, "rejected": 1, "scores": 2}
    assert not files_with_her(database, tmp_path)
    for table, count in ROWS.items():
        rows = read(f"select * from {table}")
        assert len(rows) == count
        assert sorted(map(str, rows)) == sorted(map(str, others[table]))
    assert read("select run_id, published_at from published_run") == run
    assert forget() == {}


@both
def test_readers_go_on_reading(
    forget: Callable[[], dict[str, int]], read: Callable[[str], list[tuple]]
) -> None:
    is_over, has_begun = threading.Event(), threading.Event()

    def reading() -> Iterator[int]:
        while True:
            is_last = is_over.is_set()
            [(count,)] = read("select count(*) from scores join accounts on top_lead_id = lead_id")
            yield count
            has_begun.set()
            if is_last:
                return

    with ThreadPoolExecutor() as threads:
        reader = threads.submit(lambda: set(reading()))
        try:
            assert has_begun.wait(60)
            forget()
        finally:
            is_over.set()
        seen = reader.result()
    # (Two of the rows of companies name her in other columns; the leads that they begin with stay.)
    assert seen == {100 + 1, 98}


@pytest.mark.parametrize("forget", ["ducklake"], indirect=True)
def test_a_lake_has_its_newest_run_alone_and_what_describes_it(
    forget: Callable[[], dict[str, int]], read: Callable[[str], list[tuple]], tmp_path: Path
) -> None:
    forget()
    [(run,)] = read("select commit_message from lake.snapshots()")
    assert run == "run-2"
    comments = read(
        "select table_name, comment from duckdb_tables() where database_name = 'lake'"
        " union all select column_name, comment from duckdb_columns()"
        " where database_name = 'lake' and comment is not null"
    )
    assert set(comments) == {
        *((table.name, table.description) for table in TABLES),
        ("published_run", None),
        ("lead_id", "Who."),
    }
    assert len(list(tmp_path.rglob("*.parquet"))) == len(TABLES) + 1


@on_postgres
def test_tables_of_others_stand(
    forget: Callable[[], dict[str, int]], read: Callable[[str], list[tuple]], database: Database
) -> None:
    database.run(f"create table leadhouse.mine as select '{HER[0]}' as lead_id")
    database.run("create view leadhouse.of_mine as select lead_id from leadhouse.scores")
    forget()
    assert database.query("select count(*) from leadhouse.mine") == [(1,)]
    assert database.query("select count(*) from leadhouse.of_mine") == [(998,)]


@contextmanager
def reading_since_before(database: Database) -> Iterator[None]:
    with database.connect() as connection, connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        connection.execute("select 1")
        yield


@both
def test_while_somebody_may_still_read_her_it_is_not_done(
    forget: Callable[[], dict[str, int]],
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres_server, "_SECONDS_TO_LOCK", 1)
    before = r"^1 transactions on the server began before the rows were deleted"
    with reading_since_before(database), pytest.raises(PublishError, match=before):
        forget()
    assert files_with_her(database, tmp_path)
    forget()
    assert not files_with_her(database, tmp_path)


def test_a_publisher_who_owns_no_more_than_the_tables_may_erase(
    warehouse: duckdb.DuckDBPyConnection,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database.make_login("publisher")
    database.run(f"grant create on database {database.name} to publisher")
    monkeypatch.setenv("LEADHOUSE_POSTGRES_URL", database.url("publisher"))
    publication = Publication("postgres", "leadhouse", check_server())
    publish_postgres(warehouse, publication.place, "run-1", TABLES)
    with monkeypatch.context() as patch, reading_since_before(database):
        patch.setattr(postgres_server, "_SECONDS_TO_LOCK", 1)
        with pytest.raises(PublishError, match="may still read them"):
            erase_postgres(publication, PERSON)
    erase_postgres(publication, PERSON)
    [(notes,)] = database.query("select pg_relation_filepath('pg_statistic')")
    assert files_with_her(database, tmp_path) <= {f"{database.socket}/data/{notes}"}


@both
def test_a_server_that_is_another_or_not_there_is_told(
    forget: Callable[[], dict[str, int]],
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere = replace(database, name="postgres")
    monkeypatch.setenv("LEADHOUSE_POSTGRES_URL", elsewhere.url())
    with pytest.raises(PublishError, match="names the server postgres on ") as raised:
        forget()
    assert f"and it was published to {database.name} on " in str(raised.value)
    nowhere = replace(database, socket=tmp_path)
    monkeypatch.setenv("LEADHOUSE_POSTGRES_URL", nowhere.url())
    with pytest.raises(PublishError, match="server cannot be used"):
        forget()
    monkeypatch.setenv("LEADHOUSE_POSTGRES_URL", database.url())
    assert forget() == {"accounts": 3, "rejected": 1, "scores": 2}


@both
def test_a_role_that_does_not_own_the_tables_is_told(
    forget: Callable[[], dict[str, int]], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.make_login("clerk")
    for schema in database.query(
        "select nspname from pg_namespace where nspname like 'leadhouse%'"
    ):
        database.run(
            f"grant usage on schema {schema[0]} to clerk",
            f"grant all on all tables in schema {schema[0]} to clerk",
        )
    monkeypatch.setenv("LEADHOUSE_POSTGRES_URL", database.url("clerk"))
    with pytest.raises(PublishError, match="PostgreSQL refuses"):
        forget()
