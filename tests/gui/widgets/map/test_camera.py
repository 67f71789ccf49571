from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.gui.widgets.map.camera import Bounds, Camera

coordinates = st.floats(-1e6, 1e6, width=32)
pixels = st.tuples(st.floats(0, 800), st.floats(0, 600))


def _camera(xy: np.ndarray) -> Camera:
    return Camera().resized(800, 600).fitted(Bounds.of(xy))


@given(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=20))
def test_a_fitted_camera_shows_every_point_inside_the_window(points: list[tuple[float, float]]) -> None:
    xy = np.array(points, np.float32)
    camera = _camera(xy)
    for x, y in xy.tolist():
        px, py = camera.to_pixel(x, y)
        assert 0 <= px <= 800
        assert 0 <= py <= 600


@given(st.floats(0.01, 100), pixels, pixels)
def test_zoom_keeps_the_map_point_under_the_pointer(
    factor: float, at: tuple[float, float], pan: tuple[float, float]
) -> None:
    camera = _camera(np.array([[-3, 1], [5, 9]], np.float32)).panned(*pan)
    before = camera.to_map(*at)
    assert camera.zoomed(factor, at).to_map(*at) == pytest.approx(before, rel=1e-6, abs=1e-6)


def test_zoom_has_an_end_in_both_directions() -> None:
    camera = _camera(np.array([[0, 0], [1, 1]], np.float32))
    assert camera.zoomed(1e30, (0, 0)).zoom == pytest.approx(20_000)
    assert camera.zoomed(1e-30, (0, 0)).zoom == pytest.approx(0.05)


@pytest.mark.parametrize("offset", [0.0, 1000.0])
def test_many_pixels_agree_with_single_ones_at_a_high_zoom(offset: float) -> None:
    rng = np.random.default_rng(0)
    xy = (rng.random((500, 2)) + offset).astype(np.float32)
    at = tuple(xy[0].tolist())
    camera = _camera(xy)
    camera = camera.zoomed(2000, camera.to_pixel(*at))
    near = np.vstack([xy[:1], np.nextafter(xy[:1], np.float32(np.inf))])
    px, py = camera.to_pixels(near[:, 0], near[:, 1])
    single = np.array([camera.to_pixel(*point) for point in near.tolist()])
    np.testing.assert_allclose(np.column_stack([px, py]), single, atol=0.1)


def test_up_on_the_map_is_up_in_the_window() -> None:
    camera = _camera(np.array([[0, 0], [1, 1]], np.float32))
    assert camera.to_pixel(0, 1)[1] < camera.to_pixel(0, 0)[1]


@pytest.mark.parametrize(
    "points", [[[np.nan, np.nan]], [[np.nan, 1], [2, np.inf]], np.empty((0, 2))], ids=["nan", "half", "none"]
)
def test_no_bounds_where_nothing_is_placed(points: list) -> None:
    assert Bounds.of(np.array(points, np.float32)) is None
    assert Camera().fitted(None).scale == 1.0


def test_following_stands_still_while_a_layout_settles_and_changes_units_with_it() -> None:
    old, settled, other = Bounds(0, 0, 1, 1), Bounds(0, 0, 1.1, 1.1), Bounds(-20, -20, 20, 20)
    camera = Camera().resized(800, 600).fitted(old).zoomed(4, (100, 100))
    kept = camera.following(old, settled)
    assert (kept.x, kept.y, kept.scale) == (camera.x, camera.y, camera.scale)
    changed = camera.following(old, other)
    assert changed.zoom == pytest.approx(camera.zoom)
    # The corner of the old map and the corner of the new one are seen at the same place.
    assert changed.to_pixel(-20, 20) == pytest.approx(camera.to_pixel(0, 1))
