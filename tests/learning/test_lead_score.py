"""The function that the macro lead_score calls, in DuckDB."""

import weakref

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from leadhouse import scoring
from leadhouse.learning.data import read_training_set
from leadhouse.learning.models import train_models
from leadhouse.scoring.columns import unfold_custom
from leadhouse.scoring.scorer import Scorer, open_session
from tests.learning.worlds import RULES, champion, run, training_table


@pytest.fixture(scope="module")
def models() -> pa.Table:
    return train_models(read_training_set(training_table(duckdb.connect())), RULES, run())


@pytest.fixture
def connection(models) -> duckdb.DuckDBPyConnection:
    """A database with the models, and with leads whose features are shuffled."""
    connection = duckdb.connect()
    scoring.register(connection)
    connection.from_arrow(models).create("lead_models")
    training_table(connection, leads=5_000).create("leads")
    return connection


def score(connection, what: str, version: str = "champion.model_version", where: str = "true"):
    return connection.sql(
        f"""
        with champion as (select * from lead_models where role = 'champion')
        select lead_id, moment_at, leadhouse_lead_score('lead_models', {version}, {what}) as answer
        from leads cross join champion
        where {where}
        order by lead_id, moment_at
        """
    )


def answers(relation: duckdb.DuckDBPyRelation) -> np.ndarray:
    parts = relation.project("answer.margin, answer.probability").fetchnumpy()
    return np.column_stack([np.ma.filled(column, np.nan) for column in parts.values()])


def refusal(relation: duckdb.DuckDBPyRelation) -> str:
    with pytest.raises(duckdb.InvalidInputException) as caught:
        relation.fetchall()
    return str(caught.value)


def test_many_threads_and_batches_answer_as_one_batch_to_the_bit(connection, models) -> None:
    row = champion(models)
    scorer = Scorer.from_row(row)
    batch = connection.table("leads").order("lead_id, moment_at").to_arrow_table()
    expected = np.column_stack(scorer.score(batch.combine_chunks().to_batches()[0]))
    connection.execute("set threads = 8")
    for _ in range(3):
        np.testing.assert_array_equal(answers(score(connection, "leads")), expected)


def test_each_row_is_scored_by_the_version_that_it_names(connection, models) -> None:
    versions = [row["model_version"] for row in models.to_pylist()]
    mixed = f"(['{versions[0]}', '{versions[1]}', null])[1 + (hash(lead_id) % 3)::integer]"
    got = answers(score(connection, "leads", mixed))
    which = connection.sql(
        "select hash(lead_id) % 3 as which from leads order by lead_id, moment_at"
    ).fetchnumpy()["which"]
    for position in (0, 1):
        alone = answers(score(connection, "leads", f"'{versions[position]}'"))
        np.testing.assert_array_equal(got[which == position], alone[which == position])
    assert np.isnan(got[which == 2]).all()


def test_rules_that_no_outcomes_calibrate_have_points_and_no_probability(connection) -> None:
    data = read_training_set(training_table(duckdb.connect()))
    rules = train_models(data, RULES, run(may_learn=False))
    connection.execute("delete from lead_models")
    connection.from_arrow(rules).insert_into("lead_models")
    by_rules = score(connection, "leads", f"'{champion(rules)['model_version']}'")
    points = connection.sql(
        """
        select
            10 * (visits >= 3)::integer
            + 15 * coalesce(seniority in ('vp', 'c_level'), false)::integer
        from leads order by lead_id, moment_at
        """
    ).fetchall()
    assert by_rules.project("answer.margin").fetchall() == points
    assert by_rules.filter("answer.probability is not null").fetchall() == []


def test_null_features_give_nulls(connection) -> None:
    some = "case when visits > 1 then leads end"
    got = score(connection, some).filter("lead_id = 'lead 7'")
    visits = connection.sql(
        "select visits > 1 from leads where lead_id = 'lead 7' order by moment_at"
    )
    known = got.project("answer.margin is not null and answer.probability is not null")
    assert known.fetchall() == visits.fetchall()


def test_custom_features_may_be_absent_and_others_must_not(connection) -> None:
    nulls = (
        "{'visits': visits, 'fit': fit, 'seniority': seniority, "
        "'x_numbers': map {'x_size': null::float}, 'x_categories': map {'x_plan': null::varchar}}"
    )
    without = "{'visits': visits, 'fit': fit, 'seniority': seniority, 'more': date '2026-01-01'}"
    np.testing.assert_array_equal(
        answers(score(connection, without)), answers(score(connection, nulls))
    )
    assert "needs the feature seniority, which is not among those given" in refusal(
        score(connection, "{'visits': visits, 'fit': fit}")
    )


def test_numbers_of_any_type_are_read_as_float(connection) -> None:
    for number in ("smallint", "double", "decimal(10, 2)"):
        cast = f"{{'visits': visits::{number}, 'fit': fit, 'seniority': seniority}}"
        as_float = "{'visits': visits, 'fit': fit, 'seniority': seniority}"
        np.testing.assert_array_equal(
            answers(score(connection, cast)), answers(score(connection, as_float))
        )


def test_words_for_a_number_are_refused(connection) -> None:
    what = "{'visits': 'twice', 'fit': fit, 'seniority': seniority}"
    assert "The model takes the feature visits as a number; it was given string" in refusal(
        score(connection, what)
    )


def test_features_that_are_no_struct_are_refused(connection) -> None:
    assert "takes the features as a struct, not as float" in refusal(score(connection, "visits"))


@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        ("onnx = onnx || 'x'::blob", "do not have the SHA-256 that was stored with them"),
        ("onnx_sha256 = repeat('0', 64)", "do not have the SHA-256 that was stored with them"),
        (
            "feature_schema = replace(feature_schema, 'visits', 'visitors')",
            "made for another feature schema",
        ),
        ("feature_schema = 'none'", "feature schema cannot be read"),
        ("onnx = 'x'::blob, onnx_sha256 = sha256('x')", "are no ONNX graph"),
        ("model_version = 'other'", "has 0 rows of model version"),
    ],
)
def test_a_row_that_was_tampered_with_is_refused(connection, models, tampering, sentence) -> None:
    version = champion(models)["model_version"]
    connection.execute(f"update lead_models set {tampering} where role = 'champion'")
    what = f"leadhouse_lead_score('lead_models', '{version}', leads)"
    assert sentence in refusal(connection.sql(f"select {what} from leads"))


def test_a_version_that_stands_twice_is_refused(connection) -> None:
    connection.execute("insert into lead_models select * from lead_models where role = 'champion'")
    assert "has 2 rows of model version" in refusal(score(connection, "leads"))


def test_the_function_does_not_keep_the_database_open() -> None:
    connection = duckdb.connect()
    scoring.register(connection)
    reference = weakref.ref(connection)
    del connection
    assert reference() is None


def test_a_scorer_answers_as_its_graph_does_to_the_bit(connection, models) -> None:
    row = champion(models)
    scorer = Scorer.from_row(row)
    leads = connection.table("leads")
    [batch] = leads.to_arrow_table().combine_chunks().to_batches()
    feeds = {}
    for feature in scorer.schema.features:
        column = unfold_custom(batch)[feature.name] if feature.is_custom else batch[feature.name]
        of_kind = (
            column.to_numpy(zero_copy_only=False).astype(np.float32)
            if feature.kind == "number"
            else np.array([word or "" for word in column.to_pylist()], dtype=object)
        )
        feeds[feature.name] = of_kind.reshape(-1, 1)
    whole = open_session(row["onnx"]).run(["margin", "probability"], feeds)
    np.testing.assert_array_equal(np.column_stack(scorer.score(batch)), np.hstack(whole))
