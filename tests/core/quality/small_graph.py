"""Graphs of small sets of vectors, for tests of what reads them."""

from __future__ import annotations

import numpy as np

from explorer.core.neighbors.base import KnnGraph
from explorer.core.neighbors.graph import build_graph
from explorer.core.neighbors.prepare import prepare


def unit(vectors: np.ndarray) -> np.ndarray:
    """(n, d) float32 as the graph wants them for cosine."""
    return prepare(np.asarray(vectors, np.float32), "cosine").vectors


def graph_over(vectors: np.ndarray, k: int = 5) -> KnnGraph:
    return build_graph(np.asarray(vectors, np.float32), k=max(min(k, len(vectors) - 1), 1))


def at_angles(*degrees: float) -> np.ndarray:
    """Unit vectors in the plane; the cosine distance of two is 1 - cos of the angle between them."""
    turned = np.deg2rad(np.array(degrees))
    return np.stack([np.cos(turned), np.sin(turned)], axis=1).astype(np.float32)


def own_rows(count: int) -> np.ndarray:
    """(n,) int32: every text is the first of its kind."""
    return np.arange(count, dtype=np.int32)
