"""Many points are made beside the window's thread: what is seen, hit and exported until they have come."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from explorer.gui.widgets.map import points as module
from explorer.gui.widgets.map.beside import Work
from explorer.gui.widgets.map.camera import Camera
from explorer.gui.widgets.map.points import MapPoints, MarkColours, Sight
from explorer.gui.widgets.map.view import MapView

LOOK = MarkColours("#1b1f24", "#bf3606", "#ffffff")
XY = np.random.default_rng(0).uniform(-1, 1, (500, 2)).astype(np.float32)


class Lane:
    """Stands for the other thread: does what was asked for last when it is told to."""

    def __init__(self) -> None:
        self.asked: list[Work] = []
        self.changes = 0

    def ask(self, work: Work) -> None:
        self.asked.append(work)

    def changed(self) -> None:
        self.changes += 1

    def finish(self) -> None:
        self.asked.pop()()()


@pytest.fixture
def lane() -> Lane:
    return Lane()


@pytest.fixture
def points(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> MapPoints:
    for most in ("AT_ONCE", "MOVING_AT_ONCE"):
        monkeypatch.setattr(module, most, 100)
    made = MapPoints(lane.ask, lane.changed)
    made.set_positions(XY)
    return made


def _camera(points: MapPoints) -> Camera:
    return Camera(width=200, height=150).fitted(points.bounds)


def _painted(points: MapPoints, camera: Camera | None = None, *, at_once: bool = True) -> np.ndarray:
    camera = camera or _camera(points)
    image = QImage(camera.width, camera.height, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    with QPainter(image) as painter:
        points.paint(painter, Sight(camera, 1.0, LOOK), at_once=at_once)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()


def _red(count: int = len(XY)) -> np.ndarray:
    return np.tile(np.array([220, 30, 30, 255], np.uint8), (count, 1))


def test_the_picture_of_before_stays_until_the_next_one_has_come(points: MapPoints, lane: Lane) -> None:
    assert (_painted(points) == 255).all()
    lane.finish()
    assert lane.changes == 1
    before = _painted(points)
    assert (before != 255).any() and points.is_shown
    points.set_colours(_red())
    assert not points.is_shown
    assert (_painted(points) == before).all()
    lane.finish()
    after = _painted(points)
    assert points.is_shown and not lane.asked
    assert (after[:, :, 2].astype(int) - after[:, :, 0]).max() > 150


def test_the_same_is_not_asked_for_twice_and_what_was_set_last_counts(points: MapPoints, lane: Lane) -> None:
    for _ in range(3):
        _painted(points)
    assert len(lane.asked) == 1
    points.set_colours(_red())
    points.set_flagged(np.arange(len(XY)) < 3)
    _painted(points)
    assert len(lane.asked) == 2
    lane.finish()  # the newest: a lane does no more than that
    assert points.is_shown
    assert (points.frozen().scene.flagged.cells.points.shape[0], points.rgba[7].tolist()) == (3, [220, 30, 30, 255])


def test_another_map_does_not_move_the_camera_over_the_old_one(points: MapPoints, lane: Lane) -> None:
    _painted(points)
    lane.finish()
    before = _painted(points)
    points.set_positions(XY * 100)
    assert points.bounds is not None and points.bounds.extent > 100
    assert (_painted(points) == before).all()
    lane.finish()
    assert (_painted(points) == before).mean() > 0.9  # the same map in other units


def test_points_on_their_way_are_seen_as_they_come(points: MapPoints, lane: Lane) -> None:
    camera = _camera(points)
    _painted(points)
    lane.finish()
    before = _painted(points)
    points.move(XY + np.float32(0.5))
    assert (_painted(points, camera) == before).all()
    lane.finish()
    assert (_painted(points, camera) != before).any()
    assert points.nearest(*(XY[3] + np.float32(0.5)).tolist(), 0.01) == -1
    points.settle()
    assert points.nearest(*(XY[3] + np.float32(0.5)).tolist(), 0.01) == -1
    lane.finish()
    assert points.nearest(*(XY[3] + np.float32(0.5)).tolist(), 1e-4) == 3


def test_a_row_that_a_filter_has_hidden_is_not_hit_on_the_picture_of_before(points: MapPoints, lane: Lane) -> None:
    _painted(points)
    lane.finish()
    x, y = XY[3].tolist()
    assert points.nearest(x, y, 1e-4) == 3
    points.look.set_shown(np.arange(len(XY)) != 3)
    assert points.nearest(x, y, 1e-4) == -1
    assert not points.shown()[3]


def test_nothing_of_one_corpus_is_drawn_for_the_next(points: MapPoints, lane: Lane) -> None:
    _painted(points)
    late = lane.asked.pop()
    points.set_positions(XY[:300])
    assert (_painted(points) == 255).all()
    late()()
    assert not points.is_shown and (_painted(points) == 255).all()
    lane.finish()
    assert points.is_shown


def test_what_is_frozen_is_what_was_set_last_and_stays(points: MapPoints) -> None:
    points.set_colours(_red())
    frozen = points.frozen()
    points.set_colours(np.zeros((len(XY), 4), np.uint8))
    assert (frozen.rgba == _red()).all()
    assert len(frozen.scene.base[0].cells.points) == len(XY)


@pytest.mark.parametrize(
    "change",
    [
        lambda points: points.set_flagged(np.ones(500, bool)),
        lambda points: points.set_selected(np.array([4, 5])),
    ],
    ids=["flags", "selection"],
)
def test_what_has_not_changed_is_not_made_again(
    points: MapPoints, lane: Lane, change: Callable[[MapPoints], None]
) -> None:
    _painted(points)
    lane.finish()
    before = points.frozen()
    change(points)
    after = points.frozen()
    assert after.placed is before.placed and after.rgba is before.rgba
    assert after.scene.base is before.scene.base and after.hits is before.hits
    assert (after.scene.flagged is before.scene.flagged) != (after.scene.selected is before.scene.selected)


def test_unless_the_map_moves_the_picture_is_made_beside_the_thread_as_well(points: MapPoints, lane: Lane) -> None:
    camera = _camera(points)
    nearer = camera.zoomed(2.0, (100, 75))
    assert (_painted(points, camera, at_once=False) == 255).all()
    lane.finish()
    first = _painted(points, camera, at_once=False)
    assert (first != 255).any() and not lane.asked
    for _ in range(2):
        assert (_painted(points, nearer, at_once=False) == first).all()
    assert len(lane.asked) == 1 and not points.is_shown
    lane.finish()
    second = _painted(points, nearer, at_once=False)
    assert points.is_shown and not lane.asked
    assert (second != first).any() and (second == _painted(points, nearer)).all()


def test_what_was_seen_before_is_asked_for_again(points: MapPoints, lane: Lane) -> None:
    camera = _camera(points)
    nearer = camera.zoomed(2.0, (100, 75))
    for sight in (camera, nearer, camera):
        _painted(points, sight, at_once=False)
        lane.finish()
    assert (_painted(points, camera, at_once=False) == _painted(points, camera)).all() and not lane.asked


def test_a_picture_from_elsewhere_that_comes_while_the_map_moves_is_not_seen(points: MapPoints, lane: Lane) -> None:
    camera = _camera(points)
    _painted(points, camera, at_once=False)
    lane.finish()
    nearer, nearest = camera.zoomed(2.0, (100, 75)), camera.zoomed(4.0, (100, 75))
    _painted(points, nearer, at_once=False)
    moving = _painted(points, nearest)
    lane.finish()
    assert (_painted(points, nearest) == moving).all()


def test_a_slow_picture_is_left_to_the_other_thread_while_the_map_moves(
    points: MapPoints, lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = _camera(points)
    _painted(points, camera, at_once=False)
    lane.finish()
    monkeypatch.setattr(module, "SLOW", 0.0)
    before = _painted(points, camera)
    assert (_painted(points, camera.zoomed(2.0, (100, 75))) == before).all() and lane.asked


def test_few_points_are_drawn_at_once(monkeypatch: pytest.MonkeyPatch, lane: Lane) -> None:
    monkeypatch.setattr(module, "AT_ONCE", len(XY))
    points = MapPoints(lane.ask, lane.changed)
    points.set_positions(XY)
    camera = _camera(points)
    first = _painted(points, camera, at_once=False)
    assert (first != 255).any()
    assert (_painted(points, camera.zoomed(2.0, (100, 75)), at_once=False) != first).any() and not lane.asked


def test_a_map_of_many_points_follows_another_size(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 100)
    view = MapView()
    qtbot.addWidget(view)
    view.resize(200, 150)
    view.set_positions(XY)
    view.show()
    qtbot.waitUntil(lambda: view.points.is_shown)
    small = _colours(view)
    view.resize(320, 260)
    qtbot.waitUntil(lambda: _colours(view) > small)


def _colours(view: MapView) -> int:
    """Pixels of points in what the window shows now."""
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    seen = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    below = seen[image.height() // 2 :]  # as large in both sizes: more of it is covered in the larger one
    return int((below != seen[0, 0]).sum())
