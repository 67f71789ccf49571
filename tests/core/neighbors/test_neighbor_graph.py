from __future__ import annotations

import numba
import numpy as np
import pytest

from explorer.core.neighbors import _tiles, blocks
from explorer.core.neighbors.graph import build_graph, distinct_rows, graph_of
from explorer.core.neighbors.prepare import prepare
from explorer.core.progress import SILENT, Cancelled, Progress
from explorer.errors import OptionError


def topics(rows: int, width: int, seed: int = 0, spread: float = 0.7) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((rows // 50 + 1, width))
    return (centres[rng.integers(0, len(centres), rows)] + spread * rng.standard_normal((rows, width))).astype(
        np.float32
    )


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_bfloat16_and_float32_give_the_same_graph(metric):
    """The arithmetic decides the time, not the result: rounding is bounded and close calls are looked at again."""
    vectors = np.asarray(prepare(topics(5000, 64) + 2.0, metric).vectors)
    coarse = blocks.exact_lists(vectors, 10, metric, SILENT, _tiles.BFloat16Tiles(vectors))
    fine = blocks.exact_lists(vectors, 10, metric, SILENT, _tiles.Float32Tiles(vectors))
    assert coarse[0].tobytes() == fine[0].tobytes()
    assert coarse[1].tobytes() == fine[1].tobytes()


def test_nothing_is_nearer_than_the_bound_on_what_was_not_seen():
    vectors = np.asarray(prepare(topics(600, 48)).vectors)
    tiles = _tiles.BFloat16Tiles(vectors)
    codes, ids = blocks.shortlists(tiles, 20, SILENT)
    bound = tiles.unseen_from(np.arange(600), codes[:, -1])
    true = np.sqrt(np.square(vectors[:, None].astype(np.float64) - vectors[None]).sum(axis=2))
    np.fill_diagonal(true, np.inf)
    np.put_along_axis(true, ids.astype(np.intp), np.inf, axis=1)
    assert (true.min(axis=1) >= bound).all()
    assert (bound > 0).all()


def test_the_number_of_threads_makes_no_difference():
    vectors = topics(3000, 32)
    before = numba.get_num_threads()
    many = build_graph(vectors, k=12)
    numba.set_num_threads(1)
    try:
        one = build_graph(vectors, k=12)
    finally:
        numba.set_num_threads(before)
    assert many.ids.tobytes() == one.ids.tobytes()
    assert many.distances.tobytes() == one.distances.tobytes()


def test_refined_candidates_reach_the_recall_asked_for():
    vectors = topics(4000, 32, spread=1.5)
    graph = graph_of(prepare(vectors), k=10, recall=0.95, exact_work=1.0)
    exact = build_graph(vectors, k=10)
    found = np.mean([len(np.intersect1d(a, b)) for a, b in zip(graph.ids, exact.ids, strict=True)]) / 10
    assert graph.method.startswith("refined candidates: ")
    assert exact.method == "exact, in blocks"
    assert found > 0.94
    assert abs(found - graph.recall) < 0.02
    assert graph.recall_rows == 500


def test_a_smaller_k_is_a_prefix():
    vectors = topics(800, 16)
    assert np.array_equal(build_graph(vectors, k=20).prefix(7).ids, build_graph(vectors, k=7).ids)


def test_cancel_stops_between_blocks():
    with pytest.raises(Cancelled):
        build_graph(topics(300, 8), k=3, progress=Progress(is_cancelled=lambda: True))


def test_progress_ascends_to_one():
    seen: list[float] = []
    build_graph(topics(300, 8), k=3, progress=Progress(lambda report: seen.append(report.fraction)))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_no_rows():
    assert build_graph(np.zeros((0, 5), np.float32), k=3).ids.shape == (0, 3)


def test_a_recall_that_cannot_be_is_refused():
    with pytest.raises(OptionError):
        build_graph(topics(60, 8), k=3, recall=1.5)


def test_equal_rows_are_grouped_in_the_order_of_their_first_rows():
    vectors = np.array([[1, 2], [0, 0], [3, 4], [1, 2], [3, 4], [5, 6]], np.float32)
    distinct = distinct_rows(vectors, vectors.any(axis=1))
    assert distinct.first.tolist() == [0, 2, 5]
    assert distinct.group_of.tolist() == [0, 1, 0, 1, 2]
    assert distinct.members.tolist() == [0, 3, 2, 4, 5]
    assert distinct.starts.tolist() == [0, 2, 4, 5]
