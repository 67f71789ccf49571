"""The review of what is flagged: what is new, what was confirmed or dismissed, and how far it is.

A decision by hand is the review: flagged by hand means confirmed, cleared by hand means dismissed.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.app.changes import Changes
from explorer.app.operations import override_flags, set_current
from explorer.app.state import AppState
from explorer.app.store import Operation


def unreviewed(state: AppState) -> NDArray[np.bool_]:
    """(n,) what is flagged and not decided."""
    if state.flagged is None:
        return np.zeros(state.rows, np.bool_)
    new = state.flagged.copy()
    new[state.overrides.rows] = False
    return new


def progress(state: AppState) -> tuple[int, int]:
    """How many texts are reviewed, of how many: those that the line flags, and those flagged by hand."""
    if state.flagged is None or state.threshold is None or state.ranking is None:
        return 0, 0
    rows = state.overrides.cleared
    ranking, line = state.ranking, state.threshold
    with np.errstate(invalid="ignore"):
        would = ranking.scores[rows] >= line.value
    if line.most is not None:
        would &= ranking.ranks[rows] <= line.most
    reviewed = len(state.overrides) - len(rows) + int(np.count_nonzero(would))
    return reviewed, state.flag_count + int(np.count_nonzero(would))


def decide_and_go_on(*, flag: bool) -> Operation:
    """Confirm (True) or dismiss (False) the targets; after a single text, go to the next one not reviewed."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        targets = state.targets
        after, changes = override_flags(rows=targets, flag=flag)(state)
        if state.selected.size:
            return after, changes
        moved, more = next_unreviewed(direction=1)(after)
        return moved, changes | more

    return apply


def next_unreviewed(*, direction: Literal[1, -1]) -> Operation:
    """Go to the next (-1: previous) text shown that is flagged and not decided, by rank; wraps around."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if state.ranks is None:
            return state, Changes.NONE
        new = unreviewed(state)
        among = np.flatnonzero(new if state.shown is None else new & state.shown)
        if among.size == 0:
            return state, Changes.NONE
        order = among[np.argsort(state.ranks[among], kind="stable")]
        here = -1 if state.current is None else int(state.ranks[state.current])
        side: Literal["left", "right"] = "right" if direction > 0 else "left"
        place = int(np.searchsorted(state.ranks[order], here, side=side)) - (0 if direction > 0 else 1)
        return set_current(row=int(order[place % order.size]), alone=True)(state)

    return apply
