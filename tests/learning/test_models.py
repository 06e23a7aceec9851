import hashlib
import json

import duckdb
import onnx
import pytest
from sklearn.metrics import roc_auc_score

from leadhouse.learning.certificate import Certificate
from leadhouse.learning.data import TrainingSet, read_training_set
from leadhouse.learning.models import LeakageError, train_models
from leadhouse.learning.rows import MODEL_ROWS
from leadhouse.scoring.scorer import Scorer
from tests.learning.worlds import AS_OF, ORIGINS, RULES, champion, evaluations, run, training_table

RUNGS = {"no_signal", "rules", "logistic", "lightgbm", "average"}


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.fixture
def data(connection) -> TrainingSet:
    return read_training_set(training_table(connection))


def scorer_of(row: dict[str, object]) -> Scorer:
    return Scorer.from_row(row)


def test_a_training_run_gives_a_champion_and_every_rung_at_every_origin(data) -> None:
    models = train_models(data, RULES, run(number=3))
    assert models.schema == MODEL_ROWS
    assert champion(models)["role"] == "champion"
    tried = {(row["model_kind"], row["origin_at"]) for row in models.to_pylist()[1:]}
    assert tried == {(kind, origin.at) for kind in RUNGS for origin in ORIGINS[1:]}
    for row in models.to_pylist():
        assert row["training_run"] == 3
        assert row["trained_as_of"] == AS_OF
        assert row["onnx_sha256"] == hashlib.sha256(row["onnx"]).hexdigest()
        assert row["model_version"].startswith("20261121T0600_")
        assert row["max_parity_difference"] < 1e-12
    assert len({*models["model_version"].to_pylist()}) == len(models)


def test_rows_count_what_was_learnt_from(data) -> None:
    row = evaluations(train_models(data, RULES, run()), "lightgbm")[0]
    train, calibrate = data.used(1, "train"), data.used(1, "calibrate")

    assert row["count_training_rows"] == len(train) == 5_000
    assert row["count_training_leads"] == 1_000
    assert row["count_training_conversions"] == len({*train.lead[train.label]})
    assert row["count_calibration_rows"] == len(calibrate) == 2_000
    assert row["count_calibration_conversions"] == calibrate.label.sum()
    assert row["train_from"] == train.moment_at.min().item()
    assert row["train_to"] == train.moment_at.max().item()


def test_what_is_fitted_as_of_an_origin_tells_who_converts_later(data) -> None:
    test = data.used(1, "test")
    row = evaluations(train_models(data, RULES, run()), "lightgbm")[0]
    scorer = scorer_of(row)
    _, probability = scorer.run(test.encode(scorer.schema))

    visits = test.matrix[:, test.schema.names.index("visits")]
    best_possible = roc_auc_score(test.label, visits >= 2)
    assert roc_auc_score(test.label, probability) > best_possible - 0.03
    assert abs(probability.mean() - test.label.mean()) < 0.02


def test_the_same_inputs_give_the_same_bytes_in_whatever_order(connection, data) -> None:
    again = training_table(connection).order("lead_id desc, moment_at")
    models = train_models(data, RULES, run(stability_resamples=2))
    rerun = train_models(read_training_set(again), RULES, run(stability_resamples=2))
    assert rerun.equals(models)


def test_rows_that_are_for_nothing_change_nothing(connection, data) -> None:
    """So that what becomes known later cannot change what was learnt as of an earlier moment."""
    table = training_table(connection)
    more = table.project(
        "* replace ('late ' || lead_id as lead_id, [null, null, null]::varchar[] as uses, "
        "true as label, 'new word' as seniority)"
    )
    expected = train_models(data, RULES, run())
    assert train_models(read_training_set(table.union(more)), RULES, run()).equals(expected)


def test_what_comes_after_an_origin_changes_nothing_that_was_fitted_as_of_it(
    connection, data
) -> None:
    """Rows of the newest test are turned round: no fit but that of now may notice."""
    turned = training_table(
        connection, label="(chance < 0.02 + 0.2 * (visits >= 2)::integer) <> (moment >= 7)"
    )
    before, after = (
        evaluations(train_models(rows, RULES, run()), "lightgbm")
        for rows in (data, read_training_set(turned))
    )
    assert [row["onnx_sha256"] for row in before] == [row["onnx_sha256"] for row in after]


def test_the_graph_says_what_it_is(data) -> None:
    row = champion(train_models(data, RULES, run()))
    graph = onnx.load_from_string(row["onnx"])
    assert graph.producer_name == "leadhouse"
    metadata = {entry.key: entry.value for entry in graph.metadata_props}
    assert json.loads(metadata.pop("background")).keys() == {"leaf_covers", "term_means"}
    assert metadata == {
        "graph_format": "3",
        "role": "champion",
        "model_kind": row["model_kind"],
        "model_version": row["model_version"],
        "trained_as_of": AS_OF.isoformat(),
        "horizon_days": "30",
        "feature_set_version": "f1",
        "calibration": row["calibration"],
        "feature_schema_sha256": hashlib.sha256(row["feature_schema"].encode()).hexdigest(),
    }
    assert [entry.name for entry in graph.graph.output] == ["margin", "probability"]


@pytest.mark.parametrize(
    ("world", "changes", "sentence"),
    [
        ({"leads": 0}, {}, "There are 0 leads with known outcomes"),
        ({"leads": 150}, {}, "150 leads .* a learnt model needs 200 and 40"),
        ({"label": "lead < 5"}, {}, "1000 leads .*, 5 of them converted"),
        ({"label": "false"}, {}, "0 of them converted"),
        ({"label": "true"}, {}, "Every lead to learn from converted"),
        ({}, {"may_learn": False}, "Training is switched off"),
    ],
)
def test_too_little_to_learn_from_leaves_it_to_the_rules(
    connection, world, changes, sentence
) -> None:
    data = read_training_set(training_table(connection, **world))
    models = train_models(data, RULES, run(**changes))
    row = champion(models)
    assert {*models["model_kind"].to_pylist()} == {"rules"}
    assert row["calibration"] is None
    assert duckdb.execute(
        "select regexp_matches(?, ?)", [row["promotion_reason"], sentence]
    ).fetchone()[0]


def test_conversions_of_the_last_month_alone_are_learnt_from_by_cross_fitting(connection) -> None:
    table = training_table(
        connection, label="moment >= 7 and chance < 0.05 + 0.4 * (visits >= 2)::int"
    )
    row = champion(train_models(read_training_set(table), RULES, run()))
    assert row["model_kind"] in {"logistic", "lightgbm", "average"}
    assert "No origin has outcomes enough and a test" in row["promotion_reason"]
    assert "calibrated by cross-fitting" in row["promotion_reason"]


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
    models = train_models(data, RULES, run())
    assert champion(models)["model_kind"] in {"logistic", "lightgbm", "average"}
    assert max(models["max_parity_difference"].to_pylist()) < 1e-12


def test_duplicated_rows_do_no_harm(connection) -> None:
    table = training_table(connection)
    models = train_models(read_training_set(table.union(table)), RULES, run())
    assert champion(models)["model_kind"] in {"logistic", "lightgbm", "average"}


def test_a_graph_that_differs_from_the_model_is_refused(data, monkeypatch) -> None:
    monkeypatch.setattr(
        "leadhouse.learning.models.certify", lambda *_: Certificate(0.17, count_rows=1)
    )
    models = train_models(data, RULES, run())
    [refused] = [row for row in models.to_pylist() if row["role"] == "refused"]
    sentence = "The ONNX graph differs from the trained model by 1.7e-01, more than 1e-06."
    assert refused["promotion_reason"] == sentence
    assert not refused["is_promoted"]
    assert champion(models)["model_kind"] == "rules"
    assert champion(models)["promotion_reason"] == sentence

    standing = scorer_of(champion(train_models(data, RULES, run(may_learn=False))))
    models = train_models(data, RULES, run(), standing)
    assert models["role"].to_pylist() == ["refused"]


def test_a_column_filled_in_after_the_fact_shows_in_the_gap_and_stops_a_strict_run(
    connection,
) -> None:
    """It tells the end of moments that have ended; of those after the origin it says nothing."""
    leaks = "case when moment < 5 and chance < 0.02 + 0.2 * (visits >= 2)::int then 1::float end"
    data = read_training_set(training_table(connection, more=f"{leaks} as call_minutes,"))
    strict = {"is_strict_about_leakage": True, "max_split_gap": 0.1}
    with pytest.raises(LeakageError, match=r"split at random the AUC is 1\.000, forward in time"):
        train_models(data, RULES, run(**strict, settings={"min_leads_for_trees": 10_000}))

    honest = read_training_set(training_table(connection))
    assert champion(train_models(honest, RULES, run(**strict)))


def test_a_challenger_that_is_worse_does_not_score(connection, data) -> None:
    """What stands was fitted to honest labels, the new one to labels that were turned round."""
    standing = scorer_of(evaluations(train_models(data, RULES, run()), "logistic")[0])
    turned = read_training_set(
        training_table(
            connection, label="(chance < 0.02 + 0.2 * (visits >= 2)::integer) <> (moment < 7)"
        )
    )
    models = train_models(turned, RULES, run(number=2), standing)
    assert not any(models["is_promoted"].to_pylist())
    [challenger] = [row for row in models.to_pylist() if row["role"] == "challenger"]
    assert "Kept as a challenger" in challenger["promotion_reason"]

    again = train_models(data, RULES, run(number=2), standing)
    assert champion(again)["role"] == "champion"


def test_stability_is_that_of_models_of_resampled_leads(connection, data) -> None:
    models = train_models(data, RULES, run(stability_resamples=4))
    row = champion(models)
    metrics = evaluations(models, row["model_kind"])[0]["metrics"]
    [(spread, stability)] = duckdb.execute(
        "select (? ->> 'auc_spread')::double, (? ->> 'top_10_percent_stability')::double",
        [metrics, metrics],
    ).fetchall()
    assert 0 < spread < 0.05
    assert 0.1 < stability <= 1
    resamples = [r for r in models.to_pylist() if r["role"] == "resample"]
    assert len({r["model_version"] for r in resamples}) == 4
    assert {r["model_kind"] for r in resamples} == {row["model_kind"]}
    assert {r["origin_number"] for r in resamples} == {1}
