"""The true probabilities of the demo world.

The hidden state is a finite Markov chain, so the probability of a win within the horizon need not
be estimated: it is the backward (Kolmogorov) equation of the chain, run over the horizon. The only
error is rounding, below 1e-12. Outreach to come is averaged over, as chance assigns it.
"""

from dataclasses import dataclass

import numpy as np

from leadhouse.demo import calendar
from leadhouse.demo.calendar import Ints
from leadhouse.demo.chain import (
    ACCOUNT_KERNEL,
    ACCOUNT_LEVELS,
    DRAW_PROBABILITY,
    INTEREST_KERNELS,
    INTEREST_LEVELS,
    MADE_PROBABILITY,
    WEARING_OFF,
    Floats,
    State,
    Traits,
    hazards,
)
from leadhouse.demo.world import World


def win_probability(traits: Traits, segment: Ints, first_day: int) -> Floats:
    """Probability of a win within `calendar.HORIZON_DAYS`, for each sort of person and each state.

    Args:
        traits, segment: each array of shape (n,).
        first_day: the day that begins at the moment.

    Returns:
        Shape (n, ACCOUNT_LEVELS, INTEREST_LEVELS, 2), by the state at the end of the day before.
    """
    state = State(
        np.arange(ACCOUNT_LEVELS)[:, None, None], np.arange(INTEREST_LEVELS)[:, None], np.arange(2)
    )
    columns = Traits(*(trait[:, None, None, None] for trait in traits))
    touched = MADE_PROBABILITY[segment][:, None, None] * DRAW_PROBABILITY
    value = np.zeros((len(segment), ACCOUNT_LEVELS, INTEREST_LEVELS, 2))
    for day in reversed(range(first_day, first_day + calendar.HORIZON_DAYS)):
        is_weekend = bool(calendar.is_weekend(day))
        rates = hazards(columns, state, is_weekend)
        total = rates.sum(axis=0)
        closes = -np.expm1(-total)
        # Outreach at the end of the day, by what it was in its course.
        begins = 0 if is_weekend else touched
        stays = 1 - WEARING_OFF * (1 - begins)
        after = np.stack(
            [
                begins * value[..., 1] + (1 - begins) * value[..., 0],
                stays * value[..., 1] + (1 - stays) * value[..., 0],
            ],
            axis=-1,
        )
        value = closes * rates[0] / total + (1 - closes) * after
        # Back through the morning's moves: own interest given the account's, then the account's.
        value = np.einsum("aij,najt->nait", INTEREST_KERNELS, value, optimize=True)
        value = np.einsum("ab,nbit->nait", ACCOUNT_KERNEL, value, optimize=True)
    return value


@dataclass(frozen=True)
class Truth:
    """At the beginning of `day`, `person` was open, and had this probability of a win."""

    person: Ints
    day: Ints
    probability: Floats


def truth(world: World) -> Truth:
    """The truth about every open lead at every week's moment, the world's end included."""
    people, history = world.people, world.history
    traits = np.stack([people.fit, people.kind, people.response, people.segment])
    sorts, sort = np.unique(traits, axis=1, return_inverse=True)
    # All moments fall on one day of the week, so one table serves them all.
    table = win_probability(Traits(*sorts[:3]), sorts[3], first_day=0)
    parts = []
    for day in range(7, calendar.DAYS + 1, 7):
        person = np.flatnonzero((people.created_day < day) & (history.closed_day >= day))
        account = history.account[day - 1, people.company[person]]
        interest, outreach = history.interest[day - 1, person], history.outreach[day - 1, person]
        probability = table[sort[person], account, interest, outreach]
        parts.append((person, np.full(len(person), day), probability))
    return Truth(*(np.concatenate(part) for part in zip(*parts, strict=True)))
