"""Union-find against components searched anew after each link."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadhouse.identity import merge_in_order

LINKS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60)


def merged(links: list[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    left, right = np.array(links, dtype=np.int64).reshape(-1, 2).T
    return {
        node: (canonical, link)
        for node, canonical, link in zip(
            *(array.tolist() for array in merge_in_order(left, right)), strict=True
        )
    }


@given(LINKS)
def test_each_node_joins_its_lowest_when_links_first_connect_the_two(links):
    graph = nx.Graph(links)
    lowest = {node: min(group) for group in nx.connected_components(graph) for node in group}
    expected = {}
    so_far = nx.Graph()
    so_far.add_nodes_from(graph)
    for position, link in enumerate(links):
        so_far.add_edge(*link)
        for node, canonical in lowest.items():
            is_new = node != canonical and node not in expected
            if is_new and nx.has_path(so_far, node, canonical):
                expected[node] = (canonical, position)
    assert merged(links) == expected


@given(LINKS, st.randoms())
def test_who_is_merged_into_whom_does_not_depend_on_the_order_of_links(links, random):
    shuffled = random.sample(links, len(links))
    assert {node: canonical for node, (canonical, _) in merged(links).items()} == {
        node: canonical for node, (canonical, _) in merged(shuffled).items()
    }


@pytest.mark.parametrize("shape", ["star", "chain", "chain in random order"])
def test_a_group_of_a_million_is_one(shape):
    count = 1_000_000
    nodes = np.arange(count)
    if shape == "chain in random order":
        nodes = np.random.default_rng(1).permutation(count)
    left = nodes[1:]
    right = np.zeros_like(left) if shape == "star" else nodes[:-1]
    found, canonical, links = merge_in_order(left, right)
    assert len(found) == count - 1
    assert not canonical.any()
    assert links.max() == count - 2


def test_ends_without_partner_are_refused():
    with pytest.raises(ValueError, match="2 left ends, but 1 right ends"):
        merge_in_order(np.array([1, 2]), np.array([1]))
