from __future__ import annotations

import numpy as np
import pytest

from explorer.core.projection._layout_kernels import force
from explorer.core.projection.forces import FARTHEST, NEAREST, SOFTENING, curve, forces


def test_curve_is_that_of_umap() -> None:
    """umap-learn's ``find_ab_params(1.0, 0.1)``."""
    assert curve(0.1) == pytest.approx((1.5769, 0.8951), abs=1e-3)


@pytest.mark.parametrize("min_dist", [0.0, 0.1, 0.5])
def test_tables_agree_with_the_published_gradients(min_dist: float) -> None:
    a, b = curve(min_dist)
    tables = forces(min_dist)
    for squared in np.geomspace(NEAREST, FARTHEST, 999).astype(np.float32):
        d2 = float(squared)
        pull = -2.0 * a * b * d2 ** (b - 1.0) / (1.0 + a * d2**b)
        push = 2.0 * b / ((SOFTENING + d2) * (1.0 + a * d2**b))
        assert force(tables.attraction, squared) == pytest.approx(pull, rel=5e-4)
        assert force(tables.repulsion, squared) == pytest.approx(push, rel=5e-4)


def test_beyond_the_tables_their_last_entries_hold() -> None:
    for table in forces(0.1):
        assert force(table, np.float32(0.0)) == table[0]
        assert force(table, np.float32(1e30)) == table[-1]
        assert np.isfinite(table).all()
