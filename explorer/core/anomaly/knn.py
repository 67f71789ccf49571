"""Distance to the nearest neighbours (Ramaswamy, Rastogi & Shim 2000; Angiulli & Pizzuti 2002)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from explorer.core.anomaly.base import DetectorInput, Scores, nearest, one_of, positive
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.spec import Declared
from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.progress import SILENT, Progress

Aggregate = Literal["mean", "largest"]


@dataclass(frozen=True)
class Knn(Declared):
    """Mean distance to the ``k`` nearest other rows, or the distance to the farthest of them.

    Text-ADBench and PyOD: the largest of k = 5, of new rows among those learnt from. Raises ``OptionError`` for a ``k``
    below 1 or an unknown ``aggregate``.
    """

    k: int = 15
    aggregate: Aggregate = "mean"
    name: str = "knn"
    summary: str = "Finds texts that lie far from everything else; simple and hard to beat."

    def __post_init__(self) -> None:
        positive("k", self.k)
        one_of("aggregate", self.aggregate, get_args(Aggregate))

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        return Cost(2e-8 * rows * self.k, fit_rows, fit_rows, False, 1e-6 * rows * self.k * 9)

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        """Scores in the graph's metric. A row with fewer than k neighbours is scored by those it has; with none, 0."""
        progress.report(0.0, "kNN distance")
        scores = _aggregated(nearest(data.graph, self.k), self.aggregate)
        scores[~data.valid] = np.nan
        progress.report(1.0, "kNN distance")
        return scores


def _aggregated(graph: KnnGraph, aggregate: str) -> Scores:
    distances = np.where(graph.ids == MISSING, 0.0, graph.distances.astype(np.float64))
    if aggregate == "largest":
        return np.asarray(distances.max(axis=1, initial=0.0))
    return np.asarray(distances.sum(axis=1) / np.maximum((graph.ids != MISSING).sum(axis=1), 1))
