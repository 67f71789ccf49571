"""Local outlier factor (Breunig, Kriegel, Ng & Sander 2000), from the shared graph alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import DetectorInput, Scores, nearest, positive
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.spec import Declared
from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.progress import SILENT, Progress

TINY = 1e-10
"""Added to every mean reachability distance, as in scikit-learn."""
SAME_PLACE = 1e-3
"""A mean reachability distance below this share of the corpus median is rounding around one and the same place."""
PILE = 2.0
"""How many times denser than the densest quarter of the other places a pile of copies is taken to be.

Measured on 4,000 bank questions, twenty of them copied 60 times: with 2 as many rows are flagged as when nobody is
compared with piles (192), with 3 a quarter more, those who lie beside a pile. Where all but a few texts are copies, 2
finds the few.
"""
CHUNK = 65_536

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lof(Declared):
    """How many times sparser a row's surroundings are than those of its ``k`` nearest neighbours; 1 = alike.

    The numbers are scikit-learn's (``-negative_outlier_factor_``) for the same neighbours, but for one case. A row
    with k identical copies has no finite density; scikit-learn answers in the billions for whoever lies near it. The
    paper asks for k *distinct* neighbours there, by which the only text beside three piles of log lines would be
    ordinary. Here copies in a pile score 1, and who lies near them is compared with a density on the scale of the
    corpus (``PILE``), but never with less than its own: nowhere is denser than in a pile.

    Text-ADBench: k = 30; PyOD: k = 20. Raises ``OptionError`` for a ``k`` below 1.
    """

    k: int = 15
    name: str = "lof"
    summary: str = "Finds texts that lie apart from a dense group, also where other groups are spread wide."

    def __post_init__(self) -> None:
        positive("k", self.k)

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        return Cost(1e-7 * (rows + fit_rows) * self.k, fit_rows, fit_rows, False, 30.0 + 8e-5 * (rows + fit_rows))

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        """Local outlier factors. A row without neighbours scores 1."""
        graph, among = nearest(data.graph, self.k), nearest(data.fit.graph, self.k)
        farthest = _farthest(among)
        reach = _by_chunk(_mean_reach, among, farthest, progress.part(0.0, 0.4))
        piled, of_piles = _piles(reach)
        own = reach if data.normal is None else _by_chunk(_mean_reach, graph, farthest, progress.part(0.4, 0.6))
        factor = partial(_factor, of_piles, _density(own, own <= piled))
        scores = _by_chunk(factor, graph, _density(reach, reach <= piled), progress.part(0.6, 1.0))
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


def _piles(reach: Floats) -> tuple[float, float]:
    """The mean reachability distance up to which a row is in a pile of copies, and the density that a pile is taken to
    have; 1 where there is nothing else."""
    apart = reach[reach > 0.0]
    if not len(apart):
        return 0.0, 1.0
    piled = SAME_PLACE * float(np.median(apart))
    return piled, PILE / float(np.quantile(reach[reach > piled], 0.25))


def _density(reach: Floats, piled: NDArray[np.bool_]) -> Floats:
    """Local reachability density; infinite in a pile."""
    return np.where(piled, np.inf, 1.0 / (reach + TINY))


def _factor(
    of_piles: float,
    own: Floats,
    rows: slice,
    ids: NDArray[np.int32],
    present: NDArray[np.bool_],
    distances: NDArray[np.float32],
    density: Floats,
) -> Floats:
    """Mean density of the neighbours over the row's own. Infinite densities are those of piles."""
    mine = np.where(np.isinf(own[rows]), of_piles, own[rows])
    theirs = density[ids]
    theirs = np.where(np.isinf(theirs), np.maximum(of_piles, mine)[:, None], theirs)
    factor = _mean(np.where(present, theirs / mine[:, None], 0.0), present)
    return np.where(np.isfinite(factor), factor, 1.0)


def _mean(values: Floats, present: NDArray[np.bool_]) -> Floats:
    """Row means over what is present; NaN where nothing is."""
    count = present.sum(axis=1)
    return np.where(count > 0, values.sum(axis=1) / np.maximum(count, 1), np.nan)
