from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.gui.widgets.map.polygon import points_in_box, points_in_polygon

whole = st.integers(-6, 6)
corner = st.tuples(whole, whole)
SQUARE = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]


def _crossings(point: tuple[float, float], polygon: list[tuple[float, float]]) -> bool:
    """The rule as it is written in textbooks, one edge after the other, in whole numbers where they are given."""
    x, y = point
    inside = False
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (y0 <= y) != (y1 <= y):
            side = (x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)
            inside ^= side < 0 if y1 > y0 else side > 0
    return inside


@given(st.lists(corner, max_size=12), st.lists(corner, min_size=1, max_size=30))
def test_as_one_edge_after_the_other_on_a_lattice_where_everything_touches(
    polygon: list[tuple[int, int]], points: list[tuple[int, int]]
) -> None:
    found = points_in_polygon(np.array(points, np.float32), polygon)
    assert found.tolist() == [_crossings(point, polygon) for point in points]


def test_as_one_edge_after_the_other_on_a_long_outline_that_crosses_itself() -> None:
    rng = np.random.default_rng(0)
    angle = np.linspace(0, 6 * np.pi, 700)
    outline = np.column_stack([np.cos(angle) * (1 + 0.3 * np.sin(7.3 * angle)), np.sin(angle)]).tolist()
    xy = rng.normal(size=(2000, 2)).astype(np.float32)
    found = points_in_polygon(xy, outline)
    assert found.tolist() == [_crossings(tuple(point), outline) for point in xy.tolist()]
    assert 200 < found.sum() < 1800


def test_a_ring_drawn_twice_is_hollow() -> None:
    twice = [*SQUARE, (0.0, 0.0), *SQUARE]
    assert points_in_polygon(np.array([[2, 2]], np.float32), SQUARE).tolist() == [True]
    assert points_in_polygon(np.array([[2, 2]], np.float32), twice).tolist() == [False]


@pytest.mark.parametrize("polygon", [[], [(1, 1)], [(0, 0), (3, 3)], [(0, 1), (5, 1), (9, 1)]])
def test_what_is_no_area_takes_nothing(polygon: list[tuple[float, float]]) -> None:
    assert not points_in_polygon(np.array([[1, 1], [0, 0], [2, 2]], np.float32), polygon).any()


def test_what_is_nowhere_is_outside() -> None:
    xy = np.array([[np.nan, 1], [1, np.inf], [-np.inf, 2], [2, 2]], np.float32)
    assert points_in_polygon(xy, SQUARE).tolist() == [False, False, False, True]
    assert points_in_box(xy, (0, 0), (4, 4)).tolist() == [False, False, False, True]
    assert not len(points_in_polygon(np.empty((0, 2), np.float32), SQUARE))


def test_the_sizes_that_a_map_can_have() -> None:
    xy = np.array([[1e38, 1e38], [-1e38, 0], [3e38, 3e38]], np.float32)
    huge = np.array([[-2e38, -2e38], [2e38, -2e38], [2e38, 2e38], [-2e38, 2e38]])
    assert points_in_polygon(xy, huge).tolist() == [True, True, False]


def test_a_box_is_closed_and_its_corners_come_in_any_order() -> None:
    xy = np.array([[0, 0], [4, 4], [2, 5], [4.0000005, 1]], np.float32)
    assert points_in_box(xy, (4, 0), (0, 4)).tolist() == [True, True, False, False]


def test_a_box_is_not_rounded_to_the_points_precision() -> None:
    one = np.nextafter(np.float32(1), np.float32(2))
    between = (1 + float(one)) / 2
    xy = np.array([[1, 0], [one, 0]], np.float32)
    assert points_in_box(xy, (between, -1), (2, 1)).tolist() == [False, True]
