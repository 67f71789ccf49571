"""The map: a layout of the shared kNN graph by UMAP's stochastic gradient descent (McInnes, Healy & Melville 2018).

The published loop moves both ends of an edge from many threads at once, which is fast and never gives the same
picture twice. Moving one end only is repeatable, but shakes whole clusters about and tears small ones apart. Here
both ends move, and edges that share no row are worked on at the same time (``tournament``): the same bytes come out
on any number of threads, as random numbers belong to (seed, epoch, cell of edges).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.neighbors.base import KnnGraph
from explorer.core.progress import SILENT, Cancelled, Progress
from explorer.core.projection.base import OnPartial, Positions, nobody
from explorer.core.projection.forces import Forces, forces
from explorer.core.projection.fuzzy_graph import FuzzyGraph, fuzzy_graph
from explorer.core.projection.tournament import block_count, edges_by_cell, rounds

RADIUS = 5.0
"""Largest coordinate of the starting layout, as in umap-learn: there forces are neither nil nor overwhelming."""
JITTER = 1e-4
"""Share of the radius by which rows are shaken, so that identical rows can part."""
AXES = {2: (0, 1), 3: (0, 1, 2)}
"""By their number, known to the compiler: the loops are compiled once for the plane and once for space."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Checkpoint:
    """How far a layout is: ``layout(..., start=positions, first_epoch=epoch)`` goes on as if it had never stopped."""

    positions: Positions
    epoch: int


OnCheckpoint = Callable[[Checkpoint], None]


def _keep_none(_: Checkpoint) -> None:
    """The receiver of checkpoints where nobody keeps them."""


def layout(
    graph: KnnGraph,
    start: Positions,
    *,
    seed: int = 0,
    epochs: int | None = None,
    min_dist: float = 0.1,
    negative: int = 5,
    first_epoch: int = 0,
    fixed: Mask | None = None,
    progress: Progress = SILENT,
    on_partial: OnPartial = nobody,
    on_checkpoint: OnCheckpoint = _keep_none,
) -> Positions:
    """Positions (n, 2 or 3) float32 in which neighbours in ``graph`` lie near each other.

    start : (n, 2) where to begin, or (n, 3) for a map in space: PCA, or an earlier layout to be morphed. It is
        centred, scaled and shaken a little, unless ``first_epoch`` or ``fixed`` says that it is a map already.
    epochs : passes over the edges; None = 500 up to 30,000 rows, fewer beyond, 200 from 75,000 on.
    min_dist : how close neighbours may come, in units of the map (the spread of a neighbourhood is 1).
    negative : random rows that push a row away for each neighbour that pulls it.
    first_epoch : how many epochs led to ``start``. With all else as it was, the result is that of one undisturbed run.
    fixed : (n,) True for rows that keep their bytes while all others find their place among them. Give those a place
        near their neighbours first (``place``); a row that has none (NaN) starts anywhere.
    on_partial : called with a copy of the positions some 20 times or more, first after one epoch.
    on_checkpoint : called at the same moments with all that is needed to go on from there.

    A row that no edge joins to another stays where it starts, which for a zero vector is NaN, and a row that is NaN
    is not felt by others. Raises ``Cancelled`` carrying the last ``Checkpoint``.
    """
    _check(graph, start, first_epoch, fixed)
    epochs = default_epochs(graph.rows) if epochs is None else epochs
    reached = Checkpoint(start, first_epoch)
    try:
        progress.report(0.0, "Weighting the neighbour graph")
        edges = fuzzy_graph(graph, progress)
        as_it_is = first_epoch > 0 or fixed is not None
        positions = start.astype(np.float32, order="C") if as_it_is else _scaled(start, seed)
        moving = np.ones(graph.rows, np.bool_) if fixed is None else ~fixed
        _scatter(positions, moving & edges.joined, seed)
        match = _Match(edges.between(_placed(positions), moving), forces(min_dist), negative, seed, ~moving)
        for epoch in range(first_epoch, epochs):
            match.play(positions, epoch, 1.0 - epoch / epochs, progress)
            reached = Checkpoint(positions.copy(), epoch + 1)
            if epoch % _cadence(graph.rows, epochs) == 0:
                on_partial(positions.copy())
                on_checkpoint(reached)
            progress.report((epoch + 1) / epochs, "Layout", done=epoch + 1, total=epochs, unit="epochs")
    except Cancelled as stop:
        raise Cancelled(reached) from stop
    return positions


def default_epochs(rows: int) -> int:
    """On 50,000 MiniLM vectors 200 epochs give a trustworthiness of 0.924, 300 give 0.926, and more add nothing."""
    return min(500, max(200, 15_000_000 // max(rows, 1)))


def warm_up() -> None:
    """Compile the loops into numba's cache (a minute once), so that no later process has to."""
    ring = np.arange(64, dtype=np.int32)
    ids = np.stack([np.roll(ring, 1), np.roll(ring, -1)], axis=1)
    graph = KnnGraph(ids, np.ones(ids.shape, np.float32), "euclidean", "ring", 1.0, 0)
    for dimensions in AXES:
        layout(graph, np.zeros((64, dimensions), np.float32), epochs=2)


class _Match:
    """The edges of one graph in rounds, played epoch after epoch."""

    def __init__(self, graph: FuzzyGraph, tables: Forces, negative: int, seed: int, fixed: Mask) -> None:
        from explorer.core.projection._layout_kernels import play

        blocks = block_count(graph.rows)
        self._play_round = play
        self._rounds = rounds(blocks)
        self._edges = edges_by_cell(graph, blocks, seed)
        self._forces = tables
        self._negative, self._seed, self._fixed = negative, np.uint64(seed), fixed

    def play(self, positions: Positions, epoch: int, alpha: float, progress: Progress) -> None:
        """Move the two ends of every edge that is due, in place, at the learning rate ``alpha``."""
        before = positions.copy()
        for cells in self._rounds:
            self._play_round(
                positions,
                before,
                self._edges,
                cells,
                np.float32(epoch),
                np.float32(alpha),
                self._forces,
                self._negative,
                self._seed,
                self._fixed,
                AXES[positions.shape[1]],
            )
            progress.check()


def _cadence(rows: int, epochs: int) -> int:
    """Epochs from one partial layout to the next: some 1,000,000 rows moved, at least 20 pictures in all."""
    return max(1, min(1_000_000 // max(rows, 1), epochs // 20))


def _check(graph: KnnGraph, start: Positions, first_epoch: int, fixed: Mask | None) -> None:
    if start.ndim != 2 or len(start) != graph.rows or start.shape[1] not in AXES:
        raise ValueError(f"the starting layout has shape {start.shape}, the graph {graph.rows} rows")
    if first_epoch < 0:
        raise ValueError(f"a layout cannot go on from epoch {first_epoch}")
    if fixed is not None and (fixed.shape != (graph.rows,) or fixed.dtype != np.bool_):
        raise ValueError(
            f"the fixed rows are {fixed.dtype} {fixed.shape}, not one truth value for each of {graph.rows}"
        )


def _scaled(start: Positions, seed: int) -> Positions:
    """The starting layout centred, scaled and shaken a little."""
    random = np.random.default_rng(seed)
    positions = start.astype(np.float64)
    placed = _placed(start)
    if placed.any():
        positions -= positions[placed].mean(axis=0)
        positions *= RADIUS / max(float(np.abs(positions[placed]).max()), 1e-30)
    positions += random.normal(scale=JITTER * RADIUS, size=start.shape)
    return positions.astype(np.float32, order="C")


def _scatter(positions: Positions, wanted: Mask, seed: int) -> None:
    """Put the ``wanted`` rows that have no place anywhere among the others, in place."""
    placed = _placed(positions)
    lost = ~placed & wanted
    low, high = -RADIUS, RADIUS
    if placed.any():
        low, high = positions[placed].min(axis=0), positions[placed].max(axis=0)
    positions[lost] = np.random.default_rng(seed).uniform(low, high, (int(lost.sum()), positions.shape[1]))


def _placed(positions: Positions) -> Mask:
    return np.asarray(np.isfinite(positions).all(axis=1))
