"""What every way of finding neighbours promises, checked against brute force in float64."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.core.neighbors.annoy_index import AnnoyNeighborIndex, build_annoy
from explorer.core.neighbors.base import METRICS, MISSING
from explorer.core.neighbors.exact import ExactIndex
from explorer.core.neighbors.graph import EXACT_WORK, graph_of
from explorer.core.neighbors.prepare import prepare
from explorer.errors import OptionError, VectorsError


def clustered(rows: int, width: int = 24, seed: int = 0) -> np.ndarray:
    """Rows around a few dozen centres, as texts lie around topics; some of them equal, two of them zero."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((max(2, rows // 40), width))
    vectors = centres[rng.integers(0, len(centres), rows)] + 0.5 * rng.standard_normal((rows, width))
    vectors[7:12] = vectors[3]
    vectors[[20, 40]] = 0.0
    return vectors.astype(np.float32)


def brute_force(vectors: np.ndarray, queries: np.ndarray, metric: str) -> np.ndarray:
    base, asked = vectors.astype(np.float64), queries.astype(np.float64)
    if metric == "cosine":
        base = base / np.maximum(np.linalg.norm(base, axis=1, keepdims=True), 1e-300)
        asked = asked / np.maximum(np.linalg.norm(asked, axis=1, keepdims=True), 1e-300)
        return 1.0 - asked @ base.T
    return np.sqrt(np.square(asked[:, None] - base[None]).sum(axis=2))


class Exact:
    name = "exact"

    def search(self, vectors, metric, k, folder):
        return ExactIndex(vectors, metric).search(vectors, k, without=np.arange(len(vectors), dtype=np.int32))


class Annoy:
    name = "annoy"

    def search(self, vectors, metric, k, folder):
        facts = build_annoy(vectors, metric, folder / "index.ann", recall=1.0, k=k)
        index = AnnoyNeighborIndex.open(folder / "index.ann", facts, vectors)
        return index.search(vectors, k, without=np.arange(len(vectors), dtype=np.int32))


class Graph:
    name = "blocks"
    work = EXACT_WORK

    def search(self, vectors, metric, k, folder):
        graph = graph_of(prepare(vectors, metric), k=k, recall=1.0, exact_work=self.work)
        return graph.ids, graph.distances


class Candidates(Graph):
    name = "candidates"
    work = 0.0


@pytest.fixture(params=[Exact(), Annoy(), Graph(), Candidates()], ids=lambda finder: finder.name)
def finder(request):
    return request.param


@pytest.fixture(params=METRICS)
def metric(request):
    return request.param


def test_neighbours_are_the_nearest_with_true_distances(finder, metric, tmp_path: Path):
    vectors = clustered(300)
    ids, distances = finder.search(vectors, metric, 10, tmp_path)
    truth = brute_force(vectors, vectors, metric)
    truth[:, [20, 40]] = np.inf
    np.fill_diagonal(truth, np.inf)
    valid = np.setdiff1d(np.arange(300), [20, 40])
    np.testing.assert_allclose(distances[valid], np.sort(truth, axis=1)[valid, :10], rtol=2e-6, atol=2e-7)
    np.testing.assert_allclose(
        distances[valid], np.take_along_axis(truth, ids.astype(np.intp), 1)[valid], rtol=2e-6, atol=2e-7
    )


def test_itself_is_left_out_by_id_though_equal_rows_exist(finder, metric, tmp_path: Path):
    ids, distances = finder.search(clustered(300), metric, 6, tmp_path)
    same = [3, 7, 8, 9, 10, 11]
    for row in same:
        assert ids[row, :5].tolist() == [other for other in same if other != row]
        assert (distances[row, :5] == 0.0).all()
        assert distances[row, 5] > 0.0
    assert not (ids == np.arange(300)[:, None]).any()


def test_zero_rows_have_no_neighbours_and_are_nobodys(finder, metric, tmp_path: Path):
    ids, distances = finder.search(clustered(300), metric, 6, tmp_path)
    assert (ids[[20, 40]] == MISSING).all()
    assert np.isnan(distances[[20, 40]]).all()
    assert not np.isin(ids, [20, 40]).any()


def test_lists_ascend_by_distance_then_id_and_name_nobody_twice(finder, metric, tmp_path: Path):
    ids, distances = finder.search(clustered(300), metric, 10, tmp_path)
    for row in np.setdiff1d(np.arange(300), [20, 40]):
        assert len(set(ids[row].tolist())) == 10
        pairs = list(zip(distances[row].tolist(), ids[row].tolist(), strict=True))
        assert pairs == sorted(pairs)


def test_fewer_than_k(finder, metric, tmp_path: Path):
    vectors = clustered(60)[:5]
    ids, distances = finder.search(vectors, metric, 9, tmp_path)
    assert ids.shape == distances.shape == (5, 9)
    assert (np.sort(ids[:, :4], axis=1) == [[b for b in range(5) if b != a] for a in range(5)]).all()
    assert (ids[:, 4:] == MISSING).all()
    assert np.isnan(distances[:, 4:]).all()


def test_one_row(finder, metric, tmp_path: Path):
    ids, distances = finder.search(np.ones((1, 4), np.float32), metric, 3, tmp_path)
    assert (ids == MISSING).all()
    assert np.isnan(distances).all()


def test_all_rows_zero(finder, metric, tmp_path: Path):
    ids, _ = finder.search(np.zeros((4, 3), np.float32), metric, 2, tmp_path)
    assert (ids == MISSING).all()


def test_all_rows_identical(finder, metric, tmp_path: Path):
    ids, distances = finder.search(np.full((90, 8), 0.3, np.float32), metric, 5, tmp_path)
    assert (distances == 0.0).all()
    assert not (ids == np.arange(90)[:, None]).any()
    if finder.name != "annoy":
        assert ids[0].tolist() == [1, 2, 3, 4, 5]
        assert ids[50].tolist() == [0, 1, 2, 3, 4]


def test_same_twice_and_read_only(finder, metric, tmp_path: Path):
    first = finder.search(clustered(300), metric, 8, tmp_path)
    second = finder.search(clustered(300), metric, 8, tmp_path)
    for one, other in zip(first, second, strict=True):
        assert one.tobytes() == other.tobytes()
        assert not one.flags.writeable


def test_bad_requests(finder, metric, tmp_path: Path):
    with pytest.raises(OptionError):
        finder.search(clustered(60), metric, 0, tmp_path)
    broken = clustered(60)
    broken[33, 2] = np.nan
    with pytest.raises(VectorsError, match="row 33"):
        finder.search(broken, metric, 3, tmp_path)
