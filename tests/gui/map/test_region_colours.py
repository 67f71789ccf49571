"""Which colours regions get: what touches is told apart, whatever the number of regions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.gui.map.region_colours import assigned, shared_edges
from explorer.gui.widgets.colour_scales import N_CATEGORY_COLOURS, likeness


def _chain(count: int) -> np.ndarray:
    """Each region touches the one before and the one after."""
    touch = np.zeros((count, count))
    for place in range(count - 1):
        touch[place, place + 1] = touch[place + 1, place] = 0.5
    return touch


def test_edges_between_regions_are_counted_as_shares_of_the_smaller_one() -> None:
    labels = np.array([0, 0, 0, 1, 1, 2, -1])
    ids = np.array([[1, 3], [2, 3], [0, 5], [0, 4], [3, -1], [2, 6], [0, 1]])
    touch = shared_edges(labels, ids, 3)
    assert touch[0, 1] == touch[1, 0] == pytest.approx(1.0)  # all 3 edges that leave region 1
    assert touch[0, 2] == pytest.approx(1.0)  # both edges of region 2 but the one to a row of no region
    assert touch[1, 2] == 0.0
    assert not touch.diagonal().any()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("count", [2, 10, 11, 40])
def test_regions_that_touch_have_colours_that_are_far_from_each_other(count: int, dark: bool) -> None:
    alike = likeness(dark=dark)
    colours = assigned(_chain(count), alike)
    pairs = alike[colours[1:], colours[:-1]]
    others = alike[~np.eye(N_CATEGORY_COLOURS, dtype=bool)]
    assert pairs.mean() < 0.75 * others.mean()
    assert pairs.max() < np.quantile(others, 0.95)
    assert len(set(colours[:N_CATEGORY_COLOURS].tolist())) >= min(count, N_CATEGORY_COLOURS) - 2


@given(st.integers(1, 30), st.integers(0, 1000))
def test_two_that_touch_never_share_a_colour_where_ten_are_enough(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    touch = np.zeros((count, count))
    for region in range(1, count):  # of those before it, each touches nine at most: ten colours are enough
        for other in random.choice(region, min(region, random.integers(0, 9)), replace=False):
            touch[region, other] = touch[other, region] = random.uniform(0.05, 1.0)
    colours = assigned(touch, likeness())
    assert not ((colours[:, None] == colours[None, :]) & (touch > 0)).any()


def test_nothing_to_colour() -> None:
    assert assigned(np.zeros((0, 0)), likeness()).shape == (0,)
    assert shared_edges(np.empty(0, int), np.empty((0, 3), int), 0).shape == (0, 0)
