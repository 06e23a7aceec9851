"""Values of trees against their definition: Shapley's sum over all subsets of the features."""

from itertools import combinations
from math import factorial

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhouse.explaining.shapley import TreeExplainer
from leadhouse.learning.trees import Condition, Leaf, Split, Tree, cover

FEATURES = 4

numbers = st.integers(-2, 2).map(float)
leaves = st.builds(Leaf, st.floats(-3, 3, width=32), cover=st.integers(0, 50))


def forks(ways: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    """Splits of any kind; with few features, roads ask the same one again and again."""
    comparisons = [c for c in Condition if c is not Condition.IS_MEMBER]
    questions = st.one_of(
        st.tuples(st.sampled_from(comparisons), numbers),
        st.tuples(st.just(Condition.IS_MEMBER), st.sets(numbers, min_size=1).map(tuple)),
    )
    return st.builds(
        lambda feature, question, *rest: Split(feature, *question, *rest),
        st.integers(0, FEATURES - 1),
        questions,
        st.booleans(),
        ways,
        ways,
    )


trees = st.recursive(leaves, forks, max_leaves=16)
rows = st.lists(
    st.lists(numbers | st.just(np.nan), min_size=FEATURES, max_size=FEATURES), min_size=1
).map(lambda lists: np.asfortranarray(lists, np.float32))


TRUE_OF = {
    Condition.IS_MEMBER: lambda value, against: value in against,
    Condition.EQUAL: lambda value, against: value == against,
    Condition.LESS: lambda value, against: value < against,
    Condition.LESS_OR_EQUAL: lambda value, against: value <= against,
    Condition.GREATER: lambda value, against: value > against,
    Condition.GREATER_OR_EQUAL: lambda value, against: value >= against,
}


def passes(split: Split, value: float) -> bool:
    if np.isnan(value):
        return split.missing_passes
    return TRUE_OF[split.condition](value, split.against)


def known(tree: Tree, row: np.ndarray, subset: set[int]) -> float:
    """What is expected of a tree if only these features of a row are known."""
    if isinstance(tree, Leaf):
        return tree.value
    if tree.feature in subset:
        return known(tree.passed if passes(tree, row[tree.feature]) else tree.failed, row, subset)
    all_rows = cover(tree)
    share = cover(tree.passed) / all_rows if all_rows else 0.0
    return share * known(tree.passed, row, subset) + (1 - share) * known(tree.failed, row, subset)


def shapley(forest: list[Tree], row: np.ndarray) -> list[float]:
    values = []
    for feature in range(FEATURES):
        others = [other for other in range(FEATURES) if other != feature]
        value = 0.0
        for size in range(FEATURES):
            weight = factorial(size) * factorial(FEATURES - size - 1) / factorial(FEATURES)
            for subset in combinations(others, size):
                value += weight * sum(
                    known(tree, row, {*subset, feature}) - known(tree, row, {*subset})
                    for tree in forest
                )
        values.append(value)
    return values


@settings(max_examples=300, deadline=None)
@given(st.lists(trees, min_size=1, max_size=3), rows)
def test_values_are_those_of_the_definition(forest: list[Tree], matrix: np.ndarray) -> None:
    explainer = TreeExplainer(forest)
    contributions = np.zeros((FEATURES, len(matrix)))
    explainer.add_to(contributions, matrix)
    expected = [shapley(forest, row) for row in matrix]
    np.testing.assert_allclose(contributions.T, expected, atol=1e-5)
    np.testing.assert_allclose(
        explainer.expected, sum(known(tree, matrix[0], set()) for tree in forest), atol=1e-12
    )
