from __future__ import annotations

import numpy as np
import pytest

from explorer.gui.widgets.rasterise import MarkLayer, disc_stamp, rasterise, ring_stamp

RED, BLUE, GREEN = 0xFFFF0000, 0xFF0000FF, 0xFF00FF00


def _layer(points: list[tuple[float, float]], colours: list[int], radius: float = 3.0) -> MarkLayer:
    px, py = np.array(points, np.float32).reshape(-1, 2).T
    return MarkLayer(disc_stamp(radius), px, py, np.array(colours, np.uint32))


def _inner(layers: list[MarkLayer], width: int = 40, height: int = 30) -> np.ndarray:
    picture, margin = rasterise(layers, width, height)
    return picture[margin : margin + height, margin : margin + width]


@pytest.mark.parametrize("radius", [0.5, 1.0, 1.25, 2.75, 7.0])
def test_a_disc_covers_the_area_of_a_circle(radius: float) -> None:
    assert disc_stamp(radius).coverage.sum() == pytest.approx(np.pi * radius**2, rel=0.06)


def test_a_ring_has_a_hole() -> None:
    stamp = ring_stamp(6.0, 1.5)
    distance = np.hypot(stamp.dx, stamp.dy)
    assert distance.min() > 3.5
    assert stamp.coverage.sum() == pytest.approx(np.pi * (6**2 - 4.5**2), rel=0.06)


def test_a_mark_is_drawn_where_its_point_is() -> None:
    picture = _inner([_layer([(10.4, 20.6)], [RED])])
    rows, columns = np.nonzero(picture)
    alpha = (picture[rows, columns] >> 24).astype(float)
    assert np.average(columns, weights=alpha) == pytest.approx(10)
    assert np.average(rows, weights=alpha) == pytest.approx(20)
    assert picture[20, 10] == RED
    assert alpha.sum() / 255 == pytest.approx(np.pi * 9, rel=0.06)


def test_what_is_drawn_later_is_above_also_where_marks_only_overlap() -> None:
    overlapping = _inner([_layer([(10, 10), (12, 10)], [RED, BLUE])])
    assert overlapping[10, 11] == BLUE
    assert overlapping[10, 8] == RED
    turned = _inner([_layer([(12, 10), (10, 10)], [BLUE, RED])])
    assert turned[10, 11] == RED
    layers = _inner([_layer([(10, 10)], [RED]), _layer([(10, 10)], [BLUE], radius=1.0)])
    assert layers[10, 10] == BLUE
    assert layers[10, 12] == RED


def test_of_points_on_one_pixel_the_last_is_seen() -> None:
    assert _inner([_layer([(10, 10)] * 5, [RED, RED, BLUE, RED, GREEN])])[10, 10] == GREEN


def test_edges_blend_into_what_lies_beneath() -> None:
    picture = _inner([_layer([(20, 15)], [RED], radius=9.0), _layer([(20, 15)], [BLUE], radius=4.0)])
    parts = picture[15 - 8 : 15 + 9, 20 - 8 : 20 + 9].copy().view(np.uint8).reshape(-1, 4)
    mixed = (parts[:, 0] > 20) & (parts[:, 2] > 20)
    assert mixed.any()
    within = np.hypot(*np.mgrid[-6:7, -6:7]).ravel() <= 7
    near = picture[9:22, 14:27].ravel()[within]
    assert ((near >> 24) == 255).all(), "a hole between two marks of which one lies in the other"


def test_translucent_colours_are_premultiplied() -> None:
    blue, green, red, alpha = _inner([_layer([(10, 10)], [0x80FF4000])])[10, 10:11].view(np.uint8).tolist()
    assert (alpha, red, green, blue) == (128, 128, 32, 0)


@pytest.mark.parametrize("point", [(-2, -2), (41, 31), (0, 29), (1e30, 5), (-1e30, -1e30)])
def test_marks_at_and_beyond_the_edges(point: tuple[float, float]) -> None:
    picture = _inner([_layer([point], [RED])])
    rows, columns = np.nonzero(picture)
    if len(rows):
        assert (np.hypot(rows - point[1], columns - point[0]) < 4.5).all()
    assert bool(len(rows)) == (-3 <= point[0] <= 43 and -3 <= point[1] <= 33)


def test_nothing_to_draw() -> None:
    assert not _inner([]).any()
    assert not _inner([_layer([], [])]).any()
