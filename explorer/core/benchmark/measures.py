"""How good scores are where the truth is known: AUROC, average precision, F1, each with a bootstrap interval.

Two sets of scores on the same rows are compared on the same resamples, so that what they share (the easy rows, the hard
ones) cancels out and a difference is called real only if it survives another draw of texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import Scores
from explorer.errors import OptionError

RESAMPLES = 1_000
LEVEL = 0.95
CHUNK_WEIGHTS = 1 << 23
"""Weights of resampled rows held at a time (64 MB)."""

Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A measure of the rows as they are, and the interval that ``LEVEL`` of the resamples fall into."""

    value: float
    low: float
    high: float
    resampled: Floats

    @classmethod
    def of(cls, value: float, resampled: Floats) -> Estimate:
        tail = 50.0 * (1.0 - LEVEL)
        low, high = np.percentile(resampled, [tail, 100.0 - tail]).tolist()
        return cls(value, low, high, resampled)


@dataclass(frozen=True)
class Quality:
    """auroc : chance that an odd row scores above a normal one, ties half (Hanley & McNeil 1982).
    average_precision : mean precision at each odd row found, without interpolation; tied rows are found together.
    f1 : of the rows flagged.
    """

    auroc: Estimate
    average_precision: Estimate
    f1: Estimate


@dataclass(frozen=True)
class Difference:
    """One measure of the first scores less that of the second, on the same resamples.

    p : two-sided, the share of resamples that contradict the sign, doubled; at least 2 / (resamples + 1).
    """

    value: float
    low: float
    high: float
    p: float

    @property
    def is_real(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0.0 or self.high < 0.0


class Truth:
    """Which rows are odd, and the resamples on which every set of scores is measured.

    odd : (n,) bool. Odd and normal rows are drawn apart (stratified), so that each resample has as many of both.
    Raises ``OptionError`` unless there are rows of both kinds.
    """

    def __init__(self, odd: Flags, *, seed: int = 0, resamples: int = RESAMPLES) -> None:
        self.odd = np.asarray(odd, np.bool_)
        positives = int(self.odd.sum())
        if not 0 < positives < len(self.odd):
            kind = "odd" if positives else "normal"
            raise OptionError(
                f"All {len(self.odd):,} texts are {'odd' if positives else 'normal'}: nothing can be measured.",
                f"Give a label column that names odd and normal texts; here no text is {_other(kind)}.",
            )
        self._seed = seed
        self.resamples = resamples

    def measure(self, scores: Scores, flagged: Flags) -> Quality:
        """Measures of scores (n,), higher = stranger, and of the rows flagged (n,). A row that was not scored (NaN)
        counts as the least strange of all."""
        known = np.where(np.isnan(scores), -np.inf, scores)
        order = np.argsort(-known, kind="stable")
        ends = _ends_of_ties(known[order])
        found = np.asarray(flagged, np.bool_)
        every = [np.concatenate(parts) for parts in zip(*self._measured(order, found, ends), strict=True)]
        return Quality(*(Estimate.of(float(values[0]), values[1:]) for values in every))

    def _measured(self, order: Rows, found: Flags, ends: Rows) -> Iterator[tuple[Floats, Floats, Floats]]:
        """The measures of the rows as they are, then of the resamples."""
        from explorer.core.benchmark._measure_kernels import measures

        yield measures(np.ones((1, len(order)), np.int64), order, self.odd, found, ends)
        for weights in self._weights():
            yield measures(weights, order, self.odd, found, ends)

    def _weights(self) -> Iterator[Rows]:
        """How often each resample draws each row, (m, n) at a time; the same for every set of scores."""
        kinds = (np.flatnonzero(self.odd), np.flatnonzero(~self.odd))
        sources = [np.random.default_rng((self._seed, kind)) for kind in range(2)]
        rows = len(self.odd)
        step = max(1, CHUNK_WEIGHTS // rows)
        for start in range(0, self.resamples, step):
            count = min(step, self.resamples - start)
            starts = np.arange(count)[:, None] * rows
            drawn = [
                members[random.integers(0, len(members), (count, len(members)))] + starts
                for members, random in zip(kinds, sources, strict=True)
            ]
            places = np.concatenate([each.reshape(-1) for each in drawn])
            yield np.bincount(places, minlength=count * rows).reshape(count, rows)


def difference(first: Estimate, second: Estimate) -> Difference:
    """Two estimates of one measure, made by the same ``Truth``, compared resample by resample."""
    apart = first.resampled - second.resampled
    estimate = Estimate.of(first.value - second.value, apart)
    at_most = min(int((apart <= 0).sum()), int((apart >= 0).sum()))
    p = min(1.0, 2.0 * (at_most + 1) / (len(apart) + 1))
    return Difference(estimate.value, estimate.low, estimate.high, p)


def average_of(seeds: list[Estimate]) -> Estimate:
    """One estimate of several runs that differ by their seed: the mean, resample by resample."""
    return Estimate.of(
        float(np.mean([each.value for each in seeds])), np.mean([each.resampled for each in seeds], axis=0)
    )


def _other(kind: str) -> str:
    return "normal" if kind == "odd" else "odd"


def _ends_of_ties(descending: Scores) -> NDArray[np.int64]:
    """The last place of each run of equal scores."""
    return np.append(np.flatnonzero(descending[1:] != descending[:-1]), len(descending) - 1)


def warm_up() -> None:
    """Compile the loops into their cache."""
    odd = np.array([True, False])
    Truth(odd, resamples=1).measure(np.array([1.0, 0.0]), odd)
