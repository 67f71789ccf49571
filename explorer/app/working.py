"""Putting back what a person did: the operation behind undo and redo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.flagging import with_judged, with_overrides
from explorer.app.label_column import with_column
from explorer.app.shown import with_selected, with_shown
from explorer.app.state import AppState
from explorer.app.store import Operation

CHANGES: Mapping[str, Changes] = {
    "plan": Changes.PLAN,
    "overrides": Changes.FLAGS,
    "labels": Changes.LABELS,
    "label_bits": Changes.LABELS,
    "notes": Changes.LABELS,
    "corrections": Changes.LABELS,
    "set_aside": Changes.LABELS,
    "label_column": Changes.ROLES,
    "trashed": Changes.LABELS,
    "filters": Changes.FILTERS,
    "saved_filters": Changes.FILTERS,
    "selection": Changes.SELECTION,
    "colour_by": Changes.COLOUR,
    "hidden": Changes.COLOUR,
}
"""What each field of the work (``work.py``) changes on the screen."""
LABELLING = frozenset({"labels", "label_bits"})
"""Fields that say which texts have the label that means odd."""


def restore_work(*, values: Mapping[str, Any]) -> Operation:
    """Set fields of the work to values that they had before, with everything that follows from them."""
    apart = ("plan", "overrides", "label_column")

    def apply(state: AppState) -> tuple[AppState, Changes]:
        changes, after = Changes.NONE, state
        if "plan" in values:
            after, changes = op.set_plan(plan=values["plan"])(after)
        others = {name: value for name, value in values.items() if name not in apart}
        after = replace(after, **others)
        if "label_column" in values:
            after, more = with_column(after, values["label_column"] or None)
            changes |= more
        if after.plan.odd_value is not None and LABELLING.intersection(values):
            after, changes = with_judged(after), changes | Changes.FLAGS
        if "overrides" in values:
            after = with_overrides(after, values["overrides"])
        for name in values:
            changes |= CHANGES[name]
        if after.ranking is not state.ranking:
            changes |= Changes.SCORES | Changes.FLAGS
        after, more = with_shown(after) if "trashed" in values else (with_selected(after), Changes.NONE)
        return after, changes | more

    return apply
