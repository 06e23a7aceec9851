"""A model of `lead_models`, loaded and checked: features in, margin and probability out."""

import hashlib
from collections.abc import Iterator
from typing import Self

import numpy as np
import onnxruntime as ort
import pyarrow as pa

from leadhouse.scoring.columns import to_numbers, to_words, unfold_custom
from leadhouse.scoring.schema import Feature, FeatureSchema

_ERRORS_ONLY = 3


class ModelRefusedError(ValueError):
    """A model's row is not what was stored, or does not fit the features it is given."""


class Scorer:
    """Answers with one ONNX graph; safe to use from many threads at once.

    One thread works on each call (DuckDB brings the threads), so that a score does not depend on
    how rows were batched: the same to the bit.
    """

    def __init__(self, graph: bytes, schema: FeatureSchema) -> None:
        """Loads the graph.

        Raises:
            ModelRefusedError: the graph is not ONNX, or was made for another feature schema.
        """
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        try:
            self._session = ort.InferenceSession(graph, options, ["CPUExecutionProvider"])
        except Exception as error:
            raise ModelRefusedError(
                f"The model is no ONNX graph that can be run: {error}"
            ) from error
        self.schema = schema
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        inputs = [entry.name for entry in self._session.get_inputs()]
        if inputs != schema.names or self.metadata.get("feature_schema_sha256") != schema.sha256:
            raise ModelRefusedError("The model's graph was made for another feature schema.")

    @classmethod
    def from_row(cls, graph: bytes, sha256: str, schema_json: str) -> Self:
        """Loads a row of `lead_models`, once its bytes are known to be those that were stored.

        Raises:
            ModelRefusedError: the bytes do not have the hash, or as in `Scorer`.
        """
        if hashlib.sha256(graph).hexdigest() != sha256:
            raise ModelRefusedError(
                "The model's bytes do not have the SHA-256 that was stored with them; "
                "they were changed after training."
            )
        try:
            schema = FeatureSchema.from_json(schema_json)
        except ValueError as error:
            raise ModelRefusedError("The model's feature schema cannot be read.") from error
        return cls(graph, schema)

    def score(self, features: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray]:
        """Scores rows of raw features.

        Args:
            features: a column per feature, and the maps `x_numbers` and `x_categories` for the
                custom ones; further columns are ignored. Null is missing.

        Returns:
            margin (log-odds, or points of a scorecard) and probability (NaN where the model
            gives none), each float64 of shape (rows,).

        Raises:
            ModelRefusedError: a column that the model needs is not there, or has another type.
        """
        feeds = {}
        for feature, column in model_columns(features, self.schema):
            try:
                feeds[feature.name] = _feed(column, feature.kind)
            except pa.ArrowInvalid as error:
                raise ModelRefusedError(
                    f"The model takes the feature {feature.name} as a {feature.kind}; "
                    f"it was given {column.type}."
                ) from error
        return self.run(feeds)

    def run(self, feeds: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Scores inputs as the graph takes them: each of shape (rows, 1), float32 or str."""
        margin, probability = self._session.run(["margin", "probability"], feeds)
        return margin[:, 0], probability[:, 0]


def model_columns(
    features: pa.RecordBatch, schema: FeatureSchema
) -> Iterator[tuple[Feature, pa.Array]]:
    """A model's features in its order, each with its column; of a custom one, null where unknown.

    Args:
        features: as `Scorer.score` takes them.
        schema: the model's.

    Raises:
        ModelRefusedError: a column that the model needs is not there.
    """
    given = dict(zip(features.schema.names, features.columns, strict=True))
    if any(feature.is_custom for feature in schema.features):
        nothing = pa.nulls(len(features))
        absent = {f.name: nothing for f in schema.features if f.is_custom}
        given |= absent | unfold_custom(features)
    for feature in schema.features:
        if feature.name not in given:
            raise ModelRefusedError(
                f"The model needs the feature {feature.name}, which is not among those given."
            )
        yield feature, given[feature.name]


def _feed(column: pa.Array, kind: str) -> np.ndarray:
    if kind == "number":
        return to_numbers(column).reshape(-1, 1)
    codes, words = to_words(column)
    return np.array(words, dtype=object)[codes].reshape(-1, 1)
