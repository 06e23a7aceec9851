"""Models of every kind, fitted to columns of every kind, for tests that must hold for all."""

import lightgbm as lgb
import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from leadhouse.learning.boosting import BoostedTrees
from leadhouse.learning.logistic import LogisticModel, LogisticSettings, fit_logistic
from leadhouse.learning.margins import MarginModel
from leadhouse.learning.rungs import Average
from leadhouse.scoring.schema import Feature, FeatureSchema

ROWS = 400


@st.composite
def columns(draw: st.DrawFn) -> tuple[FeatureSchema, np.ndarray, np.ndarray]:
    """Any mixture of columns, as schema and matrix, and a label that the first has a say in."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    features, matrix = [], []
    for position in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["round", "smooth", "tiny", "constant", "null", "category"]))
        count_words = draw(st.integers(1, 70))
        column = {
            "round": lambda: rng.integers(-3, 4, ROWS) / 4,
            "smooth": lambda: rng.normal(size=ROWS) * 10.0 ** rng.integers(-3, 9),
            "tiny": lambda: rng.choice([-2e-35, -1e-35, 0.0, 1e-35, 2e-35, 1e-30], ROWS),
            "constant": lambda: np.ones(ROWS),
            "null": lambda: np.full(ROWS, np.nan),
            "category": lambda count_words=count_words: rng.integers(0, count_words + 1, ROWS),
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
        matrix.append(column)
    label = rng.random(ROWS) < np.where(np.nan_to_num(matrix[0]) > 0, 0.7, 0.2)
    return FeatureSchema(features=tuple(features)), np.column_stack(matrix), label


@st.composite
def boosted_models(draw: st.DrawFn) -> tuple[BoostedTrees, np.ndarray, np.ndarray]:
    """Trees of any shape, and the rows and labels they were fitted to."""
    schema, matrix, label = draw(columns())
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
    return BoostedTrees(schema, booster, booster.num_trees()), matrix, label


@st.composite
def logistic_models(draw: st.DrawFn) -> tuple[LogisticModel, np.ndarray]:
    """A regression on any columns, however shy, and the rows it was fitted to."""
    schema, matrix, label = draw(columns())
    return _logistic(draw, schema, matrix, label), matrix


def _logistic(
    draw: st.DrawFn, schema: FeatureSchema, matrix: np.ndarray, label: np.ndarray
) -> LogisticModel:
    settings = LogisticSettings(
        l2=draw(st.sampled_from([0.5, 10.0, 1_000.0])),
        winsorised_share=draw(st.sampled_from([0.0, 0.005, 0.1])),
        min_category_rows=draw(st.sampled_from([1, 20])),
    )
    return fit_logistic(matrix, label, np.ones(ROWS), schema, settings)


@st.composite
def margin_models(draw: st.DrawFn) -> tuple[MarginModel, np.ndarray]:
    """Trees, a regression, or the mean of both, and the rows they were fitted to."""
    boosted, matrix, label = draw(boosted_models())
    kind = draw(st.sampled_from(["boosted", "logistic", "average"]))
    if kind == "boosted":
        return boosted, matrix
    logistic = _logistic(draw, boosted.schema, matrix, label)
    return (logistic if kind == "logistic" else Average(boosted, logistic)), matrix


def as_batch(schema: FeatureSchema, matrix: np.ndarray) -> pa.RecordBatch:
    """Encoded rows as the warehouse holds them: nulls, and words for codes."""
    arrays = []
    for feature, column in zip(schema.features, matrix.T, strict=True):
        if feature.kind == "category":
            words = ["a word that no model has seen", *feature.vocabulary]
            arrays.append(pa.array([None if np.isnan(c) else words[int(c)] for c in column]))
        else:
            arrays.append(pa.array(column, from_pandas=True))
    strings = [pa.string() if f.kind == "category" else pa.float32() for f in schema.features]
    return pa.RecordBatch.from_arrays(
        [array.cast(kind) for array, kind in zip(arrays, strings, strict=True)], names=schema.names
    )
