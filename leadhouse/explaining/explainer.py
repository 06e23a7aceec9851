"""A model of `lead_models`, loaded to say what each feature adds to its margin."""

from typing import Any, Self

import numpy as np
import pyarrow as pa

from leadhouse.explaining.shapley import TreeExplainer
from leadhouse.learning.calibration import Calibration
from leadhouse.learning.graph import read_parts
from leadhouse.learning.margins import MarginParts
from leadhouse.scoring.checks import check_row
from leadhouse.scoring.columns import Encoder
from leadhouse.scoring.schema import FeatureSchema, ModelRefusedError


class Explainer:
    """Exact Shapley values of one model's margin; safe to use from many threads at once.

    Of trees they are path-dependent; a linear term is its feature's own, less the term's mean over
    the training rows. Both add up over the parts of a margin, so an average needs no case of its
    own. `base_margin` plus a lead's contributions is its margin.

    Attributes:
        base_margin: the mean margin over the training rows, as the trees' covers have it.
        base_probability: what calibration makes of that; None where the model gives none.
    """

    def __init__(
        self, parts: MarginParts, schema: FeatureSchema, calibration: Calibration | None
    ) -> None:
        """Prepares to explain a margin of these parts."""
        self.schema = schema
        self._encoder = Encoder(schema)
        self._trees = TreeExplainer(parts.trees)
        self._linear = parts.linear
        self.base_margin = self._trees.expected
        if parts.linear is not None:
            self.base_margin += parts.linear.intercept + float(parts.linear.mean.sum())
        self.base_probability = (
            None if calibration is None else float(calibration.probability(self.base_margin))
        )

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Loads a model from its row alone.

        Args:
            row: of `lead_models`, with `ROW_COLUMNS` among its keys.

        Raises:
            ModelRefusedError: the model is not what was stored, or cannot be explained.
        """
        text = row["calibration"]
        try:
            schema = check_row(row).schema
            parts = read_parts(row["onnx"])
            calibration = None if text is None else Calibration.from_json(text)
        except (ValueError, KeyError) as error:
            why = f"Its graph lacks {error}." if isinstance(error, KeyError) else error
            raise ModelRefusedError(
                f"The scores of model {row['model_version']} cannot be explained. {why}"
            ) from error
        return cls(parts, schema, calibration)

    def contributions(self, features: pa.RecordBatch) -> np.ndarray:
        """What each feature adds to the margin, float64 of shape (rows, features of the schema).

        The same to the bit however rows are batched. Memory: 16 bytes per row and feature.

        Args:
            features: raw, as `Encoder.encode` takes them.

        Raises:
            ModelRefusedError: a column that the model needs is not there.
        """
        matrix = self._encoder.encode(features)
        contributions = np.zeros(matrix.shape[::-1])
        self._trees.add_to(contributions, matrix)
        if self._linear is not None:
            terms = self._linear.terms(matrix) - self._linear.mean
            for position, term in zip(self._linear.positions, terms.T, strict=True):
                contributions[position] += term
        return contributions.T
