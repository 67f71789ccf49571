"""How many of the flagged texts are odd, estimated from those that somebody has judged, with an interval.

Judged texts are no random sample: people review from the top. So each stands for the texts ranked around it (up to
half-way to the next judged one), and the interval is that of the effective number of judgements (Kish 1965): twenty
judged at the very top and one far below are hardly more than one where that one speaks for hundreds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.flags import Ranking, Threshold, refused
from explorer.core.corpus.wording import counted
from explorer.errors import OptionError

LEAST = 10
"""Judged texts (effective number) that an estimate needs: with fewer, the interval spans most of what is possible."""
NORMAL_95 = 1.959964
"""Two-sided 95 % of a normal distribution, for Wilson's interval."""

ROUNDING = 1e-9
"""A share this near below the target has reached it."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Evidence:
    """Texts known to be odd or fine. rows : (m,) int64, each once. odd : (m,) bool."""

    rows: NDArray[np.int64]
    odd: NDArray[np.bool_]


NO_EVIDENCE = Evidence(np.empty(0, np.int64), np.empty(0, np.bool_))


@dataclass(frozen=True)
class Precision:
    """Share of odd texts among the ``top`` strangest: estimate and 95 % interval (Wilson, of the effective number).

    judged, odd : how many of them were judged, and called odd. effective : what those judgements are worth.
    """

    value: float
    low: float
    high: float
    judged: int
    odd: int
    effective: float
    top: int

    @property
    def words(self) -> str:
        """``about 83% (66-92%), estimated from 30 judged texts``."""
        between = f"{100 * self.low:.0f}-{self.high:.0%}"
        return f"about {self.value:.0%} ({between}), estimated from {counted(self.judged, 'judged text')}"


def check_target(target: float) -> None:
    """Raise ``OptionError`` unless ``target`` is a share above 0 and up to 1."""
    if not 0.0 < target <= 1.0:
        raise OptionError(
            f"A target precision of {target:g} is not possible.", "Give a share above 0 and up to 1, such as 0.9."
        )


def precision_of_top(ranking: Ranking, evidence: Evidence, top: int) -> Precision | None:
    """Of the ``top`` strangest rows; None where fewer than ``LEAST`` (effective) of them are judged."""
    ranks, odd = _by_rank(ranking, evidence, top)
    if not len(ranks):
        return None
    found = _Estimates(ranks, odd, np.array([top]), np.array([len(ranks) - 1]))
    return found.at(0) if found.effective[0] >= LEAST else None


def threshold_for_precision(ranking: Ranking, evidence: Evidence, target: float) -> Threshold:
    """The lowest threshold at which the estimated precision is at least ``target`` (0..1).

    It lies at a judged row: below the last one nothing is known. Where too few are judged, or no threshold reaches the
    target, it is the scores' own (``ranking.own``) and says why. Raises ``OptionError`` for an impossible target.
    """
    check_target(target)
    ranks, odd = _by_rank(ranking, evidence, len(ranking.ranks))
    found = _Estimates(ranks, odd, ranks, np.arange(len(ranks)))
    known = np.flatnonzero(found.effective >= LEAST)
    if not len(known):
        return refused(ranking.own, _too_few(len(ranks), found.effective.max(initial=0.0)))
    reached = known[found.shares[known] >= target - ROUNDING]
    if not len(reached):
        best = found.at(int(known[found.shares[known].argmax()]))
        return refused(ranking.own, f"No threshold reaches a precision of {target:.0%}: the best is {best.words}.")
    chosen = found.at(int(reached[-1]))
    score = float(ranking.scores[ranking.ranks == chosen.top][0])
    return Threshold(score, f"precision {chosen.words}; wanted: {target:.0%}", chosen.top)


def _too_few(judged: int, effective: float) -> str:
    needed = f"A target precision needs at least {LEAST} judged texts among the strangest"
    if judged < LEAST:
        return f"{needed}; there are {judged}."
    return f"{needed} without large gaps between them; the {judged:,} there are count as {math.floor(effective)}."


def _by_rank(ranking: Ranking, evidence: Evidence, top: int) -> tuple[Ints, NDArray[np.bool_]]:
    """Ranks of the judged rows among the ``top`` strangest, ascending, and whether each is odd."""
    ranks = ranking.ranks[evidence.rows]
    inside = np.flatnonzero((ranks > 0) & (ranks <= top))
    order = inside[np.argsort(ranks[inside])]
    return ranks[order], evidence.odd[order]


class _Estimates:
    """The estimates for the ``tops`` strangest rows each, of which judged row ``lasts`` is the last one.

    ranks, odd : (m,) the judged rows by rank. tops, lasts : (c,). shares, effective : (c,) the estimates.
    """

    def __init__(self, ranks: Ints, odd: NDArray[np.bool_], tops: Ints, lasts: NDArray[np.intp]) -> None:
        self._odd, self._tops, self._lasts = odd, tops, lasts
        borders = np.concatenate([[0.5], (ranks[1:] + ranks[:-1]) / 2.0])[: len(ranks)]
        inner = np.diff(borders)
        outer = tops + 0.5 - borders[lasts]
        self.shares: Floats = (_running(inner * odd[:-1])[lasts] + outer * odd[lasts]) / tops
        self.effective: Floats = tops**2 / (_running(inner**2)[lasts] + outer**2)

    def at(self, cut: int) -> Precision:
        """One of the estimates with its interval."""
        share, effective, last = float(self.shares[cut]), float(self.effective[cut]), int(self._lasts[cut])
        low, high = wilson(share, effective)
        odd = int(self._odd[: last + 1].sum())
        return Precision(share, low, high, last + 1, odd, effective, int(self._tops[cut]))


def _running(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])


def wilson(share: float, count: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a ``share`` (0..1) seen in ``count`` (> 0) trials."""
    z = NORMAL_95
    scale = 1 + z**2 / count
    middle = (share + z**2 / (2 * count)) / scale
    half = z * math.sqrt(max(share * (1 - share), 0.0) / count + z**2 / (4 * count**2)) / scale
    return max(middle - half, 0.0), min(middle + half, 1.0)
