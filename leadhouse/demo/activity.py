"""What people do, as events: visits to the web site, mailings and answers, trials of the product.

Every rate depends on the hidden interest (which counts) and on the hidden curiosity and activity
(which do not), so that each signal is a noisy view of what matters.
"""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from leadhouse.demo import calendar, vocabulary
from leadhouse.demo.calendar import DAY, HOUR, SECOND, Ints, Times
from leadhouse.demo.history import History
from leadhouse.demo.population import Kind, People, Source
from leadhouse.demo.sampling import categorical, expit, ragged
from leadhouse.demo.world import World

TYPE = {name: code for code, name in enumerate(vocabulary.EVENT_TYPES)}
PROPERTY = {text: code for code, text in enumerate(vocabulary.PROPERTIES)}
FIRST_MAILING = len(vocabulary.DEVICES)
FIRST_FEATURE = FIRST_MAILING + len(vocabulary.MAILINGS)
OUTREACH_PROPERTY = FIRST_FEATURE + len(vocabulary.FEATURES)
HEADLESS = len(vocabulary.DEVICES) - 1
PAGE_MIXES = np.array([page[2:] for page in vocabulary.PAGES], dtype=float).T
MIX = {"curious": 0, "intent": 1, "learning": 2, "rival": 3}
LANDING = {page[0]: code for code, page in enumerate(vocabulary.PAGES)}

# Days before a lead is known during which her visits count as her own.
PRELUDE_DAYS = 45
MAILING_EVERY_DAYS = 14
TRIAL_DAYS = 21

# What a visitor may do at the end of a visit, by interest and out of curiosity.
ACTIONS = (
    "form_submitted", "demo_requested", "webinar_registered", "content_downloaded",
    "chat_started", "trial_started",
)  # fmt: skip
ACTION_CODES = np.array([TYPE[name] for name in ACTIONS])
CURIOUS_ACTIONS = np.array([3, 0.7, 4, 7, 1.5, 1.0])
INTENT_ACTIONS = np.array([3, 3.0, 2, 3, 2.5, 2.5])
ACTION_PAGES = np.array(
    [LANDING["/demo"], LANDING["/demo"], LANDING["/blog/sales-playbook"],
     LANDING["/blog/lead-scoring-guide"], LANDING["/pricing"], LANDING["/docs/quickstart"]]
)  # fmt: skip
# How a lead of each source becomes known; nothing of hers is seen when a list is bought.
FIRST_ACTIONS = {
    Source.ORGANIC: "form_submitted",
    Source.PAID_SEARCH: "form_submitted",
    Source.PAID_SOCIAL: "content_downloaded",
    Source.WEBINAR: "webinar_registered",
    Source.CONTENT: "content_downloaded",
    Source.DEMO_REQUEST: "demo_requested",
    Source.REFERRAL: "form_submitted",
}
NIGHT = np.where(np.arange(24) < 5, 1.0, 0.02)


@dataclass(frozen=True)
class Events:
    """Events as columns, each of shape (events,).

    Codes point into `vocabulary`; -1 (or NaN) is null. `visit` numbers sessions; `is_web` marks
    those known by a browser rather than by an address.
    """

    person: npt.NDArray[np.int64]
    at: Times
    type: npt.NDArray[np.int64]
    page: npt.NDArray[np.int64]
    visit: npt.NDArray[np.int64]
    properties: npt.NDArray[np.int64]
    duration: npt.NDArray[np.float64]
    value: npt.NDArray[np.float64]
    is_web: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: npt.NDArray) -> "Events":
        """Those rows (indices or a mask)."""
        return Events(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def make_events(
    person: Ints,
    at: Times,
    type_: Ints | int,
    *,
    page: Ints | int = -1,
    visit: Ints | int = -1,
    properties: Ints | int = -1,
    duration: npt.ArrayLike = np.nan,
    value: npt.ArrayLike = np.nan,
    is_web: bool = False,
) -> Events:
    """Events from arrays and constants."""
    size = len(person)

    def fill(item: npt.ArrayLike, dtype: type) -> npt.NDArray:
        return np.broadcast_to(np.asarray(item, dtype=dtype), size)

    return Events(
        fill(person, np.int64), fill(at, np.int64), fill(type_, np.int64), fill(page, np.int64),
        fill(visit, np.int64), fill(properties, np.int64), fill(duration, np.float64),
        fill(value, np.float64), fill(is_web, np.bool_),
    )  # fmt: skip


def concatenate(parts: list[Events]) -> Events:
    """All of them, in the order given."""
    return Events(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Events))
    )


@dataclass(frozen=True)
class Web:
    """What was done in browsers.

    `trials` are those of the events that start one; `visits` counts the sessions.
    """

    events: Events
    trials: Events
    visits: int


@dataclass(frozen=True)
class _Visits:
    person: npt.NDArray[np.int64]
    at: Times
    interest: npt.NDArray[np.int64]
    curiosity: npt.NDArray[np.int64]
    first_action: npt.NDArray[np.int64]


def _visits(rng: np.random.Generator, people: People, history: History) -> _Visits:
    """Every visit of every person, from the prelude on; after the end of the road they are rare."""
    is_bot = people.kind == Kind.BOT
    first_day = people.created_day - PRELUDE_DAYS
    persons, days, interests, curiosities = [], [], [], []
    for day in range(calendar.DAYS):
        s, c = history.interest[day].astype(float), history.curiosity[day].astype(float)
        rate = people.activity * (0.005 + 0.065 * s + 0.010 * c)
        rate = np.where(is_bot, 0.8 * people.activity * (day >= people.created_day), rate)
        rate *= np.where(day > history.closed_day, 0.1, 1.0) * np.where(
            day < people.created_day, 0.4, 1.0
        )
        rate *= day >= first_day
        rate *= 0.3 if calendar.is_weekend(day) else 1.1
        count = rng.poisson(rate)
        person = np.repeat(np.arange(len(people)), count)
        persons.append(person)
        days.append(np.full(len(person), day))
        interests.append(history.interest[day][person])
        curiosities.append(history.curiosity[day][person])
    person, day = np.concatenate(persons), np.concatenate(days)
    at = calendar.times_of_day(rng, day, people.utc_offset[person])
    at_night = calendar.times_of_day(rng, day, np.zeros_like(day), NIGHT)
    at = np.where(is_bot[person], at_night, at)

    # The visit during which a lead becomes known ends with the form that says who she is.
    action = np.full(len(Source), -1)
    action[list(FIRST_ACTIONS)] = [ACTIONS.index(name) for name in FIRST_ACTIONS.values()]
    first = action[people.source]
    known = np.flatnonzero(first >= 0)
    created_day = people.created_day[known]
    return _Visits(
        person=np.concatenate([known, person]),
        at=np.concatenate([people.created_at[known], at]),
        interest=np.concatenate([history.interest[created_day, known], *interests]).astype(
            np.int64
        ),
        curiosity=np.concatenate([history.curiosity[created_day, known], *curiosities]).astype(
            np.int64
        ),
        first_action=np.concatenate([first[known], np.full(len(person), -1)]),
    )


def web_events(world: World) -> Web:
    """Visits to the site, and what came of them."""
    people, history = world.people, world.history
    rng = world.generator("web")
    visits = _visits(rng, people, history)
    kind = people.kind[visits.person]
    is_bot = kind == Kind.BOT
    is_first = visits.first_action >= 0
    n = len(visits.person)

    # Pages.
    depth = np.where(is_bot, rng.geometric(0.2, size=n), rng.geometric(0.65, size=n))
    intent = visits.interest / (visits.interest + visits.curiosity + 1.5)
    visit, place = ragged(depth)
    mix = np.where(rng.random(len(visit)) < intent[visit], MIX["intent"], MIX["curious"])
    mix = np.where(kind[visit] == Kind.STUDENT, MIX["learning"], mix)
    mix = np.where(kind[visit] == Kind.COMPETITOR, MIX["rival"], mix)
    page = categorical(rng, PAGE_MIXES, mix)
    page = np.where(is_bot[visit], rng.integers(0, len(vocabulary.PAGES), len(visit)), page)
    duration = np.where(
        is_bot[visit], rng.uniform(0.2, 2.0, len(visit)), rng.lognormal(3.4, 1.0, len(visit))
    ).round(1)
    # Each page opens when the one before is left, so a visit's last page ends it.
    through = np.cumsum(duration)
    before = through - duration
    length = np.zeros(n)
    np.add.at(length, visit, duration)
    start = visits.at - np.where(is_first, length * SECOND, 0).astype(np.int64)
    elapsed = before - before[np.flatnonzero(place == 0)][visit]
    at = start[visit] + (elapsed * SECOND).astype(np.int64)
    device = np.where(is_bot, HEADLESS, rng.choice(5, size=n, p=[0.4, 0.15, 0.15, 0.2, 0.1]))
    person = visits.person[visit]
    pages = make_events(
        person,
        at,
        TYPE["page_view"],
        page=page,
        visit=visit,
        properties=device[visit],
        duration=duration,
        is_web=True,
    )

    # A click on an advertisement opens some visits, more in recent months.
    paid = np.isin(people.source[visits.person], (Source.PAID_SEARCH, Source.PAID_SOCIAL))
    clicks = np.flatnonzero((rng.random(n) < np.where(paid, 0.15, 0.02)) & ~is_bot)
    ads = make_events(
        visits.person[clicks], start[clicks] - SECOND, TYPE["ad_clicked"],
        page=LANDING["/"], visit=clicks, properties=device[clicks],
        value=rng.lognormal(0.6, 0.5, len(clicks)).round(2), is_web=True,
    )  # fmt: skip

    # Actions at the end of a visit. They make a lead of who was none, so none comes before.
    acts = rng.random(n) < np.where(is_bot, 0.01, 0.05 + 0.010 * visits.interest)
    acts = is_first | (acts & (visits.at >= people.created_at[visits.person]))
    acting = np.flatnonzero(acts)
    by_intent = rng.random(len(acting)) < intent[acting]
    action = categorical(rng, [CURIOUS_ACTIONS, INTENT_ACTIONS], by_intent.astype(np.int64))
    action = np.where(is_first[acting], visits.first_action[acting], action)
    ended = start[acting] + (length[acting] * SECOND).astype(np.int64)
    ended = np.where(is_first[acting], visits.at[acting], ended)
    chats = rng.lognormal(5, 0.7, len(acting)).round()
    actions = make_events(
        visits.person[acting], ended, ACTION_CODES[action],
        page=ACTION_PAGES[action], visit=acting, properties=device[acting],
        duration=np.where(action == ACTIONS.index("chat_started"), chats, np.nan), is_web=True,
    )  # fmt: skip

    registered = actions.take(actions.type == TYPE["webinar_registered"])
    attends = registered.take(rng.random(len(registered)) < 0.45)
    held = (attends.at // (7 * DAY) + 1) * 7 * DAY + 15 * HOUR
    webinars = make_events(
        attends.person, held + rng.integers(-5, 15, len(attends)) * 60 * SECOND,
        TYPE["webinar_attended"], page=attends.page,
        duration=rng.normal(2400, 700, len(attends)).clip(120).round(),
    )  # fmt: skip

    requested = actions.take(actions.type == TYPE["demo_requested"])
    booked = requested.take(rng.random(len(requested)) < 0.35)
    meetings = make_events(
        booked.person, booked.at + (rng.exponential(20, len(booked)) * HOUR).astype(np.int64),
        TYPE["meeting_booked"], duration=1800.0,
    )  # fmt: skip
    trials = actions.take(actions.type == TYPE["trial_started"])
    return Web(concatenate([pages, ads, actions, webinars, meetings]), trials, n)


@dataclass(frozen=True)
class _Sends:
    person: npt.NDArray[np.int64]
    at: Times
    properties: npt.NDArray[np.int64]
    bounces: npt.NDArray[np.bool_]
    unsubscribes: npt.NDArray[np.bool_]


def _mailings(rng: np.random.Generator, people: People, history: History) -> _Sends:
    """Newsletters every two weeks to those who agreed, until they close, bounce or unsubscribe."""
    agreed = np.flatnonzero((rng.random(len(people)) < 0.65) | (people.kind == Kind.UNSUBSCRIBER))
    most = calendar.DAYS // MAILING_EVERY_DAYS + 1
    first = people.created_day[agreed] + 1 + rng.integers(0, MAILING_EVERY_DAYS, len(agreed))
    day = first[:, None] + MAILING_EVERY_DAYS * np.arange(most)
    # What falls on a weekend goes out on the Monday after.
    day = day + 2 * calendar.is_weekend(day)
    bounces = np.repeat(rng.random((len(agreed), 1)) < 0.03, most, axis=1)
    leave = np.where(people.kind[agreed] == Kind.UNSUBSCRIBER, 0.30, 0.006)[:, None]
    unsubscribes = (rng.random(day.shape) < leave) & ~bounces
    stopped = np.cumsum(unsubscribes | bounces, axis=1) - (unsubscribes | bounces)
    sent = (stopped == 0) & (day <= history.closed_day[agreed][:, None]) & (day < calendar.DAYS)
    row, place = np.nonzero(sent)
    person, day = agreed[row], day[sent]
    return _Sends(
        person=person,
        at=calendar.START + day * DAY + 9 * HOUR + rng.integers(0, 2 * HOUR, len(person)),
        properties=FIRST_MAILING + place % len(vocabulary.MAILINGS),
        bounces=bounces[sent],
        unsubscribes=unsubscribes[sent],
    )


def email_events(world: World, outreach: tuple[Ints, Times]) -> Events:
    """Mailings and reps' e-mails (`outreach`: to whom, and when), and what was done with them."""
    people, history = world.people, world.history
    rng = world.generator("email")
    mailings = _mailings(rng, people, history)
    to, sent_at = outreach
    no = np.zeros(len(to), dtype=bool)
    person = np.concatenate([mailings.person, to])
    at = np.concatenate([mailings.at, sent_at])
    properties = np.concatenate([mailings.properties, np.full(len(to), OUTREACH_PROPERTY)])
    bounces = np.concatenate([mailings.bounces, no])
    unsubscribes = np.concatenate([mailings.unsubscribes, no])
    is_outreach = properties == OUTREACH_PROPERTY

    n = len(person)
    kind = people.kind[person]
    interest = history.interest[(at - calendar.START) // DAY, person].astype(float)
    curiosity = history.curiosity[(at - calendar.START) // DAY, person].astype(float)
    # Some mail programs fetch every picture, so that an open says nothing.
    habit = world.generator("habit").normal(0, 0.8, len(people))
    always = world.generator("privacy").random(len(people)) < 0.12
    chance = expit(-1.6 + habit[person] + 0.14 * interest + 0.08 * curiosity)
    chance = np.where(always[person] | (kind == Kind.BOT), 0.97, chance)
    opens = (rng.random(n) < chance) & ~bounces
    at_once = always[person] | (kind == Kind.BOT)
    delay = np.where(at_once, rng.exponential(40, n), rng.lognormal(9.3, 1.6, n))
    opened_at = at + (delay * SECOND).astype(np.int64)
    click = expit(-3.1 + 0.28 * interest + 0.05 * curiosity)
    clicks = opens & (rng.random(n) < np.where(kind == Kind.BOT, 0.9, click))
    clicked_at = opened_at + (rng.exponential(25, n) * SECOND).astype(np.int64)
    reply = expit(-5.3 + 0.32 * interest + 1.6 * is_outreach)
    replies = opens & (rng.random(n) < np.where(kind == Kind.BOT, 0, reply))
    replied_at = opened_at + (rng.lognormal(8.5, 1.5, n) * SECOND).astype(np.int64)
    left_at = at + (rng.lognormal(8.8, 1.5, n) * SECOND).astype(np.int64)
    page = np.where(clicks, categorical(rng, PAGE_MIXES[:1], np.zeros(n, dtype=np.int64)), -1)

    def of(rows: npt.NDArray, when: Times, name: str, pages: npt.ArrayLike = -1) -> Events:
        where = np.broadcast_to(pages, n)[rows]
        mailing = properties[rows]
        return make_events(person[rows], when[rows], TYPE[name], page=where, properties=mailing)

    return concatenate(
        [
            of(np.ones(n, dtype=bool), at, "email_sent"),
            of(bounces, at + 5 * SECOND, "email_bounced"),
            of(opens, opened_at, "email_opened"),
            of(clicks, clicked_at, "email_clicked", page),
            of(replies, replied_at, "email_replied"),
            of(unsubscribes, left_at, "unsubscribed"),
        ]
    )


def product_events(world: World, trials: Events, first_session: int) -> Events:
    """Use of the product during trials; its sessions are numbered from `first_session` on."""
    people, history = world.people, world.history
    rng = world.generator("product")
    start = (trials.at - calendar.START) // DAY
    day = start[:, None] + 1 + np.arange(TRIAL_DAYS)
    inside = (day < calendar.DAYS).ravel()
    person, day = np.repeat(trials.person, TRIAL_DAYS)[inside], day.ravel()[inside]
    interest = history.interest[day, person]
    rate = (0.08 + 0.05 * interest) * np.where(calendar.is_weekend(day), 0.2, 1.2)
    rate *= people.kind[person] != Kind.BOT
    session_of, _ = ragged(rng.poisson(rate))
    person, day, interest = person[session_of], day[session_of], interest[session_of]
    at = calendar.times_of_day(rng, day, people.utc_offset[person])
    n = len(person)
    session = first_session + np.arange(n)
    logins = make_events(person, at, TYPE["product_login"], visit=session)

    use, place = ragged(rng.geometric(0.5, size=n))
    used_at = at[use] + (place + 1) * 90 * SECOND + rng.integers(0, 60 * SECOND, len(use))
    uses = make_events(
        person[use], used_at, TYPE["feature_used"], visit=session[use],
        properties=FIRST_FEATURE + rng.integers(0, len(vocabulary.FEATURES), len(use)),
        duration=rng.lognormal(4, 1, len(use)).round(),
        value=rng.geometric(0.2, size=len(use)),
    )  # fmt: skip
    parts = [logins, uses]
    for name, base in (("invitation_sent", 0.04), ("integration_connected", 0.03)):
        rows = np.flatnonzero(rng.random(n) < base + 0.01 * interest)
        parts.append(
            make_events(person[rows], at[rows] + 5 * 60 * SECOND, TYPE[name], visit=session[rows])
        )
    return concatenate(parts)
