"""The exact kNN graph, by blocks of the all-pairs table.

1. Shortlist: each block of the upper triangle is computed once, in the fastest arithmetic of the processor, and serves
   its rows and its columns. Each row keeps the m > k nearest.
2. Exact distances (float64 sums of the float32 vectors) of the shortlist give the k nearest.
3. Proof: the bounds on rounding (``_tiles.Tiles.unseen_from``) say how near a row outside the shortlist can be at most.
   Where that is not farther than the k-th neighbour, the row is shortlisted again in float32, with a longer list.

So the arithmetic decides the time, not the result. Rows must be distinct (``graph`` takes care of duplicates).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors._tiles import Codes, Float32Tiles, Tiles, tiles_for
from explorer.core.neighbors.base import Distances, Ids, Metric
from explorer.core.progress import Progress

SPARE: Final = 9
"""Places of a shortlist beyond k: on sentence vectors bfloat16 then leaves 1 % of the rows unproven."""

REPAIR_ROWS: Final = 1024
"""Rows shortlisted again at a time."""


def exact_lists(
    vectors: Vectors, k: int, metric: Metric, progress: Progress, tiles: Tiles | None = None
) -> tuple[Ids, Distances]:
    """The k nearest other rows of every row of ``vectors`` (n, d), all distinct, of length 1 for cosine.

    Returns ids (n, k) and distances (n, k), ascending by (distance, id); k must be below n. ``tiles`` sets the
    arithmetic, for tests. Raises ``Cancelled`` between blocks.
    """
    from explorer.core.neighbors import _select_kernels as kernels

    tiles = tiles_for(vectors) if tiles is None else tiles
    ids, distances = kernels.empty_lists(len(vectors), k)
    everyone = np.arange(len(vectors))
    codes, shortlist = shortlists(tiles, min(k + SPARE, len(vectors) - 1), progress.part(0.0, 0.9))
    kernels.rerank(vectors, everyone, shortlist, metric == "euclidean", ids, distances)
    _prove(tiles, vectors, everyone, len(vectors), codes, metric, ids, distances, progress.part(0.9, 1.0))
    return ids, distances


def lists_among(
    table: Vectors, among: int, first: int, k: int, metric: Metric, progress: Progress, tiles: Tiles | None = None
) -> tuple[Ids, Distances]:
    """The k nearest of the first ``among`` rows of ``table``, the row itself left out, for every row from ``first`` on.

    Returns ids and distances of all rows of the table (n, k), ascending by (distance, id), those before ``first`` and
    places that nothing is left for empty (2**31 - 1, inf). Raises ``Cancelled`` between blocks.
    """
    from explorer.core.neighbors import _select_kernels as kernels

    tiles = tiles_for(table) if tiles is None else tiles
    asked = np.arange(first, len(table))
    ids, distances = kernels.empty_lists(len(table), k)
    codes, shortlist = _shortlists_among(tiles, among, first, min(k + SPARE, among), progress.part(0.0, 0.9))
    kernels.rerank(table, asked, shortlist, metric == "euclidean", ids, distances)
    _prove(tiles, table, asked, among, codes, metric, ids, distances, progress.part(0.9, 1.0))
    return ids, distances


def _shortlists_among(tiles: Tiles, among: int, first: int, size: int, progress: Progress) -> tuple[Codes, Ids]:
    """``shortlists`` for the rows from ``first`` on, among the first ``among`` rows."""
    from explorer.core.neighbors import _select_kernels as kernels

    asked = tiles.rows - first
    codes, ids = tiles.empty_codes(asked, size), np.full((asked, size), -1, dtype=np.int32)
    height, width = tiles.shape
    for start in range(first, tiles.rows, height):
        rows = slice(start, min(start + height, tiles.rows))
        lists = slice(rows.start - first, rows.stop - first)
        share = (start - first) / asked
        for left in range(0, among, width):
            progress.report(share, "Comparing with the normal texts", done=start - first, total=asked)
            block = tiles.codes(rows, slice(left, min(left + width, among)))
            kernels.scan_rows(block, np.arange(rows.start, rows.stop) - left, left, codes[lists], ids[lists])
    return codes, ids


def _prove(
    tiles: Tiles,
    vectors: Vectors,
    asked: NDArray[np.intp],
    among: int,
    codes: Codes,
    metric: Metric,
    ids: Ids,
    distances: Distances,
    progress: Progress,
) -> None:
    """Prove the lists of ``asked`` by their shortlists' codes, and repair those that cannot be proven; in place."""
    all_seen = codes[:, -1] >= tiles.far
    unproven = asked[~(proven(tiles, asked, codes, distances, metric) | all_seen)]
    if len(unproven):
        exact = tiles if isinstance(tiles, Float32Tiles) else Float32Tiles(vectors)
        _repair(exact, vectors, unproven, among, metric, ids, distances, progress)


def proven(
    tiles: Tiles, rows: NDArray[np.intp], codes: Codes, distances: Distances, metric: Metric
) -> NDArray[np.bool_]:
    """(r,) whether nothing outside the shortlists of ``rows`` can be as near as their k-th neighbour."""
    last = distances[rows, -1].astype(np.float64)
    length = last if metric == "euclidean" else np.sqrt(2.0 * last)
    sure: NDArray[np.bool_] = length * (1.0 + 1e-6) < tiles.unseen_from(rows, codes[:, -1])
    return sure


def shortlists(tiles: Tiles, size: int, progress: Progress) -> tuple[Codes, Ids]:
    """The ``size`` smallest codes of every row and whose they are (n, size), ascending, equal codes by id.

    Blocks are visited so that every row meets the others in ascending order, which is what decides between equal codes.
    """
    lists = tiles.empty_codes(tiles.padded, size), np.full((tiles.padded, size), -1, dtype=np.int32)
    height, width = tiles.shape
    for start in range(0, tiles.padded, height):
        rows = slice(start, min(start + height, tiles.padded))
        share = 1.0 - (1.0 - start / tiles.padded) ** 2
        for left in range(start, tiles.padded, width):
            progress.report(share, "Comparing all pairs", done=start, total=tiles.rows, unit="rows")
            scan(tiles, rows, slice(left, min(left + width, tiles.padded)), *lists)
    return lists[0][: tiles.rows], lists[1][: tiles.rows]


def scan(tiles: Tiles, rows: slice, columns: slice, codes: Codes, ids: Ids) -> None:
    """Compare ``rows`` with ``columns`` once and keep what is near in the lists of both; ``columns`` must not begin
    before ``rows``. Columns that are among ``rows`` serve their rows alone."""
    from explorer.core.neighbors import _select_kernels as kernels

    block = tiles.codes(rows, columns)
    itself = np.arange(rows.start, rows.stop) - columns.start
    kernels.scan_rows(block, itself, columns.start, codes[rows], ids[rows])
    new = max(rows.stop, columns.start)
    if new < columns.stop:
        kernels.scan_columns(
            block[:, new - columns.start :], rows.start, codes[new : columns.stop], ids[new : columns.stop]
        )


def _repair(
    tiles: Tiles,
    vectors: Vectors,
    unproven: NDArray[np.intp],
    among: int,
    metric: Metric,
    ids: Ids,
    distances: Distances,
    progress: Progress,
) -> None:
    """Shortlist the unproven rows again, in finer arithmetic, with twice the spare places; lists change in place.

    What float32 cannot tell apart either (a row with more than 2 * (k + SPARE) others at the same distance but for the
    last bits) stays as it is; the measured recall tells.
    """
    from explorer.core.neighbors import _select_kernels as kernels

    size = min(2 * (ids.shape[1] + SPARE), among)
    for start in range(0, len(unproven), REPAIR_ROWS):
        progress.report(start / len(unproven), "Proving close calls", done=start, total=len(unproven), unit="rows")
        rows = unproven[start : start + REPAIR_ROWS]
        codes = tiles.empty_codes(len(rows), size)
        found = np.full((len(rows), size), -1, dtype=np.int32)
        for left in range(0, among, tiles.shape[1]):
            columns = slice(left, min(left + tiles.shape[1], among))
            kernels.scan_rows(tiles.codes(rows, columns), rows - left, left, codes, found)
        kernels.rerank(vectors, rows, found, metric == "euclidean", ids, distances)
