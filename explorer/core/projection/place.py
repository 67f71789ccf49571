"""Room for new rows on an existing map, without moving what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.projection.base import Positions

if TYPE_CHECKING:
    from scipy.sparse import csr_array

NEAREST: Final = 1e-3
"""Share of the mean distance that no distance falls below: an identical row weighs much, not infinitely."""
SHAKE: Final = 0.1
"""How far a new row is shaken off the exact mean, as a share of the typical gap between rows of the map."""
RIM: Final = 1.1
"""Where islands begin, in radii of the map."""

Coordinates = NDArray[np.float64]


def place(graph: KnnGraph, positions: Positions, *, seed: int = 0) -> Positions:
    """A copy of ``positions`` (n, 2 or 3) in which rows that were NaN have a starting place near their neighbours.

    graph : of all n rows, old and new together. An edge counts from both ends: a row is also near those that list it.

    A new row goes to the mean of its neighbours on the map, each weighted by one over its squared distance (Shepard
    1968), so a text that is on the map already is placed with its twin. Rows all of whose neighbours are new follow in
    waves, from the map outwards. Groups that no edge joins to the map (a topic unlike all before) are put together,
    each at a place of its own beyond the rim. Every new row is shaken a little so that none lies exactly on another.

    Placed rows keep their bytes. Rows without neighbours stay NaN, and so does everything where the map is empty.
    The same for the same seed.
    """
    if len(positions) != graph.rows:
        raise ValueError(f"the map has {len(positions)} rows, the graph {graph.rows}")
    filled = positions.astype(np.float64)
    old: NDArray[np.bool_] = np.asarray(np.isfinite(filled).all(axis=1))
    new = np.flatnonzero(~old)
    if not old.any() or not len(new):
        return positions.copy()
    random = np.random.default_rng(seed)
    edges = _edges_of(graph, new)
    filled[new] = np.nan
    _place_in_waves(edges, new, filled)
    gap = _gap(filled[old])
    _place_islands(edges, new, filled, old, gap, random)
    filled[new] += random.normal(scale=SHAKE * gap, size=(len(new), filled.shape[1]))
    placed = filled.astype(np.float32)
    placed[old] = positions[old]
    return placed


def _edges_of(graph: KnnGraph, new: NDArray[np.intp]) -> csr_array:
    """(m, n) weights of the edges between the m new rows and all rows, whichever end lists the other."""
    from scipy.sparse import coo_array

    number = np.full(graph.rows, -1, np.int64)
    number[new] = np.arange(len(new))
    listed = graph.ids != MISSING
    outward = listed[new]
    inward = listed & (number[graph.ids] >= 0)
    rows = np.concatenate([np.nonzero(outward)[0], number[graph.ids[inward]]])
    ends = np.concatenate([graph.ids[new][outward], np.nonzero(inward)[0]])
    distances = np.concatenate([graph.distances[new][outward], graph.distances[inward]]).astype(np.float64)
    floor = max(NEAREST * float(distances.mean()), 1e-12) if len(distances) else 1.0
    return coo_array((np.maximum(distances, floor) ** -2, (rows, ends)), shape=(len(new), graph.rows)).tocsr()


def _place_in_waves(edges: csr_array, new: NDArray[np.intp], filled: Coordinates) -> None:
    """Give every new row that edges join to the map a mean of placed neighbours, nearest wave first, in place."""
    waiting = np.arange(len(new))
    while len(waiting):
        placed: NDArray[np.bool_] = np.asarray(np.isfinite(filled).all(axis=1))
        some = edges[waiting]
        total = some @ placed.astype(np.float64)
        reached = total > 0.0
        if not reached.any():
            return
        sums = some[reached] @ np.where(placed[:, None], filled, 0.0)
        filled[new[waiting[reached]]] = sums / total[reached, None]
        waiting = waiting[~reached]


def _place_islands(
    edges: csr_array,
    new: NDArray[np.intp],
    filled: Coordinates,
    old: NDArray[np.bool_],
    gap: float,
    random: np.random.Generator,
) -> None:
    """Scatter each group of rows that only know each other around a point beyond the rim of the map, in place."""
    from scipy.sparse.csgraph import connected_components

    lost = np.flatnonzero(~np.isfinite(filled[new]).all(axis=1) & (np.diff(edges.indptr) > 0))
    if not len(lost):
        return
    count, island = connected_components(edges[lost][:, new[lost]], directed=False)
    size = np.sqrt(np.bincount(island, minlength=count))
    centre = np.median(filled[old], axis=0)
    radius = np.linalg.norm(filled[old] - centre, axis=1).max() + gap
    direction = random.normal(size=(count, filled.shape[1]))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    middle = centre + direction * (RIM * radius + gap * size)[:, None]
    scattered = random.normal(scale=0.5 * gap, size=(len(lost), filled.shape[1])) * size[island, None]
    filled[new[lost]] = middle[island] + scattered


def _gap(placed: Coordinates) -> float:
    """Typical distance between a row of the map and the next: their spread over the root of their number."""
    spread = float(np.sqrt(placed.var(axis=0).sum()))
    return float((spread or 1.0) / len(placed) ** (1.0 / placed.shape[1]))
