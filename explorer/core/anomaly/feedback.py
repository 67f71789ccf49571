"""Learning from what a person called odd or fine: the scores, raised near the one and lowered near the other.

Every decision spreads along the shared graph, a little weaker with every step (label spreading, Zhou et al. 2004). A
text that is reached by odd ones alone is raised by ``WEIGHT`` deviations, one reached by fine ones alone is lowered by
as much, and one that hardly anything reaches keeps its score, as in SSDO (Vercruyssen et al. 2018). The score stays on
its scale, and the same decisions in any order give the same scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import Scores, six_digits
from explorer.core.anomaly.flags import Ranking
from explorer.core.anomaly.precision import Evidence
from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.progress import SILENT, Progress

WEIGHT = 4.0
"""Upper deviations by which a text among odd ones is raised: one more than the rule asks of a flag."""
PASSED_ON = 0.8
"""How much of what reaches a text it passes on to its neighbours."""
STEPS = 8
ENOUGH = 0.05
"""What must have reached a text for half of the weight to count."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Links:
    """The graph's edges, both ways, weighted by nearness; degree-normalised, so that nothing grows as it spreads.

    ids : (n, k) int32, weights : (n, k) float32, 0 where there is no neighbour.
    """

    ids: NDArray[np.int32]
    weights: NDArray[np.float32]


def links(graph: KnnGraph) -> Links:
    """The edges of a graph; the same for all decisions, so worth keeping."""
    there = graph.ids != MISSING
    ids = np.where(there, graph.ids, 0)
    distances = np.where(there, graph.distances, 0.0).astype(np.float64)
    scale = distances.sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    typical = (scale[:, None] + scale[ids]) / 2.0
    weights = np.where(there, np.exp(-distances / np.where(typical > 0, typical, 1.0)), 0.0)
    degrees = weights.sum(axis=1) + np.bincount(ids.ravel(), weights.ravel(), graph.rows)
    root = np.sqrt(np.where(degrees > 0, degrees, 1.0))
    return Links(ids, (weights / (root[:, None] * root[ids])).astype(np.float32))


def learned(ranking: Ranking, said: Floats) -> Scores:
    """The scores of ``ranking`` raised and lowered by what :func:`opinion` said."""
    _, deviation = ranking.spread
    return six_digits(ranking.scores + WEIGHT * deviation * said) if deviation > 0 else ranking.scores


def opinion(edges: Links, evidence: Evidence, progress: Progress = SILENT) -> Floats:
    """(n,) -1 (among fine texts) to 1 (among odd ones); 0 where nothing is known. Raises ``Cancelled``."""
    start = np.zeros((len(edges.ids), 2), np.float32)
    start[evidence.rows[evidence.odd], 0] = 1.0
    start[evidence.rows[~evidence.odd], 1] = 1.0
    reached = start
    for step in range(STEPS):
        progress.report(step / STEPS, "Learning from the decisions")
        reached = start + PASSED_ON * _passed_on(edges, reached)
    odd, fine = reached[:, 0].astype(np.float64), reached[:, 1].astype(np.float64)
    progress.report(1.0, "Learning from the decisions")
    return (odd - fine) / (odd + fine + ENOUGH)


def _passed_on(edges: Links, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """What reaches every row along its edges, those that others have to it included."""
    ids, weights = edges.ids, edges.weights
    answer = np.empty_like(values)
    for kind in range(values.shape[1]):
        one = values[:, kind]
        there = np.bincount(ids.ravel(), (weights * one[:, None]).ravel(), len(ids))
        answer[:, kind] = (weights * one[ids]).sum(axis=1) + there
    return answer
