"""Exact search in NumPy alone: light enough for the window's process, and the yardstick of every other index."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors._space import Space, check_k, check_without, read_only
from explorer.core.neighbors.base import MISSING, Distances, Ids, Metric

TABLE_FLOATS = 1 << 24
"""Products held at a time (64 MB of float32)."""


class ExactIndex:
    """Compares a query with every row: a float32 product, then exact distances where its rounding leaves it open.

    vectors : (n, d) float32, memory-mapped or not; need not have length 1 for cosine.
    valid : (n,) bool, rows that may be answered; by default those that are not all zeros.
    """

    def __init__(self, vectors: Vectors, metric: Metric = "cosine", *, valid: NDArray[np.bool_] | None = None) -> None:
        self._space = Space(vectors, metric, valid)
        lengths = self._space.lengths
        scale = np.ones_like(lengths) if metric == "euclidean" or self._space.unit else lengths
        self._scale = np.where(scale > 0, scale, 1.0)
        self._lengths = lengths / self._scale

    @property
    def metric(self) -> Metric:
        return self._space.metric

    @property
    def rows(self) -> int:
        return len(self._space.vectors)

    @property
    def description(self) -> str:
        return "exact"

    def search(self, vectors: Vectors, k: int, *, without: Ids | None = None) -> tuple[Ids, Distances]:
        """See ``NeighborIndex.search``. Queries that are all zeros get no answers."""
        check_k(k)
        leave_out = check_without(without, len(vectors))
        queries, asked = self._space.queries(vectors)
        ids = np.full((len(queries), k), MISSING, dtype=np.int32)
        distances = np.full((len(queries), k), np.nan, dtype=np.float32)
        step = max(1, TABLE_FLOATS // max(1, self.rows))
        for start in range(0, len(queries), step):
            table = queries[start : start + step] @ self._space.vectors.T
            for at, products in enumerate(table, start):
                if asked[at]:
                    open_rows = self._open_rows(products, queries[at], k, int(leave_out[at]))
                    ids[at], distances[at] = self._space.nearest(open_rows, queries[at], k)
        return read_only(ids, distances)

    def _open_rows(
        self, products: NDArray[np.float32], query: NDArray[np.float32], k: int, leave_out: int
    ) -> NDArray[np.intp]:
        """Rows that may be among the k nearest, given how far float32 products of d numbers can be off."""
        length = float(np.sqrt(np.square(query, dtype=np.float64).sum()))
        slack = len(query) * 2.0**-23 * self._lengths * length
        halves = 0.5 * (self._lengths**2 + length**2) - products / self._scale
        halves[~self._space.valid] = np.inf
        if 0 <= leave_out < len(halves):
            halves[leave_out] = np.inf
        enough = min(k, int(np.isfinite(halves).sum()))
        if enough == 0:
            return np.empty(0, dtype=np.intp)
        at_most = np.partition(halves + slack, enough - 1)[enough - 1]
        return np.flatnonzero(halves - slack <= at_most)
