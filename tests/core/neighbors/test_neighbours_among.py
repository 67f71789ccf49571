"""Neighbours among some rows only are those that comparing every pair finds."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.core.neighbors import among
from explorer.core.neighbors._tiles import BFloat16Tiles, Float32Tiles
from explorer.core.neighbors.among import neighbours_among
from explorer.core.neighbors.base import MISSING, Metric
from explorer.core.neighbors.blocks import lists_among
from explorer.core.neighbors.graph import graph_of
from explorer.core.neighbors.prepare import prepare
from explorer.core.progress import SILENT, Cancelled, Progress
from explorer.errors import OptionError


def cloud(rows: int, seed: int = 0, width: int = 24) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, width)).astype(np.float32)


def compared(rows: np.ndarray, queries: np.ndarray, k: int, metric: Metric, places: np.ndarray) -> np.ndarray:
    """Distances of the k nearest, every pair compared in float64."""
    table = np.linalg.norm(rows[None].astype(float) - queries[:, None].astype(float), axis=2)
    table = table if metric == "euclidean" else 0.5 * table**2
    known = np.flatnonzero(places != MISSING)
    table[known, places[known]] = np.inf
    return np.sort(table, axis=1)[:, :k]


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_of_new_rows_among_others(metric: Metric) -> None:
    rows, queries = (prepare(cloud(*of), metric).vectors for of in ((500, 1), (130, 2)))
    found = neighbours_among(rows, queries, k=7, metric=metric, valid=np.ones(130, bool))
    expected = compared(rows, queries, 7, metric, np.full(130, MISSING))
    np.testing.assert_allclose(found.distances, expected, rtol=1e-5)
    table = np.linalg.norm(rows[found.ids] - queries[:, None], axis=2)
    np.testing.assert_allclose(table if metric == "euclidean" else 0.5 * table**2, expected, rtol=1e-4)


def test_rows_that_are_among_them_leave_themselves_out_and_meet_their_copies() -> None:
    vectors = cloud(300)
    vectors[40] = vectors[10]
    vectors[200] = vectors[11]
    chosen = np.flatnonzero(np.arange(300) % 3 == 1).astype(np.int32)
    places = np.full(300, MISSING, np.int32)
    places[chosen] = np.arange(len(chosen))
    found = neighbours_among(vectors[chosen], vectors, k=5, metric="euclidean", valid=np.ones(300, bool), places=places)
    np.testing.assert_allclose(
        found.distances, compared(vectors[chosen], vectors, 5, "euclidean", places), rtol=1e-5, atol=1e-6
    )
    assert not (found.ids == places[:, None])[places != MISSING].any()
    assert found.distances[10, 0] == found.distances[40, 0] == 0.0
    assert found.ids[10, 0] == places[40]


def test_all_rows_among_themselves_is_the_graph() -> None:
    prepared = prepare(cloud(400), "cosine")
    graph = graph_of(prepared, k=9)
    vectors, places = prepared.vectors, np.arange(400, dtype=np.int32)
    found = neighbours_among(vectors, vectors, k=9, metric="cosine", valid=prepared.valid, places=places)
    np.testing.assert_array_equal(found.ids, graph.ids)
    np.testing.assert_array_equal(found.distances, graph.distances)


def test_both_arithmetics_find_the_same() -> None:
    table = cloud(900, width=64)
    first, second = (
        lists_among(table, 600, 600, 8, "euclidean", SILENT, tiles(table)) for tiles in (Float32Tiles, BFloat16Tiles)
    )
    np.testing.assert_array_equal(first[0][600:], second[0][600:])
    np.testing.assert_array_equal(first[1][600:], second[1][600:])


def test_fewer_than_k_invalid_queries_and_nothing_to_compare_with() -> None:
    rows, queries = cloud(3), cloud(6, 1)
    valid = np.array([True, True, False, True, True, True])
    found = neighbours_among(rows, queries, k=5, metric="euclidean", valid=valid)
    assert ((found.ids != MISSING).sum(axis=1) == np.where(valid, 3, 0)).all()
    assert np.isnan(found.distances[found.ids == MISSING]).all()
    nothing = neighbours_among(rows[:0], queries, k=5, metric="euclidean", valid=valid)
    assert (nothing.ids == MISSING).all() and nothing.ids.shape == (6, 5)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_few_queries_chunk_by_chunk_find_what_the_whole_table_finds(
    metric: Metric, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = cloud(500)
    rows[300:330] = rows[10:40]  # copies in other chunks: of equal distances the lower id comes first
    queries = np.vstack([cloud(50, 1), rows[10:20]])
    rows, queries = prepare(rows, metric).vectors, prepare(queries, metric).vectors
    valid = np.arange(60) % 7 != 3
    asked = {"k": 6, "metric": metric, "valid": valid}
    monkeypatch.setattr(among, "CHUNK", 64)
    found = neighbours_among(rows, queries, **asked)
    monkeypatch.setattr(among, "FEW", 1_000)
    whole = neighbours_among(rows, queries, **asked)
    np.testing.assert_array_equal(found.ids, whole.ids)
    np.testing.assert_array_equal(found.distances, whole.distances)
    assert (found.distances[valid][-8:, 1] <= 1e-6).all()  # a query and both copies of it


def test_no_valid_query_among_many_rows() -> None:
    found = neighbours_among(cloud(100), cloud(5, 1), k=3, metric="euclidean", valid=np.zeros(5, bool))
    assert (found.ids == MISSING).all() and found.ids.shape == (5, 3)


def test_cancel_is_heard_and_k_is_checked() -> None:
    rows, queries = cloud(50), cloud(20, 1)
    valid = np.ones(20, bool)
    with pytest.raises(Cancelled):
        neighbours_among(
            rows, queries, k=5, metric="euclidean", valid=valid, progress=Progress(is_cancelled=lambda: True)
        )
    with pytest.raises(OptionError, match="k = 0"):
        neighbours_among(rows, queries, k=0, metric="euclidean", valid=valid)
