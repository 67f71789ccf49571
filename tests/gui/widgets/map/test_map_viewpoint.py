from __future__ import annotations

import json

import pytest

from explorer.gui.widgets.map.camera import Bounds
from explorer.gui.widgets.map.space import Turn
from explorer.gui.widgets.map.state import ViewState
from explorer.gui.widgets.map.viewpoint import Viewpoint

MAP = Bounds(0, 0, 10, 10)
VIEW = ViewState((2.0, 3.0), 8.0, Turn(10, -20), whole=False)


def _at(width: int = 400, height: int = 300) -> Viewpoint:
    viewpoint = Viewpoint()
    viewpoint.resize(width, height, None)
    return viewpoint


def test_a_view_survives_json() -> None:
    assert ViewState.from_json(json.loads(json.dumps(VIEW.to_json()))) == VIEW


@pytest.mark.parametrize(
    "state",
    [
        None,
        "view",
        [],
        {},
        {"center": [1, 2], "zoom": 3},
        {"center": [1], "zoom": 3, "turn": [0, 0], "whole": False},
        {"center": [1, "2"], "zoom": 3, "turn": [0, 0], "whole": False},
        {"center": [1, float("nan")], "zoom": 3, "turn": [0, 0], "whole": False},
        {"center": [1, 2], "zoom": 0, "turn": [0, 0], "whole": False},
        {"center": [1, 2], "zoom": float("inf"), "turn": [0, 0], "whole": False},
        {"center": [1, 10**400], "zoom": 1, "turn": [0, 0], "whole": False},
        {"center": [1, 2], "zoom": True, "turn": [0, 0], "whole": False},
        {"center": [1, 2], "zoom": 3, "turn": [0, None], "whole": False},
        {"center": [1, 2], "zoom": 3, "turn": [0, 0], "whole": "yes"},
    ],
)
def test_what_is_no_view_is_none(state: object) -> None:
    assert ViewState.from_json(state) is None


def test_a_restored_view_waits_for_the_map_and_for_the_window() -> None:
    viewpoint = _at(1, 1)
    viewpoint.restore(VIEW, None)
    assert viewpoint.state(Turn()) == VIEW
    viewpoint.change_map(None, MAP, first=True)
    viewpoint.resize(800, 600, MAP)
    assert (viewpoint.camera.x, viewpoint.camera.y) == (2, 3)
    assert viewpoint.camera.zoom == pytest.approx(8)


def test_after_a_move_a_restored_view_is_as_any_other() -> None:
    viewpoint = _at()
    viewpoint.restore(VIEW, MAP)
    viewpoint.look(viewpoint.camera.panned(10, 0))
    scale = viewpoint.camera.scale
    viewpoint.resize(800, 600, MAP)
    assert viewpoint.camera.scale == scale


def test_a_view_of_everything_fits_any_window() -> None:
    viewpoint = _at()
    viewpoint.look(viewpoint.camera.zoomed(9, (1, 1)))
    viewpoint.restore(ViewState((77, 77), 1.0, Turn(), whole=True), MAP)
    viewpoint.resize(900, 500, MAP)
    assert not viewpoint.moved
    assert (viewpoint.camera.x, viewpoint.camera.y, viewpoint.camera.zoom) == (5, 5, pytest.approx(1))


def test_a_view_is_not_carried_to_another_map() -> None:
    viewpoint = _at()
    viewpoint.restore(VIEW, MAP)
    viewpoint.change_map(None, Bounds(0, 0, 1, 1), first=False)
    assert viewpoint.camera.zoom == pytest.approx(1)
    assert not viewpoint.moved


def test_zoom_is_kept_within_its_limits() -> None:
    viewpoint = _at()
    viewpoint.restore(ViewState((0, 0), 1e30, Turn(), whole=False), MAP)
    assert viewpoint.camera.zoom == pytest.approx(20_000)


def test_room_for_axes_is_left_free() -> None:
    viewpoint = _at()
    viewpoint.leave_free(80, 50, MAP)
    viewpoint.fit(MAP)
    left, bottom = viewpoint.camera.to_pixel(0, 0)
    right, top = viewpoint.camera.to_pixel(10, 10)
    assert left > 80
    assert right < 400
    assert bottom < 250
    assert top > 0
    assert left - 80 == pytest.approx(400 - right)
    assert top == pytest.approx(250 - bottom)
