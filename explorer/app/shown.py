"""What is shown: what the filters let through, without the trash; and what can be seen of the selection."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from explorer.app.changes import Changes
from explorer.app.state import AppState


def shown_rows(state: AppState) -> NDArray[np.int64]:
    """Every row that is shown, ascending."""
    return np.arange(state.rows) if state.shown is None else np.flatnonzero(state.shown)


def with_shown(state: AppState) -> tuple[AppState, Changes]:
    """What is shown, and selected among it, after the filters' answer or the trash has changed."""
    shown = state.passed
    if state.in_trash:
        trash = state.trashed if state.trashed.size else np.zeros(state.rows, np.bool_)
        shown = trash if shown is None else shown & trash
    elif state.trashed.any():
        shown = ~state.trashed if shown is None else shown & ~state.trashed
    if shown is not None:
        shown.setflags(write=False)
    after = with_selected(replace(state, shown=shown))
    changes = Changes.NONE if shown is None and state.shown is None else Changes.SHOWN
    return after, changes if after.selected is state.selected else changes | Changes.SELECTION


def with_selected(state: AppState) -> AppState:
    """What can be seen of the selection."""
    selected = state.selection if state.shown is None else state.selection[state.shown[state.selection]]
    if np.array_equal(selected, state.selected):
        return state
    selected.setflags(write=False)
    return replace(state, selected=selected)
