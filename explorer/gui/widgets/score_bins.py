"""The numbers behind a score histogram: bins, axis ends and round tick values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_FAR = 12.0


@dataclass(frozen=True)
class ScoreBins:
    """Counts of scores in equal bins from ``low`` to ``high``; ``greatest`` is the greatest finite score."""

    low: float
    high: float
    greatest: float
    counts: npt.NDArray[np.int64]

    @property
    def cut(self) -> bool:
        """Whether the axis ends before the greatest score: the last bin then holds all beyond it too."""
        return self.greatest > self.high


def bin_scores(scores: npt.NDArray[np.floating], n_bins: int) -> ScoreBins | None:
    """Bin the finite scores; None where there are none.

    The axis spans all scores, unless a few lie so far out (beyond the median by more than 12 times the way
    from the median to the 99th percentile) that the rest would be one bar.
    """
    finite = np.sort(scores[np.isfinite(scores)].astype(np.float64))
    if not len(finite):
        return None
    low, greatest = float(finite[0]), float(finite[-1])
    median, q99 = np.interp(np.array([0.5, 0.99]) * (len(finite) - 1), np.arange(len(finite)), finite).tolist()
    limit = median + _FAR * (q99 - median)
    high = min(greatest, limit) if limit > low else greatest
    if high - low <= 2 * n_bins * np.spacing(max(abs(low), abs(high))):  # too close together to be told apart
        half = max(abs(low) * 0.05, 0.05)
        low, high = low - half, high + half
    starts = np.searchsorted(finite, np.linspace(low, high, n_bins + 1)[:-1])
    return ScoreBins(low, high, greatest, np.diff(starts, append=len(finite)).astype(np.int64))


def round_ticks(low: float, high: float, most: int) -> list[float]:
    """At most ``most`` (>= 2) multiples of 1, 2 or 5 times a power of ten within [low, high]."""
    if not high > low:
        return []
    power = 10.0 ** np.floor(np.log10((high - low) / most))
    for step in (power * factor for factor in (1, 2, 5, 10)):
        first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
        if last - first < most:
            break
    return [float(k * step) for k in range(first, last + 1)][:most]


def count_ticks(greatest: int, height: float, spacing: float) -> list[int]:
    """Round counts for a square-root axis of ``height`` pixels, at least ``spacing`` pixels apart, 0 first."""
    ticks = [0]
    candidates = [f * 10**p for p in range(len(str(greatest))) for f in (1, 2, 5) if f * 10**p <= greatest]
    above = height + spacing
    for count in reversed(candidates):
        place = height * (count / greatest) ** 0.5
        if above - place >= spacing and place >= spacing:
            ticks.insert(1, count)
            above = place
    return ticks
