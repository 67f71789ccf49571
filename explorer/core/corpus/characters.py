"""What texts are written with: letters of which script, digits, punctuation, symbols; and how usual their spelling is.

Counted for all texts at once on their bytes, so that what is usual in a corpus and what one text has can be compared.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.core.corpus.keys import buffers
from explorer.core.progress import SILENT, Progress

KINDS = (
    "Latin letters", "Greek letters", "Cyrillic letters", "Hebrew letters", "Arabic letters", "Indian letters",
    "Thai letters", "Chinese characters", "Japanese kana", "Korean letters", "other letters", "digits", "punctuation",
    "symbols or emoji", "control characters",
)  # fmt: skip
OTHER_LETTERS, DIGITS, PUNCTUATION, SYMBOLS, CONTROL, SPACE = 10, 11, 12, 13, 14, 15
LETTERS = slice(0, OTHER_LETTERS + 1)

SCRIPTS = (
    (0x0370, 0x03FF, 1), (0x1F00, 0x1FFF, 1), (0x0400, 0x052F, 2), (0x1C80, 0x1C8F, 2), (0x2DE0, 0x2DFF, 2),
    (0xA640, 0xA69F, 2), (0x0590, 0x05FF, 3), (0xFB1D, 0xFB4F, 3), (0x0600, 0x06FF, 4), (0x0750, 0x077F, 4),
    (0x08A0, 0x08FF, 4), (0xFB50, 0xFDFF, 4), (0xFE70, 0xFEFF, 4), (0x0900, 0x0DFF, 5), (0x0E00, 0x0E7F, 6),
    (0x2E80, 0x2FDF, 7), (0x3400, 0x4DBF, 7), (0x4E00, 0x9FFF, 7), (0xF900, 0xFAFF, 7), (0x3040, 0x30FF, 8),
    (0x31F0, 0x31FF, 8), (0xFF66, 0xFF9F, 8), (0x1100, 0x11FF, 9), (0x3130, 0x318F, 9), (0xA960, 0xA97F, 9),
    (0xAC00, 0xD7FF, 9), (0x0041, 0x024F, 0), (0x1E00, 0x1EFF, 0), (0x2C60, 0x2C7F, 0), (0xA720, 0xA7FF, 0),
    (0xFF21, 0xFF5A, 0),
)  # fmt: skip
"""Blocks of Unicode whose letters belong to one of the first kinds."""

READ = 4_096
"""Bytes of a text that are looked at: what a text is written with does not change in its middle."""
BLOCK = 1 << 22
PAIR_BITS = 17
ENOUGH_PAIRS = 12
"""Pairs of letters that a text needs before its spelling can be called unusual."""


@dataclass(frozen=True)
class Characters:
    """counts : (n, len(KINDS)) int32, visible characters of each kind in each text (in its first ``READ`` bytes).

    spelling : (n,) float32, bits by which a pair of letters surprises on average who knows the corpus; NaN where a
    text has fewer than ``ENOUGH_PAIRS``.
    """

    counts: NDArray[np.int32]
    spelling: NDArray[np.float32]


def characters(texts: pa.ChunkedArray, progress: Progress = SILENT) -> Characters:
    """Over a large_string column without nulls. Raises ``Cancelled``."""
    pieces = list(_pieces(texts))
    total = np.zeros(1 << PAIR_BITS, np.int64)
    counts = []
    for place, piece in enumerate(pieces):
        progress.report(0.6 * place / len(pieces), "Reading the characters")
        kinds, pairs, _ = _read(piece)
        counts.append(kinds)
        total += np.bincount(pairs, minlength=len(total))
    bits = -np.log2((total + 1.0) / (total.sum() + len(total)))
    spelling = []
    for place, piece in enumerate(pieces):
        progress.report(0.6 + 0.4 * place / len(pieces), "Reading the characters")
        spelling.append(_surprise(piece, bits))
    progress.report(1.0, "Reading the characters")
    empty = np.empty((0, len(KINDS)), np.int32)
    return Characters(np.concatenate([empty, *counts]), np.concatenate([np.empty(0, np.float32), *spelling]))


Piece = tuple[NDArray[np.uint8], NDArray[np.int64]]


def _pieces(texts: pa.ChunkedArray) -> Iterator[Piece]:
    """Some texts at a time: their bytes (each text's first ``READ``) and the offsets of the texts (m + 1,) in them."""
    for offsets, data in buffers(texts):
        raw = np.frombuffer(data, np.uint8)
        lengths = np.minimum(np.diff(offsets), READ)
        ends = np.cumsum(lengths)
        first = 0
        while first < len(lengths):
            reached = ends[first - 1] if first else 0
            last = max(int(np.searchsorted(ends, reached + BLOCK, side="right")), first + 1)
            yield _gathered(raw, offsets[first:last], lengths[first:last])
            first = last


def _gathered(raw: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Piece:
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    if not bounds[-1]:
        return raw[:0], bounds
    places = np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], lengths)
    return raw[places], bounds


def _read(piece: Piece) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Counts by kind of each text (m, kinds), the hashed pairs of letters in a row, and the text of each pair."""
    data, bounds = piece
    table, lower = _tables()
    codes, owners = _decoded(data, bounds)
    kinds = table[codes]
    texts = len(bounds) - 1
    width = len(KINDS) + 1
    counts = np.bincount(owners * width + kinds, minlength=texts * width).reshape(texts, width)[:, :-1]
    letters = np.where(kinds <= OTHER_LETTERS, lower[codes], 0).astype(np.uint64)
    same = (owners[1:] == owners[:-1]) & ((letters[1:] > 0) | (letters[:-1] > 0))
    hashed = (letters[:-1] * np.uint64(0x9E3779B97F4A7C15) + letters[1:]) * np.uint64(0xC2B2AE3D27D4EB4F)
    pairs = (hashed >> np.uint64(64 - PAIR_BITS)).astype(np.int64)
    return counts.astype(np.int32), pairs[same], owners[1:][same]


def _surprise(piece: Piece, bits: NDArray[np.float64]) -> NDArray[np.float32]:
    _, pairs, owners = _read(piece)
    texts = len(piece[1]) - 1
    number = np.bincount(owners, minlength=texts)
    mean = np.bincount(owners, bits[pairs], minlength=texts) / np.maximum(number, 1)
    return np.where(number >= ENOUGH_PAIRS, mean, np.nan).astype(np.float32)


def _decoded(data: NDArray[np.uint8], bounds: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Code points of valid UTF-8 and the text of each; beyond the first plane by what stands for their block."""
    leads = np.flatnonzero((data & 0xC0) != 0x80)
    padded = np.concatenate([data, np.zeros(3, np.uint8)]).astype(np.int64)
    first = padded[leads]
    codes = first.copy()
    two, three, four = first >= 0xC0, first >= 0xE0, first >= 0xF0
    at = leads[two]
    codes[two] = (first[two] & 0x1F) << 6 | padded[at + 1] & 0x3F
    at = leads[three]
    codes[three] = (first[three] & 0x0F) << 12 | (padded[at + 1] & 0x3F) << 6 | padded[at + 2] & 0x3F
    at = leads[four]
    high = (first[four] & 0x07) << 18 | (padded[at + 1] & 0x3F) << 12
    codes[four] = np.where(high >= 0x20000, 0x4E00, np.where(high >= 0x1F000, 0x2600, 0xA4D0))
    owners = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))[leads]
    return codes, owners


@lru_cache(maxsize=1)
def _tables() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(65536,) kind of each code point of the first plane, and its small letter."""
    kinds = np.array([_kind(chr(code)) for code in range(0x10000)], np.int64)
    for low, high, kind in SCRIPTS:
        block = kinds[low : high + 1]
        block[block == OTHER_LETTERS] = kind
    small = [chr(code).lower() for code in range(0x10000)]
    lower = np.array([ord(found) if len(found) == 1 else code for code, found in enumerate(small)], np.int64)
    return kinds, lower


def _kind(character: str) -> int:
    category = unicodedata.category(character)[0]
    if category in "LM":
        return OTHER_LETTERS
    return (
        SPACE
        if character.isspace()
        else {"N": DIGITS, "P": PUNCTUATION, "S": SYMBOLS, "Z": SPACE}.get(category, CONTROL)
    )
