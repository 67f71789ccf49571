"""What a neighbour index and the kNN graph are. The graph is the heart: everything else reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors

Metric = Literal["cosine", "euclidean"]
METRICS: tuple[Metric, ...] = ("cosine", "euclidean")

Ids = NDArray[np.int32]
Distances = NDArray[np.float32]

MISSING = -1
"""Id that fills a neighbour list which has fewer than k entries; its distance is NaN."""


@dataclass(frozen=True)
class KnnGraph:
    """The k nearest other rows of every row, in the original space.

    ids : (n, k) int32, nearest first, ties by smaller id, without the row itself, ``MISSING`` where there are fewer.
    distances : (n, k) float32 in ``metric`` (cosine distance is 1 - cosine similarity), NaN where missing.
    A row whose vector is all zeros (empty text, no known word) has no neighbours and is nobody's neighbour.
    recall : share of true neighbours found, measured on ``recall_rows`` rows against exact search.
    method : how it was computed, in words a report can show.
    """

    ids: Ids
    distances: Distances
    metric: Metric
    method: str
    recall: float
    recall_rows: int

    def __post_init__(self) -> None:
        self.ids.setflags(write=False)
        self.distances.setflags(write=False)

    @property
    def rows(self) -> int:
        return int(self.ids.shape[0])

    @property
    def k(self) -> int:
        return int(self.ids.shape[1])

    def prefix(self, k: int) -> KnnGraph:
        """The graph of the ``k`` nearest; ``k`` must not exceed this graph's."""
        if k > self.k:
            raise ValueError(f"the graph holds {self.k} neighbours, not {k}")
        return replace(self, ids=self.ids[:, :k], distances=self.distances[:, :k])


class NeighborIndex(Protocol):
    """Answers "what is near these vectors?" over a fixed set of rows."""

    @property
    def metric(self) -> Metric: ...

    @property
    def rows(self) -> int: ...

    @property
    def description(self) -> str:
        """Method and proof in one phrase: "exact" or "Annoy, recall@15 0.98 on 500 rows"."""
        ...

    def search(self, vectors: Vectors, k: int, *, without: Ids | None = None) -> tuple[Ids, Distances]:
        """The ``k`` nearest rows of each of ``vectors`` (m, d).

        without : (m,) the row to leave out of each answer, by id (never "the first hit": identical texts exist).
        Returns ids (m, k) and distances (m, k), filled with ``MISSING`` and NaN where there are fewer than k.
        """
        ...
