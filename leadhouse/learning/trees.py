"""Decision trees, as LightGBM and the rules scorecard share them on the way to ONNX."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Leaf:
    """The end of a road: what the tree adds to the margin."""

    value: float


@dataclass(frozen=True)
class Split:
    """A question about one feature; categories are asked about by their codes."""

    feature: int
    condition: Condition
    against: float | tuple[float, ...]
    missing_passes: bool
    passed: "Tree"
    failed: "Tree"


Tree = Leaf | Split


def splits(tree: Tree) -> Iterator[Split]:
    """All splits of a tree, parents before children."""
    if isinstance(tree, Split):
        yield tree
        yield from splits(tree.passed)
        yield from splits(tree.failed)


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
        return Leaf(float(node["leaf_value"]))

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
