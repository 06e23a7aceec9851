"""A PostgreSQL server of the tests' own, without a network, and in it a database for each test."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote

import duckdb
import psycopg
import pytest
from psycopg import sql

from leadhouse.publishing.ducklake import load_extensions

# Nothing that is logged or told may hold it; it needs its percent signs in a URL.
PASSWORD = "pass/word@:%"  # noqa: S105
_NUMBERS = count()


@dataclass(frozen=True)
class Database:
    """A database on the tests' server."""

    socket: Path
    name: str

    def url(self, user: str = "postgres", password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{quote(password, safe='')}@/{self.name}?host={self.socket}"

    def connect(self, user: str = "postgres", **options: object) -> psycopg.Connection:
        return psycopg.connect(self.url(user), autocommit=True, **options)

    def run(self, *statements: str) -> None:
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    def query(self, statement: str, user: str = "postgres") -> list[tuple]:
        with self.connect(user) as connection:
            return connection.execute(statement).fetchall()

    def attach_lake(self, connection: duckdb.DuckDBPyConnection, user: str) -> None:
        """Attaches the DuckLake catalogued here as docs/publishing.md says; needs PGPASSWORD."""
        load_extensions(connection)
        connection.execute(
            f"attach 'ducklake:postgres:dbname={self.name} host={self.socket} user={user}'"
            " as lake (metadata_schema 'leadhouse_ducklake', read_only)"
        )

    def make_login(self, name: str, role: str | None = None) -> None:
        """A login of that name that is a member of the role, if any."""
        with self.connect() as connection:
            known = connection.execute("select from pg_roles where rolname = %s", [name]).fetchall()
            if not known:
                password = sql.Literal(PASSWORD)
                connection.execute(
                    sql.SQL("create role {} login password {}").format(
                        sql.Identifier(name), password
                    )
                )
            if role:
                connection.execute(f"grant {role} to {name}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """The folder of a server's socket."""
    places = [*map(str, Path("/usr/lib/postgresql").glob("*/bin")), os.environ["PATH"]]
    initdb = shutil.which("initdb", path=os.pathsep.join(places))
    if not initdb:
        pytest.skip("PostgreSQL is not installed; as root on Debian, scripts/postgres installs it")
    pg_ctl = Path(initdb).resolve().with_name("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="leadhouse_postgres_"))
    # The server refuses to run as root; Debian's package has made a user for it.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user, user)
        folder.chmod(0o755)

    def run(*command: object) -> None:
        subprocess.run(command, check=True, cwd=folder, user=user, stdout=subprocess.DEVNULL)

    password_file = folder / "password"
    password_file.write_text(PASSWORD)
    data, log = folder / "data", folder / "log"
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run(
        *(initdb, "--pgdata", data, "--username", "postgres", "--pwfile", password_file),
        *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync"),
    )
    run(pg_ctl, "start", "--wait", "--pgdata", data, "--log", log, "--options", options)
    yield folder
    run(pg_ctl, "stop", "--wait", "--mode", "immediate", "--pgdata", data)
    shutil.rmtree(folder)


@pytest.fixture
def database(postgres_server: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A new database, which the environment names as the one to publish to."""
    made = Database(postgres_server, f"test_{next(_NUMBERS)}")
    maintenance = Database(postgres_server, "postgres")
    maintenance.run(f"create database {made.name}")
    monkeypatch.setenv("LEADHOUSE_POSTGRES_URL", made.url())
    yield made
    maintenance.run(f"drop database {made.name} with (force)")
