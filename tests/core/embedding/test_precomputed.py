from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.core.embedding.precomputed import load_vectors, vectors_card
from explorer.errors import VectorsError


def saved(path: Path, array: np.ndarray, **options: bool) -> Path:
    np.save(path, array, **options)
    return path


def test_float32_is_mapped_and_others_are_converted(tmp_path: Path) -> None:
    values = np.arange(12, dtype=np.float32).reshape(4, 3)
    mapped = load_vectors(saved(tmp_path / "a.npy", values), 4)
    assert isinstance(mapped, np.memmap)
    for kind in (np.float64, np.float16, np.int64, ">f4"):
        loaded = load_vectors(saved(tmp_path / "b.npy", values.astype(kind)), 4)
        assert loaded.dtype == np.float32
        np.testing.assert_array_equal(loaded, values)
        assert not loaded.flags.writeable
    np.testing.assert_array_equal(load_vectors(saved(tmp_path / "c.npy", np.asfortranarray(values)), 4), values)


def test_card_is_known_by_the_bytes(tmp_path: Path) -> None:
    one = vectors_card(saved(tmp_path / "a.npy", np.ones((2, 3), np.float32)))
    two = vectors_card(saved(tmp_path / "b.npy", np.zeros((2, 3), np.float32)))
    assert (one.name, one.dimension) == ("vectors", 3)
    assert one.digest != two.digest


def test_wrong_length_names_both_numbers(tmp_path: Path) -> None:
    with pytest.raises(VectorsError, match="4 vectors, but the corpus has 5 texts"):
        load_vectors(saved(tmp_path / "a.npy", np.ones((4, 3), np.float32)), 5)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_value_that_is_not_finite_names_its_row(tmp_path: Path, value: float) -> None:
    values = np.ones((4, 3))
    values[2, 1] = values[3, 0] = value
    with pytest.raises(VectorsError, match="row 2"):
        load_vectors(saved(tmp_path / "a.npy", values), 4)


@pytest.mark.parametrize(
    ("factor", "words", "hint"),
    [
        (1e20, r"as large as 3\.0e\+20", "Divide all vectors by 1e21"),
        (1e-30, "too small", "Multiply all vectors by 1e30"),
    ],
)
def test_numbers_whose_squares_float32_cannot_hold_are_refused(
    tmp_path: Path, factor: float, words: str, hint: str
) -> None:
    values = np.zeros((4, 3))
    values[2] = factor * 3.0
    with pytest.raises(VectorsError, match=words) as refused:
        load_vectors(saved(tmp_path / "a.npy", values), 4)
    assert "row 2" in str(refused.value)
    assert hint in refused.value.hint
    power = float(hint.split()[-1])
    mended = values / power if factor > 1 else values * power
    np.testing.assert_allclose(load_vectors(saved(tmp_path / "b.npy", mended), 4), mended, rtol=1e-6)


@pytest.mark.parametrize("peak", [1e7, 1e-7])
def test_large_and_small_numbers_are_taken_as_far_as_float32_can_hold_them(tmp_path: Path, peak: float) -> None:
    values = np.full((4, 3), peak, np.float32)
    np.testing.assert_array_equal(load_vectors(saved(tmp_path / "a.npy", values), 4), values)
    assert not load_vectors(saved(tmp_path / "zero.npy", 0.0 * values), 4).any()


@pytest.mark.parametrize(
    "array",
    [
        np.ones(4),
        np.ones((4, 3, 2)),
        np.ones((4, 0)),
        np.array([["a"]] * 4),
        np.ones((4, 3), bool),
        np.ones((4, 3)) * 1j,
    ],
)
def test_what_is_no_table_of_numbers_is_refused(tmp_path: Path, array: np.ndarray) -> None:
    with pytest.raises(VectorsError):
        load_vectors(saved(tmp_path / "a.npy", array), 4)


def test_objects_archives_and_junk_are_refused(tmp_path: Path) -> None:
    objects = np.array([[object()]] * 4)
    with pytest.raises(VectorsError, match="not a NumPy array"):
        load_vectors(saved(tmp_path / "objects.npy", objects, allow_pickle=True), 4)
    np.savez(tmp_path / "several.npz", a=np.ones((4, 3)))
    with pytest.raises(VectorsError, match="several"):
        load_vectors(tmp_path / "several.npz", 4)
    for name, data in (("empty.npy", b""), ("junk.npy", b"text,label\na,b\n"), ("cut.npy", b"\x93NUMPY\x01\x00v\x00{")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(VectorsError):
            load_vectors(tmp_path / name, 4)
    with pytest.raises(VectorsError, match="Cannot read"):
        load_vectors(tmp_path / "absent.npy", 4)
    with pytest.raises(VectorsError):
        load_vectors(tmp_path, 4)
