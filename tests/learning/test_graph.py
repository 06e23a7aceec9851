"""The graph says, to the last bits, what the fitted model and its calibration say."""

from types import SimpleNamespace

import lightgbm as lgb
import numpy as np
import onnx
import onnxruntime as ort
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

import leadhouse
from leadhouse.learning.calibration import (
    BetaCalibration,
    Calibration,
    IsotonicCalibration,
    LineCalibration,
    fit_calibration,
)
from leadhouse.learning.graph import build_graph, recalibrate, stamp
from leadhouse.learning.logistic import LogisticSettings, fit_logistic
from leadhouse.learning.margins import Linear, MarginModel, MarginParts
from leadhouse.learning.trees import Condition, Leaf, Split, for_float32, from_booster, splits
from leadhouse.scoring.checks import check_graph
from leadhouse.scoring.schema import Feature, FeatureSchema
from leadhouse.scoring.scorer import Scorer
from tests.learning.fitted import as_batch, margin_models

ONE_NUMBER = FeatureSchema(features=(Feature(name="a", kind="number"),))
PLATT = LineCalibration(method="platt", slope=0.8, intercept=-0.3)
slopes = st.floats(1e-3, 30)
calibrations = st.one_of(
    st.builds(LineCalibration, slope=slopes, intercept=st.floats(-9, 9), shift=st.floats(-3, 3)),
    st.builds(BetaCalibration, a=slopes, b=slopes, c=st.floats(-9, 9), shift=st.floats(-3, 3)),
    st.builds(
        lambda steps, rises, **other: IsotonicCalibration(
            margins=tuple(np.cumsum(steps) - 5), values=tuple(np.cumsum(rises) - 6), **other
        ),
        st.lists(st.floats(1e-4, 3), min_size=4, max_size=4),
        st.lists(st.floats(1e-3, 3), min_size=4, max_size=4),
        tail_slope=slopes,
        shift=st.floats(-3, 3),
    ),
)


def number_scorer(parts: MarginParts, calibration: Calibration | None) -> Scorer:
    return Scorer(check_graph(build_graph(ONE_NUMBER, parts, calibration, {}), ONE_NUMBER))


def identity() -> MarginParts:
    """A margin that is near enough the number itself, over what a test needs of it."""
    values = np.linspace(-12, 12, 97)
    tree = Leaf(float(values[-1]))
    for low, high in zip(values[-2::-1], values[:0:-1], strict=True):
        tree = Split(
            0, Condition.LESS_OR_EQUAL, float(low + high) / 2, False, Leaf(float(low)), tree
        )
    return MarginParts(trees=(tree,))


@settings(max_examples=60, deadline=None)
@given(margin_models(), calibrations)
def test_graph_agrees_with_the_model(
    example: tuple[MarginModel, np.ndarray], calibration: Calibration
) -> None:
    model, matrix = example
    graph = build_graph(model.schema, model.parts(), calibration, {})
    margin, probability = Scorer(check_graph(graph, model.schema)).score(
        as_batch(model.schema, matrix)
    )
    expected = model.margin(matrix)
    np.testing.assert_allclose(margin, expected, rtol=1e-13, atol=1e-12)
    np.testing.assert_allclose(probability, calibration.probability(expected), atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(calibrations)
def test_calibrations_are_exact_on_margins_near_and_far(calibration: Calibration) -> None:
    numbers = np.linspace(-12, 12, 97, dtype=np.float32)
    scorer = number_scorer(identity(), calibration)
    margin, probability = scorer.score(pa.RecordBatch.from_pydict({"a": numbers}))
    np.testing.assert_array_equal(margin, numbers)
    np.testing.assert_allclose(probability, calibration.probability(margin), rtol=1e-9, atol=1e-12)
    log_odds = calibration.log_odds(margin)
    is_inside = np.abs(log_odds) < 30  # further out, a double has no room between 0 and 1
    assert (np.diff(probability[is_inside]) >= 0).all()


@settings(max_examples=30, deadline=None)
@given(margin_models(), calibrations, st.floats(-4, 4), st.floats(-4, 4))
def test_recalibration_moves_all_log_odds_alike(
    example: tuple[MarginModel, np.ndarray], calibration: Calibration, first: float, second: float
) -> None:
    model, matrix = example
    graph = build_graph(model.schema, model.parts(), calibration, {"trained": "once"})
    moved = recalibrate(recalibrate(graph, first), second)
    batch = as_batch(model.schema, matrix)
    margin, before = Scorer(check_graph(graph, model.schema)).score(batch)
    same_margin, after = Scorer(check_graph(moved, model.schema)).score(batch)
    np.testing.assert_array_equal(same_margin, margin)
    # From the probability itself where that still tells log-odds apart.
    is_inside = np.abs(calibration.log_odds(margin)) < 15
    expected = expit(logit(before[is_inside]) + first + second)
    np.testing.assert_allclose(after[is_inside], expected, rtol=1e-7)
    again = calibration.shifted(first).shifted(second)
    assert moved == build_graph(model.schema, model.parts(), again, {"trained": "once"})


def test_a_graph_without_probability_has_nothing_to_recalibrate() -> None:
    graph = build_graph(ONE_NUMBER, MarginParts(), None, {})
    with pytest.raises(ValueError, match="no calibration"):
        recalibrate(graph, 0.5)


def test_another_calibration_is_not_written_wrongly() -> None:
    with pytest.raises(TypeError, match="A graph knows no SimpleNamespace"):
        build_graph(ONE_NUMBER, MarginParts(), SimpleNamespace(shift=0.0), {})


def test_batches_change_no_bit() -> None:
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(2_000, 41)).astype(np.float32)
    schema = FeatureSchema(features=tuple(Feature(name=f"f{i}", kind="number") for i in range(41)))
    label = rng.random(2_000) < expit(matrix[:, 0])
    model = fit_logistic(matrix, label, np.ones(2_000), schema, LogisticSettings(l2=1.0))
    isotonic = fit_calibration("isotonic", model.margin(matrix), label)
    scorer = Scorer(check_graph(build_graph(schema, model.parts(), isotonic, {}), schema))
    batch = as_batch(schema, matrix)
    whole = np.column_stack(scorer.score(batch))
    for size in (1, 3, 17, 512):
        parts = [
            np.column_stack(scorer.score(batch.slice(start, size))) for start in range(0, 600, size)
        ]
        np.testing.assert_array_equal(np.vstack(parts)[:600], whole[:600])


def test_nothing_learnt_gives_all_rows_the_calibrated_zero() -> None:
    scorer = number_scorer(MarginParts(), PLATT)
    batch = pa.RecordBatch.from_pydict({"a": [1.0, None, np.inf]})
    margin, probability = scorer.score(batch)
    np.testing.assert_array_equal(margin, [0, 0, 0])
    np.testing.assert_allclose(probability, 1 / (1 + np.exp(0.3)))


def test_points_without_a_calibration_have_no_probability() -> None:
    margin, probability = number_scorer(MarginParts(trees=(Leaf(5.0),)), None).score(
        pa.RecordBatch.from_pydict({"a": [1.0, None]})
    )
    np.testing.assert_array_equal(margin, [5, 5])
    assert np.isnan(probability).all()


def test_no_features_are_no_model() -> None:
    with pytest.raises(ValueError, match="at least one feature"):
        build_graph(FeatureSchema(features=()), MarginParts(), PLATT, {})


def test_features_may_be_called_anything() -> None:
    names = ["x_ünïcode", 'x_"quoted"', "x_a/b", "x_select", "x_" + "long" * 100]
    schema = FeatureSchema(features=tuple(Feature(name=n, kind="number") for n in names))
    trees = (Split(4, Condition.LESS_OR_EQUAL, 0.5, False, Leaf(1.0), Leaf(2.0)),)
    scorer = Scorer(check_graph(build_graph(schema, MarginParts(trees=trees), PLATT, {}), schema))
    margin, _ = scorer.score(pa.RecordBatch.from_pydict({name: [0.0, 1.0] for name in names}))
    np.testing.assert_array_equal(margin, [1, 2])


def test_null_and_unseen_words_are_two_things() -> None:
    schema = FeatureSchema(features=(Feature(name="plan", kind="category", vocabulary=("pro",)),))
    trees = (
        Split(0, Condition.IS_MEMBER, (1.0,), False, Leaf(1.0), Leaf(0.0)),
        Split(0, Condition.LESS, -np.inf, True, Leaf(10.0), Leaf(0.0)),
    )
    scorer = Scorer(check_graph(build_graph(schema, MarginParts(trees=trees), PLATT, {}), schema))
    margin, _ = scorer.score(pa.RecordBatch.from_pydict({"plan": ["pro", "other", None, ""]}))
    np.testing.assert_array_equal(margin, [1, 0, 10, 10])


class TestFile:
    """What others find in the file: inputs, outputs, who made it, and what is kept inside."""

    @pytest.fixture
    def graph(self) -> bytes:
        schema = FeatureSchema(
            features=(
                Feature(name="visits", kind="number"),
                Feature(name="plan", kind="category", vocabulary=("pro", "free")),
            )
        )
        calibration = BetaCalibration(a=0.5, b=2.0, c=0.1)
        parts = MarginParts(
            trees=(Split(1, Condition.IS_MEMBER, (1.0,), False, Leaf(1.0), Leaf(0.0)),),
            linear=Linear(
                intercept=-1.0,
                positions=np.array([0]),
                slope=np.array([0.5]),
                lower=np.array([0.0]),
                upper=np.array([3.0]),
                missing_value=np.array([0.25]),
                mean=np.array([0.1]),
            ),
        )
        return build_graph(schema, parts, calibration, {"horizon_days": "30"})

    def test_is_valid_onnx_of_recorded_opsets_and_producer(self, graph: bytes) -> None:
        model = onnx.load_from_string(graph)
        onnx.checker.check_model(model, full_check=True)
        assert {opset.domain: opset.version for opset in model.opset_import} == {
            "": 21,
            "ai.onnx.ml": 5,
        }
        assert (model.producer_name, model.producer_version) == ("leadhouse", leadhouse.__version__)

    def test_takes_features_by_name_and_gives_margin_and_probability(self, graph: bytes) -> None:
        session = ort.InferenceSession(graph)
        assert [(i.name, i.type, i.shape) for i in session.get_inputs()] == [
            ("visits", "tensor(float)", ["rows", 1]),
            ("plan", "tensor(string)", ["rows", 1]),
        ]
        assert [(o.name, o.type, o.shape) for o in session.get_outputs()] == [
            ("margin", "tensor(double)", ["rows", 1]),
            ("probability", "tensor(double)", ["rows", 1]),
        ]

    def test_calculates_what_is_written_on_paper(self, graph: bytes) -> None:
        feeds = {
            "visits": np.array([[1], [np.nan], [np.inf], [-5]], np.float32),
            "plan": np.array([["pro"], ["free"], ["?"], [""]], object),
        }
        margin, probability = ort.InferenceSession(graph).run(None, feeds)
        on_paper = [-1 + 0.5 * np.log(2) + 1, -1 + 0.25, -1 + 1.5, -1]
        np.testing.assert_allclose(margin[:, 0], on_paper, rtol=1e-14)
        p = expit(margin)
        expected = expit(0.5 * np.log(p) - 2 * np.log(1 - p) + 0.1)
        np.testing.assert_allclose(probability, expected, rtol=1e-12)

    def test_a_stamp_adds_metadata_and_changes_nothing_else(self, graph: bytes) -> None:
        stamped = stamp(graph, {"model_version": "v1"})
        before, after = (ort.InferenceSession(g).get_modelmeta() for g in (graph, stamped))
        assert before.custom_metadata_map["horizon_days"] == "30"
        assert after.custom_metadata_map == before.custom_metadata_map | {"model_version": "v1"}
        assert stamp(graph, {"model_version": "v1"}) == stamped
        assert stamp(stamped, {"model_version": "v2"}) == stamp(graph, {"model_version": "v2"})
        assert onnx.load_from_string(stamped).graph == onnx.load_from_string(graph).graph


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"objective": "regression"}, "binary sigmoid:1"),
        ({"objective": "binary", "sigmoid": 2.0}, "binary sigmoid:1"),
        ({"objective": "binary", "linear_tree": True}, "Linear trees"),
        ({"objective": "binary", "zero_as_missing": True}, "missing type 'Zero'"),
        (
            {"objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5},
            "Random forests",
        ),
    ],
)
def test_boosters_that_would_be_exported_wrongly_are_refused(
    parameters: dict[str, object], sentence: str
) -> None:
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(500, 2))
    label = (matrix[:, 0] > 0).astype(float)
    booster = lgb.train({"verbosity": -1, **parameters}, lgb.Dataset(matrix, label), 3)
    with pytest.raises(ValueError, match=sentence):
        from_booster(booster)


def test_splits_are_told_parents_first() -> None:
    leaf = Leaf(0.0)
    child = Split(1, Condition.LESS_OR_EQUAL, 0.0, False, leaf, leaf)
    tree = Split(0, Condition.LESS_OR_EQUAL, 0.0, False, child, leaf)
    assert list(splits(tree)) == [tree, child]


@given(
    st.sampled_from([c for c in Condition if c is not Condition.IS_MEMBER]),
    st.floats(allow_nan=False) | st.floats(width=32, allow_nan=False),
    st.booleans(),
)
def test_no_float32_changes_sides_of_a_threshold_made_float32(
    condition: Condition, against: float, missing_passes: bool
) -> None:
    split = Split(0, condition, against, missing_passes, Leaf(1.0), Leaf(0.0))
    with np.errstate(over="ignore"):
        near = np.float32(against)
        steps = np.nextafter(near, np.array([-np.inf, near, np.inf], np.float32))
    numbers = np.array([*steps, 0, -np.inf, np.inf, np.nan], np.float32)
    np.testing.assert_array_equal(
        for_float32(split).passes(numbers), split.passes(numbers.astype(np.float64))
    )
