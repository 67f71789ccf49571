"""What a detector is: it scores, higher is stranger, and it never decides what is flagged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.costs import Cost
from explorer.core.arrays import Vectors
from explorer.core.neighbors.base import Ids, KnnGraph
from explorer.core.progress import Progress
from explorer.errors import OptionError

Scores = NDArray[np.float64]
"""(n,) one score a row, higher = stranger, NaN = not scored (zero vector)."""

Parameter = int | float | str


@dataclass(frozen=True)
class Fit:
    """The rows that a detector learns from: those that count as normal.

    vectors : (m, d) in the space of the rows that are scored.
    graph : the kNN graph of the valid ones among them.
    valid : (m,) bool, False for rows that nothing is learnt from (zero vectors).
    places : (n,) which of them each scored row is, ``MISSING`` where it is none of them.
    """

    vectors: Vectors
    graph: KnnGraph
    valid: NDArray[np.bool_]
    places: Ids


@dataclass(frozen=True)
class DetectorInput:
    """What a detector may read.

    vectors : (n, d) float32 in the space that the graph was built in (after any transform).
    graph : the neighbours of every row among the rows learnt from, itself left out; ids count those rows.
    valid : (n,) bool, False for rows with a zero vector: those get NaN.
    seed : the only source of randomness.
    normal : what to learn from (novelty); None = the rows themselves (unsupervised), then ``graph`` is the shared one.
    others : scores of the other detectors of the plan, for a consensus.
    """

    vectors: Vectors
    graph: KnnGraph
    valid: NDArray[np.bool_]
    seed: int
    normal: Fit | None = None
    others: Mapping[str, Scores] = field(default_factory=dict)

    @property
    def fit(self) -> Fit:
        """What to learn from, in either mode."""
        if self.normal is not None:
            return self.normal
        return Fit(self.vectors, self.graph, self.valid, np.arange(len(self.vectors), dtype=np.int32))


class Detector(Protocol):
    """One way to score. Implementations are frozen dataclasses whose fields are their parameters."""

    @property
    def name(self) -> str: ...

    @property
    def summary(self) -> str:
        """What it is good at, in one sentence that the window shows."""
        ...

    @property
    def parameters(self) -> Mapping[str, Parameter]: ...

    @property
    def k_needed(self) -> int:
        """Neighbours it reads from the graph; 0 if none."""
        ...

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        """What it takes to learn from ``fit_rows`` and score ``rows`` vectors of ``dimension`` numbers."""
        ...

    def score(self, data: DetectorInput, progress: Progress) -> Scores: ...


def positive(parameter: str, value: float) -> None:
    """Raise ``OptionError`` unless ``value`` is at least 1."""
    if not value >= 1:
        raise OptionError(f"{parameter} = {value} cannot be used to score texts.", "Use a number of at least 1.")


def above_zero(parameter: str, value: float) -> None:
    """Raise ``OptionError`` unless ``value`` is larger than 0."""
    if not 0 < value < float("inf"):
        raise OptionError(f"{parameter} = {value:g} cannot be used to score texts.", "Use a number above 0.")


def one_of(parameter: str, value: str, choices: tuple[str, ...]) -> None:
    """Raise ``OptionError`` unless ``value`` is one of ``choices``."""
    if value not in choices:
        raise OptionError(f"{parameter} = {value} means nothing here.", f"Use one of: {', '.join(choices)}.")


def nearest(graph: KnnGraph, k: int) -> KnnGraph:
    """The graph of the ``k`` nearest. Raises ``ValueError`` where the graph was built with a smaller k."""
    return graph.prefix(k)


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
