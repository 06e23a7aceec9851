"""Contributions add up to the margin, whatever the model, from its row alone."""

import hashlib
from collections.abc import Callable

import duckdb
import numpy as np
import onnx
import pyarrow as pa
import pytest
from hypothesis import given, settings
from onnx import helper

from leadhouse.explaining.contributions import CONTRIBUTIONS, explain_leads
from leadhouse.explaining.explainer import Explainer
from leadhouse.learning.boosting import BoostedTrees
from leadhouse.learning.calibration import Calibration
from leadhouse.learning.data import read_training_set
from leadhouse.learning.graph import background, build_graph, read_parts, stamp
from leadhouse.learning.margins import MarginModel
from leadhouse.learning.models import train_models
from leadhouse.learning.rows import model_row
from leadhouse.learning.rungs import KINDS
from leadhouse.learning.scorecard import Rule, Scorecard
from leadhouse.scoring.schema import Feature, FeatureSchema, ModelRefusedError
from leadhouse.scoring.scorer import Scorer
from tests.learning.fitted import as_batch, boosted_models, logistic_models, margin_models
from tests.learning.worlds import RULES, evaluations, run, training_table


@settings(max_examples=60, deadline=None)
@given(boosted_models())
def test_of_trees_they_are_those_that_lightgbm_gives(
    example: tuple[BoostedTrees, np.ndarray, np.ndarray],
) -> None:
    model, matrix, _ = example
    explainer = Explainer(model.parts(), model.schema, None)
    expected = model.booster.predict(matrix, pred_contrib=True)
    batch = as_batch(model.schema, matrix)
    np.testing.assert_allclose(explainer.contributions(batch), expected[:, :-1], atol=1e-5)
    np.testing.assert_allclose(explainer.base_margin, expected[0, -1], atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(logistic_models())
def test_of_a_linear_part_they_are_zero_on_average_over_the_training_rows(
    example: tuple[MarginModel, np.ndarray],
) -> None:
    model, matrix = example
    explainer = Explainer(model.parts(), model.schema, None)
    contributions = explainer.contributions(as_batch(model.schema, matrix))
    size = np.abs(contributions).max() + abs(explainer.base_margin)
    np.testing.assert_allclose(contributions.mean(axis=0), 0, atol=1e-9 * (1 + size))
    np.testing.assert_allclose(explainer.base_margin, model.margin(matrix).mean(), rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(margin_models())
def test_a_graph_is_read_as_it_was_written(example: tuple[MarginModel, np.ndarray]) -> None:
    model, matrix = example
    graph = stamp(build_graph(model.schema, model.parts(), None, {}), background(model.parts()))
    batch = as_batch(model.schema, matrix)
    written, read = (
        Explainer(parts, model.schema, None) for parts in (model.parts(), read_parts(graph))
    )
    assert read.base_margin == written.base_margin
    np.testing.assert_array_equal(read.contributions(batch), written.contributions(batch))


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def models(connection) -> pa.Table:
    return train_models(read_training_set(training_table(connection)), RULES, run())


@pytest.mark.parametrize("kind", KINDS)
def test_every_rung_adds_up_to_what_its_row_scores(connection, models, kind) -> None:
    row = evaluations(models, kind)[0]
    features = training_table(connection).limit(500).to_arrow_table().combine_chunks().to_batches()
    scorer = Scorer.from_row(row)
    explainer = Explainer.from_row(row)
    [batch] = features
    margin, _ = scorer.score(batch)
    total = explainer.base_margin + explainer.contributions(batch).sum(axis=1)
    np.testing.assert_allclose(total, margin, atol=1e-6)
    calibration = Calibration.from_json(row["calibration"])
    assert explainer.base_probability == calibration.probability(explainer.base_margin)


def test_batches_change_no_bit(connection, models) -> None:
    explainer = Explainer.from_row(evaluations(models, "average")[0])
    [batch] = training_table(connection).limit(700).to_arrow_table().combine_chunks().to_batches()
    whole = explainer.contributions(batch)
    for size in (1, 17, 512):
        parts = [explainer.contributions(batch.slice(start, size)) for start in range(0, 700, size)]
        np.testing.assert_array_equal(np.vstack(parts), whole)


ONE_NUMBER = FeatureSchema(features=(Feature(name="visits", kind="number"),))
POINTS = [Rule(rule_id="visits", feature_name="visits", operator=">=", value="2", points=8)]


@pytest.fixture
def rules() -> dict[str, object]:
    """A row of rules that a quarter of four rows meet."""
    scorecard = Scorecard.read(POINTS, ONE_NUMBER).counted(np.array([[0], [1], [2], [np.nan]]))
    return model_row(run(), "champion", "rules", scorecard, None, origin=0)


class TestStream:
    """Many leads, from a table to a table."""

    def test_gives_points_and_no_probability_of_rules(self, rules) -> None:
        with duckdb.connect() as connection:
            leads = connection.sql(
                "select 'a' as lead_id, 3::float as visits union all from (values ('b', null))"
            )
            table = explain_leads(leads, [rules]).read_all()
        assert table.schema == CONTRIBUTIONS
        assert sorted(table.to_pylist(), key=lambda row: row["lead_id"]) == [
            {
                "lead_id": lead_id,
                "model_version": rules["model_version"],
                "base_margin": 2.0,
                "base_probability": None,
                "contributions": [points],
            }
            for lead_id, points in (("a", 6.0), ("b", -2.0))
        ]

    def test_says_so_when_leads_are_lost(self, rules) -> None:
        with duckdb.connect() as connection:
            leads = connection.sql(
                "select range::varchar as lead_id, 1::float as visits from range(100000)"
            )
            reader = explain_leads(leads, [rules])
            reader.read_next_batch()
            connection.execute("select 1")  # which ends what the connection was giving
            with pytest.raises(RuntimeError, match="100000 leads to explain, but"):
                reader.read_all()


def test_rules_that_no_row_was_counted_for_take_absence_as_usual() -> None:
    uncounted = Scorecard.read(POINTS, ONE_NUMBER)
    explainer = Explainer(uncounted.parts(), ONE_NUMBER, None)
    batch = pa.RecordBatch.from_pydict({"visits": [3.0, None]})
    assert explainer.base_margin == 0
    np.testing.assert_array_equal(explainer.contributions(batch), [[8], [0]])


def test_the_version_tells_what_is_calculated_whatever_the_background() -> None:
    versions, hashes = set(), set()
    for matrix in (np.array([[0.0]]), np.array([[5.0]])):
        counted = Scorecard.read(POINTS, ONE_NUMBER).counted(matrix)
        row = model_row(run(), "champion", "rules", counted, None, origin=0)
        versions.add(row["model_version"])
        hashes.add(row["onnx_sha256"])
    assert (len(versions), len(hashes)) == (1, 2)


def changed(row: dict, change: Callable[[onnx.ModelProto], object]) -> dict:
    """With a changed graph and its hash."""
    graph = onnx.load_from_string(row["onnx"])
    change(graph)
    onnx_bytes = graph.SerializeToString()
    return row | {"onnx": onnx_bytes, "onnx_sha256": hashlib.sha256(onnx_bytes).hexdigest()}


def test_a_model_without_its_background_is_refused_in_a_sentence(rules) -> None:
    def forget_background(graph: onnx.ModelProto) -> None:
        metadata = {entry.key: entry.value for entry in graph.metadata_props}
        del metadata["background"]
        helper.set_model_props(graph, metadata)

    with pytest.raises(ModelRefusedError, match=r"cannot be explained.*train a new one"):
        Explainer.from_row(changed(rules, forget_background))


def test_a_graph_whose_trees_have_another_name_is_refused_in_a_sentence(rules) -> None:
    def rename_trees(graph: onnx.ModelProto) -> None:
        for node in graph.graph.node:
            for names in (node.input, node.output):
                names[:] = ["other" if name == "trees/sum" else name for name in names]

    with pytest.raises(ModelRefusedError, match=r"cannot be explained.*lacks 'trees/sum'"):
        Explainer.from_row(changed(rules, rename_trees))
