"""Texts by how strange they are, strangest first."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.app.state import NO_ROWS, AppState
from explorer.app.triage import unreviewed
from explorer.core.report.decisions import triage
from explorer.gui.item_models.documents_model import RANK, SCORE, TEXT, corpus_column
from explorer.gui.item_models.rows_model import Column, Rows, RowsModel
from explorer.gui.parts import number


def review_words(state: AppState, row: int) -> str:
    """How far the review of a row is: ``new``, ``confirmed · note``, ``dismissed · group of 6``; "" for neither."""
    flagged = state.flagged is not None and bool(state.flagged[row])
    groups = state.results.groups
    size = 0 if groups is None or groups.of[row] < 0 else int(groups.sizes[groups.of[row]])
    parts = (
        triage(state.overrides.get(row), flagged=flagged),
        "note" if row in state.notes else "",
        f"group of {number(size)}" if size else "",
    )
    return " · ".join(part for part in parts if part)


REVIEW = Column("review", "Review", review_words, "New, confirmed or dismissed; whether it has a note; its group")
COLUMNS = (RANK, SCORE, TEXT, REVIEW)
Show = Literal["all", "flagged", "new", "groups", "by hand"]


class RankingModel(RowsModel):
    """The ranking, whole or only what is flagged or was decided by hand."""

    def __init__(self) -> None:
        super().__init__(COLUMNS)

    def show_ranking(self, state: AppState, show: Show) -> None:
        """The ranking of the scores in ``state``; empty while there are none."""
        label = state.corpus.roles.label if state.corpus is not None else None
        columns = COLUMNS if label is None else (*COLUMNS, corpus_column(label))
        same = [column.key for column in columns] == [column.key for column in self.columns]
        self.show_rows(state, ranked(state, show), None if same else columns)


def ranked(state: AppState, show: Show) -> Rows:
    """Rows shown, strangest first, those without a score last (only listed if decided by hand)."""
    if state.ranks is None or state.flagged is None:
        return NO_ROWS
    among = state.overrides.rows if show == "by hand" else np.flatnonzero(_listed(state, show))
    if state.shown is not None:
        among = among[state.shown[among]]
    return _by_rank(among, state.ranks)


def _listed(state: AppState, show: Show) -> NDArray[np.bool_]:
    """(n,) which rows a list holds. Of each group of alike texts far from the rest, ``groups`` holds the strangest."""
    assert state.ranks is not None and state.flagged is not None
    if show == "flagged":
        return state.flagged
    if show == "new":
        return unreviewed(state)
    scored = state.ranks > 0
    groups = state.results.groups
    if show == "all":
        return scored
    heads = np.zeros(state.rows, np.bool_)
    if groups is not None:
        rows = np.flatnonzero((groups.of >= 0) & scored)
        rows = rows[np.argsort(state.ranks[rows], kind="stable")]
        heads[rows[np.unique(groups.of[rows], return_index=True)[1]]] = True
    return heads


def _by_rank(rows: Rows, ranks: Rows) -> Rows:
    """``rows``, ascending, by rank, those without one last. Ranks are places already: nothing is sorted."""
    held = ranks[rows]
    places = np.full(ranks.size + 1, -1, dtype=np.int64)
    places[held] = rows
    ranked = places[1:]
    return np.concatenate([ranked[ranked >= 0], rows[held == 0]])
