"""The DuckDB function behind the macro `model_fault`."""

import duckdb
from duckdb.sqltypes import VARCHAR

from leadhouse.scoring.schema import ModelRefusedError
from leadhouse.scoring.scorer import find_fault
from leadhouse.scoring.stored import StoredModels

FUNCTION_NAME = "leadhouse_model_fault"


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Teaches a database the function `leadhouse_model_fault`.

    `leadhouse_model_fault(models_relation varchar, model_version varchar)` gives the sentence with
    which the version's row would be refused, null where it can score. The relation has the columns
    of `lead_models`. One row is in memory at a time, however many are asked about.
    """
    models = StoredModels(connection)

    def fault(relation: str, model_version: str | None) -> str | None:
        if model_version is None:
            return None
        try:
            return find_fault(models.read(relation, model_version))
        except ModelRefusedError as error:
            return str(error)

    connection.create_function(
        FUNCTION_NAME,
        fault,
        [VARCHAR, VARCHAR],
        VARCHAR,
        null_handling="special",  # for it is null that says that all is well
        side_effects=True,
    )
