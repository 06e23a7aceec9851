"""The DuckDB function behind the macro `lead_score`."""

import threading

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadhouse.scoring.scorer import Scorer
from leadhouse.scoring.stored import StoredModels

FUNCTION_NAME = "leadhouse_lead_score"


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Teaches a database the function `leadhouse_lead_score`.

    `leadhouse_lead_score(models_relation varchar, model_version varchar, features struct)` gives
    `struct(margin double, probability double)`. The relation has the columns of `lead_models`;
    each version is read from it once per database, when it is first asked for. A null in place of
    the version or of the features gives nulls, and a model without probabilities gives null there.
    """
    connection.create_function(
        FUNCTION_NAME,
        _LeadScore(connection),
        None,  # any arguments: the struct of features is not the same everywhere
        duckdb.struct_type({"margin": "double", "probability": "double"}),
        type="arrow",
        null_handling="special",
    )


class _LeadScore:
    """Scores batches of rows, each row by the model version that it names."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._models = StoredModels(connection)
        self._scorers: dict[tuple[str, str], Scorer] = {}
        self._loading = threading.Lock()

    def __call__(
        self, relations: pa.ChunkedArray, versions: pa.ChunkedArray, features: pa.ChunkedArray
    ) -> pa.StructArray:
        if not pa.types.is_struct(features.type):
            raise TypeError(f"lead_score takes the features as a struct, not as {features.type}.")
        # DuckDB gives one chunk; to combine even that would copy it.
        structs = features.chunk(0) if features.num_chunks == 1 else features.combine_chunks()
        batch = pa.RecordBatch.from_struct_array(structs)
        given = structs.is_valid()
        margin = np.full(len(batch), np.nan)
        probability = np.full(len(batch), np.nan)
        for relation in pc.unique(relations).drop_null().to_pylist():
            for version in pc.unique(versions).drop_null().to_pylist():
                mine = pc.and_(pc.equal(relations, relation), pc.equal(versions, version))
                rows = pc.and_(mine.fill_null(False).combine_chunks(), given)
                where = rows.to_numpy(zero_copy_only=False)
                if not where.any():
                    continue
                asked = batch if where.all() else batch.filter(rows)
                margin[where], probability[where] = self._scorer(relation, version).score(asked)
        return pa.StructArray.from_arrays(
            [pa.array(margin, from_pandas=True), pa.array(probability, from_pandas=True)],
            names=["margin", "probability"],
        )

    def _scorer(self, relation: str, version: str) -> Scorer:
        with self._loading:
            if (relation, version) not in self._scorers:
                row = self._models.read(relation, version)
                self._scorers[relation, version] = Scorer.from_row(row)
            return self._scorers[relation, version]
