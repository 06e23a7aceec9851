"""The PostgreSQL server that is published to: which, by whom it is written, and who reads."""

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from leadhouse.publishing.tables import PublishError

READER = "leadhouse_reader"
_URL = "LEADHOUSE_POSTGRES_URL"
_NAMES_A_SERVER = ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE")
_SECONDS_TO_CONNECT = 10
# A password that holds @, / or : is torn apart, and libpq would name a piece of it as one of these.
_PARTS = {"host": r"[\w./,:-]*", "port": r"[\d,]*", "dbname": r"[^@/]*"}
# How long a change of columns waits for those who read the table: others wait behind it.
_SECONDS_TO_LOCK = 30
# What keeps a server from taking away rows that are deleted: transactions, of whoever, replicas
# included, that may still read them. (Its own cleaning reads nothing; that it is that, not every
# role may see.)
_READING_SINCE_BEFORE = """
select count(*)
from (
    select backend_xmin as since from pg_stat_activity
    where pid <> pg_backend_pid() and backend_type is distinct from 'autovacuum worker'
        and coalesce(datname = current_database(), true)
    union all
    select backend_xid from pg_stat_activity
    where pid <> pg_backend_pid() and datname = current_database()
    union all
    select transaction from pg_prepared_xacts where database = current_database()
    union all
    select xmin from pg_replication_slots
) as readers
where age(since) > age(%s::xid)
"""


@contextmanager
def writing(schema: str) -> Iterator[psycopg.Connection]:
    """A transaction on the server, begun when no other publisher to that schema has one.

    Raises:
        PublishError: the server is not named, cannot be reached or refuses what it is told; the
            message holds no secret. Nothing of the transaction was done.
    """
    with _sentences(), _connect() as connection, connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [schema])
        connection.execute(f"set local lock_timeout = '{_SECONDS_TO_LOCK}s'")
        yield connection


def check_server() -> str:
    """Connects, and says which server it is. Raises PublishError as `writing` does."""
    with _sentences(), _connect() as connection:
        return name_of(connection)


def name_of(server: psycopg.Connection) -> str:
    """The database and where it is, for people, and to tell one from another."""
    return f"{server.info.dbname} on {server.info.host}:{server.info.port}"


def write_anew(schema: str, tables: Sequence[str]) -> None:
    """Has the server write tables and their indexes anew, without the bytes of deleted rows.

    A vacuum that is not full leaves them in the room that it makes free. Readers wait meanwhile,
    for one table at a time. What the server has learnt of the tables for its plans, which are
    values from them, is learnt anew; its old notes are written over only where this role owns the
    database, else in the server's own time.

    Raises:
        PublishError: as with `writing`, or readers have not ended who began before; some tables
            may be written by then.
    """
    with _sentences(), _connect() as server:
        refused: list[str] = []
        server.add_notice_handler(
            lambda notice: (
                refused.append(str(notice.message_primary))
                if notice.severity_nonlocalized == "WARNING"
                else None
            )
        )
        _wait_for_readers(server)
        server.execute(f"set lock_timeout = '{_SECONDS_TO_LOCK}s'")
        for table in tables:
            name = sql.Identifier(schema, table)
            server.execute(sql.SQL("vacuum (full, analyze) {}").format(name))
        [(is_owner,)] = server.execute(
            "select pg_has_role(datdba, 'usage') from pg_database"
            " where datname = current_database()"
        ).fetchall()
        if is_owner:
            server.execute("vacuum full pg_catalog.pg_statistic")
    if refused:
        raise PublishError(f"PostgreSQL refuses: {refused[0]}.")


def _wait_for_readers(server: psycopg.Connection) -> None:
    """Waits until nobody reads who has begun before now."""
    [(now,)] = server.execute("select pg_snapshot_xmax(pg_current_snapshot())::text").fetchall()
    deadline = time.monotonic() + _SECONDS_TO_LOCK
    while True:
        [(count,)] = server.execute(_READING_SINCE_BEFORE, [str(int(now) % 2**32)]).fetchall()
        if not count:
            return
        if time.monotonic() > deadline:
            raise PublishError(
                f"{count} transactions on the server began before the rows were deleted and may "
                "still read them: have them end (pg_stat_activity names them)."
            )
        time.sleep(0.5)


@contextmanager
def told_to_libpq() -> Iterator[str]:
    """A connection string without the password, for a library that might write it down.

    The password is meanwhile where libpq looks for it, in this process's environment.
    """
    parameters = _parameters()
    password = parameters.pop("password", None)
    before = os.environ.get("PGPASSWORD")
    if password is None:
        yield make_conninfo(**parameters)
        return
    os.environ["PGPASSWORD"] = password
    try:
        yield make_conninfo(**parameters)
    finally:
        if before is None:
            del os.environ["PGPASSWORD"]
        else:
            os.environ["PGPASSWORD"] = before


def let_readers_in(connection: psycopg.Connection, schema: str, tables: Sequence[str]) -> str:
    """Lets the role of readers read the tables of a schema, and makes it where it is missing.

    Returns:
        a sentence for people where there is no such role and the publisher may not make it,
        else nothing.
    """
    role = sql.Identifier(READER)
    [(is_there, may_make)] = connection.execute(
        "select exists(select from pg_roles where rolname = %s),"
        " (select rolsuper or rolcreaterole from pg_roles where rolname = current_user)",
        [READER],
    ).fetchall()
    if not is_there and not may_make:
        return (
            f"There is no role {READER}, and this one may not make it:"
            f" have `create role {READER}` run, and publish again."
        )
    if not is_there:
        connection.execute(sql.SQL("create role {} nologin").format(role))
    connection.execute(
        sql.SQL("grant usage on schema {} to {}").format(sql.Identifier(schema), role)
    )
    names = sql.SQL(", ").join(sql.Identifier(schema, table) for table in tables)
    connection.execute(sql.SQL("grant select on {} to {}").format(names, role))
    return ""


def _connect() -> psycopg.Connection:
    given = {"connect_timeout": _SECONDS_TO_CONNECT, "application_name": "leadhouse"}
    return psycopg.connect(**(given | _parameters() | {"client_encoding": "UTF8"}), autocommit=True)


def _parameters() -> dict[str, str]:
    """What the URL says; nothing where libpq's own variables are to say it."""
    url = os.environ.get(_URL, "")
    if not url:
        if not any(os.environ.get(name) for name in _NAMES_A_SERVER):
            raise PublishError(
                f"No PostgreSQL server is named: set {_URL} (postgresql://user@host/database),"
                " or libpq's PGHOST, PGUSER, PGDATABASE."
            )
        return {}
    try:
        parameters = conninfo_to_dict(url)
    except psycopg.Error:
        parameters = {"host": "?"}
    if not all(re.fullmatch(pattern, parameters.get(part, "")) for part, pattern in _PARTS.items()):
        raise PublishError(
            f"{_URL} cannot be read: write postgresql://user:password@host:port/database, with"
            " percent signs for special characters of the password (%40 for @)."
        )
    return parameters


@contextmanager
def _sentences() -> Iterator[None]:
    """Turns what the server says into sentences for people."""
    try:
        yield
    except psycopg.Error as error:
        refusal = error.diag.message_primary
        if not refusal:
            reasons = " ".join(str(error).split())
            raise PublishError(f"The PostgreSQL server cannot be used: {reasons}") from None
        detail = f" ({error.diag.message_detail})" if error.diag.message_detail else ""
        raise PublishError(f"PostgreSQL refuses: {refusal}{detail}.") from None
