"""How the warehouse comes to know what happened: browsers and leads, late arrivals, keys."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadhouse.demo import calendar, columns, vocabulary
from leadhouse.demo.activity import TYPE, Events, concatenate, make_events
from leadhouse.demo.calendar import DAY, END, SECOND, START, Ints, Times
from leadhouse.demo.population import People, Source
from leadhouse.demo.records import Records
from leadhouse.demo.sampling import generator

NEVER = END + DAY
LATE_SHARE = 0.03
NIGHTLY = np.array([name.startswith(("email_", "unsub", "product_", "feature_", "invit", "integr"))
                    for name in vocabulary.EVENT_TYPES])  # fmt: skip
BY_HAND = np.array([name in ("call_started", "meeting_booked") for name in vocabulary.EVENT_TYPES])


@dataclass(frozen=True)
class Browsers:
    """Two browsers for each person, shape (2, people): a key, and when it was first tied to a lead."""

    number: Ints
    identified_at: Times
    has_second: npt.NDArray[np.bool_]


def make_browsers(seed: int, people: People) -> Browsers:
    """Most people are known from their first form; some from a later click; some browsers for ever unknown."""
    rng = generator(seed, "browsers")
    n = len(people)
    fills_form = ~np.isin(people.source, (Source.EVENT, Source.LIST))
    draw = rng.random((2, n))
    wait = rng.exponential(25, (2, n)) * DAY
    first = np.where((draw[0] < 0.8) & fills_form, people.created_at, people.created_at + wait[0])
    first = np.where(draw[0] > 0.93, NEVER, first)
    second = np.where(draw[1] < 0.6, people.created_at + wait[1], NEVER)
    number = rng.permutation(2**31 - 1 if n > 2**29 else 8 * n)[: 2 * n].reshape(2, n)
    return Browsers(number, np.stack([first, second]).astype(np.int64), rng.random(n) < 0.2)


def identities_table(seed: int, people: People, records: Records, browsers: Browsers) -> pa.Table:
    """The table `identities`."""
    rng = generator(seed, "identities")
    is_tied = browsers.identified_at < END
    is_tied[1] &= browsers.has_second
    which, person = np.nonzero(is_tied)
    at = browsers.identified_at[which, person]
    order = np.argsort(at, kind="stable")
    which, person, at = which[order], person[order], at[order]
    return pa.table(
        {
            "anonymous_id": columns.keys("v", browsers.number[which, person], 9),
            "lead_id": records.lead_ids(records.at(rng, person, at)),
            "identified_at": columns.times(at),
        }
    )


def _strangers(rng: np.random.Generator, web: Events, visits: int) -> Events:
    """Visits by people who never say who they are: like those of leads, at other times."""
    views = web.take(web.type == TYPE["page_view"])
    chosen = rng.random(visits) < 0.12
    theirs = views.take(chosen[views.visit])
    shift = rng.integers(-40, 40, size=visits) * DAY
    at = theirs.at + shift[theirs.visit]
    return make_events(
        theirs.visit, at, theirs.type, theirs.page, theirs.visit + visits, theirs.properties,
        theirs.duration, is_web=True,
    ).take((at >= START) & (at < END))  # fmt: skip


def _received_at(rng: np.random.Generator, events: Events) -> Times:
    """When the warehouse could first know each event.

    Web events stream in; the mail provider's and the product's come in one load each midnight; what reps enter by
    hand is known at once. A few come hours or days late, and a few browsers' clocks are ahead.
    """
    n = len(events)
    streamed = events.at + (rng.exponential(4, n) * SECOND).astype(np.int64)
    ahead = rng.random(n) < 0.002
    streamed = np.where(ahead, events.at - rng.integers(1, 300, n) * SECOND, streamed)
    nightly = START + ((events.at - START) // DAY + 1) * DAY
    received = np.where(NIGHTLY[events.type], nightly, streamed)
    late = (rng.random(n) < LATE_SHARE) & ~BY_HAND[events.type]
    delay = (rng.lognormal(10.8, 1.1, n) * SECOND).astype(np.int64)
    return np.where(BY_HAND[events.type], events.at, received + late * delay)


def events_table(
    seed: int,
    people: People,
    records: Records,
    browsers: Browsers,
    web: Events,
    known: Events,
    visits: int,
) -> pa.Table:
    """The table `events`, in the order of arrival; what is not known at the world's end is not in it.

    Args:
        web: what was done in a browser.
        known: what was done by someone known, by address or login.
        visits: how many sessions `web` has.
    """
    rng = generator(seed, "feed")
    strangers = _strangers(rng, web, visits)
    events = concatenate([web, known, strangers])
    is_stranger = np.arange(len(events)) >= len(web) + len(known)
    received = _received_at(rng, events)
    keep = np.flatnonzero((received <= END) & (events.at < END) & (events.at >= START))
    keep = keep[np.argsort(received[keep], kind="stable")]
    events, received, is_stranger = events.take(keep), received[keep], is_stranger[keep]
    n = len(events)

    # The browser of each visit, and whether the site knew its user by then.
    person = np.where(is_stranger, 0, events.person)
    second = (rng.random(2 * visits) < 0.35)[np.maximum(events.visit, 0) % (2 * visits)]
    which = (second & browsers.has_second[person]).astype(np.int64)
    browser = browsers.number[which, person]
    stranger_number = 8 * len(people) + events.person // 2
    browser = np.where(is_stranger, stranger_number, browser)
    signed_in = (rng.random(2 * visits) < 0.7)[np.maximum(events.visit, 0) % (2 * visits)]
    is_known = (events.at >= browsers.identified_at[which, person]) & signed_in & ~is_stranger
    is_known |= ~events.is_web
    record = np.where(is_known, records.at(rng, person, events.at), -1)
    return pa.table(
        {
            "event_id": columns.keys("E", np.arange(1, n + 1), 9),
            "occurred_at": columns.times(events.at),
            "event_type": columns.words(events.type, vocabulary.EVENT_TYPES),
            "lead_id": records.lead_ids(record),
            "anonymous_id": columns.keys("v", np.where(events.is_web, browser, -1), 9),
            "received_at": columns.times(received, BY_HAND[events.type]),
            "url": columns.words(events.page, [page[0] for page in vocabulary.PAGES]),
            "topic": columns.words(events.page, [page[1] for page in vocabulary.PAGES]),
            "session_id": columns.keys("s", events.visit, 8),
            "duration_seconds": columns.numbers(events.duration),
            "value": columns.numbers(events.value),
            "properties": columns.words(events.properties, vocabulary.PROPERTIES),
        }
    )
