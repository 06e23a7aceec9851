import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss, roc_auc_score

from leadhouse.learning.selection import (
    log_losses,
    mean_difference,
    ranking_above_chance,
    select_simplest,
)

seeds = st.integers(0, 2**32 - 1)


@given(seeds)
def test_mean_log_loss_is_that_of_scikit_learn(seed) -> None:
    rng = np.random.default_rng(seed)
    probability, label = rng.random(50), rng.random(50) < 0.3
    expected = log_loss(label, probability, labels=[False, True])
    assert log_losses(probability, label).mean() == pytest.approx(expected, rel=1e-12)


def test_certain_and_wrong_is_finite() -> None:
    assert np.isfinite(log_losses(np.array([0.0, 1.0]), np.array([True, False]))).all()


def test_the_standard_error_is_that_of_means_over_leads() -> None:
    """Leads of equal size: the mean of means, whose standard error every textbook has."""
    rng = np.random.default_rng(1)
    of_leads = rng.normal(size=200)
    lead = np.repeat(np.arange(200), 7)
    found = mean_difference(of_leads[lead], lead)
    assert found.mean == pytest.approx(of_leads.mean())
    assert found.standard_error == pytest.approx(of_leads.std(ddof=1) / np.sqrt(200))


def test_a_weight_is_a_row_seen_more_often() -> None:
    rng = np.random.default_rng(2)
    difference, lead = rng.normal(size=300), rng.integers(50, size=300)
    weight = rng.integers(1, 5, 300)
    found = mean_difference(difference, lead, weight)
    repeated = mean_difference(np.repeat(difference, weight), np.repeat(lead, weight))
    assert found == pytest.approx(repeated)


def test_one_lead_proves_nothing() -> None:
    assert mean_difference(np.ones(5), np.zeros(5)).standard_error == np.inf


@given(seeds)
def test_ranking_is_the_auc_of_scikit_learn_less_one_half(seed) -> None:
    rng = np.random.default_rng(seed)
    margin, label = rng.integers(0, 5, 60).astype(float), np.arange(60) % 3 == 0
    found = ranking_above_chance(margin, label, np.zeros(60), np.arange(60))
    assert found.mean + 0.5 == pytest.approx(roc_auc_score(label, margin), abs=1e-12)


def test_the_standard_error_of_a_ranking_is_its_spread_over_worlds() -> None:
    rng = np.random.default_rng(2)
    found = []
    for _ in range(400):
        lead = np.repeat(np.arange(100), rng.integers(1, 6, 100))
        label = (rng.random(100) < 0.3)[lead]
        margin = (rng.normal(size=100) + 0.8 * (rng.random(100) < 0.5))[lead] + label
        found.append(ranking_above_chance(margin, label, np.zeros(len(lead)), lead))
    spread = np.std([one.mean for one in found])
    assert np.mean([one.standard_error for one in found]) == pytest.approx(spread, rel=0.15)


def test_margins_of_two_origins_are_compared_within_each() -> None:
    """The second model calls everything higher, and its origin has more that were won."""
    label = np.array([False, True] * 50 + [True, True, True, False] * 25)
    origin = np.repeat([1, 2], 100)
    margin = np.where(origin == 2, 100.0, 0.0)
    found = ranking_above_chance(margin, label, origin, np.arange(200))
    assert found.mean == pytest.approx(0.0)


def test_the_simplest_within_one_standard_error_is_chosen() -> None:
    """Differences of mean m and spread 1 over 100 leads have a standard error of 0.1."""
    spread = np.repeat([-1.0, 1.0], 50) * np.sqrt(99 / 100)
    best = np.full(100, 5.0)
    losses = {
        "much worse": best + spread + 0.3,
        "just worse": best + spread + 0.11,
        "as good": best + spread + 0.09,
        "best": best,
    }
    found = select_simplest(tuple(losses), losses, np.arange(100))
    assert found.behind["as good"] == pytest.approx((0.09, 0.1))
    assert (found.chosen, found.best) == ("as good", "best")
    without = {name: losses[name] for name in ("much worse", "just worse", "best")}
    assert select_simplest(tuple(without), losses, np.arange(100)).chosen == "best"
    # Simplicity is the order that is given, not that of the losses.
    assert select_simplest(("best", "as good"), losses, np.arange(100)).chosen == "best"
