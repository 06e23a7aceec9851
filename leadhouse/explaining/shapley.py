"""Path-dependent Shapley values of trees: what each feature adds to a lead's margin.

Lundberg et al. (2020), "From local explanations to global understanding with explainable AI for
trees", algorithm 1, calculated as Nadel and Wettenstein (2026), "From decision trees to Boolean
logic: a fast and unified SHAP algorithm" do: of a road to a leaf matters only which of its features
a lead satisfies, a pattern of a few bits, so that the values of all patterns are a table, and to
explain a lead is to look them up. The library gives the tables. They are looked up here, because it
would make them anew for each batch of rows, and choose by the batch's size how it adds up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from woodelf.core.cube_metric import ShapleyValues
from woodelf.core.path_to_s_vectors.woodelf_p2s import HighDepthWoodelfPathToSVectors

from leadhouse.learning.trees import Leaf, Split, Tree, expected, shares, splits


@dataclass(frozen=True, eq=False)
class _End:
    """The end of a road: for each feature on it, its values by pattern, float64 of shape (2^k,)."""

    tables: tuple[tuple[int, np.ndarray], ...]


@dataclass(frozen=True, eq=False)
class _Fork:
    """A split on a road.

    Attributes:
        bit: the place of its feature in the pattern, from the right, where the road had the feature
            before; None where it is new, and the pattern becomes longer.
        failed: None where the tables of `passed` stand for both leaves.
    """

    split: Split
    bit: int | None
    passed: "_Fork | _End"
    failed: "_Fork | _End | None"


class TreeExplainer:
    """Explains sums of trees; safe to use from many threads at once."""

    def __init__(self, trees: Sequence[Tree]) -> None:
        """Prepares the tables, once for all rows."""
        features = [{split.feature for split in splits(tree)} for tree in trees]
        # A tree of one feature is that feature's own; most rules and words are.
        self._alone = [
            (tree, next(iter(own)), expected(tree))
            for tree, own in zip(trees, features, strict=True)
            if len(own) == 1
        ]
        shared = [tree for tree, own in zip(trees, features, strict=True) if len(own) > 1]
        longest = max((_features_on_a_road(tree) for tree in shared), default=0)
        library = HighDepthWoodelfPathToSVectors(ShapleyValues(), max_depth=longest)
        self._roads = [_road(tree, {}, library) for tree in shared]
        self.expected = sum(map(expected, trees))

    def add_to(self, contributions: np.ndarray, matrix: np.ndarray) -> None:
        """Adds what each feature adds; the same to the bit however rows are batched.

        Args:
            contributions: float64 of shape (features, rows), changed in place.
            matrix: float32 of shape (rows, features), column by column (Fortran's order).
        """
        for tree, feature, mean in self._alone:
            contributions[feature] += _values(tree, matrix[:, feature]) - mean
        looked_up = np.empty(len(matrix))
        for road in self._roads:
            _walk(road, np.zeros(len(matrix), np.intp), matrix, contributions, looked_up)


def _values(tree: Tree, column: np.ndarray) -> np.ndarray | float:
    """A tree's value for each row, where all its splits ask the same column."""
    if isinstance(tree, Leaf):
        return tree.value
    return np.where(tree.passes(column), _values(tree.passed, column), _values(tree.failed, column))


def _features_on_a_road(tree: Tree, so_far: frozenset[int] = frozenset()) -> int:
    """How many features the road with most of them has."""
    if isinstance(tree, Leaf):
        return len(so_far)
    so_far |= {tree.feature}
    return max(_features_on_a_road(way, so_far) for way in (tree.passed, tree.failed))


def _road(
    tree: Tree, share: dict[int, float], library: HighDepthWoodelfPathToSVectors
) -> _Fork | _End:
    """What remains of a road.

    Args:
        tree: to which the road has come.
        share: of the training rows that go this way at the splits by each feature passed so far,
            in the order in which the features came.
        library: makes the tables.
    """
    if isinstance(tree, Leaf):
        return _End(_tables(library, share, tree.value))
    share_passed, share_failed = shares(tree)
    before = share.get(tree.feature, 1.0)
    if_passed = share | {tree.feature: before * share_passed}
    if_failed = share | {tree.feature: before * share_failed}
    bit = len(share) - 1 - list(share).index(tree.feature) if tree.feature in share else None
    if bit is None and isinstance(tree.passed, Leaf) and isinstance(tree.failed, Leaf):
        # Of two such leaves the patterns differ in the last bit alone: one table serves both.
        both = _tables(library, if_passed, tree.passed.value, tree.failed.value)
        return _Fork(tree, bit, _End(both), None)
    return _Fork(
        tree, bit, _road(tree.passed, if_passed, library), _road(tree.failed, if_failed, library)
    )


def _tables(
    library: HighDepthWoodelfPathToSVectors,
    share: dict[int, float],
    value: float,
    beside: float | None = None,
) -> tuple[tuple[int, np.ndarray], ...]:
    tables = library.get_path_dependent_s_matrix(
        list(share),
        None,  # the patterns of rows, which this calculator does not need
        np.array(list(share.values())),
        value,
        beside,
    )
    return tuple((feature, table.astype(np.float64)) for feature, table in tables.items())


def _walk(
    road: _Fork | _End,
    pattern: np.ndarray,
    matrix: np.ndarray,
    contributions: np.ndarray,
    looked_up: np.ndarray,
) -> None:
    """Adds the values of a road's leaves.

    Args:
        pattern: a bit for each feature so far, whether the row goes this way wherever the feature
            is asked for; int64 of shape (rows,).
        looked_up: memory to work in, float64 of shape (rows,).
    """
    if isinstance(road, _End):
        for feature, table in road.tables:
            # No pattern is out of bounds; clipping is but the fast way.
            contributions[feature] += table.take(pattern, out=looked_up, mode="clip")
        return
    passes = road.split.passes(matrix[:, road.split.feature])
    for way, goes in ((road.passed, passes), (road.failed, ~passes)):
        if way is None:
            continue
        if road.bit is None:
            narrowed = (pattern << 1) | goes
        else:
            narrowed = np.where(goes, pattern, pattern & ~(1 << road.bit))
        _walk(way, narrowed, matrix, contributions, looked_up)
