"""Mailchimp as a destination, told against a Mailchimp on loopback."""

import logging
import random
import re
from collections.abc import Callable, Iterator
from copy import deepcopy

import pytest

from leadhouse.syncing.destination import (
    BatchRefusedError,
    StopError,
    TryAgainError,
    Update,
)
from leadhouse.syncing.destinations import make_destination
from leadhouse.syncing.mailchimp import Mailchimp
from leadhouse.syncing.mailchimp_client import MailchimpSettings
from leadhouse.syncing.settings import SettingsError
from tests.syncing.loopback import GATEWAY_PAGE, Fault
from tests.syncing.mailchimp_server import MailchimpServer
from tests.syncing.telling import message, statuses, tell_through_faults

PROPERTIES = {"LHSCORE": "score", "LHTIER": "tier", "LHEXPIRES": "tier_expires_at"}
VALUES = {"LHSCORE": 87.3, "LHTIER": "hot", "LHEXPIRES": "2026-01-31T07:00:00Z"}
EMPTY = dict.fromkeys(VALUES)
EMPTIED = dict.fromkeys(VALUES, "")
NO_ANSWER = "There was no whole answer from Mailchimp ("
Connect = Callable[..., Mailchimp]


@pytest.fixture
def server() -> Iterator[MailchimpServer]:
    with MailchimpServer() as server:
        server.fields.update(FNAME="text", LHSCORE="number", LHTIER="text", LHEXPIRES="text")
        yield server


@pytest.fixture
def connect(server: MailchimpServer) -> Connect:
    """Makes a destination that is told of the server."""

    def make(**settings: object) -> Mailchimp:
        settings = {"api_key": server.key, "list_id": server.list_id} | settings
        return Mailchimp(MailchimpSettings(url=server.url, poll_seconds=0.01, **settings))

    return make


def update(email: str, **values: object) -> Update:
    return Update(f"lead of {email}", email, None, VALUES | values)


def leaving(email: str) -> Update:
    return Update(f"lead of {email}", email, None, EMPTY, is_leaving=True)


class TestTell:
    def test_merge_fields_and_tag_are_there(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        members = [server.add(f"{n}@acme.com") for n in range(300)]
        answers = connect().tell("r1", [update(f"{n}@acme.com", LHSCORE=n) for n in range(300)])
        assert [(a.status, a.record_id) for a in answers] == [
            ("told", member.contact_id) for member in members
        ]
        assert [m.merge_fields for m in members] == [VALUES | {"LHSCORE": n} for n in range(300)]
        assert all(member.tags == ["leadhouse: hot"] for member in members)
        assert len(server.calls("POST", "/batches")) == 2

    def test_nobody_is_subscribed(self, server: MailchimpServer, connect: Connect) -> None:
        for status in ("subscribed", "unsubscribed", "cleaned", "pending"):
            server.add(f"{status}@acme.com", status=status)
        before = {hash_: member.status for hash_, member in server.members.items()}
        emails = [*(member.email for member in server.members.values()), "stranger@acme.com"]
        answers = connect().tell("r1", [update(email) for email in emails])
        assert statuses(answers) == ["told"] * 4 + ["missing"]
        assert answers[4].text == "The audience has no such member."
        assert {hash_: member.status for hash_, member in server.members.items()} == before
        assert all(member.merge_fields == VALUES for member in server.members.values())

    def test_an_address_may_be_spelt_otherwise(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        member = server.add("Ann@Acme.com")
        assert statuses(connect().tell("r1", [update("ann@acme.COM")])) == ["told"]
        assert member.merge_fields == VALUES

    def test_only_the_guilty_is_refused(self, server: MailchimpServer, connect: Connect) -> None:
        members = [server.add(f"{n}@acme.com") for n in range(3)]
        wrong = update("1@acme.com", LHSCORE="many")
        answers = connect().tell("r1", [update("0@acme.com"), wrong, update("2@acme.com")])
        assert statuses(answers) == ["told", "refused", "told"]
        assert answers[1].text == "Your merge fields were invalid.; LHSCORE: Please enter a number"
        assert [member.merge_fields for member in members] == [VALUES, {}, VALUES]
        assert members[1].tags == []

    def test_who_is_blocked_is_refused(self, server: MailchimpServer, connect: Connect) -> None:
        server.add("ann@acme.com")
        server.blocked.add("ann@acme.com")
        (answer,) = connect().tell("r1", [update("ann@acme.com")])
        assert answer.status == "refused"
        assert "is in a compliance state" in answer.text

    def test_a_field_required_of_members_is_no_hindrance(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        member = server.add("ann@acme.com")
        server.required = "FNAME"
        assert statuses(connect().tell("r1", [update("ann@acme.com")])) == ["told"]
        assert member.merge_fields == VALUES

    def test_tags_of_others_stay_and_ours_change_with_the_tier(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        member = server.add("ann@acme.com", tags=["vip", "leadhouse: cold"])
        destination = connect()
        destination.tell("r1", [update("ann@acme.com")])
        assert member.tags == ["vip", "leadhouse: hot"]
        destination.tell("r2", [update("ann@acme.com", LHSCORE=88)])
        assert len(server.tag_calls) == 1
        nothing_of_tiers = Update("L", "ann@acme.com", None, {"LHSCORE": 1})
        destination.tell("r3", [nothing_of_tiers])
        assert member.tags == ["vip", "leadhouse: hot"]

    def test_leaving_empties_and_adds_nobody(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        values = {"FNAME": "Ann", **VALUES}
        member = server.add("ann@acme.com", merge_fields=values, tags=["vip", "leadhouse: hot"])
        answers = connect().tell("r1", [leaving("ann@acme.com"), leaving("gone@acme.com")])
        assert statuses(answers) == ["told", "missing"]
        assert member.merge_fields == {"FNAME": "Ann"} | EMPTIED
        assert member.tags == ["vip"]
        assert len(server.members) == 1

    def test_what_is_busy_or_unanswered_is_asked_again(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        members = [server.add(f"{n}@acme.com") for n in range(3)]
        server.busy["1@acme.com"] = 1
        server.unanswered["2@acme.com"] = 1
        answers = connect().tell("r1", [update(f"{n}@acme.com") for n in range(3)])
        assert statuses(answers) == ["told"] * 3
        assert [member.merge_fields for member in members] == [VALUES] * 3
        first, second, _ = server.calls("POST", "/batches")
        assert [len(batch.json["operations"]) for batch in (first, second)] == [4, 3]

    def test_what_stays_busy_is_tried_again_later(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        server.add("ann@acme.com")
        server.busy["ann@acme.com"] = 99
        with pytest.raises(TryAgainError, match="Mailchimp could not answer 1 of 1 calls, 3 times"):
            connect().tell("r1", [update("ann@acme.com")])

    def test_an_audience_that_nobody_answers_for_is_tried_again_later(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        server.add("ann@acme.com")
        # (The one operation that is about no address.)
        server.unanswered[""] = 1
        with pytest.raises(TryAgainError, match="could not say whether it has the audience"):
            connect().tell("r1", [update("ann@acme.com")])


def test_read_gives_what_is_there_as_it_was_told(server: MailchimpServer, connect: Connect) -> None:
    server.add("ann@acme.com", merge_fields=VALUES | {"LHTIER": ""})
    found = connect().read([update("ann@acme.com"), update("gone@acme.com")], list(VALUES))
    assert found == [VALUES | {"LHTIER": None}, {}]


class TestFaults:
    @pytest.mark.parametrize("acts", [False, True])
    @pytest.mark.parametrize(
        "failure",
        [
            ({"delay": 0.6}, NO_ANSWER),
            ({"is_cut": True}, NO_ANSWER),
            ({"body": b'{"id": "batch'}, "Mailchimp's answer can't be read."),
            ({"body": b"[]"}, "Mailchimp's answer can't be read."),
            ({"body": b"{}"}, "Mailchimp took a batch, but its answer can't be read."),
            ({"status": 429, "body": b"{}"}, "Mailchimp answered 429."),
            ({"status": 403, "body": b""}, "Mailchimp answered 403."),
            ({"status": 500, "body": GATEWAY_PAGE}, "Mailchimp answered 500."),
        ],
        ids=lambda failure: ",".join(f"{k}={v!r:.12}" for k, v in failure[0].items()),
    )
    @pytest.mark.parametrize("place", [("POST", "/batches"), ("GET", "/results/")])
    def test_tried_again_it_is_as_if_sent_once(
        self,
        server: MailchimpServer,
        connect: Connect,
        place: tuple[str, str],
        failure: tuple[dict, str],
        acts: bool,
    ) -> None:
        fault, said = failure
        member = server.add("ann@acme.com")
        server.fail(*place, Fault(acts=acts, **fault))
        destination = connect(timeout_seconds=0.3)
        if place == ("GET", "/results/") and said != NO_ANSWER:
            said = "The answers of a batch at Mailchimp can't be read."
        with pytest.raises(TryAgainError, match=f"^{re.escape(said)}"):
            destination.tell("r1", [update("ann@acme.com")])
        assert statuses(destination.tell("r1", [update("ann@acme.com")])) == ["told"]
        assert (member.merge_fields, member.tags) == (VALUES, ["leadhouse: hot"])

    @pytest.mark.parametrize("seed", range(10))
    def test_whatever_fails_the_newest_values_stand(
        self, server: MailchimpServer, connect: Connect, seed: int
    ) -> None:
        members = [server.add(f"{n}@acme.com") for n in range(3)]
        chance = random.Random(seed)  # noqa: S311
        destination = connect(timeout_seconds=0.2)
        rounds = [
            [update(f"{n}@acme.com", LHSCORE=version) for n in range(3)] for version in range(4)
        ]
        tell_through_faults(destination, server, rounds, chance)
        assert statuses(destination.tell("r3", rounds[-1])) == ["told"] * 3
        assert [member.merge_fields["LHSCORE"] for member in members] == [3] * 3
        for member in members:
            versions = [v["LHSCORE"] for email, v in server.writes if email == member.email]
            assert versions == sorted(versions)

    def test_asks_to_wait_as_long_as_it_says(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        server.fail("POST", "/batches", Fault(429, {"Retry-After": "7"}, GATEWAY_PAGE))
        with pytest.raises(TryAgainError) as caught:
            connect().tell("r1", [update("ann@acme.com")])
        assert (caught.value.after, caught.value.http_status) == (7.0, 429)

    def test_a_batch_that_is_lost_sight_of_is_stopped(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        member = server.add("ann@acme.com")
        server.fail("GET", "/batches/", Fault(503, body=GATEWAY_PAGE))
        with pytest.raises(TryAgainError):
            connect().tell("r1", [update("ann@acme.com")])
        assert [batch.status for batch in server.batches.values()] == ["deleted"]
        assert member.merge_fields == {}

    def test_a_batch_that_takes_too_long_is_stopped(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        server.polls_needed = 10_000
        with pytest.raises(TryAgainError, match="did not get a batch done in time"):
            connect(longest_batch_seconds=0.1).tell("r1", [update("ann@acme.com")])
        assert [batch.status for batch in server.batches.values()] == ["deleted"]

    def test_a_merge_field_that_is_not_there_stops(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        server.add("ann@acme.com")
        del server.fields["LHTIER"]
        with pytest.raises(StopError, match=r"LHTIER.*--setup"):
            connect().tell("r1", [update("ann@acme.com")])

    def test_a_wrong_audience_stops_before_all_seem_missing(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        destination = connect(list_id="another")
        with pytest.raises(StopError, match=r"does not show the audience .*MAILCHIMP_LIST_ID"):
            destination.tell("r1", [update("ann@acme.com")])
        with pytest.raises(StopError, match=r"^Check LEADHOUSE_MAILCHIMP_LIST_ID \(docs.* 404 "):
            destination.setup(PROPERTIES)

    def test_a_batch_refused_as_a_whole_is_to_be_split(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        body = b'{"title": "Bad Request", "status": 400, "detail": "Schema does not match."}'
        server.fail("POST", "/batches", Fault(400, body=body))
        with pytest.raises(BatchRefusedError, match=r"answered 400 \(Schema does not match"):
            connect().tell("r1", [update("ann@acme.com")])


class TestCredentials:
    def test_a_wrong_key_stops(self, connect: Connect) -> None:
        with pytest.raises(StopError, match=r"^Check LEADHOUSE_MAILCHIMP_API_KEY \(docs.* 401 "):
            connect(**{"api_key": "wrong-us14"}).tell("r1", [update("ann@acme.com")])

    def test_a_key_that_may_not_stops(self, server: MailchimpServer, connect: Connect) -> None:
        body = b'{"title": "User Action Required", "status": 403, "detail": "Account disabled."}'
        server.fail("POST", "/batches", Fault(403, body=body))
        with pytest.raises(StopError, match="Account disabled"):
            connect().tell("r1", [update("ann@acme.com")])

    def test_no_secret_in_any_message(
        self, server: MailchimpServer, connect: Connect, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        destination, messages = connect(), []
        for method, path in (("POST", "/batches"), ("GET", "/batches/")):
            for status in (200, 400, 401, 403, 404, 405, 429, 500):
                server.fail(method, path, Fault(status, body=server.key.encode()))
                messages.append(message(destination, update("ann@acme.com")))
        assert all(messages)
        settings = MailchimpSettings(api_key=server.key, list_id=server.list_id)
        assert server.key not in " ".join([*messages, caplog.text, repr(settings)])

    def test_settings_come_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LEADHOUSE_MAILCHIMP_LIST_ID", "a1b2c3d4e5")
        with pytest.raises(SettingsError, match="LEADHOUSE_MAILCHIMP_API_KEY: it is missing"):
            make_destination("mailchimp")
        for key in ("0123456789abcdef", "0123456789abcdef-us14\r", "0123456789abcdef-x/us14"):
            monkeypatch.setenv("LEADHOUSE_MAILCHIMP_API_KEY", key)
            with pytest.raises(SettingsError, match="does not end with a data centre"):
                make_destination("mailchimp")
        monkeypatch.setenv("LEADHOUSE_MAILCHIMP_API_KEY", "0123456789abcdef-us14")
        assert make_destination("mailchimp").name == "mailchimp"


class TestSetup:
    def test_makes_what_is_missing_once(self, server: MailchimpServer, connect: Connect) -> None:
        del server.fields["LHSCORE"], server.fields["LHEXPIRES"]
        destination = connect()
        assert destination.setup(PROPERTIES) == [
            "Merge field LHSCORE made, as number.",
            "Merge field LHTIER is there already, as text.",
            "Merge field LHEXPIRES made, as text.",
        ]
        made = deepcopy(server.fields)
        assert (made["LHSCORE"], made["LHEXPIRES"]) == ("number", "text")
        destination.setup(PROPERTIES)
        assert server.fields == made
        assert len(server.calls("POST", "/merge-fields")) == 2

    def test_a_name_that_mailchimp_does_not_take_stops(
        self, server: MailchimpServer, connect: Connect
    ) -> None:
        with pytest.raises(StopError, match=r"merge tags of at most 10 .*rename 'LEADHOUSE_"):
            connect().setup({"LEADHOUSE_SCORE": "score"})
        assert not server.requests
