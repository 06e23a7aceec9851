"""The function that the macro model_fault calls, in DuckDB."""

import weakref

import duckdb
import pytest

from leadhouse import scoring
from leadhouse.learning.rows import model_rows
from leadhouse.scoring.stored import StoredModels
from tests.registry.conftest import ROWS, version


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    scoring.register(connection)
    connection.from_arrow(model_rows(ROWS.values())).create("lead_models")
    return connection


def faults(connection) -> dict[str, str | None]:
    return dict(
        connection.sql(
            "select model_version, leadhouse_model_fault('lead_models', model_version)"
            " from lead_models"
        ).fetchall()
    )


def test_each_row_has_its_own_fault_or_none(connection) -> None:
    connection.execute("set threads = 8")
    told = faults(connection)
    assert {v for v, fault in told.items() if fault is not None} == {version("tampered")}
    assert "do not have the SHA-256" in told[version("tampered")]


def test_what_is_written_over_is_told_the_next_time(connection) -> None:
    connection.execute("update lead_models set onnx = (select first(onnx) from lead_models)")
    assert sum(fault is None for fault in faults(connection).values()) <= 1


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("insert into lead_models select * from lead_models", "has 2 rows of model version"),
        ("update lead_models set onnx = null", "are missing"),
        ("update lead_models set onnx_sha256 = null", "do not have the SHA-256"),
        ("update lead_models set feature_schema = null", "are missing"),
    ],
)
def test_rows_that_are_not_one_whole_row_have_a_fault(connection, statement, sentence) -> None:
    connection.execute(statement)
    assert all(sentence in fault for fault in faults(connection).values())


def test_a_version_that_is_not_there_has_a_fault_and_null_has_none(connection) -> None:
    ask = "select leadhouse_model_fault('lead_models', {})"
    [(fault,)] = connection.sql(ask.format("'other'")).fetchall()
    assert fault == "lead_models has 0 rows of model version other; there must be one."
    assert connection.sql(ask.format("null::varchar")).fetchall() == [(None,)]


def test_the_function_does_not_keep_the_database_open() -> None:
    connection = duckdb.connect()
    scoring.register(connection)
    reference = weakref.ref(connection)
    del connection
    assert reference() is None


def test_a_function_that_outlives_its_connection_says_so() -> None:
    connection = duckdb.connect()
    models = StoredModels(connection)
    del connection
    with pytest.raises(RuntimeError, match="functions were registered on is closed"):
        models.read("lead_models", "any")
