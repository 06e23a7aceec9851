"""Publishing to a DuckLake: Parquet files beside the warehouse, their catalogue in PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import duckdb

from leadhouse.inputs.sql import identifier, literal
from leadhouse.publishing.postgres_server import let_readers_in, told_to_libpq, writing
from leadhouse.publishing.tables import GRACE_SECONDS, Table

LAKE = "leadhouse_lake"
_RUN = "published_run"


def publish_ducklake(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    schema: str,
    run: str,
    tables: Sequence[Table],
    *,
    keep: int,
) -> str:
    """Publishes the tables of a run to a DuckLake, all of them or none.

    They are replaced in one transaction of the lake, which is one snapshot of it: a query sees
    one run, and so does a transaction. Tables and columns bear comments; the table
    `published_run` says which run it is. The newest `keep` snapshots stay, and each for an hour
    after the next has taken its place; then they are gone, and with them the files that only they
    need and those that a crash has left.

    Args:
        connection: where the relations are; the lake is attached to it meanwhile.
        folder: of the lake's files, for good; is made if it is not there.
        schema: of the catalogue, on the server that LEADHOUSE_POSTGRES_URL or libpq's own
            variables name. The role `leadhouse_reader` may read it.
        run: name of the run.
        tables: any other table of the lake is dropped.
        keep: how many snapshots stay, this one included.

    Returns:
        where it is, for people.

    Raises:
        PublishError: the server cannot be used; in a sentence without secrets.
        OSError, duckdb.Error: not all could be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # The transaction on the server holds the place of the only publisher to this schema.
    with writing(schema) as server:
        with attached(connection, schema, folder.resolve()):
            of_catalogue = server.execute(
                "select tablename from pg_tables where schemaname = %s", [schema]
            )
            warning = let_readers_in(server, schema, [name for (name,) in of_catalogue])
            _forget_old_runs(connection, keep)
            connection.begin()
            try:
                _replace(connection, run, tables)
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
        where = (
            f"DuckLake {schema} of {server.info.dbname} on {server.info.host}, files in {folder}"
        )
    return f"{where}. {warning}" if warning else where


def load_extensions(connection: duckdb.DuckDBPyConnection) -> None:
    """Loads what reads and writes a DuckLake from the packages that hold it, without a network."""
    for package in ("postgres_scanner", "ducklake"):
        folder = files(f"duckdb_extension_{package}") / "extensions" / f"v{duckdb.__version__}"
        connection.execute(f"load {literal(str(folder / f'{package}.duckdb_extension'))}")


@contextmanager
def attached(
    connection: duckdb.DuckDBPyConnection, schema: str, folder: Path | None = None
) -> Iterator[None]:
    """A lake, attached for writing as `LAKE`.

    Args:
        connection: to attach it to.
        schema: of its catalogue.
        folder: of its files; None: that of which the catalogue knows, which must be there.
    """
    load_extensions(connection)
    path = f"data_path {literal(f'{folder}/')}" if folder else "create_if_not_exists false"
    with told_to_libpq() as server:
        connection.execute(
            f"attach {literal(f'ducklake:postgres:{server}')} as {LAKE} ("
            f" {path}, metadata_schema {literal(schema)}, data_inlining_row_limit 0)"
        )
        try:
            yield
        finally:
            connection.execute(f"detach {LAKE}")


def replace_table(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Makes a table of the lake, with comments; one of that name goes, and its statistics too."""
    name = f"{LAKE}.main.{identifier(table.name)}"
    connection.execute(f"create or replace table {name} as from {table.relation}")
    connection.execute(f"comment on table {name} is {literal(table.description)}")
    known = set(connection.table(name).columns)
    for column, description in table.columns.items():
        if column in known:
            connection.execute(
                f"comment on column {name}.{identifier(column)} is {literal(description)}"
            )


def drop_snapshots(connection: duckdb.DuckDBPyConnection, snapshots: Sequence[int]) -> None:
    """Takes snapshots from the lake, and the files that only they need."""
    if snapshots:
        connection.execute(f"call ducklake_expire_snapshots('{LAKE}', versions => {[*snapshots]})")
    connection.execute(f"call ducklake_cleanup_old_files('{LAKE}', cleanup_all => true)")


def _replace(connection: duckdb.DuckDBPyConnection, run: str, tables: Sequence[Table]) -> None:
    for table in tables:
        replace_table(connection, table)
    connection.execute(
        f"create or replace table {LAKE}.main.{_RUN} as"
        f" select {literal(run)} as run_id, now() as published_at"
    )
    names = [_RUN, *(table.name for table in tables)]
    others = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? and table_name not in"
        " (select unnest(?))",
        [LAKE, names],
    ).fetchall()
    for (other,) in others:
        connection.execute(f"drop table {LAKE}.main.{identifier(other)}")
    connection.execute(f"call {LAKE}.set_commit_message('Leadhouse', {literal(run)})")


def _forget_old_runs(connection: duckdb.DuckDBPyConnection, keep: int) -> None:
    """Leaves room for one more run. It goes first: where it fails, nothing is published yet."""
    grace = f"now() - to_seconds({GRACE_SECONDS})"
    snapshots = connection.table_function("ducklake_snapshots", [LAKE]).project(
        "snapshot_id,"
        " lead(snapshot_time) over (order by snapshot_id) as superseded_at,"
        " row_number() over (order by snapshot_id desc) as age"
    )
    old_ones = snapshots.filter(f"age >= {keep} and superseded_at < {grace}")
    old = [snapshot for snapshot, *_ in old_ones.fetchall()]
    if old:
        drop_snapshots(connection, old)
    connection.execute(f"call ducklake_delete_orphaned_files('{LAKE}', older_than => {grace})")
