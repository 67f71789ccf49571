"""Which edges may be worked on at the same time, so that both ends of an edge can move and nothing is left to chance.

Rows are divided into blocks of consecutive rows, edges into cells by the two blocks of their ends. As in a
round-robin tournament every block meets every other one once, and in one round no block plays twice: the cells of a
round share no row and can be worked on in parallel, each from its first edge to its last. These are the strata of
distributed stochastic gradient descent (Gemulla, Nijkamp, Haas & Sismanis 2011).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.core.projection.fuzzy_graph import FuzzyGraph

ROWS_A_BLOCK = 12_500
"""Some 5 ms of work from one round to the next, where threads wait for each other and a person can cancel."""
MOST_BLOCKS = 64


class Edges(NamedTuple):
    """Every edge once, cell by cell.

    heads, tails : (m,) int32 rows. rates : (m,) float32, how often an edge is due in an epoch, at most 2.
    phases : (m,) float32 in [0, 2), when it is due first: odd and even turns swap the roles of its ends.
    cells : (blocks² + 1,) int64 starts of the cells; cell ``a * blocks + b`` holds the edges between blocks a <= b.
    """

    heads: NDArray[np.int32]
    tails: NDArray[np.int32]
    rates: NDArray[np.float32]
    phases: NDArray[np.float32]
    cells: NDArray[np.int64]


def block_count(rows: int) -> int:
    """An even number of blocks that depends on nothing but the rows."""
    return 2 * min(max(rows // (2 * ROWS_A_BLOCK), 1), MOST_BLOCKS // 2)


def edges_by_cell(graph: FuzzyGraph, blocks: int, seed: int) -> Edges:
    """The edges sorted by cell, an edge of weight 1 due twice an epoch.

    Twice, since the published algorithm goes along every edge in both directions.
    """
    block = (np.arange(graph.rows) * blocks // max(graph.rows, 1)).astype(np.uint16)
    one, other = block[graph.heads], block[graph.tails]
    cell = np.minimum(one, other) * np.uint16(blocks) + np.maximum(one, other)
    order = np.argsort(cell, kind="stable")
    phases = np.random.default_rng(seed).random(len(order), np.float32) * np.float32(2.0)
    cells = np.concatenate([[0], np.bincount(cell, minlength=blocks * blocks).cumsum()])
    return Edges(graph.heads[order], graph.tails[order], 2.0 * graph.weights[order], phases, cells)


def rounds(blocks: int) -> list[NDArray[np.int64]]:
    """The cells of each round: first every block against itself, then all pairs by the circle method."""
    plan = [np.arange(blocks) * (blocks + 1)]
    seats = np.arange(blocks)
    for _ in range(blocks - 1):
        one, other = seats[: blocks // 2], seats[: blocks // 2 - 1 : -1]
        plan.append(np.minimum(one, other) * blocks + np.maximum(one, other))
        seats[1:] = np.roll(seats[1:], 1)
    return plan
