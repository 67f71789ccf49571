"""Vectors that the user brings: one row a text, in corpus order."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors, refuse_extremes
from explorer.core.embedding.base import EncoderCard
from explorer.core.fingerprint import file_digest
from explorer.errors import VectorsError

_CHUNK_VALUES = 1 << 22
_LARGEST = 1e15
"""Squares of larger values, summed over a corpus, leave the range of float32."""


def vectors_card(path: Path) -> EncoderCard:
    """The card of a vectors file: named "vectors", known by the digest of its bytes. Raises ``VectorsError``."""
    array = _open(path)
    return EncoderCard(name="vectors", digest=file_digest(path), dimension=int(array.shape[1]))


def load_vectors(path: Path, rows: int) -> Vectors:
    """The (rows, d) float32 vectors in a .npy file; memory-mapped where the file already holds float32.

    Raises ``VectorsError`` where the file cannot be read, is not a table of numbers, has another number of rows
    than the corpus, or holds a value that is not finite as float32 or too large or small for distances (the first
    such row is named).
    """
    array = _open(path)
    if array.shape[0] != rows:
        raise VectorsError(
            f"{path} has {array.shape[0]:,} vectors, but the corpus has {rows:,} texts.",
            "Give one vector a text, in corpus order.",
        )
    # `astype` turns what float32 cannot hold into infinity, which is then refused with its row.
    with np.errstate(over="ignore"):
        vectors = cast(Vectors, array) if _is_native_float32(array) else array.astype(np.float32)
    refuse_extremes(_largest(path, vectors), str(path))
    vectors.setflags(write=False)
    return vectors


def _is_native_float32(array: NDArray[np.generic]) -> bool:
    return array.dtype == np.float32 and array.dtype.isnative and array.flags.c_contiguous


def _open(path: Path) -> NDArray[np.generic]:
    if path.exists() and not path.is_file():
        raise VectorsError(f"{path} is not a file.", "Give a .npy file written by numpy.save.")
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise VectorsError(
            f"Cannot read the vectors in {path}: {error.strerror or error}.", "Check the path and its permissions."
        ) from error
    except (ValueError, EOFError, OverflowError) as error:
        raise VectorsError(
            f"{path} is not a NumPy array of numbers.", "Save the vectors with numpy.save as float32, not as objects."
        ) from error
    if not isinstance(array, np.ndarray):
        array.close()
        raise VectorsError(f"{path} holds several arrays.", "Save the vectors alone, with numpy.save.")
    _require_table(path, array)
    return array


def _require_table(path: Path, array: NDArray[np.generic]) -> None:
    if array.ndim != 2 or array.shape[1] == 0:
        raise VectorsError(
            f"{path} has the shape {array.shape}, not (texts, dimensions).", "Save one row of numbers a text."
        )
    if array.dtype.kind not in "fiu":
        raise VectorsError(f"{path} holds {array.dtype}, not numbers.", "Save the vectors as float32.")


def _largest(path: Path, vectors: Vectors) -> NDArray[np.float32]:
    """(n,) the largest absolute number of each row. Raises ``VectorsError`` for the first row that is not finite."""
    largest = np.empty(len(vectors), np.float32)
    step = max(1, _CHUNK_VALUES // vectors.shape[1])
    for start in range(0, len(vectors), step):
        largest[start : start + step] = np.abs(vectors[start : start + step]).max(axis=1)
    finite = np.isfinite(largest)
    if not finite.all():
        raise VectorsError(
            f"{path} has NaN or infinity in row {int(np.argmin(finite))}.", "Replace it, or leave that text out."
        )
    return largest
