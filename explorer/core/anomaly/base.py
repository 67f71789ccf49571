"""What a detector is: it scores, higher is stranger, and it never decides what is flagged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors.base import KnnGraph
from explorer.core.progress import Progress
from explorer.errors import OptionError

Scores = NDArray[np.float64]
"""(n,) one score a row, higher = stranger, NaN = not scored (zero vector)."""


@dataclass(frozen=True)
class DetectorInput:
    """What a detector may read.

    vectors : (n, d) float32 in the space that the graph was built in (after any transform).
    graph : the shared kNN graph over the same rows.
    valid : (n,) bool, False for rows with a zero vector: those get NaN.
    seed : the only source of randomness.
    """

    vectors: Vectors
    graph: KnnGraph
    valid: NDArray[np.bool_]
    seed: int


class Detector(Protocol):
    """One way to score. Implementations are frozen dataclasses whose fields are their parameters."""

    @property
    def name(self) -> str: ...

    @property
    def summary(self) -> str:
        """What it is good at, in one sentence that the window shows."""
        ...

    @property
    def parameters(self) -> Mapping[str, int | float | str]: ...

    @property
    def k_needed(self) -> int:
        """Neighbours it reads from the graph; 0 if none."""
        ...

    def score(self, data: DetectorInput, progress: Progress) -> Scores: ...


def positive(parameter: str, value: int) -> None:
    """Raise ``OptionError`` unless ``value`` is at least 1."""
    if value < 1:
        raise OptionError(f"{parameter} = {value} cannot be used to score texts.", "Use a number of at least 1.")


def nearest(graph: KnnGraph, k: int) -> KnnGraph:
    """The graph of the ``k`` nearest, or of all other rows where there are fewer than that.

    Raises ``ValueError`` where the graph was built with a smaller k than its rows allow.
    """
    return graph.prefix(min(k, max(graph.rows - 1, 0), graph.k) if graph.k >= graph.rows - 1 else k)


def in_six_digits(scores: Scores) -> Scores:
    """Scores with six significant digits, as the report writes them.

    Ranks, flags and thresholds follow from these, so that anyone can compute them again from the report, and so that
    rounding in the last bits of a sum breaks no tie. NaN stays NaN.
    """
    return np.array([float(f"{score:.6g}") for score in scores.tolist()], dtype=scores.dtype)


def six_digits(scores: Scores) -> Scores:
    """The same for scores that are changed while somebody waits: a hundred times faster, and off by a last bit."""
    size = np.where(np.isfinite(scores) & (scores != 0), np.abs(scores), 1.0)
    scale = 10.0 ** (5.0 - np.floor(np.log10(size)))
    return np.asarray(np.round(scores * scale) / scale)
