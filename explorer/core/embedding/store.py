"""Vectors on disk, part by part: a vector belongs to the digest of the text as embedded, not to a row.

Each part is three files: ``part-00000.npy`` (m, d) float32 vectors, ``part-00000.keys.npy`` (m, 16) uint8
digests, and ``part-00000.json`` with their checksums and which texts were cut. The JSON is written last: a part
without it, or whose bytes do not match it, does not count and is computed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.fingerprint import file_digest
from explorer.core.storage import output_errors, save_array, sync_folder, write_atomically

KEY_BYTES = 16
Keys = NDArray[np.uint8]
"""(n, 16) BLAKE2b-128 digests of texts as embedded."""


def text_key(text: str) -> bytes:
    """BLAKE2b-128 of a text as embedded."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def text_keys(texts: Iterable[str]) -> Keys:
    """(n, 16) digests of texts as embedded."""
    return np.frombuffer(b"".join(map(text_key, texts)), dtype=np.uint8).reshape(-1, KEY_BYTES)


def as_scalars(keys: Keys) -> NDArray[np.void]:
    """Keys as n 16-byte scalars, which sort and compare as a whole."""
    return np.ascontiguousarray(keys).view(f"V{KEY_BYTES}").reshape(-1)


@dataclass(frozen=True)
class _Part:
    """vectors : (m, d), memory-mapped. keys : (m, 16). cut : (m,) bool."""

    vectors: Vectors
    keys: Keys
    cut: NDArray[np.bool_]


class VectorStore:
    """The vectors of one encoder in one folder. One process writes; any number may read.

    ``dimension`` is the encoder's; parts of another width do not count.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self.folder = folder
        self.dimension = dimension
        with output_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        found = (_read(folder, name, dimension) for name in _names(folder))
        self._parts = [part for part in found if part is not None]
        self._order()

    def _order(self) -> None:
        """Sort all keys once, so that a lookup is a binary search. Of equal keys the first part's counts."""
        keys = np.concatenate([part.keys for part in self._parts] or [np.zeros((0, KEY_BYTES), np.uint8)])
        self._sorted, self._position = np.unique(as_scalars(keys), return_index=True)
        self._starts = np.cumsum([0, *(len(part.keys) for part in self._parts)])

    def __len__(self) -> int:
        return int(self._sorted.size)

    def _find(self, keys: Keys) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Where each key lies among all parts' rows, and whether it is there at all."""
        wanted = as_scalars(keys)
        if self._sorted.size == 0:
            return np.zeros(wanted.size, np.intp), np.zeros(wanted.size, np.bool_)
        place = np.minimum(np.searchsorted(self._sorted, wanted), self._sorted.size - 1)
        return self._position[place], self._sorted[place] == wanted

    def missing(self, keys: Keys) -> NDArray[np.bool_]:
        """(n,) True where no vector is stored for the key."""
        return ~self._find(keys)[1]

    def append(self, keys: Keys, vectors: Vectors, cut: NDArray[np.bool_]) -> None:
        """Write one part, (m, 16) keys with (m, d) vectors, durably. Raises ``OutputError``; nothing counts then."""
        name = _next_name(self.folder)
        with output_errors(self.folder / name):
            files = {
                f"{name}.npy": _save(self.folder / f"{name}.npy", vectors.astype(np.float32, copy=False)),
                f"{name}.keys.npy": _save(self.folder / f"{name}.keys.npy", keys),
            }
            sync_folder(self.folder)
        facts = {"files": files, "cut": np.flatnonzero(cut).tolist()}
        write_atomically(self.folder / f"{name}.json", json.dumps(facts).encode())
        stored = np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        self._parts.append(_Part(stored, keys.copy(), cut.copy()))
        self._order()

    def gather(self, keys: Keys, out: Vectors) -> NDArray[np.bool_]:
        """Write the vector of each key into ``out`` (n, d), rows whose key is not stored staying as they are.

        Returns (n,) bool, True where the stored text was cut. ``out`` may be memory-mapped: it is filled part by part.
        """
        position, known = self._find(keys)
        cut = np.zeros(len(keys), dtype=np.bool_)
        for part, start, end in zip(self._parts, self._starts, self._starts[1:], strict=False):
            rows = np.flatnonzero(known & (position >= start) & (position < end))
            if rows.size:
                out[rows] = part.vectors[position[rows] - start]
                cut[rows] = part.cut[position[rows] - start]
        return cut


def _names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("part-*.json"))


def _next_name(folder: Path) -> str:
    """A name after every file that is there, damaged and unfinished ones too: nothing is overwritten while mapped."""
    used = (path.name.split(".")[0].removeprefix("part-") for path in folder.glob("part-*"))
    return f"part-{max((int(one) for one in used if one.isdigit()), default=-1) + 1:05d}"


def _save(path: Path, array: NDArray[np.generic]) -> str:
    """Write an array whole; returns the SHA-256 of the file."""
    save_array(path, np.ascontiguousarray(array))
    return file_digest(path)


def _read(folder: Path, name: str, dimension: int) -> _Part | None:
    """A part whose files match their checksums; None for anything else."""
    try:
        facts = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        files: dict[str, str] = facts["files"]
        paths = [folder / f"{name}.npy", folder / f"{name}.keys.npy"]
        if any(file_digest(path) != files[path.name] for path in paths):
            return None
        vectors, keys = (np.load(path, mmap_mode="r", allow_pickle=False) for path in paths)
        cut = np.zeros(len(keys), dtype=np.bool_)
        cut[facts["cut"]] = True
    except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError):
        return None
    fits = vectors.shape == (len(keys), dimension) and keys.shape[1:] == (KEY_BYTES,)
    return _Part(vectors, np.array(keys), cut) if fits else None
