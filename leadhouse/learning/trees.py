"""Decision trees, as LightGBM and the rules scorecard share them on the way to ONNX."""

import math
import operator
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import lightgbm as lgb
import numpy as np

# Numbers no further from zero than this are zero to LightGBM (kZeroThreshold in its meta.h).
_LIGHTGBM_ZERO = float(np.float32(1e-35))
# How LightGBM writes infinity, its threshold between all numbers and null (AvoidInf in common.h).
_LIGHTGBM_INFINITY = 1e300


class Condition(IntEnum):
    """What a split asks of a value; numbered as ONNX `ai.onnx.ml.TreeEnsemble` (opset 5) does."""

    LESS_OR_EQUAL = 0
    LESS = 1
    GREATER_OR_EQUAL = 2
    GREATER = 3
    EQUAL = 4
    IS_MEMBER = 6


# Of null none is true: a comparison with NaN fails.
_HOLDS = {
    Condition.LESS_OR_EQUAL: operator.le,
    Condition.LESS: operator.lt,
    Condition.GREATER_OR_EQUAL: operator.ge,
    Condition.GREATER: operator.gt,
    Condition.EQUAL: operator.eq,
    Condition.IS_MEMBER: np.isin,
}


@dataclass(frozen=True)
class Leaf:
    """The end of a road: what the tree adds to the margin, and how many training rows end here.

    Rows may have weights: their cover is then the sum.
    """

    value: float
    cover: float = 0


@dataclass(frozen=True)
class Split:
    """A question about one feature; categories are asked about by their codes."""

    feature: int
    condition: Condition
    against: float | tuple[float, ...]
    missing_passes: bool
    passed: "Tree"
    failed: "Tree"

    def passes(self, column: np.ndarray) -> np.ndarray:
        """Which values of its feature pass, bool of shape (rows,).

        Args:
            column: floats of shape (rows,), NaN where missing, compared in their own type: float32
                ones want a tree that is `for_float32`.
        """
        holds = _HOLDS[self.condition](column, np.asarray(self.against, column.dtype))
        return holds | np.isnan(column) if self.missing_passes else holds


Tree = Leaf | Split


def cover(tree: Tree) -> float:
    """How many training rows come to a tree."""
    return tree.cover if isinstance(tree, Leaf) else cover(tree.passed) + cover(tree.failed)


def shares(split: Split) -> tuple[float, float]:
    """The shares of the training rows that pass and that fail.

    Where no training row ever came, all fail: of a fact that was never seen, its absence is usual.
    """
    passed, failed = cover(split.passed), cover(split.failed)
    return (passed / (passed + failed), failed / (passed + failed)) if passed else (0.0, 1.0)


def expected(tree: Tree) -> float:
    """The mean of a tree over the training rows."""
    if isinstance(tree, Leaf):
        return tree.value
    share_passed, share_failed = shares(tree)
    return share_passed * expected(tree.passed) + share_failed * expected(tree.failed)


def splits(tree: Tree) -> Iterator[Split]:
    """All splits of a tree, parents before children."""
    if isinstance(tree, Split):
        yield tree
        yield from splits(tree.passed)
        yield from splits(tree.failed)


def covered(tree: Tree, matrix: np.ndarray, weight: np.ndarray) -> Tree:
    """The same tree with the covers of these rows.

    Args:
        tree: compares in double.
        matrix: float32 of shape (rows, features).
        weight: of the rows, float64 of shape (rows,).
    """

    def follow(tree: Tree, rows: np.ndarray) -> Tree:
        if isinstance(tree, Leaf):
            return replace(tree, cover=float(weight[rows].sum()))
        passes = tree.passes(matrix[rows, tree.feature].astype(np.float64))
        return replace(
            tree,
            passed=follow(tree.passed, rows[passes]),
            failed=follow(tree.failed, rows[~passes]),
        )

    return follow(tree, np.arange(len(matrix)))


def for_float32(tree: Tree) -> Tree:
    """The same tree against thresholds that are float32: no float32 number changes sides."""
    if isinstance(tree, Leaf):
        return tree
    return replace(
        tree,
        against=_to_float32(tree.condition, tree.against),
        passed=for_float32(tree.passed),
        failed=for_float32(tree.failed),
    )


def _to_float32(
    condition: Condition, against: float | tuple[float, ...]
) -> float | tuple[float, ...]:
    if isinstance(against, tuple):
        return against  # codes, which are small whole numbers
    with np.errstate(over="ignore"):  # beyond all numbers is infinity
        near = float(np.float32(against))
    match condition:
        case Condition.LESS_OR_EQUAL | Condition.GREATER if near > against:
            return float(np.nextafter(np.float32(near), np.float32(-np.inf)))
        case Condition.LESS | Condition.GREATER_OR_EQUAL if near < against:
            return float(np.nextafter(np.float32(near), np.float32(np.inf)))
        case Condition.EQUAL if near != against:
            return math.nan  # which equals nothing
    return near


def from_booster(booster: lgb.Booster) -> list[Tree]:
    """The trees of a LightGBM binary classifier; their sum is its raw score.

    Raises:
        ValueError: the booster is of a kind whose raw score is not a sum of such trees.
    """
    dump = booster.dump_model()
    if dump["objective"] != "binary sigmoid:1":
        raise ValueError(f"Only 'binary sigmoid:1' can be exported, not '{dump['objective']}'.")
    if dump["average_output"]:
        raise ValueError("Random forests (average_output) cannot be exported.")
    return [_from_dump(tree["tree_structure"]) for tree in dump["tree_info"]]


def _from_dump(node: dict[str, Any]) -> Tree:
    if "split_feature" not in node:
        if "leaf_coeff" in node:
            raise ValueError("Linear trees cannot be exported.")
        return Leaf(float(node["leaf_value"]), cover=node.get("leaf_count", 0))

    if node["decision_type"] == "==":
        condition: Condition = Condition.IS_MEMBER
        against: float | tuple[float, ...] = tuple(float(c) for c in node["threshold"].split("||"))
        missing_passes = False
    else:
        condition = Condition.LESS_OR_EQUAL
        against = float(node["threshold"])
        if abs(against) >= _LIGHTGBM_INFINITY:
            against = math.copysign(math.inf, against)
        elif against == -_LIGHTGBM_ZERO:
            # LightGBM reads the number at this threshold as zero, which fails the test.
            against = math.nextafter(against, -math.inf)
        # How LightGBM treats NaN is fixed when it trains (Tree::NumericalDecision in its
        # tree.h): as a value of its own that goes the default way, or as zero.
        match node["missing_type"]:
            case "NaN":
                missing_passes = node["default_left"]
            case "None":
                missing_passes = against >= 0
            case other:
                raise ValueError(f"Splits of missing type '{other}' cannot be exported.")
    return Split(
        feature=node["split_feature"],
        condition=condition,
        against=against,
        missing_passes=missing_passes,
        passed=_from_dump(node["left_child"]),
        failed=_from_dump(node["right_child"]),
    )
