"""The kNN graph in which every row's neighbours are of its own group: read off the shared graph as far as that goes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.core.neighbors.base import MISSING, Distances, Ids, KnnGraph
from explorer.core.neighbors.exact import ExactIndex
from explorer.core.neighbors.graph import graph_of
from explorer.core.neighbors.prepare import Prepared
from explorer.core.progress import SILENT, Progress

FEW = 0.1
"""Share of a group whose neighbours are looked for one by one; beyond, the group gets a graph of its own."""


def graph_within(
    graph: KnnGraph, prepared: Prepared, of: NDArray[np.int32], k: int, *,
    recall: float = 0.98, seed: int = 0, progress: Progress = SILENT,
) -> KnnGraph:  # fmt: skip
    """The k nearest other rows of the same group, of every row.

    graph : over all of ``prepared``. of : (n,) group of each row; -1 = none, and then no neighbours.
    Raises ``Cancelled``.
    """
    ids, distances = _same_group(graph, of, k)
    members = _members(of, prepared.valid)
    asked = 0
    for number, rows in enumerate(members):
        progress.report(number / len(members), "Finding neighbours within groups")
        lacking = rows[(ids[rows] != MISSING).sum(axis=1) < min(k, len(rows) - 1)]
        asked += len(lacking)
        if len(lacking):
            _ask(prepared, rows, lacking, k, ids, distances, recall, seed)
    method = f"within groups: shared graph, {asked:,} of {graph.rows:,} rows asked anew"
    return KnnGraph(ids, distances, graph.metric, method, graph.recall, graph.recall_rows)


def _same_group(graph: KnnGraph, of: NDArray[np.int32], k: int) -> tuple[Ids, Distances]:
    """The first k neighbours of the same group that the shared graph holds."""
    there = (graph.ids != MISSING) & (of[graph.ids] == of[:, None]) & (of[:, None] >= 0)
    order = np.argsort(~there, axis=1, kind="stable")[:, :k]
    there = np.take_along_axis(there, order, axis=1)
    ids = np.full((graph.rows, k), MISSING, np.int32)
    distances = np.full((graph.rows, k), np.nan, np.float32)
    width = order.shape[1]
    ids[:, :width] = np.where(there, np.take_along_axis(graph.ids, order, axis=1), MISSING)
    distances[:, :width] = np.where(there, np.take_along_axis(graph.distances, order, axis=1), np.nan)
    return ids, distances


def _members(of: NDArray[np.int32], valid: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """The valid rows of each group, ascending."""
    rows = np.flatnonzero(valid & (of >= 0))
    rows = rows[np.argsort(of[rows], kind="stable")]
    return [part for part in np.split(rows, np.flatnonzero(np.diff(of[rows])) + 1) if len(part)]


def _ask(
    prepared: Prepared, rows: NDArray[np.int64], lacking: NDArray[np.int64], k: int, ids: Ids, distances: Distances,
    recall: float, seed: int,
) -> None:  # fmt: skip
    """Fill in the neighbours of ``lacking`` among ``rows``, of their group; of the whole group where many lack some."""
    valid = np.ones(len(rows), np.bool_)
    part = Prepared(np.asarray(prepared.vectors[rows]), valid, prepared.metric, prepared.transform)
    if len(lacking) > FEW * len(rows):
        found = graph_of(part, k=k, recall=recall, seed=seed)
        asked, near, far = rows, found.ids, found.distances
    else:
        places = np.searchsorted(rows, lacking).astype(np.int32)
        index = ExactIndex(part.vectors, part.metric, valid=valid)
        asked, (near, far) = lacking, index.search(part.vectors[places], k, without=places)
    ids[asked] = np.where(near == MISSING, MISSING, rows[near])
    distances[asked] = far
