"""Publishing to PostgreSQL: a run's rows take the place of the last one's, in one transaction."""

import io
from collections.abc import Sequence

import duckdb
import psycopg
from psycopg import sql
from pyarrow import csv

from leadhouse.inputs.sql import identifier
from leadhouse.publishing.postgres_server import let_readers_in, writing
from leadhouse.publishing.postgres_types import Column, postgres_column
from leadhouse.publishing.tables import Table

_ROWS_AT_A_TIME = 50_000
_RUN = "published_run"


def publish_postgres(
    connection: duckdb.DuckDBPyConnection, schema: str, run: str, tables: Sequence[Table]
) -> str:
    """Publishes the tables of a run to a schema, all of them or none.

    Rows are deleted and written anew in one transaction, and tables stay the same: readers wait
    for nothing, a query sees one run, and grants, views and plans that others have made stand.
    Only where a table's columns have changed is it altered, which its readers wait for. Each
    table has unique indexes on its keys and one that begins with `lead_id`, and comments; the
    role `leadhouse_reader` may read them. The table `published_run` says which run it is. The
    server is the one that LEADHOUSE_POSTGRES_URL or libpq's own variables name.

    Args:
        connection: where the relations are.
        schema: is made if it is not there.
        run: name of the run.
        tables: a table that the last run published and this one does not is dropped.

    Returns:
        where it is, for people.

    Raises:
        PublishError: in a sentence without secrets.
        duckdb.Error: a relation cannot be read.
    """
    with writing(schema) as server:
        # (`if not exists` would ask for the right to make one, also where it is there)
        if server.execute("select to_regnamespace(%s)", [identifier(schema)]).fetchall() == [
            (None,)
        ]:
            server.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
        for table in sorted(tables, key=lambda table: table.name):
            _replace(connection, server, sql.Identifier(schema, table.name), table)
        names = [table.name for table in tables]
        _note_down(server, schema, run, names)
        warning = let_readers_in(server, schema, [*names, _RUN])
        where = f"schema {schema} of {server.info.dbname} on {server.info.host}"
    return f"{where}. {warning}" if warning else where


def _replace(
    connection: duckdb.DuckDBPyConnection,
    server: psycopg.Connection,
    name: sql.Identifier,
    table: Table,
) -> None:
    relation = connection.sql(f"from {table.relation}")
    columns = [
        postgres_column(*each) for each in zip(relation.columns, relation.types, strict=True)
    ]
    _shape(server, name, columns)
    server.execute(sql.SQL("delete from {}").format(name))
    _copy(connection, server, name, table, columns)
    _index(server, name, table, columns)
    _describe(server, name, table, columns)
    server.execute(sql.SQL("analyze {}").format(name))


def _shape(server: psycopg.Connection, name: sql.Identifier, columns: Sequence[Column]) -> None:
    """Makes the table, or gives it these columns; those that stay are not touched."""
    server.execute(sql.SQL("create table if not exists {} ()").format(name))
    is_there = dict(
        server.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute"
            " where attrelid = %s::regclass and attnum > 0 and not attisdropped",
            [name.as_string(server)],
        ).fetchall()
    )
    wanted = {column.name: column.type for column in columns}
    changes = [
        sql.SQL("drop column {}").format(sql.Identifier(gone))
        for gone, its_type in is_there.items()
        if wanted.get(gone) != its_type
    ] + [
        sql.SQL("add column {} {}").format(sql.Identifier(new), sql.SQL(its_type))
        for new, its_type in wanted.items()
        if is_there.get(new) != its_type
    ]
    if changes:
        server.execute(sql.SQL("alter table {} {}").format(name, sql.SQL(", ").join(changes)))


def _copy(
    connection: duckdb.DuckDBPyConnection,
    server: psycopg.Connection,
    name: sql.Identifier,
    table: Table,
    columns: Sequence[Column],
) -> None:
    texts = ", ".join(f"{column.text} as c{place}" for place, column in enumerate(columns))
    rows = connection.sql(f"from {table.relation}").project(texts)
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    copying = sql.SQL("copy {} ({}) from stdin (format csv)").format(name, names)
    without_header = csv.WriteOptions(include_header=False)
    with server.cursor().copy(copying) as copy:
        for batch in rows.to_arrow_reader(_ROWS_AT_A_TIME):
            # Text is quoted and null is not, so that PostgreSQL tells null from empty.
            written = io.BytesIO()
            csv.write_csv(batch, written, without_header)
            copy.write(written.getvalue())


def _index(
    server: psycopg.Connection, name: sql.Identifier, table: Table, columns: Sequence[Column]
) -> None:
    """Gives the table its indexes. Others that people have made stay, but for unique ones."""
    wanted = {(True, tuple(key)) for key in table.keys}
    if any(column.name == "lead_id" for column in columns):
        by_lead = any(key[0] == "lead_id" for key in table.keys)
        wanted |= set() if by_lead else {(False, ("lead_id",))}
    found = server.execute(
        "select indexrelid::regclass::text, indisunique, array("
        "     select attname::text from unnest(indkey) with ordinality as part (number, place)"
        "     join pg_attribute on attrelid = indrelid and attnum = number order by place"
        " ) from pg_index where indrelid = %s::regclass and not indisprimary",
        [name.as_string(server)],
    ).fetchall()
    is_there = {(is_unique, tuple(of)): index for index, is_unique, of in found}
    for index in (is_there[other] for other in is_there.keys() - wanted if other[0]):
        server.execute(sql.SQL("drop index {}").format(sql.SQL(index)))
    for is_unique, of in sorted(wanted - is_there.keys()):
        server.execute(
            sql.SQL("create {} index on {} ({})").format(
                sql.SQL("unique" if is_unique else ""),
                name,
                sql.SQL(", ").join(map(sql.Identifier, of)),
            )
        )


def _describe(
    server: psycopg.Connection, name: sql.Identifier, table: Table, columns: Sequence[Column]
) -> None:
    comment = sql.SQL("comment on {} {} is {}").format
    server.execute(comment(sql.SQL("table"), name, sql.Literal(table.description)))
    for column in columns:
        if column.name in table.columns:
            place = sql.SQL("{}.{}").format(name, sql.Identifier(column.name))
            description = sql.Literal(table.columns[column.name])
            server.execute(comment(sql.SQL("column"), place, description))


def _note_down(server: psycopg.Connection, schema: str, run: str, tables: Sequence[str]) -> None:
    """Says which run this is; drops what the last one published and this one does not."""
    name = sql.Identifier(schema, _RUN)
    server.execute(
        sql.SQL(
            "create table if not exists {}"
            " (run_id text not null, published_at timestamptz not null, tables text[] not null)"
        ).format(name)
    )
    before = server.execute(sql.SQL("delete from {} returning tables").format(name)).fetchall()
    server.execute(sql.SQL("insert into {} values (%s, now(), %s)").format(name), [run, [*tables]])
    for gone in sorted({table for (last,) in before for table in last} - set(tables)):
        server.execute(sql.SQL("drop table if exists {}").format(sql.Identifier(schema, gone)))
