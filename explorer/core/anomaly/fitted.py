"""Detectors that learn from vectors: which rows are learnt from, scoring in chunks, cancel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import DetectorInput, Scores
from explorer.core.arrays import Vectors
from explorer.core.neighbors.recall import sample_rows
from explorer.core.progress import Progress

CHUNK = 4096
"""Rows scored between two chances to cancel."""

FITTED = 0.6
"""Share of the progress that learning takes."""

Score = Callable[[Vectors], Scores]
Learn = Callable[[Vectors, Progress], Score]


def training_rows(data: DetectorInput, most: int) -> NDArray[np.intp]:
    """The rows to learn from, at most ``most``: a seeded sample of the valid ones. Ascending."""
    rows = np.flatnonzero(data.fit.valid)
    return rows[sample_rows(len(rows), most, data.seed)]


def taken(vectors: Vectors, rows: NDArray[np.intp]) -> Vectors:
    """The rows asked for; the very array where that is all, which spares a copy of a memory-mapped file."""
    return vectors if len(rows) == len(vectors) else np.asarray(vectors[rows])


def learn_and_score(data: DetectorInput, words: str, learn: Learn, progress: Progress, *, most: int) -> Scores:
    """Learn from at most ``most`` rows, then score every valid row, chunk by chunk.

    Where all rows to learn from are one and the same there is nothing to learn: then the score is the distance to it.
    words : the detector's name in a sentence.
    """
    progress.report(0.0, words)
    scores = np.full(len(data.vectors), np.nan)
    training = taken(data.fit.vectors, training_rows(data, most))
    if not data.valid.any() or not len(training):
        progress.report(1.0, words)
        return scores
    score = distance_to(training[0]) if alike(training) else learn(training, progress.part(0.0, FITTED))
    by_chunk(scores, data, score, words, progress.part(FITTED, 1.0))
    return scores


def by_chunk(scores: Scores, data: DetectorInput, score: Score, words: str, progress: Progress) -> None:
    """Fill in ``scores`` of the valid rows."""
    rows = np.flatnonzero(data.valid)
    for start in range(0, len(rows), CHUNK):
        progress.report(start / len(rows), words)
        part = rows[start : start + CHUNK]
        scores[part] = score(np.asarray(data.vectors[part], np.float32))
    progress.report(1.0, words)


def alike(training: Vectors) -> bool:
    """Whether all rows are one and the same."""
    return bool((training == training[0]).all())


def distance_to(only: NDArray[np.float32]) -> Score:
    """Euclidean distance to the one place that there is."""
    place = only.astype(np.float64)
    return lambda vectors: np.asarray(np.sqrt(np.square(vectors - place).sum(axis=1)))
