"""What follows from the scores shown and from what was decided: ranks, the line, flags. Pure functions of the state."""

from __future__ import annotations

from dataclasses import replace

from explorer.app.explain import explainer_of
from explorer.app.state import AppState, Learned
from explorer.core.anomaly.feedback import learned as scores_after
from explorer.core.anomaly.flags import Ranking, flagged, reranked
from explorer.core.anomaly.overrides import Overrides
from explorer.core.report.decisions import choose_threshold
from explorer.core.report.evidence import Labelled, labelled
from explorer.errors import OptionError


def with_flags(state: AppState) -> AppState:
    """Ranks, threshold and flags that follow from the scores shown; reasons that no longer fit them go."""
    if state.detector not in state.results.scores or state.corpus is None:
        return replace(state, threshold=None, flagged=None, ranking=None, explainer=None, learned=None)
    learned = state.learned if state.plan.learn and state.overrides else None
    if learned is not None and learned.graph is not state.results.graph:
        learned = None
    ranked = replace(state, ranking=_ranking(state, learned), learned=learned, judged=_judged(state))
    kept, fresh = state.explainer, explainer_of(ranked)
    fits = kept is not None and fresh is not None and kept.is_like(fresh)
    opinion = None if learned is None else learned.opinion
    return replace(with_line(ranked), explainer=kept.with_opinion(opinion) if kept is not None and fits else None)


def _ranking(state: AppState, learned: Learned | None) -> Ranking:
    """Of the scores shown, raised and lowered by what was learned; the one there is where both are the same."""
    raw, kept = state.results.scores[state.detector], state.ranking
    if kept is not None and (kept.scores if learned is None else kept.before) is raw and learned is state.learned:
        return kept
    ranking = state.results.ranking(state.detector)
    return ranking if learned is None else reranked(ranking, scores_after(ranking, learned.opinion))


def _judged(state: AppState) -> Labelled | None:
    """What labels say; nothing where they cannot."""
    try:
        return None if state.corpus is None else labelled(state.corpus, state.plan.odd_value, state.marks)
    except OptionError:
        return None


def with_judged(state: AppState) -> AppState:
    """What labels say after these or the one that means odd have changed, and the line that may rest on it."""
    after = replace(state, judged=_judged(state))
    return with_line(after) if state.plan.target_precision is not None and state.ranking is not None else after


def with_line(state: AppState) -> AppState:
    """The line that the plan asks for, and the flags that follow; ranks stay."""
    assert state.ranking is not None
    threshold = choose_threshold(state.ranking, state.plan, state.overrides, state.judged)
    return replace(state, threshold=threshold, flagged=flagged(state.ranking, threshold, state.overrides))


def with_overrides(state: AppState, overrides: Overrides) -> AppState:
    """Other decisions by hand, and the flags that follow; what is learned from them comes later."""
    after = replace(state, overrides=overrides)
    if state.ranking is None or state.threshold is None:
        return after
    if state.learned is not None and not overrides:
        return with_flags(after)
    if state.plan.target_precision is not None:
        return with_line(after)
    return replace(after, flagged=flagged(state.ranking, state.threshold, after.overrides))
