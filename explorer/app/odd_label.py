"""Which label means odd: what a target precision is estimated from beside decisions. Pure functions of the state."""

from __future__ import annotations

from dataclasses import replace

from explorer.app.changes import Changes
from explorer.app.flagging import with_judged
from explorer.app.state import AppState
from explorer.app.store import Operation


def set_odd_label(*, value: str | None) -> Operation:
    """Let a value of the label column, or a label of one's own, mean odd; None = no label does."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if value == state.plan.odd_value:
            return state, Changes.NONE
        return with_odd(state, value), Changes.PLAN | Changes.FLAGS

    return apply


def with_odd(state: AppState, value: str | None) -> AppState:
    """``value`` means odd, and the line follows where it rests on that."""
    return with_judged(replace(state, plan=replace(state.plan, odd_value=value)))


def judged_anew(before: AppState, state: AppState) -> tuple[AppState, Changes]:
    """``state`` after labels of one's own have changed, with what is odd by them: nothing, where the label has gone."""
    odd = state.plan.odd_value
    if odd is None or odd not in {label.name for label in (*before.labels, *state.labels)}:
        return state, Changes.LABELS
    after = with_judged(state)
    after = with_odd(state, None) if after.judged is None else after
    changes = Changes.LABELS | Changes.FLAGS
    return after, changes if after.plan == before.plan else changes | Changes.PLAN
