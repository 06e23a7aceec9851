"""The logistic model is scikit-learn's, on the columns that its design says."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

from leadhouse.learning.logistic import (
    INDICATOR_SIZE,
    Design,
    LogisticModel,
    LogisticSettings,
    fit_logistic,
)
from leadhouse.learning.margins import signed_log1p
from leadhouse.scoring.schema import Feature, FeatureSchema
from tests.learning.fitted import logistic_models

ROWS = 3_000
SCHEMA = FeatureSchema(
    features=(
        Feature(name="skewed", kind="number"),
        Feature(name="sometimes", kind="number"),
        Feature(name="hardly_null", kind="number"),
        Feature(name="constant", kind="number"),
        Feature(name="never", kind="number"),
        Feature(name="one_or_null", kind="number"),
        Feature(name="plan", kind="category", vocabulary=("often", "twenty", "nineteen")),
    )
)


@pytest.fixture
def matrix() -> np.ndarray:
    rng = np.random.default_rng(0)
    skewed = rng.normal(size=ROWS) * np.exp(3 * rng.normal(size=ROWS))
    sometimes = np.where(rng.random(ROWS) < 0.3, np.nan, rng.normal(5, 2, ROWS))
    hardly_null = np.where(np.arange(ROWS) < 0.009 * ROWS, np.nan, rng.random(ROWS))
    one_or_null = np.where(rng.random(ROWS) < 0.5, np.nan, 1.0)
    plan = np.repeat([1.0, 2.0, 3.0, 0.0, np.nan], [2_500, 20, 19, 30, ROWS - 2_569])
    constant, never = np.ones(ROWS), np.full(ROWS, np.nan)
    columns = [skewed, sometimes, hardly_null, constant, never, one_or_null, rng.permutation(plan)]
    return np.column_stack(columns).astype(np.float32)


@pytest.fixture
def label(matrix: np.ndarray) -> np.ndarray:
    log_odds = np.sign(matrix[:, 0]) - 2 + np.isnan(matrix[:, 1]) - (matrix[:, 6] == 1)
    return np.random.default_rng(1).random(ROWS) < expit(log_odds)


def fit(matrix: np.ndarray, label: np.ndarray, **changes: float) -> LogisticModel:
    return fit_logistic(matrix, label, np.ones(len(label)), SCHEMA, LogisticSettings(**changes))


def test_design_has_the_columns_that_can_tell_something(matrix: np.ndarray) -> None:
    design = Design.learn(matrix, SCHEMA, LogisticSettings())
    assert design.numbers.tolist() == [0, 1, 2]
    assert design.nulls.tolist() == [1, 5, 6]
    assert design.words.tolist() == [[6, 1], [6, 2]]


def test_numbers_are_winsorised_standardised_logarithms(matrix: np.ndarray) -> None:
    design = Design.learn(matrix, SCHEMA, LogisticSettings())
    columns = design.matrix(matrix)
    by_hand = np.sign(matrix[:, 0].astype(float)) * np.log1p(np.abs(matrix[:, 0].astype(float)))
    by_hand = np.clip(by_hand, *np.quantile(by_hand, [0.005, 0.995]))
    by_hand = (by_hand - by_hand.mean()) / by_hand.std()
    np.testing.assert_allclose(columns[:, 0], by_hand, rtol=1e-5, atol=1e-6)
    is_null = np.isnan(matrix[:, 1])
    assert (columns[is_null, 1] == 0).all()
    assert abs(columns[~is_null, 1].mean()) < 1e-5
    np.testing.assert_allclose(columns[:, 3], INDICATOR_SIZE * is_null)
    np.testing.assert_allclose(columns[:, 6], INDICATOR_SIZE * (matrix[:, 6] == 1))


@pytest.mark.parametrize("l2", [1.0, 300.0])
def test_margin_is_scikit_learns_decision_function(
    matrix: np.ndarray, label: np.ndarray, l2: float
) -> None:
    """That of a regression whose own search goes on to the last digits, and in double."""
    weight = np.random.default_rng(2).exponential(size=ROWS)
    model = fit_logistic(matrix, label, weight, SCHEMA, LogisticSettings(l2=l2))
    columns = model.design.matrix(matrix).astype(np.float64)
    reference = LogisticRegression(C=1 / l2, solver="newton-cholesky", tol=1e-10)
    reference.fit(columns, label, sample_weight=weight)
    margin = model.margin(matrix)
    np.testing.assert_allclose(margin, reference.decision_function(columns), atol=5e-3)

    reference.coef_, reference.intercept_ = model.coefficients[np.newaxis], model.intercept
    np.testing.assert_allclose(margin, reference.decision_function(columns), atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(logistic_models())
def test_parts_add_up_to_the_margin(example: tuple[LogisticModel, np.ndarray]) -> None:
    """Calculated here from their definition, and on more than was learnt from."""
    model, matrix = example
    extremes = np.vstack([np.full(matrix.shape[1], fill) for fill in (np.nan, 0, 1e30, -np.inf)])
    rows = np.vstack([matrix, extremes]).astype(np.float32)
    rows[-2:, model.schema.category_positions] = np.nan
    parts = model.parts()
    linear = parts.linear
    values = rows[:, linear.positions]
    terms = linear.slope * np.clip(signed_log1p(values), linear.lower, linear.upper)
    margin = linear.intercept + np.where(np.isnan(values), linear.missing_value, terms).sum(axis=1)
    for tree in parts.trees:
        for number, row in enumerate(rows):
            node = tree
            while hasattr(node, "feature"):
                value = row[node.feature]
                passes = value in node.against if isinstance(node.against, tuple) else False
                is_passed = node.missing_passes if np.isnan(value) else passes
                node = node.passed if is_passed else node.failed
            margin[number] += node.value
    np.testing.assert_allclose(margin, model.margin(rows), atol=1e-9)


def test_the_same_rows_give_the_same_bits_whatever_the_threads(
    matrix: np.ndarray, label: np.ndarray
) -> None:
    bits = set()
    for threads in (1, 2, 2):
        with threadpool_limits(threads):
            model = fit(matrix, label)
            bits.add(model.coefficients.tobytes() + model.margin(matrix).tobytes())
    assert len(bits) == 1


def test_a_stronger_prior_brings_the_margins_together(
    matrix: np.ndarray, label: np.ndarray
) -> None:
    spread = [fit(matrix, label, l2=l2).margin(matrix).std() for l2 in (1, 100, 10_000)]
    assert spread[0] > 1.2 * spread[1] > 1.44 * spread[2]


def test_predicts_new_rows_better_than_the_base_rate(matrix: np.ndarray, label: np.ndarray) -> None:
    model = fit(matrix[:1_500], label[:1_500], l2=30.0)
    constant = np.full(1_500, label[:1_500].mean())
    probability = expit(model.margin(matrix[1_500:]))
    gain = log_loss(label[1_500:], constant) - log_loss(label[1_500:], probability)
    assert gain > 0.01


def test_columns_that_tell_nothing_leave_the_base_rate(label: np.ndarray) -> None:
    schema = FeatureSchema(features=(Feature(name="never", kind="number"),))
    nothing = np.full((ROWS, 1), np.nan, np.float32)
    model = fit_logistic(nothing, label, np.ones(ROWS), schema, LogisticSettings())
    np.testing.assert_allclose(expit(model.margin(nothing)), label.mean())
    assert len(model.parts().linear.positions) == len(model.parts().trees) == 0


@pytest.mark.parametrize(
    "wrong", [{"l2": 0.0}, {"winsorised_share": 0.5}, {"min_null_share": 1.1}, {"depth": 3}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        LogisticSettings(**wrong)
