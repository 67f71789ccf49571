"""Neighbours among some rows only: of a corpus among its normal texts, of new texts among those of another corpus."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors._space import check_k
from explorer.core.neighbors.base import MISSING, Distances, Ids, KnnGraph, Metric
from explorer.core.progress import SILENT, Progress

METHOD: Final = "exact, in blocks"
FEW: Final = 4
"""Queries are few where they are no more than one for so many rows: then the rows are not copied as a whole."""
CHUNK: Final = 4_096
"""Rows that few queries are compared with at a time."""


def neighbours_among(
    rows: Vectors,
    queries: Vectors,
    *,
    k: int,
    metric: Metric,
    valid: NDArray[np.bool_],
    places: Ids | None = None,
    progress: Progress = SILENT,
) -> KnnGraph:
    """The k nearest of ``rows`` (m, d) for every one of ``queries`` (n, d), both in the space of the metric.

    For ``cosine`` all must have length 1 (``prepare``); all of ``rows`` must be valid. valid : (n,) queries that are
    asked; others get no neighbours. places : (n,) which of ``rows`` a query is, MISSING for none: it is left out of its
    own answer, by its place, never by its distance, for copies exist.

    Returns a graph (n, k) whose ids count ``rows``. Exact, in blocks, like the graph of a corpus.
    Raises ``OptionError`` for k < 1, ``Cancelled`` between blocks.
    """
    check_k(k)
    own = np.full(len(queries), MISSING, np.int32) if places is None else places
    known = own != MISSING
    strangers = np.flatnonzero(valid & ~known)
    if not known.any() and len(strangers) * FEW <= len(rows):
        ids, distances = _lists_of_few(rows, queries[strangers], k, metric, progress)
        before = 0
    else:
        ids, distances = _lists(rows, queries, strangers, not known.any(), k, metric, progress)
        before = len(rows)
    where = own.astype(np.int64)
    where[strangers] = before + np.arange(len(strangers))
    asked = valid & (where >= 0)
    ids, distances = ids[np.where(asked, where, 0)], distances[np.where(asked, where, 0)]
    missing = np.isinf(distances) | ~asked[:, None]
    ids[missing], distances[missing] = MISSING, np.nan
    return KnnGraph(ids, distances, metric, METHOD, 1.0, 0)


def _lists(
    rows: Vectors,
    queries: Vectors,
    strangers: NDArray[np.intp],
    only_strangers: bool,
    k: int,
    metric: Metric,
    progress: Progress,
) -> tuple[Ids, Distances]:
    """Lists of ``rows``, and after them of those queries that are none of them."""
    from explorer.core.neighbors import _select_kernels as kernels
    from explorer.core.neighbors.blocks import lists_among

    table = rows if not len(strangers) else np.concatenate([rows, queries[strangers]])
    if not len(rows):
        return kernels.empty_lists(max(len(table), 1), k)
    return lists_among(table, len(rows), len(rows) if only_strangers else 0, k, metric, progress)


def _lists_of_few(rows: Vectors, queries: Vectors, k: int, metric: Metric, progress: Progress) -> tuple[Ids, Distances]:
    """Lists of ``queries``, none of which is one of ``rows``: chunk by chunk of the rows, the nearest of all kept."""
    from explorer.core.neighbors import _select_kernels as kernels
    from explorer.core.neighbors.blocks import lists_among

    ids, distances = kernels.empty_lists(max(len(queries), 1), k)
    if not len(queries):
        return ids, distances
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        step = progress.part(start / len(rows), (start + len(part)) / len(rows))
        table = np.concatenate([part, queries])
        near, far = (lists[len(part) :] for lists in lists_among(table, len(part), len(part), k, metric, step))
        both = np.hstack([ids, np.where(np.isinf(far), near, near + start)]), np.hstack([distances, far])
        order = np.argsort(both[1], axis=1, kind="stable")[:, :k]  # equal ones stay by id
        ids, distances = (np.take_along_axis(each, order, axis=1) for each in both)
    return ids, distances
