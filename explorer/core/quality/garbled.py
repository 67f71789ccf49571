"""Texts that are damaged rather than odd: a wrong encoding, characters that mean nothing, one character repeated."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

LEAST_LETTERS = 0.5
"""Share of letters and digits, white space aside, below which a text is mostly symbols."""
SHORTEST = 5
"""Characters below which a text is too short to be called mostly symbols: ":-)" is an answer."""
RUN = 8
"""A character so many times in a row is repeated; where that is most of the text, it is garbled."""
MOST_REPEATED = 0.5

_CONTINUED = r"\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_MOJIBAKE = (
    rf"Ã[{_CONTINUED}]|[ÂÅÄÐÑ][\x{{80}}-\x{{bf}}]|â[€\x{{80}}-\x{{82}}‚„…†‡ˆ‰™šœž][{_CONTINUED}]"
    rf"|ï»¿|ï¿½|ð[\x{{90}}Ÿ][{_CONTINUED}]{{2}}"
)
"""UTF-8 read as Windows-1252 or Latin-1: a lead byte's character followed by a continuation byte's."""
_BROKEN = r"[\x{fffd}\x{2400}\x01-\x08\x0b\x0e-\x1f\x7f\x{80}-\x{9f}]"
"""Replacement characters, NUL's stand-in, control characters."""
_WORDS = r"[\p{L}\p{M}\p{N}\s\x{200d}\x{2600}-\x{27bf}\x{1f000}-\x{1faff}]+"
"""Letters, digits, white space, and emoji with what joins them: people write these."""
_REPEATED = "|".join(f"{re.escape(character)}{{{RUN},}}" for character in string.printable[:-6])


@dataclass(frozen=True)
class Garbled:
    """rows : (r,) int64. scores : (r,) float32, the share of the text that is sound. details : what was found."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    details: str


def garbled_texts(texts: pa.ChunkedArray) -> Garbled:
    """Which of the texts are garbled. texts : (n,) large_string, empty ones are not."""
    characters = _lengths(pc.replace_substring_regex(texts, r"\s+", ""))
    whole = np.maximum(characters, 1)
    broken = _count(texts, _BROKEN)
    misread = _count(texts, _MOJIBAKE)
    symbols = _lengths(pc.replace_substring_regex(texts, _WORDS, "")) / whole
    repeated = (characters - _lengths(_without_runs(texts))) / whole
    mostly_symbols = (symbols > 1 - LEAST_LETTERS) & (characters >= SHORTEST)
    mostly_repeated = repeated > MOST_REPEATED
    bad = (broken > 0) | (misread > 0) | mostly_symbols | mostly_repeated
    sound = 1.0 - np.clip((broken + 2 * misread) / whole, 0, 1)
    sound = np.minimum(sound, np.where(mostly_symbols, 1 - symbols, 1.0))
    sound = np.minimum(sound, np.where(mostly_repeated, 1 - repeated, 1.0))
    rows = np.flatnonzero(bad)
    return Garbled(
        rows, sound[rows].astype(np.float32), _details(broken > 0, misread > 0, mostly_symbols, mostly_repeated)
    )


def _details(*found: NDArray[np.bool_]) -> str:
    words = ("replacement or control characters", "a wrong encoding", "mostly symbols", "mostly one character repeated")
    counts = [(int(np.count_nonzero(mask)), word) for mask, word in zip(found, words, strict=True)]
    return ", ".join(f"{word}: {count:,}" for count, word in counts if count)


def _without_runs(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """White space is left out only after the runs: the groups of a number are none."""
    return pc.replace_substring_regex(pc.replace_substring_regex(texts, _REPEATED, ""), r"\s+", "")


def _count(texts: pa.ChunkedArray, pattern: str) -> NDArray[np.int64]:
    return np.asarray(pc.count_substring_regex(texts, pattern).to_numpy(), np.int64)


def _lengths(texts: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(pc.utf8_length(texts).to_numpy(), np.int64)
