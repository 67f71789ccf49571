from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from map_loops import LOOPS, loops

from explorer.gui.widgets.map.camera import Bounds
from explorer.gui.widgets.map.spatial_grid import SpatialGrid

# Few distinct values, so that points coincide and lie on the edges of cells.
coordinate = st.one_of(
    st.integers(-8, 8).map(float), st.floats(-1000, 1000, width=32), st.sampled_from([np.nan, np.inf, -np.inf])
)
clouds = hnp.arrays(np.float32, st.tuples(st.integers(0, 60), st.just(2)), elements=coordinate)
place = st.one_of(st.integers(-10, 10).map(float), st.floats(-1100, 1100, width=32))
both = pytest.mark.parametrize("which", LOOPS)


def _nearest(xy: npt.NDArray[np.float32], x: float, y: float, radius: float) -> int:
    best, found = radius * radius, -1
    for row, (px, py) in enumerate(xy.astype(np.float64).tolist()):
        square = (px - x) * (px - x) + (py - y) * (py - y)
        if np.isfinite([px, py]).all() and (square < best or (square <= best and found < 0)):
            best, found = square, row
    return found


@both
@given(xy=clouds, x=place, y=place, radius=st.one_of(st.integers(0, 12).map(float), st.floats(0, 3000, width=32)))
def test_nearest_is_what_a_full_scan_finds(
    which: str, xy: npt.NDArray[np.float32], x: float, y: float, radius: float
) -> None:
    with loops(which):
        assert SpatialGrid(xy).nearest(x, y, radius) == _nearest(xy, x, y, radius)


@both
@given(xy=clouds, x=place, y=place, seed=st.integers(0, 9))
def test_some_rows_alone_are_what_a_full_scan_of_them_finds(
    which: str, xy: npt.NDArray[np.float32], x: float, y: float, seed: int
) -> None:
    mask = np.random.default_rng(seed).random(len(xy)) < 0.5
    alone = np.where(mask[:, None], xy, np.float32(np.nan))
    with loops(which):
        found = SpatialGrid(xy).only(mask)
        assert found.nearest(x, y, 50.0) == _nearest(alone, x, y, 50.0)
        assert sorted(found.rows.tolist()) == np.flatnonzero(np.isfinite(alone).all(axis=1)).tolist()


@given(clouds)
def test_numpy_and_compiled_loops_sort_alike(xy: npt.NDArray[np.float32]) -> None:
    rgba = np.random.default_rng(0).integers(0, 256, (len(xy), 4)).astype(np.uint8)
    mask = rgba[:, 0] > 99
    seen = []
    for which in LOOPS:
        with loops(which):
            grid = SpatialGrid(xy)
            kept = grid.only(mask)
            seen.append([grid.rows, grid.argb(rgba), kept.rows, *grid.cells, *kept.cells, grid.bounds])
    for one, other in zip(*seen, strict=True):
        np.testing.assert_array_equal(one, other)


@both
def test_points_stand_in_their_cells(which: str) -> None:
    xy = np.random.default_rng(1).normal(size=(5000, 2)).astype(np.float32)
    with loops(which):
        grid = SpatialGrid(xy)
    cells = grid.cells
    np.testing.assert_array_equal(cells.points, xy[grid.rows])
    column = np.clip((cells.points[:, 0].astype(float) - cells.low_x) * cells.per_x, 0, cells.side - 1).astype(int)
    row = np.clip((cells.points[:, 1].astype(float) - cells.low_y) * cells.per_y, 0, cells.side - 1).astype(int)
    expected = np.repeat(np.arange(cells.side**2), np.diff(cells.starts))
    np.testing.assert_array_equal(row * cells.side + column, expected)
    assert (np.diff(grid.rows)[np.diff(expected) == 0] > 0).all()


@both
def test_many_points_in_clusters_agree_with_a_full_scan(which: str) -> None:
    rng = np.random.default_rng(3)
    xy = (rng.normal(size=(40, 2))[rng.integers(0, 40, 20_000)] * 50 + rng.normal(size=(20_000, 2))).astype(np.float32)
    xy[::97] = np.nan
    exact = xy.astype(np.float64)
    with loops(which):
        grid = SpatialGrid(xy)
        for x, y in rng.uniform(-120, 120, (200, 2)).tolist():
            squares = ((exact - (x, y)) ** 2).sum(axis=1)
            best = int(np.nanargmin(squares))
            assert grid.nearest(x, y, 3.0) == (best if squares[best] <= 9.0 else -1)


@both
def test_extreme_extents(which: str) -> None:
    with loops(which):
        huge = np.array([[-3e38, 0], [3e38, 0], [0, 0]], np.float32)
        assert SpatialGrid(huge).nearest(3e38, 0, 1e36) == 1
        tiny = np.array([[0, 0], [1e-44, 0]], np.float32)
        assert SpatialGrid(tiny).nearest(1e-44, 0, 1e-45) == 1
        same = np.ones((50, 2), np.float32)
        assert SpatialGrid(same).nearest(1, 1, 0.5) == 0
        assert SpatialGrid(same).nearest(2, 1, 0.5) == -1


@both
def test_arrays_that_cannot_be_written_to(which: str) -> None:
    xy, rgba, mask = np.eye(2, dtype=np.float32), np.full((2, 4), 7, np.uint8), np.array([True, False])
    for array in (xy, rgba, mask):
        array.flags.writeable = False
    with loops(which):
        grid = SpatialGrid(xy)
        assert grid.only(mask).rows.tolist() == [0]
        assert grid.argb(rgba).tolist() == [0x07070707] * 2


@both
def test_bounds_are_those_of_the_finite_rows(which: str) -> None:
    with loops(which):
        assert SpatialGrid(np.array([[1, 5], [np.nan, 9], [3, -2], [np.inf, 0]], np.float32)).bounds == Bounds(
            1, -2, 3, 5
        )
        assert SpatialGrid(np.full((3, 2), np.nan, np.float32)).bounds is None
        assert SpatialGrid(np.empty((0, 2), np.float32)).bounds is None
