"""Results are there whole or not at all; damage is noticed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from explorer.core.storage import META, FolderStore, MemoryStore, atomic_file, save_array, write_atomically
from explorer.errors import OutputError


def test_what_is_saved_is_loaded_memory_mapped_and_read_only(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.save("graph", "k", {"ids": np.arange(6).reshape(2, 3), "none": np.zeros((0, 2))}, {"a": [1, "b"]})
    found = FolderStore(tmp_path).load("graph", "k")
    assert found is not None
    assert found.meta == {"a": [1, "b"]}
    np.testing.assert_array_equal(found.arrays["ids"], [[0, 1, 2], [3, 4, 5]])
    assert isinstance(found.arrays["ids"], np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        found.arrays["ids"][0, 0] = 1


def test_a_library_s_own_file_belongs_to_the_result(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    file = store.workspace("index", "k") / "index.ann"
    file.write_bytes(b"forest")
    store.save("index", "k", {}, {})
    assert store.load("index", "k") is not None
    file.write_bytes(b"f0rest")
    assert store.load("index", "k") is None


@pytest.mark.parametrize("damage", ["flip", "truncate", "delete", "meta", "no meta", "meta list"])
def test_a_damaged_result_counts_as_missing(tmp_path: Path, damage: str) -> None:
    store = FolderStore(tmp_path)
    store.save("graph", "k", {"ids": np.arange(1000)}, {})
    array, meta = tmp_path / "graph/k/ids.npy", tmp_path / "graph/k" / META
    data = bytearray(array.read_bytes())
    if damage == "flip":
        data[500] ^= 1
        array.write_bytes(data)
    elif damage == "truncate":
        array.write_bytes(data[:-9])
    elif damage == "delete":
        array.unlink()
    elif damage == "meta":
        meta.write_text(meta.read_text()[:-5])
    elif damage == "no meta":
        meta.unlink()
    else:
        meta.write_text(json.dumps([1]))
    assert store.load("graph", "k") is None
    store.save("graph", "k", {"ids": np.arange(3)}, {})
    assert store.load("graph", "k") is not None


def test_saving_again_leaves_a_mapped_array_as_it_was(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    old = store.save("graph", "k", {"ids": np.arange(1000)}, {}).arrays["ids"]
    store.save("graph", "k", {"ids": np.zeros(3)}, {})
    np.testing.assert_array_equal(old, np.arange(1000))


def test_a_pickled_array_is_never_opened(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.save("graph", "k", {"ids": np.arange(3)}, {})
    np.save(tmp_path / "graph/k/ids.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    assert store.load("graph", "k", verify=False) is None


def test_write_atomically_leaves_nothing_behind_when_it_fails(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    with pytest.raises(OutputError, match="Cannot write"):
        write_atomically(target, b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_atomic_file_takes_its_place_at_the_end_or_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "file"
    with atomic_file(target) as temporary:
        temporary.write_text("first")
        assert not target.exists()
    assert target.read_text() == "first"
    assert target.stat().st_mode & 0o777 == 0o644
    with pytest.raises(KeyError), atomic_file(target) as temporary:
        temporary.write_text("second")
        raise KeyError
    with pytest.raises(OutputError, match=r"Cannot write .*file: No space left"), atomic_file(target):
        raise OSError(28, "No space left on device")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["first"]


def test_save_array_keeps_the_name_it_is_given(tmp_path: Path) -> None:
    save_array(tmp_path / "a.npy", np.arange(3))
    save_array(tmp_path / "b.positions", np.arange(4))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npy", "b.positions"]
    with pytest.raises(OutputError):
        save_array(tmp_path / "none" / "a.npy", np.arange(3))


def test_memory_store_goes_away_with_its_object() -> None:
    store = MemoryStore()
    root = store.root
    store.save("a", "b", {"x": np.arange(2)}, {})
    del store
    assert not root.exists()
