"""What the checks found as tables: texts that fail one, groups of duplicates, doubtful labels."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLocale

from explorer.app.curating import KeepPreview
from explorer.app.state import NO_ROWS, AppState
from explorer.core.quality.checks import Check
from explorer.core.quality.label_errors import neighbour_labels
from explorer.gui.item_models.documents_model import ROW, STATE, TEXT, corpus_column
from explorer.gui.item_models.rows_model import Column, Rows, RowsModel
from explorer.gui.parts import number, significant, snippet

MOST_NAMED = 3
"""Labels of the neighbours that a cell names."""
LABEL_LENGTH = 40

ROW_COLUMNS = (ROW, TEXT, STATE)


class FailedModel(RowsModel):
    """Texts that fail a check, the worst first."""

    def __init__(self) -> None:
        super().__init__(ROW_COLUMNS)

    def show_check(self, state: AppState, check: Check | None) -> None:
        rows = NO_ROWS if check is None else check.rows[np.argsort(check.scores, kind="stable")]
        label = None if state.corpus is None else state.corpus.roles.label
        columns = ROW_COLUMNS if label is None else (*ROW_COLUMNS, corpus_column(label))
        same = [column.key for column in columns] == [column.key for column in self.columns]
        self.show_rows(state, _shown(state, rows), None if same else columns)


class DuplicatesModel(RowsModel):
    """Groups of texts that say the same, with what happens to each if one of a group is kept."""

    def __init__(self) -> None:
        self._preview: KeepPreview | None = None
        group = Column("group", "Group", self._group, "Texts with one number say the same", numeric=True)
        fate = Column("fate", "Then", self._fate, "What happens to the text when you keep one of each group")
        far = Column("far", "Distance", _distance, "From the text that the group lies around", numeric=True)
        super().__init__((group, fate, far, TEXT, ROW))

    def show_preview(self, state: AppState, preview: KeepPreview | None) -> None:
        self._preview = preview
        self.show_rows(state, NO_ROWS if preview is None else preview.rows)

    def _group(self, _: AppState, row: int) -> str:
        return "" if self._preview is None else number(int(self._preview.groups[row]) + 1)

    def _fate(self, _: AppState, row: int) -> str:
        return "stays" if self._preview is None or self._preview.stays[row] else "to the trash"


class SuspectsModel(RowsModel):
    """Labels that are probably wrong: the one given, the one suggested, those of the neighbours, what was decided."""

    def __init__(self) -> None:
        super().__init__(
            (
                Column("given", "Label", _given),
                Column("suggested", "Suggested", _suggested, "What the neighbours and the linear probe would call it"),
                Column("decided", "Decided", _decided, "What you decided: A accepts, R keeps the label as it is"),
                Column("fit", "Fit", _fit, "How well the label fits, from 0 to 1: what both methods give it",
                       numeric=True),
                TEXT,
                Column("near", "Neighbours", _neighbours, "The labels of the 15 nearest texts, how many of each"),
            )
        )  # fmt: skip

    def show_suspects(self, state: AppState, kind: str) -> None:
        """kind : ``wrong`` (the least credible first), ``missing``, or ``decided``."""
        found = state.results.labels
        if found is None:
            rows = NO_ROWS
        elif kind == "decided":
            rows = state.corrections.rows
        else:
            rows = found.flagged if kind == "wrong" else found.missing
        self.show_rows(state, _shown(state, rows))


def _shown(state: AppState, rows: Rows) -> Rows:
    return rows if state.shown is None else rows[state.shown[rows]]


def _distance(state: AppState, row: int) -> str:
    found = state.results.duplicates
    return "" if found is None else significant(float(found.distances[row]))


def _given(state: AppState, row: int) -> str:
    found = state.results.labels
    return "" if found is None or found.given[row] < 0 else snippet(found.names[found.given[row]], LABEL_LENGTH)


def _suggested(state: AppState, row: int) -> str:
    found = state.results.labels
    return "" if found is None else snippet(found.suggestion(row) or "", LABEL_LENGTH)


def _decided(state: AppState, row: int) -> str:
    made, found = state.corrections.get(row), state.results.labels
    if made is None or found is None:
        return ""
    kept = found.given[row] >= 0 and found.names[found.given[row]] == made
    return "right as it is" if kept else f"now {snippet(made, LABEL_LENGTH)}"


def _fit(state: AppState, row: int) -> str:
    found = state.results.labels
    fit = math.nan if found is None else float(found.quality[row])
    return "" if math.isnan(fit) else QLocale().toString(fit, "f", 2)


def _neighbours(state: AppState, row: int) -> str:
    found, graph = state.results.labels, state.results.graph
    if found is None or graph is None:
        return ""
    near = neighbour_labels(found, graph, row)
    named = [f"{count} {snippet(name, LABEL_LENGTH)}" for name, count in near[:MOST_NAMED]]
    return ", ".join([*named, *(["…"] if len(near) > MOST_NAMED else [])])
