"""Compiled loops of t-SNE: pulls along edges, and between the rows of a map and the nodes of a grid.

Import lazily: numba is heavy. What belongs to one row is added up by one thread: any number of threads gives the same.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

NODES = 4
"""Nodes that a row is weighed on along each axis: two on either side."""


@njit(cache=True, inline="always")
def weigh(t, weights):  # type: ignore[no-untyped-def]
    """Cubic Lagrange weights of the nodes at -1, 0, 1 and 2 for a place at ``t`` in 0..1."""
    weights[0] = t * (t - 1.0) * (2.0 - t) / 6.0
    weights[1] = (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0
    weights[2] = t * (t + 1.0) * (2.0 - t) / 2.0
    weights[3] = t * (t + 1.0) * (t - 1.0) / 6.0


@njit(cache=True)
def spread(positions, low, step, grid):  # type: ignore[no-untyped-def]
    """Add to the nodes of ``grid`` what each row weighs there. One thread: the order of additions is that of the rows.

    low : where node (0, 0) lies. step : from node to node.
    """
    across, up = np.empty(NODES), np.empty(NODES)
    for row in range(len(positions)):
        x, y = (positions[row, 0] - low[0]) / step, (positions[row, 1] - low[1]) / step
        column, line = int(x), int(y)
        weigh(x - column, across)
        weigh(y - line, up)
        for one in range(NODES):
            for other in range(NODES):
                grid[column - 1 + one, line - 1 + other] += across[one] * up[other]


@njit(cache=True, parallel=True)
def gather(positions, low, step, fields, found):  # type: ignore[no-untyped-def]
    """Write to ``found`` (n, f) the value of each of ``fields`` (f, ., .) where each row lies."""
    for row in prange(len(positions)):
        across, up = np.empty(NODES), np.empty(NODES)
        x, y = (positions[row, 0] - low[0]) / step, (positions[row, 1] - low[1]) / step
        column, line = int(x), int(y)
        weigh(x - column, across)
        weigh(y - line, up)
        for field in range(fields.shape[0]):
            total = 0.0
            for one in range(NODES):
                for other in range(NODES):
                    total += across[one] * up[other] * fields[field, column - 1 + one, line - 1 + other]
            found[row, field] = total


@njit(cache=True, parallel=True)
def attract(positions, starts, ids, weights, pull, costs):  # type: ignore[no-untyped-def]
    """Write what draws each row along its edges, ``sum p_ij (y_i - y_j) / (1 + d_ij^2)``, to ``pull`` (n, 2), and
    ``sum p_ij log(p_ij (1 + d_ij^2))``, its share of the divergence but for the normaliser, to ``costs`` (n,)."""
    for row in prange(len(positions)):
        x, y, cost = 0.0, 0.0, 0.0
        for edge in range(starts[row], starts[row + 1]):
            across = positions[row, 0] - positions[ids[edge], 0]
            up = positions[row, 1] - positions[ids[edge], 1]
            wide = 1.0 + across * across + up * up
            x += weights[edge] * across / wide
            y += weights[edge] * up / wide
            cost += weights[edge] * np.log(weights[edge] * wide)
        pull[row, 0], pull[row, 1], costs[row] = x, y, cost
