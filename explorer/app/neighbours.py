"""Which index answers the neighbours panel, and its answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.app.state import NeighbourView
from explorer.core.arrays import Vectors
from explorer.core.neighbors.annoy_index import AnnoyNeighborIndex
from explorer.core.neighbors.base import MISSING, Distances, Ids, NeighborIndex
from explorer.core.neighbors.exact import ExactIndex
from explorer.core.neighbors.search import choose_index, nearest_to_row, nearest_to_vector
from explorer.core.results import Results


@dataclass(frozen=True)
class Answer:
    """rows, distances : (m,) nearest first, m <= k. source : "exact" or the index with its measured recall."""

    rows: NDArray[np.int64]
    distances: NDArray[np.float64]
    source: str


class NeighbourSearch:
    """Answers for one person at a time, on one thread; the index that was opened last stays open."""

    def __init__(self) -> None:
        self._opened: tuple[tuple[object, ...], NeighborIndex] | None = None

    def near_row(self, results: Results, row: int, view: NeighbourView) -> Answer:
        """The nearest other texts of a row, in the original space."""
        assert results.vectors is not None
        index = self._index(results, view)
        return _answer(nearest_to_row(index, results.vectors, row, view.k), index)

    def near_vector(self, results: Results, query: Vectors, view: NeighbourView) -> Answer:
        """The nearest texts of a query's vector (d,)."""
        index = self._index(results, view)
        return _answer(nearest_to_vector(index, query, view.k), index)

    def _index(self, results: Results, view: NeighbourView) -> NeighborIndex:
        wanted = (results.vectors, results.index, view.metric, view.method)
        if self._opened is None or any(one is not other for one, other in zip(self._opened[0], wanted, strict=True)):
            self._opened = (wanted, open_index(results, view))
        return self._opened[1]


def open_index(results: Results, view: NeighbourView) -> NeighborIndex:
    """Annoy if it was built for this metric and the size (or the person) asks for it; else exact search."""
    assert results.vectors is not None
    rows, dimension = results.vectors.shape
    wanted = choose_index(rows, dimension) if view.method == "auto" else view.method
    built = results.index
    if wanted == "annoy" and built is not None and built.facts["metric"] == view.metric:
        return AnnoyNeighborIndex.open(built.path, built.facts, results.vectors)
    return ExactIndex(results.vectors, view.metric)


def _answer(found: tuple[Ids, Distances], index: NeighborIndex) -> Answer:
    ids, distances = found
    there = ids != MISSING
    return Answer(ids[there].astype(np.int64), distances[there].astype(np.float64), index.description)
