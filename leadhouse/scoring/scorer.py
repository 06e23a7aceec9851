"""A model of `lead_models`, loaded and checked: features in, margin and probability out."""

import hashlib
from typing import Self

import numpy as np
import onnx
import onnxruntime as ort
import pyarrow as pa
from onnx import TensorProto, helper
from onnx.utils import Extractor

from leadhouse.scoring.columns import Encoder
from leadhouse.scoring.schema import FeatureSchema, ModelRefusedError

# In the graph, the features side by side, categories as codes: float32 of shape (rows, features).
MATRIX = "features/float"

_BY_FEATURE = "features/by_feature"
_OUTPUTS = ["margin", "probability"]
_ERRORS_ONLY = 3


def open_session(graph: bytes) -> ort.InferenceSession:
    """A session of one thread, with which a score does not depend on how rows were batched.

    Raises:
        Exception: ONNX Runtime cannot run the graph; it has no error of its own for that.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    return ort.InferenceSession(graph, options, ["CPUExecutionProvider"])


class Scorer:
    """Answers with one ONNX graph; safe to use from many threads at once.

    One thread works on each call (DuckDB brings the threads), so that a score does not depend on
    how rows were batched: the same to the bit.

    Of the graph, it runs what follows the matrix of features. What comes before takes each feature
    as an input of its own, which is plain to others who run the file, and to ONNX Runtime a fifth
    of its time: hundreds of columns to check and to copy number by number, and words as objects.
    """

    def __init__(self, graph: bytes, schema: FeatureSchema) -> None:
        """Loads the graph.

        Raises:
            ModelRefusedError: the graph is not ONNX, or was made for another feature schema.
        """
        try:
            model = onnx.load_from_string(graph)
            self._session = open_session(_from_matrix(model, len(schema)))
        except Exception as error:
            raise ModelRefusedError(
                f"The model is no ONNX graph that can be run: {error}"
            ) from error
        self.schema = schema
        self.metadata = {entry.key: entry.value for entry in model.metadata_props}
        inputs = [entry.name for entry in model.graph.input]
        if inputs != schema.names or self.metadata.get("feature_schema_sha256") != schema.sha256:
            raise ModelRefusedError("The model's graph was made for another feature schema.")
        self._encoder = Encoder(schema)

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
            features: as `Encoder.encode` takes them.

        Returns:
            margin (log-odds, or points of a scorecard) and probability (NaN where the model
            gives none), each float64 of shape (rows,).

        Raises:
            ModelRefusedError: a column that the model needs is not there, or has another type.
        """
        return self.run(self._encoder.encode(features))

    def run(self, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scores rows that are encoded, as `Encoder.encode` and `TrainingSet.encode` give them.

        Args:
            matrix: float32 of shape (rows, features), NaN where missing, categories as codes. It is
                copied unless it is in Fortran's order.
        """
        margin, probability = self._session.run(_OUTPUTS, {_BY_FEATURE: matrix.T})
        return margin[:, 0], probability[:, 0]


def _from_matrix(model: onnx.ModelProto, count_features: int) -> bytes:
    """The part of a model that follows its matrix, given feature by feature.

    So columns need not be brought together row by row before; ONNX Runtime does that faster.
    """
    shape = [count_features, "rows"]
    by_feature = helper.make_tensor_value_info(_BY_FEATURE, TensorProto.FLOAT, shape)
    matrix = helper.make_tensor_value_info(MATRIX, TensorProto.FLOAT, shape[::-1])
    model.graph.value_info.append(matrix)
    part = Extractor(model).extract_model([MATRIX], _OUTPUTS)
    part.graph.node.insert(0, helper.make_node("Transpose", [_BY_FEATURE], [MATRIX]))
    part.graph.input[0].CopyFrom(by_feature)
    return part.SerializeToString()
