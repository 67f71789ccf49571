from __future__ import annotations

import numba
import numpy as np
import pytest
from scipy.spatial import cKDTree
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness

from explorer.core.neighbors.base import MISSING, KnnGraph, Metric
from explorer.core.neighbors.graph import build_graph
from explorer.core.progress import Cancelled, Progress
from explorer.core.projection import trust
from explorer.core.projection.pca import pca
from explorer.core.projection.trust import identical, preservation

K = 15


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    """Shaken a little, so that no two distances are equal: scikit-learn resolves ties by chance."""
    data = load_digits().data
    return (data + np.random.default_rng(0).uniform(0.0, 0.01, data.shape) * (data > 0)).astype(np.float32)


@pytest.fixture(scope="module")
def graph(digits: np.ndarray) -> KnnGraph:
    return build_graph(digits, k=K, metric="euclidean")


@pytest.fixture(scope="module")
def flat(digits: np.ndarray) -> np.ndarray:
    return pca(digits)


def plain_share(graph: KnnGraph, positions: np.ndarray) -> np.ndarray:
    """Overlap of the two lists, without ties."""
    _, near = cKDTree(positions).query(positions, graph.k + 1)
    overlap = [len((set(near[row]) - {row}) & set(graph.ids[row])) for row in range(graph.rows)]
    return np.array(overlap) / graph.k


@pytest.mark.parametrize("axes", [2, 3])
def test_kept_is_the_overlap_of_the_two_neighbourhoods(digits: np.ndarray, graph: KnnGraph, axes: int) -> None:
    positions = digits @ np.random.default_rng(0).normal(size=(64, axes)).astype(np.float32)
    found = preservation(graph, positions)
    assert found.kept.dtype == np.float32
    np.testing.assert_allclose(found.kept, plain_share(graph, positions), atol=1e-6)
    assert found.mean == pytest.approx(float(found.kept.mean()))
    assert 0.0 < found.mean < 1.0


def test_a_map_of_the_vectors_themselves_is_perfect() -> None:
    vectors = np.random.default_rng(0).normal(size=(500, 3)).astype(np.float32)
    found = preservation(build_graph(vectors, k=K, metric="euclidean"), vectors, vectors=vectors)
    assert (found.mean, found.trustworthiness, found.continuity) == (1.0, 1.0, 1.0)
    assert (found.k, found.sampled) == (K, 500)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_trustworthiness_is_that_of_scikit_learn(digits: np.ndarray, flat: np.ndarray, metric: Metric) -> None:
    found = preservation(build_graph(digits, k=K, metric=metric), flat, vectors=digits, sample=len(digits))
    assert found.sampled == len(digits)
    wanted = trustworthiness(digits, flat, n_neighbors=K, metric=metric)
    assert found.trustworthiness == pytest.approx(wanted, abs=2e-5)


def test_continuity_is_trustworthiness_with_roles_exchanged(
    digits: np.ndarray, graph: KnnGraph, flat: np.ndarray
) -> None:
    found = preservation(graph, flat, sample=len(digits))
    assert found.continuity == pytest.approx(trustworthiness(flat, digits, n_neighbors=K), abs=2e-5)
    assert np.isnan(found.trustworthiness)


def test_far_from_the_origin_nothing_is_lost(digits: np.ndarray, flat: np.ndarray) -> None:
    moved = digits + np.float32(1000.0)
    found = preservation(build_graph(moved, k=K, metric="euclidean"), flat, vectors=moved)
    wanted = trustworthiness(digits, flat, n_neighbors=K)
    assert found.trustworthiness == pytest.approx(wanted, abs=0.01)


def test_a_sample_comes_near_the_whole_and_depends_on_the_seed_alone(
    digits: np.ndarray, graph: KnnGraph, flat: np.ndarray
) -> None:
    one, same, other = (preservation(graph, flat, vectors=digits, sample=400, seed=seed) for seed in (0, 0, 1))
    assert one.sampled == 400
    assert (one.trustworthiness, one.continuity) == (same.trustworthiness, same.continuity)
    assert one.trustworthiness != other.trustworthiness
    whole = trustworthiness(digits, flat, n_neighbors=K)
    assert one.trustworthiness == pytest.approx(whole, abs=0.02)


def test_same_bytes_on_any_number_of_threads_and_in_any_chunks(
    graph: KnnGraph, flat: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = preservation(graph, flat)
    monkeypatch.setattr(trust, "CHUNK", 100)
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        alone = preservation(graph, flat)
    finally:
        numba.set_num_threads(before)
    assert alone.kept.tobytes() == whole.kept.tobytes()
    assert alone.continuity == whole.continuity


def test_rows_without_neighbours_or_place_have_no_trust(digits: np.ndarray) -> None:
    gaps = np.insert(digits[:300], [0, 100, 300], 0.0, axis=0)
    positions = pca(gaps)
    positions[[5, 7]] = np.nan
    found = preservation(build_graph(gaps, k=K), positions, vectors=gaps)
    nowhere = ~gaps.any(axis=1)
    nowhere[[5, 7]] = True
    assert np.isnan(found.kept[nowhere]).all()
    assert np.isfinite(found.kept[~nowhere]).all()
    assert found.sampled == 298
    assert 0.5 < found.trustworthiness < 1.0


def test_of_identical_texts_any_will_do() -> None:
    """100 copies scattered over a patch: which 15 a row of the graph happens to list must not matter."""
    random = np.random.default_rng(0)
    vectors = random.normal(size=(400, 2)).astype(np.float32) + 5.0
    vectors[:100] = vectors[0]
    positions = vectors.copy()
    positions[:100] += random.normal(scale=1e-3, size=(100, 2)).astype(np.float32)
    graph = build_graph(vectors, k=K, metric="euclidean")
    assert plain_share(graph, positions)[:100].mean() < 0.3
    found = preservation(graph, positions, vectors=vectors)
    assert (found.kept[:100] == 1.0).all()
    assert found.kept[100:].mean() > 0.95
    assert found.continuity > 0.999
    assert found.trustworthiness > 0.999


def test_twins_torn_apart_are_not_kept() -> None:
    random = np.random.default_rng(0)
    vectors = np.repeat(random.normal(size=(200, 8)), 2, axis=0).astype(np.float32)
    graph = build_graph(vectors, k=1, metric="euclidean")
    positions = random.normal(size=(400, 2)).astype(np.float32)
    assert preservation(graph, positions).mean < 0.05


def test_many_rows_on_one_spot_lose_no_neighbour(digits: np.ndarray, graph: KnnGraph) -> None:
    stacked = preservation(graph, np.zeros((len(digits), 2), np.float32))
    assert stacked.mean == 1.0
    columns = np.stack([digits[:, 20], digits[:, 42]], axis=1).round()
    spots, spot = np.unique(columns, axis=0, return_inverse=True)
    assert len(spots) < 300
    found = preservation(graph, columns)
    together = spot[graph.ids] == spot[:, None]
    assert (found.kept >= together.mean(axis=1) - 1e-6).all()
    assert found.mean < 1.0


def test_identical_rows_are_grouped() -> None:
    vectors = np.eye(6, dtype=np.float32)[[0, 1, 0, 2, 3, 1, 0]]
    groups = identical(build_graph(vectors, k=3))
    assert groups[0] == groups[2] == groups[6] != groups[1] == groups[5]
    assert (groups[[3, 4]] == -1).all()
    assert (groups[[0, 1]] >= 0).all()


@pytest.mark.parametrize("rows", [1, 2, 3, 4])
def test_a_handful_of_rows(rows: int) -> None:
    vectors = np.eye(4, dtype=np.float32)[:rows]
    found = preservation(build_graph(vectors, k=K), pca(vectors), vectors=vectors)
    assert len(found.kept) == rows
    assert np.isfinite(found.mean) == (rows > 1)
    assert np.isnan(found.trustworthiness) or 0.0 <= found.trustworthiness <= 1.0


def test_an_empty_map_and_a_wrong_one(digits: np.ndarray, graph: KnnGraph, flat: np.ndarray) -> None:
    found = preservation(graph, np.full(flat.shape, np.nan, np.float32), vectors=digits)
    assert np.isnan(found.kept).all()
    assert np.isnan([found.mean, found.trustworthiness, found.continuity]).all()
    nothing = KnnGraph(np.full((3, 1), MISSING, np.int32), np.full((3, 1), np.nan, np.float32), "cosine", "", 1.0, 0)
    assert np.isnan(preservation(nothing, np.zeros((3, 2), np.float32)).mean)
    with pytest.raises(ValueError, match="rows"):
        preservation(graph, flat[:-1])


def test_cancel_is_heard(digits: np.ndarray, graph: KnnGraph, flat: np.ndarray) -> None:
    with pytest.raises(Cancelled):
        preservation(graph, flat, progress=Progress(is_cancelled=lambda: True))
    fractions: list[float] = []
    preservation(graph, flat, vectors=digits, progress=Progress(lambda report: fractions.append(report.fraction)))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
