"""What is wrong with a server, or how it is named, is told in a sentence without its password."""

import os
import socket
import traceback

import pytest

from leadhouse.publishing.postgres_server import check_server, told_to_libpq
from leadhouse.publishing.tables import PublishError
from tests.publishing.conftest import PASSWORD, Database

SECRET = "Pa55word"  # noqa: S105
LIBPQ = [name for name in os.environ if name.startswith("PG")]


@pytest.fixture(autouse=True)
def _no_server_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ["LEADHOUSE_POSTGRES_URL", *LIBPQ]:
        monkeypatch.delenv(name, raising=False)


def refusal(monkeypatch: pytest.MonkeyPatch, url: str) -> str:
    monkeypatch.setenv("LEADHOUSE_POSTGRES_URL", url)
    with pytest.raises(PublishError) as error:
        check_server()
    printed = "".join(traceback.format_exception(error.value))
    assert SECRET not in printed
    assert PASSWORD not in printed
    assert "\n" not in str(error.value)
    return str(error.value)


def test_no_server_is_named() -> None:
    with pytest.raises(PublishError, match=r"^No PostgreSQL server is named: set LEADHOUSE_POST"):
        check_server()


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{SECRET}@@host/database",
        f"postgresql://me:a@{SECRET}/b@host/database",
        f"postgresql://me:{SECRET}/b@host/database",
        f"postgresql://me:12/{SECRET}@host/database",
        f"postgresql://me:12:{SECRET}/b@host/database",
        f"postgresql://me:%zz{SECRET}@host/database",
        f"postgresql://me:a@host:{SECRET}/database",
        f"password={SECRET} and more",
        f"host=a password='{SECRET}",
        SECRET,
    ],
)
def test_a_url_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    told = refusal(monkeypatch, url)
    assert told.startswith("LEADHOUSE_POSTGRES_URL cannot be read: write postgresql://user:")


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        told = refusal(monkeypatch, f"postgresql://me:{SECRET}@127.0.0.1:{port}/database")
    assert told.startswith("The PostgreSQL server cannot be used: ")
    assert "Connection refused" in told


def test_a_wrong_password(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    told = refusal(monkeypatch, database.url(password=SECRET))
    assert 'password authentication failed for user "postgres"' in told


def test_a_missing_database(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    told = refusal(monkeypatch, Database(database.socket, "elsewhere").url())
    assert 'database "elsewhere" does not exist' in told


def test_libpqs_own_variables_name_it_too(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.delenv("LEADHOUSE_POSTGRES_URL")
    monkeypatch.setenv("PGHOST", str(database.socket))
    monkeypatch.setenv("PGUSER", "postgres")
    with pytest.raises(PublishError, match="no password supplied"):
        check_server()
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    check_server()
    with told_to_libpq() as told:
        assert told == ""


def test_a_library_that_writes_down_how_it_connects_knows_no_password(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.setenv("LEADHOUSE_POSTGRES_URL", database.url())
    monkeypatch.setenv("PGPASSWORD", "of somebody else")
    with told_to_libpq() as told:
        assert os.environ["PGPASSWORD"] == PASSWORD
        assert database.name in told
        assert PASSWORD not in told
        assert "password" not in told
    assert os.environ["PGPASSWORD"] == "of somebody else"
