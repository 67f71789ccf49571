from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from explorer.gui.widgets.spatial_grid import SpatialGrid

# Few distinct values, so that points coincide and lie on the edges of boxes and cells.
coordinate = st.one_of(
    st.integers(-8, 8).map(float), st.floats(-1000, 1000, width=32), st.sampled_from([np.nan, np.inf, -np.inf])
)
clouds = hnp.arrays(np.float32, st.tuples(st.integers(0, 60), st.just(2)), elements=coordinate)
place = st.one_of(st.integers(-10, 10).map(float), st.floats(-1100, 1100, width=32))


def _nearest(xy: npt.NDArray[np.float32], x: float, y: float, radius: float) -> int:
    best, found = radius * radius, -1
    for row, (px, py) in enumerate(xy.astype(np.float64).tolist()):
        square = (px - x) * (px - x) + (py - y) * (py - y)
        if np.isfinite([px, py]).all() and (square < best or (square <= best and found < 0)):
            best, found = square, row
    return found


@given(clouds, place, place, st.one_of(st.integers(0, 12).map(float), st.floats(0, 3000, width=32)))
def test_nearest_is_what_a_full_scan_finds(xy: npt.NDArray[np.float32], x: float, y: float, radius: float) -> None:
    assert SpatialGrid(xy).nearest(x, y, radius) == _nearest(xy, x, y, radius)


@given(clouds, place, place, place, place)
def test_rectangle_is_what_a_full_scan_finds(
    xy: npt.NDArray[np.float32], x0: float, y0: float, x1: float, y1: float
) -> None:
    rows = SpatialGrid(xy).rows_in_rectangle(x0, y0, x1, y1)
    expected = [
        row
        for row, (x, y) in enumerate(xy.tolist())
        if min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1)
    ]
    assert rows.tolist() == expected
    assert rows.dtype == np.int64


def test_many_points_in_clusters_agree_with_a_full_scan() -> None:
    rng = np.random.default_rng(3)
    xy = (rng.normal(size=(40, 2))[rng.integers(0, 40, 20_000)] * 50 + rng.normal(size=(20_000, 2))).astype(np.float32)
    xy[::97] = np.nan
    grid = SpatialGrid(xy)
    exact = xy.astype(np.float64)
    for x, y in rng.uniform(-120, 120, (200, 2)).tolist():
        squares = ((exact - (x, y)) ** 2).sum(axis=1)
        best = int(np.nanargmin(squares))
        assert grid.nearest(x, y, 3.0) == (best if squares[best] <= 9.0 else -1)


def test_extreme_extents() -> None:
    huge = np.array([[-3e38, 0], [3e38, 0], [0, 0]], np.float32)
    assert SpatialGrid(huge).nearest(3e38, 0, 1e36) == 1
    tiny = np.array([[0, 0], [1e-44, 0]], np.float32)
    assert SpatialGrid(tiny).nearest(1e-44, 0, 1e-45) == 1
    same = np.ones((50, 2), np.float32)
    assert SpatialGrid(same).nearest(1, 1, 0.5) == 0
    assert SpatialGrid(same).nearest(2, 1, 0.5) == -1
