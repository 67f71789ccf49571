from __future__ import annotations

import threading

import numba
import numpy as np
import pytest
from openTSNE import TSNE
from openTSNE.affinity import PrecomputedAffinities
from sklearn.datasets import load_digits

from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.neighbors.graph import build_graph
from explorer.core.progress import Cancelled, Progress, Report
from explorer.core.projection import tsne as module
from explorer.core.projection.pca import pca
from explorer.core.projection.trust import preservation
from explorer.core.projection.tsne import tsne, uniform_affinities

FEW = {"early": 60, "late": 60}


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return load_digits().data.astype(np.float32)


@pytest.fixture(scope="module")
def graph(digits: np.ndarray) -> KnnGraph:
    return build_graph(digits, k=15, metric="euclidean")


@pytest.fixture(scope="module")
def placed(digits: np.ndarray, graph: KnnGraph) -> np.ndarray:
    return tsne(graph, pca(digits), **FEW)


@pytest.fixture
def on_a_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TREE_ROWS", 0)


def small(vectors: np.ndarray, k: int = 5) -> np.ndarray:
    vectors = vectors.astype(np.float32)
    return tsne(build_graph(vectors, k=k, metric="euclidean"), pca(vectors), early=50, late=50)


def divergence(affinities: np.ndarray, positions: np.ndarray) -> float:
    """Kullback-Leibler divergence of the map, pair by pair."""
    apart = positions[:, None].astype(np.float64) - positions
    near = 1.0 / (1.0 + np.square(apart).sum(axis=2))
    np.fill_diagonal(near, 0.0)
    there = affinities > 0.0
    return float((affinities[there] * np.log(affinities[there] / (near / near.sum())[there])).sum())


def test_affinities_are_uniform_over_pairs_of_neighbours(graph: KnnGraph) -> None:
    affinities = uniform_affinities(graph)
    assert affinities.sum() == pytest.approx(1.0)
    assert (affinities != affinities.T).nnz == 0
    assert len(np.unique(affinities.data)) == 1
    assert affinities.diagonal().max() == 0.0
    assert all(affinities[row, graph.ids[row]].nnz == graph.k for row in range(0, graph.rows, 100))


def test_neighbours_are_kept_better_than_by_pca(digits: np.ndarray, graph: KnnGraph, placed: np.ndarray) -> None:
    assert placed.dtype == np.float32
    found, flat = (preservation(graph, positions, vectors=digits) for positions in (placed, pca(digits)))
    assert found.mean > 0.45 > 2.0 * flat.mean
    assert found.trustworthiness > 0.98


def test_as_good_as_open_tsne_by_itself(digits: np.ndarray, graph: KnnGraph, on_a_grid: None) -> None:
    """Same affinities and start, its own optimiser and repulsion."""
    affinities = uniform_affinities(graph)
    start = pca(digits) / pca(digits).std() * 1e-4
    model = TSNE(early_exaggeration_iter=60, n_iter=60, negative_gradient_method="bh", random_state=0)
    theirs = model.fit(affinities=PrecomputedAffinities(affinities.copy()), initialization=start.astype(np.float64))
    dense = affinities.toarray()
    ours = divergence(dense, tsne(graph, pca(digits), **FEW))
    assert ours == pytest.approx(divergence(dense, np.asarray(theirs)), rel=0.03)


def test_same_bytes_for_the_same_seed_on_the_tree(digits: np.ndarray, graph: KnnGraph, placed: np.ndarray) -> None:
    assert tsne(graph, pca(digits), **FEW).tobytes() == placed.tobytes()
    assert tsne(graph, pca(digits), seed=1, **FEW).tobytes() != placed.tobytes()


def test_same_bytes_on_any_number_of_threads_on_the_grid(
    digits: np.ndarray, graph: KnnGraph, on_a_grid: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tsne(graph, pca(digits), early=20, late=20)
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    try:
        alone = tsne(graph, pca(digits), early=20, late=20)
    finally:
        numba.set_num_threads(before)
    assert alone.tobytes() == shared.tobytes()


def test_rows_without_neighbours_stay_out(digits: np.ndarray) -> None:
    gaps = np.insert(digits[:200], [0, 100, 200], 0.0, axis=0)
    found = small(gaps)
    assert np.isnan(found[~gaps.any(axis=1)]).all()
    assert np.isfinite(found[gaps.any(axis=1)]).all()
    nothing = KnnGraph(np.full((3, 1), MISSING, np.int32), np.full((3, 1), np.nan, np.float32), "cosine", "", 1.0, 0)
    assert np.isfinite(tsne(nothing, np.eye(3, 2, dtype=np.float32))).all()


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_handful_of_rows(rows: int) -> None:
    found = small(np.eye(4)[:rows])
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 500.0


@pytest.mark.parametrize("method", ["tree", "grid"])
def test_identical_rows_part(digits: np.ndarray, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TREE_ROWS", 0 if method == "grid" else 10**9)
    found = small(np.repeat(digits[:1], 60, axis=0))
    assert np.isfinite(found).all()
    assert len(np.unique(found, axis=0)) == 60


def test_a_row_without_a_start_finds_its_place(digits: np.ndarray, graph: KnnGraph) -> None:
    start = pca(digits)
    start[5] = np.nan
    found = tsne(graph, start, early=20, late=5)
    assert np.isfinite(found).all()
    with pytest.raises(ValueError, match="starting layout"):
        tsne(graph, start[:-1])


def test_partials_come_at_once_and_cancel_carries_the_positions(digits: np.ndarray, graph: KnnGraph) -> None:
    partials: list[np.ndarray] = []
    stop = threading.Event()

    def seen(positions: np.ndarray) -> None:
        partials.append(positions)
        if len(partials) == 3:
            stop.set()

    with pytest.raises(Cancelled) as cancelled:
        tsne(graph, pca(digits), progress=Progress(is_cancelled=stop.is_set), on_partial=seen)
    assert len(partials) == 3
    assert not np.array_equal(partials[0], partials[1])
    np.testing.assert_array_equal(cancelled.value.partial, partials[2])


def test_progress_counts_the_iterations(digits: np.ndarray) -> None:
    reports: list[Report] = []
    graph = build_graph(digits[:100], k=5, metric="euclidean")
    tsne(graph, pca(digits[:100]), early=10, late=20, progress=Progress(reports.append))
    assert [report.facts["done"] for report in reports[1:]] == list(range(1, 31))
    assert reports[-1].fraction == 1.0


def test_the_divergence_reported_is_that_of_the_map(digits: np.ndarray, graph: KnnGraph, on_a_grid: None) -> None:
    reports: list[Report] = []
    partials: list[np.ndarray] = []
    tsne(graph, pca(digits), early=20, late=20, progress=Progress(reports.append), on_partial=partials.append)
    wanted = divergence(uniform_affinities(graph).toarray(), partials[-1])
    assert reports[-1].facts["divergence"] == pytest.approx(wanted, abs=0.02)
