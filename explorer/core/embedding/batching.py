"""Fixed batch shapes, so that a text's vector never depends on what else is in its batch.

Matrix kernels choose their blocking, and with it the order of their sums, by the shape of the whole
batch. So the padded length is a function of the text's own token count, the number of rows is a
function of the padded length, and an unfilled batch is completed with copies of its first row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

BATCH_TOKENS = 1024
"""Tokens in a batch, padding included: tens of milliseconds on two cores, so that cancel answers quickly.
Below about 1000 tokens bf16 kernels begin to depend on the number of threads."""

_STEPS = ((64, 16), (256, 32), (1024, 64))
"""(up to this many tokens, round up to a multiple of this): fine where padding would cost most."""


def padded_lengths(tokens: NDArray[np.int64], longest: int) -> NDArray[np.int64]:
    """The length that each text is padded to, from its token count alone; at most ``longest`` (0 = no limit)."""
    multiple = np.full(tokens.shape, 128, dtype=np.int64)
    for limit, step in reversed(_STEPS):
        multiple[tokens <= limit] = step
    padded: NDArray[np.int64] = np.maximum(-(-tokens // multiple), 1) * multiple
    return padded.clip(max=longest) if longest else padded


def batch_rows(length: int) -> int:
    """Rows in every batch of texts padded to ``length`` tokens."""
    return max(1, BATCH_TOKENS // length)


def batches(lengths: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """``(padded length, rows)`` per batch, short texts first; every batch but a length's last one is full."""
    order = np.argsort(lengths, kind="stable")
    starts = np.flatnonzero(np.diff(lengths[order], prepend=-1))
    for group in np.split(order, starts[1:]):
        if group.size == 0:
            continue
        length = int(lengths[group[0]])
        size = batch_rows(length)
        for start in range(0, group.size, size):
            yield length, group[start : start + size]


def pad_rows(
    rows: Sequence[Sequence[int]], height: int, length: int, fill: int, *, left: bool = False
) -> NDArray[np.int64]:
    """A (height, length) matrix of token numbers; missing rows repeat the first one, short rows end in ``fill``."""
    matrix = np.full((height, length), fill, dtype=np.int64)
    for row, values in enumerate(rows):
        where = slice(length - len(values), length) if left else slice(0, len(values))
        matrix[row, where] = values
    matrix[len(rows) :] = matrix[0]
    return matrix


def character_slices(texts: Sequence[str], most: int) -> Iterator[slice]:
    """Consecutive slices of about ``most`` characters (and at least one text) each."""
    start, total = 0, 0
    for row, text in enumerate(texts):
        if row > start and total + len(text) > most:
            yield slice(start, row)
            start, total = row, 0
        total += len(text)
    if start < len(texts):
        yield slice(start, len(texts))
