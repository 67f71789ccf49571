"""Compiled loops over the map's points: sorting them into cells, finding the nearest. Import lazily: numba is heavy.

Importing compiles, or loads what an earlier process has compiled (``compiled``). Every loop has one signature, which
takes arrays that cannot be written to as well: a call can never start the compiler.
"""

from __future__ import annotations

from math import floor

import numpy as np
from numba import njit, types, uint32

from explorer.gui.widgets.map.geometry import Cells

_POSITIONS = types.Array(types.float32, 2, "C", readonly=True)
_MASK = types.Array(types.boolean, 1, "C", readonly=True)
_BYTES = types.Array(types.uint32, 1, "C", readonly=True)
ROWS = types.int32[::1]
_POINTS = types.float32[:, ::1]
_FLOAT = types.float64
CELLS = types.NamedTuple((_POINTS, ROWS, types.int64, _FLOAT, _FLOAT, _FLOAT, _FLOAT), Cells)


@njit
def cell_at(value, low, per_unit, side):  # type: ignore[no-untyped-def]
    """The column or row of a coordinate; what lies outside belongs to the outermost one."""
    return np.int64(min(max((value - low) * per_unit, 0.0), side - 1.0))


@njit
def cells_between(low, high, origin, per_unit, side):  # type: ignore[no-untyped-def]
    """First and last column or row of a stretch; the last is below the first where it misses the grid.

    One cell more than needed on either side of the grid, so that rounding loses no point on its edge.
    """
    first, last = (low - origin) * per_unit, (high - origin) * per_unit
    if last < -1.0 or first > side + 1.0:
        return 0, -1
    return np.int64(min(max(floor(first), 0.0), side - 1.0)), np.int64(min(max(floor(last), 0.0), side - 1.0))


@njit(types.UniTuple(_FLOAT, 5)(_POSITIONS), cache=True, nogil=True)
def extent(xy):  # type: ignore[no-untyped-def]
    """How many positions are finite, and their least and greatest x and y."""
    count = 0.0
    left = bottom = np.inf
    right = top = -np.inf
    for i in range(len(xy)):
        x, y = np.float64(xy[i, 0]), np.float64(xy[i, 1])
        if abs(x) < np.inf and abs(y) < np.inf:
            count += 1.0
            left, right = min(left, x), max(right, x)
            bottom, top = min(bottom, y), max(top, y)
    return count, left, bottom, right, top


@njit(
    types.Tuple((ROWS, _POINTS, ROWS))(_POSITIONS, types.int64, types.int64, _FLOAT, _FLOAT, _FLOAT, _FLOAT),
    cache=True,
    nogil=True,
)
def sort_into_cells(xy, placed, side, low_x, low_y, per_x, per_y):  # type: ignore[no-untyped-def]
    """Rows, points and starts of ``Cells``, by counting: rows of one cell stay ascending."""
    cells = np.empty(len(xy), np.int32)
    starts = np.zeros(side * side + 1, np.int32)
    for i in range(len(xy)):
        x, y = np.float64(xy[i, 0]), np.float64(xy[i, 1])
        cells[i] = -1
        if abs(x) < np.inf and abs(y) < np.inf:
            cells[i] = cell_at(y, low_y, per_y, side) * side + cell_at(x, low_x, per_x, side)
            starts[cells[i] + 1] += 1
    for cell in range(side * side):
        starts[cell + 1] += starts[cell]
    free = starts[:-1].copy()
    rows, points = np.empty(placed, np.int32), np.empty((placed, 2), np.float32)
    for i in range(len(xy)):
        if cells[i] >= 0:
            at = free[cells[i]]
            free[cells[i]] += 1
            rows[at] = i
            points[at, 0], points[at, 1] = xy[i, 0], xy[i, 1]
    return rows, points, starts


@njit(types.Tuple((ROWS, _POINTS, ROWS))(ROWS, _POINTS, ROWS, _MASK), cache=True, nogil=True)
def keep(rows, points, starts, mask):  # type: ignore[no-untyped-def]
    """Rows, points and starts of the rows in ``mask``, in the same order."""
    kept = 0
    kept_rows, kept_points = np.empty(len(rows), np.int32), np.empty((len(rows), 2), np.float32)
    kept_starts = np.zeros(len(starts), np.int32)
    for cell in range(len(starts) - 1):
        for i in range(starts[cell], starts[cell + 1]):
            kept_rows[kept] = rows[i]  # the next one takes its place where it is not kept: no branch to guess
            kept_points[kept, 0], kept_points[kept, 1] = points[i, 0], points[i, 1]
            kept += mask[rows[i]]
        kept_starts[cell + 1] = kept
    return kept_rows[:kept].copy(), kept_points[:kept].copy(), kept_starts


@njit(types.int64(CELLS, ROWS, _FLOAT, _FLOAT, _FLOAT), cache=True, nogil=True)
def nearest(cells, rows, x, y, radius):  # type: ignore[no-untyped-def]
    """The row nearest to (x, y) and no farther than ``radius``; the lowest such row of several, -1 if none."""
    left, right = cells_between(x - radius, x + radius, cells.low_x, cells.per_x, cells.side)
    bottom, top = cells_between(y - radius, y + radius, cells.low_y, cells.per_y, cells.side)
    best, found = radius * radius, -1
    for row in range(bottom, top + 1):
        if left > right:
            break
        for i in range(cells.starts[row * cells.side + left], cells.starts[row * cells.side + right + 1]):
            square = (cells.points[i, 0] - x) ** 2 + (cells.points[i, 1] - y) ** 2
            if square < best or (square == best and (found < 0 or rows[i] < found)):
                best, found = square, np.int64(rows[i])
    return found


@njit(types.uint32[::1](_BYTES, ROWS), cache=True, nogil=True)
def gather_argb(rgba, rows):  # type: ignore[no-untyped-def]
    """0xAARRGGBB of the rows, from bytes red, green, blue, alpha as they lie in memory (little-endian)."""
    argb = np.empty(len(rows), np.uint32)
    for i in range(len(rows)):
        colour = rgba[rows[i]]
        red, blue = colour & uint32(0xFF), (colour >> uint32(16)) & uint32(0xFF)
        argb[i] = (colour & uint32(0xFF00FF00)) | (red << uint32(16)) | blue
    return argb
