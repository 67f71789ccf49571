"""Compiled loop of the refinement: a neighbour of a neighbour is probably a neighbour (Dong, Moses and Li, WWW 2011).

Reads the lists of the round before and writes new ones, so nothing depends on the order or number of threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from explorer.core.neighbors._select_kernels import _distance, _offer


@njit(cache=True, nogil=True)
def reverse_lists(ids: Any, size: int) -> Any:
    """(n, size) rows that name each row, those that name it nearest first; -1 where there are fewer."""
    rows, k = ids.shape
    found = np.full((rows, size), -1, np.int32)
    count = np.zeros(rows, np.int32)
    for place in range(k):
        for row in range(rows):
            other = ids[row, place]
            if 0 <= other < rows and count[other] < size:
                found[other, count[other]] = row
                count[other] += 1
    return found


@njit(inline="always")
def _gather(row: Any, ids: Any, reverse: Any, room: Any) -> int:
    """Neighbours of the row's neighbours in both directions, into ``room``; returns how many."""
    rows, k = ids.shape
    used = 0
    for side in range(2):
        near = ids if side == 0 else reverse
        for at in range(near.shape[1]):
            middle = near[row, at]
            if middle < 0 or middle >= rows:
                continue
            room[used] = middle
            used += 1
            for far in range(k):
                room[used] = ids[middle, far]
                used += 1
    return used


@njit(cache=True, parallel=True, nogil=True)
def refine(vectors: Any, ids: Any, reverse: Any, euclidean: bool, new_ids: Any, new_distances: Any) -> None:
    """Offer to every row the neighbours of its neighbours.

    ids : (n, k) lists of the round before; reverse : (n, r) from ``reverse_lists``.
    new_ids, new_distances : (n, k) copies of the lists, changed in place.
    """
    rows, k = ids.shape
    size = (k + reverse.shape[1]) * (k + 1)
    for row in prange(rows):
        room = np.empty(size, np.int32)
        used = _gather(row, ids, reverse, room)
        candidates = np.sort(room[:used])
        before = np.int32(-1)
        for at in range(used):
            other = candidates[at]
            if other != before and other != row and 0 <= other < rows:
                distance = _distance(vectors[row], vectors[other], euclidean)
                _offer(new_ids[row], new_distances[row], other, distance)
            before = other
