"""Scoring: a model is a row of a table, and functions of the database check and ask it."""

import duckdb

from leadhouse.scoring import fault, function

__all__ = ["register"]


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Teaches a database the functions `leadhouse_lead_score` and `leadhouse_model_fault`."""
    function.register(connection)
    fault.register(connection)
