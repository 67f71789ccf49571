"""The compiled loop behind ``groups.py``. Import lazily: numba is heavy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True)
def _root(parents: NDArray[np.int32], row: int) -> Any:
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row


@njit(cache=True)
def _mark(first: int, following: NDArray[np.int32], group: int, groups: NDArray[np.int32]) -> None:
    row = first
    while row >= 0:
        groups[row] = group
        row = following[row]


@njit(cache=True)
def apart(
    ones: NDArray[np.int32], others: NDArray[np.int32], lengths: NDArray[np.float64], rows: int,
    size: tuple[int, int], far: float, ratio: float,
) -> Any:  # fmt: skip
    """Single linkage over edges that come shortest first: which groups stay apart, and what was left alone.

    A group of ``size`` (least, most) rows is kept if the edge that joins it to others is at least ``far`` long and
    ``ratio`` times the longest within it; a larger one takes the place of those in it.
    Returns (rows,) group of each row (the root at that time; -1 = none), (rows,) longest edge within each root's
    component, (rows,) its size, (rows,) its root, (rows,) edge by which each row's group was joined.
    """
    parents = np.arange(rows).astype(np.int32)
    last = np.arange(rows).astype(np.int32)
    following = np.full(rows, -1, np.int32)
    sizes = np.ones(rows, np.int32)
    within = np.zeros(rows)
    groups = np.full(rows, -1, np.int32)
    joined = np.full(rows, np.inf)
    for edge in range(len(ones)):
        one, other, length = _root(parents, ones[edge]), _root(parents, others[edge]), lengths[edge]
        if one == other:
            continue
        for side in (one, other):
            if size[0] <= sizes[side] <= size[1] and length >= far and length >= ratio * within[side]:
                _mark(side, following, side, groups)
                joined[side] = length
        keep, gone = (one, other) if sizes[one] >= sizes[other] else (other, one)
        parents[gone] = keep
        following[last[keep]] = gone
        last[keep] = last[gone]
        sizes[keep] += sizes[gone]
        within[keep] = length
    for row in range(rows):
        parents[row] = _root(parents, row)
    return groups, within, sizes, parents, joined
