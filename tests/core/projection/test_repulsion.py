from __future__ import annotations

import numpy as np
import pytest

from explorer.core.projection._repulsion import FEWEST, Repulsion, grid_of


def exactly(positions: np.ndarray) -> tuple[np.ndarray, float]:
    apart = positions[:, None] - positions
    near = 1.0 / (1.0 + np.square(apart).sum(axis=2))
    return (apart * near[:, :, None] ** 2).sum(axis=1), near.sum() - len(positions)


def clusters(width: float, rows: int = 2_000) -> np.ndarray:
    random = np.random.default_rng(0)
    middles = random.uniform(0.0, 1.0, size=(12, 2)) * [1.0, 0.6]
    return (middles[random.integers(0, 12, rows)] + random.normal(scale=0.02, size=(rows, 2))) * width


@pytest.mark.parametrize(("width", "off"), [(1e-4, 1e-9), (1.0, 1e-6), (40.0, 2e-3), (150.0, 0.03)])
def test_forces_are_those_of_all_pairs(width: float, off: float) -> None:
    positions = clusters(width)
    forces, total = Repulsion()(positions)
    wanted, wanted_total = exactly(positions)
    assert np.linalg.norm(forces - wanted) < off * np.linalg.norm(wanted)
    assert total == pytest.approx(wanted_total, rel=off)


def test_every_push_is_pushed_back() -> None:
    forces, _ = Repulsion()(clusters(60.0))
    assert np.abs(forces.sum(axis=0)).max() < 1e-9 * np.abs(forces).sum()


def test_a_grid_used_before_does_not_matter() -> None:
    used = Repulsion()
    for width in (80.0, 10.0, 79.0):
        forces, total = used(clusters(width))
        again, total_again = Repulsion()(clusters(width))
        assert forces.tobytes() == again.tobytes()
        assert total == total_again


def test_the_grid_holds_every_row_with_nodes_to_spare() -> None:
    for positions in (clusters(1e-4), clusters(50.0), clusters(333.3), np.zeros((3, 2)), np.eye(2) * 1e-30):
        low, step, shape = grid_of(positions)
        nodes = (positions - low) / step
        assert nodes.min() >= 1.0
        assert (nodes.max(axis=0) + 2.0 < np.array(shape)).all()
        assert max(shape) >= FEWEST or np.ptp(positions) == 0.0
