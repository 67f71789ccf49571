"""Compiled loops of the layout. Import lazily: numba is heavy.

Every loop writes only the element of its own index, so that the result is the same for any number of threads.
Without ``fastmath``: the order of additions is the one written here.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange, uint64

BISECTIONS = 64
CLOSE_ENOUGH = 1e-5
SMALLEST_WIDTH = 1e-3
"""Share of the mean distance that a neighbourhood's width never falls below (as in umap-learn)."""
LONGEST_STEP = np.float32(4.0)
PULLS = 2
"""In the published algorithm either end of an edge moves both: a row that moves itself only is pulled twice."""
SOFTENING = np.float32(1e-3)
"""Added to a squared distance so that repulsion stays finite between rows that touch."""


@njit(cache=True)
def mixed(value):  # type: ignore[no-untyped-def]
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014): 64 well-mixed bits out of any 64 bits."""
    value = uint64(value) + uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> uint64(30))) * uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> uint64(27))) * uint64(0x94D049BB133111EB)
    return value ^ (value >> uint64(31))


@njit(cache=True)
def stream(seed, epoch, row):  # type: ignore[no-untyped-def]
    """Start of the random numbers that belong to one row in one epoch, whichever thread works on it."""
    return mixed(mixed(mixed(seed) ^ uint64(epoch)) ^ uint64(row))


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
def phases(starts, ids, seed):  # type: ignore[no-untyped-def]
    """When in its period each edge is due, in [0, 1): the two ends of an edge take turns instead of jumping at once."""
    drawn = np.empty(len(ids), np.float32)
    for row in prange(len(starts) - 1):
        for edge in range(starts[row], starts[row + 1]):
            drawn[edge] = np.float32(stream(seed, row, ids[edge]) >> uint64(40)) * np.float32(2.0**-24)
    return drawn


@njit(cache=True)
def clipped(step):  # type: ignore[no-untyped-def]
    return min(max(step, -LONGEST_STEP), LONGEST_STEP)


@njit(cache=True)
def attraction(squared, a, b):  # type: ignore[no-untyped-def]
    """Gradient of -log(1 / (1 + a d^2b)) over (x_i - x_j), sign turned: negative pulls together."""
    if squared <= np.float32(0.0):
        return np.float32(0.0)
    power = squared**b
    return np.float32(-2.0) * a * b * power / (squared * (a * power + np.float32(1.0)))


@njit(cache=True)
def repulsion(squared, a, b):  # type: ignore[no-untyped-def]
    """Gradient of -log(1 - 1 / (1 + a d^2b)) over (x_i - x_j), sign turned: positive pushes apart."""
    if not squared > np.float32(0.0):
        return np.float32(0.0)
    return np.float32(2.0) * b / ((SOFTENING + squared) * (a * squared**b + np.float32(1.0)))


@njit(cache=True, parallel=True)
def sweep(positions, starts, ids, rates, phase, block, blocks, epoch, alpha, a, b, negative, seed):  # type: ignore[no-untyped-def]
    """New positions of the rows ``block, block + blocks, ...`` after one epoch; all others are read as they stand.

    A row moves along its edges that are due (each ``rate`` times an epoch on average), and after each of them away
    from ``negative`` rows drawn at random: stochastic gradient descent on UMAP's cross entropy.
    """
    rows = len(positions)
    mine = (rows - block + blocks - 1) // blocks
    moved = np.empty((mine, 2), np.float32)
    for index in prange(mine):
        row = block + index * blocks
        x, y = positions[row, 0], positions[row, 1]
        state = stream(seed, epoch, row)
        for edge in range(starts[row], starts[row + 1]):
            clock = epoch * rates[edge] + phase[edge]
            if np.floor(clock) == np.floor(clock + rates[edge]):
                continue
            other = ids[edge]
            for _ in range(PULLS):
                dx, dy = x - positions[other, 0], y - positions[other, 1]
                force = attraction(dx * dx + dy * dy, a, b)
                x += alpha * clipped(force * dx)
                y += alpha * clipped(force * dy)
            for _ in range(negative):
                state += uint64(0x9E3779B97F4A7C15)
                other = np.int64(((mixed(state) >> uint64(32)) * uint64(rows)) >> uint64(32))
                dx, dy = x - positions[other, 0], y - positions[other, 1]
                force = repulsion(dx * dx + dy * dy, a, b)
                if other != row and force > np.float32(0.0):
                    x += alpha * clipped(force * dx)
                    y += alpha * clipped(force * dy)
        moved[index, 0], moved[index, 1] = x, y
    return moved
