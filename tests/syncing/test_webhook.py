"""The webhook and the alerts against a server on loopback."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import duckdb
import pytest

from leadhouse.syncing.alerts import Alerts, AlertsSettings, read_due_alerts
from leadhouse.syncing.destination import (
    BatchRefusedError,
    CallError,
    StopError,
    TryAgainError,
    Update,
)
from leadhouse.syncing.http import retry_after
from leadhouse.syncing.run import run_sync
from leadhouse.syncing.settings import SettingsError, SyncSettings
from leadhouse.syncing.webhook import Webhook, WebhookSettings, from_environment
from tests.syncing.loopback import Fault, Receiver
from tests.syncing.warehouse import check_log, make_warehouse, raise_alerts

HASTY = SyncSettings(attempts=2, wait_seconds=0.001, longest_wait_seconds=0.002)
UPDATES = [
    Update("l1", "l1", None, {"score": 81.5, "reason": "Zürich"}),
    Update("l2", "l2", None, {"score": None, "reason": None}, is_leaving=True),
]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def test_a_batch_is_posted_signed_under_its_request_id(receiver: Receiver) -> None:
    webhook = Webhook(WebhookSettings(url=receiver.url, secret="s3cret"))  # noqa: S106
    assert [answer.status for answer in webhook.tell("request-1", UPDATES)] == ["told", "told"]
    [posted] = receiver.requests
    headers = posted.headers
    assert posted.json == {
        "request_id": "request-1",
        "updates": [
            {
                "lead_id": "l1",
                "is_leaving": False,
                "properties": {"score": 81.5, "reason": "Zürich"},
            },
            {"lead_id": "l2", "is_leaving": True, "properties": {"score": None, "reason": None}},
        ],
    }
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == "request-1"
    digest = hmac.new(b"s3cret", posted.body, hashlib.sha256).hexdigest()
    assert headers["Leadhouse-Signature"] == f"sha256={digest}"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, TryAgainError),
        (408, TryAgainError),
        (500, TryAgainError),
        (503, TryAgainError),
        (400, BatchRefusedError),
        (413, BatchRefusedError),
        (422, BatchRefusedError),
        (301, StopError),
        (401, StopError),
        (404, StopError),
    ],
)
def test_what_an_answer_means(receiver: Receiver, status: int, error: type[CallError]) -> None:
    receiver.plan = lambda _: Fault(status, {"Retry-After": "7"}, b"what happened")
    with pytest.raises(error, match=f"^HTTP {status}: what happened$") as raised:
        Webhook(WebhookSettings(url=receiver.url)).tell("r", UPDATES)
    assert raised.value.http_status == status
    if error is TryAgainError:
        assert raised.value.after == 7


def test_secrets_and_addresses_that_a_server_echoes_are_not_told(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{receiver.url}/hooks/T0K3N"
    monkeypatch.setenv("LEADHOUSE_WEBHOOK_URL", url)
    monkeypatch.setenv("LEADHOUSE_WEBHOOK_SECRET", "hush-hush")
    said = '{{"to": "{}", "by": "{}", "of": "{}", "not found": "/{}"}}'
    echo = said.format(url, "hush-hush", "a@b.example", "hooks/T0K3N")
    receiver.plan = lambda _: Fault(400, body=echo.encode())
    with pytest.raises(BatchRefusedError) as raised:
        from_environment().tell("r", UPDATES)
    told = said.format("[secret]", "[secret]", "[address]", "[secret]")
    assert str(raised.value) == f"HTTP 400: {told}"


def test_what_a_server_says_cannot_move_a_cursor(receiver: Receiver) -> None:
    receiver.plan = lambda _: Fault(400, body="\x1b[2Jgone\r\nall \u202ewell".encode())
    with pytest.raises(BatchRefusedError) as raised:
        Webhook(WebhookSettings(url=receiver.url)).tell("r", UPDATES)
    assert str(raised.value) == r"HTTP 400: \x1b[2Jgone\r\nall \u202ewell"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(delay=0.3, acts=True), "^ReadTimeout: timed out$"),
        (Fault(is_cut=True), "^RemoteProtocolError: peer closed connection"),
    ],
)
def test_no_answer_is_tried_again(receiver: Receiver, fault: Fault, said: str) -> None:
    receiver.plan = lambda _: fault
    with pytest.raises(TryAgainError, match=said):
        Webhook(WebhookSettings(url=receiver.url, timeout_seconds=0.1)).tell("r", UPDATES)


@pytest.mark.parametrize("url", ["nowhere", "http://127.0.0.1:x/", "ftp://127.0.0.1/"])
def test_a_url_that_is_none_stops_and_is_not_told(url: str) -> None:
    with pytest.raises(StopError, match=r"^its URL is not one that can be called") as raised:
        Webhook(WebhookSettings(url=url)).tell("r", UPDATES)
    assert url not in str(raised.value)


def test_retry_after_is_seconds_or_a_date() -> None:
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert retry_after(in_an_hour) == pytest.approx(3600, abs=5)
    assert retry_after("Wed, 21 Oct 2015 07:28:00 -0000") == 0
    assert [retry_after(text) for text in ("2.5", "-1", "soon", "inf", "", None)] == [
        *(2.5, 0, None),
        *(None, None, None),
    ]


def test_a_missing_url_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEADHOUSE_WEBHOOK_URL", raising=False)
    monkeypatch.setenv("LEADHOUSE_WEBHOOK_BATCH_SIZE", "none")
    with pytest.raises(SettingsError) as raised:
        from_environment()
    assert str(raised.value) == (
        "Set these environment variables right (LEADHOUSE_WEBHOOK_URL: it is missing; "
        "LEADHOUSE_WEBHOOK_BATCH_SIZE: Input should be a valid integer, unable to parse string as "
        "an integer); docs/sync.md tells of each."
    )


def test_each_alert_is_posted_once_and_again_only_if_nobody_knows(receiver: Receiver) -> None:
    connection = duckdb.connect()
    make_warehouse(connection, "fake", {"score": "score"})
    raise_alerts(connection, [f"Lead {number} is hot" for number in range(4)])
    answers = iter([200, 500, 500, 200, 400])
    receiver.plan = lambda _: Fault(next(answers, 200), acts=True)
    channel = Alerts(AlertsSettings(url=receiver.url))

    def post() -> list[tuple[str, str]]:
        receiver.requests.clear()
        run_sync(connection, channel, HASTY, read_due_alerts(connection))
        check_log(connection)
        return [
            (posted.headers["Idempotency-Key"], posted.json["text"]) for posted in receiver.requests
        ]

    texts = {f"a{number}": f"Lead {number} is hot" for number in range(4)}
    # The second is given up after two attempts, the last one refused.
    assert post() == [(alert, texts[alert]) for alert in ("a0", "a1", "a1", "a2", "a3")]
    assert post() == [("a1", texts["a1"])]
    assert post() == []


def test_a_refused_model_is_an_alert_for_as_long_as_the_same_is_wrong(receiver: Receiver) -> None:
    connection = duckdb.connect()
    make_warehouse(connection, "fake", {"score": "score"})
    raise_alerts(connection, ["Lead 0 is hot"])
    channel = Alerts(AlertsSettings(url=receiver.url))

    def post(*models: tuple[str, str, str], as_of: str) -> list[str]:
        """What is posted after a build, which makes the table anew."""
        connection.execute("delete from model_alerts")
        for model in models:
            connection.execute("insert into model_alerts values (?, ?, ?, ?)", [*model, as_of])
        receiver.requests.clear()
        run_sync(connection, channel, HASTY, read_due_alerts(connection))
        check_log(connection)
        return [posted.json["text"] for posted in receiver.requests]

    wrong = ("m2", "m1", "Its bytes do not have the SHA-256.")
    told = "Model m2 is refused, and m1 scores: Its bytes do not have the SHA-256."
    assert post(wrong, as_of="2026-01-02") == ["Lead 0 is hot", told]
    assert post(wrong, ("m1", "m0", "It is <gone>."), as_of="2026-01-03") == [
        "Model m1 is refused, and m0 scores: It is &lt;gone&gt;."
    ]
    assert post(as_of="2026-01-04") == []
    now_by_another = ("m2", "m0", "Its bytes do not have the SHA-256.")
    assert post(now_by_another, as_of="2026-01-05") == [told.replace("m1", "m0")]


def test_no_alert_mentions_everybody_or_forges_a_link(receiver: Receiver) -> None:
    connection = duckdb.connect()
    make_warehouse(connection, "fake", {"score": "score"})
    texts = ["<!channel> & all", "<http://evil.example|click>", "&lt;@U1&gt;", 'it\'s "hot"']
    raise_alerts(connection, texts)
    due = read_due_alerts(connection)
    assert run_sync(connection, Alerts(AlertsSettings(url=receiver.url)), HASTY, due).told == 4
    assert [posted.json for posted in receiver.requests] == [
        {"text": "&lt;!channel&gt; &amp; all"},
        {"text": "&lt;http://evil.example|click&gt;"},
        {"text": "&amp;lt;@U1&amp;gt;"},
        {"text": 'it\'s "hot"'},
    ]


def test_a_webhook_is_told_texts_as_they_are(receiver: Receiver) -> None:
    Webhook(WebhookSettings(url=receiver.url)).tell("r", [Update("<l>", "l", None, {"t": "a&<b>"})])
    [told] = receiver.requests[0].json["updates"]
    assert (told["lead_id"], told["properties"]) == ("<l>", {"t": "a&<b>"})
