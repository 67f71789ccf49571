from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA

from explorer.core.progress import Cancelled, Progress
from explorer.core.projection.pca import CHUNK, pca, principal_components


def stretched(rows: int = CHUNK + 500, offset: float = 0.0) -> np.ndarray:
    random = np.random.default_rng(0)
    return (random.normal(size=(rows, 12)) * np.linspace(3.0, 0.2, 12) + offset).astype(np.float32)


@pytest.mark.parametrize("offset", [0.0, 1000.0])
def test_equals_sklearn_up_to_sign(offset: float) -> None:
    vectors = stretched(offset=offset)
    model = PCA(2, svd_solver="full")
    expected = model.fit_transform(vectors.astype(np.float64))
    found = pca(vectors)
    assert found.dtype == np.float32
    signs = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found * signs, expected, atol=2e-3)
    np.testing.assert_allclose(principal_components(vectors).explained, model.explained_variance_ratio_, rtol=1e-4)


def test_sign_rule_and_memory_mapped_input(tmp_path: Path) -> None:
    vectors = stretched()
    np.save(tmp_path / "v.npy", vectors)
    axes = principal_components(vectors).axes
    assert (axes[np.abs(axes).argmax(axis=0), [0, 1]] > 0).all()
    mapped = pca(np.load(tmp_path / "v.npy", mmap_mode="r"))
    assert mapped.tobytes() == pca(vectors).tobytes()


def test_zero_rows_are_not_placed_and_change_nothing() -> None:
    vectors = stretched(500, 1.0)
    gaps = np.insert(vectors, [0, 250, 500], 0.0, axis=0)
    placed = pca(gaps)
    empty = ~gaps.any(axis=1)
    assert np.isnan(placed[empty]).all()
    np.testing.assert_allclose(placed[~empty], pca(vectors), atol=1e-5)


@pytest.mark.parametrize(
    "vectors",
    [np.ones((1, 5)), np.full((50, 5), 0.3), np.arange(1.0, 9.0)[:, None], np.outer(np.arange(1, 9), np.ones(4))],
    ids=["one row", "identical rows", "one dimension", "one direction"],
)
def test_missing_directions_are_zero(vectors: np.ndarray) -> None:
    placed = pca(vectors.astype(np.float32))
    assert np.isfinite(placed).all()
    assert (placed[:, 1] == 0.0).all()
    if len(np.unique(vectors, axis=0)) == 1:
        assert np.abs(placed).max() == 0.0
        assert principal_components(vectors.astype(np.float32)).explained == (0.0, 0.0)
    else:
        assert principal_components(vectors.astype(np.float32)).explained[0] == pytest.approx(1.0)


def test_only_zero_rows() -> None:
    assert np.isnan(pca(np.zeros((3, 4), np.float32))).all()


def test_cancel() -> None:
    with pytest.raises(Cancelled):
        pca(stretched(), progress=Progress(is_cancelled=lambda: True))


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, explorer.core.projection.pca, explorer.core.projection.layout, explorer.core.anomaly.detectors;"
        "import explorer.core.anomaly.reasons;"
        "print({'numba', 'scipy', 'sklearn', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
