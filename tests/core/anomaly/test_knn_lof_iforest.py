"""The numbers are those of the published methods, as scikit-learn computes them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest as SklearnForest
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

from explorer.core.anomaly.base import DetectorInput
from explorer.core.anomaly.iforest import IsolationForest, mean_splits
from explorer.core.anomaly.knn import Knn
from explorer.core.anomaly.lof import Lof
from explorer.core.neighbors.graph import build_graph


@pytest.fixture(scope="module")
def data() -> DetectorInput:
    random = np.random.default_rng(0)
    vectors = np.concatenate([random.normal(size=(400, 6)), random.normal(size=(100, 6)) * 0.05 + 4.0])
    vectors[7:11] = vectors[6]
    vectors = vectors.astype(np.float32)
    return DetectorInput(vectors, build_graph(vectors, k=20, metric="euclidean"), np.ones(500, bool), 5)


def test_knn_mean_and_largest(data: DetectorInput) -> None:
    distances, _ = NearestNeighbors(n_neighbors=8).fit(data.vectors.astype(float)).kneighbors()
    np.testing.assert_allclose(Knn(8).score(data), distances.mean(axis=1), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(Knn(8, "largest").score(data), distances[:, -1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("k", [5, 20])
def test_lof_equals_sklearn(data: DetectorInput, k: int) -> None:
    expected = -LocalOutlierFactor(n_neighbors=k).fit(data.vectors.astype(float)).negative_outlier_factor_
    np.testing.assert_allclose(Lof(k).score(data), expected, rtol=1e-3)


def test_lof_is_not_carried_away_by_piles_of_copies() -> None:
    random = np.random.default_rng(1)
    vectors = random.normal(size=(200, 6)).astype(np.float32)
    vectors[50:90] = vectors[50]
    beside = vectors[50] + np.float32(0.3)
    vectors[0] = beside
    graph = build_graph(vectors, k=15, metric="euclidean")
    scores = Lof(15).score(DetectorInput(vectors, graph, np.ones(200, bool), 0))
    assert (scores[50:90] == 1.0).all()
    assert scores.max() < 10.0


def lof_of(rows: list[list[float]]) -> np.ndarray:
    vectors = np.array(rows, np.float32)
    graph = build_graph(vectors, k=15, metric="euclidean")
    return Lof(15).score(DetectorInput(vectors, graph, vectors.any(axis=1), 0))


def test_lof_finds_the_few_texts_that_lie_beside_piles_of_copies() -> None:
    piles = [[1.0, 0.0, 0.0]] * 100 + [[0.0, 1.0, 0.0]] * 100 + [[0.0, 0.0, 1.0]] * 100
    scores = lof_of([*piles, [11.0, 0.0, 0.0], [0.0, 11.0, 0.0], [0.0, 0.0, 6.0]])
    assert (scores[:300] == 1.0).all()
    assert scores[300] == scores[301] == pytest.approx(2.0 * 10.0 / 7.5)
    assert scores[302] == pytest.approx(2.0 * 5.0 / 7.5)


def test_lof_calls_nobody_denser_than_the_pile_it_lies_beside() -> None:
    scores = lof_of([*[[1.0, 0.0]] * 50, *[[0.0, 1.0]] * 50, [1.001, 0.0], [30.0, 0.0]])
    assert scores[100] == 1.0
    assert scores[101] > 1.5


@pytest.mark.parametrize("rows", [[[1.0, 2.0]] * 40, [[1.0, 2.0]], [[0.0, 0.0]] * 3])
def test_lof_of_copies_alone_is_one(rows: list[list[float]]) -> None:
    scores = lof_of(rows)
    assert (scores[np.any(rows, axis=1)] == 1.0).all()
    assert np.isnan(scores[~np.any(rows, axis=1)]).all()


def test_isolation_forest_equals_sklearn(data: DetectorInput) -> None:
    expected = -SklearnForest(random_state=5).fit(data.vectors).score_samples(data.vectors)
    np.testing.assert_allclose(IsolationForest().score(data), expected, rtol=1e-12)


def test_mean_splits_inverts_the_score() -> None:
    """A row as hard to isolate as an unsuccessful search in a tree of 256 scores 0.5: c(256) = 10.24 splits."""
    assert mean_splits(np.array([0.5]), 50_000) == pytest.approx(10.2448, abs=1e-3)
    assert mean_splits(np.array([1.0]), 50_000) == 0.0
    assert mean_splits(np.array([0.5]), 2) == 1.0
