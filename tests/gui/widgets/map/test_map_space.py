from __future__ import annotations

import numpy as np
import pytest

from explorer.gui.widgets.map.space import Space, Turn

AXES = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0], [0, 0, -1]], np.float32)


def test_from_the_front_x_is_right_and_y_up() -> None:
    places, nearness = Space(AXES).seen(Turn())
    assert places[0, 0] > 0.9
    assert places[1, 1] > 0.9
    np.testing.assert_allclose(places[[2, 5]], 0, atol=1e-6)
    np.testing.assert_allclose(nearness, [0.5, 0.5, 1, 0.5, 0.5, 0], atol=1e-6)


def test_a_turn_keeps_angles_and_lengths() -> None:
    matrix = Turn(33, -50).matrix()
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(matrix) == pytest.approx(1, abs=1e-6)


def test_dragging_to_the_right_brings_the_front_to_the_right() -> None:
    places, _ = Space(AXES).seen(Turn().by(30, 0))
    assert places[2, 0] > 0.4
    places, _ = Space(AXES).seen(Turn().by(0, 30))
    assert places[2, 1] < -0.4, "dragged down, the front goes down and one looks from above"


def test_up_stays_up() -> None:
    turn = Turn().by(170, 0).by(20, 200)
    assert (turn.around, turn.up) == (-170, 90)
    assert Turn().by(0, -500).up == -90


def test_what_is_nearer_is_larger() -> None:
    pair = np.array([[0.5, 0, 0.8], [0.5, 0, -0.8], [-0.5, 0, 0], [0, 0, 0]], np.float32)
    places, nearness = Space(pair).seen(Turn())
    assert nearness[0] > nearness[1]
    assert places[0, 0] - places[3, 0] > places[1, 0] - places[3, 0]


@pytest.mark.parametrize(
    "xyz",
    [
        np.empty((0, 3)),
        np.full((3, 3), np.nan),
        np.full((3, 3), 7.0),
        [[0, 0, np.nan], [1, 2, 3], [4, 5, 6]],
        [[-3e38, 0, 0], [3e38, 3e38, 3e38]],
    ],
    ids=["none", "nan", "same", "half", "huge"],
)
def test_degenerate_clouds(xyz: list) -> None:
    cloud = np.array(xyz, np.float32).reshape(-1, 3)
    places, nearness = Space(cloud).seen(Turn(20, 30))
    placed = np.isfinite(cloud).all(axis=1)
    assert np.isfinite(places).all(axis=1).tolist() == placed.tolist()
    assert np.abs(places[placed]).max(initial=0) <= 1.1
    assert ((nearness >= -1e-6) & (nearness <= 1 + 1e-6)).all()
