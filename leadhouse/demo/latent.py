"""The hidden process behind the demo world, and the true probabilities that follow from it.

A finite Markov chain in discrete time (days), so that the probability of a win is *computed*, not estimated.
A person's hidden state is (account interest a, own interest s, outreach t):

- Interest is integer shot noise (a branching process with immigration, the INAR(1) of Al-Osh and Alzaid
  1987): each day every unit of interest survives with a fixed probability (so bursts decay exponentially in
  the mean), and a burst of 1 + Poisson units comes with a small probability. Levels are capped.
- Account interest is one chain for each company; bursts of a person's own interest are likelier the higher it is:
  the buying group moves together.
- Outreach is 1 from the day after a touch was made until it wears off (geometric).
- Curiosity is one more shot noise. It makes people read and click, and has no part in buying.

On each day a person who is still open is won, lost or disqualified with competing hazards
`1 - exp(-(w + l + q))`, which depend on fit, kind and state. Then, if still open, she may be drawn for outreach;
a draw is made or withheld by chance.

`win_probability` runs the backward (Kolmogorov) equation of the same chain over the horizon; its only error is rounding.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
from scipy.stats import binom, poisson

from leadhouse.demo import calendar
from leadhouse.demo.population import FIT_LIMIT, FIT_STEP, Kind, People, Response
from leadhouse.demo.sampling import categorical, generator

Floats = npt.NDArray[np.floating]
States = npt.NDArray[np.uint8]

INTEREST_LEVELS = 16
ACCOUNT_LEVELS = 7
CURIOSITY_LEVELS = 12


class Outcome(IntEnum):
    """How a lead's road ended, if it did."""

    OPEN = 0
    WON = 1
    LOST = 2
    DISQUALIFIED = 3


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
        arrivals = sizes[size]
        kernel[:, size:] += arrivals * survivors[:, : levels - size]
        kernel[:, -1] += arrivals * survivors[:, levels - size :].sum(axis=1)
    kernel[:, -1] += 1 - kernel.sum(axis=1)
    return kernel


ACCOUNT_KERNEL = shot_noise(ACCOUNT_LEVELS, half_life=35, burst_probability=1 / 150, burst_mean=3)
INTEREST_KERNELS = np.stack(
    [
        shot_noise(INTEREST_LEVELS, half_life=16, burst_probability=0.010 + 0.012 * a, burst_mean=4)
        for a in range(ACCOUNT_LEVELS)
    ]
)
CURIOSITY_KERNEL = shot_noise(CURIOSITY_LEVELS, half_life=9, burst_probability=1 / 45, burst_mean=4)

# Log-hazards of a day.
WIN_BASE = -8.75
WIN_PER_LOG_INTEREST = 0.80
WIN_PER_ACCOUNT_LEVEL = 0.12
WIN_OF_KIND = np.array([0.0, -np.inf, -3.0, -3.5, -1.0])
WIN_OF_RESPONSE = np.array([0.0, 0.9, -0.7])
WEEKEND_FACTOR = 0.15
LOSS_BASE = -6.3
LOSS_PER_FIT = -0.25
LOSS_PER_LOG_INTEREST = -0.15
DISQUALIFY_RATE = np.array([0.0006, 0.020, 0.012, 0.012, 0.002])

DRAW_BASE = 0.008
DRAW_PER_LEVEL = 0.003
MADE_PROBABILITY = np.array([0.70, 0.80, 0.90])
WEARING_OFF = 0.08


def draw_probability() -> Floats:
    """Chance of being drawn for outreach on a working day, by level of interest: reps follow signs."""
    return DRAW_BASE + DRAW_PER_LEVEL * np.arange(INTEREST_LEVELS)


def hazards(
    fit: npt.NDArray,
    kind: npt.NDArray,
    response: npt.NDArray,
    a: npt.NDArray,
    s: npt.NDArray,
    t: npt.NDArray,
) -> tuple[Floats, Floats, Floats]:
    """Rates a working day of being won, lost and disqualified; the arguments broadcast."""
    fit_log_hazard = fit * FIT_STEP - FIT_LIMIT
    interest = np.log1p(s)
    win = np.exp(
        WIN_BASE
        + fit_log_hazard
        + WIN_PER_LOG_INTEREST * interest
        + WIN_PER_ACCOUNT_LEVEL * a
        + WIN_OF_KIND[kind]
        + WIN_OF_RESPONSE[response] * t
    )
    loss = np.exp(LOSS_BASE + LOSS_PER_FIT * fit_log_hazard + LOSS_PER_LOG_INTEREST * interest)
    return win, loss + 0 * win, DISQUALIFY_RATE[kind] + 0 * win


@dataclass(frozen=True)
class History:
    """What happened: states of shape (days, people) at the end of each day, and how each road ended.

    `account_interest` has shape (days, companies). `closed_day` is `calendar.DAYS` for those still open. A draw for
    outreach is `drawn_person`, `drawn_day`, and `is_made` (false: withheld by chance).
    """

    interest: States
    curiosity: States
    outreach: States
    account_interest: States
    outcome: npt.NDArray[np.int64]
    closed_day: npt.NDArray[np.int64]
    drawn_person: npt.NDArray[np.int64]
    drawn_day: npt.NDArray[np.int64]
    is_made: npt.NDArray[np.bool_]


def _stationary(kernel: Floats) -> Floats:
    return np.linalg.matrix_power(kernel, 4096)[0]


def simulate(seed: int, people: People, companies: int) -> History:
    """One history of the world, day by day."""
    rng = generator(seed, "latent")
    n = len(people)
    company, created = people.company, people.created_day
    interest = np.empty((calendar.DAYS, n), dtype=np.uint8)
    curiosity = np.empty_like(interest)
    outreach = np.empty_like(interest)
    account_interest = np.empty((calendar.DAYS, companies), dtype=np.uint8)
    outcome = np.zeros(n, dtype=np.int64)
    closed_day = np.full(n, calendar.DAYS)
    drawn: list[tuple[npt.NDArray, npt.NDArray, npt.NDArray]] = []

    a = categorical(rng, _stationary(ACCOUNT_KERNEL), np.zeros(companies, dtype=np.int64))
    s = categorical(rng, _stationary(INTEREST_KERNELS[0]), np.zeros(n, dtype=np.int64))
    c = categorical(rng, _stationary(CURIOSITY_KERNEL), np.zeros(n, dtype=np.int64))
    t = np.zeros(n, dtype=np.int64)
    own_kernels = INTEREST_KERNELS.reshape(-1, INTEREST_LEVELS)
    for day in range(calendar.DAYS):
        a = categorical(rng, ACCOUNT_KERNEL, a)
        s = categorical(rng, own_kernels, a[company] * INTEREST_LEVELS + s)
        c = categorical(rng, CURIOSITY_KERNEL, c)

        is_weekend = bool(calendar.is_weekend(day))
        open_ = np.flatnonzero((created < day) & (outcome == Outcome.OPEN))
        rates = np.stack(
            hazards(
                people.fit[open_], people.kind[open_], people.response[open_],
                a[company[open_]], s[open_], t[open_],
            )
        ) * (WEEKEND_FACTOR if is_weekend else 1)  # fmt: skip
        total = rates.sum(axis=0)
        closes = rng.random(len(open_)) < -np.expm1(-total)
        ends = 1 + categorical(rng, rates[:, closes].T, np.arange(closes.sum()))
        outcome[open_[closes]] = ends
        closed_day[open_[closes]] = day

        still = open_[~closes]
        t = np.where(rng.random(n) < WEARING_OFF, 0, t)
        if not is_weekend:
            chosen = still[rng.random(len(still)) < draw_probability()[s[still]]]
            is_made = rng.random(len(chosen)) < MADE_PROBABILITY[people.segment[chosen]]
            t[chosen[is_made]] = 1
            drawn.append((chosen, np.full(len(chosen), day), is_made))

        arrives = created == day
        s = np.where(arrives, np.minimum(s + people.arrival_interest, INTEREST_LEVELS - 1), s)
        interest[day], curiosity[day], outreach[day], account_interest[day] = s, c, t, a

    person, days, made = (np.concatenate(part) for part in zip(*drawn, strict=True))
    return History(
        interest, curiosity, outreach, account_interest, outcome, closed_day, person, days, made
    )


def win_probability(
    fit: npt.NDArray, kind: npt.NDArray, response: npt.NDArray, segment: npt.NDArray, first_day: int
) -> Floats:
    """True probability of a win within the horizon, for each sort of person and each state.

    Args:
        fit, kind, response, segment: traits, each of shape (n,).
        first_day: the day whose beginning is the moment.

    Returns:
        Shape (n, ACCOUNT_LEVELS, INTEREST_LEVELS, 2): by state at the end of the day before.
    """
    column = (slice(None), None, None, None)
    rates = hazards(
        fit[column], kind[column], response[column],
        np.arange(ACCOUNT_LEVELS)[:, None, None],
        np.arange(INTEREST_LEVELS)[:, None],
        np.arange(2),
    )  # fmt: skip
    made = MADE_PROBABILITY[segment][:, None, None] * draw_probability()
    value = np.zeros(rates[0].shape)
    for day in range(first_day + calendar.HORIZON_DAYS - 1, first_day - 1, -1):
        is_weekend = bool(calendar.is_weekend(day))
        factor = WEEKEND_FACTOR if is_weekend else 1
        total = sum(rates) * factor
        closes = -np.expm1(-total)
        won = closes * rates[0] * factor / total
        touched = 0 if is_weekend else made
        # Outreach at the end of the day, from 0 and from 1.
        keeps = touched + (1 - touched) * (1 - WEARING_OFF)
        ahead = np.stack(
            [
                touched * value[..., 1] + (1 - touched) * value[..., 0],
                keeps * value[..., 1] + (1 - keeps) * value[..., 0],
            ],
            axis=-1,
        )
        # Back through the morning's moves: own interest given the account's, then the account's.
        value = won + (1 - closes) * ahead
        value = np.einsum("asz,nazt->nast", INTEREST_KERNELS, value, optimize=True)
        value = np.einsum("ab,nbst->nast", ACCOUNT_KERNEL, value, optimize=True)
    return value


@dataclass(frozen=True)
class Truth:
    """True probabilities: `person` was open at the beginning of `day`, and `probability` to be won within the horizon."""

    person: npt.NDArray[np.int64]
    day: npt.NDArray[np.int64]
    probability: Floats


def truth(people: People, history: History) -> Truth:
    """The true probability of every open lead at every week's moment (the last one is the world's end)."""
    traits = np.stack([people.fit, people.kind, people.response, people.segment])
    sorts, sort = np.unique(traits, axis=1, return_inverse=True)
    # All moments fall on one weekday, so one table serves them all.
    table = win_probability(*sorts, first_day=0)
    parts = []
    for day in range(7, calendar.DAYS + 1, 7):
        person = np.flatnonzero((people.created_day < day) & (history.closed_day >= day))
        state = (
            history.account_interest[day - 1][people.company[person]],
            history.interest[day - 1][person],
            history.outreach[day - 1][person],
        )
        parts.append((person, np.full(len(person), day), table[sort[person], *state]))
    return Truth(*(np.concatenate(part) for part in zip(*parts, strict=True)))
