"""Compiled loops of the map's trust. Import lazily: numba is heavy.

Parallel over rows whose numbers depend on no other thread's: the same for any number of threads.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange


@njit(cache=True)
def squared(points, one, other):  # type: ignore[no-untyped-def]
    """Squared distance between two points of (n, 2 or 3)."""
    total = 0.0
    for axis in range(points.shape[1]):
        step = points[one, axis] - points[other, axis]
        total += step * step
    return total


@njit(cache=True)
def reach(points, starts, near, place, wanted):  # type: ignore[no-untyped-def]
    """Squared distance to the ``wanted``-th nearest other row of a row at ``place``, infinite where there is none.

    near : the places nearest to ``place``, itself first, -1 beyond the last.
    """
    found, farthest = starts[place + 1] - starts[place] - 1, 0.0
    for column in range(1, len(near)):
        if found >= wanted or near[column] < 0:
            break
        farthest = max(farthest, squared(points, place, near[column]))
        found += starts[near[column] + 1] - starts[near[column]]
    return farthest if found >= wanted else np.inf


@njit(cache=True)
def twins_within(points, starts, members, near, radius, row, twin, listed, twins, limit):  # type: ignore[no-untyped-def]
    """How many rows identical to ``twin`` lie within ``radius`` of ``row`` and are not in ``listed``; up to ``limit``.

    Looks at the first rows of each of the nearest places only.
    """
    found = 0
    for place in near:
        if place < 0 or squared(points, near[0], place) > radius:
            break
        for at in range(starts[place], min(starts[place + 1], starts[place] + 2 * len(near))):
            other = members[at]
            if twins[other] != twin or other == row:
                continue
            known = False
            for column in range(len(listed)):
                known |= listed[column] == other
            if not known:
                found += 1
                if found == limit:
                    return found
    return found


@njit(cache=True)
def kept_of(points, starts, members, near, place_of, row, listed, twins):  # type: ignore[no-untyped-def]
    """Share of the placed rows in ``listed`` that are no farther on the map than as many nearest rows are."""
    place, wanted = place_of[row], 0
    for other in listed:
        wanted += other >= 0 and place_of[other] >= 0
    if wanted == 0:
        return np.float32(np.nan)
    radius = reach(points, starts, near, place, wanted)
    kept = 0
    for column in range(len(listed)):
        other = listed[column]
        if other < 0 or place_of[other] < 0:
            continue
        if squared(points, place, place_of[other]) <= radius:
            kept += 1
        elif twins[other] >= 0:
            missed = 1
            for twin in listed[:column]:
                if twin >= 0 and place_of[twin] >= 0 and twins[twin] == twins[other]:
                    missed += squared(points, place, place_of[twin]) > radius
            found = twins_within(points, starts, members, near, radius, row, twins[other], listed, twins, missed)
            kept += found == missed
    return np.float32(kept / wanted)


@njit(cache=True, parallel=True)
def kept_shares(points, starts, members, near, first, place_of, ids, twins, shares):  # type: ignore[no-untyped-def]
    """Write the share kept of every row at the places ``first, first + 1, ...``, whose nearest places are ``near``."""
    for index in prange(len(near)):
        place = first + index
        for at in range(starts[place], starts[place + 1]):
            row = members[at]
            shares[row] = kept_of(points, starts, members, near[index], place_of, row, ids[row], twins)


@njit(cache=True, parallel=True)
def count_nearer_places(points, sizes, origins, limits, counts):  # type: ignore[no-untyped-def]
    """Add to ``counts`` (s, k) the rows at places nearer (squared) to the places ``origins`` (s,) than ``limits``."""
    for index in prange(len(origins)):
        widest = limits[index].max()
        for place in range(len(points)):
            distance = squared(points, origins[index], place)
            if distance < widest:
                for column in range(limits.shape[1]):
                    if distance < limits[index, column]:
                        counts[index, column] += sizes[place]


@njit(cache=True, parallel=True)
def count_nearer_vectors(products, halves, own, limits, slack, counts):  # type: ignore[no-untyped-def]
    """Add to ``counts`` (s, k) the columns of ``products`` (s, b) that are nearer than ``limits`` (s, k) for certain.

    Only as many columns count as there are ``halves``.

    Half a squared distance is ``own + halves - products``; ``slack`` times the first two is what rounding may hide.
    """
    for index in prange(len(products)):
        widest = limits[index].max()
        for column in range(len(halves)):
            lengths = own[index] + halves[column]
            distance = lengths - products[index, column] + slack * lengths
            if distance < widest:
                for which in range(limits.shape[1]):
                    if distance < limits[index, which]:
                        counts[index, which] += 1
