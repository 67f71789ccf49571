"""Why a row is strange, for the panel that shows it."""

from __future__ import annotations

from dataclasses import replace

from explorer.app.changes import Changes
from explorer.app.state import AppState
from explorer.app.store import Operation
from explorer.core.report.reason_lines import Explainer, explainer


def explain(state: AppState, row: int) -> str:
    """One plain sentence without the nearest texts, which have a panel of their own; empty until the facts are
    gathered, soon after the scores are there."""
    why = state.explainer
    return "" if why is None else why.reason_beside_neighbours(row, state.overrides.get(row))


def explainer_of(state: AppState) -> Explainer | None:
    """What would say why a row is strange; it knows nothing before it has gathered its facts, beside this thread."""
    if state.corpus is None:
        return None
    opinion = None if state.learned is None else state.learned.opinion
    return explainer(state.corpus, state.results, state.plan, opinion)


def show_reasons(*, explainer: Explainer) -> Operation:
    """The facts are gathered: reasons can be said from now on, unless they are of scores that have gone."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        fresh = explainer_of(state)
        if fresh is None or not explainer.is_like(fresh):
            return state, Changes.NONE
        opinion = None if state.learned is None else state.learned.opinion
        return replace(state, explainer=explainer.with_opinion(opinion)), Changes.REASONS

    return apply
