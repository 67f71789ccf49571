"""From scores to flags: the threshold and its rule, the person's overrides, ranks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.flags import Ranking, Threshold, flagged, threshold_by_hand, threshold_for_share
from explorer.core.plan import Plan
from explorer.core.report.marks import NO_MARKS, Marks
from explorer.core.results import Results


@dataclass(frozen=True)
class Decisions:
    """What is flagged, by which line, and what the person decided instead.

    detector : whose score is ``anomaly_score``. flagged : (n,) bool, overrides applied.
    ranks : (n,) int64, 1 = strangest, 0 = not scored.
    plan : the parameters that the scores were computed with.
    overrides : row -> True (flagged by hand) or False (cleared by hand).
    marks : labels, notes and trash. A row in the trash stays in every report, and is marked there.
    """

    detector: str
    threshold: Threshold
    flagged: NDArray[np.bool_]
    ranks: NDArray[np.int64]
    plan: Plan
    overrides: Mapping[int, bool] = field(default_factory=dict)
    marks: Marks = NO_MARKS


def choose_threshold(ranking: Ranking, plan: Plan) -> Threshold:
    """The line that the plan asks for; without a wish, the one that follows from the scores themselves."""
    if plan.threshold is not None:
        return threshold_by_hand(plan.threshold)
    if plan.flag_share is not None:
        return threshold_for_share(ranking.scores, plan.flag_share)
    return ranking.own


def decide(
    results: Results, plan: Plan, overrides: Mapping[int, bool] | None = None, marks: Marks = NO_MARKS
) -> Decisions:
    """Flags and ranks by the first of the plan's detectors that has not failed."""
    detector = results.leading(plan.detectors)
    ranking = results.ranking(detector)
    threshold = choose_threshold(ranking, plan)
    made = dict(overrides or {})
    return Decisions(detector, threshold, flagged(ranking, threshold, made), ranking.ranks, plan, made, marks)
