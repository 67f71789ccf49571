from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from explorer.core.neighbors.graph import build_graph
from explorer.core.projection.fuzzy_graph import FuzzyGraph, fuzzy_graph
from explorer.core.projection.tournament import MOST_BLOCKS, block_count, edges_by_cell, rounds


@pytest.fixture(scope="module")
def graph() -> FuzzyGraph:
    return fuzzy_graph(build_graph(load_digits().data[:500].astype(np.float32), k=8, metric="euclidean"))


@pytest.mark.parametrize("blocks", [2, 4, 6, 16])
def test_every_block_meets_every_other_once_and_none_plays_twice_in_a_round(blocks: int) -> None:
    met = []
    for cells in rounds(blocks):
        pairs = list(zip(cells // blocks, cells % blocks, strict=True))
        playing = [block for one, other in pairs for block in {one, other}]
        assert len(playing) == len(set(playing)) == blocks
        met += pairs
    assert sorted(met) == [(one, other) for one in range(blocks) for other in range(one, blocks)]


def test_every_edge_lies_once_in_the_cell_of_its_ends(graph: FuzzyGraph) -> None:
    blocks = 6
    edges = edges_by_cell(graph, blocks, 0)
    cell = np.repeat(np.arange(blocks * blocks), np.diff(edges.cells))
    ends = np.sort(np.stack([edges.heads, edges.tails]).astype(int) * blocks // graph.rows, axis=0)
    assert np.array_equal(ends[0], cell // blocks) and np.array_equal(ends[1], cell % blocks)
    wanted = {frozenset(pair) for pair in zip(graph.heads.tolist(), graph.tails.tolist(), strict=True)}
    found = [frozenset(pair) for pair in zip(edges.heads.tolist(), edges.tails.tolist(), strict=True)]
    assert len(found) == len(wanted) and set(found) == wanted
    assert edges.rates.sum() == pytest.approx(2.0 * graph.weights.sum(), rel=1e-5)
    assert 0.0 <= edges.phases.min() < 0.1 and 1.9 < edges.phases.max() < 2.0


def test_blocks_are_even_and_depend_on_the_rows() -> None:
    assert [block_count(rows) for rows in (0, 1, 49_999, 50_000, 10_000_000)] == [2, 2, 2, 4, MOST_BLOCKS]
