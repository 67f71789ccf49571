"""From k nearest neighbours to UMAP's weighted graph (McInnes, Healy & Melville 2018, sections 3.1 and 4.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.progress import SILENT, Progress


@dataclass(frozen=True)
class FuzzyGraph:
    """A weighted graph without directions: each edge once, ascending by head.

    rows : how many rows there are, with edges or without. heads, tails : (m,) int32, the two ends of an edge.
    weights : (m,) float32, membership strengths in (0, 1].
    """

    rows: int
    heads: NDArray[np.int32]
    tails: NDArray[np.int32]
    weights: NDArray[np.float32]

    @property
    def joined(self) -> NDArray[np.bool_]:
        """(rows,) True for a row that has an edge."""
        joined = np.zeros(self.rows, np.bool_)
        joined[self.heads] = joined[self.tails] = True
        return joined

    def between(self, placed: NDArray[np.bool_], moving: NDArray[np.bool_]) -> FuzzyGraph:
        """The edges both ends of which are ``placed`` and one of which is ``moving``, both (rows,)."""
        heads, tails = self.heads, self.tails
        kept = placed[heads] & placed[tails] & (moving[heads] | moving[tails])
        return self if kept.all() else FuzzyGraph(self.rows, heads[kept], tails[kept], self.weights[kept])


def fuzzy_graph(graph: KnnGraph, progress: Progress = SILENT) -> FuzzyGraph:
    """The fuzzy union of every row's own view of its neighbourhood.

    Row i believes in the edge to its neighbour j with ``exp(-(d_ij - rho_i) / sigma_i)``, where ``rho_i`` is the
    distance to its nearest distinct neighbour and ``sigma_i`` makes the beliefs sum to ``log2(k + 1)``. Two views of
    one edge are united as ``a + b - a * b``. Missing neighbours give no edge.
    """
    from explorer.core.projection._layout_kernels import membership_strengths, union

    present = (graph.ids != MISSING) & np.isfinite(graph.distances)
    distances = np.where(present, graph.distances, np.float32(np.inf))
    mean = float(distances[present].mean(dtype=np.float64)) if present.any() else 0.0
    progress.check()
    strengths = membership_strengths(distances, np.log2(graph.k + 1.0), mean)
    progress.check()
    ids = np.where(present, graph.ids, np.int32(MISSING))
    weights = union(ids, strengths)
    heads, columns = np.nonzero(weights)
    return FuzzyGraph(graph.rows, heads.astype(np.int32), ids[heads, columns], weights[heads, columns])
