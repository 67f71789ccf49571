from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from explorer.core.neighbors.graph import build_graph
from explorer.core.neighbors.prepare import prepare
from explorer.errors import OptionError, VectorsError


def sample(rows=200, width=12, seed=1):
    return np.random.default_rng(seed).normal(3.0, 2.0, (rows, width)).astype(np.float32)


def test_standardise_is_scikit_learns_scaler_with_constant_columns():
    vectors = sample()
    vectors[:, 4] = 0.1
    ours = prepare(vectors, "euclidean", "standardise").vectors
    np.testing.assert_allclose(ours, StandardScaler().fit_transform(vectors.astype(np.float64)), atol=1e-5)


def test_memory_mapped_input_stays_on_disk_where_nothing_changes(tmp_path):
    np.save(tmp_path / "v.npy", sample())
    mapped = np.load(tmp_path / "v.npy", mmap_mode="r")
    assert np.shares_memory(prepare(mapped, "euclidean").vectors, mapped)
    unit = sample() / np.linalg.norm(sample(), axis=1, keepdims=True)
    assert np.shares_memory(prepare(unit, "cosine").vectors, unit)


def test_cosine_rows_get_length_one_and_zero_rows_stay_out():
    vectors = sample()
    vectors[5] = 0.0
    prepared = prepare(vectors)
    lengths = np.linalg.norm(prepared.vectors, axis=1)
    assert prepared.valid.sum() == 199
    assert not prepared.valid[5]
    assert lengths[5] == 0.0
    np.testing.assert_allclose(np.delete(lengths, 5), 1.0, atol=1e-6)
    assert prepared.vectors.flags.c_contiguous
    assert not prepared.vectors.flags.writeable


def test_a_zero_row_stays_invalid_after_standardising():
    vectors = sample()
    vectors[5] = 0.0
    assert not prepare(vectors, "euclidean", "standardise").valid[5]


@pytest.mark.parametrize("bad", [np.zeros(3, np.float32), np.zeros((3, 0), np.float32), np.array([["a"]])])
def test_what_is_not_a_table_of_numbers_is_refused(bad):
    with pytest.raises(VectorsError):
        prepare(bad)


def test_unknown_words_are_refused():
    with pytest.raises(OptionError):
        prepare(sample(), "manhattan")  # type: ignore[arg-type]
    with pytest.raises(OptionError):
        prepare(sample(), "cosine", "whiten")  # type: ignore[arg-type]


def test_the_row_that_is_not_finite_is_named():
    vectors = sample()
    vectors[17, 3] = np.inf
    with pytest.raises(VectorsError, match="row 17"):
        prepare(vectors)


@pytest.mark.parametrize("factor", [1e19, 1e-19, 1e-41])
def test_euclidean_refuses_numbers_whose_squares_float32_cannot_hold(factor):
    with pytest.raises(VectorsError, match="to compute distances with"):
        prepare(sample().astype(np.float64) * factor, "euclidean")


@pytest.mark.parametrize("factor", [1e7 / 16.0, 1e-8])
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_the_graph_is_the_same_at_the_ends_of_the_range(metric, factor):
    plain = build_graph(sample(), k=5, metric=metric)
    scaled = build_graph(sample().astype(np.float64) * factor, k=5, metric=metric)
    assert (plain.ids == scaled.ids).all()
    unit = factor if metric == "euclidean" else 1.0
    np.testing.assert_allclose(scaled.distances, plain.distances * unit, rtol=1e-4, atol=1e-7 * unit)


def test_cosine_takes_numbers_of_any_size():
    far = build_graph(sample() * np.float32(1e20), k=5)
    np.testing.assert_array_equal(far.ids, build_graph(sample(), k=5).ids)
