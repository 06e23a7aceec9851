import duckdb
import numpy as np
import pytest

from leadhouse.learning import data as data_module
from leadhouse.learning.data import read_training_set
from tests.learning.worlds import training_table


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def test_reads_every_row_in_the_order_of_moment_and_lead(connection) -> None:
    relation = training_table(connection, leads=7_000, moments=3).project(
        "* replace (lead_id > 'lead 4' as is_blind, moment_at.day() / 7 as sample_weight)"
    )  # more than two batches
    data = read_training_set(relation)
    expected = relation.order("moment_at, lead_id").fetchall()

    assert data.schema.names == ["visits", "fit", "seniority", "x_size", "x_plan"]
    assert [f.kind for f in data.schema.features] == [
        "number", "number", "category", "number", "category",
    ]  # fmt: skip
    assert [f.is_custom for f in data.schema.features] == [False, False, False, True, True]
    assert len(data) == 21_000
    assert data.count_leads == 7_000

    seniority, plan = (data.schema.features[i].vocabulary for i in (2, 4))
    for position, row in enumerate(expected):
        _, _, label, uses, is_blind, weight, visits, fit, word, numbers, words = row
        got = [None if np.isnan(v) else v for v in data.matrix[position].tolist()]
        size = numbers["x_size"] if numbers else None
        assert got[:2] == [visits, fit]
        assert (got[2] and seniority[int(got[2]) - 1]) == word
        assert (got[3], plan[int(got[4]) - 1]) == (size, words["x_plan"])
        assert data.label[position] == label
        assert data.uses[position].tolist() == [use or "" for use in uses]
        assert (data.is_blind[position], data.sample_weight[position]) == (is_blind, weight)


def test_vocabulary_holds_the_most_frequent_words_of_the_rows_at_hand(connection) -> None:
    words = ["rare", *["often"] * 3, *["later"] * 9, *["also often"] * 3, None]
    connection.execute("create table words as select unnest(?) as word", [words])
    data = read_training_set(
        connection.sql(
            """
            select
                'lead ' || rowid as lead_id, timestamp '2026-01-01' as moment_at, true as label,
                [case when word = 'later' then 'calibrate' else 'train' end] as uses,
                true as is_blind, 1 as sample_weight, word
            from words
            """
        )
    )
    train = data.used(0, "train")
    assert train.vocabulary(2).features[0].vocabulary == ("also often", "often")
    codes = data.encode(train.vocabulary(2))[:, 0]
    missing, unseen = [-1], [0] * 10
    assert sorted(np.nan_to_num(codes, nan=-1)) == [*missing, *unseen, *[1] * 3, *[2] * 3]


def test_encoding_leaves_the_training_set_as_it_is(connection) -> None:
    data = read_training_set(training_table(connection, leads=50))
    before = data.matrix.copy()
    data.encode(data.vocabulary(1))
    np.testing.assert_array_equal(data.matrix, before)


@pytest.mark.parametrize(
    ("projection", "sentence"),
    [
        ("* exclude (uses)", "lacks the column uses"),
        ("* replace (visits::double as visits)", "The feature visits is DOUBLE"),
        ("*, 1 as more", "The feature more is INTEGER; features are FLOAT"),
        ("* replace (null::boolean as label)", "a label is null"),
        ("* replace ('inf'::float as fit)", "The feature fit is infinite"),
        (
            "* replace (map {'x_plan': 1::float} as x_numbers)",
            "Feature names must be unique; repeated: x_plan",
        ),
        ("*, 1::float as x_plan", "Feature names must be unique; repeated: x_plan"),
    ],
)
def test_tables_that_cannot_be_learnt_from_are_refused(connection, projection, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_training_set(training_table(connection, leads=20).project(projection))


def test_a_table_without_rows_has_features_all_the_same(connection) -> None:
    data = read_training_set(training_table(connection, leads=0))
    assert data.schema.names == ["visits", "fit", "seniority"]
    assert len(data) == 0


def test_excluded_features_are_not_there(connection) -> None:
    data = read_training_set(training_table(connection, leads=20), exclude=["fit", "x_plan"])
    assert data.schema.names == ["visits", "seniority", "x_size"]
    with pytest.raises(ValueError, match="exclude_features names x_paln, which is no feature"):
        read_training_set(training_table(connection, leads=20), exclude=["x_paln"])


def test_a_model_may_read_some_of_the_features_in_an_order_of_its_own(connection) -> None:
    data = read_training_set(training_table(connection, leads=50))
    schema = data.schema.model_copy(update={"features": data.schema.features[3:1:-1]})
    assert schema.names == ["x_size", "seniority"]
    np.testing.assert_array_equal(data.encode(schema), data.matrix[:, [3, 2]])


def test_says_so_when_rows_are_lost(connection, monkeypatch) -> None:
    """DuckDB ends a stream early, in silence, when its connection is used for something else."""
    monkeypatch.setattr("leadhouse.learning.data._BATCH_ROWS", 10)
    unfold = data_module.unfold_custom

    def meanwhile(batch):
        connection.execute("select 1")
        return unfold(batch)

    monkeypatch.setattr(data_module, "unfold_custom", meanwhile)
    table = training_table(connection, leads=20_000)
    with pytest.raises(RuntimeError, match=r"The training set has \d+ rows, but \d+ arrived\."):
        read_training_set(table)
