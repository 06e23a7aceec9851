"""Rows of `lead_models`, read from the warehouse while it is asked something else."""

import weakref
from typing import Any

import duckdb

from leadhouse.scoring.checks import ROW_COLUMNS
from leadhouse.scoring.schema import ModelRefusedError


class StoredModels:
    """The models of a database, for functions that belong to it; safe to use from many threads."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        # The database owns its functions; a strong reference back would keep it open for ever.
        self._connection = weakref.ref(connection)

    def read(self, relation: str, model_version: str) -> dict[str, Any]:
        """The row of a version, not checked yet: its `ROW_COLUMNS`.

        Args:
            relation: with the columns of `lead_models`, as SQL names it; from dbt's ref(), never
                from data.
            model_version: of the row.

        Raises:
            ModelRefusedError: there is none, or more than one.
        """
        connection = self._connection()
        if connection is None:
            raise RuntimeError("The connection that the functions were registered on is closed.")
        with connection.cursor() as cursor:
            rows = cursor.execute(
                f"select {', '.join(ROW_COLUMNS)} from {relation} "  # noqa: S608 (see above)
                "where model_version = ?",
                [model_version],
            ).fetchall()
        if len(rows) != 1:
            raise ModelRefusedError(
                f"{relation} has {len(rows)} rows of model version {model_version}; "
                "there must be one."
            )
        return dict(zip(ROW_COLUMNS, rows[0], strict=True))
