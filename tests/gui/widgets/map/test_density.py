from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.gui.widgets.map.camera import Camera
from explorer.gui.widgets.map.density import LEAST_RADIUS, MOST_RADIUS, Detail, ring, typical_density

ZOOMS = np.geomspace(0.05, 20_000, 4000)
FIT = Camera(width=1280, height=800, scale=700.0, unit=700.0)


def _details(rows: int, density: float) -> list[Detail]:
    """What is seen of points in a square of one unit at ever closer looks."""
    return [Detail(rows, density, replace(FIT, scale=FIT.unit * zoom)) for zoom in ZOOMS.tolist()]


@pytest.mark.parametrize("rows", [1, 50, 5_000, 50_000, 200_000, 1_000_000, 10_000_000])
@pytest.mark.parametrize("crowding", [1.0, 10.0, 1000.0])
def test_nothing_jumps_while_one_comes_closer(rows: int, crowding: float) -> None:
    details = _details(rows, rows * crowding)
    radius = np.array([detail.radius for detail in details])
    assert (np.diff(radius) >= 0).all()
    assert np.diff(radius).max() < 0.03
    assert radius.min() >= LEAST_RADIUS
    assert radius.max() <= MOST_RADIUS
    assert np.diff([detail.discs for detail in details]).max() < 0.03


@pytest.mark.parametrize("rows", [200_000, 1_000_000, 10_000_000])
def test_far_out_there_is_density_alone_and_close_up_discs_alone(rows: int) -> None:
    details = _details(rows, rows * 5.0)
    assert details[0].discs == 0
    assert details[-1].discs == 1
    crowded = [detail for detail in details if detail.overlap > 2]
    assert crowded
    assert all(detail.discs == 0 for detail in crowded)


def test_few_points_are_discs_from_everywhere() -> None:
    assert all(detail.discs == 1 for detail in _details(1000, 1000.0))


def test_typical_density_is_that_of_the_median_point() -> None:
    starts = np.cumsum([0, 0, 1, 1, 0, 5, 3, 0]).astype(np.int32)
    assert typical_density(starts, 2.0) == 3 * 2.0
    assert typical_density(np.zeros(5, np.int32), 2.0) == 0.0


def test_rings_are_narrow_around_the_smallest_dots_and_never_too_thin_to_be_seen() -> None:
    radii = np.linspace(LEAST_RADIUS, MOST_RADIUS, 50)
    outer, width = np.array([ring(radius) for radius in radii.tolist()]).T
    assert (np.diff(outer) > 0).all() and (np.diff(width) >= 0).all()
    assert outer[0] <= 3.0  # less than half of the area that a ring takes up close
    assert width[0] >= 1.25
    assert (outer - width >= radii).all()  # the disc is seen inside
