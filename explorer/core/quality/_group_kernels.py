"""Compiled loops of the duplicate groups."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

FREE = -1


@njit(cache=True)
def star_cover(
    starts: NDArray[np.int64],
    near: NDArray[np.int32],
    order: NDArray[np.int32],
    vectors: NDArray[np.float32],
    rows: NDArray[np.int32],
    limit: float,
    cosine: bool,
) -> NDArray[np.int32]:
    """(m,) the centre of each node: nodes in ``order`` take whatever is free within ``limit``, link by link.

    Links that are given are within the limit; of what is reached through others the distance is computed. A node
    whose neighbours are all taken stays ``FREE``.
    """
    nodes = len(starts) - 1
    centre = np.full(nodes, FREE, np.int32)
    seen = np.full(nodes, FREE, np.int32)
    queue = np.empty(nodes, np.int32)
    for c in order:
        if centre[c] != FREE:
            continue
        seen[c] = c
        end = 0
        for link in range(starts[c], starts[c + 1]):
            node = near[link]
            seen[node] = c
            if centre[node] == FREE:
                centre[node] = c
                queue[end] = node
                end += 1
        if end == 0:
            continue
        centre[c] = c
        at = 0
        while at < end:
            step = queue[at]
            at += 1
            for link in range(starts[step], starts[step + 1]):
                node = near[link]
                if seen[node] == c or centre[node] != FREE:
                    continue
                seen[node] = c
                if _distance(vectors, rows[c], rows[node], cosine) <= limit:
                    centre[node] = c
                    queue[end] = node
                    end += 1
    return centre


@njit(cache=True)
def settle(
    starts: NDArray[np.int64], near: NDArray[np.int32], far: NDArray[np.float32], centre: NDArray[np.int32]
) -> None:
    """Give every free node that has links a group, in place.

    It goes to its nearest neighbour: as a member if that is a centre; else that neighbour becomes the centre, of the
    two alone where its own group can spare it, of all three where there were two.
    """
    nodes = len(centre)
    sizes = np.zeros(nodes, np.int64)
    for node in range(nodes):
        if centre[node] != FREE:
            sizes[centre[node]] += 1
    for node in range(nodes):
        if centre[node] != FREE or starts[node] == starts[node + 1]:
            continue
        link = starts[node] + np.argmin(far[starts[node] : starts[node + 1]])
        other = near[link]
        old = centre[other]
        if old != other:
            if sizes[old] == 2:
                centre[old] = other
                sizes[other] = 2
                sizes[old] = 0
            else:
                sizes[old] -= 1
                sizes[other] = 1
            centre[other] = other
        centre[node] = other
        sizes[other] += 1


@njit(cache=True)
def _distance(vectors: NDArray[np.float32], one: int, other: int, cosine: bool) -> Any:
    """As in the graph: rows have length 1 for cosine, and the result is rounded once."""
    total = 0.0
    for place in range(vectors.shape[1]):
        gap = np.float64(vectors[one, place]) - np.float64(vectors[other, place])
        total += gap * gap
    return np.float32(total / 2.0 if cosine else np.sqrt(total))


@njit(cache=True)
def distances_to(
    vectors: NDArray[np.float32], rows: NDArray[np.int32], others: NDArray[np.int32], cosine: bool
) -> NDArray[np.float32]:
    """(m,) the distance of each of ``rows`` to the one of ``others`` at the same place."""
    found = np.empty(len(rows), np.float32)
    for at in range(len(rows)):
        found[at] = _distance(vectors, rows[at], others[at], cosine)
    return found
