from __future__ import annotations

import threading

import numba
import numpy as np
import pytest
from scipy.spatial import cKDTree
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness

from explorer.core.neighbors.base import KnnGraph
from explorer.core.neighbors.graph import build_graph
from explorer.core.progress import Cancelled, Progress
from explorer.core.projection.fuzzy_graph import fuzzy_graph
from explorer.core.projection.layout import curve, layout
from explorer.core.projection.pca import pca


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return load_digits().data.astype(np.float32)


@pytest.fixture(scope="module")
def graph(digits: np.ndarray) -> KnnGraph:
    return build_graph(digits, k=15, metric="euclidean")


@pytest.fixture(scope="module")
def placed(digits: np.ndarray, graph: KnnGraph) -> np.ndarray:
    return layout(graph, pca(digits), epochs=100)


def small(vectors: np.ndarray, k: int = 5) -> np.ndarray:
    vectors = vectors.astype(np.float32)
    return layout(build_graph(vectors, k=k, metric="euclidean"), pca(vectors), epochs=50)


def test_curve_is_that_of_umap() -> None:
    """umap-learn's ``find_ab_params(1.0, 0.1)``."""
    assert curve(0.1) == pytest.approx((1.5769, 0.8951), abs=1e-3)


def test_strengths_sum_to_log2_and_the_union_is_symmetric(graph: KnnGraph) -> None:
    edges = fuzzy_graph(graph)
    rows = np.repeat(np.arange(edges.rows), np.diff(edges.starts))
    there = {(int(a), int(b)): float(w) for a, b, w in zip(rows, edges.ids, edges.weights, strict=True)}
    assert all(there[b, a] == pytest.approx(weight, abs=1e-6) for (a, b), weight in there.items())
    assert all(a != b for a, b in there)
    assert 0.0 < edges.weights.min() <= edges.weights.max() <= 1.0
    sums = np.bincount(rows, edges.weights)
    assert np.median(sums) > np.log2(16.0)


def test_neighbours_stay_together(digits: np.ndarray, placed: np.ndarray) -> None:
    assert placed.dtype == np.float32
    assert trustworthiness(digits, placed, n_neighbors=15) > 0.97
    assert trustworthiness(digits, pca(digits), n_neighbors=15) < 0.9


def test_same_bytes_on_any_number_of_threads(digits: np.ndarray, graph: KnnGraph, placed: np.ndarray) -> None:
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        alone = layout(graph, pca(digits), epochs=100)
    finally:
        numba.set_num_threads(before)
    assert alone.tobytes() == placed.tobytes()
    assert layout(graph, pca(digits), seed=1, epochs=100).tobytes() != placed.tobytes()


def test_rows_without_neighbours_stay_out(digits: np.ndarray) -> None:
    gaps = np.insert(digits[:200], [0, 100, 200], 0.0, axis=0)
    found = small(gaps)
    assert np.isnan(found[~gaps.any(axis=1)]).all()
    assert np.isfinite(found[gaps.any(axis=1)]).all()


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_handful_of_rows(rows: int) -> None:
    found = small(np.eye(4)[:rows])
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 50.0


def test_identical_rows_lie_close_but_not_stacked(digits: np.ndarray) -> None:
    found = small(np.repeat(digits[:1], 60, axis=0))
    assert np.isfinite(found).all()
    assert len(np.unique(found, axis=0)) == 60
    assert np.abs(found).max() < 50.0
    mixed = np.concatenate([digits[:300], np.repeat(digits[7:8], 10, axis=0)])
    found = small(mixed, k=15)
    spread = np.linalg.norm(found[[7, *range(300, 310)]] - found[7], axis=1).max()
    assert spread < 0.3 * np.linalg.norm(np.ptp(found, axis=0))


def test_disconnected_groups_stay_in_sight() -> None:
    random = np.random.default_rng(0)
    groups = [random.normal(size=(60, 6)) * 0.01 + 100.0 * axis for axis in np.eye(6)[:4]]
    found = small(np.concatenate(groups) + 1.0)
    assert np.abs(found).max() < 100.0
    _, nearest = cKDTree(found).query(found, 6)
    assert (nearest // 60 == np.arange(240)[:, None] // 60).mean() > 0.95


def test_a_second_layout_starts_from_the_first(digits: np.ndarray, graph: KnnGraph, placed: np.ndarray) -> None:
    morphed = layout(graph, placed, epochs=30)
    with_correlation = [np.corrcoef(morphed[:, axis], placed[:, axis])[0, 1] for axis in (0, 1)]
    assert min(with_correlation) > 0.8
    lost = placed.copy()
    lost[5] = np.nan
    assert np.isfinite(layout(graph, lost, epochs=2)).all()
    with pytest.raises(ValueError, match="starting layout"):
        layout(graph, placed[:-1])


def test_partials_come_early_and_cancel_carries_the_positions(digits: np.ndarray, graph: KnnGraph) -> None:
    partials: list[np.ndarray] = []
    stop = threading.Event()

    def seen(positions: np.ndarray) -> None:
        partials.append(positions)
        if len(partials) == 3:
            stop.set()

    with pytest.raises(Cancelled) as cancelled:
        layout(graph, pca(digits), progress=Progress(is_cancelled=stop.is_set), on_partial=seen)
    assert len(partials) == 3
    assert not np.array_equal(partials[0], partials[1])
    assert isinstance(cancelled.value.partial, np.ndarray)
    assert np.isfinite(cancelled.value.partial).all()
