"""Why a destination could not be told to empty a person's records is said in a sentence."""

from collections.abc import Iterator

import duckdb
import pytest

from leadhouse.forgetting.places import Place, empty_places
from tests.syncing.loopback import Fault, Receiver
from tests.syncing.warehouse import make_warehouse

HERS = [Place(lead, lead, None, '{"score":null}') for lead in ("l1", "l2")]


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    make_warehouse(connection, "webhook", {"score": "score"})
    return connection


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with Receiver() as receiver:
        monkeypatch.setenv("LEADHOUSE_WEBHOOK_URL", receiver.url)
        monkeypatch.setenv("LEADHOUSE_WEBHOOK_BATCH_SIZE", "1")
        monkeypatch.setenv("LEADHOUSE_WEBHOOK_PARALLEL_CALLS", "1")
        monkeypatch.setenv("LEADHOUSE_SYNC_ATTEMPTS", "1")
        yield receiver


def test_what_is_emptied(connection: duckdb.DuckDBPyConnection, receiver: Receiver) -> None:
    assert empty_places(connection, "webhook", HERS) == "emptied"
    assert [posted.json["updates"][0]["is_leaving"] for posted in receiver.requests] == [True] * 2


def test_what_is_refused_or_has_no_answer(
    connection: duckdb.DuckDBPyConnection, receiver: Receiver
) -> None:
    answers = iter([422, 503])
    receiver.plan = lambda _: Fault(next(answers))
    said = empty_places(connection, "webhook", HERS)
    assert said == "1 refused and 1 left unanswered."


def test_what_stops(connection: duckdb.DuckDBPyConnection, receiver: Receiver) -> None:
    receiver.plan = lambda _: Fault(410, body=b"gone")
    said = empty_places(connection, "webhook", HERS)
    assert said == "webhook takes no more calls: HTTP 410: gone"
