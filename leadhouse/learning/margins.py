"""What a rung of the ladder gives: a margin, and the parts of which the graph computes it again."""

from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np

from leadhouse.learning.trees import Leaf, Tree, covered
from leadhouse.scoring.schema import FeatureSchema

# Few enough that their terms, in double, are small beside the rows.
_BATCH_ROWS = 10_000


def signed_log1p(values: np.ndarray) -> np.ndarray:
    """sign(x) * log(1 + |x|) as float64, any shape; NaN stays NaN.

    Written with a plain logarithm, as ONNX has it, so that model and graph round alike.
    """
    values = np.asarray(values, np.float64)
    return np.sign(values) * np.log(1 + np.abs(values))


@dataclass(frozen=True, eq=False)
class Linear:
    """An intercept and terms of numbers: slope * clip(signed_log1p(x), lower, upper).

    Where x is null, a term is its `missing_value`; infinite ones are clipped like any other. A
    feature may have several terms.

    Attributes:
        intercept: log-odds.
        positions: of the terms' features in the schema, int64 of shape (terms,).
        slope, lower, upper, missing_value: float64 of shape (terms,).
        mean: of each term over the training rows, float64 of shape (terms,).
    """

    intercept: float
    positions: np.ndarray
    slope: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    missing_value: np.ndarray
    mean: np.ndarray

    def terms(self, matrix: np.ndarray) -> np.ndarray:
        """The terms, float64 of shape (rows, terms).

        Args:
            matrix: floats of shape (rows, features), NaN where missing.
        """
        numbers = matrix[:, self.positions]
        known = self.slope * np.clip(signed_log1p(numbers), self.lower, self.upper)
        return np.where(np.isnan(numbers), self.missing_value, known)

    def over(self, matrix: np.ndarray, weight: np.ndarray) -> Self:
        """The same terms with their means over weighted rows, as `MarginParts.over` has it."""
        batches = (slice(at, at + _BATCH_ROWS) for at in range(0, len(matrix), _BATCH_ROWS))
        total = sum(weight[rows] @ self.terms(matrix[rows]) for rows in batches)
        return replace(self, mean=total / weight.sum())

    def scaled(self, factor: float) -> Self:
        """All terms and the intercept, times a factor."""
        return replace(
            self,
            intercept=self.intercept * factor,
            slope=self.slope * factor,
            missing_value=self.missing_value * factor,
            mean=self.mean * factor,
        )

    def __add__(self, other: "Linear") -> "Linear":
        terms = ("positions", "slope", "lower", "upper", "missing_value", "mean")
        return Linear(
            intercept=self.intercept + other.intercept,
            **{name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in terms},
        )


@dataclass(frozen=True, eq=False)
class MarginParts:
    """A margin as the graph computes it: the sum of trees plus a linear part."""

    trees: tuple[Tree, ...] = ()
    linear: Linear | None = None

    def over(self, matrix: np.ndarray, weight: np.ndarray) -> "MarginParts":
        """The same margin with weighted rows as its background: what is usual is so among them.

        Args:
            matrix: at least one row, as `MarginModel.margin` takes it.
            weight: of the rows, float64 of shape (rows,).
        """
        # A split reads one column.
        by_feature = np.asfortranarray(matrix)
        return MarginParts(
            trees=tuple(covered(tree, by_feature, weight) for tree in self.trees),
            linear=self.linear.over(matrix, weight) if self.linear else None,
        )

    def scaled(self, factor: float) -> "MarginParts":
        """The parts of this margin times a factor."""
        return MarginParts(
            trees=tuple(_scaled(tree, factor) for tree in self.trees),
            linear=self.linear.scaled(factor) if self.linear else None,
        )

    def __add__(self, other: "MarginParts") -> "MarginParts":
        linear = [parts.linear for parts in (self, other) if parts.linear]
        return MarginParts(
            trees=self.trees + other.trees,
            linear=linear[0] + linear[1] if len(linear) == 2 else next(iter(linear), None),
        )


class MarginModel(Protocol):
    """A fitted model of log-odds."""

    @property
    def schema(self) -> FeatureSchema:
        """The features that it reads, with the categories that it knows."""

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """Log-odds before calibration, float64 of shape (rows,), by what fitted the model.

        Args:
            matrix: float32 of shape (rows, features) as `TrainingSet.encode` gives it: categories
                as codes from 1, NaN where missing.
        """

    def parts(self) -> MarginParts:
        """The same margin, for the graph."""


def _scaled(tree: Tree, factor: float) -> Tree:
    if isinstance(tree, Leaf):
        return replace(tree, value=tree.value * factor)
    passed, failed = _scaled(tree.passed, factor), _scaled(tree.failed, factor)
    return replace(tree, passed=passed, failed=failed)
