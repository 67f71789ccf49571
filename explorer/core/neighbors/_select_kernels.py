"""Compiled loops of the kNN graph: scan similarity tiles, compute exact distances, expand duplicates.

Every loop over rows (or columns) is parallel over **disjoint** results and processes what belongs to one result in a
fixed order, so nothing here depends on the number of threads. Import lazily: numba takes half a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

CHUNK = 64
"""Codes tested at once against the cut-off; a multiple of every vector width."""

STRIPE = 1024
"""Columns of a tile that one task scans."""


@njit(inline="always")
def _insert(codes: Any, ids: Any, code: Any, row: Any) -> Any:
    """Put (code, row) into the ascending list, after equal codes; returns the new cut-off."""
    place = codes.shape[0] - 1
    while place > 0 and codes[place - 1] > code:
        codes[place] = codes[place - 1]
        ids[place] = ids[place - 1]
        place -= 1
    codes[place] = code
    ids[place] = row
    return codes[codes.shape[0] - 1]


@njit(inline="always")
def _any_below(piece: Any, cut: Any) -> Any:
    """Whether any code is below the cut-off. Narrow flags and a slice of its own let the compiler use vectors."""
    found = np.int16(0)
    for lane in range(piece.shape[0]):
        found = np.int16(found | np.int16(piece[lane] < cut))
    return found != 0


@njit(inline="always")
def _any_below_each(piece: Any, cuts: Any) -> Any:
    """Whether any of the codes is below the cut-off of its own column."""
    found = np.int16(0)
    for lane in range(piece.shape[0]):
        found = np.int16(found | np.int16(piece[lane] < cuts[lane]))
    return found != 0


@njit(inline="always")
def _scan_line(line: Any, first: Any, skip: Any, codes: Any, ids: Any) -> None:
    """Merge one row of a tile into that row's list. ``first``: row number of column 0; ``skip``: a column left out."""
    cut = codes[codes.shape[0] - 1]
    for start in range(0, line.shape[0], CHUNK):
        piece = line[start : start + CHUNK]
        if _any_below(piece, cut):
            for lane in range(piece.shape[0]):
                if piece[lane] < cut and start + lane != skip:
                    cut = _insert(codes, ids, piece[lane], first + start + lane)


@njit(cache=True, parallel=True, nogil=True)
def scan_rows(tile: Any, skips: Any, first_column: int, codes: Any, ids: Any) -> None:
    """Keep the smallest codes of every row of ``tile``.

    tile : (b, c) integer codes, ascending with distance.
    skips : (b,) the column to leave out of each row (the row itself), -1 for none.
    codes, ids : (b, m) the lists so far, ascending; changed in place. Columns must come in ascending order over calls:
        equal codes keep the order in which they came.
    """
    for row in prange(tile.shape[0]):
        _scan_line(tile[row], first_column, skips[row], codes[row], ids[row])


@njit(cache=True, parallel=True, nogil=True)
def scan_columns(tile: Any, first_row: int, codes: Any, ids: Any) -> None:
    """Keep the smallest codes of every column of ``tile`` (b, c): the same numbers serve both ends of a pair.

    codes, ids : (c, m), as in ``scan_rows``.
    """
    height, width = tile.shape
    for stripe in prange((width + STRIPE - 1) // STRIPE):
        left = stripe * STRIPE
        right = min(left + STRIPE, width)
        cuts = codes[left:right, codes.shape[1] - 1].copy()
        for row in range(height):
            line = tile[row, left:right]
            for start in range(0, line.shape[0], CHUNK):
                piece = line[start : start + CHUNK]
                if _any_below_each(piece, cuts[start : start + CHUNK]):
                    for lane in range(piece.shape[0]):
                        place = start + lane
                        if piece[lane] < cuts[place]:
                            code = piece[lane]
                            cuts[place] = _insert(codes[left + place], ids[left + place], code, first_row + row)


@njit(inline="always")
def _squared(first: Any, second: Any) -> Any:
    """Squared Euclidean distance of float32 rows, summed in float64 over eight fixed lanes."""
    width = first.shape[0]
    whole = width - width % 8
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    for at in range(0, whole, 8):
        d0 = np.float64(first[at]) - np.float64(second[at])
        d1 = np.float64(first[at + 1]) - np.float64(second[at + 1])
        d2 = np.float64(first[at + 2]) - np.float64(second[at + 2])
        d3 = np.float64(first[at + 3]) - np.float64(second[at + 3])
        d4 = np.float64(first[at + 4]) - np.float64(second[at + 4])
        d5 = np.float64(first[at + 5]) - np.float64(second[at + 5])
        d6 = np.float64(first[at + 6]) - np.float64(second[at + 6])
        d7 = np.float64(first[at + 7]) - np.float64(second[at + 7])
        s0 += d0 * d0
        s1 += d1 * d1
        s2 += d2 * d2
        s3 += d3 * d3
        s4 += d4 * d4
        s5 += d5 * d5
        s6 += d6 * d6
        s7 += d7 * d7
    total = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
    for at in range(whole, width):
        rest = np.float64(first[at]) - np.float64(second[at])
        total += rest * rest
    return total


@njit(inline="always")
def _distance(first: Any, second: Any, euclidean: Any) -> Any:
    """float32 distance: length of the difference, or half its square, which for unit rows is 1 - cosine."""
    squared = _squared(first, second)
    return np.float32(np.sqrt(squared)) if euclidean else np.float32(0.5 * squared)


@njit(inline="always")
def _offer(ids: Any, distances: Any, row: Any, distance: Any) -> bool:
    """Put a neighbour into an ascending list by (distance, id); False if it is there already or too far."""
    place = ids.shape[0] - 1
    if distance > distances[place] or (distance == distances[place] and row >= ids[place]):
        return False
    while place > 0 and (
        distances[place - 1] > distance or (distances[place - 1] == distance and ids[place - 1] > row)
    ):
        place -= 1
    if place > 0 and ids[place - 1] == row:
        return False
    for at in range(ids.shape[0] - 1, place, -1):
        ids[at] = ids[at - 1]
        distances[at] = distances[at - 1]
    ids[place] = row
    distances[place] = distance
    return True


@njit(cache=True, parallel=True, nogil=True)
def rerank(vectors: Any, rows: Any, candidates: Any, euclidean: bool, ids: Any, distances: Any) -> None:
    """Offer ``candidates`` (r, m; -1 = none) with their exact distances to the lists of ``rows`` (r,).

    ids, distances : (n, k) lists of all rows, ascending by (distance, id), empty places (2**31 - 1, inf); in place.
    """
    for at in prange(rows.shape[0]):
        row = rows[at]
        for place in range(candidates.shape[1]):
            other = candidates[at, place]
            if other >= 0 and other != row:
                _offer(ids[row], distances[row], other, _distance(vectors[row], vectors[other], euclidean))


@njit(cache=True, parallel=True, nogil=True)
def expand_groups(
    ids: Any, distances: Any, group_of: Any, starts: Any, members: Any, rows: Any, out_ids: Any, out_distances: Any
) -> None:
    """From neighbours among distinct vectors to neighbours among rows.

    ids, distances : (u, j) neighbours of every distinct vector.
    group_of : (r,) distinct vector of each of ``rows`` (r,); starts, members : rows of each distinct vector (CSR).
    out_ids, out_distances : (n, k) as in ``rerank``; in place.
    """
    for at in prange(rows.shape[0]):
        row = rows[at]
        mine = group_of[at]
        _offer_members(members[starts[mine] : starts[mine + 1]], row, np.float32(0.0), out_ids[row], out_distances[row])
        for place in range(ids.shape[1]):
            other = ids[mine, place]
            if other < 0 or not distances[mine, place] <= out_distances[row, -1] or distances[mine, place] == np.inf:
                break
            group = members[starts[other] : starts[other + 1]]
            _offer_members(group, row, distances[mine, place], out_ids[row], out_distances[row])


@njit(inline="always")
def _offer_members(group: Any, row: Any, distance: Any, ids: Any, distances: Any) -> None:
    """Offer the rows of a group (ascending) at one distance; the first k + 1 are all that can count."""
    for at in range(min(group.shape[0], ids.shape[0] + 1)):
        if group[at] != row:
            _offer(ids, distances, group[at], distance)


def empty_lists(rows: int, k: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Lists with nothing in them yet, as ``rerank`` and ``expand_groups`` want them."""
    return np.full((rows, k), np.iinfo(np.int32).max, np.int32), np.full((rows, k), np.inf, np.float32)
