"""What a person does about what the quality stages found: duplicates, labels, checks. Pure operations."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.app.changes import Changes
from explorer.app.marking import put_in_trash
from explorer.app.operations import SelectionMode, select, set_current
from explorer.app.state import AppState
from explorer.app.store import Operation
from explorer.core.corpus.column_kinds import codes, moments
from explorer.core.corpus.columns import text_column
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.wording import quoted_list
from explorer.core.quality.duplicates import NO_GROUP, Duplicates, Groups
from explorer.core.quality.keeping import MOST_PARTS, KeepFacts, Leakage, Removal, keep_one, leakage, preference
from explorer.core.report.marks import Corrections
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


@dataclass(frozen=True, eq=False)
class KeepPreview:
    """What keeping one text of each group comes to, to be looked at before.

    rows : (m,) the groups of which something goes, one after the other, the text that stays first.
    groups : (n,) the group of every row. stays : (n,) bool, the text of its group that is kept.
    """

    removal: Removal
    rows: Rows
    groups: Groups
    stays: NDArray[np.bool_]


def keep_preview(state: AppState, policy: str, *, exact: bool = False) -> KeepPreview:
    """``removal`` with its groups in order. Raises ``OptionError``."""
    found, groups = removal(state, policy, exact=exact), duplicate_groups(state, exact=exact)
    stays = np.zeros(state.rows, np.bool_)
    stays[found.kept] = True
    rows = np.concatenate([found.kept, found.removed])
    return KeepPreview(found, rows[np.lexsort((rows, ~stays[rows], groups[rows]))], groups, stays)


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


# --- leakage ------------------------------------------------------------------------------------


def leaks(corpus: Corpus, duplicates: Duplicates, column: str, trashed: NDArray[np.bool_] | None = None) -> Leakage:
    """Which duplicate groups reach across the parts of a split, the trash left out.

    Raises ``OptionError`` for a column that is not there or is no split.
    """
    if column not in corpus.table.column_names:
        known = f"Its columns are: {quoted_list(corpus.table.column_names)}."
        raise OptionError(f"The corpus has no column called {column!r}.", known)
    parts, names = codes(text_column(corpus.table[column]))
    used = np.unique(parts[parts >= 0])
    places = np.full(len(names) + 1, -1, np.int64)
    places[used] = np.arange(len(used))
    there = duplicates.groups
    if trashed is not None and trashed.size:
        there = np.where(trashed, np.int32(NO_GROUP), there)
    return leakage(there, places[parts], tuple(names[place] for place in used.tolist()), column)


def split_columns(corpus: Corpus) -> tuple[str, ...]:
    """The columns that could be a split, as each has a few values; the one that is called so first."""
    taken = {*corpus.roles.text, corpus.roles.id, corpus.roles.date}
    found = [name for name in corpus.table.column_names if name not in taken and _has_parts(corpus, name)]
    return tuple(sorted(found, key=lambda name: name.lower() not in SPLIT_NAMES))


SPLIT_NAMES = frozenset({"split", "set", "part", "partition", "subset", "fold"})
"""What columns that say which part a text belongs to are called."""


def _has_parts(corpus: Corpus, name: str) -> bool:
    column = corpus.table[name]
    if pc.count_distinct(text_column(column.slice(0, 10 * MOST_PARTS))).as_py() > MOST_PARTS + 1:
        return False  # a few rows are enough to tell that it is none
    found, _ = codes(text_column(column))
    return 2 <= len(np.unique(found[found >= 0])) <= MOST_PARTS


# --- labels of the corpus -----------------------------------------------------------------------


def accept_labels(*, rows: Rows) -> Operation:
    """Correct the labels of ``rows`` to what is suggested; rows without a suggestion stay as they are."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        found = state.results.labels
        if found is None:
            return state, Changes.NONE
        return _given(state, rows, found.suggested[rows], found.names)

    return apply


def reject_labels(*, rows: Rows) -> Operation:
    """Find the labels of ``rows`` right as they are; rows without a label stay open."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        found = state.results.labels
        if found is None:
            return state, Changes.NONE
        return _given(state, rows, found.given[rows], found.names)

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
            return _with(state, state.corrections.without(rows))
        if state.corpus is None or state.corpus.roles.label is None:
            raise OptionError("The corpus has no label column.", "Choose one in the Corpus panel.")
        return _given(state, rows, np.zeros(len(rows), np.int32), (wanted,))

    return apply


def _given(state: AppState, rows: Rows, places: NDArray[np.int32], names: tuple[str, ...]) -> tuple[AppState, Changes]:
    """``rows`` corrected to ``names[places]``; those of place -1 stay as they are."""
    chosen, first = np.unique(rows[places >= 0], return_index=True)
    return _with(state, state.corrections.given(chosen, places[places >= 0][first], names))


def _with(state: AppState, corrections: Corrections) -> tuple[AppState, Changes]:
    if corrections == state.corrections:
        return state, Changes.NONE
    return replace(state, corrections=corrections), Changes.LABELS


def open_label_errors(state: AppState) -> Rows:
    """Rows shown with a label that is probably wrong and nobody has decided about, the least credible first."""
    found = state.results.labels
    if found is None:
        return np.empty(0, np.int64)
    done = np.zeros(state.rows, np.bool_)
    done[state.corrections.rows] = True
    if state.shown is not None:
        done |= ~state.shown
    flagged = found.flagged
    return flagged[~done[flagged]]


@dataclass(frozen=True)
class LabelDeeds:
    """What can be done about the labels of the rows that a decision acts on."""

    accept: bool = False
    reject: bool = False
    take_back: bool = False


def what_labels_can(state: AppState) -> LabelDeeds:
    """Whether any of the targets (the first thousand) has a suggestion, a label, a decision."""
    found, rows = state.results.labels, state.targets[:1000]
    if found is None or not rows.size:
        return LabelDeeds()
    decided = bool(state.corrections.holds(rows).any())
    return LabelDeeds(bool((found.suggested[rows] >= 0).any()), bool((found.given[rows] >= 0).any()), decided)


def judge_labels(*, accept: bool) -> Operation:
    """Accept or reject what is suggested for the rows that a decision acts on.

    Whoever decides about one text by itself goes on to the next that is open.
    """

    def apply(state: AppState) -> tuple[AppState, Changes]:
        rows = state.targets
        after, changes = (accept_labels if accept else reject_labels)(rows=rows)(state)
        here = np.flatnonzero(open_label_errors(state) == rows[0]) if rows.size == 1 else rows[:0]
        still = open_label_errors(after)
        if changes is Changes.NONE or not here.size or not still.size:
            return after, changes
        moved, more = set_current(row=int(still[int(here[0]) % still.size]), alone=True)(after)
        return moved, changes | more

    return apply


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
