from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from map_loops import LOOPS, loops

from explorer.gui.widgets.map import _raster_kernels, rasterise
from explorer.gui.widgets.map.geometry import Tone, View
from explorer.gui.widgets.map.spatial_grid import SpatialGrid

RED, BLUE, GREEN = 0xFFFF0000, 0xFF0000FF, 0xFF00FF00
WIDTH, HEIGHT, MARGIN = 90, 70, 24
PIXELS = View(1.0, 0.0, 0.0, 0.0, 0.0)
"""A view in which the map unit is a pixel: a point (x, -y) is at pixel (x, y)."""
FLAT = Tone(255.0, 1.0, 4.0, 0.0, 0.0)
DEEP = Tone(255.0, 1.0, 4.0, 0.5, 0.0)
drawers = pytest.mark.parametrize("drawer", [rasterise, _raster_kernels], ids=LOOPS)


def _drawn(drawer: ModuleType, what: str, points: list, colours: list[int], *how: object, parts: int = 1) -> np.ndarray:
    """Points at pixels (x, y) drawn by ``density`` or ``marks``, without the margin."""
    picture = np.zeros((HEIGHT, WIDTH + 2 * MARGIN), np.uint32)
    xy = np.array(points, np.float32).reshape(-1, 2) * (1, -1)
    with loops("numpy"):
        grid = SpatialGrid(xy.astype(np.float32))
    argb = np.array(colours, np.uint32)
    argb = argb[grid.rows] if len(argb) == len(xy) else argb
    for part in range(parts):
        getattr(drawer, what)(picture, MARGIN, grid.cells, argb, PIXELS, *how, part, parts)
    return picture[:, MARGIN : MARGIN + WIDTH]


def _marks(drawer: ModuleType, points: list, colours: list[int], radius: float = 3.0, **how: int) -> np.ndarray:
    return _drawn(drawer, "marks", points, colours, rasterise.stamps(radius), 0.25, **how)


def _density(drawer: ModuleType, points: list, colours: list[int], tone: Tone = FLAT, **how: int) -> np.ndarray:
    return _drawn(drawer, "density", points, colours, rasterise.disc(1.25), tone, **how)


def _crowd(seed: int = 0, count: int = 4000) -> tuple[list, list[int]]:
    """Points at the middles of pixels, where both drawers place a mark alike, some beyond the edges."""
    rng = np.random.default_rng(seed)
    points = rng.normal((45, 35), (25, 20), (count, 2)).round() + 0.5
    return points.tolist(), (rng.integers(0, 2**24, count) | 0xFF000000).tolist()


def _channels(picture: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(picture).view(np.uint8).reshape(*picture.shape, 4).astype(float)


@pytest.mark.parametrize("radius", [1.0, 1.25, 2.75, 7.0])
def test_a_disc_covers_the_area_of_a_circle(radius: float) -> None:
    stamps = rasterise.stamps(radius)
    assert rasterise.disc(radius).sum() == pytest.approx(np.pi * radius**2, rel=0.13)
    assert stamps.sum(axis=(2, 3)) / 256 == pytest.approx(np.pi * radius**2, rel=0.13)
    assert stamps.max() <= 256
    assert stamps.shape[3] % rasterise.LANES == 0


def test_a_ring_has_a_hole() -> None:
    ring = rasterise.stamps(6.0, 4.5)
    assert (ring[:, :, 4:8, 4:8] == 0).all()
    assert ring.sum(axis=(2, 3)) / 256 == pytest.approx(np.pi * (6**2 - 4.5**2), rel=0.06)


@drawers
def test_a_mark_is_drawn_where_its_point_is(drawer: ModuleType) -> None:
    picture = _marks(drawer, [(10.5, 20.5)], [RED])
    rows, columns = np.nonzero(picture)
    alpha = (picture[rows, columns] >> 24).astype(float)
    assert np.average(columns, weights=alpha) == pytest.approx(10, abs=0.08)
    assert np.average(rows, weights=alpha) == pytest.approx(20, abs=0.08)
    assert picture[20, 10] == RED
    assert alpha.sum() / 255 == pytest.approx(np.pi * 9, rel=0.06)


@pytest.mark.parametrize("x", [10.0, 10.2, 10.45, 10.9])
def test_compiled_marks_follow_parts_of_a_pixel(x: float) -> None:
    picture = _marks(_raster_kernels, [(x, 20.5)], [RED])
    rows, columns = np.nonzero(picture)
    assert np.average(columns + 0.5, weights=picture[rows, columns] >> 24) == pytest.approx(x, abs=0.08)


@drawers
def test_of_marks_that_overlap_the_last_is_above(drawer: ModuleType) -> None:
    overlapping = _marks(drawer, [(10.5, 10.5), (12.5, 10.5)], [RED, BLUE])
    assert overlapping[10, 11] == BLUE
    assert overlapping[10, 8] == RED


@drawers
@pytest.mark.parametrize("what", [_marks, _density])
@pytest.mark.parametrize("point", [(-2, -2), (91, 71), (0, 69), (1e30, 5), (-3e38, -3e38)])
def test_points_at_and_beyond_the_edges(drawer: ModuleType, what, point: tuple[float, float]) -> None:
    picture = what(drawer, [point], [RED])
    rows, columns = np.nonzero(picture)
    if len(rows):
        assert (np.hypot(rows - point[1], columns - point[0]) < 4.9).all()
    outside = np.hypot(max(0, -point[0], point[0] - WIDTH), max(0, -point[1], point[1] - HEIGHT))
    assert bool(len(rows)) == (outside < (3.4 if what is _marks else 1.4))


@drawers
@pytest.mark.parametrize("what", [_marks, _density])
def test_nothing_to_draw(drawer: ModuleType, what) -> None:
    assert not what(drawer, [], []).any()
    assert not what(drawer, [(np.nan, 3), (np.inf, 4)], [RED, RED]).any()


@drawers
def test_translucent_colours_are_premultiplied(drawer: ModuleType) -> None:
    for picture in (
        _marks(drawer, [(10.5, 10.5)], [0x80FF4000]),
        _density(drawer, [(10.5, 10.5)], [0x80FF4000], FLAT._replace(alpha=128.0)),
    ):
        assert _channels(picture)[10, 10].tolist() == [0, 32, 128, 128]


@drawers
def test_a_point_alone_has_its_own_colour_in_the_density_picture(drawer: ModuleType) -> None:
    picture = _density(drawer, [(10.5, 10.5)], [RED], DEEP)
    assert picture[10, 10] == RED
    assert 120 < (picture[10, 11] >> 24) < 255
    assert np.count_nonzero(picture) == 9


@drawers
def test_colours_mix_by_how_many_points_have_them(drawer: ModuleType) -> None:
    picture = _density(drawer, [(10.5, 10.5)] * 4, [RED, RED, RED, BLUE])
    assert _channels(picture)[10, 10].tolist() == pytest.approx([64, 0, 191, 255], abs=1)


@drawers
def test_dense_places_are_deeper_but_never_flat(drawer: ModuleType) -> None:
    counts = [1, 4, 16, 64, 256]
    points = [(10.5 + 10 * place, 10.5) for place, count in enumerate(counts) for _ in range(count)]
    reds = _channels(_density(drawer, points, [RED], DEEP))[10, 10:60:10, 2]
    assert (np.diff(reds) < 0).all()
    assert reds[-1] > 120
    lighter = _channels(_density(drawer, points, [RED], DEEP._replace(target=255.0)))[10, 10:60:10, 1]
    assert (np.diff(lighter) > 0).all()


def test_numpy_and_compiled_density_are_one_picture() -> None:
    points, colours = _crowd()
    for tone in (DEEP, Tone(90.0, 0.4, 6.0, 0.5, 255.0)):
        one, other = (_channels(_density(drawer, points, colours, tone)) for drawer in (rasterise, _raster_kernels))
        assert np.abs(one - other).max() <= 1


@pytest.mark.parametrize(("count", "mean"), [(60, 0.5), (600, 6.0)])
def test_numpy_and_compiled_marks_differ_only_at_rims(count: int, mean: float) -> None:
    points, colours = _crowd(count=count)
    one, other = (_channels(_marks(drawer, points, colours)) for drawer in (rasterise, _raster_kernels))
    assert np.abs(one - other).mean() < mean


def test_numpy_and_compiled_rings_of_one_colour_are_alike() -> None:
    points, _ = _crowd(count=40)
    ring = rasterise.stamps(6.0, 4.0)
    one, other = (_drawn(drawer, "marks", points, [RED], ring, 0.25) for drawer in (rasterise, _raster_kernels))
    assert np.abs(_channels(one) - _channels(other)).mean() < 1.5


@pytest.mark.parametrize("what", [_marks, _density])
def test_the_picture_is_the_same_for_any_number_of_threads(what) -> None:
    points, colours = _crowd()
    alone = what(_raster_kernels, points, colours)
    for parts in (2, 3, 7):
        np.testing.assert_array_equal(what(_raster_kernels, points, colours, parts=parts), alone)


@drawers
def test_a_picture_fades_in(drawer: ModuleType) -> None:
    half = _drawn(drawer, "marks", [(10.5, 10.5)], [RED], rasterise.stamps(3.0, opacity=0.5), 0.25)
    assert _channels(half)[10, 10, 3] == pytest.approx(128, abs=1)
    half = _density(drawer, [(10.5, 10.5)], [RED], FLAT._replace(opacity=0.5))
    assert _channels(half)[10, 10, 3] == pytest.approx(128, abs=1)
