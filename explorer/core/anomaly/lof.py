"""Local outlier factor (Breunig, Kriegel, Ng & Sander 2000), from the shared graph alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import DetectorInput, Scores, nearest, positive
from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.progress import SILENT, Progress

TINY = 1e-10
"""Added to every mean reachability distance, as in scikit-learn."""
SAME_PLACE = 1e-3
"""A mean reachability distance below this share of the corpus median is rounding around one and the same place."""
CHUNK = 65_536

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lof:
    """How many times sparser a row's surroundings are than those of its ``k`` nearest neighbours; 1 = alike.

    The numbers are scikit-learn's (``-negative_outlier_factor_``) for the same neighbours, but for one case. A row
    with k identical copies has no finite density; the paper asks for k *distinct* neighbours there, scikit-learn
    answers in the billions for whoever lies near the copies. Here such rows score 1, and nobody is compared with them.

    Raises ``OptionError`` for a ``k`` below 1.
    """

    k: int = 15
    name: str = "lof"
    summary: str = "Finds texts that lie apart from a dense group, also where other groups are spread wide."

    def __post_init__(self) -> None:
        positive("k", self.k)

    @property
    def parameters(self) -> Mapping[str, int | float | str]:
        return {"k": self.k}

    @property
    def k_needed(self) -> int:
        return self.k

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        """Local outlier factors. A row without neighbours, or with none to be compared with, scores 1."""
        graph = nearest(data.graph, self.k)
        reach = _by_chunk(_mean_reach, graph, _farthest(graph), progress.part(0.0, 0.5))
        density = 1.0 / (reach + TINY)
        density[_undefined(reach)] = np.nan
        scores = _by_chunk(_factor, graph, density, progress.part(0.5, 1.0))
        scores[~data.valid] = np.nan
        return scores


def _by_chunk(function, graph: KnnGraph, values: Floats, progress: Progress) -> Floats:  # type: ignore[no-untyped-def]
    """``function(rows, ids, present, distances, values)`` over slices of the graph, so that memory stays flat."""
    answers = np.empty(graph.rows)
    for start in range(0, graph.rows, CHUNK):
        rows = slice(start, start + CHUNK)
        ids = graph.ids[rows]
        answers[rows] = function(rows, ids, ids != MISSING, graph.distances[rows], values)
        progress.report(min(start + CHUNK, graph.rows) / graph.rows, "Local outlier factor")
    return answers


def _farthest(graph: KnnGraph) -> Floats:
    """(n,) the k-distance: how far the last neighbour is; 0 without any."""
    distances = np.where(graph.ids == MISSING, 0.0, graph.distances)
    return np.asarray(distances.max(axis=1, initial=0.0), np.float64)


def _mean_reach(
    rows: slice, ids: NDArray[np.int32], present: NDArray[np.bool_], distances: NDArray[np.float32], farthest: Floats
) -> Floats:
    """Mean over the neighbours o of max(k-distance(o), d(p, o)); NaN without neighbours."""
    reach = np.where(present, np.maximum(farthest[ids], distances), 0.0)
    return _mean(reach, present)


def _undefined(reach: Floats) -> NDArray[np.bool_]:
    known = reach[np.isfinite(reach)]
    if not len(known):
        return np.ones(len(reach), np.bool_)
    return ~(reach > SAME_PLACE * float(np.median(known)))


def _factor(
    rows: slice, ids: NDArray[np.int32], present: NDArray[np.bool_], distances: NDArray[np.float32], density: Floats
) -> Floats:
    """Mean density of the neighbours over the row's own."""
    theirs = density[ids]
    usable = present & np.isfinite(theirs)
    factor = _mean(np.where(usable, theirs, 0.0), usable) / density[rows]
    return np.where(np.isfinite(factor), factor, 1.0)


def _mean(values: Floats, present: NDArray[np.bool_]) -> Floats:
    """Row means over what is present; NaN where nothing is."""
    count = present.sum(axis=1)
    return np.where(count > 0, values.sum(axis=1) / np.maximum(count, 1), np.nan)
