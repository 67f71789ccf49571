"""The points of the map sorted by place: what is under the pointer, and the order in which they are drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from explorer.gui.widgets.map import compiled
from explorer.gui.widgets.map.camera import Bounds
from explorer.gui.widgets.map.geometry import Cells
from explorer.gui.widgets.map.placed import extent as extent_of
from explorer.gui.widgets.map.placed import is_placed

_POINTS_PER_CELL = 4.0
_MOST_CELLS_A_SIDE = 2048
_CLOSE = 8.0
"""Share of the radius in which the nearest point is looked for first."""

Rows = npt.NDArray[np.int32]


class SpatialGrid:
    """Points sorted by the cell of a uniform grid in which they lie.

    Parameters
    ----------
    xy : (n, 2) float32 array
        Positions. A row that is not finite is in no cell and is never found.

    Attributes
    ----------
    rows : (m,) int32 array
        The row of each sorted point; ascending within a cell.
    cells : Cells
    bounds : Bounds or None
        The smallest rectangle around the points; None if there are none.

    Notes
    -----
    The cells of one grid row stand next to each other in the sorted order, so the candidates around a place are
    one slice a grid row. Distances are computed in float64: the answers are those of a full scan. NumPy and the
    compiled loops give the same order and the same answers.
    """

    def __init__(self, xy: npt.NDArray[np.floating]) -> None:
        xy = np.ascontiguousarray(xy, np.float32)
        placed, left, bottom, right, top = extent(xy)
        self.bounds = Bounds(left, bottom, right, top) if placed else None
        side = int(np.clip(np.sqrt(placed / _POINTS_PER_CELL), 1, _MOST_CELLS_A_SIDE))
        frame = (side, left, bottom, *_cells_per_unit(side, right - left, top - bottom)) if placed else (1, 0, 0, 1, 1)
        side, low_x, low_y, per_x, per_y = int(frame[0]), *map(float, frame[1:])
        self.rows, points, starts = _sorted(xy, placed, side, low_x, low_y, per_x, per_y)
        self.cells = Cells(points, starts, side, low_x, low_y, per_x, per_y)

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, mask: npt.NDArray[np.bool_]) -> SpatialGrid:
        """The rows in ``mask`` (n,) alone, in the same cells and the same order."""
        kernels = compiled.grid()
        mask = np.ascontiguousarray(mask, bool)
        keep = _keep if kernels is None else kernels.keep
        kept = object.__new__(SpatialGrid)
        kept.bounds = self.bounds
        kept.rows, points, starts = keep(self.rows, self.cells.points, self.cells.starts, mask)
        kept.cells = self.cells._replace(points=points, starts=starts)
        return kept

    def nearest(self, x: float, y: float, radius: float) -> int:
        """The row nearest to (x, y) and no farther than ``radius``; the lowest such row of several, -1 if none."""
        kernels = compiled.grid()
        nearest = _nearest if kernels is None else kernels.nearest
        close = nearest(self.cells, self.rows, float(x), float(y), radius / _CLOSE)  # enough where points are dense
        return int(close if close >= 0 else nearest(self.cells, self.rows, float(x), float(y), float(radius)))

    def argb(self, rgba: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
        """Colours (n, 4) of all rows as 0xAARRGGBB in the sorted order."""
        kernels = compiled.grid()
        gather = _gather_argb if kernels is None else kernels.gather_argb
        found: npt.NDArray[np.uint32] = gather(np.ascontiguousarray(rgba).view("<u4").reshape(-1), self.rows)
        return found


def _cells_per_unit(side: int, width: float, height: float) -> tuple[float, float]:
    """Along x and y. Where all points lie on a line, cells are square."""
    longest = max(width, height) or 1.0
    return side / (width or longest), side / (height or longest)


def extent(xy: npt.NDArray[np.float32]) -> tuple[int, float, float, float, float]:
    """How many positions are finite; their least x and y, their greatest x and y."""
    kernels = compiled.grid()
    if kernels is not None:
        count, *corners = kernels.extent(xy)
        return int(count), *corners
    return extent_of(xy)


def _sorted(
    xy: npt.NDArray[np.float32], placed: int, side: int, low_x: float, low_y: float, per_x: float, per_y: float
) -> tuple[Rows, npt.NDArray[np.float32], Rows]:
    """Rows, points and starts of the sorted order."""
    kernels = compiled.grid()
    if kernels is not None:
        rows, points, starts = kernels.sort_into_cells(xy, placed, side, low_x, low_y, per_x, per_y)
        return rows, points, starts
    finite = np.flatnonzero(is_placed(xy))
    column = _cells_at(xy[finite, 0], low_x, per_x, side)
    cell = _cells_at(xy[finite, 1], low_y, per_y, side) * side + column
    keys = np.sort(cell << 32 | finite)  # several times faster than a stable argsort
    rows = (keys & 0xFFFFFFFF).astype(np.int32)
    starts = np.append(0, np.cumsum(np.bincount(cell, minlength=side * side))).astype(np.int32)
    return rows, xy[rows], starts


def _cells_at(values: npt.NDArray[np.float32], low: float, per_unit: float, side: int) -> npt.NDArray[np.int64]:
    """The column or row of each coordinate; what lies outside belongs to the outermost one."""
    return np.clip((values.astype(np.float64) - low) * per_unit, 0.0, side - 1.0).astype(np.int64)


def _keep(
    rows: Rows, points: npt.NDArray[np.float32], starts: Rows, mask: npt.NDArray[np.bool_]
) -> tuple[Rows, npt.NDArray[np.float32], Rows]:
    kept = mask[rows]
    before = np.append(0, np.cumsum(kept)).astype(np.int32)
    return rows[kept], points[kept], before[starts]


def _nearest(cells: Cells, rows: Rows, x: float, y: float, radius: float) -> int:
    xs = _cells_at(np.array([x - radius, x + radius]), cells.low_x, cells.per_x, cells.side)
    ys = _cells_at(np.array([y - radius, y + radius]), cells.low_y, cells.per_y, cells.side)
    first = np.arange(ys[0], ys[1] + 1) * cells.side
    slices = zip(cells.starts[first + xs[0]].tolist(), cells.starts[first + xs[1] + 1].tolist(), strict=True)
    candidates = np.concatenate([np.arange(start, end) for start, end in slices])
    offsets = cells.points[candidates].astype(np.float64) - (x, y)
    squares = np.einsum("ij,ij->i", offsets, offsets)
    if not len(squares) or squares.min() > radius * radius:
        return -1
    return int(rows[candidates][squares == squares.min()].min())


def _gather_argb(rgba: npt.NDArray[np.uint32], rows: Rows) -> npt.NDArray[np.uint32]:
    colour = rgba[rows]
    red, blue = colour & np.uint32(0xFF), (colour >> 16) & np.uint32(0xFF)
    argb: npt.NDArray[np.uint32] = (colour & np.uint32(0xFF00FF00)) | (red << 16) | blue
    return argb
