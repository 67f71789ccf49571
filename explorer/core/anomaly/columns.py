"""Detectors that are a sum over dimensions: a few at a time, so that memory stays flat and cancel is heard."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import DetectorInput, Scores
from explorer.core.anomaly.fitted import alike, by_chunk, distance_to, taken
from explorer.core.neighbors.base import MISSING
from explorer.core.progress import Progress

COLUMNS = 16
"""Dimensions at a time: of 50,000 texts a table of them takes 6 MB, and PyOD makes some ten such tables."""

Table = NDArray[np.float64]
OfColumns = Callable[[Any, Any, Any], Scores]
"""(fit rows, scored rows, which of the scored rows are fit rows) of some dimensions -> their part of the scores."""


def add_by_columns(data: DetectorInput, words: str, of_columns: OfColumns, progress: Progress) -> Scores:
    """The sum over all dimensions of what ``of_columns`` gives for some of them."""
    progress.report(0.0, words)
    scores = np.full(len(data.vectors), np.nan)
    fitted, asked = np.flatnonzero(data.fit.valid), np.flatnonzero(data.valid)
    if not len(fitted) or not len(asked):
        progress.report(1.0, words)
        return scores
    training, rows = taken(data.fit.vectors, fitted), taken(data.vectors, asked)
    if alike(training):
        by_chunk(scores, data, distance_to(training[0]), words, progress)
        return scores
    known = data.fit.places[asked] != MISSING
    width = training.shape[1]
    sums = np.zeros(len(asked))
    for left in range(0, width, COLUMNS):
        progress.report(left / width, words)
        columns = slice(left, left + COLUMNS)
        with warnings.catch_warnings():
            # A constant dimension has no skewness; what then counts is the same for all rows.
            warnings.simplefilter("ignore", RuntimeWarning)
            sums += of_columns(_table(training[:, columns]), _table(rows[:, columns]), known)
    scores[asked] = sums
    progress.report(1.0, words)
    return scores


def _table(columns: NDArray[np.float32]) -> Table:
    return np.ascontiguousarray(columns, dtype=np.float64)
