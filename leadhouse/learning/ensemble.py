"""Trees as the attributes of ONNX's operator for them, and back."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper

from leadhouse.learning.trees import Condition, Leaf, Split, Tree


def tree_ensemble(trees: Sequence[Tree]) -> dict[str, object]:
    """The attributes of an `ai.onnx.ml.TreeEnsemble` (opset 5) that sums trees, in double.

    Thresholds stay doubles, as LightGBM compares them: a float32 is exact as a double, so no row
    changes sides.

    Args:
        trees: at least one.
    """
    columns = _Columns()
    for tree in trees:
        columns.add(tree)

    def doubles(name: str, values: list[float]) -> TensorProto:
        return numpy_helper.from_array(np.array(values, dtype=np.float64), name)

    conditions = np.array(columns.conditions, dtype=np.uint8)
    members = {"membership_values": doubles("membership_values", columns.members)}
    return {
        "n_targets": 1,
        "tree_roots": columns.roots,
        "nodes_featureids": columns.features,
        "nodes_modes": numpy_helper.from_array(conditions, "nodes_modes"),
        "nodes_splits": doubles("nodes_splits", columns.against),
        "nodes_missing_value_tracks_true": columns.missing_passes,
        "nodes_truenodeids": [place for place, _ in columns.passed],
        "nodes_trueleafs": [int(is_leaf) for _, is_leaf in columns.passed],
        "nodes_falsenodeids": [place for place, _ in columns.failed],
        "nodes_falseleafs": [int(is_leaf) for _, is_leaf in columns.failed],
        "leaf_targetids": [0] * len(columns.leaves),
        "leaf_weights": doubles("leaf_weights", columns.leaves),
        **(members if columns.members else {}),
    }


def leaf_covers(trees: Sequence[Tree]) -> list[float]:
    """The covers of the leaves in the order of the operator's, which has no attribute for them."""
    columns = _Columns()
    for tree in trees:
        columns.add(tree)
    return columns.covers


def read_trees(node: NodeProto, covers: Sequence[float]) -> tuple[Tree, ...]:
    """The trees of which `tree_ensemble` and `leaf_covers` were made.

    A lone leaf comes back as it was written, on both sides of a split.
    """
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    arrays = {
        name: numpy_helper.to_array(value).tolist() if isinstance(value, TensorProto) else value
        for name, value in attributes.items()
    }
    conditions = [Condition(mode) for mode in arrays["nodes_modes"]]
    members = _members(arrays.get("membership_values", []))
    against = [
        next(members) if condition is Condition.IS_MEMBER else threshold
        for condition, threshold in zip(conditions, arrays["nodes_splits"], strict=True)
    ]

    def read(place: int, is_leaf: int) -> Tree:
        if is_leaf:
            return Leaf(arrays["leaf_weights"][place], covers[place])
        return Split(
            feature=arrays["nodes_featureids"][place],
            condition=conditions[place],
            against=against[place],
            missing_passes=bool(arrays["nodes_missing_value_tracks_true"][place]),
            passed=read(arrays["nodes_truenodeids"][place], arrays["nodes_trueleafs"][place]),
            failed=read(arrays["nodes_falsenodeids"][place], arrays["nodes_falseleafs"][place]),
        )

    return tuple(read(root, False) for root in arrays["tree_roots"])


def _members(values: list[float]) -> Iterator[tuple[float, ...]]:
    """The sets of a list in which each ends with NaN."""
    members: list[float] = []
    for value in values:
        if math.isnan(value):
            yield tuple(members)
            members = []
        else:
            members.append(value)


class _Columns:
    """Trees laid out parents first, a split or a leaf a row."""

    def __init__(self) -> None:
        self.roots: list[int] = []
        self.features: list[int] = []
        self.conditions: list[int] = []
        self.against: list[float] = []
        self.missing_passes: list[int] = []
        self.passed: list[tuple[int, bool]] = []
        self.failed: list[tuple[int, bool]] = []
        self.members: list[float] = []
        self.leaves: list[float] = []
        self.covers: list[float] = []

    def add(self, tree: Tree) -> None:
        self.roots.append(len(self.features))
        # The operator wants a split at every root: a lone leaf is on both sides of one.
        self._place(
            tree
            if isinstance(tree, Split)
            else Split(0, Condition.LESS_OR_EQUAL, 0.0, True, passed=tree, failed=tree)
        )

    def _place(self, tree: Tree) -> tuple[int, bool]:
        """Returns where the tree begins, and whether that is a leaf."""
        if isinstance(tree, Leaf):
            self.leaves.append(tree.value)
            self.covers.append(tree.cover)
            return len(self.leaves) - 1, True
        here = len(self.features)
        self.features.append(tree.feature)
        self.conditions.append(tree.condition)
        self.missing_passes.append(int(tree.missing_passes))
        if isinstance(tree.against, tuple):
            self.against.append(0.0)
            self.members += [*tree.against, math.nan]
        else:
            self.against.append(tree.against)
        self.passed.append((0, False))
        self.failed.append((0, False))
        self.passed[here] = self._place(tree.passed)
        self.failed[here] = self._place(tree.failed)
        return here, False
