"""What a person does about what the quality stages found: duplicates, labels, checks. Pure operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.app.changes import Changes
from explorer.app.marking import put_in_trash
from explorer.app.operations import SelectionMode, select
from explorer.app.state import AppState
from explorer.app.store import Operation
from explorer.core.corpus.column_kinds import codes, moments
from explorer.core.quality.duplicates import Groups
from explorer.core.quality.keeping import KeepFacts, Removal, keep_one, preference
from explorer.errors import OptionError

Rows = NDArray[np.int64]


# --- duplicates ---------------------------------------------------------------------------------


def removal(state: AppState, policy: str, *, exact: bool = False) -> Removal:
    """What keeping one text of each duplicate group would put into the trash; nothing is changed.

    exact : look at identical texts alone. Raises ``OptionError`` for a policy that cannot be followed here.
    """
    groups = duplicate_groups(state, exact=exact)
    there = ~state.trashed if state.trashed.size else None
    return keep_one(groups, preference(policy, _facts(state)), there)


def duplicate_groups(state: AppState, *, exact: bool = False) -> Groups:
    """The groups that were found. Raises ``OptionError`` until they are."""
    found = state.results.duplicates
    if found is None:
        raise OptionError("Duplicates are not grouped yet.", "Wait until they are.")
    return found.exact if exact else found.groups


def _facts(state: AppState) -> KeepFacts:
    corpus, found = state.corpus, state.results.duplicates
    assert corpus is not None and found is not None
    date, label = corpus.roles.date, corpus.roles.label
    labelled = state.label_bits != 0 if state.label_bits.size else np.zeros(state.rows, np.bool_)
    if label is not None:
        labelled = labelled | (codes(corpus.table[label])[0] >= 0)
    return KeepFacts(
        lengths=pc.utf8_length(corpus.texts).to_numpy(),
        dates=None if date is None else moments(corpus.table[date], 0.0),
        distances=found.distances,
        flagged=np.zeros(state.rows, np.bool_) if state.flagged is None else state.flagged,
        labelled=labelled,
    )


def remove_duplicates(*, policy: str, exact: bool = False) -> Operation:
    """Put all but one text of each duplicate group into the trash, as one step. Raises ``OptionError``."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        gone = removal(state, policy, exact=exact).removed
        return put_in_trash(rows=gone)(state) if gone.size else (state, Changes.NONE)

    return apply


# --- labels of the corpus -----------------------------------------------------------------------


def accept_labels(*, rows: Rows) -> Operation:
    """Correct the labels of ``rows`` to what is suggested; rows without a suggestion stay as they are."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        found = state.results.labels
        if found is None:
            return state, Changes.NONE
        return _corrected(state, {row: label for row in rows.tolist() if (label := found.suggestion(row)) is not None})

    return apply


def reject_labels(*, rows: Rows) -> Operation:
    """Find the labels of ``rows`` right as they are; rows without a label stay open."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        found = state.results.labels
        if found is None:
            return state, Changes.NONE
        held = [(row, int(found.given[row])) for row in rows.tolist()]
        return _corrected(state, {row: found.names[place] for row, place in held if place >= 0})

    return apply


def correct_labels(*, rows: Rows, label: str | None) -> Operation:
    """Give ``rows`` a label of one's own choosing in the corpus's column; None takes corrections back.

    Raises ``OptionError`` for a blank label, or where the corpus has no label column.
    """
    wanted = None if label is None else label.strip()
    if wanted == "":
        raise OptionError("A label needs a name.", "Type a label, or take the correction back.")

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if wanted is None:
            gone = set(rows.tolist())
            return _with(state, {row: made for row, made in state.corrections.items() if row not in gone})
        if state.corpus is None or state.corpus.roles.label is None:
            raise OptionError("The corpus has no label column.", "Open it again and name the column of its labels.")
        return _corrected(state, dict.fromkeys(rows.tolist(), wanted))

    return apply


def _corrected(state: AppState, made: Mapping[int, str]) -> tuple[AppState, Changes]:
    return _with(state, {**state.corrections, **made})


def _with(state: AppState, corrections: Mapping[int, str]) -> tuple[AppState, Changes]:
    if corrections == state.corrections:
        return state, Changes.NONE
    return replace(state, corrections=MappingProxyType(dict(corrections))), Changes.LABELS


def open_label_errors(state: AppState) -> Rows:
    """Rows with a label that is probably wrong and that nobody has decided about, the least credible first."""
    found = state.results.labels
    if found is None:
        return np.empty(0, np.int64)
    done = np.zeros(state.rows, np.bool_)
    done[np.fromiter(state.corrections, np.int64, len(state.corrections))] = True
    if state.trashed.size:
        done |= state.trashed
    flagged = found.flagged
    return flagged[~done[flagged]]


# --- checks -------------------------------------------------------------------------------------


def select_check(*, name: str, mode: SelectionMode = "replace") -> Operation:
    """Select the rows that fail a check. Raises ``OptionError`` for one that is not there."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        found = next((check for check in state.checks if check.name == name), None)
        if found is None:
            known = ", ".join(check.name for check in state.checks) or "none yet"
            raise OptionError(f"There is no check called {name}.", f"Checks are: {known}.")
        return select(rows=found.rows, mode=mode)(state)

    return apply
