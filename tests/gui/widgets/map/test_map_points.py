"""The whole picture of the points: what must be seen, whichever loops draw and however many points there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from map_loops import LOOPS, loops
from PySide6.QtGui import QColor, QImage, QPainter

from explorer.gui.widgets.map.camera import Camera
from explorer.gui.widgets.map.density import LEAST_RADIUS
from explorer.gui.widgets.map.points import MapPoints, MarkColours, Sight

LOOK = MarkColours("#1b1f24", "#bf3606", "#ffffff")
RED, BLUE = (220, 40, 40, 255), (40, 60, 220, 255)
SIZE = (320, 240)


@pytest.fixture(params=LOOPS, autouse=True)
def which_loops(request: pytest.FixtureRequest) -> Iterator[str]:
    with loops(request.param):
        yield request.param


def _points(xy: np.ndarray, colour: tuple[int, ...] = BLUE) -> MapPoints:
    points = MapPoints()
    points.set_positions(np.asarray(xy, np.float32))
    points.set_colours(np.tile(np.array(colour, np.uint8), (len(xy), 1)))
    return points


def _crowd(count: int = 60_000, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 2)).astype(np.float32) * 0.6


def _coloured(points: MapPoints, row: int, colour: tuple[int, ...], rest: tuple[int, ...] = BLUE) -> None:
    rgba = np.tile(np.array(rest, np.uint8), (len(points), 1))
    rgba[row] = colour
    points.set_colours(rgba)


def _camera(points: MapPoints, zoom: float = 1.0, at: tuple[float, float] | None = None) -> Camera:
    fitted = Camera(width=SIZE[0], height=SIZE[1]).fitted(points.bounds)
    x, y = at or (fitted.x, fitted.y)
    return replace(fitted, x=x, y=y, scale=fitted.unit * zoom)


def _painted(points: MapPoints, camera: Camera, ratio: float = 1.0, ground: str = LOOK.ground) -> np.ndarray:
    """(height, width, 3) red, green, blue as they are seen on the ground."""
    image = QImage(round(camera.width * ratio), round(camera.height * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(ground))
    with QPainter(image) as painter:
        points.paint(painter, Sight(camera, ratio, replace(LOOK, ground=ground)))
    bgra = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return bgra[:, :, 2::-1].astype(int)


def _near(picture: np.ndarray, camera: Camera, place: tuple[float, float], reach: int = 5) -> np.ndarray:
    x, y = (int(value) for value in camera.to_pixel(*place))
    return picture[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]


def _count(pixels: np.ndarray, colour: tuple[int, ...], off: int = 30) -> int:
    return int((np.abs(pixels - np.array(colour[:3])).max(axis=-1) <= off).sum())


ZOOMS = [0.05, 0.3, 1.0, 3.0, 10.0, 40.0, 300.0, 20_000.0]


@pytest.mark.parametrize("zoom", ZOOMS)
@pytest.mark.parametrize("ground", ["#ffffff", "#15181c"])
def test_a_point_alone_is_seen_in_its_colour_from_any_distance(zoom: float, ground: str) -> None:
    xy = np.vstack([_crowd(), [[9, 9]]])
    points = _points(xy)
    _coloured(points, len(xy) - 1, RED)
    camera = _camera(points, zoom, at=(9.0, 9.0))
    picture = _painted(points, camera, ground=ground)
    assert _count(_near(picture, camera, (9, 9), 1), RED, off=3) >= 1
    assert _count(_near(picture, camera, (9, 9), 2), RED, off=110) >= 5


@pytest.mark.parametrize("zoom", ZOOMS[1:6])
def test_a_flagged_point_has_its_ring_in_the_densest_crowd(zoom: float) -> None:
    points = _points(np.vstack([_crowd(), [[0, 0]], _crowd(3000) * 0.01]))
    points.set_flagged(np.arange(len(points)) == 60_000)
    camera = _camera(points, zoom, at=(0.0, 0.0))
    near = _near(_painted(points, camera), camera, (0, 0), 12)
    assert _count(near, QColor(LOOK.flagged).getRgb()) >= 10


def test_every_one_of_many_flagged_points_has_a_ring() -> None:
    xy = _crowd(30_000)
    points = _points(xy)
    flagged = np.arange(0, 30_000, 100)
    points.set_flagged(np.isin(np.arange(30_000), flagged))
    camera = _camera(points)
    picture = _painted(points, camera)
    ring = QColor(LOOK.flagged).getRgb()
    assert all(_count(_near(picture, camera, tuple(xy[row].tolist()), 4), ring, off=60) >= 3 for row in flagged)


def test_rings_that_overlap_are_all_drawn() -> None:
    ring, counts = QColor(LOOK.flagged).getRgb(), []
    for apart in (0.0, 0.03):
        points = _points(np.array([[0, 0], [apart, 0], [1, 1], [-1, -1]]))
        points.set_flagged(np.array([True, True, False, False]))
        camera = _camera(points)
        counts.append(_count(_near(_painted(points, camera), camera, (0, 0), 20), ring, off=60))
    assert counts[1] > 1.1 * counts[0]


@pytest.mark.parametrize("zoom", ZOOMS[1:6])
def test_a_selected_point_is_outlined_in_the_densest_crowd(zoom: float) -> None:
    points = _points(np.vstack([_crowd(), [[0, 0]]]))
    _coloured(points, 60_000, (255, 200, 0, 255))
    camera = _camera(points, zoom, at=(0.0, 0.0))
    before = _near(_painted(points, camera), camera, (0, 0), 6)
    points.set_selected(np.array([60_000]))
    after = _near(_painted(points, camera), camera, (0, 0), 6)
    outline = QColor(LOOK.selected).getRgb()
    assert _count(after, outline, off=50) >= _count(before, outline, off=50) + 6
    assert _count(_near(after, replace(camera, width=13, height=13), (camera.x, camera.y), 2), (255, 200, 0)) >= 1


def test_a_row_with_alpha_0_is_not_drawn_whatever_it_is() -> None:
    points = _points(np.array([[0, 0], [1, 1], [-1, -1]]))
    rgba = np.tile(np.array(BLUE, np.uint8), (3, 1))
    rgba[0, 3] = 0
    points.set_colours(rgba)
    points.set_flagged(np.array([True, False, False]))
    points.set_selected(np.array([0]))
    camera = _camera(points)
    picture = _painted(points, camera)
    assert (_near(picture, camera, (0, 0), 15) == 255).all()
    assert points.shown().tolist() == [False, True, True]
    assert points.nearest(0.0, 0.0, 0.5) == -1
    assert points.nearest(1.0, 1.0, 0.5) == 1


@pytest.mark.parametrize("count", [3, 60_000])
def test_faint_rows_lie_below_others(count: int) -> None:
    points = _points(np.zeros((count, 2)))
    _coloured(points, 0, RED, rest=(*BLUE[:3], 40))
    camera = _camera(points)
    assert _count(_near(_painted(points, camera), camera, (0, 0), 1), RED, off=3) >= 1


def test_many_alphas_are_drawn_from_the_faintest_up(which_loops: str) -> None:
    points = _points(np.zeros((255, 2)))
    rgba = np.tile(np.array(RED, np.uint8), (255, 1))
    rgba[:, 3] = np.arange(1, 256)
    rgba[190:] = np.column_stack([np.tile(np.array(BLUE[:3], np.uint8), (65, 1)), rgba[190:, 3]])
    points.set_colours(rgba[::-1].copy())
    camera = _camera(points)
    red, _, blue = _near(_painted(points, camera), camera, (0, 0), 0)[0, 0].tolist()
    assert blue > red


def _fading_zooms(points: MapPoints, count: int) -> list[float]:
    """Zooms at which the density picture fades into discs, with the last ones before and the first ones after it."""
    zooms = np.geomspace(0.05, 300, 4000)
    radius = np.array([points.radius(_camera(points, zoom)) for zoom in zooms.tolist()])
    first, last = np.searchsorted(radius, [LEAST_RADIUS + 1e-9, LEAST_RADIUS + 0.55])
    return np.geomspace(zooms[first] * 0.9, zooms[last], count).tolist()


def test_ever_fewer_points_are_seen_without_a_jump_while_one_comes_closer(which_loops: str) -> None:
    points = _points(np.random.default_rng(0).uniform(-1, 1, (200_000, 2)))
    zooms = _fading_zooms(points, 40 if which_loops == "compiled" else 15)
    covered = np.array([(255 - _painted(points, _camera(points, zoom))[:, :, 0]).mean() for zoom in zooms])
    changes = np.diff(np.log(covered))
    assert np.abs(np.diff(changes)).max() < 0.1


def test_a_point_keeps_its_colour_while_the_density_picture_fades_into_discs() -> None:
    xy = np.vstack([_crowd(), [[9, 9]]])
    points = _points(xy)
    _coloured(points, len(xy) - 1, RED)
    for zoom in _fading_zooms(points, 8):
        camera = _camera(points, zoom, at=(9.0, 9.0))
        assert _count(_near(_painted(points, camera), camera, (9, 9), 1), RED, off=20) >= 1


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_fine_screen_shows_the_same_picture_in_more_pixels(ratio: float) -> None:
    points = _points(np.array([[0, 0], [1, 1], [-1, -1]]))
    points.set_flagged(np.array([True, False, False]))
    camera = _camera(points)
    picture = _painted(points, camera, ratio)
    assert picture.shape[:2] == (round(SIZE[1] * ratio), round(SIZE[0] * ratio))
    covered = (picture != 255).any(axis=-1).sum() / ratio**2
    assert covered == pytest.approx((_painted(points, camera) != 255).any(axis=-1).sum(), rel=0.2)
    row, column = picture.shape[0] // 2, picture.shape[1] // 2
    assert _count(picture[row - 1 : row + 1, column - 1 : column + 1], BLUE, off=3) == 4


@pytest.mark.parametrize(
    "xy",
    [
        np.empty((0, 2)),
        np.full((4, 2), np.nan),
        np.array([[np.nan, 0], [np.inf, 1], [0, -np.inf]]),
    ],
)
def test_nothing_to_show(xy: np.ndarray) -> None:
    points = _points(xy)
    assert points.bounds is None
    assert (_painted(points, _camera(points)) == 255).all()
    assert points.nearest(0.0, 0.0, 9.0) == -1
    assert not points.shown().any()


@pytest.mark.parametrize(
    "xy",
    [
        np.array([[3.0, 4.0]]),
        np.tile([[3.0, 4.0]], (70_000, 1)),
        np.array([[3.0, 4.0], [np.nan, 1.0]]),
        np.array([[-3e38, -3e38], [3e38, 3e38], [0, 0]]),
        np.array([[0, 0], [1e-40, 0], [0, 1e-40]]),
        np.column_stack([np.linspace(0, 1e6, 5000), np.zeros(5000)]),
        np.column_stack([np.zeros(5000), np.linspace(0, 1, 5000)]),
    ],
    ids=["one", "identical", "one and NaN", "huge", "tiny", "a row", "a column"],
)
@pytest.mark.parametrize("zoom", [1.0, 5000.0])
def test_strange_maps_are_drawn_where_they_are(xy: np.ndarray, zoom: float) -> None:
    points = _points(xy)
    camera = _camera(points, zoom, at=tuple(np.float32(xy[0]).tolist()))
    picture = _painted(points, camera)
    assert _count(_near(picture, camera, (camera.x, camera.y), 2), BLUE, off=130) >= 1
    assert points.nearest(camera.x, camera.y, 3 / camera.scale) == 0


def test_points_on_the_way_are_drawn_but_not_hit() -> None:
    points = _points(np.array([[0, 0], [10, 10]]))
    points.move(np.array([[10, 0], [10, 10]], np.float32))
    camera = _camera(points)
    picture = _painted(points, camera)
    assert _count(_near(picture, camera, (9.9, 0.1), 4), BLUE) > 5
    assert (_near(picture, camera, (0, 0), 4) == 255).all()
    assert points.nearest(9.9, 0.1, 1.0) == -1
    points.settle()
    assert points.nearest(9.9, 0.1, 1.0) == 0


def test_the_same_picture_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    points = _points(_crowd(100))
    camera = _camera(points)
    first = _painted(points, camera)
    monkeypatch.setattr("explorer.gui.widgets.map.picture.MapPicture", None)
    np.testing.assert_array_equal(_painted(points, camera), first)
    points.set_flagged(np.ones(100, bool))
    with pytest.raises(TypeError):
        _painted(points, camera)


def test_other_numbers_of_colours_or_flags_are_refused() -> None:
    points = _points(_crowd(100))
    with pytest.raises(ValueError, match="3 colours for 100 points"):
        points.set_colours(np.zeros((3, 4), np.uint8))
    with pytest.raises(ValueError, match="3 flags for 100 points"):
        points.set_flagged(np.zeros(3, bool))


def test_the_compiled_loops_may_come_while_a_map_is_shown(which_loops: str) -> None:
    with loops("numpy"):
        points = _points(_crowd(5000))
        points.set_flagged(np.arange(5000) < 5)
        camera = _camera(points)
        before = _painted(points, camera)
    points.set_selected(np.empty(0, np.int64))
    assert np.abs(_painted(points, camera) - before).mean() < 4
    assert points.nearest(*points.xy[7].tolist(), 1e-6) == 7
