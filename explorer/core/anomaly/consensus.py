"""What several detectors say together: the mean of their ranks, and how many of them would flag a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import DetectorInput, Scores
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.flags import Ranking, Threshold, ranks, threshold_for_share
from explorer.core.anomaly.spec import Declared
from explorer.core.progress import SILENT, Progress

NAME = "consensus"


@dataclass(frozen=True)
class Consensus(Declared):
    """The mean over the other detectors of a text's rank, as a share of the scored texts: 1 = strangest for all.

    Equal scores share the mean of their ranks. Detectors whose scores are on different scales count the same.
    """

    name: str = NAME
    summary: str = "What the other detectors say together, by ranks; steadier than any one of them, seldom the best."

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        return Cost(1e-6 * rows, fit_rows, fit_rows, False, 4e-5 * rows)

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        """Rows that no detector scored are not scored. Raises ``ValueError`` without other detectors."""
        if not data.others:
            raise ValueError("a consensus needs the scores of other detectors")
        progress.report(0.0, "Consensus")
        shares = np.stack([shares_of_ranks(scores) for scores in data.others.values()])
        count = np.isfinite(shares).sum(axis=0)
        scores = np.where(count > 0, np.nansum(shares, axis=0) / np.maximum(count, 1), np.nan)
        scores[~data.valid] = np.nan
        progress.report(1.0, "Consensus")
        return scores


def shares_of_ranks(scores: Scores) -> Scores:
    """(n,) ranks of the scored rows from 1/m (most ordinary) to 1 (strangest); NaN for others."""
    found = np.full(len(scores), np.nan)
    rows = np.flatnonzero(np.isfinite(scores))
    if not len(rows):
        return found
    _, place, counts = np.unique(scores[rows], return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    found[rows] = ((last - (counts - 1) / 2) / len(rows))[place]
    return found


def agreement(rankings: Mapping[str, Ranking]) -> NDArray[np.int16]:
    """(n,) how many of the detectors would flag each row by their own thresholds."""
    with np.errstate(invalid="ignore"):
        flags = [each.scores >= each.own.value for each in rankings.values()]
    return np.asarray(np.sum(flags, axis=0), np.int16)


def own_threshold(scores: Scores, agreed: NDArray[np.int16], detectors: int) -> Threshold:
    """As many texts as at least half of the detectors would flag, the strangest by the consensus.

    A mean of ranks looks the same for every corpus: no line follows from it. How many texts stand out does follow from
    the detectors' own scores.
    """
    half = -(-detectors // 2)
    count = int((agreed >= half).sum())
    scored = max(int(np.isfinite(scores).sum()), 1)
    found = threshold_for_share(scores, count / scored)
    rule = f"as many texts as {half} or more of the {detectors} detectors flag by their own rules ({count:,})"
    return Threshold(found.value, rule, found.most)


def ranking_of_consensus(scores: Scores, others: Mapping[str, Ranking]) -> tuple[Ranking, NDArray[np.int16]]:
    """Ranks and line of a consensus, and the agreement behind it."""
    agreed = agreement(others)
    return Ranking(scores, ranks(scores), own_threshold(scores, agreed, len(others))), agreed
