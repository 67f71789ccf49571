"""The map: a layout of the shared kNN graph in the manner of UMAP (McInnes, Healy & Melville 2018).

The published algorithm moves both ends of an edge from many threads at once, which is fast and never gives the same
picture twice. Here a row moves itself only, rows are swept in fixed blocks, and random numbers belong to (seed, epoch,
row): the same bytes come out on any number of threads.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.core.neighbors.base import KnnGraph
from explorer.core.progress import SILENT, Cancelled, Progress
from explorer.core.projection.base import OnPartial, Positions, nobody
from explorer.core.projection.fuzzy_graph import FuzzyGraph, fuzzy_graph

RADIUS = 5.0
"""Largest coordinate of the starting layout, as in umap-learn: there forces are neither nil nor overwhelming."""
JITTER = 1e-4
"""Share of the radius by which rows are shaken, so that identical rows can part."""
FEWEST_BLOCKS = 4
MOST_ROWS = 50_000
"""Rows of a block at most: some 20 ms between two chances to cancel."""


def layout(
    graph: KnnGraph,
    start: Positions,
    *,
    seed: int = 0,
    epochs: int | None = None,
    min_dist: float = 0.1,
    negative: int = 5,
    progress: Progress = SILENT,
    on_partial: OnPartial = nobody,
) -> Positions:
    """Positions (n, 2) float32 in which neighbours in ``graph`` lie near each other.

    start : (n, 2) where to begin: PCA, or an earlier layout to be morphed. It is centred and scaled.
    epochs : passes over the edges; None = 500 up to 30,000 rows, fewer beyond, 200 from 75,000 on.
    min_dist : how close neighbours may come, in units of the map (the spread of a neighbourhood is 1).
    negative : random rows that push a row away for each neighbour that pulls it.
    on_partial : called with a copy of the positions a few times a second at 50,000 rows, first after one epoch.

    A row without neighbours stays where it starts, which for a zero vector is NaN, and no other row feels it.
    Raises ``Cancelled`` carrying the positions reached.
    """
    positions = _scaled(start, graph, seed)
    epochs = _epochs(graph.rows) if epochs is None else epochs
    try:
        progress.report(0.0, "Weighting the neighbour graph")
        work = _Sweeps(fuzzy_graph(graph), *curve(min_dist), negative, seed)
        for epoch in range(epochs):
            work.run(positions, epoch, 1.0 - epoch / epochs, progress)
            if epoch % _cadence(graph.rows, epochs) == 0:
                on_partial(positions.copy())
            progress.report((epoch + 1) / epochs, "Layout", done=epoch + 1, total=epochs, unit="epochs")
    except Cancelled as stop:
        raise Cancelled(positions) from stop
    return positions


def curve(min_dist: float, spread: float = 1.0) -> tuple[float, float]:
    """The (a, b) of the membership curve in the plane, ``1 / (1 + a d^2b)``.

    Fitted to 1 for d up to ``min_dist`` and ``exp(-(d - min_dist) / spread)`` beyond, by least squares.
    """
    from scipy.optimize import curve_fit

    distance = np.linspace(0.0, 3.0 * spread, 300)
    wanted = np.where(distance < min_dist, 1.0, np.exp(-(distance - min_dist) / spread))
    (a, b), _ = curve_fit(lambda d, a, b: 1.0 / (1.0 + a * d ** (2.0 * b)), distance, wanted)
    return float(a), float(b)


def warm_up() -> None:
    """Compile the loops into numba's cache (a minute once), so that no later process has to."""
    ring = np.arange(64, dtype=np.int32)
    ids = np.stack([np.roll(ring, 1), np.roll(ring, -1)], axis=1)
    graph = KnnGraph(ids, np.ones(ids.shape, np.float32), "euclidean", "ring", 1.0, 0)
    layout(graph, np.zeros((64, 2), np.float32), epochs=2)


class _Sweeps:
    """One graph's edges, prepared for epoch after epoch."""

    def __init__(self, edges: FuzzyGraph, a: float, b: float, negative: int, seed: int) -> None:
        from explorer.core.projection import _layout_kernels

        self._kernels = _layout_kernels
        self._edges = edges
        self._rates = edges.weights / edges.weights.max(initial=np.float32(1e-30))
        self._phases = _layout_kernels.phases(edges.starts, edges.ids, np.uint64(seed))
        self._shape = np.float32(a), np.float32(b), negative, np.uint64(seed)
        self._blocks = max(FEWEST_BLOCKS, -(-edges.rows // MOST_ROWS))

    def run(self, positions: Positions, epoch: int, alpha: float, progress: Progress) -> None:
        """Move every row once, block by block, in place; each block sees the ones before it where they now are."""
        edges = self._edges
        for block in range(min(self._blocks, edges.rows)):
            positions[block :: self._blocks] = self._kernels.sweep(
                positions,
                edges.starts,
                edges.ids,
                self._rates,
                self._phases,
                block,
                self._blocks,
                np.float32(epoch),
                np.float32(alpha),
                *self._shape,
            )
            progress.check()


def _epochs(rows: int) -> int:
    """On 50,000 MiniLM vectors, 400 epochs give a trustworthiness of 0.929, 200 give 0.921 (umap-learn: 0.926)."""
    return min(500, max(200, 15_000_000 // max(rows, 1)))


def _cadence(rows: int, epochs: int) -> int:
    """Epochs from one partial layout to the next: some 400,000 rows moved, at least 20 pictures in all."""
    return max(1, min(400_000 // max(rows, 1), epochs // 20))


def _scaled(start: Positions, graph: KnnGraph, seed: int) -> Positions:
    """The starting layout centred, scaled and shaken a little; a row with neighbours but no place is put anywhere."""
    if start.shape != (graph.rows, 2):
        raise ValueError(f"the starting layout has shape {start.shape}, the graph {graph.rows} rows")
    random = np.random.default_rng(seed)
    placed = np.isfinite(start).all(axis=1)
    positions = start.astype(np.float64)
    if placed.any():
        positions -= positions[placed].mean(axis=0)
        positions *= RADIUS / max(float(np.abs(positions[placed]).max()), 1e-30)
    scattered = random.uniform(-RADIUS, RADIUS, start.shape)
    lost = ~placed & _has_neighbours(graph)
    positions[lost] = scattered[lost]
    positions += random.normal(scale=JITTER * RADIUS, size=start.shape)
    return positions.astype(np.float32)


def _has_neighbours(graph: KnnGraph) -> NDArray[np.bool_]:
    return np.asarray((graph.ids >= 0).any(axis=1)) if graph.k else np.zeros(graph.rows, np.bool_)
