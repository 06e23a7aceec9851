"""The certificate holds for what is built rightly, and finds each way of building wrongly."""

from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from leadhouse.learning.boosting import BoostedTrees
from leadhouse.learning.calibration import LineCalibration
from leadhouse.learning.certificate import TOLERANCE, Certificate, certify
from leadhouse.learning.graph import build_graph, recalibrate
from leadhouse.learning.logistic import LogisticSettings, fit_logistic
from leadhouse.learning.margins import MarginModel, MarginParts
from leadhouse.learning.rungs import Average
from leadhouse.learning.scorecard import Rule, Scorecard
from leadhouse.learning.trees import Leaf, Split, Tree
from leadhouse.scoring.schema import Feature, FeatureSchema
from tests.learning.fitted import margin_models

PLATT = LineCalibration(method="platt", slope=0.8, intercept=-0.3)
SCHEMA = FeatureSchema(
    features=(
        Feature(name="a", kind="number"),
        Feature(name="b", kind="number"),
        Feature(name="plan", kind="category", vocabulary=("free", "pro", "team")),
    )
)


def certificate_of(model: MarginModel, matrix: np.ndarray, parts: MarginParts) -> Certificate:
    return certify(model, PLATT, build_graph(model.schema, parts, PLATT, {}), matrix)


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    numbers = rng.normal(size=(2_000, 2))
    plan = rng.integers(0, 4, size=2_000).astype(float)
    plan[plan == 0] = np.nan
    label = rng.random(2_000) < 1 / (1 + np.exp(-numbers[:, 0] + (plan == 2)))
    return np.column_stack([numbers, plan]).astype(np.float32), label


@pytest.fixture(scope="module")
def boosted(rows: tuple[np.ndarray, np.ndarray]) -> BoostedTrees:
    dataset = lgb.Dataset(*rows, categorical_feature=[2])
    booster = lgb.train({"verbosity": -1, "objective": "binary"}, dataset, 20)
    return BoostedTrees(SCHEMA, booster, 20)


@pytest.fixture(scope="module")
def logistic(rows: tuple[np.ndarray, np.ndarray]) -> MarginModel:
    return fit_logistic(*rows, np.ones(2_000), SCHEMA, LogisticSettings(l2=1.0))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(margin_models())
def test_holds_for_every_kind_of_model(example: tuple[MarginModel, np.ndarray]) -> None:
    model, matrix = example
    certificate = certificate_of(model, matrix, model.parts())
    assert certificate.max_difference < 1e-9
    assert certificate.is_good
    assert certificate.count_rows > 10_000


def test_the_average_agrees_to_the_last_digits(rows, boosted, logistic) -> None:
    model = Average(boosted, logistic)
    assert certificate_of(model, rows[0], model.parts()).max_difference < 1e-13


def with_thresholds(tree: Tree, rounded: type[np.floating]) -> Tree:
    if isinstance(tree, Leaf):
        return tree
    against = tree.against if isinstance(tree.against, tuple) else float(rounded(tree.against))
    passed, failed = (with_thresholds(side, rounded) for side in (tree.passed, tree.failed))
    return Split(tree.feature, tree.condition, against, tree.missing_passes, passed, failed)


def test_refuses_thresholds_rounded_to_float32(rows, boosted) -> None:
    """What the usual converters do; it moves only the rows that lie at a threshold."""
    trees = tuple(with_thresholds(tree, np.float32) for tree in boosted.parts().trees)
    assert not certificate_of(boosted, rows[0], MarginParts(trees=trees)).is_good


@pytest.mark.parametrize("bound", ["lower", "upper"])
def test_refuses_numbers_that_are_not_clipped(rows, logistic, bound: str) -> None:
    parts = logistic.parts()
    beyond = replace(parts.linear, **{bound: 1.01 * getattr(parts.linear, bound)})
    assert not certificate_of(logistic, rows[0], replace(parts, linear=beyond)).is_good


def test_refuses_another_value_for_nulls(rows, logistic) -> None:
    parts = logistic.parts()
    other = replace(parts.linear, missing_value=parts.linear.missing_value + 0.01)
    assert not certificate_of(logistic, rows[0], replace(parts, linear=other)).is_good


def test_refuses_another_value_for_a_word(rows, logistic) -> None:
    parts = logistic.parts()
    assert len(parts.trees) == 1
    assert not certificate_of(logistic, rows[0], replace(parts, trees=())).is_good


def test_refuses_another_calibration(rows, logistic) -> None:
    graph = build_graph(SCHEMA, logistic.parts(), PLATT, {})
    moved = recalibrate(graph, 0.1)
    assert not certify(logistic, PLATT, moved, rows[0]).is_good
    assert certify(logistic, PLATT.shifted(0.1), moved, rows[0]).is_good


def test_refuses_what_is_not_a_number(rows, logistic) -> None:
    without = build_graph(SCHEMA, logistic.parts(), None, {})
    assert certify(logistic, None, without, rows[0]).is_good
    assert not certify(logistic, PLATT, without, rows[0]).is_good
    assert not Certificate(max_difference=float("nan"), count_rows=1).is_good
    assert Certificate(max_difference=TOLERANCE, count_rows=1).is_good


def test_rules_have_a_certificate_too(rows) -> None:
    rules = [
        Rule(rule_id="1", feature_name="a", operator=">", value="0.1", points=5),
        Rule(rule_id="2", feature_name="b", operator="is null", value=None, points=3),
        Rule(rule_id="3", feature_name="plan", operator="in", value="pro|gold", points=2),
        Rule(rule_id="4", feature_name="plan", operator="is null", value=None, points=-1),
    ]
    scorecard = Scorecard.read(rules, SCHEMA)
    matrix = rows[0].copy()
    is_word = ~np.isnan(matrix[:, 2])
    matrix[is_word, 2] = matrix[is_word, 2] == 2  # pro is the card's first word, others are unseen
    assert certificate_of(scorecard, matrix, scorecard.parts()).max_difference < 1e-15


def test_the_same_seed_compares_the_same_rows(rows, boosted) -> None:
    graph = build_graph(SCHEMA, boosted.parts(), PLATT, {})
    one, again, other = (certify(boosted, PLATT, graph, rows[0], seed) for seed in (1, 1, 2))
    assert one == again
    assert other.count_rows == one.count_rows
