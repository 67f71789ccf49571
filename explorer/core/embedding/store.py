"""Vectors on disk, part by part: a vector belongs to the digest of the text as embedded, not to a row.

Each part is three files: ``part-00000.npy`` (m, d) float32 vectors, ``part-00000.keys.npy`` (m, 16) uint8
digests, and ``part-00000.json`` with their checksums and which texts were cut. The JSON is written last: a part
without it, or whose bytes do not match it, does not count and is computed again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.corpus.keys import KEY_BYTES
from explorer.core.fingerprint import file_digest
from explorer.core.storage import output_errors, save_array, write_atomically

Keys = NDArray[np.uint8]
"""(n, 16) BLAKE2b-128 digests of texts as embedded."""


def _as_scalars(keys: Keys) -> NDArray[np.void]:
    """Keys as n 16-byte scalars, which sort and compare as a whole."""
    return np.ascontiguousarray(keys).view(f"V{KEY_BYTES}").reshape(-1)


@dataclass(frozen=True)
class _Part:
    """vectors : (m, d), memory-mapped. keys : (m, 16). cut : (m,) bool."""

    vectors: Vectors
    keys: Keys
    cut: NDArray[np.bool_]


@dataclass(frozen=True)
class _Order:
    """Where the keys of the first ``parts`` parts are, so that a lookup is a binary search.

    keys : (u,) different keys, ascending. positions : (u,) where each is among all parts' rows; of equal keys the
    first part's counts. starts : (parts + 1,) where each part's rows begin.
    """

    parts: int
    keys: NDArray[np.void]
    positions: NDArray[np.intp]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, parts: Sequence[_Part]) -> _Order:
        keys = np.concatenate([part.keys for part in parts] or [np.zeros((0, KEY_BYTES), np.uint8)])
        starts = np.cumsum([0, *(len(part.keys) for part in parts)])
        return cls(len(parts), *np.unique(_as_scalars(keys), return_index=True), starts)


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
        self._next = _next_number(folder)
        self._order = _Order.of(self._parts)

    def _ordered(self) -> _Order:
        """The keys of all parts in order: sorted when they are looked for, not for every part that is written."""
        if self._order.parts < len(self._parts):
            self._order = _Order.of(self._parts)
        return self._order

    def __len__(self) -> int:
        return int(self._ordered().keys.size)

    def _find(self, keys: Keys) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Where each key lies among all parts' rows, and whether it is there at all."""
        wanted, order = _as_scalars(keys), self._ordered()
        if order.keys.size == 0:
            return np.zeros(wanted.size, np.intp), np.zeros(wanted.size, np.bool_)
        place = np.minimum(np.searchsorted(order.keys, wanted), order.keys.size - 1)
        return order.positions[place], order.keys[place] == wanted

    def missing(self, keys: Keys) -> NDArray[np.bool_]:
        """(n,) True where no vector is stored for the key."""
        return ~self._find(keys)[1]

    def append(self, keys: Keys, vectors: Vectors, cut: NDArray[np.bool_]) -> None:
        """Write one part, (m, 16) keys with (m, d) vectors, durably. Raises ``OutputError``; nothing counts then."""
        name = f"part-{self._next:05d}"
        self._next += 1
        files = {
            f"{name}.npy": _save(self.folder / f"{name}.npy", vectors.astype(np.float32, copy=False)),
            f"{name}.keys.npy": _save(self.folder / f"{name}.keys.npy", keys),
        }
        facts = {"files": files, "cut": np.flatnonzero(cut).tolist()}
        write_atomically(self.folder / f"{name}.json", json.dumps(facts).encode())
        stored = np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        self._parts.append(_Part(stored, keys.copy(), cut.copy()))

    def gather(self, keys: Keys, out: Vectors) -> NDArray[np.bool_]:
        """Write the vector of each key into ``out`` (n, d), rows whose key is not stored staying as they are.

        Returns (n,) bool, True where the stored text was cut. ``out`` may be memory-mapped: it is filled part by part.
        """
        position, known = self._find(keys)
        cut = np.zeros(len(keys), dtype=np.bool_)
        starts = self._ordered().starts
        for part, start, end in zip(self._parts, starts, starts[1:], strict=False):
            rows = np.flatnonzero(known & (position >= start) & (position < end))
            if rows.size:
                out[rows] = part.vectors[position[rows] - start]
                cut[rows] = part.cut[position[rows] - start]
        return cut


def _names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("part-*.json"))


def _next_number(folder: Path) -> int:
    """A number after every file that is there, damaged and unfinished ones too: nothing is overwritten while mapped."""
    used = (path.name.split(".")[0].removeprefix("part-") for path in folder.glob("part-*"))
    return max((int(one) for one in used if one.isdigit()), default=-1) + 1


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
