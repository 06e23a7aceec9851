"""The hidden chain and the truth computed from it, against a simulation written another way."""

import numpy as np
import pytest

from leadhouse.demo import calendar
from leadhouse.demo.chain import (
    ACCOUNT_KERNEL,
    CURIOSITY_KERNEL,
    DRAW_PROBABILITY,
    INTEREST_KERNELS,
    MADE_PROBABILITY,
    WEARING_OFF,
    State,
    Traits,
    hazards,
    shot_noise,
)
from leadhouse.demo.population import Kind, Response
from leadhouse.demo.sampling import categorical, ragged
from leadhouse.demo.truth import win_probability


@pytest.mark.parametrize("kernel", [ACCOUNT_KERNEL, CURIOSITY_KERNEL, *INTEREST_KERNELS])
def test_kernels_are_stochastic(kernel):
    assert kernel.min() >= 0
    np.testing.assert_allclose(kernel.sum(axis=1), 1, atol=1e-14)


def test_shot_noise_decays_by_half_in_a_half_life():
    # So high a cap that nothing reaches it; without bursts only decay is left.
    kernel = shot_noise(40, half_life=5, burst_probability=0, burst_mean=1)
    after = np.linalg.matrix_power(kernel, 5) @ np.arange(40)
    np.testing.assert_allclose(after, np.arange(40) / 2, rtol=1e-12)


def test_shot_noise_bursts_as_often_and_as_strongly_as_said():
    kernel = shot_noise(40, half_life=5, burst_probability=0.25, burst_mean=3)
    assert kernel[0, 0] == pytest.approx(0.75)
    assert kernel[0] @ np.arange(40) == pytest.approx(0.25 * 3)


@pytest.mark.parametrize(
    ("response", "account", "interest", "outreach"),
    [
        (Response.INDIFFERENT, 0, 0, 0),
        (Response.PERSUADABLE, 2, 6, 1),
        (Response.SLEEPING_DOG, 5, 12, 1),
    ],
)
def test_win_probability_agrees_with_simulation(response, account, interest, outreach):
    fit, segment, paths = 45, 2, 200_000
    traits = Traits(np.array([fit]), np.array([Kind.BUYER]), np.array([response]))
    exact = win_probability(traits, np.array([segment]), 0)[0, account, interest, outreach]

    rng = np.random.default_rng(1)
    everyone = Traits(*(np.broadcast_to(trait, paths) for trait in traits))
    a, s, t = (np.full(paths, level) for level in (account, interest, outreach))
    is_open, is_won = np.ones(paths, dtype=bool), np.zeros(paths, dtype=bool)
    for day in range(calendar.HORIZON_DAYS):
        weekend = bool(calendar.is_weekend(day))
        a = np.array([rng.choice(7, size=paths, p=row) for row in ACCOUNT_KERNEL])[
            a, np.arange(paths)
        ]
        moves = np.cumsum(INTEREST_KERNELS[a, s], axis=1)
        s = np.minimum((rng.random(paths)[:, None] > moves).sum(axis=1), 15)
        win, loss, disqualified = hazards(everyone, State(a, s, t), weekend)
        # Three clocks run; the first to ring within the day ends the road.
        rings = rng.exponential(size=(3, paths)) / np.stack([win, loss, disqualified])
        ends = is_open & (rings.min(axis=0) < 1)
        is_won |= ends & (rings.argmin(axis=0) == 0)
        is_open &= ~ends
        t = t * (rng.random(paths) > WEARING_OFF)
        made = rng.random(paths) < DRAW_PROBABILITY[s] * MADE_PROBABILITY[segment]
        t = np.where(made & (not weekend), 1, t)
    error = np.sqrt(exact * (1 - exact) / paths)
    assert is_won.mean() == pytest.approx(exact, abs=4.5 * error)


def test_bots_never_buy():
    traits = Traits(np.array([50]), np.array([Kind.BOT]), np.array([Response.PERSUADABLE]))
    assert win_probability(traits, np.array([0]), 0).max() == 0


def test_categorical_draws_from_the_row_asked_for():
    rng = np.random.default_rng(3)
    probabilities = np.array([[0.2, 0.0, 0.8], [0.0, 1.0, 0.0]])
    drawn = categorical(rng, probabilities, np.repeat([0, 1], 50_000))
    shares = np.bincount(drawn[:50_000], minlength=3) / 50_000
    np.testing.assert_allclose(shares, [0.2, 0, 0.8], atol=0.01)
    assert set(drawn[50_000:]) == {1}


def test_ragged_numbers_the_members_of_groups():
    group, place = ragged(np.array([2, 0, 3]))
    assert group.tolist() == [0, 0, 2, 2, 2]
    assert place.tolist() == [0, 1, 0, 1, 2]
