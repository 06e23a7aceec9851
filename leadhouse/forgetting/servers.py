"""A person's rows in what was published to a server, erased there with the bytes that they leave.

DuckDB reads the tables and judges their rows, so that hers are the same ones everywhere.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import psycopg
from psycopg import sql

from leadhouse.forgetting.person import Person
from leadhouse.forgetting.traces import rows_of
from leadhouse.inputs.sql import identifier, literal
from leadhouse.publishing.ducklake import (
    LAKE,
    attached,
    drop_snapshots,
    load_extensions,
    replace_table,
)
from leadhouse.publishing.postgres_server import name_of, told_to_libpq, write_anew, writing
from leadhouse.publishing.publications import Publication
from leadhouse.publishing.tables import PublishError, Table

_SERVER = "leadhouse_server"
# Queries that have begun on an older snapshot open their files meanwhile; open ones can be read.
SECONDS_FOR_READERS = 5.0


def erase_postgres(publication: Publication, person: Person) -> dict[str, int]:
    """Deletes her rows from the tables of a schema, in one transaction; then their bytes.

    Readers see her until it commits. Each table is then written anew, in her presence or not: of
    earlier runs, in which she was, rows that were deleted may still have their bytes there.

    Returns:
        by table, how many rows were hers.

    Raises:
        PublishError: the server cannot be used, or is another one than was published to.
        duckdb.Error: her rows could not be deleted.
    """
    schema = publication.place
    with _same_server(publication) as server:
        tables = _published_tables(server, schema)
        if not tables:
            return {}
        with duckdb.connect() as connection, _attached_server(connection, schema):
            erased = {}
            with _transaction(connection):
                for table, columns in _columns(connection, _SERVER, schema).items():
                    condition = rows_of(columns, person) if table in tables else None
                    if condition is None:
                        continue
                    [(count,)] = connection.execute(
                        f"delete from {_SERVER}.{identifier(schema)}.{identifier(table)}"
                        f" where {condition}"
                    ).fetchall()
                    if count:
                        erased[table] = count
    write_anew(schema, tables)
    return erased


def erase_ducklake(publication: Publication, person: Person) -> dict[str, int]:
    """Leaves her out of a lake's newest run, and takes all older ones away, with their files.

    The newest run is of another snapshot afterwards, and is told as before. Of an older one rows
    cannot be taken. The catalogue's tables are written anew, for they hold the least and the
    greatest value of each column.

    Returns:
        by table, how many rows of the newest run were hers.

    Raises:
        PublishError: the server cannot be used, or is another one than was published to.
        OSError, duckdb.Error: the lake cannot be written.
    """
    schema = publication.place
    with _same_server(publication) as server:
        [(is_there,)] = server.execute(
            "select to_regclass(%s) is not null", [f"{identifier(schema)}.ducklake_metadata"]
        ).fetchall()
        if not is_there:
            return {}
        with duckdb.connect() as connection, attached(connection, schema):
            erased = {}
            with _transaction(connection):
                for table, columns in _columns(connection, LAKE, "main").items():
                    count = _leave_out(connection, table, rows_of(columns, person))
                    if count:
                        erased[table] = count
                if erased:
                    [(run,)] = connection.execute(
                        f"select run_id from {LAKE}.published_run"
                    ).fetchall()
                    message = f"'Leadhouse', {literal(run)}"
                    connection.execute(f"call {LAKE}.set_commit_message({message})")
            _drop_older(connection)
        catalogue = server.execute(
            "select tablename from pg_tables where schemaname = %s order by tablename", [schema]
        ).fetchall()
    write_anew(schema, [table for (table,) in catalogue])
    return erased


@contextmanager
def _same_server(publication: Publication) -> Iterator[psycopg.Connection]:
    """Keeps publishers away meanwhile, and, being a transaction, bytes where they are."""
    with writing(publication.place) as server:
        if name_of(server) != publication.server:
            raise PublishError(
                f"The environment names the server {name_of(server)}, and it was published to "
                f"{publication.server}: name that one."
            )
        yield server


def _published_tables(server: psycopg.Connection, schema: str) -> Sequence[str]:
    """Those of Leadhouse: others in the schema are not ours."""
    run = sql.Identifier(schema, "published_run")
    [(is_there,)] = server.execute(
        "select to_regclass(%s) is not null", [run.as_string(server)]
    ).fetchall()
    if not is_there:
        return []
    rows = server.execute(
        sql.SQL(
            "select tablename from pg_tables where schemaname = %s"
            " and tablename in (select unnest(tables) from {}) order by tablename"
        ).format(run),
        [schema],
    ).fetchall()
    return [table for (table,) in rows]


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """A transaction that is over afterwards, so that a database can be detached."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


@contextmanager
def _attached_server(connection: duckdb.DuckDBPyConnection, schema: str) -> Iterator[None]:
    load_extensions(connection)
    with told_to_libpq() as server:
        connection.execute(
            f"attach {literal(server)} as {_SERVER} (type postgres, schema {literal(schema)})"
        )
        try:
            yield
        finally:
            connection.execute(f"detach {_SERVER}")


def _columns(
    connection: duckdb.DuckDBPyConnection, database: str, schema: str
) -> dict[str, dict[str, str]]:
    """The columns of each table, with their DuckDB types."""
    tables: dict[str, dict[str, str]] = {}
    for table, column, sql_type in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where database_name = ? and schema_name = ? order by table_name, column_index",
        [database, schema],
    ).fetchall():
        tables.setdefault(table, {})[column] = sql_type
    return tables


def _leave_out(connection: duckdb.DuckDBPyConnection, table: str, condition: str | None) -> int:
    """Has a lake's table made anew without rows, if it has such; gives how many they were."""
    if condition is None:
        return 0
    name = f"{LAKE}.main.{identifier(table)}"
    [(count,)] = connection.execute(f"select count(*) from {name} where {condition}").fetchall()
    if count:
        of_table = [LAKE, table]
        [(description,)] = connection.execute(
            "select comment from duckdb_tables() where (database_name, table_name) = (?, ?)",
            of_table,
        ).fetchall()
        columns = connection.execute(
            "select column_name, comment from duckdb_columns()"
            " where (database_name, table_name) = (?, ?) and comment is not null",
            of_table,
        ).fetchall()
        others = f"{name} where not ({condition})"
        replace_table(connection, Table(table, others, description or "", dict(columns)))
    return count


def _drop_older(connection: duckdb.DuckDBPyConnection) -> None:
    snapshots = connection.execute(
        f"select snapshot_id from ducklake_snapshots('{LAKE}') order by snapshot_id desc"
    ).fetchall()
    [_, *older] = [snapshot for (snapshot,) in snapshots]
    if older:
        time.sleep(SECONDS_FOR_READERS)
    drop_snapshots(connection, older)
    # What a crash has left; who publishes waits.
    connection.execute(f"call ducklake_delete_orphaned_files('{LAKE}', cleanup_all => true)")
