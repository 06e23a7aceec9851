"""One history of the demo world: the hidden chain, drawn day by day for everyone at once."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from leadhouse.demo import calendar
from leadhouse.demo.calendar import Ints
from leadhouse.demo.chain import (
    ACCOUNT_KERNEL,
    CURIOSITY_KERNEL,
    DRAW_PROBABILITY,
    INTEREST_KERNELS,
    INTEREST_LEVELS,
    MADE_PROBABILITY,
    WEARING_OFF,
    Floats,
    Outcome,
    State,
    Traits,
    hazards,
)
from leadhouse.demo.population import People
from leadhouse.demo.sampling import categorical, generator

Levels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class History:
    """What happened.

    States are at the end of each day: `account` of shape (days, companies), `interest`, `curiosity`
    and `outreach` of shape (days, people). `outcome` and `closed_day` have shape (people,); the day
    is `calendar.DAYS` for those still open. Draws for outreach have shape (draws,); one that is not
    made was withheld by chance.
    """

    account: Levels
    interest: Levels
    curiosity: Levels
    outreach: Levels
    outcome: Ints
    closed_day: Ints
    drawn_person: Ints
    drawn_day: Ints
    is_made: npt.NDArray[np.bool_]


def simulate(seed: int, people: People, companies: int) -> History:
    """Draws a history from the chain of `chain.py`."""
    rng = generator(seed, "history")
    n, company, created_day = len(people), people.company, people.created_day
    shape = (calendar.DAYS, n)
    history = History(
        account=np.empty((calendar.DAYS, companies), dtype=np.uint8),
        interest=np.empty(shape, dtype=np.uint8),
        curiosity=np.empty(shape, dtype=np.uint8),
        outreach=np.empty(shape, dtype=np.uint8),
        outcome=np.full(n, Outcome.OPEN, dtype=np.int64),
        closed_day=np.full(n, calendar.DAYS),
        drawn_person=np.empty(0, dtype=np.int64),
        drawn_day=np.empty(0, dtype=np.int64),
        is_made=np.empty(0, dtype=bool),
    )
    draws: list[tuple[Ints, Ints, npt.NDArray[np.bool_]]] = []
    interest_kernels = INTEREST_KERNELS.reshape(-1, INTEREST_LEVELS)

    account = _long_run(rng, ACCOUNT_KERNEL, companies)
    interest = _long_run(rng, INTEREST_KERNELS[0], n)
    curiosity = _long_run(rng, CURIOSITY_KERNEL, n)
    outreach = np.zeros(n, dtype=np.int64)
    for day in range(calendar.DAYS):
        is_weekend = bool(calendar.is_weekend(day))
        account = categorical(rng, ACCOUNT_KERNEL, account)
        interest = categorical(rng, interest_kernels, account[company] * INTEREST_LEVELS + interest)
        curiosity = categorical(rng, CURIOSITY_KERNEL, curiosity)

        open_ = np.flatnonzero((created_day < day) & (history.outcome == Outcome.OPEN))
        traits = Traits(people.fit[open_], people.kind[open_], people.response[open_])
        state = State(account[company[open_]], interest[open_], outreach[open_])
        rates = hazards(traits, state, is_weekend)
        closes = rng.random(len(open_)) < -np.expm1(-rates.sum(axis=0))
        closing = open_[closes]
        endings = categorical(rng, rates[:, closes].T, np.arange(len(closing)))
        history.outcome[closing] = Outcome.WON + endings
        history.closed_day[closing] = day

        outreach = np.where(rng.random(n) < WEARING_OFF, 0, outreach)
        if not is_weekend:
            still = open_[~closes]
            drawn = still[rng.random(len(still)) < DRAW_PROBABILITY[interest[still]]]
            is_made = rng.random(len(drawn)) < MADE_PROBABILITY[people.segment[drawn]]
            outreach[drawn[is_made]] = 1
            draws.append((drawn, np.full(len(drawn), day), is_made))

        # Something made a lead come forward; hazards begin the day after.
        arrived = interest + people.arrival_interest
        interest = np.where(created_day == day, np.minimum(arrived, INTEREST_LEVELS - 1), interest)
        history.account[day], history.interest[day] = account, interest
        history.curiosity[day], history.outreach[day] = curiosity, outreach

    person, days, made = (np.concatenate(part) for part in zip(*draws, strict=True))
    return replace(history, drawn_person=person, drawn_day=days, is_made=made)


def _long_run(rng: np.random.Generator, kernel: Floats, size: int) -> Ints:
    """Levels from the chain's stationary distribution."""
    distribution = np.linalg.matrix_power(kernel, 4096)[0]
    return categorical(rng, distribution, np.zeros(size, dtype=np.int64))
