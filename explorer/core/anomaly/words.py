"""Which words make a text strange: what its distance to its neighbours would be without each of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors.base import Metric
from explorer.core.progress import SILENT, Progress

MOST = 64
"""Parts that are left out one after the other; of a longer text each part is several words."""
BATCH = 16

Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Part:
    """Characters ``start`` to ``end`` of a text; ``nearer`` : by how much the text would lie nearer without them."""

    start: int
    end: int
    nearer: float


@dataclass(frozen=True)
class StrangeWords:
    """parts : in the order of the text. distance : mean distance of the whole text to the neighbours asked about."""

    parts: tuple[Part, ...]
    distance: float


def word_parts(text: str, most: int = MOST) -> list[tuple[int, int]]:
    """Words of a text, or groups of as many words each, as (start, end); single characters of an unbroken text."""
    found = [match.span() for match in re.finditer(r"\S+", text)]
    if len(found) == 1 and len(text.strip()) > 1:
        found = [match.span() for match in re.finditer(r"\S", text)]
    size = -(-len(found) // most) if found else 1
    return [(found[first][0], found[min(first + size, len(found)) - 1][1]) for first in range(0, len(found), size)]


def strange_words(
    text: str, neighbours: Vectors, metric: Metric, encode: Encode, progress: Progress = SILENT
) -> StrangeWords:
    """Leave out each part of ``text`` and embed the rest. neighbours : (k, d) vectors of its nearest texts.

    Raises ``Cancelled`` between batches.
    """
    parts = word_parts(text)
    texts = [text, *(f"{text[:start]} {text[end:]}".strip() for start, end in parts)]
    vectors = []
    for first in range(0, len(texts), BATCH):
        progress.report(first / len(texts), "Leaving out one word after the other")
        vectors.append(np.asarray(encode(texts[first : first + BATCH]), np.float32))
    far = _mean_distances(np.concatenate(vectors), neighbours, metric)
    progress.report(1.0, "Leaving out one word after the other")
    found = (Part(start, end, float(far[0] - without)) for (start, end), without in zip(parts, far[1:], strict=True))
    return StrangeWords(tuple(part for part in found if np.isfinite(part.nearer)), float(far[0]))


def _mean_distances(vectors: Vectors, neighbours: Vectors, metric: Metric) -> NDArray[np.float64]:
    """(m,) NaN for a vector without a direction, where nothing is left that the encoder knows."""
    one, other = vectors.astype(np.float64), neighbours.astype(np.float64)
    known = one.any(axis=1)
    if metric == "cosine":
        one /= np.where(known, np.linalg.norm(one, axis=1), 1.0)[:, None]
        lengths = np.linalg.norm(other, axis=1)
        other /= np.where(lengths > 0, lengths, 1.0)[:, None]
        means = 1.0 - (one @ other.T).mean(axis=1)
    else:
        means = np.linalg.norm(one[:, None, :] - other[None, :, :], axis=2).mean(axis=1)
    return np.where(known, means, np.nan)


def words_said(text: str, found: StrangeWords, most: int = 3) -> str:
    """``Without “flour” it would lie nearer to its neighbours: 0.52 instead of 0.81.`` and the next ones."""
    best = sorted((part for part in found.parts if part.nearer > 0), key=lambda part: -part.nearer)[:most]
    if not best:
        return "No single word makes it strange: without any of them it lies about as far from its neighbours."
    first, *others = best
    quoted = [f"“{text[part.start : part.end]}”" for part in others]
    without = f"Without “{text[first.start : first.end]}” it would lie nearer to its neighbours"
    more = f" Next: {', '.join(quoted)}." if quoted else ""
    return f"{without}: {found.distance - first.nearer:.2f} instead of {found.distance:.2f}.{more}"
