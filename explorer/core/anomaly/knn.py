"""Distance to the nearest neighbours (Ramaswamy, Rastogi & Shim 2000; Angiulli & Pizzuti 2002)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from explorer.core.anomaly.base import DetectorInput, Scores, nearest, positive
from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.progress import SILENT, Progress


@dataclass(frozen=True)
class Knn:
    """Mean distance to the ``k`` nearest other rows, or the distance to the farthest of them.

    Raises ``OptionError`` for a ``k`` below 1.
    """

    k: int = 15
    aggregate: Literal["mean", "largest"] = "mean"
    name: str = "knn"
    summary: str = "Finds texts that lie far from everything else; simple and hard to beat."

    def __post_init__(self) -> None:
        positive("k", self.k)

    @property
    def parameters(self) -> Mapping[str, int | float | str]:
        return {"k": self.k, "aggregate": self.aggregate}

    @property
    def k_needed(self) -> int:
        return self.k

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
