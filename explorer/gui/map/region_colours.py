"""Which region has which of the ten colours: regions that touch have colours that are far from each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_ENOUGH = 100_000
"""Rows whose edges are counted."""
_AGAIN = 0.1
"""What taking a colour once more counts, beside shares of edges."""
_SAME = 10.0
"""How much worse than a colour that is like a neighbour's its very own is."""


def shared_edges(labels: npt.NDArray[np.integer], ids: npt.NDArray[np.integer], count: int) -> npt.NDArray[np.float64]:
    """How much regions touch: edges between two of them, as a share of the edges that leave the smaller one.

    labels : (n,) region of each row, -1 for none. ids : (n, k) neighbours of each row, -1 for none.
    Returns (count, count), symmetric, 0 on the diagonal. The map puts neighbours side by side, and unlike the map the
    graph stays as it is while a layout runs, so that no colour changes meanwhile.
    """
    step = max(len(labels) // _ENOUGH, 1)
    near = np.asarray(ids[::step])
    own = np.broadcast_to(labels[::step, None], near.shape)
    other = np.where(near >= 0, labels[near], -1)
    between = (own >= 0) & (other >= 0) & (own != other)
    pairs = own[between].astype(np.int64) * count + other[between]
    edges = np.bincount(pairs, minlength=count * count).reshape(count, count).astype(np.float64)
    edges += edges.T
    leaving = np.maximum(edges.sum(axis=1), 1.0)
    return edges / np.minimum(leaving[:, None], leaving[None, :])


def assigned(touch: npt.NDArray[np.float64], likeness: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """(m,) number of each region's colour: in order, each takes the one least like those of the regions it touches.

    touch : (m, m) as ``shared_edges`` gives it. likeness : (c, c) from 0 to 1 = the same colour.
    """
    likeness = likeness + _SAME * np.eye(len(likeness))
    colours = np.zeros(len(touch), np.int64)
    for region in range(len(touch)):
        before = colours[:region]
        clash = touch[region, :region] @ likeness[before]
        taken = np.bincount(before, minlength=len(likeness))
        colours[region] = int(np.argmin(clash + _AGAIN * taken))
    return colours
