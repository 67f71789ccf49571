"""t-SNE of the shared kNN graph (van der Maaten & Hinton 2008), by openTSNE (Poličar, Stražar & Zupan 2024).

Affinities are uniform over the edges of the graph: a pair is held together where either is among the other's k
nearest, all pairs equally, none else. Such a picture hardly differs from that of Gaussian affinities, which take 90
neighbours per row at a perplexity of 30 (Böhm, Berens & Kobak 2022); so the map needs no neighbours of its own.

openTSNE descends the gradient, with its defaults. From ``TREE_ROWS`` on the gradient is computed here (``_repulsion``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.progress import SILENT, Cancelled, Progress
from explorer.core.projection.base import OnPartial, Positions, nobody

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

STARTING_SPREAD: Final = 1e-4
"""Standard deviation that the starting layout is scaled to: forces are then linear, and the early phase unfolds the
large structure from it (Kobak & Linderman 2021)."""
JITTER: Final = 0.01
"""Share of the starting spread by which rows are shaken, so that identical rows can part."""
EARLY: Final = 250
"""Iterations with exaggerated attraction, openTSNE's default."""
EXAGGERATION: Final = 12.0
LATE: Final = 500
"""Iterations after them, openTSNE's default."""
TREE_ROWS: Final = 2_000
"""Rows from which repulsion is summed on a grid (``_repulsion``) instead of over a tree (van der Maaten 2014)."""
PARTIAL_ROWS: Final = 400_000
"""Rows moved from one partial layout to the next: a fraction of a second."""


def tsne(
    graph: KnnGraph,
    start: Positions,
    *,
    seed: int = 0,
    early: int = EARLY,
    late: int = LATE,
    progress: Progress = SILENT,
    on_partial: OnPartial = nobody,
) -> Positions:
    """Positions (n, 2) float32 in which neighbours in ``graph`` lie near each other and all else is kept apart.

    start : (n, 2) where to begin: PCA, or another layout. It is centred and scaled down to ``STARTING_SPREAD``.
    early, late : iterations with attraction exaggerated 12 times, and without. The learning rate is the number of rows
        over the exaggeration (Belkina et al. 2019).
    on_partial : called with a copy of the positions a few times a second, at least 40 times, first after one iteration.
        They grow from ``STARTING_SPREAD`` to a width of 100 or more; ``align.aligned`` carries them to where the eye
        expects them.

    A row without neighbours stays where it starts, which for a zero vector is NaN, and no other row feels it.
    Same seed, same bytes: every sum is added up in one order, on any number of threads.
    Progress reports carry the divergence reached. Raises ``Cancelled`` carrying the positions, after the iteration
    under way (some 50 ms at 50,000 rows).
    """
    from openTSNE.affinity import PrecomputedAffinities
    from openTSNE.tsne import TSNEEmbedding

    positions = _scaled(start, graph, seed)
    progress.report(0.0, "Joining neighbours")
    joined = (graph.ids != MISSING).any(axis=1) if graph.k else np.zeros(graph.rows, np.bool_)
    if not joined.any():
        return positions
    watch = _Watch(positions, joined, early + late, progress, on_partial)
    running: Any = TSNEEmbedding(
        positions[joined],
        PrecomputedAffinities(uniform_affinities(graph)[joined][:, joined], normalize=False),
        negative_gradient_method="bh" if joined.sum() < TREE_ROWS else _gradient_on_a_grid(),
        learning_rate="auto",
        momentum=0.8,
        max_step_norm=5,
        n_jobs=1,  # its threads wait busily for each other: slower than one where anything else runs
        callbacks=watch,
        callbacks_every_iters=1,
    )
    running.optimize(early, inplace=True, exaggeration=EXAGGERATION)
    running.optimize(late, inplace=True)
    return watch.merged(running)


def warm_up() -> None:
    """Compile the loops into numba's cache (seconds, once), so that no later process has to."""
    ring = np.arange(64, dtype=np.int32)
    ids = np.stack([np.roll(ring, 1), np.roll(ring, -1)], axis=1)
    graph = KnnGraph(ids, np.ones(ids.shape, np.float32), "euclidean", "ring", 1.0, 0)
    _gradient_on_a_grid()(np.eye(64, 2), uniform_affinities(graph))


def uniform_affinities(graph: KnnGraph) -> csr_matrix:
    """(n, n) sparse, symmetric, sums to 1: the same number for each pair where one is a neighbour of the other."""
    from scipy.sparse import csr_matrix

    present = graph.ids != MISSING
    starts = np.concatenate([[0], present.sum(axis=1).cumsum()])
    shape = (graph.rows, graph.rows)
    lists = csr_matrix((np.ones(int(starts[-1])), graph.ids[present], starts), shape=shape)
    either = (lists + lists.T).tocsr()
    either.data[:] = 1.0 / max(either.nnz, 1)
    either.sort_indices()
    return either


def _gradient_on_a_grid() -> Callable[..., tuple[float, NDArray[np.float64]]]:
    """What openTSNE takes for a method of its own: the Kullback-Leibler divergence and a quarter of its gradient."""
    from explorer.core.projection._repulsion import Repulsion
    from explorer.core.projection._tsne_kernels import attract

    repulsion = Repulsion()

    def gradient_of(embedding: Any, affinities: csr_matrix, **_: object) -> tuple[float, NDArray[np.float64]]:
        positions = np.asarray(embedding)
        push, total = repulsion(positions)
        pull, costs = np.empty_like(positions), np.empty(len(positions))
        attract(positions, affinities.indptr, affinities.indices, affinities.data, pull, costs)
        divergence = float(costs.sum()) + float(affinities.data.sum()) * np.log(total)
        return divergence, pull - push / total

    return gradient_of


class _Watch:
    """openTSNE's callback: tells how far it is, hands out partial positions, and stops by raising ``Cancelled``."""

    def __init__(
        self,
        positions: Positions,
        joined: NDArray[np.bool_],
        total: int,
        progress: Progress,
        on_partial: OnPartial,
    ) -> None:
        self._positions, self._joined = positions, joined
        self._total, self._done = total, 0
        self._progress, self._on_partial = progress, on_partial
        self._cadence = max(1, min(PARTIAL_ROWS // len(positions), total // 40))

    def __call__(self, iteration: int, error: float, running: NDArray[np.float64]) -> bool:
        self._done += 1
        try:
            if self._done == 2 or self._done % self._cadence == 0:
                self._on_partial(self.merged(running))
            facts = {"done": self._done, "total": self._total, "divergence": float(error)}
            self._progress.report(self._done / self._total, "t-SNE", **facts, unit="iterations")
        except Cancelled as stop:
            raise Cancelled(self.merged(running)) from stop
        return False

    def merged(self, running: NDArray[np.float64]) -> Positions:
        """A copy of all positions, those being worked on at their newest."""
        merged = self._positions.copy()
        merged[self._joined] = running
        return merged


def _scaled(start: Positions, graph: KnnGraph, seed: int) -> Positions:
    """The starting layout centred, scaled down and shaken a little; a row with neighbours but no place is put
    anywhere."""
    if start.shape != (graph.rows, 2):
        raise ValueError(f"the starting layout has shape {start.shape}, the graph {graph.rows} rows")
    random = np.random.default_rng(seed)
    placed = np.isfinite(start).all(axis=1)
    positions = start.astype(np.float64)
    if placed.any():
        positions -= positions[placed].mean(axis=0)
        positions *= STARTING_SPREAD / max(float(positions[placed].std(axis=0).max()), 1e-30)
    scattered = random.normal(scale=STARTING_SPREAD, size=start.shape)
    lost = ~placed & (graph.ids != MISSING).any(axis=1)
    positions[lost] = scattered[lost]
    positions += random.normal(scale=JITTER * STARTING_SPREAD, size=start.shape)
    return positions.astype(np.float32)
