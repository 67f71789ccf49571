"""How far the map can be trusted: what of the original neighbourhoods is still a neighbourhood on the map.

Two kinds of answer. Per row, and as its mean for the whole picture, the share of nearest neighbours that was kept; it
reads off the shared kNN graph and takes seconds for a million rows. On a stated sample of rows, trustworthiness and
continuity (Venna & Kaski 2001), which also say how far off the wrong ones are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.neighbors.recall import sample_rows
from explorer.core.progress import SILENT, Progress
from explorer.core.projection._places import Places
from explorer.core.projection._ranks import map_penalties, vector_penalties
from explorer.core.projection.base import Positions

K: Final = 15
SAMPLE_ROWS: Final = 1_000
"""Rows that trustworthiness and continuity are measured on: their standard error is then 0.003 on sentence vectors."""
CHUNK: Final = 16_384
"""Places looked up at once: some 100 ms between two chances to cancel."""

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Trust:
    """What a map keeps of the ``k`` nearest neighbours of its rows.

    kept : (n,) float32, per row the share 0..1 of its neighbours that are among as many nearest rows on the map; NaN
        for rows without neighbours or without a place.
    mean : of ``kept``, 0..1; NaN where no row has both. A map that ignores the texts has about k / n.
    trustworthiness : 0..1, lowered by strangers that the map puts near; NaN where no vectors were given.
    continuity : 0..1, lowered by neighbours that the map tears away.
    sampled : rows that these two were measured on, each ranked among all placed rows.
    """

    kept: NDArray[np.float32]
    k: int
    mean: float
    trustworthiness: float
    continuity: float
    sampled: int


def preservation(
    graph: KnnGraph,
    positions: Positions,
    *,
    vectors: Vectors | None = None,
    k: int = K,
    sample: int = SAMPLE_ROWS,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Trust:
    """The trust of a map ``positions`` (n, 2 or 3), NaN where a row has no place, in the space of ``graph``.

    vectors : (n, d) those that the graph was built from, memory-mapped or not; needed for trustworthiness alone.
    k : neighbours looked at, at most those that the graph holds.

    Ties are resolved in favour of the map, because chance should not lower its trust. A neighbour is kept if it is no
    farther than the k-th nearest on the map, however many others lie on the same spot. Of a group of identical texts
    any will do: a graph that had room for 15 of 100 copies does not ask for these 15. Neighbours without a place are
    not asked for. A rank counts rows that are nearer for certain, not those as near.

    Deterministic for a seed. Raises ``Cancelled`` between chunks of rows.
    """
    if len(positions) != graph.rows:
        raise ValueError(f"the map has {len(positions)} rows, the graph {graph.rows}")
    graph = graph.prefix(min(k, graph.k))
    progress.report(0.0, "Trust of the map")
    placed = np.isfinite(positions).all(axis=1) & (graph.ids != MISSING).any(axis=1)
    rows = np.flatnonzero(placed)
    if not len(rows):
        return Trust(np.full(graph.rows, np.nan, np.float32), graph.k, np.nan, np.nan, np.nan, 0)
    places = Places(positions, rows)
    twins = identical(graph)
    kept = _kept(graph, places, twins, progress.part(0.0, 0.5))
    mean = float(np.nanmean(kept[rows], dtype=np.float64)) if np.isfinite(kept).any() else np.nan
    sampled = rows[sample_rows(len(rows), sample, seed)]
    ranked = _ranked(graph, places, twins, sampled, vectors, progress.part(0.5, 1.0))
    return Trust(kept, graph.k, mean, *ranked)


def _ranked(
    graph: KnnGraph,
    places: Places,
    twins: NDArray[np.int32],
    sampled: Rows,
    vectors: Vectors | None,
    progress: Progress,
) -> tuple[float, float, int]:
    """Trustworthiness, continuity, and the rows they were measured on; k is lowered to below half of all rows, where
    they are defined."""
    rows = np.sort(places.members)
    k = min(graph.k, (len(rows) - 1) // 2)
    if k < 1 or not len(sampled):
        return np.nan, np.nan, 0
    worst = len(sampled) * k * (2 * len(rows) - 3 * k - 1) / 2
    torn = map_penalties(graph.prefix(k), places, twins, sampled, progress.part(0.0, 0.3))
    if vectors is None:
        return np.nan, 1.0 - torn / worst, len(sampled)
    near = places.nearest_rows(sampled, k)
    strange = vector_penalties(vectors, graph.metric, rows, sampled, near, progress.part(0.3, 1.0))
    return 1.0 - strange / worst, 1.0 - torn / worst, len(sampled)


def identical(graph: KnnGraph) -> NDArray[np.int32]:
    """(n,) a number per group of rows at distance 0 from each other, -1 for a row that is like no other."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    same = (graph.ids != MISSING) & (graph.distances <= 0.0)
    row, column = np.nonzero(same)
    joined = csr_array((np.ones(len(row), np.bool_), (row, graph.ids[row, column])), shape=(graph.rows, graph.rows))
    _, group = connected_components(joined, directed=False)
    return np.where(np.bincount(group)[group] > 1, group, -1).astype(np.int32)


def warm_up() -> None:
    """Compile the loops into numba's cache (seconds, once), so that no later process has to."""
    ring = np.arange(64, dtype=np.int32)
    ids = np.stack([np.roll(ring, 1), np.roll(ring, -1)], axis=1)
    graph = KnnGraph(ids, np.ones(ids.shape, np.float32), "euclidean", "ring", 1.0, 0)
    around = np.stack([np.cos(ring * 0.1), np.sin(ring * 0.1)], axis=1).astype(np.float32)
    preservation(graph, around, vectors=around)


def _kept(graph: KnnGraph, places: Places, twins: NDArray[np.int32], progress: Progress) -> NDArray[np.float32]:
    from explorer.core.projection._trust_kernels import kept_shares

    kept = np.full(graph.rows, np.nan, np.float32)
    ids = graph.ids.copy()  # contiguous and writable: one kind of array to compile the loop for
    for first in range(0, len(places.points), CHUNK):
        near = places.nearest(np.arange(first, min(first + CHUNK, len(places.points))), graph.k + 1)
        kept_shares(*places.table, near, first, places.place_of, ids, twins, kept)
        done = min(first + CHUNK, len(places.points))
        progress.report(done / len(places.points), "Trust of the map", done=done, total=len(places.points), unit="rows")
    return kept
