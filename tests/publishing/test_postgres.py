"""PostgreSQL gets what the warehouse holds, whole, and readers can do no more than read it."""

import math
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import duckdb
import psycopg
import pytest

from leadhouse.publishing import postgres_server
from leadhouse.publishing.postgres import publish_postgres
from leadhouse.publishing.postgres_server import READER
from leadhouse.publishing.tables import PublishError, Table
from tests.publishing.conftest import Database

LEADS = Table(
    "leads", "leads", "All 'leads'.", {"lead_id": "Who.", "gone": "Nothing."}, [["lead_id"]]
)
REASONS = Table("reasons", "reasons", "Why.", {"rank": "First is best."}, [["rank", "lead_id"]])


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("create table leads as select 'lead ' || range as lead_id from range(9)")
        connection.execute("create table reasons as select lead_id, 1 as rank from leads")
        yield connection


def publish(warehouse: duckdb.DuckDBPyConnection, run: str = "run-1", *tables: Table) -> str:
    return publish_postgres(warehouse, "leadhouse", run, tables or (LEADS, REASONS))


SLOW_PUBLISHER = """
import time

from leadhouse.publishing.postgres_server import writing

with writing("leadhouse") as server:
    print("writing", flush=True)
    time.sleep(3)
"""

# As DuckDB writes them, PostgreSQL's type, and what a client of it gets.
VALUES = [
    ("true", "boolean", True),
    ("(-128)::tinyint", "smallint", -128),
    ("(-32768)::smallint", "smallint", -32768),
    ("2147483647::integer", "integer", 2147483647),
    ("4294967295::uinteger", "bigint", 4294967295),
    ("9223372036854775807::bigint", "bigint", 9223372036854775807),
    ("18446744073709551615::ubigint", "numeric(20,0)", Decimal(18446744073709551615)),
    ("(-170141183460469231731687303715884105728)::hugeint", "numeric(39,0)", Decimal(-(2**127))),
    ("0.1::double", "double precision", 0.1),
    ("2.2250738585072014e-308::double", "double precision", 2.2250738585072014e-308),
    ("0.1 + 0.2e0", "double precision", 0.1 + 0.2),
    ("'-infinity'::double", "double precision", -math.inf),
    ("0.5::float", "real", 0.5),
    ("-99.9::decimal(5, 1)", "numeric(5,1)", Decimal("-99.9")),
    ("'x,\"y\"' || chr(10) || 'ü\\N'", "text", 'x,"y"\nü\\N'),
    ("''", "text", ""),
    ("'a' || chr(0) || 'b'", "text", "a\ufffdb"),
    ("'low'::enum ('low', 'high')", "text", "low"),
    ("'\\x00\\xFFa'::blob", "bytea", b"\x00\xffa"),
    ("uuid '00000000-0000-0000-0000-000000000001'", "uuid", UUID(int=1)),
    ("date '2026-02-28'", "date", date(2026, 2, 28)),
    (
        "timestamp '2026-01-31 07:00:00.000001'",
        "timestamp without time zone",
        datetime(2026, 1, 31, 7, 0, 0, 1),
    ),
    (
        "timestamptz '2026-01-31 07:00:00+02'",
        "timestamp with time zone",
        datetime(2026, 1, 31, 5, tzinfo=UTC),
    ),
    ("interval 36 hours", "interval", timedelta(hours=36)),
    ("['a \"b\\', null, '', '{c,d}', 'NULL']", "text[]", ['a "b\\', None, "", "{c,d}", "NULL"]),
    ("[]::varchar[]", "text[]", []),
    ("[0.1::double, null]", "double precision[]", [0.1, None]),
    ("['\\x00'::blob]", "bytea[]", [b"\x00"]),
    ("{'a': 1, 'b': ['x']}", "json", {"a": 1, "b": ["x"]}),
    ("map {'k': 2}", "json", {"k": 2}),
    ("[[1], [2, 3]]", "json", [[1], [2, 3]]),
    ("'{\"a\": 1}'::json", "json", {"a": 1}),
]


def test_values_are_those_of_the_warehouse(
    warehouse: duckdb.DuckDBPyConnection, database: Database
) -> None:
    names = [f"c{place}" for place in range(len(VALUES))]
    filled = ", ".join(f"{sql} as {name}" for name, (sql, *_) in zip(names, VALUES, strict=True))
    warehouse.execute(f"create table filled as select {filled}")
    # Nulls of every type as well.
    warehouse.execute("create table every_type as from filled")
    warehouse.execute("insert into every_type (c0) values (null)")
    publish(warehouse, "run-1", Table("every_type", "every_type", "", {}))
    types = database.query(
        "select format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = 'leadhouse.every_type'::regclass and attnum > 0 order by attnum"
    )
    assert [name for (name,) in types] == [expected for _, expected, _ in VALUES]
    [values, nulls] = database.query("select * from leadhouse.every_type order by c0")
    assert list(values) == [expected for *_, expected in VALUES]
    assert set(nulls) == {None}


def test_what_no_client_can_hold_arrives_too(
    warehouse: duckdb.DuckDBPyConnection, database: Database
) -> None:
    warehouse.execute(
        "create table odd as select 'nan'::double as not_a_number, '-0.0'::double as minus_zero,"
        " timestamp 'infinity' as never"
    )
    publish(warehouse, "run-1", Table("odd", "odd", "", {}))
    told = database.query("select not_a_number, minus_zero::text, never::text from leadhouse.odd")
    [(not_a_number, minus_zero, never)] = told
    assert math.isnan(not_a_number)
    assert (minus_zero, never) == ("-0", "infinity")


def test_many_rows_are_the_same_rows(
    warehouse: duckdb.DuckDBPyConnection, database: Database
) -> None:
    """More than are sent at a time, and twice."""
    warehouse.execute(
        "create table many as select 'lead ' || lpad(range::varchar, 6, '0') as lead_id,"
        " random() as score, (random() * 1000)::decimal(7, 2) as points,"
        " case when random() < 0.5 then md5(range::varchar) end as reason,"
        " timestamp '2026-01-01' + to_microseconds((random() * 1e15)::bigint) as at"
        " from range(123_456)"
    )
    many = Table("many", "many", "", {}, [["lead_id"]])
    publish(warehouse, "run-1", many)
    publish(warehouse, "run-2", many)
    expected = warehouse.execute("from many order by lead_id").fetchall()
    assert database.query('select * from leadhouse.many order by lead_id collate "C"') == expected


def test_tables_have_their_indexes_and_comments(
    warehouse: duckdb.DuckDBPyConnection, database: Database
) -> None:
    def definitions() -> set[tuple[bool, str, str]]:
        found = database.query(
            "select indexdef like 'CREATE UNIQUE%', tablename, substring(indexdef from '\\(.*\\)')"
            " from pg_indexes where schemaname = 'leadhouse'"
        )
        return set(found)

    publish(warehouse)
    assert definitions() == {
        (True, "leads", "(lead_id)"),
        (True, "reasons", "(rank, lead_id)"),
        (False, "reasons", "(lead_id)"),
    }
    # People's own stay, but for unique ones: a run must not fail on what nobody promised.
    with database.connect() as connection:
        connection.execute("create index on leadhouse.reasons (rank)")
        connection.execute("create unique index on leadhouse.leads (lower(lead_id))")
    other_grain = Table("reasons", "reasons", "Why.", {}, [["lead_id", "rank"]])
    publish(warehouse, "run-2", LEADS, other_grain)
    assert definitions() == {
        (True, "leads", "(lead_id)"),
        (True, "reasons", "(lead_id, rank)"),
        (False, "reasons", "(rank)"),
        (False, "reasons", "(lead_id)"),
    }
    [comments] = database.query(
        "select obj_description('leadhouse.leads'::regclass),"
        " col_description('leadhouse.leads'::regclass, 1),"
        " col_description('leadhouse.reasons'::regclass, 2)"
    )
    assert comments == ("All 'leads'.", "Who.", "First is best.")


def test_the_run_is_named(warehouse: duckdb.DuckDBPyConnection, database: Database) -> None:
    told = publish(warehouse, "run-1")
    assert told.startswith(f"schema leadhouse of {database.name} on ")
    publish(warehouse, "run-2")
    [(run, seconds)] = database.query(
        "select run_id, extract(epoch from now() - published_at) from leadhouse.published_run"
    )
    assert run == "run-2"
    assert 0 <= seconds < 60


def test_readers_may_read_the_published_tables_and_nothing_else(
    warehouse: duckdb.DuckDBPyConnection, database: Database
) -> None:
    publish(warehouse)
    publish(warehouse, "run-2")
    database.make_login("analyst", READER)
    database.make_login("stranger")
    with database.connect() as connection:
        connection.execute("create schema other")
        connection.execute("create table other.secrets as select 1 as one")
        connection.execute("create table public.notes as select 1 as one")
    for table in ("leads", "reasons", "published_run"):
        assert database.query(f"select * from leadhouse.{table}", "analyst")
    for refused in (
        "select * from other.secrets",
        "select * from public.notes",
        "delete from leadhouse.leads",
        "insert into leadhouse.leads values ('x')",
        "update leadhouse.leads set lead_id = 'x'",
        "truncate leadhouse.leads",
        "drop table leadhouse.leads",
        "create table leadhouse.mine (one int)",
        "create schema mine",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.query(refused, "analyst")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.query("select * from leadhouse.leads", "stranger")
    assert database.query(f"select rolcanlogin from pg_roles where rolname = '{READER}'") == [
        (False,)
    ]


def test_a_publisher_needs_no_more_than_a_schema(
    warehouse: duckdb.DuckDBPyConnection, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.make_login("publisher")
    with database.connect() as connection:
        connection.execute("create schema leadhouse authorization publisher")
        connection.execute(f"drop role if exists {READER}")
    monkeypatch.setenv("LEADHOUSE_POSTGRES_URL", database.url("publisher"))
    told = publish(warehouse)
    assert f"There is no role {READER}, and this one may not make it: have `create role" in told
    with database.connect() as connection:
        connection.execute(f"create role {READER}")
    assert READER not in publish(warehouse)
    database.make_login("analyst", READER)
    assert len(database.query("select * from leadhouse.leads", "analyst")) == 9


def test_views_grants_and_prepared_queries_of_others_stand(
    warehouse: duckdb.DuckDBPyConnection, database: Database
) -> None:
    publish(warehouse)
    database.make_login("friend")
    with database.connect() as connection:
        connection.execute(
            "create view public.mine as select count(*) as leads from leadhouse.leads"
        )
        connection.execute("grant usage on schema leadhouse to friend")
        connection.execute("grant select on leadhouse.leads to friend")
    with database.connect("friend") as connection:
        counted = "select count(*) from leadhouse.leads"
        assert connection.execute(counted, prepare=True).fetchall() == [(9,)]
        warehouse.execute("delete from leads where lead_id = 'lead 0'")
        warehouse.execute("alter table leads add column score double default 0.5")
        publish(warehouse, "run-2")
        assert connection.execute(counted, prepare=True).fetchall() == [(8,)]
    assert database.query("select leads from public.mine") == [(8,)]


def test_nobody_who_reads_is_waited_for_or_waits(
    warehouse: duckdb.DuckDBPyConnection, database: Database
) -> None:
    publish(warehouse)
    counted = "select count(*), (select run_id from leadhouse.published_run) from leadhouse.leads"
    with database.connect() as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with reader.transaction():
            assert reader.execute(counted).fetchall() == [(9, "run-1")]
            warehouse.execute("delete from leads where lead_id = 'lead 0'")
            publish(warehouse, "run-2")
            assert reader.execute(counted).fetchall() == [(9, "run-1")]
        assert reader.execute(counted).fetchall() == [(8, "run-2")]


def test_columns_and_tables_may_change(
    warehouse: duckdb.DuckDBPyConnection, database: Database
) -> None:
    publish(warehouse)
    warehouse.execute("alter table leads add column tier varchar default 'hot'")
    warehouse.execute("alter table reasons alter rank type varchar")
    publish(warehouse, "run-2")
    assert database.query("select lead_id, tier from leadhouse.leads limit 1") == [
        ("lead 0", "hot")
    ]
    assert database.query("select distinct rank from leadhouse.reasons") == [("1",)]

    warehouse.execute("alter table leads drop column tier")
    with database.connect() as connection:
        connection.execute("create table leadhouse.mine as select 1 as one")
    publish(warehouse, "run-3", LEADS)
    tables = database.query("select tablename from pg_tables where schemaname = 'leadhouse'")
    assert {name for (name,) in tables} == {"leads", "mine", "published_run"}
    columns = database.query("select * from leadhouse.leads limit 1")
    assert columns == [("lead 0",)]


def test_what_cannot_be_published_whole_changes_nothing(
    warehouse: duckdb.DuckDBPyConnection, database: Database
) -> None:
    publish(warehouse)

    def unchanged() -> bool:
        runs = database.query("select run_id from leadhouse.published_run")
        rows = database.query(
            "select (select count(*) from leadhouse.leads),"
            " (select count(*) from leadhouse.reasons)"
        )
        return (runs, rows) == ([("run-1",)], [(9, 9)])

    warehouse.execute("delete from leads where lead_id = 'lead 0'")
    warehouse.execute("insert into reasons select lead_id, 1 from leads where lead_id = 'lead 8'")
    with pytest.raises(PublishError, match=r"^PostgreSQL refuses: duplicate key.*\(1, lead 8\)"):
        publish(warehouse, "run-2")
    assert unchanged()

    warehouse.execute("create or replace view broken as select error('is broken') as lead_id")
    with pytest.raises(duckdb.Error, match="is broken"):
        publish(warehouse, "run-2", LEADS, Table("reasons", "broken", "", {}))
    assert unchanged()

    with database.connect() as connection:
        connection.execute("create view public.mine as select rank from leadhouse.reasons")
    warehouse.execute("create or replace table reasons as select lead_id from leads")
    without_rank = Table("reasons", "reasons", "Why.", {}, [["lead_id"]])
    with pytest.raises(PublishError, match=r"view mine depends on column rank"):
        publish(warehouse, "run-2", LEADS, without_rank)
    assert unchanged()


def test_publishers_wait_for_each_other(
    warehouse: duckdb.DuckDBPyConnection, database: Database
) -> None:
    def writers() -> int:
        locks = "select count(*) from pg_locks join pg_database on pg_database.oid = database"
        of_this = f"locktype = 'advisory' and datname = '{database.name}'"
        [(count,)] = database.query(f"{locks} where {of_this}")
        return count

    with subprocess.Popen(
        [sys.executable, "-c", SLOW_PUBLISHER], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "writing\n"
        assert writers() == 1
        publish(warehouse)
        assert writers() == 0, "published while the other was not done"
        assert other.wait() == 0


def test_a_change_of_columns_does_not_wait_for_ever(
    warehouse: duckdb.DuckDBPyConnection, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_server, "_SECONDS_TO_LOCK", 1)
    publish(warehouse)
    warehouse.execute("alter table leads add column score double")
    with database.connect() as reader, reader.transaction():
        reader.execute("select * from leadhouse.leads")
        with pytest.raises(PublishError, match="lock timeout"):
            publish(warehouse, "run-2")
    publish(warehouse, "run-3")
    assert database.query("select score from leadhouse.leads limit 1") == [(None,)]
