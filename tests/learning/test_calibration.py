import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from leadhouse.learning.calibration import SMALLEST_SLOPE, fit_platt


def rows(seed: int, count: int, slope: float, intercept: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    margin = rng.normal(-3, 2, count)
    return margin, rng.random(count) < expit(slope * margin + intercept)


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_unpenalised_logistic_regression(seed: int) -> None:
    """On rows weighted so that their labels are Platt's smoothed targets."""
    margin, label = rows(seed, 3_000, 0.6, 0.5)
    won, lost = label.sum(), (~label).sum()
    target = np.where(label, (won + 1) / (won + 2), 1 / (lost + 2))
    reference = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1_000).fit(
        np.tile(margin, 2)[:, None],
        np.repeat([1, 0], len(margin)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    found = fit_platt(margin, label)
    assert found.method == "platt"
    np.testing.assert_allclose(found.slope, reference.coef_[0, 0], rtol=1e-4)
    np.testing.assert_allclose(found.intercept, reference.intercept_[0], rtol=1e-4)


def test_mean_probability_is_the_smoothed_rate() -> None:
    margin, label = rows(1, 5_000, 1.7, -1)
    won, lost = label.sum(), (~label).sum()
    smoothed = (won * (won + 1) / (won + 2) + lost / (lost + 2)) / len(label)
    found = fit_platt(margin, label)
    np.testing.assert_allclose(found.probability(margin).mean(), smoothed, rtol=1e-6)


def test_few_conversions_move_the_base_rate_only() -> None:
    margin, label = rows(2, 300, 1, 0)
    label &= np.cumsum(label) <= 5
    found = fit_platt(margin, label)
    assert (found.method, found.slope) == ("shift", 1.0)
    target = (5 * 6 / 7 + 295 / 297) / 300
    np.testing.assert_allclose(found.probability(margin).mean(), target, rtol=1e-6)


@pytest.mark.parametrize("won", [True, False])
def test_one_label_gives_finite_probabilities_short_of_certainty(won: bool) -> None:
    found = fit_platt(np.linspace(-8, 2, 50), np.full(50, won))
    probability = found.probability(np.linspace(-8, 2, 50))
    assert (probability > 0).all()
    assert (probability < 1).all()
    np.testing.assert_allclose(probability.mean(), 51 / 52 if won else 1 / 52, rtol=1e-5)


def test_a_model_that_ranks_backwards_is_flattened_not_turned_round() -> None:
    margin, label = rows(3, 5_000, 1, 2)
    found = fit_platt(-margin, label)
    assert found.slope == SMALLEST_SLOPE
    np.testing.assert_allclose(found.probability(-margin), label.mean(), rtol=0.02)


def test_margins_that_are_all_the_same_give_the_base_rate() -> None:
    label = np.arange(1_000) < 100
    found = fit_platt(np.full(1_000, -4.0), label)
    np.testing.assert_allclose(found.probability(np.array([-4.0])), 0.1, atol=0.001)


def test_no_rows_leave_the_margin_as_it_is() -> None:
    found = fit_platt(np.array([]), np.array([], dtype=bool))
    assert found.method == "none"
    np.testing.assert_array_equal(found.probability(np.array([0.0])), [0.5])
