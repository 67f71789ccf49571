"""What names would hide, and where they stand so that they hide little."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.gui.widgets.map.crowds import Crowds
from explorer.gui.widgets.map.label_spots import free_spots, meeting

RANDOM = np.random.default_rng(3)


def _box(crowds: Crowds, left: float, bottom: float, right: float, top: float) -> float:
    return float(crowds.within(*(np.array([side]) for side in (left, bottom, right, top)))[0])


def _blob(x: float, y: float, rows: int, spread: float = 0.05) -> np.ndarray:
    return RANDOM.normal((x, y), spread, (rows, 2))


def test_a_box_holds_as_much_of_every_crowd_as_lies_in_it() -> None:
    xy = RANDOM.uniform(0, 10, (20_000, 2))
    number = RANDOM.integers(0, 7, 20_000)
    number[:500] = -1
    crowds = Crowds.of(xy, number)
    assert _box(crowds, -99, -99, 99, 99) == pytest.approx(7)
    for _ in range(20):
        (left, right), (bottom, top) = np.sort(RANDOM.uniform(0, 10, (2, 2)), axis=1)
        inside = (xy > (left, bottom)).all(axis=1) & (xy < (right, top)).all(axis=1)
        exact = sum(inside[number == one].mean() for one in range(7))
        assert _box(crowds, left, bottom, right, top) == pytest.approx(exact, abs=0.05)


def test_hiding_a_small_crowd_counts_as_much_as_hiding_a_large_one() -> None:
    xy = np.vstack([_blob(0, 0, 5000), _blob(5, 5, 10)])
    crowds = Crowds.of(xy, np.repeat([0, 1], [5000, 10]))
    assert _box(crowds, -1, -1, 1, 1) == pytest.approx(1, abs=0.02)
    assert _box(crowds, 4, 4, 6, 6) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("xy", [np.empty((0, 2)), np.full((5, 2), 3.0), np.array([[1e30, 0], [-1e30, 0]])])
def test_strange_maps_have_crowds(xy: np.ndarray) -> None:
    crowds = Crowds.of(xy, np.zeros(len(xy), int))
    assert _box(crowds, -2e30, -2e30, 2e30, 2e30) == pytest.approx(1.0 if len(xy) else 0.0)


def _spot(others: list[np.ndarray]) -> tuple[float, float]:
    """Where the name (80 x 20 pixels) of a crowd at (0, 0) stands, at 20 pixels a map unit."""
    xy = np.vstack([_blob(0, 0, 500), *others])
    number = np.repeat(np.arange(1 + len(others)), [500, *map(len, others)])
    at = (np.zeros((1, 2)), np.array([[80.0, 20.0]]), np.zeros(1, int), np.array([20.0]))
    aside, up = free_spots(*at, Crowds.of(xy, number))[0].tolist()
    return aside, up


def test_a_name_stands_above_and_where_a_small_crowd_is_there_below_and_else_beside() -> None:
    above, below = _blob(0, 0.7, 12), _blob(0, -0.7, 12)
    corners = [_blob(x, y, 500) for x, y in ((9, 9), (-9, -9))]
    assert _spot(corners) == (0.0, 14.0)
    aside, up = _spot([above, *corners])
    assert (aside, up < 0) == (0.0, True)
    aside, up = _spot([above, below, _blob(0, 1.4, 12), _blob(0, -1.4, 12), *corners])
    assert (abs(aside) > 40, up) == (True, 0.0)


def test_names_keep_out_of_each_others_way() -> None:
    xy = np.array([[0.0, 0.0], [0.5, 0.5], [0.2, -0.6]])
    boxes, scales = np.full((3, 2), (80.0, 20.0)), np.full(3, 20.0)
    spots = free_spots(xy, boxes, np.zeros(3, int), scales, Crowds.of(np.empty((0, 2)), np.empty(0, int)))
    middles = xy * 20 + spots
    apart = np.abs(middles[:, None] - middles[None])
    assert (apart < (80, 20)).all(axis=2).sum() == 3  # each with itself


def test_two_middles_meet_between_two_scales() -> None:
    apart, moved = np.array([1.0, -1.0, 0.0, 0.0]), np.array([-50.0, 0.0, 5.0, 30.0])
    first, last = meeting(apart, moved, np.full(4, 20.0))
    assert first.tolist() == [30.0, -20.0, 0.0, np.inf]
    assert last[:3].tolist() == [70.0, 20.0, np.inf]
