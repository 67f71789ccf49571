"""What the nearest neighbours in the shared graph say about the label of a text."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.neighbors.base import MISSING, KnnGraph

MOST_VOTERS: Final = 15
"""Neighbours that vote; more of them find less on small classes."""


def vote_weights(graph: KnnGraph) -> NDArray[np.float32]:
    """(n, k) weight of each neighbour: exp(-distance / median distance), so the nearest count most; 0 where missing."""
    there = graph.ids != MISSING
    middle = float(np.median(graph.distances[there])) if there.any() else 0.0
    scaled = graph.distances / np.float32(middle) if middle > 0 else np.zeros_like(graph.distances)
    return np.where(there, np.exp(-np.where(there, scaled, 0.0)), 0.0).astype(np.float32)


def votes(graph: KnnGraph, classes: NDArray[np.int32], count: int) -> Any:
    """(n, count) scipy CSR matrix of float32: the share of its neighbours' votes that each class gets.

    classes : (n,) of each text by its label, -1 = none: such neighbours do not vote. A row without voters is empty.
    """
    from scipy.sparse import coo_matrix, diags

    rows = graph.rows
    weights = vote_weights(graph).ravel()
    voters = np.where(graph.ids.ravel() == MISSING, -1, graph.ids.ravel())
    cast = np.where(voters >= 0, classes[voters], -1)
    there = cast >= 0
    voting = np.repeat(np.arange(rows, dtype=np.int32), graph.k)[there]
    table = coo_matrix((weights[there], (voting, cast[there])), shape=(rows, count)).tocsr()
    total = np.asarray(table.sum(axis=1)).ravel()
    return (diags(1.0 / np.where(total > 0, total, 1.0)) @ table).astype(np.float32)
