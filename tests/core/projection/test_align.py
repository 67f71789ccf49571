from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from sklearn.datasets import load_digits

from explorer.core.projection.align import aligned, rotation
from explorer.core.projection.pca import pca


@pytest.fixture(scope="module")
def old() -> np.ndarray:
    return pca(load_digits().data.astype(np.float32))


def turned(positions: np.ndarray, degrees: float, mirrored: bool) -> np.ndarray:
    angle = np.radians(degrees)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix[:, 1] *= -1.0 if mirrored else 1.0
    return (positions @ matrix * 7.0 + [100.0, -30.0]).astype(np.float32)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("degrees", [0.0, 75.0, 180.0, 290.0])
def test_a_turned_map_comes_back(old: np.ndarray, degrees: float, mirrored: bool) -> None:
    found = aligned(turned(old, degrees, mirrored), old)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, old, atol=1e-3)


def test_three_dimensions(old: np.ndarray) -> None:
    solid = np.random.default_rng(0).normal(size=(500, 3)) * [3.0, 2.0, 1.0]
    around = solid @ Rotation.from_euler("xyz", [0.3, 1.0, -2.0]).as_matrix() * [1.0, 1.0, -1.0] - 5.0
    np.testing.assert_allclose(aligned(around.astype(np.float32), solid.astype(np.float32)), solid, atol=1e-4)


def test_a_3d_map_turns_to_show_the_old_plane_and_keeps_its_shape(old: np.ndarray) -> None:
    depth = np.random.default_rng(0).normal(size=len(old)).astype(np.float32)
    solid = np.c_[old - old.mean(axis=0), depth]
    away = (solid @ Rotation.from_euler("xyz", [1.0, 2.0, 3.0]).as_matrix()).astype(np.float32)
    found = aligned(away, old)
    assert found.shape == (len(old), 3)
    np.testing.assert_allclose(found[:, :2], old, atol=1.0)
    assert np.corrcoef(found[:, 2], depth)[0, 1] > 0.99
    flat = aligned(turned(old, 120.0, True), solid)
    assert flat.shape == (len(old), 2)
    np.testing.assert_allclose(flat, solid[:, :2], atol=1e-3)


def test_only_rows_placed_in_both_decide_and_nan_stays(old: np.ndarray) -> None:
    new, before = turned(old, 40.0, True), old.copy()
    new[:50] = np.nan
    before[50:100] = np.nan
    found = aligned(new, before)
    assert np.isnan(found[:50]).all()
    np.testing.assert_allclose(found[50:], old[50:], atol=1e-2)


def test_no_other_turn_is_better_and_shape_is_kept(old: np.ndarray) -> None:
    random = np.random.default_rng(0)
    new = (turned(old, 33.0, True) + random.normal(scale=60.0, size=old.shape)).astype(np.float32)
    found = aligned(new, old)
    least = np.square(found - old).sum()
    centre = old.mean(axis=0)
    for degrees in (-5.0, -1.0, 1.0, 5.0):
        other = turned(found - centre, degrees, False) / 7.0 - np.array([100.0, -30.0]) / 7.0 + centre
        assert np.square(other - old).sum() > least
    ratio = np.linalg.norm(found[1:] - found[:-1], axis=1) / np.linalg.norm(new[1:] - new[:-1], axis=1)
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-3)


def test_maps_without_likeness_keep_their_size(old: np.ndarray) -> None:
    stranger = np.random.default_rng(0).normal(size=old.shape).astype(np.float32)
    spread = [np.sqrt(positions.var(axis=0).sum()) for positions in (aligned(stranger, old), old)]
    assert spread[0] == pytest.approx(spread[1], rel=1e-4)


def test_little_to_go_by(old: np.ndarray) -> None:
    nowhere = np.full_like(old, np.nan)
    assert aligned(old, nowhere).tobytes() == old.tobytes()
    assert np.isnan(aligned(nowhere, old)).all()
    one = nowhere.copy()
    one[3] = [5.0, 6.0]
    moved = aligned(old, one)
    np.testing.assert_allclose(moved[3], [5.0, 6.0], atol=1e-5)
    np.testing.assert_allclose(moved - moved[3], old - old[3], atol=1e-4)
    assert np.isfinite(aligned(np.zeros_like(old), old)).all()
    with pytest.raises(ValueError, match="rows"):
        aligned(old, old[:-1])


def test_rows_on_one_line_are_turned_not_mirrored() -> None:
    line = np.stack([np.linspace(-1.0, 1.0, 50), np.zeros(50)], axis=1)
    for degrees in (20.0, 130.0, 250.0):
        found = rotation(turned(line, degrees, False) - np.array([100.0, -30.0]), line)
        assert np.linalg.det(found) == pytest.approx(1.0)
