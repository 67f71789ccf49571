from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.neighbors.graph import build_graph
from explorer.core.projection.layout import layout
from explorer.core.projection.pca import pca
from explorer.core.projection.place import place
from explorer.core.projection.trust import preservation


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return load_digits().data.astype(np.float32)


@pytest.fixture(scope="module")
def graph(digits: np.ndarray) -> KnnGraph:
    return build_graph(digits, k=15, metric="euclidean")


@pytest.fixture(scope="module")
def whole(digits: np.ndarray, graph: KnnGraph) -> np.ndarray:
    return layout(graph, pca(digits), epochs=60)


def without(positions: np.ndarray, rows: object) -> np.ndarray:
    gaps = positions.copy()
    gaps[rows] = np.nan
    return gaps


def chain(*edges: tuple[int, int, float], rows: int) -> KnnGraph:
    """A graph of at most two neighbours per row, from (row, neighbour, distance)."""
    ids = np.full((rows, 2), MISSING, np.int32)
    distances = np.full((rows, 2), np.nan, np.float32)
    for row, other, distance in edges:
        at = int((ids[row] != MISSING).sum())
        ids[row, at], distances[row, at] = other, distance
    return KnnGraph(ids, distances, "euclidean", "by hand", 1.0, 0)


def test_held_out_rows_come_back_to_where_they_were(graph: KnnGraph, whole: np.ndarray) -> None:
    out = np.random.default_rng(0).random(len(whole)) < 0.2
    gaps = without(whole, out)
    found = place(graph, gaps)
    assert found.dtype == np.float32
    assert found[~out].tobytes() == whole[~out].tobytes()
    assert np.isnan(gaps[out]).all()
    off = np.linalg.norm(found[out] - whole[out], axis=1)
    assert np.median(off) < 0.05 * np.ptp(whole, axis=0).max()
    assert preservation(graph, found).kept[out].mean() > 0.7 * preservation(graph, whole).kept[out].mean()


def test_no_new_row_lies_on_another(digits: np.ndarray) -> None:
    doubled = np.concatenate([digits[:200], digits[:200], digits[:200]])
    graph = build_graph(doubled, k=5, metric="euclidean")
    start = pca(doubled)
    found = place(graph, without(start, slice(200, None)))
    assert len(np.unique(found, axis=0)) == 600
    twin = np.linalg.norm(found[200:400] - found[:200], axis=1)
    assert np.median(twin) < 0.02 * np.ptp(start, axis=0).max()


def test_near_neighbours_weigh_more() -> None:
    graph = chain((2, 0, 1.0), (2, 1, 3.0), rows=3)
    found = place(graph, np.array([[0.0, 0.0], [1000.0, 0.0], [np.nan, np.nan]], np.float32))
    assert found[2, 0] == pytest.approx(100.0, abs=150.0)  # shaken off the exact 100; an even mean would be 500


def test_rows_among_new_ones_follow_in_waves_whichever_end_knows_of_the_edge() -> None:
    graph = chain((2, 1, 1.0), (3, 2, 1.0), (3, 4, 1.0), rows=5)
    start = np.full((5, 2), np.nan, np.float32)
    start[:2] = [[0.0, 0.0], [100.0, 100.0]]
    found = place(graph, start)
    assert np.linalg.norm(found[2:] - start[1], axis=1).max() < 60.0
    assert np.linalg.norm(found[2:] - start[1], axis=1).min() > 0.0
    unlisted = chain((0, 1, 1.0), rows=2)
    found = place(unlisted, np.array([[3.0, 4.0], [np.nan, np.nan]], np.float32))
    assert np.isfinite(found).all()


def test_islands_lie_together_beyond_the_rim() -> None:
    random = np.random.default_rng(0)
    far = random.normal(size=(60, 4)) + np.repeat([[0.0] * 4, [90.0] * 4, [-90.0, 90.0, 0.0, 0.0]], 20, axis=0)
    graph = build_graph(far.astype(np.float32), k=5, metric="euclidean")
    start = without(pca(far), slice(20, None))
    found = place(graph, start)
    radius = np.linalg.norm(start[:20] - np.median(start[:20], axis=0), axis=1).max()
    away = np.linalg.norm(found - np.median(start[:20], axis=0), axis=1)
    assert away[20:].min() > radius
    middles = found[20:40].mean(axis=0), found[40:].mean(axis=0)
    assert np.linalg.norm(found[20:40] - middles[0], axis=1).max() < 3.0 * radius
    assert not np.allclose(*middles)


def test_rows_without_neighbours_stay_out(digits: np.ndarray) -> None:
    gaps = np.insert(digits[:100], [0, 50, 100], 0.0, axis=0)
    start = without(pca(gaps), slice(80, None))
    found = place(build_graph(gaps, k=5), start)
    assert np.array_equal(np.isnan(found).any(axis=1), ~gaps.any(axis=1))


def test_three_dimensions(digits: np.ndarray, graph: KnnGraph) -> None:
    solid = (digits @ np.random.default_rng(0).normal(size=(64, 3))).astype(np.float32)
    found = place(graph, without(solid, slice(0, 400)))
    assert np.isfinite(found).all()
    assert found[400:].tobytes() == solid[400:].tobytes()
    assert np.median(np.linalg.norm(found[:400] - solid[:400], axis=1)) < 0.2 * np.ptp(solid, axis=0).max()


def test_same_seed_same_bytes(graph: KnnGraph, whole: np.ndarray) -> None:
    gaps = without(whole, slice(0, 300))
    assert place(graph, gaps).tobytes() == place(graph, gaps).tobytes()
    assert place(graph, gaps, seed=1).tobytes() != place(graph, gaps).tobytes()


def test_nothing_to_do_or_to_go_by(graph: KnnGraph, whole: np.ndarray) -> None:
    full = place(graph, whole)
    assert full.tobytes() == whole.tobytes()
    assert full is not whole
    assert np.isnan(place(graph, np.full_like(whole, np.nan))).all()
    point = without(np.zeros_like(whole), slice(10, None))
    assert np.isfinite(place(graph, point)).all()
    with pytest.raises(ValueError, match="rows"):
        place(graph, whole[:-1])
