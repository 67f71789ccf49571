"""A person's own labels: up to 63 of them, any number on a text, kept as one bit each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint64]
"""(n,) one number a row, bit j set = the row has label j; (0,) = nothing is labelled yet."""

NO_BITS: Bits = np.empty(0, dtype=np.uint64)
NO_BITS.setflags(write=False)

MOST = 63
DIGITS = "123456789"


@dataclass(frozen=True)
class Label:
    """``key`` gives or takes the label; "" = none."""

    name: str
    key: str = ""


def free_key(labels: Sequence[Label]) -> str:
    """The first digit that no label has; "" when all are taken."""
    taken = {label.key for label in labels}
    return next((digit for digit in DIGITS if digit not in taken), "")


def place_of(labels: Sequence[Label], name: str) -> int | None:
    """The bit of a label, None if there is no such label."""
    return next((place for place, label in enumerate(labels) if label.name == name), None)


def has(bits: Bits, place: int, rows: int) -> NDArray[np.bool_]:
    """(n,) which rows have the label."""
    return np.zeros(rows, np.bool_) if bits.size == 0 else (bits >> np.uint64(place)) & np.uint64(1) != 0


def with_label(bits: Bits, place: int, rows: NDArray[np.int64], total: int, *, on: bool) -> Bits:
    """The bits after giving (taking) one label to ``rows``."""
    after = bits.copy() if bits.size else np.zeros(total, np.uint64)
    one = np.uint64(1 << place)
    after[rows] = after[rows] | one if on else after[rows] & ~one
    after.setflags(write=False)
    return after


def without_place(bits: Bits, place: int) -> Bits:
    """The bits after label ``place`` is gone: those above it move down by one."""
    low = np.uint64((1 << place) - 1)
    after = (bits & low) | ((bits >> np.uint64(1)) & ~low)
    after.setflags(write=False)
    return after


def counts(bits: Bits, labels: Sequence[Label]) -> list[int]:
    """How many rows have each label."""
    return [
        0 if bits.size == 0 else int(np.count_nonzero(bits & np.uint64(1 << place))) for place in range(len(labels))
    ]


def names_at(bits: Bits, labels: Sequence[Label], row: int) -> tuple[str, ...]:
    """The labels of one row."""
    held = int(bits[row]) if bits.size else 0
    return tuple(label.name for place, label in enumerate(labels) if held >> place & 1)
