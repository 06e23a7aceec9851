"""The work of the sales desk in the demo world: outreach, outcomes, verdicts, answers and notes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadhouse.demo import calendar, columns, vocabulary
from leadhouse.demo.activity import TYPE, Events, make_events
from leadhouse.demo.calendar import DAY, END, HOUR, Ints, Times
from leadhouse.demo.chain import MADE_PROBABILITY, Outcome
from leadhouse.demo.population import Kind
from leadhouse.demo.records import REPS, Records
from leadhouse.demo.sampling import expit
from leadhouse.demo.world import World

CHANNELS = ("email", "call", "social")
OUTCOMES = ("", "won", "lost", "disqualified")


def closing_times(world: World) -> Times:
    """When each road ended; the world's end for those still open."""
    people, history = world.people, world.history
    rng = world.generator("closing")
    day = np.minimum(history.closed_day, calendar.DAYS - 1)
    at = calendar.times_of_day(rng, day, people.utc_offset)
    return np.where(history.outcome == Outcome.OPEN, END, at)


def outcomes_table(world: World, records: Records, closed_at: Times) -> pa.Table:
    """The table `outcomes`: one row for each road that ended, on one of the person's records."""
    companies, people, history = world.companies, world.people, world.history
    rng = world.generator("outcomes")
    person = np.flatnonzero(history.outcome != Outcome.OPEN)
    person = person[np.argsort(closed_at[person], kind="stable")]
    outcome, at = history.outcome[person], closed_at[person]
    won = outcome == Outcome.WON
    employees = companies.employees[people.company[person]]
    value = np.exp(7.6 + 0.42 * np.log(employees) + rng.normal(0, 0.7, len(person)))
    pick = rng.random(len(person))
    reasons = []
    for ending, kind, u in zip(outcome, people.kind[person], pick, strict=True):
        if ending == Outcome.WON or u < 0.1:
            reasons.append(None)
            continue
        lost = ending == Outcome.LOST
        known = (
            vocabulary.LOST_REASONS
            if lost
            else vocabulary.DISQUALIFIED_REASONS[Kind(kind).name.lower()]
        )
        reasons.append(known[int(u * 997) % len(known)])
    currency = np.array([0, 1, 2, 2, 2, 0, 2, 2, 0, 0, 0, 0])[people.country[person]]
    return pa.table(
        {
            "lead_id": records.lead_ids(records.at(rng, person, at)),
            "outcome": columns.words(outcome, OUTCOMES),
            "outcome_at": columns.times(at),
            "deal_value": columns.numbers(value.round(2), ~won),
            "currency": columns.words(np.where(won, currency, -1), ("USD", "GBP", "EUR")),
            "reason": columns.texts(reasons),
        }
    )


@dataclass(frozen=True)
class Touches:
    """Outreach drawn: made, or withheld by chance; arrays of shape (touches,), by time."""

    person: Ints
    at: Times
    channel: Ints
    is_made: npt.NDArray[np.bool_]

    @property
    def by_email(self) -> tuple[Ints, Times]:
        """To whom reps wrote, and when."""
        rows = self.is_made & (self.channel == 0)
        return self.person[rows], self.at[rows]


def make_touches(world: World) -> Touches:
    """Gives each draw of the hidden process a time and a channel."""
    people, history = world.people, world.history
    rng = world.generator("touches")
    person = history.drawn_person
    at = calendar.times_of_day(rng, history.drawn_day, people.utc_offset[person])
    channel = rng.choice(3, size=len(person), p=(0.55, 0.3, 0.15))
    order = np.argsort(at, kind="stable")
    return Touches(person[order], at[order], channel[order], history.is_made[order])


def touches_table(world: World, records: Records, touches: Touches) -> pa.Table:
    """The table `touches`."""
    people = world.people
    rng = world.generator("touches table")
    person = touches.person
    return pa.table(
        {
            "touch_id": columns.keys("T", np.arange(1, len(person) + 1)),
            "lead_id": records.lead_ids(records.at(rng, person, touches.at)),
            "touched_at": columns.times(touches.at),
            "channel": columns.words(touches.channel, CHANNELS),
            "rep_id": columns.keys("rep-", people.company[person] % REPS + 1, 2),
            "is_holdout": columns.numbers(~touches.is_made),
            "assignment_probability": columns.numbers(MADE_PROBABILITY[people.segment[person]]),
        }
    )


def call_events(world: World, touches: Touches) -> Events:
    """Calls that were answered."""
    rng = world.generator("calls")
    rows = touches.is_made & (touches.channel == 1) & (rng.random(len(touches.at)) < 0.6)
    length = rng.lognormal(5, 1, rows.sum()).round()
    return make_events(
        touches.person[rows], touches.at[rows], TYPE["call_started"], duration=length
    )


def feedback_table(world: World, records: Records, touches: Touches) -> pa.Table:
    """The table `feedback`: what reps thought after some touches, which leans on the true fit."""
    people = world.people
    rng = world.generator("feedback")
    rows = np.flatnonzero(touches.is_made & (rng.random(len(touches.at)) < 0.12))
    at = touches.at[rows] + (rng.exponential(1.5, len(rows)) * DAY).astype(np.int64)
    rows, at = rows[at < END], at[at < END]
    order = np.argsort(at, kind="stable")
    rows, at = rows[order], at[order]
    person = touches.person[rows]
    chance = expit(0.9 * people.fit_log_hazard[person] - 2.5 * (people.kind[person] != Kind.BUYER))
    good = rng.random(len(person)) < chance
    pick = rng.integers(0, 4, len(person))
    verdicts = ("good_fit", "bad_fit")
    reasons = [
        vocabulary.VERDICT_REASONS[verdicts[1 - g]][i]
        for g, i in zip(good.astype(int), pick, strict=True)
    ]
    return pa.table(
        {
            "lead_id": records.lead_ids(records.at(rng, person, at)),
            "given_at": columns.times(at),
            "verdict": columns.words(1 - good, verdicts),
            "rep_id": columns.keys("rep-", people.company[person] % REPS + 1, 2),
            "reason": columns.texts(reasons),
        }
    )


def qualification_table(world: World, records: Records, web: Events) -> pa.Table:
    """The table `qualification`: answers to a chatbot or a form, often incomplete."""
    companies, people, history = world.companies, world.people, world.history
    rng = world.generator("qualification")
    asks = np.isin(web.type, (TYPE["chat_started"], TYPE["demo_requested"])) & (
        rng.random(len(web)) < 0.6
    )
    asked = web.take(asks & (web.at >= people.created_at[web.person]) & (web.at < END - HOUR))
    asked = asked.take(np.argsort(asked.at, kind="stable"))
    n, person = len(asked), asked.person
    at = asked.at + rng.integers(30, 300, n) * calendar.SECOND
    interest = history.interest[(asked.at - calendar.START) // DAY, person].astype(float)
    log_size = np.log10(companies.employees[people.company[person]])
    budget = np.clip(log_size + rng.normal(-0.3, 0.9, n), 0, 3).astype(np.int64)
    authority = np.clip(people.seniority[person] + rng.normal(0, 1, n), 0, 4).astype(np.int64) // 2
    need = np.clip(interest / 3 + rng.normal(0.5, 0.9, n), 0, 2).astype(np.int64)
    timeline = np.exp(4.6 - 0.10 * interest + rng.normal(0, 0.8, n))
    answered = rng.random((4, n)) < np.array([0.7, 0.75, 0.9, 0.7])[:, None]
    budgets = ("none yet", "under 10k", "10k to 50k", "over 50k")
    return pa.table(
        {
            "lead_id": records.lead_ids(records.at(rng, person, at)),
            "answered_at": columns.times(at),
            "budget": columns.words(np.where(answered[0], budget, -1), budgets),
            "authority": columns.words(
                np.where(answered[1], authority, -1), ("user", "influencer", "decision maker")
            ),
            "need": columns.words(
                np.where(answered[2], need, -1), ("exploring", "planned", "urgent")
            ),
            "timeline_days": columns.numbers(np.maximum(timeline, 7).round(), ~answered[3]),
        }
    )


def notes_table(world: World, records: Records, touches: Touches) -> pa.Table:
    """The table `notes`: talks, headlines and company descriptions, in words that say a little."""
    companies, people, history = world.companies, world.people, world.history
    rng = world.generator("notes")
    talked = np.flatnonzero(touches.is_made & (rng.random(len(touches.at)) < 0.35))
    talk_at = touches.at[talked] + rng.integers(60, 3600, len(talked)) * calendar.SECOND
    talked, talk_at = talked[talk_at < END], talk_at[talk_at < END]
    talker = touches.person[talked]
    interest = history.interest[(touches.at[talked] - calendar.START) // DAY, talker].astype(float)
    warm = rng.random(len(talker)) < expit(-0.9 + 0.22 * interest)
    pick = rng.integers(0, 20, len(talker))
    notes = (vocabulary.COLD_NOTES, vocabulary.WARM_NOTES)
    talks = [
        words[i % len(words)]
        for words, i in zip((notes[w] for w in warm.astype(int)), pick, strict=True)
    ]

    headed = np.flatnonzero(rng.random(len(people)) < 0.3)
    headlines = [
        vocabulary.HEADLINES[people.seniority[p]].format(
            department=vocabulary.DEPARTMENTS[people.department[p]],
            company=companies.name[people.company[p]],
        )
        for p in headed
    ]
    described = np.flatnonzero((rng.random(len(people)) < 0.25) & (people.kind == Kind.BUYER))
    descriptions = [
        vocabulary.DESCRIPTION.format(
            company=companies.name[c],
            industry=vocabulary.INDUSTRIES[companies.industry[c]].lower(),
            employees=round(companies.employees[c], -int(np.log10(companies.employees[c]))),
            funding=vocabulary.FUNDING_STAGES[companies.funding[c]],
        )
        for c in people.company[described].tolist()
    ]
    person = np.concatenate([talker, headed, described])
    at = np.concatenate([talk_at, people.created_at[headed], people.created_at[described]])
    kind = np.repeat([0, 1, 2], [len(talker), len(headed), len(described)])
    order = np.argsort(at, kind="stable")
    said = np.array(talks + headlines + descriptions, dtype=object)[order]
    return pa.table(
        {
            "lead_id": records.lead_ids(records.at(rng, person[order], at[order])),
            "noted_at": columns.times(at[order]),
            "text": columns.texts(said.tolist()),
            "kind": columns.words(kind[order], ("conversation", "headline", "company_description")),
        }
    )
