"""A model of `lead_models`, loaded and checked: features in, margin and probability out."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import onnx
import onnxruntime as ort
import pyarrow as pa
from onnx import TensorProto, helper
from onnx.utils import Extractor

from leadhouse.scoring.checks import CheckedModel, check_row
from leadhouse.scoring.columns import Encoder
from leadhouse.scoring.onnx_format import OUTPUTS
from leadhouse.scoring.schema import ModelRefusedError

# In the graph, the features side by side, categories as codes: float32 of shape (rows, features).
MATRIX = "features/float"

_BY_FEATURE = "features/by_feature"
# What fails is raised, too.
_FATAL_ONLY = 4


def open_session(graph: bytes) -> ort.InferenceSession:
    """A session of one thread, with which a score does not depend on how rows were batched.

    Raises:
        Exception: ONNX Runtime cannot run the graph; it has no error of its own for that.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL_ONLY
    # Without the fallback, which prints and tries the same once more.
    return ort.InferenceSession(graph, options, ["CPUExecutionProvider"], enable_fallback=0)


class Scorer:
    """Answers with one ONNX graph; safe to use from many threads at once.

    One thread works on each call (DuckDB brings the threads), so that a score does not depend on
    how rows were batched: the same to the bit.

    Of the graph, it runs what follows the matrix of features. What comes before takes each feature
    as an input of its own, which is plain to others who run the file, and to ONNX Runtime a fifth
    of its time: hundreds of columns to check and to copy number by number, and words as objects.
    """

    def __init__(self, model: CheckedModel) -> None:
        """Loads a graph that was checked, and tries it on a row of nulls.

        Raises:
            ModelRefusedError: ONNX Runtime cannot run it.
        """
        self.schema = model.schema
        self.metadata = model.metadata
        self._encoder = Encoder(model.schema)
        try:
            self._session = open_session(_from_matrix(model))
            self.run(np.full((1, len(model.schema)), np.nan, np.float32))
        except Exception as error:
            why = " ".join(str(error).split())
            raise ModelRefusedError(f"The model's graph cannot be run: {why}") from error

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Loads a row of `lead_models` that passes `check_row`.

        Raises:
            ModelRefusedError: it does not, or ONNX Runtime cannot run it.
        """
        return cls(check_row(row))

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
        margin, probability = self._session.run(OUTPUTS, {_BY_FEATURE: matrix.T})
        return margin[:, 0], probability[:, 0]


def find_fault(row: Mapping[str, Any]) -> str | None:
    """Why a row of `lead_models` is refused, in a sentence; None if it can score."""
    try:
        Scorer.from_row(row)
    except ModelRefusedError as error:
        return str(error)
    return None


def _from_matrix(model: CheckedModel) -> bytes:
    """The part of a model that follows its matrix, given feature by feature.

    So columns need not be brought together row by row before; ONNX Runtime does that faster.
    """
    shape = [len(model.schema), "rows"]
    by_feature = helper.make_tensor_value_info(_BY_FEATURE, TensorProto.FLOAT, shape)
    matrix = helper.make_tensor_value_info(MATRIX, TensorProto.FLOAT, shape[::-1])
    whole = onnx.ModelProto()
    whole.CopyFrom(model.graph)
    whole.graph.value_info.append(matrix)
    part = Extractor(whole).extract_model([MATRIX], list(OUTPUTS))
    part.graph.node.insert(0, helper.make_node("Transpose", [_BY_FEATURE], [MATRIX]))
    part.graph.input[0].CopyFrom(by_feature)
    return part.SerializeToString()
