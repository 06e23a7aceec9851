import hashlib
from datetime import datetime, timedelta

import duckdb
import numpy as np
import onnx
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from leadhouse.learning.data import TrainingSet, read_training_set
from leadhouse.learning.models import MODEL_ROWS, train_models
from leadhouse.learning.retraining import Standing
from leadhouse.learning.training import FitSettings
from leadhouse.scoring.scorer import Scorer
from tests.learning.worlds import AS_OF, RULES, rows_by_role, run, training_table


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.fixture
def data(connection) -> TrainingSet:
    return read_training_set(training_table(connection))


def test_a_training_run_gives_champion_twin_and_baseline(data) -> None:
    models = train_models(data, RULES, run(number=3))
    rows = rows_by_role(models)

    assert models.schema == MODEL_ROWS
    assert {role: row["model_kind"] for role, row in rows.items()} == {
        "champion": "lightgbm",
        "evaluation": "lightgbm",
        "baseline": "rules",
    }
    assert [row["is_promoted"] for row in rows.values()] == [True, False, False]
    for row in rows.values():
        assert row["training_run"] == 3
        assert row["trained_as_of"] == AS_OF
        assert row["onnx_sha256"] == hashlib.sha256(row["onnx"]).hexdigest()
        assert row["model_version"] == f"20261121T0600_{row['onnx_sha256'][:6]}"
    assert rows["champion"]["max_parity_difference"] < 1e-12


def test_rows_count_what_was_learnt_from(data) -> None:
    row = rows_by_role(train_models(data, RULES, run()))["evaluation"]
    train = data.evaluation_use == "train"
    calibrate = data.evaluation_use == "calibrate"

    assert row["count_training_rows"] == train.sum() == 4_000
    assert row["count_training_leads"] == 1_000
    assert row["count_training_conversions"] == len({*data.lead[train & data.label]})
    assert row["count_calibration_rows"] == calibrate.sum() == 2_000
    assert row["count_calibration_conversions"] == len({*data.lead[calibrate & data.label]})
    assert row["train_from"] == datetime(2026, 6, 1)
    assert row["train_to"] == datetime(2026, 6, 22)


def test_the_twin_tells_who_converts_later(connection) -> None:
    table = training_table(connection).filter("evaluation_use = 'test'").to_arrow_table()
    row = rows_by_role(train_models(read_training_set(training_table(connection)), RULES, run()))
    scorer = Scorer.from_row(
        *(row["evaluation"][c] for c in ("onnx", "onnx_sha256", "feature_schema"))
    )
    label = table["label"].to_numpy()
    _, probability = scorer.score(table.combine_chunks().to_batches()[0])

    best_possible = roc_auc_score(label, table["visits"].to_numpy() >= 2)
    assert roc_auc_score(label, probability) > best_possible - 0.03
    assert abs(probability.mean() - label.mean()) < 0.02


def test_the_same_inputs_give_the_same_bytes_in_whatever_order(connection, data) -> None:
    again = training_table(connection).order("lead_id desc, moment_at")
    models = train_models(data, RULES, run())
    assert train_models(read_training_set(again), RULES, run()).equals(models)


def test_rows_that_are_for_nothing_change_nothing(connection, data) -> None:
    """So that what becomes known later cannot change what was learnt as of an earlier moment."""
    table = training_table(connection)
    more = table.project(
        "* replace ('late ' || lead_id as lead_id, null::varchar as evaluation_use, "
        "null::varchar as final_use, true as label, 'new word' as seniority)"
    )
    expected = train_models(data, RULES, run())
    assert train_models(read_training_set(table.union(more)), RULES, run()).equals(expected)


def test_the_graph_says_what_it_is(data) -> None:
    row = rows_by_role(train_models(data, RULES, run()))["champion"]
    graph = onnx.load_from_string(row["onnx"])
    assert graph.producer_name == "leadhouse"
    assert {entry.key: entry.value for entry in graph.metadata_props} == {
        "role": "champion",
        "model_kind": "lightgbm",
        "horizon_days": "30",
        "feature_set_version": "f1",
        "feature_schema_sha256": hashlib.sha256(row["feature_schema"].encode()).hexdigest(),
    }
    assert [entry.name for entry in graph.graph.input] == data.schema.names
    assert [entry.name for entry in graph.graph.output] == ["margin", "probability"]


@pytest.mark.parametrize(
    ("world", "changes", "sentence"),
    [
        ({"leads": 0}, {}, "There are 0 leads with known outcomes"),
        ({"leads": 150}, {}, "150 leads .* a learnt model needs 200 and 40"),
        ({"label": "lead < 5"}, {}, "1000 leads .*, 5 of them converted"),
        ({"label": "false"}, {}, "0 of them converted"),
        ({"label": "true"}, {}, "Every lead in the training rows converted"),
        ({}, {"may_learn": False}, "Training is switched off"),
    ],
)
def test_too_little_to_learn_from_leaves_it_to_the_rules(
    connection, world, changes, sentence
) -> None:
    data = read_training_set(training_table(connection, **world))
    rows = rows_by_role(train_models(data, RULES, run(**changes)))
    assert {role: row["model_kind"] for role, row in rows.items()} == {
        "champion": "rules",
        "baseline": "rules",
    }
    assert rows["champion"]["model_version"] != rows["baseline"]["model_version"]
    assert rows["champion"]["is_promoted"]
    assert duckdb.execute(
        "select regexp_matches(?, ?)", [rows["champion"]["promotion_reason"], sentence]
    ).fetchone()[0]


@pytest.mark.parametrize(
    "more",
    [
        "null::float as all_null,",
        "null::varchar as all_null_words,",
        "1::float as constant,",
        "'one' as constant_word,",
        "'word ' || (lead * 50 + moment) as many_words,",
        "1e38::float as large, -1e-38::float as small,",
        "'lead ' || lead || ' said \"x\"; drop table' as words_with_quotes,",
    ],
)
def test_useless_features_do_no_harm(connection, more) -> None:
    data = read_training_set(training_table(connection, leads=6_300, more=more))
    row = rows_by_role(train_models(data, RULES, run()))["champion"]
    assert row["model_kind"] == "lightgbm"
    assert row["max_parity_difference"] < 1e-12


def test_features_that_tell_nothing_give_everyone_the_base_rate(connection) -> None:
    table = training_table(connection, label="chance < 0.1").project(
        "* exclude (fit, seniority, x_numbers, x_categories) replace (1::float as visits)"
    )
    rules = [rule for rule in RULES if rule.feature_name == "visits"]
    row = rows_by_role(train_models(read_training_set(table), rules, run()))["champion"]
    scorer = Scorer.from_row(*(row[c] for c in ("onnx", "onnx_sha256", "feature_schema")))
    visits = pa.array([None, 0.0, 1.0, 5.0], pa.float32())
    _, probability = scorer.score(pa.RecordBatch.from_arrays([visits], names=["visits"]))
    assert len(np.unique(probability)) == 1
    assert abs(probability[0] - 0.1) < 0.02


def test_a_graph_that_differs_from_the_model_is_refused(data, monkeypatch) -> None:
    monkeypatch.setattr("leadhouse.learning.models.largest_difference", lambda *_: 0.17)
    rows = rows_by_role(train_models(data, RULES, run()))
    assert {role: row["model_kind"] for role, row in rows.items()} == {
        "champion": "rules",
        "refused": "lightgbm",
        "baseline": "rules",
    }
    sentence = "The ONNX graph differs from the trained model by 1.7e-01, more than 1e-06."
    assert rows["refused"]["promotion_reason"] == sentence
    assert not rows["refused"]["is_promoted"]
    assert rows["champion"]["promotion_reason"] == sentence


class TestStanding:
    """When a model is trained again."""

    def find(self, connection, models: pa.Table, as_of: datetime, **other: object) -> Standing:
        circumstances = {"horizon_days": 30, "feature_set_version": "f1"} | other
        return Standing.find(connection.from_arrow(models), as_of, **circumstances)

    @pytest.fixture
    def models(self, data) -> pa.Table:
        return train_models(data, RULES, run())

    def test_an_empty_table_is_due_whatever_the_policy(self, connection) -> None:
        standing = self.find(connection, MODEL_ROWS.empty_table(), AS_OF)
        assert standing == Standing()
        assert all(standing.is_due(AS_OF, retrain, 30) for retrain in ("auto", "always", "never"))

    @pytest.mark.parametrize(
        ("retrain", "days", "is_due"),
        [
            ("auto", 0, False),
            ("auto", 29.9, False),
            ("auto", 30, True),
            ("always", 0, True),
            ("never", 300, False),
        ],
    )
    def test_policies(self, connection, models, retrain, days, is_due) -> None:
        as_of = AS_OF + timedelta(days=days)
        assert self.find(connection, models, as_of).is_due(as_of, retrain, 30) is is_due

    def test_models_trained_later_do_not_exist_yet(self, connection, models) -> None:
        earlier = AS_OF - timedelta(seconds=1)
        standing = self.find(connection, models, earlier)
        assert standing.trained_as_of is None
        assert standing.count_runs == 1
        assert standing.is_due(earlier, "auto", 30)

    def test_another_horizon_or_feature_set_is_another_model(self, connection, models) -> None:
        assert self.find(connection, models, AS_OF, horizon_days=60).is_due(AS_OF, "auto", 30)
        assert self.find(connection, models, AS_OF, feature_set_version="f2").is_due(
            AS_OF, "auto", 30
        )

    def test_rules_are_tried_again_but_not_written_again(self, connection, data) -> None:
        rules = train_models(data, RULES, run(min_leads=5_000))
        next_day = AS_OF + timedelta(days=1)
        standing = self.find(connection, rules, next_day)
        assert standing.is_due(next_day, "auto", 30)
        still = train_models(data, RULES, run(min_leads=5_000, as_of=next_day, number=2))
        learnt = train_models(data, RULES, run(as_of=next_day, number=2))
        assert len(standing.what_is_new(still)) == 0
        assert standing.what_is_new(learnt).equals(learnt)

    def test_the_first_run_is_new_as_a_whole(self, models) -> None:
        assert Standing().what_is_new(models).equals(models)

    def test_a_version_is_written_once(self, connection, models, data) -> None:
        other_seed = FitSettings(count_trees=20, learning_rate=0.1, seed=1)
        again = train_models(data, RULES, run(number=2, settings=other_seed))
        new = self.find(connection, models, AS_OF).what_is_new(again)
        assert new["role"].to_pylist() == ["champion", "evaluation"]

    def test_the_newest_run_of_one_moment_stands(self, connection, models, data) -> None:
        second = train_models(data, RULES[:1], run(min_leads=5_000, number=2))
        standing = self.find(connection, pa.concat_tables([second, models]), AS_OF)
        assert standing.model_kind == "rules"
        assert standing.count_runs == 2

    def test_an_unknown_policy_is_refused(self) -> None:
        with pytest.raises(ValueError, match="auto, always or never, not 'weekly'"):
            Standing().is_due(AS_OF, "weekly", 30)
