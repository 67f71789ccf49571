"""From k nearest neighbours to UMAP's weighted graph (McInnes, Healy & Melville 2018, sections 3.1 and 4.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.neighbors.base import MISSING, KnnGraph


@dataclass(frozen=True)
class FuzzyGraph:
    """A symmetric weighted graph in compressed rows: the neighbours of row i are
    ``ids[starts[i] : starts[i + 1]]``, ascending, each edge present at both of its ends.

    starts : (n + 1,) int64. ids : (m,) int32. weights : (m,) float32, membership strengths in (0, 1].
    """

    starts: NDArray[np.int64]
    ids: NDArray[np.int32]
    weights: NDArray[np.float32]

    @property
    def rows(self) -> int:
        return len(self.starts) - 1


def fuzzy_graph(graph: KnnGraph) -> FuzzyGraph:
    """The fuzzy union of every row's own view of its neighbourhood.

    Row i believes in the edge to its neighbour j with ``exp(-(d_ij - rho_i) / sigma_i)``, where ``rho_i`` is the
    distance to its nearest distinct neighbour and ``sigma_i`` makes the beliefs sum to ``log2(k + 1)``. Two views of
    one edge are united as ``a + b - a * b``. Missing neighbours give no edge.
    """
    from explorer.core.projection._layout_kernels import membership_strengths

    present = (graph.ids != MISSING) & np.isfinite(graph.distances)
    distances = np.where(present, graph.distances, np.float32(np.inf))
    mean = float(distances[present].mean(dtype=np.float64)) if present.any() else 0.0
    strengths = membership_strengths(distances, np.log2(graph.k + 1.0), mean)
    return _union(graph, strengths, present & (strengths > 0.0))


def _union(graph: KnnGraph, strengths: NDArray[np.float32], present: NDArray[np.bool_]) -> FuzzyGraph:
    from scipy.sparse import csr_array

    starts = np.concatenate([[0], present.sum(axis=1).cumsum()])
    shape = (graph.rows, graph.rows)
    seen = csr_array((strengths[present], graph.ids[present], starts), shape=shape)
    mirrored = csr_array(seen.T)
    union = csr_array(seen + mirrored - seen.multiply(mirrored))
    union.sort_indices()
    return FuzzyGraph(union.indptr.astype(np.int64), union.indices.astype(np.int32), union.data.astype(np.float32))
