"""The kNN graph beyond the size at which comparing all pairs is sensible: candidates from near cells, refined.

1. Rows are sorted into k-means cells; each cell is compared, by blocks, with the cells nearest to it.
2. Neighbours of neighbours are tried (NN-descent: Dong, Moses and Li, "Efficient k-nearest neighbor graph construction
   for generic similarity measures", WWW 2011).
3. Recall is measured against exact search on a sample. Below what was asked for, another round follows; when a round
   gains little, twice as many cells are compared. With all cells compared the graph is exact but for rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.neighbors._cells import Cells, partition
from explorer.core.neighbors._tiles import Tiles, tiles_for
from explorer.core.neighbors.base import Distances, Ids, Metric, Vectors
from explorer.core.neighbors.blocks import SPARE, scan
from explorer.core.neighbors.exact import ExactIndex
from explorer.core.neighbors.recall import SAMPLE_ROWS, measured_recall, sample_rows
from explorer.core.progress import Progress

FIRST_PROBES: Final = 8
"""Cells compared with each cell at first, itself among them."""

SMALL_GAIN: Final = 0.25
"""A round that closes less than this share of what is missing is followed by more cells."""

MARGIN: Final = 0.25
"""Share of what is missing above the recall asked for that is aimed at too, because a sample decides when to stop."""


@dataclass(frozen=True)
class _Truth:
    """Exact neighbours of sampled rows."""

    rows: NDArray[np.intp]
    ids: Ids
    distances: Distances

    def recall(self, ids: Ids, distances: Distances) -> float:
        return measured_recall(ids[self.rows], self.ids, distances[self.rows], self.distances)


def candidate_lists(
    vectors: Vectors, k: int, metric: Metric, recall: float, seed: int, progress: Progress
) -> tuple[Ids, Distances, str]:
    """About the k nearest other rows of every row of ``vectors`` (n, d), all distinct, of length 1 for cosine.

    Returns ids (n, k), distances (n, k) exact for the ids found, and the method in words. Lists that no candidate
    reached are filled up with an id of 2**31 - 1 at infinite distance. Deterministic; raises ``Cancelled`` between blocks.
    """
    cells = partition(vectors, seed, progress.part(0.0, 0.1))
    placed = np.asarray(vectors[cells.order])
    search = _Search(placed, k, metric, cells)
    truth = _truth(placed, k, metric, seed + 1)
    search.probe(FIRST_PROBES, progress.part(0.1, 0.5))
    search.improve(truth, recall + MARGIN * (1.0 - recall), progress.part(0.5, 1.0))
    return *search.lists(), search.method


def _truth(vectors: Vectors, k: int, metric: Metric, seed: int) -> _Truth:
    rows = sample_rows(len(vectors), SAMPLE_ROWS, seed)
    index = ExactIndex(vectors, metric)
    return _Truth(rows, *index.search(vectors[rows], k, without=rows.astype(np.int32)))


class _Search:
    """Lists that grow better. Rows stand in the order of the cells, so that a cell is a slice."""

    def __init__(self, vectors: Vectors, k: int, metric: Metric, cells: Cells) -> None:
        from explorer.core.neighbors import _select_kernels as kernels

        self._vectors = vectors
        self._euclidean = metric == "euclidean"
        self._cells = cells
        self._tiles: Tiles = tiles_for(vectors)
        self._size = min(k + SPARE, len(vectors) - 1)
        self.ids, self.distances = kernels.empty_lists(len(vectors), k)
        self._probes = 0
        self._rounds = 0

    @property
    def method(self) -> str:
        rounds = f"{self._rounds} round" + "s" * (self._rounds != 1)
        return f"refined candidates: {self._cells.count:,} cells, {self._probes:,} probed, {rounds}"

    def probe(self, probes: int, progress: Progress) -> None:
        """Compare each cell with its ``probes`` nearest, as far as that has not been done."""
        from explorer.core.neighbors import _select_kernels as kernels

        probes = min(probes, self._cells.count)
        pairs = self._cells.pairs(self._probes, probes)
        codes = self._tiles.empty_codes(len(self._vectors), self._size)
        found = np.full((len(self._vectors), self._size), -1, dtype=np.int32)
        for done, (first, second) in enumerate(pairs):
            progress.report(done / len(pairs), "Comparing cells", done=done, total=len(pairs), unit="pairs of cells")
            scan(self._tiles, self._cells.span(first), self._cells.span(second), codes, found)
        everyone = np.arange(len(self._vectors))
        kernels.rerank(self._vectors, everyone, found, self._euclidean, self.ids, self.distances)
        self._probes = probes

    def refine(self) -> None:
        """Try the neighbours of neighbours of every row."""
        from explorer.core.neighbors import _refine_kernels as kernels

        before = self.ids.copy()
        reverse = kernels.reverse_lists(before, before.shape[1])
        kernels.refine(self._vectors, before, reverse, self._euclidean, self.ids, self.distances)
        self._rounds += 1

    def improve(self, truth: _Truth, target: float, progress: Progress) -> None:
        """Refine, and probe more cells when that gains little, until ``target`` is measured."""
        reached = truth.recall(self.ids, self.distances)
        while reached < target and self._probes < self._cells.count:
            progress.report(reached, f"Refining: recall {reached:.3f}", recall=reached)
            self.refine()
            after = truth.recall(self.ids, self.distances)
            if after < target and after - reached < SMALL_GAIN * (1.0 - reached):
                self.probe(2 * self._probes, progress.part(after, 1.0))
                after = truth.recall(self.ids, self.distances)
            reached = after

    def lists(self) -> tuple[Ids, Distances]:
        """Ids and distances in the order of the rows as they were handed in."""
        order = self._cells.order
        ids, distances = np.empty_like(self.ids), np.empty_like(self.distances)
        found = np.isfinite(self.distances)
        names = np.append(order, 0).astype(np.int32)
        ids[order] = np.where(found, names[np.where(found, self.ids, len(order))], self.ids)
        distances[order] = self.distances
        return ids, distances
