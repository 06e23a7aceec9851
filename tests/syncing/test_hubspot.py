"""The HubSpot destination against a HubSpot on loopback that keeps state and fails as planned."""

import itertools
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from leadhouse.syncing.destination import (
    Answer,
    BatchRefusedError,
    StopError,
    TryAgainError,
    Update,
)
from leadhouse.syncing.fields import FIELDS
from leadhouse.syncing.hubspot import HubSpotDestination, from_environment
from leadhouse.syncing.hubspot_calls import HubSpotSettings
from leadhouse.syncing.settings import SettingsError
from tests.syncing.hubspot_server import (
    Fault,
    HubSpotServer,
    cut,
    failing,
    in_turn,
    late,
    too_many,
    wrong_json,
)

PROPERTIES = {f"leadhouse_{field}": field for field in FIELDS}
TYPES = {"number": "number", "text": "string", "datetime": "datetime"}
PENDING = b'{"status": "PENDING", "results": []}'
NO_ANSWER = r"HubSpot gave no answer \(\w+\)\."
UNREADABLE = r"HubSpot's answer cannot be read\."


@pytest.fixture
def server() -> Iterator[HubSpotServer]:
    with HubSpotServer() as server:
        server.add_properties({name: TYPES[FIELDS[f].type] for name, f in PROPERTIES.items()})
        yield server


def connect(server: HubSpotServer, **settings: object) -> HubSpotDestination:
    wanted = {"token": server.token, "url": server.url, "timeout_seconds": 0.5} | settings
    return HubSpotDestination(HubSpotSettings(**wanted))


def update(
    address: str,
    score: object = 62.5,
    record_id: str | None = None,
    is_leaving: bool = False,
    **properties: object,
) -> Update:
    values = {"leadhouse_score": None if is_leaving else score, **properties}
    return Update(f"lead of {address}", address, record_id, values, is_leaving)


def batch(count: int) -> list[Update]:
    return [update(f"anna{number}@example.com", float(number)) for number in range(count)]


class TestTelling:
    def test_contacts_are_made_once_and_then_changed(self, server: HubSpotServer) -> None:
        destination = connect(server)
        first = destination.tell("r1", batch(100))
        again = destination.tell("r2", [update("Anna7@Example.com", 8.0)])
        assert {answer.status for answer in first} == {"told"}
        assert len(server.contacts) == 100
        assert again == [Answer("told", first[7].record_id)]
        assert server.contact("anna7@example.com").id == first[7].record_id
        assert server.contact("anna7@example.com").values_of("leadhouse_score") == ["7.0", "8.0"]
        assert len(server.requests) == 2

    def test_values_arrive_as_hubspot_takes_them(self, server: HubSpotServer) -> None:
        told = {
            "leadhouse_tier": "hot",
            "leadhouse_conversion_probability": 0.0000125,
            "leadhouse_scored_at": "2026-01-31T07:00:00Z",
            "leadhouse_reason_1": None,
        }
        [answer] = connect(server).tell("r1", [update("anna@example.com", 62, **told)])
        assert answer.status == "told"
        assert server.contact("anna@example.com").properties == {
            "leadhouse_score": "62",
            "leadhouse_tier": "hot",
            "leadhouse_conversion_probability": "0.0000125",
            "leadhouse_scored_at": "2026-01-31T07:00:00Z",
            "leadhouse_reason_1": "",
        }

    def test_bad_row_gets_its_own_answer(self, server: HubSpotServer) -> None:
        updates = batch(5)
        updates[3] = update("bad@example.com", "not a number")
        answers = connect(server).tell("r1", updates)
        assert [answer.status for answer in answers] == ["told"] * 3 + ["refused", "told"]
        assert "INVALID_NUMBER" in answers[3].text
        assert server.contact("bad@example.com") is None

    def test_batch_refused_whole_is_told_so_and_the_row_alone_is_refused(
        self, server: HubSpotServer
    ) -> None:
        destination = connect(server)
        bad = update("no address")
        with pytest.raises(BatchRefusedError, match="INVALID_EMAIL") as raised:
            destination.tell("r1", [*batch(3), bad])
        assert raised.value.http_status == 400
        assert not server.contacts
        [answer] = destination.tell("r2", [bad])
        assert answer.status == "refused"
        assert "INVALID_EMAIL" in answer.text

    def test_row_left_open_by_the_answer_is_sought_by_splitting(
        self, server: HubSpotServer
    ) -> None:
        problem = {"category": "CONFLICT", "message": "Somebody else was faster"}
        body = {"status": "COMPLETE", "results": [], "errors": [problem]}
        server.plan = lambda number, path: Fault(207, body=json.dumps(body).encode())
        destination = connect(server)
        with pytest.raises(BatchRefusedError, match=r"HubSpot left 2 of 2 rows open\. Somebody"):
            destination.tell("r1", batch(2))
        with pytest.raises(TryAgainError, match="1 of 1 rows open"):
            destination.tell("r2", batch(1))

    def test_contact_with_several_addresses_is_found_by_any(self, server: HubSpotServer) -> None:
        first, second = connect(server).tell("r1", batch(2))
        server.merge("anna1@example.com", into="anna0@example.com")
        [answer] = connect(server).tell("r2", [update("anna1@example.com", 99.0)])
        assert answer == Answer("told", first.record_id)
        assert server.contact("anna0@example.com").properties["leadhouse_score"] == "99.0"
        assert first.record_id != second.record_id

    def test_records_without_trace_ids_are_known_by_address(self, server: HubSpotServer) -> None:
        """And one that shows another address was written all the same."""
        addresses = ("other@example.com", "anna1@example.com", "anna0@example.com")
        records = [
            {"id": f"id of {address}", "properties": {"email": address}} for address in addresses
        ]
        body = {"status": "COMPLETE", "results": records}
        server.plan = in_turn(Fault(body=json.dumps(body).encode()))
        updates = [update("Anna0@Example.com"), *batch(3)[1:]]
        assert connect(server).tell("r1", updates) == [
            Answer("told", "id of anna0@example.com"),
            Answer("told", "id of anna1@example.com"),
            Answer("told"),
        ]

    def test_missing_property_stops_the_sync(self, server: HubSpotServer) -> None:
        wrong = [update("anna@example.com", unknown="x"), update("berta@example.com", unknown="x")]
        with pytest.raises(StopError, match="sync --destination hubspot --setup"):
            connect(server).tell("r1", wrong)


class TestLeaving:
    def test_record_is_emptied_and_stays(self, server: HubSpotServer) -> None:
        destination = connect(server)
        [told] = destination.tell("r1", [update("anna@example.com")])
        leaving = update("anna@example.com", record_id=told.record_id, is_leaving=True)
        assert destination.tell("r2", [leaving]) == [Answer("told", told.record_id)]
        assert server.contact("anna@example.com").properties["leadhouse_score"] == ""

    def test_record_is_found_by_address_if_its_id_is_not_known(self, server: HubSpotServer) -> None:
        there = server.add_contact("anna@example.com", leadhouse_score="5")
        [answer] = connect(server).tell("r1", [update("Anna@example.com", is_leaving=True)])
        assert answer == Answer("told", there.id)
        assert there.properties["leadhouse_score"] == ""

    @pytest.mark.parametrize("is_silent", [True, False])
    def test_none_is_made_where_there_is_none(self, is_silent: bool) -> None:
        with HubSpotServer(is_silent_on_missing=is_silent) as server:
            server.add_properties({"leadhouse_score": "number"})
            there = server.add_contact("clara@example.com", leadhouse_score="5")
            answers = connect(server).tell(
                "r1",
                [
                    update("anna@example.com", record_id="4711", is_leaving=True),
                    update("berta@example.com", is_leaving=True),
                    update("clara@example.com", record_id=there.id, is_leaving=True),
                ],
            )
            assert [answer.status for answer in answers] == ["missing", "missing", "told"]
            assert answers[0].text == "HubSpot has no such contact (any more)."
            assert list(server.contacts) == [there.id]

    def test_none_is_made_where_hubspot_says_404(self, server: HubSpotServer) -> None:
        body = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "Not there"}
        server.plan = lambda number, path: Fault(404, body=json.dumps(body).encode())
        leaving = update("anna@example.com", record_id="4711", is_leaving=True)
        [answer] = connect(server).tell("r1", [leaving])
        assert answer.status == "missing"

    def test_lead_that_stays_keeps_the_record_of_one_that_leaves(
        self, server: HubSpotServer
    ) -> None:
        there = server.add_contact("anna@example.com", leadhouse_score="5")
        leaving = update("old@example.com", record_id=there.id, is_leaving=True)
        answers = connect(server).tell("r1", [update("anna@example.com", 70.0), leaving])
        assert answers == [Answer("told", there.id)] * 2
        assert there.values_of("leadhouse_score") == ["", "70.0"]

    def test_record_deleted_in_the_meantime(self, server: HubSpotServer) -> None:
        there = server.add_contact("anna@example.com")
        body = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "Not there"}
        server.plan = in_turn(None, Fault(404, body=json.dumps(body).encode()))
        leaving = update("anna@example.com", record_id=there.id, is_leaving=True)
        [answer] = connect(server).tell("r1", [leaving])
        assert answer.status == "missing"

    def test_record_merged_into_another_lead_s_is_left_alone(self, server: HubSpotServer) -> None:
        destination = connect(server)
        old, new = destination.tell("r1", batch(2))
        server.merge("anna0@example.com", into="anna1@example.com")
        gone = update("anna0@example.com", record_id=old.record_id, is_leaving=True)
        [answer] = destination.tell("r2", [gone])
        assert answer.status == "missing"
        assert server.contacts[new.record_id].values_of("leadhouse_score") == ["1.0"]


class TestFailures:
    @pytest.mark.parametrize(
        ("fault", "status", "after", "said"),
        [
            (too_many(), 429, None, "HubSpot answered 429: "),
            (too_many(after=0.5), 429, 0.5, "HubSpot answered 429: "),
            (Fault(423, body=b"{}"), 423, 2.0, "HubSpot answered 423: it gave no reason"),
            (Fault(477, {"Retry-After": "3600"}, b"{}"), 477, 3600.0, "HubSpot answered 477: "),
            (failing(500), 500, None, "HubSpot answered 500: "),
            (failing(502), 502, None, "HubSpot answered 502: "),
            (failing(503), 503, None, "HubSpot answered 503: "),
            (failing(504, acts=True), 504, None, "HubSpot answered 504: "),
            (Fault(500, body=b"\xff\xfe no text"), None, None, NO_ANSWER),
            (late(0.7, acts=False), None, None, NO_ANSWER),
            (late(0.7, acts=True), None, None, NO_ANSWER),
            (cut(acts=False), None, None, NO_ANSWER),
            (cut(acts=True), None, None, NO_ANSWER),
            (wrong_json(acts=True), 200, None, UNREADABLE),
            (wrong_json(acts=True, body=b"<html>Welcome</html>"), 200, None, UNREADABLE),
            (wrong_json(acts=True, body=b'{"status": "COMPLETE"}'), 200, None, UNREADABLE),
            (wrong_json(acts=True, body=PENDING), 200, None, UNREADABLE),
        ],
    )
    def test_passing_fault_is_told_so_and_the_same_again_is_right(
        self,
        server: HubSpotServer,
        fault: Fault,
        status: int | None,
        after: float | None,
        said: str,
    ) -> None:
        server.plan = in_turn(fault)
        destination = connect(server)
        with pytest.raises(TryAgainError, match=said) as raised:
            destination.tell("r1", batch(3))
        assert (raised.value.http_status, raised.value.after) == (status, after)
        assert len(server.requests) == 1, "the client has called again by itself"
        assert [answer.status for answer in destination.tell("r1", batch(3))] == ["told"] * 3
        values = {c.email: c.properties["leadhouse_score"] for c in server.contacts.values()}
        assert values == {f"anna{number}@example.com": f"{number}.0" for number in range(3)}

    def test_retry_after_a_date(self, server: HubSpotServer) -> None:
        date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
        server.plan = in_turn(Fault(503, {"Retry-After": date}, b"{}"))
        with pytest.raises(TryAgainError) as raised:
            connect(server).tell("r1", batch(1))
        assert 80 < raised.value.after <= 90

    def test_nobody_listening(self) -> None:
        with HubSpotServer() as server:
            destination = connect(server)
        with pytest.raises(TryAgainError, match="no answer"):
            destination.tell("r1", batch(1))

    def test_key_that_is_not_known(self, server: HubSpotServer) -> None:
        token = "pat-of-somebody-else"  # noqa: S105
        destination = connect(server, token=token)
        with pytest.raises(
            StopError, match="HubSpot does not know the key in LEADHOUSE_HUBSPOT_TOKEN"
        ) as raised:
            destination.tell("r1", batch(1))
        assert token not in str(raised.value)
        assert token not in repr(HubSpotSettings(token=token))

    def test_key_that_may_not(self, server: HubSpotServer) -> None:
        server.scopes.remove("crm.objects.contacts.write")
        with pytest.raises(
            StopError, match="The key in LEADHOUSE_HUBSPOT_TOKEN may not do this in HubSpot"
        ) as raised:
            connect(server).tell("r1", batch(1))
        assert "crm.objects.contacts.write" in str(raised.value)

    def test_wrong_url(self, server: HubSpotServer) -> None:
        with pytest.raises(StopError, match="LEADHOUSE_HUBSPOT_URL"):
            connect(server, url=f"{server.url}/nowhere").tell("r1", batch(1))
        server.plan = in_turn(Fault(301, {"Location": "http://127.0.0.1:1/"}, b"{}"))
        with pytest.raises(StopError, match="LEADHOUSE_HUBSPOT_URL"):
            connect(server).tell("r1", batch(1))


class TestLimits:
    def test_rolling_limit_is_kept_by_all_threads_together(self) -> None:
        with HubSpotServer(per_window=6, window_seconds=10.0) as server:
            server.add_properties({"leadhouse_score": "number"})
            destination = connect(server, calls_in_10_seconds=6)
            numbers = itertools.count()
            failed = []

            def call_often() -> None:
                while (number := next(numbers)) < 8:
                    try:
                        destination.tell("r", [update(f"anna{number}@example.com")])
                    except TryAgainError as error:
                        failed.append(error)

            threads = [threading.Thread(target=call_often) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert not failed
            assert len(server.contacts) == 8
            assert server.requests[6].at - server.requests[0].at >= 10.0

    def test_no_call_is_made_once_the_day_is_used_up(self) -> None:
        with HubSpotServer(per_day=2) as server:
            server.add_properties({"leadhouse_score": "number"})
            destination = connect(server)
            destination.tell("r1", batch(1))
            destination.tell("r2", batch(1))
            with pytest.raises(StopError, match="midnight"):
                destination.tell("r3", batch(1))
            assert len(server.requests) == 2

    def test_daily_limit_that_only_shows_in_a_429_stops_the_sync(self) -> None:
        with HubSpotServer(per_day=0) as server, pytest.raises(StopError, match="midnight"):
            connect(server).tell("r1", batch(1))


class TestReading:
    def test_properties_of_the_contacts_that_would_be_told(self, server: HubSpotServer) -> None:
        destination = connect(server)
        [told] = destination.tell("r1", [update("anna@example.com", leadhouse_tier="hot")])
        server.add_contact("berta@example.com", leadhouse_score="7")
        server.add_contact("other@example.com", leadhouse_score="8")
        server.merge("other@example.com", into="berta@example.com")
        rows = destination.read(
            [
                update("anna@example.com", record_id="1 of old"),
                update("anna@example.com", record_id=told.record_id, is_leaving=True),
                update("Other@example.com"),
                update("nobody@example.com"),
                update("nobody@example.com", record_id="4711", is_leaving=True),
            ],
            ["leadhouse_score", "leadhouse_tier"],
        )
        assert rows == [
            {"leadhouse_score": 62.5, "leadhouse_tier": "hot"},
            {"leadhouse_score": "62.5", "leadhouse_tier": "hot"},
            {"leadhouse_score": 7.0, "leadhouse_tier": None},
            {},
            {},
        ]
        assert len(server.requests) == 3

    def test_problem_other_than_a_missing_contact_is_no_answer(self, server: HubSpotServer) -> None:
        problem = {"category": "INTERNAL_ERROR", "message": "Something broke"}
        body = {"status": "COMPLETE", "results": [], "errors": [problem]}
        server.plan = in_turn(Fault(207, body=json.dumps(body).encode()))
        with pytest.raises(TryAgainError, match="HubSpot could not read all: Something broke"):
            connect(server).read(batch(1), ["leadhouse_score"])


class TestSetup:
    def test_makes_what_is_missing_and_nothing_twice(self) -> None:
        with HubSpotServer() as server:
            server.add_properties({"leadhouse_score": "number"})
            destination = connect(server)
            first = destination.setup(PROPERTIES)
            again = destination.setup(PROPERTIES)
            assert len(first) == 1 + len(PROPERTIES)
            assert "The property leadhouse_score was there already." in first
            assert "The property leadhouse_tier was made." in first
            assert all("there already" in sentence for sentence in again)
            types = {name: server.properties[name]["type"] for name in PROPERTIES}
            assert types == {name: TYPES[FIELDS[field].type] for name, field in PROPERTIES.items()}
            # What was set up takes what is told.
            [told] = destination.tell("r1", [update("a@example.com", leadhouse_tier="hot")])
            assert told.status == "told"

    def test_property_of_another_type_stops_before_anything_is_made(self) -> None:
        with HubSpotServer() as server:
            server.add_properties({"leadhouse_score": "string"})
            with pytest.raises(StopError, match=r"leadhouse_score of type string.*number"):
                connect(server).setup(PROPERTIES)
            assert not server.groups

    def test_name_that_hubspot_does_not_take(self, server: HubSpotServer) -> None:
        refusal = {"category": "VALIDATION_ERROR", "message": "Names are lower case"}
        fault = Fault(400, body=json.dumps(refusal).encode())
        server.plan = in_turn(None, None, None, fault)
        with pytest.raises(StopError, match=r"Score cannot be made.*Names are lower case"):
            connect(server).setup({"Score": "score"})


class TestSettings:
    def test_come_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LEADHOUSE_HUBSPOT_TOKEN", "pat-1")
        monkeypatch.setenv("LEADHOUSE_HUBSPOT_PARALLEL_CALLS", "3")
        assert from_environment().parallel_calls == 3

    def test_missing_token_is_a_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("LEADHOUSE_HUBSPOT_TOKEN", raising=False)
        with pytest.raises(SettingsError, match="LEADHOUSE_HUBSPOT_TOKEN: it is missing"):
            from_environment()
