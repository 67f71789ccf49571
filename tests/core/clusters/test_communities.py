from __future__ import annotations

import networkx as nx
import numba
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from sklearn.datasets import load_digits
from sklearn.metrics import normalized_mutual_info_score

from explorer.core.clusters.communities import (
    Labels,
    WeightedGraph,
    communities,
    effective_count,
    leiden,
    levels_for,
    merged,
    modularity,
    shared_neighbour_graph,
)
from explorer.core.neighbors.base import KnnGraph
from explorer.core.neighbors.graph import build_graph
from explorer.core.progress import Cancelled, Progress

DIGITS = load_digits()


@pytest.fixture(scope="module")
def graph() -> KnnGraph:
    return build_graph(DIGITS.data.astype(np.float32), k=15, metric="euclidean")


@pytest.fixture(scope="module")
def weighted(graph: KnnGraph) -> WeightedGraph:
    return shared_neighbour_graph(graph)


@pytest.fixture(scope="module")
def levels(graph: KnnGraph) -> Labels:
    return communities(graph)


def knn(ids: list[list[int]]) -> KnnGraph:
    array = np.array(ids, np.int32)
    return KnnGraph(array, np.where(array < 0, np.nan, 1.0).astype(np.float32), "euclidean", "by hand", 1.0, 0)


def matrix(graph: WeightedGraph) -> csr_array:
    return csr_array((graph.weights, graph.ids, graph.starts), shape=(graph.nodes, graph.nodes))


def test_weights_are_jaccard_indices_of_closed_neighbourhoods(graph: KnnGraph, weighted: WeightedGraph) -> None:
    weights = matrix(weighted)
    assert abs(weights - weights.T).max() == 0.0
    around = [{row, *ids} for row, ids in enumerate(graph.ids.tolist())]
    linked = {(row, other) for row, ids in enumerate(graph.ids.tolist()) for other in ids}
    linked |= {(other, row) for row, other in linked}
    assert weights.nnz == len(linked)
    for row, other in sorted(linked)[::97]:
        wanted = len(around[row] & around[other]) / len(around[row] | around[other])
        assert weights[row, other] == pytest.approx(wanted)
    assert weighted.strengths == pytest.approx(weights.sum(axis=1))


def test_the_coarse_level_finds_the_ten_digits(levels: Labels) -> None:
    assert levels.dtype == np.int32
    assert levels.shape == (len(DIGITS.data), len(levels_for(len(DIGITS.data))))
    assert normalized_mutual_info_score(DIGITS.target, levels[:, 0]) > 0.85
    assert 8 <= effective_count(np.ones(len(levels), np.int64), levels[:, 0]) <= 12


def test_levels_are_nested_and_numbered_by_size(levels: Labels) -> None:
    for level in range(levels.shape[1]):
        sizes = np.bincount(levels[:, level])
        assert (np.diff(sizes) <= 0).all()
        assert sizes[-1] > 0
        if level:
            pairs = np.unique(levels[:, level - 1 : level + 1], axis=0)
            assert len(pairs) == len(sizes)
            assert len(sizes) > levels[:, level - 1].max() + 1


def test_every_community_is_connected(weighted: WeightedGraph, levels: Labels) -> None:
    links = matrix(weighted).tocoo()
    for labels in levels.T:
        inside = labels[links.row] == labels[links.col]
        within = csr_array((links.data[inside], (links.row[inside], links.col[inside])), shape=links.shape)
        assert connected_components(within)[0] == labels.max() + 1


@pytest.mark.parametrize("resolution", [0.3, 1.0, 5.0])
def test_modularity_is_no_worse_than_louvains(weighted: WeightedGraph, resolution: float) -> None:
    other = nx.from_scipy_sparse_array(matrix(weighted))
    louvain = nx.community.louvain_communities(other, resolution=resolution, seed=0)
    theirs = nx.community.modularity(other, louvain, resolution=resolution)
    labels = leiden(weighted, resolution, 0)
    assert modularity(weighted, labels, resolution) > theirs - 1e-4
    groups = [np.flatnonzero(labels == label).tolist() for label in range(labels.max() + 1)]
    mine = nx.community.modularity(other, groups, resolution=resolution)
    assert modularity(weighted, labels, resolution) == pytest.approx(mine, abs=1e-5)


def test_merging_keeps_strengths_and_links(weighted: WeightedGraph, levels: Labels) -> None:
    labels, count = levels[:, 0], int(levels[:, 0].max()) + 1
    coarse = merged(weighted, labels, count)
    summing = csr_array((np.ones(len(labels)), (labels, np.arange(len(labels)))))
    wanted = (summing @ matrix(weighted) @ summing.T).toarray()
    assert coarse.strengths == pytest.approx(wanted.sum(axis=1))
    np.fill_diagonal(wanted, 0.0)
    assert matrix(coarse).toarray() == pytest.approx(wanted, rel=1e-5)
    assert coarse.sizes.tolist() == np.bincount(labels).tolist()


def test_the_same_on_any_number_of_threads_and_for_the_same_seed(graph: KnnGraph, levels: Labels) -> None:
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        assert communities(graph).tobytes() == levels.tobytes()
    finally:
        numba.set_num_threads(before)


def test_rows_without_neighbours_are_nowhere() -> None:
    graph = knn([[1, 2], [0, 2], [0, 1], [-1, -1], [5, -1], [4, -1]])
    assert communities(graph, (2,))[:, 0].tolist() == [0, 0, 0, -1, 1, 1]


def test_what_is_not_linked_is_never_one_region() -> None:
    ring = [[(row // 5) * 5 + (row + 1) % 5, (row // 5) * 5 + (row + 2) % 5] for row in range(50)]
    levels = communities(knn(ring), (1, 10))
    assert levels.max(axis=0).tolist() == [9, 9]


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_tiny_corpora(rows: int) -> None:
    graph = build_graph(np.eye(rows, 3, dtype=np.float32), k=2, metric="euclidean")
    levels = communities(graph)
    assert levels.shape == (rows, 1)
    assert set(levels.ravel().tolist()) <= {0, -1}


def test_more_rows_have_more_levels() -> None:
    assert levels_for(13_123) == (10, 45, 200)
    assert levels_for(1_000_000) == (10, 45, 200, 900)
    assert levels_for(90) == (3,)


def test_a_ring_is_cut_into_arcs() -> None:
    ring = [[(row - 1) % 64, (row + 1) % 64] for row in range(64)]
    labels = communities(knn(ring), (8,))[:, 0]
    cuts = np.flatnonzero(labels != np.roll(labels, 1))
    assert len(cuts) == labels.max() + 1
    assert 6 <= len(cuts) <= 10


def test_cancelled_between_steps(graph: KnnGraph) -> None:
    with pytest.raises(Cancelled):
        communities(graph, progress=Progress(is_cancelled=lambda: True))
