"""How the warehouse comes to know what happened: browsers and leads, late arrivals, keys."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadhouse.demo import columns, vocabulary
from leadhouse.demo.activity import TYPE, Events, Web, concatenate
from leadhouse.demo.calendar import DAY, END, SECOND, START, Ints, Times
from leadhouse.demo.population import Source
from leadhouse.demo.records import Records
from leadhouse.demo.world import World

NEVER = END + DAY
LATE_SHARE = 0.03
STRANGER_SHARE = 0.07
# By event type: loaded once a night, or entered by hand.
NIGHTLY_TYPES = (
    "email_sent", "email_opened", "email_clicked", "email_replied", "email_bounced", "unsubscribed",
    "product_login", "feature_used", "invitation_sent", "integration_connected",
)  # fmt: skip
IS_NIGHTLY = np.isin(vocabulary.EVENT_TYPES, NIGHTLY_TYPES)
IS_BY_HAND = np.isin(vocabulary.EVENT_TYPES, ("call_started", "meeting_booked"))


@dataclass(frozen=True)
class Browsers:
    """Two browsers for each person, shape (2, people): a number, and when tied to a lead.

    Not everyone uses the second (`has_second`, shape (people,)).
    """

    number: Ints
    identified_at: Times
    has_second: npt.NDArray[np.bool_]


def make_browsers(world: World) -> Browsers:
    """Most people are known from their first form, some from a later click, some never."""
    people = world.people
    rng = world.generator("browsers")
    n = len(people)
    fills_form = ~np.isin(people.source, (Source.EVENT, Source.LIST))
    draw = rng.random((2, n))
    wait = rng.exponential(25, (2, n)) * DAY
    first = np.where((draw[0] < 0.8) & fills_form, people.created_at, people.created_at + wait[0])
    first = np.where(draw[0] > 0.93, NEVER, first)
    second = np.where(draw[1] < 0.6, people.created_at + wait[1], NEVER)
    number = rng.permutation(2 * n).reshape(2, n)
    return Browsers(number, np.stack([first, second]).astype(np.int64), rng.random(n) < 0.2)


def identities_table(world: World, records: Records, browsers: Browsers) -> pa.Table:
    """The table `identities`."""
    rng = world.generator("identities")
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


def _strangers(rng: np.random.Generator, web: Web) -> Events:
    """Visits by people who never say who they are: like those of leads, at other times."""
    views = web.events.take(web.events.type == TYPE["page_view"])
    chosen = rng.random(web.visits) < STRANGER_SHARE
    views = views.take(chosen[views.visit])
    at = views.at + (rng.integers(-40, 40, size=web.visits) * DAY)[views.visit]
    # Two visits each: the stranger's number is half that of the visit copied.
    return replace(views, person=views.visit // 2, at=at, visit=views.visit + web.visits)


def _received_at(rng: np.random.Generator, events: Events) -> Times:
    """When the warehouse could first know each event.

    Web events stream in; the mail provider's and the product's come in one load each midnight;
    what reps enter by hand is known at once. A few come hours or days late, and a few browsers'
    clocks are ahead.
    """
    n = len(events)
    streamed = events.at + (rng.exponential(4, n) * SECOND).astype(np.int64)
    ahead = rng.random(n) < 0.002
    streamed = np.where(ahead, events.at - rng.integers(1, 300, n) * SECOND, streamed)
    nightly = START + ((events.at - START) // DAY + 1) * DAY
    received = np.where(IS_NIGHTLY[events.type], nightly, streamed)
    late = (rng.random(n) < LATE_SHARE) & ~IS_BY_HAND[events.type]
    delay = (rng.lognormal(10.8, 1.1, n) * SECOND).astype(np.int64)
    return np.where(IS_BY_HAND[events.type], events.at, received + late * delay)


def events_table(
    world: World, records: Records, browsers: Browsers, web: Web, known: Events
) -> pa.Table:
    """The table `events`, in the order of arrival; what is unknown at the world's end is not in it.

    Args:
        known: what was done by someone known, by address or login.
    """
    rng = world.generator("feed")
    strangers = _strangers(rng, web)
    events = concatenate([web.events, known, strangers])
    is_stranger = np.arange(len(events)) >= len(events) - len(strangers)
    received = _received_at(rng, events)
    keep = np.flatnonzero((events.at >= START) & (events.at < END) & (received <= END))
    keep = keep[np.argsort(received[keep], kind="stable")]
    events, received, is_stranger = events.take(keep), received[keep], is_stranger[keep]

    # The browser of each visit, and whether the site knew its user by then.
    person = np.where(is_stranger, 0, events.person)
    visit = np.maximum(events.visit, 0)
    sessions = visit.max(initial=0) + 1
    uses_second = (rng.random(sessions) < 0.35)[visit] & browsers.has_second[person]
    signs_in = (rng.random(sessions) < 0.7)[visit]
    which = uses_second.astype(np.int64)
    strange = browsers.number.max() + 1 + events.person
    browser = np.where(is_stranger, strange, browsers.number[which, person])
    is_identified = events.at >= browsers.identified_at[which, person]
    is_known = ~events.is_web | (signs_in & is_identified & ~is_stranger)
    record = np.where(is_known, records.at(rng, person, events.at), -1)
    return pa.table(
        {
            "event_id": columns.keys("E", np.arange(1, len(events) + 1), 9),
            "occurred_at": columns.times(events.at),
            "event_type": columns.words(events.type, vocabulary.EVENT_TYPES),
            "lead_id": records.lead_ids(record),
            "anonymous_id": columns.keys("v", np.where(events.is_web, browser, -1), 9),
            "received_at": columns.times(received, IS_BY_HAND[events.type]),
            "url": columns.words(events.page, [page[0] for page in vocabulary.PAGES]),
            "topic": columns.words(events.page, [page[1] for page in vocabulary.PAGES]),
            "session_id": columns.keys("s", events.visit, 8),
            "duration_seconds": columns.numbers(events.duration),
            "value": columns.numbers(events.value),
            "properties": columns.words(events.properties, vocabulary.PROPERTIES),
        }
    )
