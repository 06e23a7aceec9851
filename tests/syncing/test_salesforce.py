"""Salesforce as a destination, told by the real client against a Salesforce on loopback."""

import logging
import random
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter

from leadhouse.syncing.destination import (
    BatchRefusedError,
    StopError,
    TryAgainError,
    Update,
)
from leadhouse.syncing.destinations import make_destination
from leadhouse.syncing.fields import FIELDS
from leadhouse.syncing.salesforce import Salesforce
from leadhouse.syncing.salesforce_client import Client, SalesforceSettings, TimedSession
from leadhouse.syncing.settings import SettingsError
from tests.syncing.loopback import GATEWAY_PAGE, Fault
from tests.syncing.salesforce_server import SalesforceServer
from tests.syncing.telling import message, statuses, tell_through_faults

PROPERTIES = {
    "Leadhouse_Score__c": "score",
    "Leadhouse_Tier__c": "tier",
    "Leadhouse_Scored_At__c": "scored_at",
}
VALUES = {
    "Leadhouse_Score__c": 87.3,
    "Leadhouse_Tier__c": "hot",
    "Leadhouse_Scored_At__c": "2026-01-31T07:00:00Z",
}
EMPTY = dict.fromkeys(VALUES)
Connect = Callable[..., Salesforce]
COLLECTION = "composite/sobjects/Lead/Leadhouse_Id__c"
BUSY = b'[{"errorCode": "SERVER_UNAVAILABLE", "message": "busy"}]'
NO_ANSWER = "No whole answer from Salesforce ("
UNREADABLE = "Salesforce's answer can't be read ("


@pytest.fixture
def server() -> Iterator[SalesforceServer]:
    with SalesforceServer() as server:
        server.add_field("Leadhouse_Id__c", type="Text", externalId=True)
        server.add_field("Leadhouse_Score__c", type="Number")
        server.add_field("Leadhouse_Tier__c", type="Text")
        server.add_field("Leadhouse_Scored_At__c", type="DateTime")
        yield server


@pytest.fixture
def connect(server: SalesforceServer, tmp_path: Path) -> Connect:
    """Makes a destination that trusts the server."""

    def make(timeout_seconds: float = 5.0, **settings: object) -> Salesforce:
        if "consumer_key" not in settings:
            settings = {"access_token": server.token} | settings
        settings = {"instance_url": server.url, "poll_seconds": 0.01} | settings
        session = TimedSession(timeout_seconds)
        session.trust_env = False
        session.verify = str(tmp_path / "authority.pem")
        server.authority.cert_pem.write_to_path(session.verify)
        session.mount("https://acme.my.salesforce.com", ToLoopback(server.url))
        made = SalesforceSettings(**settings)
        return Salesforce(made, Client(made, session))

    return make


class ToLoopback(HTTPAdapter):
    """Sends what is for the company's address at Salesforce to the server instead."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, **how: object) -> requests.Response:
        request.url = request.url.replace("https://acme.my.salesforce.com", self._url)
        return super().send(request, **how)


def update(lead_id: str, record_id: str | None = None, **values: object) -> Update:
    return Update(lead_id, lead_id, record_id, VALUES | values)


def leaving(lead_id: str, record_id: str | None = None) -> Update:
    return Update(lead_id, lead_id, record_id, EMPTY, is_leaving=True)


def shown(server: SalesforceServer, lead_id: str) -> dict:
    """What a rep sees of our fields."""
    return {name: server.record(lead_id).get(name) for name in VALUES}


class TestCollections:
    def test_values_are_there_after_one_call(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        ids = [server.add(Leadhouse_Id__c=f"L{n}") for n in range(200)]
        answers = connect().tell("r1", [update(f"L{n}", Leadhouse_Score__c=n) for n in range(200)])
        assert [(a.status, a.record_id) for a in answers] == [("told", id_) for id_ in ids]
        assert shown(server, "L7") == VALUES | {"Leadhouse_Score__c": 7}
        assert len(server.requests) == 1

    def test_only_the_guilty_row_is_refused(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        for n in range(3):
            server.add(Leadhouse_Id__c=f"L{n}")
        long = update("L1", Leadhouse_Tier__c="x" * 256)
        answers = connect().tell("r1", [update("L0"), long, update("L2"), update("L3")])
        assert statuses(answers) == ["told", "refused", "told", "refused"]
        assert "STRING_TOO_LONG" in answers[1].text
        assert "REQUIRED_FIELD_MISSING" in answers[3].text
        assert shown(server, "L1") == EMPTY
        assert shown(server, "L2") == VALUES

    def test_none_empties(self, server: SalesforceServer, connect: Connect) -> None:
        server.add(Leadhouse_Id__c="L1", **VALUES)
        connect().tell("r1", [update("L1", Leadhouse_Tier__c=None)])
        assert shown(server, "L1") == VALUES | {"Leadhouse_Tier__c": None}

    def test_a_locked_row_alone_is_sent_again(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        server.add(Leadhouse_Id__c="L1")
        server.add(Leadhouse_Id__c="L2")
        server.locked["L2"] = 1
        assert statuses(connect().tell("r1", [update("L1"), update("L2")])) == ["told", "told"]
        again = server.calls("PATCH", COLLECTION)[1].json["records"]
        assert [row["Leadhouse_Id__c"] for row in again] == ["L2"]
        assert shown(server, "L2") == VALUES

    def test_a_row_that_stays_locked_is_tried_again_later(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        server.add(Leadhouse_Id__c="L1")
        server.locked["L1"] = 99
        with pytest.raises(TryAgainError, match="1 of 1 records were locked"):
            connect().tell("r1", [update("L1")])


class TestJobs:
    def test_many_go_by_one_job(self, server: SalesforceServer, connect: Connect) -> None:
        ids = [server.add(Leadhouse_Id__c=f"L{n}") for n in range(201)]
        updates = [update(f"L{n}", Leadhouse_Tier__c='a "hot"\none, ä') for n in range(201)]
        answers = connect().tell("r1", updates)
        assert [(a.status, a.record_id) for a in answers] == [("told", id_) for id_ in ids]
        assert shown(server, "L200") == VALUES | {"Leadhouse_Tier__c": 'a "hot"\none, ä'}
        assert len(server.jobs) == 1
        assert not server.calls("PATCH", COLLECTION)

    def test_results_find_their_lead(self, server: SalesforceServer, connect: Connect) -> None:
        for n in range(4):
            server.add(Leadhouse_Id__c=f"L{n}", **VALUES)
        empty = update("L3", Leadhouse_Score__c=None, Leadhouse_Tier__c="")
        updates = [empty, update("gone"), update("L0")]
        answers = connect(bulk_above=2).tell("r1", updates)
        assert statuses(answers) == ["told", "refused", "told"]
        assert "REQUIRED_FIELD_MISSING" in answers[1].text
        assert shown(server, "L3") == EMPTY | {"Leadhouse_Scored_At__c": "2026-01-31T07:00:00Z"}

    def test_unprocessed_and_locked_rows_are_sent_again(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        for n in range(6):
            server.add(Leadhouse_Id__c=f"L{n}")
        server.skipped["L1"] = 1
        server.locked["L2"] = 1
        answers = connect(bulk_above=3).tell("r1", [update(f"L{n}") for n in range(6)])
        assert statuses(answers) == ["told"] * 6
        assert all(shown(server, f"L{n}") == VALUES for n in range(6))
        assert len(server.calls("PATCH", COLLECTION)[0].json["records"]) == 2

    def test_a_failed_job_is_tried_again(self, server: SalesforceServer, connect: Connect) -> None:
        for n in range(2):
            server.add(Leadhouse_Id__c=f"L{n}")
        server.skipped["L1"], server.is_failing_on_skips = 1, True
        destination = connect(bulk_above=0)
        with pytest.raises(TryAgainError, match=r"A job at Salesforce did not end well .*Exceed"):
            destination.tell("r1", [update("L0"), update("L1")])
        assert statuses(destination.tell("r1", [update("L0"), update("L1")])) == ["told", "told"]
        assert shown(server, "L1") == VALUES

    def test_a_job_that_takes_too_long_is_aborted(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        server.add(Leadhouse_Id__c="L1")
        server.polls_needed = 10_000
        with pytest.raises(TryAgainError, match="Job timeout"):
            connect(bulk_above=0, longest_job_seconds=0.2).tell("r1", [update("L1")])
        assert [job.state for job in server.jobs.values()] == ["Aborted"]
        assert shown(server, "L1") == EMPTY

    def test_an_unknown_field_stops(self, server: SalesforceServer, connect: Connect) -> None:
        server.open_fields.remove("Leadhouse_Tier__c")
        said = r"could not begin with a job \(.*Leadhouse_Tier__c.*--setup"
        with pytest.raises(StopError, match=said):
            connect(bulk_above=0).tell("r1", [update("L1")])


class TestLeaving:
    @pytest.mark.parametrize("bulk_above", [200, 0])
    def test_emptied_by_record_id_and_none_is_made(
        self, server: SalesforceServer, connect: Connect, bulk_above: int
    ) -> None:
        known = server.add(Leadhouse_Id__c="L1", **VALUES)
        server.add(Leadhouse_Id__c="L2", **VALUES)
        deleted = server.add(Leadhouse_Id__c="L3", **VALUES)
        server.delete(deleted)
        server.add(Leadhouse_Id__c="L5")
        updates = [
            leaving("L1", known),
            leaving("L2"),
            leaving("L3", deleted),
            leaving("L4"),
            update("L5"),
        ]
        answers = connect(bulk_above=bulk_above).tell("r1", updates)
        assert statuses(answers) == ["told", "told", "missing", "missing", "told"]
        assert answers[3].text == "Salesforce has no such record."
        assert [shown(server, lead) for lead in ("L1", "L2", "L5")] == [EMPTY, EMPTY, VALUES]
        assert len(server.records) == 3

    def test_the_key_stays(self, server: SalesforceServer, connect: Connect) -> None:
        server.add(Leadhouse_Id__c="L1", **VALUES)
        named = Update("L1", "L1", None, EMPTY | {"Leadhouse_Id__c": None}, is_leaving=True)
        assert statuses(connect().tell("r1", [named])) == ["told"]
        assert shown(server, "L1") == EMPTY
        assert server.record("L1")["Leadhouse_Id__c"] == "L1"

    def test_a_converted_lead_is_no_record_any_more(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        server.converted.add(server.add(Leadhouse_Id__c="L1", **VALUES))
        assert statuses(connect().tell("r1", [leaving("L1")])) == ["missing"]


def test_lead_ids_may_be_salesforces_own(server: SalesforceServer, connect: Connect) -> None:
    id_ = server.add()
    destination = connect(external_id="Id")
    answers = destination.tell("r1", [update(id_), update("00Q000000000999AAA")])
    assert statuses(answers) == ["told", "missing"]
    assert server.records[id_]["Leadhouse_Score__c"] == 87.3
    assert statuses(destination.tell("r2", [leaving(id_)])) == ["told"]
    assert server.records[id_]["Leadhouse_Score__c"] is None
    assert len(server.records) == 1


def test_read_gives_what_is_there_as_it_was_told(
    server: SalesforceServer, connect: Connect
) -> None:
    names = [f"it's \\ {n}" for n in range(201)]
    for name in names:
        server.add(Leadhouse_Id__c=name, **VALUES)
    found = connect().read([update("nobody"), *map(update, names)], list(VALUES))
    assert found == [{}] + [VALUES] * 201
    assert len(server.requests) == 2


class TestFaults:
    @pytest.mark.parametrize("acts", [False, True])
    @pytest.mark.parametrize(
        "failure",
        [
            ({"delay": 0.6}, NO_ANSWER),
            ({"is_cut": True}, NO_ANSWER),
            ({"body": b'[{"success": true, "i'}, NO_ANSWER),
            ({"body": b'[{"success": true}]'}, UNREADABLE),
            ({"body": b"[]"}, UNREADABLE),
            ({"body": b"{}"}, UNREADABLE),
            ({"status": 429, "body": b"[]"}, "Salesforce answered 429."),
            ({"status": 500, "body": GATEWAY_PAGE}, "Salesforce answered 500."),
            ({"status": 503, "body": BUSY}, "Salesforce answered 503 (SERVER_UNAVAILABLE: busy)."),
        ],
        ids=lambda failure: ",".join(f"{k}={v!r:.12}" for k, v in failure[0].items()),
    )
    def test_tried_again_it_is_as_if_sent_once(
        self, server: SalesforceServer, connect: Connect, failure: tuple[dict, str], acts: bool
    ) -> None:
        fault, said = failure
        server.add(Leadhouse_Id__c="L1")
        server.add(Leadhouse_Id__c="L2")
        server.fail("PATCH", COLLECTION, Fault(acts=acts, **fault))
        destination = connect(timeout_seconds=0.3)
        with pytest.raises(TryAgainError, match=f"^{re.escape(said)}"):
            destination.tell("r1", [update("L1"), update("L2")])
        expected = VALUES if acts else EMPTY
        assert shown(server, "L1") == expected
        assert statuses(destination.tell("r1", [update("L1"), update("L2")])) == ["told", "told"]
        assert shown(server, "L1") == VALUES

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "jobs/ingest"),
            ("PUT", "batches"),
            ("PATCH", "jobs/ingest"),
            ("GET", "jobs/ingest"),
            ("GET", "successfulResults"),
        ],
    )
    @pytest.mark.parametrize("acts", [False, True])
    def test_a_job_may_break_at_any_call(
        self, server: SalesforceServer, connect: Connect, method: str, path: str, acts: bool
    ) -> None:
        server.add(Leadhouse_Id__c="L1")
        server.fail(method, path, Fault(503, body=GATEWAY_PAGE, acts=acts))
        destination = connect(bulk_above=0)
        with pytest.raises(TryAgainError):
            destination.tell("r1", [update("L1")])
        assert statuses(destination.tell("r1", [update("L1")])) == ["told"]
        assert shown(server, "L1") == VALUES
        # None is left that might write later what is old by then.
        assert "UploadComplete" not in [job.state for job in server.jobs.values()]

    @pytest.mark.parametrize("seed", range(10))
    def test_whatever_fails_the_newest_values_stand(
        self, server: SalesforceServer, connect: Connect, seed: int
    ) -> None:
        ids = [server.add(Leadhouse_Id__c=f"L{n}") for n in range(3)]
        chance = random.Random(seed)  # noqa: S311
        destination = connect(bulk_above=chance.choice((0, 200)), timeout_seconds=0.2)
        rounds = [
            [update(f"L{n}", Leadhouse_Score__c=version) for n in range(3)] for version in range(4)
        ]
        tell_through_faults(destination, server, rounds, chance)
        assert statuses(destination.tell("r3", rounds[-1])) == ["told"] * 3
        for id_ in ids:
            versions = [v["Leadhouse_Score__c"] for written, v in server.writes if written == id_]
            assert versions == sorted(versions)
            assert versions[-1] == server.records[id_]["Leadhouse_Score__c"] == 3

    def test_the_days_calls_are_used_up(self, server: SalesforceServer, connect: Connect) -> None:
        body = (
            b'[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]'
        )
        server.fail("PATCH", COLLECTION, Fault(403, body=body))
        with pytest.raises(StopError, match="API calls of the last 24 hours are used up"):
            connect().tell("r1", [update("L1")])

    def test_too_many_calls_at_once_pass(self, server: SalesforceServer, connect: Connect) -> None:
        text = b"ConcurrentRequests (Concurrent API Requests) Limit exceeded."
        body = b'[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "%s"}]' % text
        server.fail("PATCH", COLLECTION, Fault(403, body=body))
        with pytest.raises(TryAgainError, match=r"answered 403 \(REQUEST_LIMIT_EXCEEDED: Concurr"):
            connect().tell("r1", [update("L1")])

    def test_a_batch_refused_as_a_whole_is_to_be_split(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        body = b'[{"errorCode": "JSON_PARSER_ERROR", "message": "Unexpected character"}]'
        server.fail("PATCH", COLLECTION, Fault(400, body=body))
        with pytest.raises(BatchRefusedError, match=r"answered 400 \(JSON_PARSER_ERROR: Unexp"):
            connect().tell("r1", [update("L1")])

    @pytest.mark.parametrize("bulk_above", [0, 200])
    def test_a_field_that_the_user_may_not_edit_stops(
        self, server: SalesforceServer, connect: Connect, bulk_above: int
    ) -> None:
        server.add(Leadhouse_Id__c="L1")
        server.read_only.add("Leadhouse_Tier__c")
        destination = connect(bulk_above=bulk_above)
        said = r"does not let the user write \(.*Leadhouse_Tier__c.*--setup"
        with pytest.raises(StopError, match=said):
            destination.tell("r1", [update("L1")])
        with pytest.raises(StopError, match=r"read and edit .*Leadhouse_Tier__c"):
            destination.setup(PROPERTIES)

    def test_a_field_that_is_not_to_be_seen_stops(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        server.open_fields.remove("Leadhouse_Tier__c")
        said = r"not set up for this: run .*--setup, .* 400 \(INVALID_FIELD: .*Leadhouse_Tier__c"
        with pytest.raises(StopError, match=said):
            connect().tell("r1", [update("L1")])


class TestCredentials:
    def trusted(self, server: SalesforceServer) -> dict:
        return {
            "instance_url": "https://acme.my.salesforce.com",
            "consumer_key": server.key,
            "consumer_secret": server.secret,
        }

    def test_logs_in_once_and_anew_when_the_session_ends(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        server.add(Leadhouse_Id__c="L1")
        destination = connect(**self.trusted(server))
        assert statuses(destination.tell("r1", [update("L1")])) == ["told"]
        destination.tell("r2", [update("L1")])
        assert len(server.calls("POST", "/oauth2/token")) == 1
        server.tokens.clear()
        assert statuses(destination.tell("r3", [update("L1")])) == ["told"]
        server.tokens.clear()
        by_job = connect(bulk_above=0, **self.trusted(server))
        by_job.tell("r4", [update("L1")])
        server.tokens.clear()
        with pytest.raises(TryAgainError, match="session at Salesforce has ended; a new one is"):
            by_job.tell("r5", [update("L1")])
        assert statuses(by_job.tell("r5", [update("L1")])) == ["told"]

    def test_threads_share_one_login(self, server: SalesforceServer, connect: Connect) -> None:
        for n in range(8):
            server.add(Leadhouse_Id__c=f"L{n}")
        destination = connect(**self.trusted(server))
        threads = [
            threading.Thread(target=destination.tell, args=("r", [update(f"L{n}")]))
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [shown(server, f"L{n}") for n in range(8)] == [VALUES] * 8
        assert len(server.calls("POST", "/oauth2/token")) == 1

    def test_a_wrong_secret_stops(self, server: SalesforceServer, connect: Connect) -> None:
        wrong = self.trusted(server) | {"consumer_secret": "wrong-secret"}
        with pytest.raises(StopError, match=r"refused the login \(invalid_client\)"):
            connect(**wrong).tell("r1", [update("L1")])

    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            (Fault(503, body=GATEWAY_PAGE), "Salesforce's login answered 503."),
            (Fault(is_cut=True), NO_ANSWER),
        ],
    )
    def test_a_login_that_fails_is_tried_again(
        self, server: SalesforceServer, connect: Connect, fault: Fault, said: str
    ) -> None:
        server.add(Leadhouse_Id__c="L1")
        server.fail("POST", "/oauth2/token", fault)
        destination = connect(**self.trusted(server))
        with pytest.raises(TryAgainError, match=f"^{re.escape(said)}"):
            destination.tell("r1", [update("L1")])
        assert statuses(destination.tell("r1", [update("L1")])) == ["told"]

    def test_a_wrong_token_stops(self, server: SalesforceServer, connect: Connect) -> None:
        with pytest.raises(StopError, match="not accept LEADHOUSE_SALESFORCE_ACCESS_TOKEN"):
            connect(**{"access_token": "00D!wrong"}).tell("r1", [update("L1")])

    @pytest.mark.parametrize("bulk_above", [0, 200])
    def test_no_secret_in_any_message(
        self,
        server: SalesforceServer,
        connect: Connect,
        caplog: pytest.LogCaptureFixture,
        bulk_above: int,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        echo = f"Bearer {server.token} {server.key} {server.secret}".encode()
        trusted = self.trusted(server)
        write = ("PATCH", COLLECTION) if bulk_above else ("POST", "ingest")
        messages = []
        for place, settings in ((("POST", "token"), trusted), (write, trusted), (write, {})):
            for status in (200, 400, 401, 403, 404, 405, 429, 500):
                server.fail(*place, Fault(status, body=echo))
                messages.append(message(connect(bulk_above=bulk_above, **settings), update("L1")))
        assert all(messages)
        everything = " ".join([*messages, caplog.text, repr(SalesforceSettings(**trusted))])
        for secret in (server.token, server.secret, server.key):
            assert secret not in everything

    def test_settings_come_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LEADHOUSE_SALESFORCE_INSTANCE_URL", "http://acme.my.salesforce.com")
        with pytest.raises(SettingsError, match="LEADHOUSE_SALESFORCE_INSTANCE_URL"):
            make_destination("salesforce")
        monkeypatch.setenv("LEADHOUSE_SALESFORCE_INSTANCE_URL", "https://acme.my.salesforce.com")
        with pytest.raises(SettingsError, match="CONSUMER_KEY and LEADHOUSE_SALESFORCE_CONSUMER_"):
            make_destination("salesforce")
        monkeypatch.setenv("LEADHOUSE_SALESFORCE_ACCESS_TOKEN", "00D!token")
        assert make_destination("salesforce").name == "salesforce"


class TestSetup:
    def test_makes_what_is_missing_then_asks_for_access(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        server.fields.clear()
        server.open_fields.clear()
        server.add_field("Leadhouse_Tier__c", type="Text")
        destination = connect()
        with pytest.raises(StopError, match=r"read and edit .*Leadhouse_Score__c.*permission set"):
            destination.setup(PROPERTIES)
        kinds = {name: (m["type"], m.get("scale")) for name, m in server.fields.items()}
        assert kinds == {
            "Leadhouse_Tier__c": ("Text", None),
            "Leadhouse_Score__c": ("Number", 1),
            "Leadhouse_Scored_At__c": ("DateTime", None),
            "Leadhouse_Id__c": ("Text", None),
        }
        assert server.fields["Leadhouse_Id__c"]["unique"]
        with pytest.raises(StopError, match="read and edit"):
            destination.setup(PROPERTIES)
        server.open_fields |= set(server.fields)
        made = len(server.fields)
        assert len(destination.setup(PROPERTIES)) == made
        assert len(server.fields) == made
        server.add(Leadhouse_Id__c="L1")
        assert statuses(destination.tell("r1", [update("L1")])) == ["told"]

    def test_says_which_to_make_where_the_user_may_not(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        del server.fields["Leadhouse_Score__c"], server.fields["Leadhouse_Id__c"]
        server.may_customize = False
        with pytest.raises(StopError) as caught:
            connect().setup(PROPERTIES)
        assert str(caught.value) == (
            "An admin has to make these fields of Lead: Leadhouse_Score__c (Number 1), "
            "Leadhouse_Id__c (Text 255). Salesforce is not set up for this: run leadhouse sync "
            "--destination salesforce --setup, and see docs/salesforce.md. Salesforce answered "
            "403 (INSUFFICIENT_ACCESS: insufficient access rights on entity)."
        )
        assert "Leadhouse_Score__c" not in server.fields

    def test_names_all_fields_that_an_admin_has_to_make_or_open(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        every = {f"Leadhouse_{field.title()}__c": field for field in FIELDS}
        server.fields.clear()
        server.open_fields.clear()
        server.may_customize = False
        with pytest.raises(StopError, match="An admin has to make these fields of Lead: ") as made:
            connect().setup(every)
        server.may_customize = True
        with pytest.raises(StopError, match="needs access to read and edit these f") as opened:
            connect().setup(every)
        for told in (str(made.value), str(opened.value)):
            assert [name for name in (*every, "Leadhouse_Id__c") if name not in told] == []
            assert "docs/salesforce.md" in told

    def test_a_key_field_must_be_an_external_id(
        self, server: SalesforceServer, connect: Connect
    ) -> None:
        server.add_field("Leadhouse_Id__c", type="Text")
        with pytest.raises(StopError, match="tick External ID"):
            connect().setup(PROPERTIES)
