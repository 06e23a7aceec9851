"""Probabilities of margins: what is fitted, when, and that ranks survive."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from leadhouse.learning.calibration import (
    MIN_BLOCK_ROWS_OF_A_LABEL,
    SMALLEST_SLOPE,
    BetaCalibration,
    Calibration,
    IsotonicCalibration,
    LineCalibration,
    Method,
    fit_calibration,
)

METHODS: list[Method] = ["none", "shift", "platt", "beta", "isotonic"]


def rows(seed: int, count: int, slope: float, intercept: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    margin = rng.normal(-3, 2, count)
    return margin, rng.random(count) < expit(slope * margin + intercept)


def platt_targets(label: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Conversions count one each, and the others by how many they weigh."""
    won, lost = label.sum(), weight[~label].sum() / weight[label].mean()
    return np.where(label, (won + 1) / (won + 2), 1 / (lost + 2))


@st.composite
def calibrations(draw: st.DrawFn) -> Calibration:
    """Fitted to rows of any truth: curved, stepped, flat or backwards, weighted or not."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    margin = rng.normal(draw(st.floats(-4, 1)), draw(st.sampled_from([0.01, 1, 10])), 2_000)
    if draw(st.booleans()):
        margin = np.round(margin, 1)  # with ties
    truth = draw(st.sampled_from([lambda m: m, lambda m: -m, np.sign, lambda m: 0 * m, np.cbrt]))
    label = rng.random(2_000) < expit(truth(margin - margin.mean()) - draw(st.floats(-2, 4)))
    weight = rng.exponential(size=2_000) + 0.01 if draw(st.booleans()) else None
    found = fit_calibration(draw(st.sampled_from(METHODS)), margin, label, weight)
    return found.shifted(draw(st.floats(-3, 3)))


@settings(max_examples=150, deadline=None)
@given(calibrations(), st.lists(st.floats(-20, 20), min_size=2, max_size=50))
def test_ranks_survive(calibration: Calibration, margins: list[float]) -> None:
    margin = np.unique(np.round(margins, 6))
    least = 0.99 * SMALLEST_SLOPE * np.diff(margin)
    assert (np.diff(calibration.log_odds(margin)) >= least).all()


@settings(max_examples=100, deadline=None)
@given(calibrations())
def test_text_brings_the_same_calibration_back(calibration: Calibration) -> None:
    again = Calibration.from_json(calibration.to_json())
    assert again == calibration
    assert type(again) is type(calibration)


@pytest.mark.parametrize("text", ["", "{}", '{"method": "histogram"}', '{"method": "beta"}'])
def test_other_text_is_no_calibration(text: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Calibration.from_json(text)


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_platt_is_unpenalised_logistic_regression(seed: int, is_weighted: bool) -> None:
    """On rows weighted so that their labels are Platt's smoothed targets."""
    margin, label = rows(seed, 3_000, 0.6, 0.5)
    weight = np.random.default_rng(seed).exponential(size=3_000) if is_weighted else np.ones(3_000)
    target = platt_targets(label, weight)
    reference = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1_000).fit(
        np.tile(margin, 2)[:, None],
        np.repeat([1, 0], len(margin)),
        sample_weight=np.concatenate([weight * target, weight * (1 - target)]),
    )
    found = fit_calibration("platt", margin, label, weight if is_weighted else None)
    assert isinstance(found, LineCalibration)
    assert found.method == "platt"
    np.testing.assert_allclose(found.slope, reference.coef_[0, 0], rtol=1e-4)
    np.testing.assert_allclose(found.intercept, reference.intercept_[0], rtol=1e-4)


@pytest.mark.parametrize("method", ["shift", "platt", "beta"])
def test_mean_probability_is_the_smoothed_rate(method: Method) -> None:
    margin, label = rows(1, 5_000, 1.7, -1)
    found = fit_calibration(method, margin, label)
    assert found.method == method
    rate = platt_targets(label, np.ones(5_000)).mean()
    np.testing.assert_allclose(found.probability(margin).mean(), rate, rtol=1e-5)


@pytest.mark.parametrize("method", ["shift", "platt", "beta"])
def test_many_conversions_that_weigh_little_are_smoothed_as_many(method: Method) -> None:
    margin, label = rows(1, 5_000, 1.0, 0.0)
    weight = np.where(label, 1.5 / label.sum(), 1.0)
    found = fit_calibration(method, margin, label, weight)
    mean = np.average(found.probability(margin), weights=weight)
    assert mean == pytest.approx(np.average(label, weights=weight), rel=0.01)


def test_shift_moves_the_base_rate_only() -> None:
    margin, label = rows(2, 5_000, 0.5, 1)
    found = fit_calibration("shift", margin, label)
    assert isinstance(found, LineCalibration)
    assert found.slope == 1.0


@pytest.mark.parametrize("seed", range(3))
def test_beta_is_the_best_of_its_kind(seed: int) -> None:
    margin, _ = rows(seed, 4_000, 1, 0)
    p = expit(margin)
    truth = 0.5 * np.log(p) - 2.0 * np.log1p(-p) - 0.5
    label = np.random.default_rng(seed).random(4_000) < expit(truth)
    target = platt_targets(label, np.ones(len(label)))

    def loss(abc: np.ndarray) -> float:
        q = expit(abc[0] * np.log(p) - abc[1] * np.log1p(-p) + abc[2])
        return -np.mean(target * np.log(q) + (1 - target) * np.log1p(-q))

    options = {"xatol": 1e-10, "fatol": 1e-14, "maxiter": 10_000, "maxfev": 10_000}
    reference = minimize(loss, [1.0, 1.0, 0.0], method="Nelder-Mead", options=options)
    found = fit_calibration("beta", margin, label)
    assert isinstance(found, BetaCalibration)
    np.testing.assert_allclose([found.a, found.b, found.c], reference.x, rtol=1e-3)
    np.testing.assert_allclose(found.probability(margin), expit(found.log_odds(margin)))


def test_beta_bends_where_platt_cannot() -> None:
    margin, _ = rows(7, 50_000, 1, 0)
    p = expit(margin)
    truth = expit(0.4 * np.log(p) - 3.0 * np.log1p(-p))
    label = np.random.default_rng(7).random(50_000) < truth
    error = {
        method: np.abs(fit_calibration(method, margin, label).probability(margin) - truth).mean()
        for method in METHODS
    }
    assert error["beta"] < 0.2 * error["platt"]
    assert error["isotonic"] < 0.5 * error["platt"]


def test_isotonic_is_the_isotonic_regression_at_the_centres_of_blocks() -> None:
    """Of levels so well filled that no block is too small to stand."""
    rng = np.random.default_rng(4)
    margin = np.repeat(np.arange(12) / 2 - 4, 1_000)
    label = rng.random(len(margin)) < expit(margin + 0.8 * (np.arange(len(margin)) // 1_000 % 3))
    weight = rng.exponential(size=len(margin))
    found = fit_calibration("isotonic", margin, label, weight)
    assert isinstance(found, IsotonicCalibration)
    regression = IsotonicRegression().fit(margin, label, sample_weight=weight)
    levels = np.unique(margin)
    rates = regression.predict(levels)
    assert len(found.margins) == len(np.unique(rates)) < len(levels)  # something was pooled
    for margin_there, value in zip(found.margins, found.values, strict=True):
        block = np.isclose(rates, regression.predict([margin_there])[0], rtol=1e-9)
        held = np.isin(margin, levels[block])
        np.testing.assert_allclose(margin_there, np.average(margin[held], weights=weight[held]))
        np.testing.assert_allclose(expit(value), rates[block][0])


@pytest.mark.parametrize("seed", range(5))
def test_isotonic_is_nowhere_certain(seed: int) -> None:
    """Where isotonic regression itself says never or always."""
    margin, label = rows(seed, 2_000, 4, 6)
    rates = IsotonicRegression().fit_transform(margin, label)
    assert rates.min() == 0
    assert rates.max() == 1
    found = fit_calibration("isotonic", margin, label)
    assert isinstance(found, IsotonicCalibration)
    edges = [-np.inf, *(np.array(found.margins[1:]) + found.margins[:-1]) / 2, np.inf]
    assert len(edges) > 3
    share = MIN_BLOCK_ROWS_OF_A_LABEL / len(margin)
    assert logit(share) < min(found.values)
    assert max(found.values) < logit(1 - share)
    np.testing.assert_allclose(found.probability(margin).mean(), label.mean(), atol=0.02)


def test_few_rows_bear_a_simpler_calibration() -> None:
    margin, label = rows(2, 3_000, 1, 0)

    def method(wanted: Method, count_rows: int, count_conversions: int) -> str:
        label_of_few = label & (np.cumsum(label) <= count_conversions)
        return fit_calibration(wanted, margin[:count_rows], label_of_few[:count_rows]).method

    assert label[:1_000].sum() > 100
    assert method("isotonic", 1_000, 100) == "isotonic"
    assert method("isotonic", 999, 100) == "platt"
    assert method("isotonic", 1_000, 99) == "platt"
    assert method("isotonic", 3_000, 19) == "shift"
    assert method("beta", 3_000, 20) == "beta"
    assert method("beta", 3_000, 19) == "shift"
    assert method("platt", 3_000, 20) == "platt"
    assert method("platt", 3_000, 19) == "shift"
    assert {method(wanted, 0, 0) for wanted in METHODS} == {"none"}


@pytest.mark.parametrize("won", [True, False])
def test_one_label_gives_finite_probabilities_short_of_certainty(won: bool) -> None:
    found = fit_calibration("isotonic", np.linspace(-8, 2, 50), np.full(50, won))
    probability = found.probability(np.linspace(-8, 2, 50))
    assert (probability > 0).all()
    assert (probability < 1).all()
    np.testing.assert_allclose(probability.mean(), 51 / 52 if won else 1 / 52, rtol=1e-5)


@pytest.mark.parametrize("method", ["platt", "beta", "isotonic"])
def test_a_model_that_ranks_backwards_is_flattened_not_turned_round(method: Method) -> None:
    margin, label = rows(3, 5_000, 1, 2)
    found = fit_calibration(method, -margin, label)
    assert found.method == method
    np.testing.assert_allclose(found.probability(-margin), label.mean(), rtol=0.02)


@pytest.mark.parametrize("method", ["shift", "platt", "beta", "isotonic"])
def test_margins_that_are_all_the_same_give_the_base_rate(method: Method) -> None:
    label = np.arange(1_000) < 100
    found = fit_calibration(method, np.full(1_000, -4.0), label)
    np.testing.assert_allclose(found.probability(np.array([-4.0])), 0.1, atol=0.001)


def test_no_calibration_leaves_the_margin_as_it_is() -> None:
    margin, label = rows(5, 100, 1, 0)
    found = fit_calibration("none", margin, label)
    np.testing.assert_array_equal(found.log_odds(margin), margin)


def test_shifts_add_up() -> None:
    margin, label = rows(6, 2_000, 1, 0)
    found = fit_calibration("isotonic", margin, label)
    moved = found.shifted(0.75).shifted(-0.25)
    np.testing.assert_allclose(moved.log_odds(margin), found.log_odds(margin) + 0.5, rtol=1e-12)
