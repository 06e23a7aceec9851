"""The graph says, to the last bits, what LightGBM and the calibration say."""

import lightgbm as lgb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadhouse.learning.calibration import Calibration
from leadhouse.learning.certificate import TOLERANCE, largest_difference
from leadhouse.learning.graph import build_graph
from leadhouse.learning.training import FittedModel
from leadhouse.learning.trees import Condition, Leaf, Split, Tree, from_booster, splits
from leadhouse.scoring.schema import Feature, FeatureSchema
from leadhouse.scoring.scorer import Scorer

CALIBRATION = Calibration(method="platt", slope=0.8, intercept=-0.3)
ROWS = 400


@st.composite
def fitted_models(draw: st.DrawFn) -> tuple[FittedModel, np.ndarray]:
    """A booster of any shape on any mixture of columns, and the rows it was trained on."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    features, columns = [], []
    for position in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["round", "smooth", "tiny", "constant", "null", "category"]))
        count_words = draw(st.integers(1, 70))
        column = {
            "round": lambda: rng.integers(-3, 4, ROWS) / 4,
            "smooth": lambda: rng.normal(size=ROWS) * 10.0 ** rng.integers(-3, 9),
            "tiny": lambda: rng.choice([-2e-35, -1e-35, 0.0, 1e-35, 2e-35, 1e-30], ROWS),
            "constant": lambda: np.ones(ROWS),
            "null": lambda: np.full(ROWS, np.nan),
            "category": lambda count_words=count_words: rng.integers(1, count_words + 1, ROWS),
        }[kind]().astype(np.float32)
        column[rng.random(ROWS) < draw(st.sampled_from([0, 0.3]))] = np.nan
        words = tuple(f"word {i}" for i in range(count_words)) if kind == "category" else ()
        features.append(
            Feature(
                name=f"feature {position}",
                kind="category" if kind == "category" else "number",
                vocabulary=words,
            )
        )
        columns.append(column)
    schema = FeatureSchema(features=tuple(features))
    matrix = np.column_stack(columns)
    label = rng.random(ROWS) < np.where(np.nan_to_num(matrix[:, 0]) > 0, 0.7, 0.2)
    parameters = {
        "objective": "binary",
        "num_leaves": draw(st.integers(2, 40)),
        "max_depth": draw(st.sampled_from([-1, 1, 4])),
        "min_data_in_leaf": draw(st.sampled_from([1, 20, ROWS])),  # the last: lone leaves
        "min_data_per_group": 1,
        "cat_smooth": 1,
        "max_cat_to_onehot": draw(st.sampled_from([1, 4])),
        "use_missing": draw(st.booleans()),
        "verbosity": -1,
        "num_threads": 1,
    }
    dataset = lgb.Dataset(
        matrix, label, categorical_feature=schema.category_positions, params=parameters
    )
    booster = lgb.train(parameters, dataset, draw(st.integers(1, 12)))
    return FittedModel(schema, booster, CALIBRATION), matrix


def as_batch(schema: FeatureSchema, matrix: np.ndarray) -> pa.RecordBatch:
    """Encoded rows as the warehouse holds them: nulls, and words for codes."""
    columns = []
    for feature, column in zip(schema.features, matrix.T, strict=True):
        if feature.kind == "category":
            words = [None if np.isnan(c) else feature.vocabulary[int(c) - 1] for c in column]
            columns.append(pa.array(words, pa.string()))
        else:
            columns.append(pa.array(column, from_pandas=True))
    return pa.RecordBatch.from_arrays(columns, names=schema.names)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(fitted_models())
def test_graph_agrees_with_lightgbm(example: tuple[FittedModel, np.ndarray]) -> None:
    model, matrix = example
    margin, probability = Scorer(model.graph({}), model.schema).score(
        as_batch(model.schema, matrix)
    )
    expected = model.booster.predict(matrix, raw_score=True)
    np.testing.assert_allclose(margin, expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(probability, 1 / (1 + np.exp(-(0.8 * expected - 0.3))), atol=1e-12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(fitted_models())
def test_certificate_holds_at_every_threshold(example: tuple[FittedModel, np.ndarray]) -> None:
    model, matrix = example
    assert largest_difference(model, model.graph({}), matrix) < 1e-12


def with_thresholds(tree: Tree, rounded: type[np.floating]) -> Tree:
    if isinstance(tree, Leaf):
        return tree
    against = tree.against if isinstance(tree.against, tuple) else float(rounded(tree.against))
    passed, failed = (with_thresholds(side, rounded) for side in (tree.passed, tree.failed))
    return Split(tree.feature, tree.condition, against, tree.missing_passes, passed, failed)


def test_certificate_refuses_thresholds_rounded_to_float32() -> None:
    """What the usual converters do; it moves only the rows that lie at a threshold."""
    rng = np.random.default_rng(5)
    matrix = rng.normal(size=(2_000, 3)).astype(np.float32)
    label = rng.random(2_000) < 1 / (1 + np.exp(-matrix[:, 0]))
    booster = lgb.train({"verbosity": -1, "objective": "binary"}, lgb.Dataset(matrix, label), 20)
    schema = FeatureSchema(features=tuple(Feature(name=n, kind="number") for n in "abc"))
    model = FittedModel(schema, booster, CALIBRATION)
    trees = [with_thresholds(tree, np.float32) for tree in from_booster(booster)]
    rounded = build_graph(schema, trees, CALIBRATION, {})

    assert largest_difference(model, model.graph({}), matrix) < 1e-12
    assert largest_difference(model, rounded, matrix) > TOLERANCE


def test_graph_of_no_trees_gives_the_calibrated_zero() -> None:
    schema = FeatureSchema(features=(Feature(name="a", kind="number"),))
    graph = build_graph(schema, [], CALIBRATION, {})
    margin, probability = Scorer(graph, schema).score(
        pa.RecordBatch.from_pydict({"a": [1.0, None]})
    )
    np.testing.assert_array_equal(margin, [0, 0])
    np.testing.assert_allclose(probability, 1 / (1 + np.exp(0.3)))


def test_features_may_be_called_anything() -> None:
    names = ["x_ünïcode", 'x_"quoted"', "x_a/b", "x_select", "x_" + "long" * 100]
    schema = FeatureSchema(features=tuple(Feature(name=n, kind="number") for n in names))
    trees = [Split(4, Condition.LESS_OR_EQUAL, 0.5, False, Leaf(1.0), Leaf(2.0))]
    scorer = Scorer(build_graph(schema, trees, CALIBRATION, {}), schema)
    margin, _ = scorer.score(pa.RecordBatch.from_pydict({name: [0.0, 1.0] for name in names}))
    np.testing.assert_array_equal(margin, [1, 2])


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
