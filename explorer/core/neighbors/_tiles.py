"""Blocks of the all-pairs table, as integer codes that ascend with distance, and what their rounding can hide.

For rows ``x, y`` shifted by the mean of all rows and rounded to the arithmetic of the block, ``a`` and ``b``, one
matrix product gives half the squared distance::

    |a - b|^2 / 2 = -a.b + |a|^2/2 + |b|^2/2 = [-a, 1, 1, h_a, l_a] . [b, h_b, l_b, 1, 1]

(``h + l`` is the half squared length in two parts, so that bfloat16 holds 16 bits of it). The bit pattern of a
floating-point number that is not negative, read as an integer, ascends with the number: the loops that select compare
integers, 32 at a time. By the triangle inequality ``|x - y|`` differs from ``|a - b|`` by no more than
``|x - a| + |y - b|``: from that follows, for every row, a distance below which nothing can have been overlooked
(``unseen_from``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors.prepare import blocks_of
from explorer.core.processor import AMX, bfloat16_instructions

Codes = NDArray[np.signedinteger[Any]]
Places = slice | NDArray[np.intp]

PAD: Final = 64
"""Rows are filled up to a multiple of this with rows infinitely far away."""

EXTRA: Final = 4
"""Columns that the half squared lengths take."""


class Tiles(ABC):
    """Tables of codes between ranges of rows; ``rows`` real ones, ``padded`` with the filling."""

    code_type: type[np.signedinteger[Any]]
    far: int
    """Code of the largest finite distance; a list that is not full holds it."""
    rounding: float
    """Largest relative error of a number when a block is written."""
    shape: tuple[int, int]
    """Rows and columns of a block that suit this arithmetic; at least as many columns as rows."""

    def __init__(self, vectors: Vectors) -> None:
        self.rows, self.width = vectors.shape
        self._held: tuple[slice, Any] | None = None
        self.padded = -(-self.rows // PAD) * PAD
        self.residuals = np.zeros(self.rows)
        self.halves = np.zeros(self.rows)
        self._centre = vectors.mean(axis=0, dtype=np.float64)
        for rows in blocks_of(vectors):
            shifted = np.asarray(vectors[rows]) - self._centre
            kept = self._store(rows, shifted.astype(np.float32))
            self.residuals[rows] = np.sqrt(np.square(shifted - kept).sum(axis=1))
            self.halves[rows] = 0.5 * np.square(kept, dtype=np.float64).sum(axis=1)
        halves = np.full(self.padded, np.inf, dtype=np.float32)
        halves[: self.rows] = self.halves
        self._store_halves(halves)

    @abstractmethod
    def _store(self, rows: slice, shifted: NDArray[np.float32]) -> NDArray[np.float32]:
        """Keep a block of rows in this arithmetic; returns what was kept."""

    @abstractmethod
    def _store_halves(self, halves: NDArray[np.float32]) -> None:
        """Keep the half squared lengths (padded,)."""

    @abstractmethod
    def codes(self, rows: Places, columns: Places) -> Codes:
        """(b, c) codes; valid until the next call, which writes to the same memory."""

    @abstractmethod
    def _right(self, places: Places) -> Any:
        """(b, width + EXTRA) the right side of a block."""

    @abstractmethod
    def _joined(self, parts: list[Any]) -> Any:
        """Columns side by side."""

    def _left(self, places: Places) -> Any:
        """The left side of a block: the same numbers, turned. The last range is held, as it meets many columns."""
        if isinstance(places, slice) and self._held is not None and self._held[0] == places:
            return self._held[1]
        side, width = self._right(places), self.width
        left = self._joined([-side[:, :width], side[:, width + 2 :], side[:, width : width + 2]])
        self._held = (places, left) if isinstance(places, slice) else None
        return left

    @abstractmethod
    def decode(self, codes: Codes) -> NDArray[np.float64]:
        """Half squared distances from codes."""

    def empty_codes(self, rows: int, size: int) -> Codes:
        """(rows, size) lists of codes with nothing in them yet."""
        return np.full((rows, size), self.far, dtype=self.code_type)

    def unseen_from(self, rows: NDArray[np.intp], last_codes: Codes) -> NDArray[np.float64]:
        """Euclidean distance that every row outside the lists of ``rows`` has at least, by the bounds on rounding.

        The product of K numbers summed in float32 is off by at most K * 2^-24 times the sum of their sizes (doubled
        here for the two-part lengths); writing it rounds once more; then the triangle inequality.
        """
        halves = self.decode(last_codes)
        sums = (self.width + EXTRA) * 2.0**-23 * np.square(np.sqrt(self.halves[rows]) + np.sqrt(self.halves.max()))
        at_least = np.maximum(halves * (1.0 - self.rounding) - sums, 0.0)
        bound: NDArray[np.float64] = np.sqrt(2.0 * at_least) - self.residuals[rows] - self.residuals.max()
        return np.where(last_codes >= self.far, np.inf, bound)


class Float32Tiles(Tiles):
    """The matrix product of NumPy's BLAS in float32. Nothing is kept: both sides of a block are made from the vectors.

    Wide blocks (100 MB): BLAS threads spin for a while after each product, at the cost of the threads that scan.
    """

    shape = (4096, 6144)
    code_type = np.int32
    far = 0x7F7FFFFF
    rounding = 2.0**-23

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._memory = np.empty(0, dtype=np.float32)
        super().__init__(vectors)

    def _store(self, rows: slice, shifted: NDArray[np.float32]) -> NDArray[np.float32]:
        return shifted

    def _store_halves(self, halves: NDArray[np.float32]) -> None:
        self._halves = halves

    def _right(self, places: Places) -> NDArray[np.float32]:
        """(b, width + EXTRA) the right side of a block, ``[b, h, 0, 1, 0]``."""
        halves = self._halves[places]
        side = np.zeros((len(halves), self.width + EXTRA), dtype=np.float32)
        real = self._vectors[places]
        np.subtract(real, self._centre, out=side[: len(real), : self.width], casting="same_kind")
        side[:, self.width], side[:, self.width + 2] = halves, 1.0
        return side

    def _joined(self, parts: list[Any]) -> NDArray[np.float32]:
        return np.concatenate(parts, axis=1)

    def codes(self, rows: Places, columns: Places) -> Codes:
        left, right = self._left(rows), self._right(columns)
        size = len(left) * len(right)
        if self._memory.size < size:
            self._memory = np.empty(size, dtype=np.float32)
        block = self._memory[:size].reshape(len(left), len(right))
        np.matmul(left, right.T, out=block)
        return block.view(np.int32)

    def decode(self, codes: Codes) -> NDArray[np.float64]:
        return np.ascontiguousarray(codes, dtype=np.int32).view(np.float32).astype(np.float64)


class BFloat16Tiles(Tiles):
    """The matrix product of torch in bfloat16: inputs and output 8 bits, sums in float32.

    Where the processor has matrix tiles (AMX), one core multiplies as fast as all cores scan: then the product runs on
    one thread (torch's setting is put back), on blocks that stay in the cache, because torch's threads would spin for
    milliseconds after each block, at the cost of the threads that scan.
    """

    shape = (2048, 2048)
    code_type = np.int16
    far = 0x7F7F
    rounding = 2.0**-8

    def __init__(self, vectors: Vectors) -> None:
        import torch

        self._torch = torch
        self._matrix_tiles = AMX in bfloat16_instructions()
        shape = (-(-len(vectors) // PAD) * PAD, vectors.shape[1] + EXTRA)
        self._kept = torch.zeros(shape, dtype=torch.bfloat16)
        self._memory = torch.empty(0, dtype=torch.bfloat16)
        super().__init__(vectors)

    def _store(self, rows: slice, shifted: NDArray[np.float32]) -> NDArray[np.float32]:
        kept = self._torch.from_numpy(shifted).to(self._torch.bfloat16)
        self._kept[rows, : self.width] = kept
        stored: NDArray[np.float32] = kept.to(self._torch.float32).numpy()
        return stored

    def _store_halves(self, halves: NDArray[np.float32]) -> None:
        whole = self._torch.from_numpy(halves)
        high = whole.to(self._torch.bfloat16)
        low = self._torch.nan_to_num(whole - high.to(self._torch.float32), nan=0.0).to(self._torch.bfloat16)
        self._kept[:, self.width + 2 :] = 1.0
        self._kept[:, self.width], self._kept[:, self.width + 1] = high, low

    def _right(self, places: Places) -> Any:
        return self._kept[places]

    def _joined(self, parts: list[Any]) -> Any:
        return self._torch.cat(parts, dim=1)

    def codes(self, rows: Places, columns: Places) -> Codes:
        left, right = self._left(rows), self._right(columns)
        size = len(left) * len(right)
        if self._memory.numel() < size:
            self._memory = self._torch.empty(size, dtype=self._torch.bfloat16)
        block = self._memory[:size].view(len(left), len(right))
        with self._threads():
            self._torch.mm(left, right.T, out=block)
        codes: NDArray[np.int16] = block.view(self._torch.int16).numpy()
        return codes

    @contextmanager
    def _threads(self) -> Iterator[None]:
        before = self._torch.get_num_threads()
        self._torch.set_num_threads(1 if self._matrix_tiles else before)
        try:
            yield
        finally:
            self._torch.set_num_threads(before)

    def decode(self, codes: Codes) -> NDArray[np.float64]:
        bits = codes.astype(np.int32) << 16
        return bits.view(np.float32).astype(np.float64)


BFLOAT16_WORK: Final = 3e11
"""Multiply-adds over all pairs from which bfloat16 pays for loading torch (about 28,000 rows of 384 numbers)."""


def tiles_for(vectors: Vectors) -> Tiles:
    """The faster arithmetic for this much work on this processor. The graph is the same with either."""
    work = float(len(vectors)) ** 2 * vectors.shape[1]
    return BFloat16Tiles(vectors) if work >= BFLOAT16_WORK and bfloat16_instructions() else Float32Tiles(vectors)
