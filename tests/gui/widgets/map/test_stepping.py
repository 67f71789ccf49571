from __future__ import annotations

import numpy as np
import pytest

from explorer.gui.widgets.map.stepping import nearest_to, nearest_towards

CROSS = np.array([[0, 0], [3, 1], [2, 3], [-1, 0], [0, -5], [9, 0]], np.float32)


@pytest.mark.parametrize(
    ("direction", "row"), [((1, 0), 1), ((-1, 0), 3), ((0, 1), 2), ((0, -1), 4)], ids=["right", "left", "up", "down"]
)
def test_the_nearest_in_the_quarter_that_way(direction: tuple[int, int], row: int) -> None:
    assert nearest_towards(CROSS, (0.0, 0.0), direction) == row


def test_nothing_lies_that_way() -> None:
    assert nearest_towards(CROSS, (9.0, 0.0), (1, 0)) == -1
    assert nearest_towards(np.empty((0, 2), np.float32), (0.0, 0.0), (1, 0)) == -1
    assert nearest_to(np.empty((0, 2), np.float32), (0.0, 0.0)) == -1


def test_every_point_is_reached_from_every_other() -> None:
    xy = np.random.default_rng(0).random((60, 2)).astype(np.float32)
    reached, edge = {0}, [0]
    while edge:
        place = tuple(xy[edge.pop()].tolist())
        found = {nearest_towards(xy, place, way) for way in ((1, 0), (-1, 0), (0, 1), (0, -1))} - reached - {-1}
        reached |= found
        edge += found
    assert len(reached) == 60


def test_the_nearest_of_all() -> None:
    assert nearest_to(CROSS, (8.0, 1.0)) == 5
