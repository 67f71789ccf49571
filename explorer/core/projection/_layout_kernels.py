"""Compiled loops of the layout. Import lazily: numba is heavy.

What one turn of a parallel loop writes no other turn reads or writes, so that the result is the same for any number
of threads. Without ``fastmath``: the order of additions is the one written here.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange, uint64

from explorer.core.projection.forces import DROPPED, FARTHEST, FIRST_ENTRY, LAST_ENTRY

BISECTIONS = 64
CLOSE_ENOUGH = 1e-5
SMALLEST_WIDTH = 1e-3
"""Share of the mean distance that a neighbourhood's width never falls below (as in umap-learn)."""
LONGEST_STEP = np.float32(4.0)
GOLDEN = uint64(0x9E3779B97F4A7C15)
BELOW_ENTRY = (1 << DROPPED) - 1
ENTRY = np.float32(1.0 / (1 << DROPPED))
FAR = np.float32(FARTHEST)


@njit(cache=True)
def mixed(value):  # type: ignore[no-untyped-def]
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014): 64 well-mixed bits out of any 64 bits."""
    value = uint64(value) + GOLDEN
    value = (value ^ (value >> uint64(30))) * uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> uint64(27))) * uint64(0x94D049BB133111EB)
    return value ^ (value >> uint64(31))


@njit(cache=True)
def stream(seed, epoch, cell):  # type: ignore[no-untyped-def]
    """Start of the random numbers that belong to one cell in one epoch, whichever thread works on it."""
    return mixed(mixed(mixed(seed) ^ uint64(epoch)) ^ uint64(cell))


@njit(cache=True)
def width(distances, nearest, target, floor):  # type: ignore[no-untyped-def]
    """The sigma for which the strengths of one row's neighbours sum to ``target``, by bisection."""
    low, high, middle = 0.0, np.inf, 1.0
    for _ in range(BISECTIONS):
        total = 0.0
        for distance in distances:
            total += np.exp(-max(distance - nearest, 0.0) / middle)
        if abs(total - target) < CLOSE_ENOUGH:
            break
        if total > target:
            high = middle
            middle = 0.5 * (low + high)
        else:
            low = middle
            middle = middle * 2.0 if high == np.inf else 0.5 * (low + high)
    return max(middle, floor)


@njit(cache=True, parallel=True)
def membership_strengths(distances, target, mean):  # type: ignore[no-untyped-def]
    """Strength (n, k) of each row's belief in its neighbours, from ``distances`` (n, k), infinite where missing."""
    rows, k = distances.shape
    strengths = np.zeros((rows, k), np.float32)
    for row in prange(rows):
        nearest, total, count = np.inf, 0.0, 0
        for distance in distances[row]:
            if distance < np.inf:
                total += distance
                count += 1
            if 0.0 < distance < nearest:
                nearest = distance
        if count == 0:
            continue
        nearest = 0.0 if nearest == np.inf else nearest
        floor = SMALLEST_WIDTH * (total / count if nearest > 0.0 else mean)
        sigma = width(distances[row], nearest, target, max(floor, 1e-30))
        for column in range(k):
            strengths[row, column] = np.exp(-max(distances[row, column] - nearest, 0.0) / sigma)
    return strengths


@njit(cache=True, parallel=True)
def union(ids, strengths):  # type: ignore[no-untyped-def]
    """Weight (n, k) of each edge after the fuzzy union of its two views: once, at the smaller end if both list it."""
    rows, k = ids.shape
    weights = np.zeros((rows, k), np.float32)
    for row in prange(rows):
        for column in range(k):
            other, mine, theirs = ids[row, column], strengths[row, column], np.float32(0.0)
            if not mine > 0.0:
                continue
            for back in range(k):
                if ids[other, back] == row:
                    theirs = strengths[other, back]
            if other > row or not theirs > 0.0:
                weights[row, column] = mine + theirs - mine * theirs
    return weights


@njit(cache=True)
def clipped(step):  # type: ignore[no-untyped-def]
    return min(max(step, -LONGEST_STEP), LONGEST_STEP)


@njit(cache=True, inline="always")
def force(table, squared):  # type: ignore[no-untyped-def]
    """The entry of ``table`` at a squared distance (float32) up to ``FAR``, by linear interpolation."""
    bits = np.float32(squared).view(np.int32)
    entry = (bits >> DROPPED) - FIRST_ENTRY
    if entry < 0:
        return table[0]
    if entry >= LAST_ENTRY - FIRST_ENTRY:
        return table[LAST_ENTRY - FIRST_ENTRY]
    return table[entry] + np.float32(bits & BELOW_ENTRY) * ENTRY * (table[entry + 1] - table[entry])


@njit(cache=True, inline="always")
def squared_distance(here, positions, row, axes):  # type: ignore[no-untyped-def]
    squared = np.float32(0.0)
    for axis in range(len(axes)):
        apart = here[axis] - positions[row, axis]
        squared += apart * apart
    return squared


@njit(cache=True, inline="always")
def attract(positions, here, other, alpha, table, fixed, axes):  # type: ignore[no-untyped-def]
    """Move ``here`` and the row ``other`` towards each other."""
    pull = force(table, squared_distance(here, positions, other, axes))
    for axis in range(len(axes)):
        step = alpha * clipped(pull * (here[axis] - positions[other, axis]))
        here[axis] += step
        if not fixed[other]:
            positions[other, axis] -= step


@njit(cache=True, inline="always")
def repel(positions, before, here, row, other, alpha, table, axes):  # type: ignore[no-untyped-def]
    """Move ``row``, which is ``here``, away from where ``other`` was; a row that is nowhere (NaN) is not felt."""
    squared = squared_distance(here, before, other, axes)
    if other == row or not squared < FAR:
        return
    push = force(table, squared)
    for axis in range(len(axes)):
        positions[row, axis] += alpha * clipped(push * (here[axis] - before[other, axis]))


@njit(cache=True)
def work_cell(positions, before, edges, cell, epoch, alpha, forces, negative, seed, fixed, axes):  # type: ignore[no-untyped-def]
    """The due edges of one cell, one after the other: attraction moves both ends, repulsion the one whose turn it is.

    ``len(axes)`` is known to the compiler, which therefore unrolls the loops over axes.
    """
    rows = uint64(len(positions))
    state = stream(seed, epoch, cell)
    here = np.empty(len(axes), np.float32)
    for edge in range(edges.cells[cell], edges.cells[cell + 1]):
        rate, phase = edges.rates[edge], edges.phases[edge]
        for turn in range(int(epoch * rate + phase), int((epoch + np.float32(1.0)) * rate + phase)):
            row, other = edges.heads[edge], edges.tails[edge]
            if turn & 1:
                row, other = other, row
            for axis in range(len(axes)):
                here[axis] = positions[row, axis]
            attract(positions, here, other, alpha, forces.attraction, fixed, axes)
            if fixed[row]:
                continue
            for axis in range(len(axes)):
                positions[row, axis] = here[axis]
            for _ in range(negative):
                state += GOLDEN
                drawn = np.int64(((mixed(state) >> uint64(32)) * rows) >> uint64(32))
                repel(positions, before, here, row, drawn, alpha, forces.repulsion, axes)


@njit(cache=True, parallel=True)
def play(positions, before, edges, cells, epoch, alpha, forces, negative, seed, fixed, axes):  # type: ignore[no-untyped-def]
    """Move the ``positions`` (n, len(axes)) of the rows in ``cells``, which share no row: one round of one epoch.

    This is stochastic gradient descent on UMAP's cross entropy. before : the positions when the epoch began, where
    rows drawn at random are looked for. fixed : (n,) bool, rows that stay.
    """
    for index in prange(len(cells)):
        work_cell(positions, before, edges, cells[index], epoch, alpha, forces, negative, seed, fixed, axes)
