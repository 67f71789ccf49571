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

from explorer.core.arrays import Vectors
from explorer.core.neighbors._cells import Cells, partition
from explorer.core.neighbors._tiles import Tiles, tiles_for
from explorer.core.neighbors.base import Distances, Ids, Metric
from explorer.core.neighbors.blocks import SPARE
from explorer.core.neighbors.exact import ExactIndex
from explorer.core.neighbors.recall import SAMPLE_ROWS, measured_recall, sample_rows
from explorer.core.progress import Progress

FIRST_PROBES: Final = 16
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
        k = self.ids.shape[1]
        return measured_recall(ids[self.rows, :k], self.ids, distances[self.rows, :k], self.distances)


def candidate_lists(
    vectors: Vectors, k: int, metric: Metric, recall: float, seed: int, progress: Progress
) -> tuple[Ids, Distances, str]:
    """About the k nearest other rows of every row of ``vectors`` (n, d), all distinct, of length 1 for cosine.

    Returns ids (n, k), distances (n, k) exact for the ids found, and the method in words. Lists that no candidate
    reached are filled up with an id of 2**31 - 1 at infinite distance. Deterministic. Raises ``Cancelled``.
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
        self._k = k
        self.ids, self.distances = kernels.empty_lists(len(vectors), self._size)
        self._probes = 0
        self._rounds = 0

    @property
    def method(self) -> str:
        rounds = f"{self._rounds} round" + "s" * (self._rounds != 1)
        return f"refined candidates: {self._cells.count:,} cells, {self._probes:,} probed, {rounds}"

    def probe(self, probes: int, progress: Progress) -> None:
        """Compare each cell with its ``probes`` nearest, as far as that has not been done."""
        from explorer.core.neighbors import _select_kernels as kernels

        last = min(probes, self._cells.count)
        found = np.full((len(self._vectors), self._size), -1, dtype=np.int32)
        no_one = np.full(len(self._vectors), -1)
        for cell in range(self._cells.count):
            progress.report(
                cell / self._cells.count, "Comparing cells", done=cell, total=self._cells.count, unit="cells"
            )
            span = self._cells.span(cell)
            columns = self._cells.around(cell, self._probes, last)
            codes = self._tiles.empty_codes(span.stop - span.start, self._size)
            itself = (
                np.searchsorted(columns, np.arange(span.start, span.stop))
                if self._probes == 0
                else no_one[: len(codes)]
            )
            kernels.scan_rows(self._tiles.codes(span, columns), itself, 0, codes, found[span])
            found[span] = np.where(found[span] >= 0, columns[found[span]], -1)
        everyone = np.arange(len(self._vectors))
        kernels.rerank(self._vectors, everyone, found, self._euclidean, self.ids, self.distances)
        self._probes = last

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
        near_ids, near = self.ids[:, : self._k], self.distances[:, : self._k]
        ids, distances = np.empty_like(near_ids), np.empty_like(near)
        found = np.isfinite(near)
        names = np.append(order, 0).astype(np.int32)
        ids[order] = np.where(found, names[np.where(found, near_ids, len(order))], near_ids)
        distances[order] = near
        return ids, distances
