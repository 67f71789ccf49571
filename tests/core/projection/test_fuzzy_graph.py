from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.neighbors.graph import build_graph
from explorer.core.projection._layout_kernels import membership_strengths
from explorer.core.projection.fuzzy_graph import fuzzy_graph


@pytest.fixture(scope="module")
def graph() -> KnnGraph:
    return build_graph(load_digits().data[:600].astype(np.float32), k=15, metric="euclidean")


def test_strengths_of_a_row_sum_to_log2(graph: KnnGraph) -> None:
    strengths = membership_strengths(graph.distances.copy(), np.log2(16.0), float(graph.distances.mean()))
    assert strengths.sum(axis=1) == pytest.approx(4.0, abs=1e-3)
    assert (strengths[:, 0] == 1.0).all()


def test_every_edge_is_the_union_of_its_two_views(graph: KnnGraph) -> None:
    """Against the published matrix form, ``A + A' - A * A'``."""
    strengths = membership_strengths(
        graph.distances.copy(), np.log2(16.0), float(graph.distances.mean(dtype=np.float64))
    )
    views = np.zeros((600, 600))
    np.put_along_axis(views, graph.ids.astype(np.int64), strengths.astype(np.float64), axis=1)
    expected = views + views.T - views * views.T
    edges = fuzzy_graph(graph)
    found = np.zeros((600, 600))
    found[edges.heads, edges.tails] = edges.weights
    assert not (found * found.T).any()
    assert found + found.T == pytest.approx(expected, abs=1e-6)
    assert edges.weights.max() == 1.0
    assert (np.diff(edges.heads) >= 0).all()


def test_a_row_that_only_others_list_is_joined() -> None:
    ids = np.array([[1], [MISSING], [MISSING]], np.int32)
    edges = fuzzy_graph(KnnGraph(ids, np.array([[0.5], [np.nan], [np.nan]], np.float32), "cosine", "by hand", 1.0, 0))
    assert (edges.heads, edges.tails, edges.weights) == (0, 1, 1.0)
    assert edges.joined.tolist() == [True, True, False]


@pytest.mark.parametrize(("rows", "k"), [(0, 0), (0, 5), (3, 0), (3, 2)])
def test_nobody_knows_anybody(rows: int, k: int) -> None:
    ids, distances = np.full((rows, k), MISSING, np.int32), np.full((rows, k), np.nan, np.float32)
    edges = fuzzy_graph(KnnGraph(ids, distances, "cosine", "by hand", 1.0, 0))
    assert edges.rows == rows
    assert len(edges.heads) == len(edges.tails) == len(edges.weights) == 0
    assert not edges.joined.any()


def test_edges_between_rows_that_stay_or_have_no_place_are_left_out(graph: KnnGraph) -> None:
    edges = fuzzy_graph(graph)
    everywhere, moving = np.ones(600, np.bool_), np.zeros(600, np.bool_)
    moving[[3, 77]] = True
    few = edges.between(everywhere, moving)
    assert (moving[few.heads] | moving[few.tails]).all()
    assert len(few.heads) == (moving[edges.heads] | moving[edges.tails]).sum() > 16
    assert not edges.between(everywhere, ~everywhere).joined.any()
    assert len(edges.between(everywhere, everywhere).heads) == len(edges.heads)
    assert not edges.between(~moving, everywhere).joined[moving].any()
