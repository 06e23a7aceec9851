"""Duplicate records become one: connected components, and when each record joined its own."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def merge_in_order(left: Numbers, right: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Merge nodes by links, taken one after the other, as if each arrived in turn.

    The nodes that links connect become one group, represented by its lowest number. A link between two
    groups merges the one with the higher representative into the other, so the history of merges is a
    tree, and a node reached the last representative when the last merge on its way up happened.
    Kruskal's algorithm (1956) with union-find by path halving (Tarjan and van Leeuwen 1984): almost linear
    in links, however long a chain or large a star.

    Args:
        left, right: the two ends of each link, shape (links,), any non-negative integers; in the order in
            which the links arrived.

    Returns:
        Three arrays, one entry for each node that was merged into a lower one: the node, ascending; its
        representative; the position of the link that joined it to that representative.

    Raises:
        ValueError: `left` and `right` differ in length.
    """
    if len(left) != len(right):
        raise ValueError(f"{len(left)} left ends, but {len(right)} right ends of links.")
    nodes, ends = np.unique(np.concatenate([left, right]), return_inverse=True)
    left_ends, right_ends = ends[: len(left)].tolist(), ends[len(left) :].tolist()

    roots = list(range(len(nodes)))

    def find(node: int) -> int:
        while roots[node] != node:
            roots[node] = node = roots[roots[node]]
        return node

    merged_into = list(range(len(nodes)))
    merged_by = [-1] * len(nodes)
    for link, (one, other) in enumerate(zip(left_ends, right_ends, strict=True)):
        keeps, goes = sorted((find(one), find(other)))
        if keeps != goes:
            roots[goes] = merged_into[goes] = keeps
            merged_by[goes] = link

    # A representative is lower than what merges into it: ascending order meets it first.
    for node, target in enumerate(merged_into):
        if merged_by[target] >= 0:
            merged_into[node] = merged_into[target]
            merged_by[node] = merged_by[target]

    joined_by = np.array(merged_by, dtype=np.int64)
    merged = joined_by >= 0
    return nodes[merged], nodes[np.array(merged_into, dtype=np.int64)[merged]], joined_by[merged]
