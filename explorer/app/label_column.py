"""Which column of the corpus holds its labels: chosen when the corpus is opened, and again at any time after.

Texts, vectors, decisions and notes do not depend on it. Corrections of labels belong to the column that they were made
in: they are set aside with it, and come back with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from explorer.app.changes import Changes
from explorer.app.flagging import with_flags
from explorer.app.operations import different
from explorer.app.state import AppState
from explorer.app.store import Operation
from explorer.app.work import WORK
from explorer.core.arrays import row_ranges
from explorer.core.corpus.corpus import Corpus
from explorer.core.normals import normal_rows
from explorer.core.pipeline import still_valid, without_labels
from explorer.core.plan import LABELLED, ROWS, Plan
from explorer.core.report.marks import NO_CORRECTIONS, Corrections
from explorer.errors import OptionError


def label_columns(corpus: Corpus) -> tuple[str, ...]:
    """The columns that may hold labels: all but the texts and their ids."""
    taken = {*corpus.roles.text, corpus.roles.id}
    return tuple(name for name in corpus.table.column_names if name not in taken)


def set_label_column(*, column: str | None) -> Operation:
    """Let another column hold the labels, or none; what depends on labels goes until it is computed anew.

    Raises ``OptionError`` for a column that cannot.
    """

    def apply(state: AppState) -> tuple[AppState, Changes]:
        corpus = state.corpus
        if corpus is None or column == corpus.roles.label:
            return state, Changes.NONE
        if column is not None and column not in label_columns(corpus):
            raise OptionError(f"The column {column} cannot hold labels.", "Choose another column of the corpus.")
        coloured = column is not None and state.colour_by == corpus.roles.label
        plan = _plan_for(state, corpus, column)
        kept = replace(
            state,
            plan=plan,
            results=still_valid(state.results, state.plan, plan),
            colour_by=column if coloured and column is not None else state.colour_by,
            hidden=() if coloured else state.hidden,
            **corrections_for(corpus.roles.label, column, state.corrections, state.set_aside),
        )
        after, changes = with_column(kept, column)
        changes |= different(state.results, after.results) | Changes.PLAN | Changes.LABELS
        return after, changes | Changes.COLOUR if coloured else changes

    return apply


def with_column(state: AppState, column: str | None) -> tuple[AppState, Changes]:
    """``state`` with its labels in another column, without what was computed from those of the column before."""
    if state.corpus is None:
        return state, Changes.NONE
    results = without_labels(state.results)
    after = with_flags(replace(state, corpus=chosen(state.corpus, column or ""), results=results))
    changes = Changes.ROLES | different(state.results, results) | Changes.FLAGS
    return after, changes if after.ranking is state.ranking else changes | Changes.SCORES


def corrections_for(
    old: str | None, new: str | None, made: Corrections, set_aside: Mapping[str, Corrections]
) -> dict[str, Any]:
    """Fields of the work: the corrections ``made`` in the ``old`` column set aside, those of the ``new`` one back."""
    aside = {**set_aside, **({old: made} if old is not None and made else {})}
    back = aside.pop(new, NO_CORRECTIONS) if new is not None else NO_CORRECTIONS
    return {"corrections": back, "set_aside": MappingProxyType(aside)}


def set_aside_words(state: AppState) -> tuple[str, str]:
    """What becomes of the corrections made so far when another column holds the labels, and what to do about them."""
    count, column = len(state.corrections), state.label_column
    made = "1 correction of a label is" if count == 1 else f"{count:,} corrections of labels are"
    return (
        f"{made} kept with the column {column}.",
        "Choose it again to see or change them. The corrected corpus holds them in any case.",
    )


def chosen(corpus: Corpus, column: str | None) -> Corpus:
    """The corpus with the label column that was chosen in a project: None = as it was opened, "" = none.

    One that is not there any more is as if it had not been chosen.
    """
    known = column == "" or column in corpus.table.column_names
    return corpus if column is None or not known else corpus.with_label(column or None)


def stored_choice(stored: bytes | None) -> str | None:
    """The label column as the project keeps it; None where none was chosen, or that cannot be read."""
    try:
        return None if stored is None else str(WORK["label_column"].decode(stored, 0))
    except ValueError:
        return None


def _plan_for(state: AppState, corpus: Corpus, column: str | None) -> Plan:
    """The parameters with what they say of the old column's labels taken out, or written out as rows."""
    plan = state.plan
    own = {label.name for label in state.labels}
    if plan.odd_value is not None and plan.odd_value not in own:
        plan = replace(plan, odd_value=None)
    if plan.within == "label":
        plan = replace(plan, threshold=None, within=plan.within if column is not None else "corpus")
    normal = plan.normal or ""
    if normal.startswith(LABELLED) and normal.removeprefix(LABELLED) not in own:
        plan = replace(plan, normal=ROWS + row_ranges(normal_rows(corpus, plan)))
    return plan
