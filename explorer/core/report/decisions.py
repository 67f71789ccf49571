"""From scores to flags: the threshold and its rule, the person's overrides, ranks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import Scores
from explorer.core.anomaly.feedback import learned, links, opinion
from explorer.core.anomaly.flags import (
    Ranking,
    Threshold,
    flagged,
    refused,
    reranked,
    threshold_by_hand,
    threshold_for_deviations,
    threshold_for_share,
)
from explorer.core.anomaly.overrides import NO_OVERRIDES, Overrides
from explorer.core.anomaly.precision import Evidence, threshold_for_precision
from explorer.core.corpus.corpus import Corpus
from explorer.core.plan import Plan
from explorer.core.report.evidence import Labelled, known, labelled
from explorer.core.report.marks import NO_MARKS, Marks
from explorer.core.results import Results

LEARNED_FROM = "The decisions that the ranking has learned from cannot measure it: name a label that means odd."


@dataclass(frozen=True)
class Decisions:
    """What is flagged, by which line, and what the person decided instead.

    detector : whose score is ``anomaly_score``. scores : (n,) that score, with what was learned.
    flagged : (n,) bool, overrides applied. ranks : (n,) int64, 1 = strangest, 0 = not scored.
    plan : the parameters that it follows from.
    overrides : row -> True (flagged by hand) or False (cleared by hand).
    marks : labels, notes and trash. A row in the trash stays in every report, and is marked there.
    opinion : (n,) -1 to 1, what was learned from the decisions; None = nothing.
    """

    detector: str
    scores: Scores
    threshold: Threshold
    flagged: NDArray[np.bool_]
    ranks: NDArray[np.int64]
    plan: Plan
    overrides: Overrides = NO_OVERRIDES
    marks: Marks = NO_MARKS
    opinion: NDArray[np.float64] | None = None


def triage(override: bool | None, *, flagged: bool) -> str | None:
    """How far the review of a text is: ``new`` (flagged, not decided), ``confirmed``, ``dismissed``; None = neither."""
    if override is not None:
        return "confirmed" if override else "dismissed"
    return "new" if flagged else None


def evidence_for(plan: Plan, overrides: Mapping[int, bool], labels: Labelled | None) -> Evidence:
    """What a precision may be estimated from: not the decisions that the ranking has learned from."""
    return known({} if plan.learn else overrides, labels)


def choose_threshold(
    ranking: Ranking, plan: Plan, overrides: Mapping[int, bool] | None = None, labels: Labelled | None = None
) -> Threshold:
    """The line that the plan asks for; without a wish, the one that follows from the scores themselves."""
    if plan.threshold is not None:
        return threshold_by_hand(plan.threshold)
    if plan.flag_share is not None:
        return threshold_for_share(ranking.scores, plan.flag_share)
    if plan.threshold_z is not None:
        return threshold_for_deviations(ranking, plan.threshold_z)
    if plan.target_precision is None:
        return ranking.own
    if plan.learn and labels is None:
        return refused(ranking.own, LEARNED_FROM)
    found = threshold_for_precision(ranking, evidence_for(plan, overrides or {}, labels), plan.target_precision)
    return found if labels is None else replace(found, rule=f"{found.rule}; odd means labelled {plan.odd_value}")


def decide(
    results: Results, plan: Plan, overrides: Mapping[int, bool] | None = None, marks: Marks = NO_MARKS,
    corpus: Corpus | None = None,
) -> Decisions:  # fmt: skip
    """Flags and ranks by the first of the plan's scores that has not failed.

    corpus : whose labels, like those of ``marks``, a target precision may rest on. Raises ``OptionError`` if the plan
    names one that there is not.
    """
    shown = results.leading(plan.score_names)
    ranking = results.ranking(shown)
    made = Overrides.of(overrides or {})
    labels = None if corpus is None else labelled(corpus, plan.odd_value, marks)
    said = None
    if plan.learn and made and results.graph is not None:
        said = opinion(links(results.graph), known(made, None))
        ranking = reranked(ranking, learned(ranking, said))
    threshold = choose_threshold(ranking, plan, made, labels)
    flags = flagged(ranking, threshold, made)
    return Decisions(shown, ranking.scores, threshold, flags, ranking.ranks, plan, made, marks, said)
