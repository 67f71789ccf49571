"""What can be filtered by, in the person's words; and which editor fits a choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from explorer.app.labels import counts
from explorer.app.state import AppState
from explorer.core.query.predicates import (
    Chip,
    Contains,
    Expression,
    Labelled,
    Moments,
    Pattern,
    Phrase,
    Predicate,
    Range,
    Values,
    Words,
)
from explorer.gui.filter_editors import (
    ChoiceEditor,
    DatesEditor,
    ExpressionEditor,
    FilterEditor,
    NumbersEditor,
    TextEditor,
    ValuesEditor,
)
from explorer.gui.parts import counted

if TYPE_CHECKING:
    from explorer.core.query.workspace import ColumnInfo

STATE, LABELS, EXPRESSION, SEPARATOR = "\0state", "\0labels", "\0expression", "\0"
_SPOKEN = {
    "text": "The text",
    "row": "Row number",
    "id": "Id",
    "anomaly_score": "Anomaly score",
    "anomaly_rank": "Anomaly rank",
    "x": "Map, left to right",
    "y": "Map, bottom to top",
    "trust": "Trust of the map",
    "note": "Note",
}
_COVERED = {"flagged": STATE, "override": STATE, "trashed": STATE, "labels": LABELS}
"""Columns that are asked for in other words."""

HAS_NOTE = Chip(Expression("note IS NOT NULL"), name="has a note")
NO_LABEL = Chip(Values("labels", missing=True), name="no label")


def choices(infos: Sequence[ColumnInfo], state: AppState) -> list[tuple[str, str]]:
    """Words and key of each: the text, the corpus's own columns, decisions, what was computed, an expression."""
    own = [(info.source, info.name) for info in infos if info.own]
    made = [(_words(info.name), info.name) for info in infos if not info.own and info.name not in {*_COVERED, "text"}]
    ours = [("State", STATE), *([("Labels", LABELS)] if state.labels else [])]
    gap = [("", SEPARATOR)]
    return [(_SPOKEN["text"], "text"), *own, *gap, *ours, *made, *gap, ("An expression", EXPRESSION)]


def _words(name: str) -> str:
    detector = name.removeprefix("score_")
    return f"Score ({detector})" if detector != name else _SPOKEN.get(name, name)


def choice_of(column: str) -> str:
    """The key under which a column is asked for."""
    return _COVERED.get(column, column)


def choice_for(predicate: Predicate) -> str | None:
    """The key under which a filter can be changed; None for one that cannot, such as a saved selection."""
    if isinstance(predicate, Values | Contains | Range | Moments):
        return LABELS if predicate == NO_LABEL.predicate else choice_of(predicate.column)
    if isinstance(predicate, Words | Phrase | Pattern):
        return "text"
    if isinstance(predicate, Expression):
        return STATE if predicate == HAS_NOTE.predicate else EXPRESSION
    return LABELS if isinstance(predicate, Labelled) else None


def editor_for(key: str, infos: Sequence[ColumnInfo], state: AppState) -> FilterEditor:
    """A new editor for a choice."""
    if key == "text":
        return TextEditor()
    if key == STATE:
        return ChoiceEditor("State", state_choices(state))
    if key == LABELS:
        return ChoiceEditor("Labels", label_choices(state))
    if key == EXPRESSION:
        return ExpressionEditor([(info.name, info.kind) for info in infos])
    kind = kind_of(key, infos)
    if kind == "number":
        return NumbersEditor(key)
    return DatesEditor(key) if kind == "date" else ValuesEditor(key)


def kind_of(key: str, infos: Sequence[ColumnInfo]) -> str:
    """The kind of the column under a key; "" for what is no column to be read."""
    return next((info.kind for info in infos if info.name == key and key != "text"), "")


def state_choices(state: AppState) -> list[tuple[str, Chip]]:
    """Decisions and notes. What the threshold says is there once there are scores."""
    flags = [("Flagged", Chip(Values("flagged", ("true",)))), ("Not flagged", Chip(Values("flagged", ("false",))))]
    return [
        *(flags if state.scores is not None else []),
        ("Flagged by hand", Chip(Values("override", ("flag",)), name="flagged by hand")),
        ("Cleared by hand", Chip(Values("override", ("clear",)), name="cleared by hand")),
        ("Decided by hand", Chip(Values("override", ("clear", "flag")), name="decided by hand")),
        ("Has a note", HAS_NOTE),
    ]


def label_choices(state: AppState) -> list[tuple[str, Chip]]:
    """Each label with its count, and the texts without any."""
    held = zip(state.labels, counts(state.label_bits, state.labels), strict=True)
    given = [(f"{label.name}  ({counted(count, 'text')})", Chip(Labelled(label.name))) for label, count in held]
    return [*given, ("No label", NO_LABEL)]
