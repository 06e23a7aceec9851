"""The hidden Markov chain behind the demo world: its states, its moves, and the hazards of an end.

Time goes in days. A person's state is (account interest, own interest, outreach):

- Interest is integer shot noise, a branching process with immigration (the INAR(1) of Al-Osh and
  Alzaid, 1987, "First-order integer-valued autoregressive process"): each day every unit of it
  survives with a fixed probability, so that bursts decay exponentially in the mean, and a burst of
  1 + Poisson units comes with a small probability. Levels are capped.
- Account interest is one chain for each company. The higher it is, the likelier are bursts of the
  own interest of its people: a buying group moves together.
- Outreach is 1 from the day after a touch was made until it wears off (geometric).

Each day has this order: both interests move; whoever is open is won, lost or disqualified with the
competing hazards of that state; whoever is still open may be drawn for outreach, on working days;
a draw is made or, by chance, withheld.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import binom, poisson

from leadhouse.demo.population import FIT_LIMIT, FIT_STEP

Floats = npt.NDArray[np.floating]

ACCOUNT_LEVELS = 7
INTEREST_LEVELS = 16
CURIOSITY_LEVELS = 12


class Outcome(IntEnum):
    """How a lead's road ended, if it did."""

    OPEN = 0
    WON = 1
    LOST = 2
    DISQUALIFIED = 3


class Traits(NamedTuple):
    """What hazards depend on and time does not change; see `population.People`."""

    fit: npt.NDArray
    kind: npt.NDArray
    response: npt.NDArray


class State(NamedTuple):
    """The hidden state."""

    account: npt.NDArray
    interest: npt.NDArray
    outreach: npt.NDArray


def shot_noise(
    levels: int, half_life: float, burst_probability: float, burst_mean: float
) -> Floats:
    """Daily transition matrix, shape (levels, levels), of capped integer shot noise.

    Args:
        levels: number of levels, from 0; whatever would be above the last is at the last.
        half_life: days in which half of the interest is gone, in the mean.
        burst_probability: chance of a burst on a day.
        burst_mean: mean size of a burst, which is 1 + Poisson(burst_mean - 1).
    """
    level = np.arange(levels)
    survivors = binom.pmf(level[None, :], level[:, None], 2 ** (-1 / half_life))
    sizes = burst_probability * poisson.pmf(level - 1, burst_mean - 1)
    sizes[0] = 1 - burst_probability
    kernel = np.zeros((levels, levels))
    for size in level:
        kernel[:, size:] += sizes[size] * survivors[:, : levels - size]
    # What is missing went over the cap.
    kernel[:, -1] += 1 - kernel.sum(axis=1)
    return kernel


ACCOUNT_KERNEL = shot_noise(ACCOUNT_LEVELS, half_life=35, burst_probability=1 / 200, burst_mean=3)
# By account interest.
INTEREST_KERNELS = np.stack(
    [
        shot_noise(
            INTEREST_LEVELS, half_life=24, burst_probability=0.003 + 0.008 * level, burst_mean=5
        )
        for level in range(ACCOUNT_LEVELS)
    ]
)
# No part of the state: curiosity makes people read and click, and has nothing to do with buying.
CURIOSITY_KERNEL = shot_noise(CURIOSITY_LEVELS, half_life=9, burst_probability=1 / 45, burst_mean=4)

# Logs of rates a working day, and what adds to them.
WIN_BASE = -8.42
WIN_PER_LOG_INTEREST = 1.0
WIN_PER_ACCOUNT_LEVEL = 0.12
WIN_OF_KIND = np.array([0.0, -np.inf, -3.0, -3.5, -1.0])
WIN_OF_RESPONSE = np.array([0.0, 0.9, -0.7])
LOSS_BASE = -6.3
LOSS_PER_FIT = -0.25
LOSS_PER_LOG_INTEREST = -0.15
DISQUALIFY_RATE_OF_KIND = np.array([0.0006, 0.020, 0.012, 0.012, 0.002])
WEEKEND_FACTOR = 0.15

# Chance of a draw for outreach on a working day, by interest: reps follow signs. Chance that a draw
# is made, by segment. Chance that outreach wears off on a day.
DRAW_PROBABILITY = 0.008 + 0.003 * np.arange(INTEREST_LEVELS)
MADE_PROBABILITY = np.array([0.70, 0.80, 0.90])
WEARING_OFF = 0.08


def hazards(traits: Traits, state: State, is_weekend: bool) -> Floats:
    """Rates a day of being won, lost and disqualified, shape (3, ...); the arguments broadcast."""
    fit = traits.fit * FIT_STEP - FIT_LIMIT
    log_interest = np.log1p(state.interest)
    win = np.exp(
        WIN_BASE
        + fit
        + WIN_PER_LOG_INTEREST * log_interest
        + WIN_PER_ACCOUNT_LEVEL * state.account
        + WIN_OF_KIND[traits.kind]
        + WIN_OF_RESPONSE[traits.response] * state.outreach
    )
    loss = np.exp(LOSS_BASE + LOSS_PER_FIT * fit + LOSS_PER_LOG_INTEREST * log_interest)
    rates = np.broadcast_arrays(win, loss, DISQUALIFY_RATE_OF_KIND[traits.kind])
    return np.stack(rates) * (WEEKEND_FACTOR if is_weekend else 1)
