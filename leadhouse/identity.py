"""Duplicate records become one: connected components, and when each record joined its own."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def merge_in_order(left: Numbers, right: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Merge nodes by links, taken one after the other, as if each arrived in turn.

    The nodes that links connect become one group, represented by its lowest number. A link between
    two groups merges the one with the higher representative into the other, so the history of
    merges is a forest, and a node reached its last representative with the last merge on its way
    up. That is Kruskal's algorithm (1956), with union-find by path splitting (Tarjan and van
    Leeuwen 1984): almost linear in links, however long a chain or large a star.

    Args:
        left, right: the two ends of each link, any non-negative integers, shape (links,), in the
            order in which the links arrived.

    Returns:
        Three arrays, with one entry for each node that was merged into a lower one: the node,
        ascending; its representative; the position of the link that joined it to that one.

    Raises:
        ValueError: `left` and `right` differ in length.
    """
    if len(left) != len(right):
        raise ValueError(f"{len(left)} left ends, but {len(right)} right ends of links.")
    nodes, ends = np.unique(np.concatenate([left, right]), return_inverse=True)
    roots = list(range(len(nodes)))

    def root_of(node: int) -> int:
        while roots[node] != node:
            roots[node], node = roots[roots[node]], roots[node]
        return node

    merged_into = list(roots)
    joined_by = [-1] * len(nodes)
    pairs = zip(ends[: len(left)].tolist(), ends[len(left) :].tolist(), strict=True)
    for link, (one, other) in enumerate(pairs):
        keeps, goes = sorted((root_of(one), root_of(other)))
        if keeps != goes:
            roots[goes] = merged_into[goes] = keeps
            joined_by[goes] = link

    # A representative is lower than what merges into it, so ascending order meets it first.
    for node, target in enumerate(merged_into):
        if joined_by[target] >= 0:
            merged_into[node], joined_by[node] = merged_into[target], joined_by[target]

    links = np.array(joined_by, dtype=np.int64)
    merged = links >= 0
    return nodes[merged], nodes[np.array(merged_into, dtype=np.int64)[merged]], links[merged]
