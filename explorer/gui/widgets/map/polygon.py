"""Which points lie in a box or in a drawn outline: exact answers for half a million points in some tens of ms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_MOST_SLABS = 1024
_PAIRS_PER_CALL = 6_000
"""Point-edge pairs that take as long as calling NumPy for one more slab."""
_MOST_TESTS = 1 << 20
"""Point-edge pairs that are looked at together, which bounds the memory in use."""


def points_in_box(
    xy: npt.NDArray[np.floating], one: tuple[float, float], other: tuple[float, float]
) -> npt.NDArray[np.bool_]:
    """(n,) bool, which of the points (n, 2) lie in the closed rectangle between two opposite corners."""
    # Scalars of NumPy's own type, or comparing them with float32 points would round them first.
    left, right = np.float64(min(one[0], other[0])), np.float64(max(one[0], other[0]))
    bottom, top = np.float64(min(one[1], other[1])), np.float64(max(one[1], other[1]))
    x, y = xy[:, 0], xy[:, 1]
    inside: npt.NDArray[np.bool_] = (x >= left) & (x <= right) & (y >= bottom) & (y <= top)
    return inside


def points_in_polygon(xy: npt.NDArray[np.floating], polygon: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """(n,) bool, which of the points lie in a polygon by the even-odd rule (Shimrat 1962, Algorithm 112).

    Parameters
    ----------
    xy : (n, 2) float array
        Points; one that is not finite lies outside.
    polygon : (m, 2) floats
        Corners in order. The last one is joined to the first; the outline may cross itself.

    Notes
    -----
    Points and edges are sorted into horizontal slabs, and a point is tested only against the edges of its slab. An
    edge of another slab cannot cross the point's height, so the answer is that of testing all edges, in float64.
    """
    inside = np.zeros(len(xy), bool)
    corners = np.asarray(polygon, np.float64).reshape(-1, 2)
    edges = _rising_edges(corners)
    if not len(edges):
        return inside
    near = np.flatnonzero(points_in_box(xy, tuple(corners.min(axis=0)), tuple(corners.max(axis=0))))
    points = xy[near].astype(np.float64)
    bottom, top = edges[:, 1].min(), edges[:, 3].max()
    slabs = int(np.clip(np.sqrt(len(points) * len(edges) / _PAIRS_PER_CALL), 1, _MOST_SLABS))
    slab = _slabs(points[:, 1], bottom, top, slabs)
    order = np.argsort(slab, kind="stable")
    starts = np.searchsorted(slab[order], np.arange(slabs + 1))
    first, last = (_slabs(edges[:, end], bottom, top, slabs) for end in (1, 3))
    for place in np.flatnonzero(np.diff(starts)).tolist():
        rows = order[starts[place] : starts[place + 1]]
        crossed = edges[(first <= place) & (last >= place)]
        inside[near[rows]] = _odd_crossings(points[rows], crossed)
    return inside


def _rising_edges(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(k, 4): x0, y0, x1, y1 of the edges that are not level, with y0 < y1."""
    edges = np.hstack([corners, np.roll(corners, -1, axis=0)])
    edges = np.where((edges[:, 1] > edges[:, 3])[:, None], edges[:, [2, 3, 0, 1]], edges)
    rising: npt.NDArray[np.float64] = edges[edges[:, 1] < edges[:, 3]]
    return rising


def _slabs(y: npt.NDArray[np.float64], bottom: float, top: float, count: int) -> npt.NDArray[np.int16]:
    """Number of the slab of each height. It grows with the height, rounding included, which is all that is needed."""
    return np.clip((y - bottom) / (top - bottom) * count, 0, count - 1).astype(np.int16)


def _odd_crossings(points: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether a ray from each point to the right crosses an odd number of edges, each half open at its top."""
    x0, y0, x1, y1 = edges.T[:, :, None]
    odd = np.zeros(len(points), bool)
    step = max(1, _MOST_TESTS // max(1, len(edges)))
    for start in range(0, len(points), step):
        x, y = np.ascontiguousarray(points[start : start + step].T)
        crossed = (y0 <= y) & (y < y1) & ((x - x0) * (y1 - y0) < (y - y0) * (x1 - x0))
        odd[start : start + step] = np.logical_xor.reduce(crossed, axis=0)
    return odd
