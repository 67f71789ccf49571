"""Which point is under the pointer, which points are in a box: a uniform grid over the map, in NumPy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_POINTS_PER_CELL = 4.0
_MOST_CELLS_A_SIDE = 2048


class SpatialGrid:
    """Points sorted by the cell of a uniform grid in which they lie.

    Parameters
    ----------
    xy : (n, 2) float array
        Positions. A row that is not finite is in no cell and is never found.

    Notes
    -----
    The cells of one grid row stand next to each other in the sorted order, so the candidates around a place are
    one slice a grid row. Distances are computed in float64: the answers are those of a full scan.
    """

    def __init__(self, xy: npt.NDArray[np.floating]) -> None:
        placed = np.flatnonzero(np.isfinite(xy).all(axis=1))
        points = xy[placed].astype(np.float64)
        self._side = int(np.clip(np.sqrt(len(placed) / _POINTS_PER_CELL), 1, _MOST_CELLS_A_SIDE))
        self._low = points.min(axis=0) if len(points) else np.zeros(2)
        extent = points.max(axis=0) - self._low if len(points) else np.ones(2)
        self._per_unit = self._side / np.where(extent > 0, extent, 1.0)
        column, row = self._cells(points).T
        cell = (row * self._side + column).astype(np.int32)
        order = np.argsort(cell)
        self._rows = placed[order]
        self._points = points[order]
        self._starts = np.append(0, np.cumsum(np.bincount(cell, minlength=self._side**2)))

    def nearest(self, x: float, y: float, radius: float) -> int:
        """The row nearest to (x, y) and no farther than ``radius``; the lowest such row of several, -1 if none."""
        candidates = self._around(x, y, radius)
        offsets = self._points[candidates] - (x, y)
        squares = np.einsum("ij,ij->i", offsets, offsets)
        if not len(squares) or squares.min() > radius * radius:
            return -1
        return int(self._rows[candidates][squares == squares.min()].min())

    def rows_in_rectangle(self, x0: float, y0: float, x1: float, y1: float) -> npt.NDArray[np.int64]:
        """Rows in the closed rectangle between two opposite corners, ascending."""
        (left, right), (bottom, top) = sorted((x0, x1)), sorted((y0, y1))
        x, y = self._points.T
        inside = (x >= left) & (x <= right) & (y >= bottom) & (y <= top)
        return np.sort(self._rows[inside]).astype(np.int64)

    def _around(self, x: float, y: float, radius: float) -> npt.NDArray[np.int64]:
        """Sorted places of the points in every cell that the square of half side ``radius`` touches."""
        corners = self._cells(np.array([[x - radius, y - radius], [x + radius, y + radius]]))
        (left, bottom), (right, top) = corners.tolist()
        first = np.arange(bottom, top + 1) * self._side
        slices = zip(self._starts[first + left].tolist(), self._starts[first + right + 1].tolist(), strict=True)
        return np.concatenate([np.arange(start, end) for start, end in slices])

    def _cells(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """(column, row) of the cell of each point; what lies outside belongs to the outermost cell."""
        cells = np.clip((points - self._low) * self._per_unit, 0, self._side - 1)
        return cells.astype(np.int64)
