"""The engine of a sync, against a destination in memory that fails in every way."""

import itertools
import math
import os
import signal
import time
from collections.abc import Mapping
from threading import Barrier

import duckdb
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from leadhouse.syncing.destination import TryAgainError
from leadhouse.syncing.run import Summary, run_sync
from leadhouse.syncing.settings import SyncSettings
from leadhouse.syncing.updates import property_names, read_due
from tests.syncing.fake import FAULTS, Fake
from tests.syncing.warehouse import check_log, make_warehouse, want

HASTY = SyncSettings(
    attempts=3,
    wait_seconds=0.001,
    longest_wait_seconds=0.002,
    given_up_in_a_row=3,
    longest_asked_wait_seconds=1,
)
NAMES = {"score": "score", "rep": "assigned_rep_id"}
EMPTY = {"score": None, "rep": None}


class World:
    """A warehouse, and a destination that is told of it."""

    def __init__(self, fake: Fake, people_may_change: str = "") -> None:
        self.connection = duckdb.connect()
        make_warehouse(self.connection, "fake", NAMES, people_may_change)
        self.fake = fake

    def want(self, leads: Mapping[str, float], **addresses: str) -> None:
        """Leads with their scores; addresses are their ids at x.org, unless others are given."""
        want(
            self.connection,
            "fake",
            {
                lead: (
                    addresses.get(lead, f"{lead}@x.org"),
                    score,
                    {"score": score, "rep": f"rep {score % 3:.0f}"},
                )
                for lead, score in leads.items()
            },
        )

    def sync(self, patience: SyncSettings = HASTY, **options: object) -> Summary:
        due = read_due(self.connection, "fake", **options)
        _, names = property_names(self.connection, "fake")
        summary = run_sync(self.connection, self.fake, patience, due, names=names)
        check_log(self.connection)
        answered = summary.told + summary.refused + summary.missing
        assert summary.due + summary.emptied_places == answered + summary.left
        return summary

    def changes(self) -> dict[str, str]:
        return dict(
            self.connection.execute("select lead_id, change from int_crm_updates").fetchall()
        )

    def rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()


@pytest.fixture
def world() -> World:
    return World(Fake())


def test_all_are_told_in_the_fewest_calls_and_then_none(world: World) -> None:
    leads = {f"l{number:02}": float(number) for number in range(10)}
    world.want(leads)
    summary = world.sync()
    assert (summary.outcome, summary.told, summary.calls) == ("complete", 10, math.ceil(10 / 4))
    told = [update.lead_id for _, updates in world.fake.calls for update in updates]
    assert told == sorted(leads, reverse=True), "the hottest first"
    assert {address: found["score"] for address, found in world.fake.records.items()} == {
        f"{lead}@x.org": score for lead, score in leads.items()
    }
    assert world.sync().calls == 0
    world.want(leads | {"l03": 99.0})
    summary = world.sync()
    assert (summary.calls, summary.told, summary.changes) == (1, 1, {"changed": 1})


def test_limit_and_only(world: World) -> None:
    world.want({"a": 1.0, "b": 2.0, "c": 3.0})
    assert world.sync(limit=1).told == 1
    assert world.changes() == {"a": "new", "b": "new", "c": "none"}
    world.sync(only=["a", "c"])
    assert world.changes() == {"a": "none", "b": "new", "c": "none"}


def test_several_calls_are_under_way_at_once_but_never_two_of_a_lead() -> None:
    world = World(Fake(batch_size=1, parallel_calls=4))
    all_four, calls = Barrier(4), itertools.count()
    world.fake.hook = lambda: all_four.wait(30) if next(calls) < 4 else None
    world.fake.faults.extend(["after", "none", "before"] * 4)
    world.want({f"l{number}": 1.0 for number in range(16)})
    assert world.sync(HASTY.model_copy(update={"attempts": 20})).outcome == "complete"
    assert world.fake.most_under_way == 4


def test_a_request_that_is_sent_again_is_the_same(world: World) -> None:
    world.want({"a": 1.0})
    world.fake.faults.extend(["after", "before"])
    assert world.sync().retries == 2
    assert len({request_id for request_id, _ in world.fake.calls}) == 1
    assert world.rows("select attempt, outcome from main_operations.crm_call_ends order by 1") == [
        (1, "try_again"),
        (2, "try_again"),
        (3, "answered"),
    ]


def test_what_has_its_batch_refused_is_found_and_the_others_are_told(world: World) -> None:
    world.want({f"l{number}": 1.0 for number in range(8)})
    world.fake.refuses_batch = {"l2@x.org", "l5@x.org"}
    world.fake.refuses = {"l7@x.org"}
    summary = world.sync()
    assert (summary.outcome, summary.told, summary.refused) == ("complete", 5, 3)
    refused = world.rows(
        "select lead_id, answer from main_operations.crm_answers"
        " where status = 'refused' order by 1"
    )
    assert refused == [
        ("l2", "cannot take [address] or another"),
        ("l5", "cannot take [address] or another"),
        ("l7", "[address] will not do"),
    ]
    assert world.sync().calls == 0, "it is not tried again until its values change"
    world.want({f"l{number}": 2.0 if number == 2 else 1.0 for number in range(8)})
    world.fake.refuses_batch = ()
    assert world.sync().told == 1


def test_a_request_given_up_leaves_the_others_alone(world: World) -> None:
    world.want({f"l{number}": float(number) for number in range(8)})
    world.fake.faults.extend(["bug", "short", "before"])
    summary = world.sync()
    assert (summary.outcome, summary.told, summary.left) == ("incomplete", 4, 4)
    failed = world.rows(
        "select answer from main_operations.crm_call_ends where outcome = 'try_again' order by all"
    )
    assert failed == [
        ("It answered for 3 leads of 4.",),
        ("KeyError: '[address]'",),
        ("busy with [address]",),
    ]
    assert world.sync().changes == {"again": 4}


def test_several_given_up_in_a_row_stop_the_sync(world: World) -> None:
    world.want({f"l{number:02}": 1.0 for number in range(40)})
    world.fake.faults.extend(["before"] * 100)
    summary = world.sync()
    assert summary.outcome == "stopped"
    assert summary.calls == HASTY.given_up_in_a_row * HASTY.attempts
    assert summary.stopped == (
        "3 requests in a row were given up after 3 attempts each; the last answer: "
        "busy with [address]"
    )


def test_a_stop_stops_and_what_is_left_stays_due(world: World) -> None:
    world.want({f"l{number:02}": 1.0 for number in range(12)})
    world.fake.faults.extend(["none", "stop"])
    summary = world.sync()
    assert (summary.outcome, summary.calls, summary.told) == ("stopped", 2, 4)
    assert summary.stopped == "fake takes no more calls: no more today, also for [address]"
    assert world.sync().told == 8


def test_a_request_to_end_lets_calls_come_to_their_end(world: World) -> None:
    world.want({f"l{number}": 1.0 for number in range(8)})
    world.fake.hook = lambda: os.kill(os.getpid(), signal.SIGTERM)
    summary = world.sync()
    assert (summary.stopped, summary.told, summary.left) == ("It was asked to end.", 4, 4)


def test_a_long_wait_that_is_asked_for_stops_the_sync(world: World) -> None:
    def ask() -> None:
        raise TryAgainError("come back tomorrow", 429, after=86_400)

    world.want({"a": 1.0})
    world.fake.hook = ask
    assert world.sync().stopped == "fake asks to wait for 86,400 seconds: come back tomorrow"


def test_a_wait_that_is_asked_for_is_kept_by_all_calls() -> None:
    world = World(Fake(batch_size=1, parallel_calls=2))
    world.want({f"l{number}": float(number) for number in range(6)})
    times = []

    def ask() -> None:
        times.append(time.monotonic())
        if len(times) == 1:
            raise TryAgainError("busy", 429, after=0.3)

    world.fake.hook = ask
    assert world.sync().outcome == "complete"
    # (The second was under way already.)
    assert times[2] - times[0] >= 0.3


def test_many_refusals_stop_the_sync() -> None:
    world = World(Fake(batch_size=60))
    leads = {f"l{number:03}": 1.0 for number in range(240)}
    world.want(leads)
    world.fake.refuses = {f"{lead}@x.org" for lead in leads}
    summary = world.sync()
    assert (summary.outcome, summary.refused, summary.calls) == ("stopped", 120, 2)
    assert summary.stopped == (
        "fake refused 120 of 120 leads: the reasons are in crm_sync_rejected."
    )


def test_a_sync_that_died_is_closed_by_the_next(world: World) -> None:
    def die() -> None:
        raise SystemExit

    world.want({"a": 1.0})
    world.fake.hook = die
    with pytest.raises(SystemExit):
        world.sync()
    world.fake.hook = lambda: None
    assert world.changes() == {"a": "again"}
    assert world.sync().outcome == "complete"
    assert world.rows("select outcome from main_operations.crm_syncs order by sync_id") == [
        ("died",),
        ("complete",),
    ]


def test_a_lead_that_leaves_has_its_record_emptied_once(world: World) -> None:
    world.want({"a": 1.0, "b": 2.0})
    world.sync()
    world.want({"a": 1.0})
    assert world.sync().changes == {"closed": 1}
    assert world.fake.records["b@x.org"] == EMPTY
    assert world.sync().calls == 0
    world.want({"a": 1.0, "b": 3.0})
    assert world.sync().changes == {"new": 1}


def test_a_lead_that_moves_leaves_nothing_behind(world: World) -> None:
    world.want({"a": 1.0})
    world.sync()
    world.want({"a": 1.0}, a="new@x.org")
    summary = world.sync()
    assert (summary.changes, summary.emptied_places, summary.calls) == ({"moved": 1}, 1, 2)
    assert world.fake.records["a@x.org"] == EMPTY
    assert world.fake.records["new@x.org"]["score"] == 1.0
    assert world.sync().calls == 0
    world.want({"a": 2.0}, a="new@x.org")
    assert (world.sync().calls, world.fake.records["new@x.org"]["score"]) == (1, 2.0)


def test_a_record_that_moved_along_is_not_emptied(world: World) -> None:
    world.want({"a": 1.0})
    world.sync()
    world.fake.other_names = {"new@x.org": "a@x.org"}
    world.want({"a": 1.0}, a="new@x.org")
    assert world.sync().calls == 1
    assert [values["score"] for _, values in world.fake.writes] == [1.0, 1.0]
    assert world.sync().calls == 0


def test_what_is_left_behind_is_emptied_later_if_it_could_not_be_at_once(world: World) -> None:
    world.want({"a": 1.0})
    world.sync()
    world.want({"a": 1.0}, a="new@x.org")
    world.fake.faults.extend(["none", "stop"])
    assert world.sync().outcome == "stopped"
    assert world.changes() == {"a": "none"}
    assert world.fake.records["a@x.org"]["score"] == 1.0
    assert world.sync().emptied_places == 1
    assert world.fake.records["a@x.org"] == EMPTY
    assert world.sync().calls == 0


def test_an_address_that_is_another_leads_by_now_is_not_emptied(world: World) -> None:
    world.want({"a": 1.0, "b": 2.0})
    world.sync()
    world.want({"a": 1.0, "b": 2.0}, a="b@x.org", b="a@x.org")
    assert world.sync().emptied_places == 0
    assert world.fake.records["a@x.org"]["score"] == 2.0
    assert world.fake.records["b@x.org"]["score"] == 1.0
    assert world.sync().calls == 0


def test_what_a_person_changed_stays() -> None:
    world = World(Fake(), people_may_change="rep")
    world.fake.records["b@x.org"] = {"rep": "chosen before"}
    world.want({"a": 1.0, "b": 1.0})
    assert (world.sync().kept_by_people, world.fake.reads) == (1, 1)
    assert world.fake.records == {
        "a@x.org": {"score": 1.0, "rep": "rep 1"},
        "b@x.org": {"score": 1.0, "rep": "chosen before"},
    }
    assert world.sync().calls == 0
    world.want({"a": 2.0, "b": 2.0})
    world.sync()
    assert world.fake.records["a@x.org"]["rep"] == "rep 2", "ours may change"
    world.fake.records["a@x.org"]["rep"] = "chosen"
    for score in (3.0, 4.0, 5.0):
        world.want({"a": score, "b": score})
        assert world.sync().kept_by_people == 2
        assert world.sync().calls == 0
        assert world.fake.records["a@x.org"] == {"score": score, "rep": "chosen"}
    notes = world.rows("select distinct answer from main_operations.crm_answers where answer <> ''")
    assert notes == [("kept by a person: rep",)]
    world.fake.records["a@x.org"]["rep"] = ""
    world.want({"a": 6.0, "b": 6.0})
    world.sync()
    assert world.fake.records["a@x.org"]["rep"] == "rep 0", "an emptied one is ours again"


def test_what_cannot_be_read_is_told_without_what_people_may_have_changed() -> None:
    world = World(Fake(), people_may_change="rep")
    world.fake.records["b@x.org"] = {"rep": "chosen"}
    world.fake.unreadable = {"b@x.org"}
    world.want({"a": 1.0, "b": 2.0})
    assert world.sync().told == 2
    assert world.fake.records == {
        "a@x.org": {"score": 1.0, "rep": "rep 1"},
        "b@x.org": {"score": 2.0, "rep": "chosen"},
    }
    notes = world.rows("select answer from main_operations.crm_answers where lead_id = 'b'")
    assert notes == [("could not be read: rep",)]
    assert world.sync().calls == 0


def test_what_may_have_arrived_is_not_taken_for_a_persons() -> None:
    world = World(Fake(), people_may_change="rep")
    world.want({"a": 1.0})
    world.sync()
    world.want({"a": 2.0})
    world.fake.faults.extend(["after"] * HASTY.attempts)
    assert world.sync().left == 1
    assert world.fake.records["a@x.org"]["rep"] == "rep 2"
    world.want({"a": 3.0})
    assert world.sync().kept_by_people == 0
    assert world.fake.records["a@x.org"]["rep"] == "rep 0"


LEADS = [f"l{number}" for number in range(7)]
ADDRESSES = [f"{name}@x.org" for name in "abcdefghijk"]


@st.composite
def days(draw: st.DrawFn) -> dict[str, str]:
    """The open leads of a day, each with an address that no other has."""
    leads = draw(st.lists(st.sampled_from(LEADS), unique=True))
    addresses = draw(st.permutations(ADDRESSES))
    keeps = {lead: f"{lead}@x.org" for lead in leads}
    moves = dict(zip(leads, addresses, strict=False))
    return {lead: draw(st.sampled_from([keeps[lead], moves[lead]])) for lead in leads}


@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    runs=st.lists(
        st.tuples(days(), st.lists(st.sampled_from(FAULTS), max_size=8)), min_size=1, max_size=6
    ),
    refused=st.sets(st.sampled_from(ADDRESSES), max_size=2),
    refused_batch=st.sets(st.sampled_from(ADDRESSES), max_size=2),
)
@example(  # A sync stops between planning to empty a place and telling the lead that leaves it.
    runs=[
        ({"l0": "l0@x.org"}, []),
        ({"l0": "k@x.org"}, ["stop"]),
        ({"l0": "l0@x.org"}, ["stop"]),
        ({"l0": "l0@x.org", "l1": "a@x.org", "l2": "b@x.org", "l3": "c@x.org"}, ["stop"]),
        ({}, []),
    ],
    refused=set(),
    refused_batch=set(),
)
@example(  # A lead closes before it is told where it moved to, and another one moves there.
    runs=[
        ({"l0": "l0@x.org"}, []),
        ({"l0": "a@x.org"}, ["stop"]),
        ({"l1": "a@x.org"}, []),
    ],
    refused=set(),
    refused_batch=set(),
)
def test_whatever_fails_the_destination_ends_with_the_newest_values(
    runs: list[tuple[dict[str, str], list[str]]], refused: set[str], refused_batch: set[str]
) -> None:
    world = World(Fake(batch_size=3))
    world.fake.refuses, world.fake.refuses_batch = refused, refused_batch
    # After the last day all goes well.
    for day, (addresses, faults) in enumerate([*runs, (runs[-1][0], [])], 1):
        world.fake.faults.clear()
        world.fake.faults.extend(faults)
        world.want({lead: day + number / 100 for number, lead in enumerate(addresses)}, **addresses)
        written = len(world.fake.writes)
        world.sync()
        assert all(
            values["score"] is None or values["score"] >= day
            for _, values in world.fake.writes[written:]
        ), "nothing older than the day is written"
    wanted = {
        address: day + number / 100
        for number, address in enumerate(addresses.values())
        if address not in refused | refused_batch
    }
    standing = {
        address: values["score"]
        for address, values in world.fake.records.items()
        if values["score"] is not None
    }
    # A lead whose new address is refused keeps the record that it has.
    homeless = {lead for lead, address in addresses.items() if address not in wanted}
    if homeless:
        assert wanted.items() <= standing.items()
    else:
        assert standing == wanted
    assert world.sync().calls == 0
