"""Why a row is strange, for the panel that shows it."""

from __future__ import annotations

from explorer.app.state import AppState


def explain(state: AppState, row: int) -> str:
    """One plain sentence; empty until there are scores."""
    return "" if state.explainer is None else state.explainer.reason(row, state.overrides.get(row))
