"""Path-dependent Shapley values of trees: what each feature adds to a lead's margin.

Lundberg et al. (2020), "From local explanations to global understanding with explainable AI for
trees", algorithm 1, calculated as Nadel and Wettenstein (2026), "From decision trees to Boolean
logic: a fast and unified SHAP algorithm" do: of a road to a leaf matters only which of its features
a lead satisfies, a pattern of a few bits, so that the values of all patterns are a table, and to
explain a lead is to look them up. The library gives the tables. They are looked up here, those of
neighbouring leaves at once, because the library would make them anew for each batch of rows and
choose by the batch's size how it adds up.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from woodelf.core.cube_metric import ShapleyValues
from woodelf.core.path_to_s_vectors.woodelf_p2s import HighDepthWoodelfPathToSVectors

from leadhouse.learning.trees import (
    Leaf,
    Split,
    Tree,
    expected,
    for_float32,
    shares,
    splits,
)

# A pattern of so many bits has tables that stay in a processor's cache.
_MOST_BITS = 9


@dataclass(frozen=True, eq=False)
class _End:
    """Where a road's values are looked up.

    Attributes:
        splits: what is left to ask; each answer is one more bit of the pattern, from the right.
        tables: for each feature, its values by pattern, float64 of shape (2^bits,).
    """

    splits: tuple[Split, ...]
    tables: tuple[tuple[int, np.ndarray], ...]


@dataclass(frozen=True, eq=False)
class _Fork:
    """A split on a road.

    Attributes:
        bit: the place of its feature in the pattern, from the right, where the road had the feature
            before; None where it is new, and the pattern becomes longer.
    """

    split: Split
    bit: int | None
    passed: "_Fork | _End"
    failed: "_Fork | _End"


class TreeExplainer:
    """Explains sums of trees; safe to use from many threads at once."""

    def __init__(self, trees: Sequence[Tree]) -> None:
        """Prepares the tables, once for all rows."""
        trees = [for_float32(tree) for tree in trees]
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
        self._roads = [_gathered(_road(tree, {}, library), 0) for tree in shared]
        # The narrower the patterns, the more of them a processor handles at once.
        self._pattern = np.min_scalar_type(max(map(_longest_table, self._roads), default=1) - 1)
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
            pattern = np.zeros(len(matrix), self._pattern)
            for tables, places in _walk(road, pattern, lambda s: s.passes(matrix[:, s.feature])):
                for feature, table in tables:
                    # No pattern is out of bounds; clipping is but the fast way.
                    contributions[feature] += table.take(places, out=looked_up, mode="clip")


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
        return _End((), _tables(library, share, tree.value))
    share_passed, share_failed = shares(tree)
    before = share.get(tree.feature, 1.0)
    return _Fork(
        tree,
        len(share) - 1 - list(share).index(tree.feature) if tree.feature in share else None,
        _road(tree.passed, share | {tree.feature: before * share_passed}, library),
        _road(tree.failed, share | {tree.feature: before * share_failed}, library),
    )


def _gathered(road: _Fork | _End, length: int) -> _Fork | _End:
    """The same road with its last forks gathered into one look-up, where few bits tell them all.

    Args:
        length: of the pattern so far, in bits.
    """
    if isinstance(road, _End):
        return road
    left = tuple(_splits(road))
    bits = length + len(left)
    if bits > _MOST_BITS:
        further = length + (road.bit is None)
        return replace(
            road, passed=_gathered(road.passed, further), failed=_gathered(road.failed, further)
        )
    patterns = np.arange(2**bits)
    answers = {id(split): (patterns >> place) & 1 == 1 for place, split in enumerate(left)}
    sums: defaultdict[int, np.ndarray] = defaultdict(lambda: np.zeros(len(patterns)))
    for tables, places in _walk(road, patterns >> len(left), lambda s: answers[id(s)]):
        for feature, table in tables:
            sums[feature] += table[places]
    return _End(left, tuple(sums.items()))


def _splits(road: _Fork | _End) -> Iterator[Split]:
    if isinstance(road, _Fork):
        yield road.split
        yield from _splits(road.passed)
        yield from _splits(road.failed)


def _longest_table(road: _Fork | _End) -> int:
    """How many patterns the end with most of them tells apart."""
    if isinstance(road, _End):
        return max(len(table) for _, table in road.tables)
    return max(_longest_table(road.passed), _longest_table(road.failed))


def _tables(
    library: HighDepthWoodelfPathToSVectors, share: dict[int, float], value: float
) -> tuple[tuple[int, np.ndarray], ...]:
    # The patterns of rows, the second argument, are nothing to this calculator.
    tables = library.get_path_dependent_s_matrix(
        list(share), None, np.array(list(share.values())), value
    )
    return tuple((feature, table.astype(np.float64)) for feature, table in tables.items())


def _walk(
    road: _Fork | _End, pattern: np.ndarray, passes: Callable[[Split], np.ndarray]
) -> Iterator[tuple[tuple[tuple[int, np.ndarray], ...], np.ndarray]]:
    """Goes all ways of a road; gives the tables of each end, and each row's place in them.

    Args:
        pattern: a bit for each feature so far, whether the row goes this way wherever the feature
            is asked for; of shape (rows,).
        passes: which rows pass a split, bool of shape (rows,).
    """
    if isinstance(road, _End):
        pattern = pattern << len(road.splits)
        for place, split in enumerate(road.splits):
            pattern |= passes(split).astype(pattern.dtype) << place
        yield road.tables, pattern.astype(np.intp)
        return
    passed = passes(road.split)
    for way, goes in ((road.passed, passed), (road.failed, ~passed)):
        if road.bit is None:
            further = (pattern << 1) | goes
        else:
            further = np.where(goes, pattern, pattern & ~pattern.dtype.type(1 << road.bit))
        yield from _walk(way, further, passes)
