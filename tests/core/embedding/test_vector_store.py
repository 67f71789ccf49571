from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from explorer.core.corpus.keys import text_key
from explorer.core.embedding.store import VectorStore
from explorer.errors import OutputError
from tests.text_keys import keys_of


def filled(folder: Path, parts: int = 3, size: int = 5) -> tuple[VectorStore, np.ndarray, np.ndarray]:
    store = VectorStore(folder, 4)
    keys = keys_of(f"text {number}" for number in range(parts * size))
    vectors = np.random.default_rng(0).normal(size=(parts * size, 4)).astype(np.float32)
    for start in range(0, parts * size, size):
        part = slice(start, start + size)
        store.append(keys[part], vectors[part], np.arange(size) == 1)
    return store, keys, vectors


def gathered(store: VectorStore, keys: np.ndarray) -> np.ndarray:
    out = np.zeros((len(keys), 4), np.float32)
    store.gather(keys, out)
    return out


def test_what_was_appended_is_found_in_any_order(tmp_path: Path) -> None:
    store, keys, vectors = filled(tmp_path)
    order = np.random.default_rng(1).integers(0, 15, 40)
    np.testing.assert_array_equal(gathered(store, keys[order]), vectors[order])
    assert store.missing(keys_of(["text 3", "other"])).tolist() == [False, True]
    cut = store.gather(keys, np.zeros((15, 4), np.float32))
    assert np.flatnonzero(cut).tolist() == [1, 6, 11]
    assert len(store) == 15


def test_reopened_store_holds_the_same(tmp_path: Path) -> None:
    _, keys, vectors = filled(tmp_path)
    again = VectorStore(tmp_path, 4)
    np.testing.assert_array_equal(gathered(again, keys), vectors)
    assert again.gather(keys, np.zeros((15, 4), np.float32)).sum() == 3


def test_gather_fills_a_mapped_file(tmp_path: Path) -> None:
    store, keys, vectors = filled(tmp_path / "store")
    mapped = np.lib.format.open_memmap(tmp_path / "out.npy", mode="w+", dtype=np.float32, shape=(15, 4))
    store.gather(keys, mapped)
    mapped.flush()
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), vectors)


@pytest.mark.parametrize("name", ["part-00001.npy", "part-00001.keys.npy", "part-00001.json"])
@pytest.mark.parametrize("damage", ["absent", "empty", "flipped", "cut"])
def test_damaged_part_does_not_count_and_the_others_do(tmp_path: Path, name: str, damage: str) -> None:
    _, keys, vectors = filled(tmp_path)
    file = tmp_path / name
    data = file.read_bytes()
    if damage == "absent":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "flipped": b"\x00" + data[1:], "cut": data[:-3]}[damage])
    store = VectorStore(tmp_path, 4)
    assert np.flatnonzero(store.missing(keys)).tolist() == [5, 6, 7, 8, 9]
    store.append(keys[5:10], vectors[5:10], np.zeros(5, bool))
    np.testing.assert_array_equal(gathered(VectorStore(tmp_path, 4), keys), vectors)


@pytest.mark.parametrize("content", ["[]", "null", '{"files": 3}', '{"files": {}}', '{"files": [], "cut": []}'])
def test_strange_marker_never_crashes(tmp_path: Path, content: str) -> None:
    filled(tmp_path)
    (tmp_path / "part-00000.json").write_text(content)
    assert len(VectorStore(tmp_path, 4)) == 10


def test_marker_with_cuts_beyond_the_part_does_not_count(tmp_path: Path) -> None:
    filled(tmp_path)
    marker = tmp_path / "part-00000.json"
    marker.write_text(json.dumps(json.loads(marker.read_text()) | {"cut": [99]}))
    assert len(VectorStore(tmp_path, 4)) == 10


def test_part_of_another_width_does_not_count(tmp_path: Path) -> None:
    filled(tmp_path)
    assert len(VectorStore(tmp_path, 5)) == 0


def test_equal_keys_keep_the_first_vector(tmp_path: Path) -> None:
    store = VectorStore(tmp_path, 4)
    key = keys_of(["a"])
    for value in (1, 2):
        store.append(key, np.full((1, 4), value, np.float32), np.zeros(1, bool))
    assert gathered(store, key).tolist() == [[1, 1, 1, 1]]
    assert gathered(VectorStore(tmp_path, 4), key).tolist() == [[1, 1, 1, 1]]


def test_keys_are_sorted_when_they_are_looked_for_and_not_for_every_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sorts = []
    unique = np.unique
    monkeypatch.setattr(np, "unique", lambda *given, **options: sorts.append(1) or unique(*given, **options))
    store, keys, vectors = filled(tmp_path, parts=6)
    before = len(sorts)
    np.testing.assert_array_equal(gathered(store, keys), vectors)
    assert not store.missing(keys).any()
    assert (before, len(sorts)) == (1, 2)


def test_empty_store_misses_everything(tmp_path: Path) -> None:
    store = VectorStore(tmp_path, 4)
    assert store.missing(keys_of("ab")).all()
    assert not gathered(store, keys_of("ab")).any()
    assert store.missing(keys_of([])).size == 0


def test_failing_disk_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="Cannot write"):
        VectorStore(tmp_path / "file" / "store", 4)


def test_disk_that_fills_up_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, keys, _ = filled(tmp_path)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        store.append(keys_of(["new"]), np.ones((1, 4), np.float32), np.zeros(1, bool))
    assert store.missing(keys_of(["new"])).all()
    assert not VectorStore(tmp_path, 4).missing(keys).any()


def test_keys_tell_texts_apart() -> None:
    assert text_key("a") != text_key("a ")
    assert len(text_key("\ud800")) == 16
