"""What a person writes on texts: labels, notes, trash. Pure operations, like those in ``operations.py``."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from explorer.app.changes import Changes
from explorer.app.labels import MOST, Label, free_key, has, place_of, with_label, without_place
from explorer.app.odd_label import judged_anew
from explorer.app.shown import with_shown
from explorer.app.state import AppState
from explorer.app.store import Operation
from explorer.errors import OptionError

Rows = NDArray[np.int64]


def add_label(*, name: str, key: str | None = None) -> Operation:
    """A new label; its key is the first free digit unless one is given. Raises ``OptionError``."""
    wanted = _checked(name)

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if place_of(state.labels, wanted) is not None:
            return state, Changes.NONE
        if len(state.labels) >= MOST:
            raise OptionError(f"There are {MOST} labels already.", "Remove one that is no longer needed.")
        label = Label(wanted, free_key(state.labels) if key is None else key)
        return judged_anew(state, replace(state, labels=(*_without_key(state.labels, label.key), label)))

    return apply


def change_label(*, old: str, name: str, key: str) -> Operation:
    """Another name or key for a label; a key that another label had goes over. Raises ``OptionError``."""
    wanted = _checked(name)

    def apply(state: AppState) -> tuple[AppState, Changes]:
        place = place_of(state.labels, old)
        if place is None:
            return state, Changes.NONE
        if wanted != old and place_of(state.labels, wanted) is not None:
            raise OptionError(f'There is a label "{wanted}" already.', "Choose another name.")
        labels = list(_without_key(state.labels, key))
        labels[place] = Label(wanted, key)
        if tuple(labels) == state.labels:
            return state, Changes.NONE
        plan = replace(state.plan, odd_value=wanted) if state.plan.odd_value == old else state.plan
        return judged_anew(state, replace(state, labels=tuple(labels), plan=plan))

    return apply


def remove_label(*, name: str) -> Operation:
    """Take a label away, from its texts too."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        place = place_of(state.labels, name)
        if place is None:
            return state, Changes.NONE
        labels = (*state.labels[:place], *state.labels[place + 1 :])
        bits = without_place(state.label_bits, place) if state.label_bits.size else state.label_bits
        return judged_anew(state, replace(state, labels=labels, label_bits=bits))

    return apply


def give_label(*, rows: Rows, name: str, on: bool | None = None) -> Operation:
    """Give (True) or take (False) a label; None takes it if all the rows have it, else gives it."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        place = place_of(state.labels, name)
        if place is None or rows.size == 0:
            return state, Changes.NONE
        held = has(state.label_bits, place, state.rows)[rows]
        wanted = not held.all() if on is None else on
        if (held == wanted).all():
            return state, Changes.NONE
        bits = with_label(state.label_bits, place, rows, state.rows, on=wanted)
        return judged_anew(state, replace(state, label_bits=bits))

    return apply


def write_note(*, row: int, text: str) -> Operation:
    """Put a note on a row; an empty one takes it away."""
    note = text.strip()

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if state.notes.get(row, "") == note:
            return state, Changes.NONE
        notes = {**state.notes, row: note} if note else {kept: v for kept, v in state.notes.items() if kept != row}
        return replace(state, notes=MappingProxyType(notes)), Changes.LABELS

    return apply


def put_in_trash(*, rows: Rows, trash: bool = True) -> Operation:
    """Put rows into the trash, or (``trash`` False) restore them; nothing is deleted."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        before = state.trashed if state.trashed.size else np.zeros(state.rows, np.bool_)
        if (before[rows] == trash).all():
            return state, Changes.NONE
        trashed = before.copy()
        trashed[rows] = trash
        trashed.setflags(write=False)
        after, changes = with_shown(replace(state, trashed=trashed))
        return after, changes | Changes.LABELS

    return apply


def show_trash(*, show: bool) -> Operation:
    """Show the trash instead of the rest, or go back."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if show == state.in_trash:
            return state, Changes.NONE
        return with_shown(replace(state, in_trash=show))

    return apply


def _checked(name: str) -> str:
    wanted = " ".join(name.split())
    if not wanted or ";" in wanted:
        raise OptionError("A label needs a name without a semicolon.", "Type a short name, such as spam.")
    return wanted


def _without_key(labels: tuple[Label, ...], key: str) -> tuple[Label, ...]:
    return tuple(replace(label, key="") if key and label.key == key else label for label in labels)
