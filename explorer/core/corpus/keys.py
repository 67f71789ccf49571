"""Digests of the embedded texts: one over all of them, one a row, and which rows share a text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.core.corpus.corpus import Corpus

KEY_BYTES = 16


def texts_fingerprint(texts: pa.ChunkedArray) -> str:
    """BLAKE2b-128 over the number of texts, every length in bytes, then every byte: 32 hex digits.

    Independent of how the column is cut into chunks, and unambiguous: the lengths say where texts end.
    """
    digest = hashlib.blake2b(len(texts).to_bytes(8, "little"), digest_size=16)
    for offsets, _ in buffers(texts):
        digest.update(np.diff(offsets).tobytes())
    for offsets, data in buffers(texts):
        digest.update(data[int(offsets[0]) : int(offsets[-1])])
    return digest.hexdigest()


def text_key(text: str) -> bytes:
    """BLAKE2b-128 of one text as embedded; half of a surrogate pair, which no file can hold, has a key too."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def text_keys(corpus: Corpus) -> NDArray[np.uint8]:
    """(n, 16) uint8: BLAKE2b-128 of each embedded text's UTF-8, by which vectors are kept and found again."""
    keys = bytearray()
    blake2b = hashlib.blake2b
    for offsets, data in buffers(corpus.embedded):
        ends = offsets.tolist()
        keys += b"".join([blake2b(data[start:end], digest_size=KEY_BYTES).digest() for start, end in pairwise(ends)])
    return np.frombuffer(keys, np.uint8).reshape(-1, KEY_BYTES)


def first_rows(corpus: Corpus) -> NDArray[np.int32]:
    """(n,) int32: the first row with the identical embedded text; a row's own number where it is the first."""
    return first_of_keys(text_keys(corpus))


def first_of_keys(keys: NDArray[np.uint8]) -> NDArray[np.int32]:
    """(n,) int32: for each key the first row that has it, from :func:`text_keys`."""
    rows = np.arange(len(keys), dtype=np.int32)
    if not len(keys):
        return rows
    packed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(KEY_BYTES), len(keys), [None, pa.py_buffer(np.ascontiguousarray(keys))]
    )
    codes = packed.dictionary_encode().indices.to_numpy()
    first = np.empty(int(codes.max()) + 1, np.int32)
    first[codes[::-1]] = rows[::-1]
    found: NDArray[np.int32] = first[codes]
    return found


def buffers(texts: pa.ChunkedArray) -> Iterator[tuple[NDArray[np.int64], memoryview]]:
    """Offsets (m + 1,) and the bytes they point into, for each chunk of a large_string column without nulls."""
    for chunk in texts.chunks:
        if len(chunk):
            _, offsets, data = chunk.buffers()
            view = np.frombuffer(offsets, np.int64)[chunk.offset : chunk.offset + len(chunk) + 1]
            yield view, memoryview(data) if data is not None else memoryview(b"")
