"""Properties of the kNN graph that hold for any table of numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from explorer.core.neighbors.base import MISSING
from explorer.core.neighbors.exact import ExactIndex
from explorer.core.neighbors.graph import build_graph

TABLES = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 40), st.integers(1, 6)),
    elements=st.integers(-3, 3).map(float) | st.floats(-100.0, 100.0, width=16),
)


@settings(max_examples=60, deadline=None)
@given(TABLES, st.integers(1, 12), st.sampled_from(["cosine", "euclidean"]))
def test_graph_invariants(vectors, k, metric):
    graph = build_graph(vectors, k=k, metric=metric)
    valid = vectors.any(axis=1)
    count = np.where(valid, min(k, max(int(valid.sum()) - 1, 0)), 0)
    named = graph.ids != MISSING
    assert (named.sum(axis=1) == count).all()
    assert (named == ~np.isnan(graph.distances)).all()
    assert not (graph.ids == np.arange(len(vectors))[:, None]).any()
    assert valid[graph.ids[named]].all()
    assert (graph.distances[named] >= 0).all()
    for ids, distances in zip(graph.ids, graph.distances, strict=True):
        pairs = [(d, i) for d, i in zip(distances.tolist(), ids.tolist(), strict=True) if i != MISSING]
        assert pairs == sorted(pairs)
        assert len({i for _, i in pairs}) == len(pairs)


@settings(max_examples=40, deadline=None)
@given(TABLES, st.integers(1, 8), st.sampled_from(["cosine", "euclidean"]))
def test_graph_and_exact_index_agree_on_distances(vectors, k, metric):
    graph = build_graph(vectors, k=k, metric=metric)
    rows = np.arange(len(vectors), dtype=np.int32)
    _, distances = ExactIndex(vectors, metric).search(vectors, k, without=rows)
    np.testing.assert_allclose(graph.distances, distances, rtol=1e-5, atol=1e-7)
    assert graph.recall == 1.0
