"""Tables over the corpus: order, subsets, selections, and nothing read before it is seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from explorer.app.state import AppState, NeighbourView
from explorer.core.anomaly.flags import Threshold, flagged
from explorer.core.anomaly.overrides import Overrides
from explorer.core.corpus.corpus import Corpus, Roles, Source
from explorer.core.results import Results
from explorer.gui.item_models.documents_model import DocumentsModel
from explorer.gui.item_models.neighbours_model import NeighboursModel
from explorer.gui.item_models.ranking_model import RankingModel
from tests.conftest import sample_rows


def state_of(count: int, scores: np.ndarray | None = None, overrides: dict[int, bool] | None = None) -> AppState:
    """A state over real questions, scored as the test wishes."""
    rows = sample_rows(count)
    table = pa.table({name: [row[name] for row in rows] for name in rows[0]})
    texts = pa.chunked_array([pa.array([row["question"] for row in rows], pa.large_string())])
    ids = pa.chunked_array([pa.array([row["ticket"] for row in rows], pa.large_string())])
    roles = Roles(("question",), id="ticket", label="intent")
    corpus = Corpus(table, texts, texts, ids, roles, (), Source(str(Path("questions.csv")), "", 1, "csv"))
    state = AppState(corpus=corpus, overrides=Overrides.of(overrides or {}))
    if scores is None:
        return state
    threshold = Threshold(0.5, "chosen by hand")
    results = Results(scores={"knn": scores})
    flags = flagged(results.ranking("knn"), threshold, overrides or {})
    return replace(state, results=results, threshold=threshold, flagged=flags, ranking=results.ranking("knn"))


def column(model: DocumentsModel, key: str) -> int:
    return [shown.key for shown in model.columns].index(key)


def test_documents_come_in_the_order_given_and_keep_qts_rules(qtbot: QtBot) -> None:
    model = DocumentsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    state = state_of(5, np.array([0.1, 0.9, np.nan, 0.9, 0.6]), {0: True, 3: False})
    model.show_corpus(state)
    assert {"Row", "State", "Score", "Rank", "Text", "intent"} <= {shown.title for shown in model.columns}
    model.arrange(state, np.array([1, 3, 4, 0, 2]))
    assert model.rows.tolist() == [1, 3, 4, 0, 2]
    words = [model.index(place, column(model, "state")).data() for place in range(5)]
    assert words == ["flagged", "cleared by hand", "flagged", "flagged by hand", ""]
    assert model.index_of(4).row() == 2 and not model.index_of(None).isValid()
    only = replace(state, shown=np.array([True, False, True, False, True]))
    model.arrange(only, np.array([1, 3, 4, 0, 2]))
    assert model.rows.tolist() == [4, 0, 2] and not model.index_of(3).isValid()
    assert tester.model() is model


def test_places_of_rows_that_are_listed(qtbot: QtBot) -> None:
    model = DocumentsModel()
    model.show_corpus(state_of(60))
    model.arrange(state_of(60), np.arange(59, 9, -1))
    assert model.places_of(np.array([3, 12, 59])).tolist() == [47, 0]
    assert model.is_listed(np.array([3, 12, 59])).tolist() == [False, True, True]


def test_cells_are_read_only_when_they_are_asked_for(qtbot: QtBot) -> None:
    class Watched(Corpus):
        read: list[int]

        def text(self, row: int) -> str:
            self.read.append(row)
            return super().text(row)

    state = state_of(200)
    assert state.corpus is not None
    watched = Watched(**vars(state.corpus))
    object.__setattr__(watched, "read", [])
    model = DocumentsModel()
    model.show_corpus(replace(state, corpus=watched))
    assert model.rowCount() == 200
    assert watched.read == []
    index = model.index(150, column(model, "text"))
    assert index.data() == index.data()
    assert watched.read == [150]


def test_the_ranking_lists_all_or_some(qtbot: QtBot) -> None:
    model = RankingModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    state = state_of(5, np.array([0.1, 0.9, np.nan, 0.8, 0.6]), {0: True, 3: False})
    model.show_ranking(state, "all")
    assert model.rows.tolist() == [1, 3, 4, 0]
    assert model.headerData(4, Qt.Orientation.Horizontal) == "intent"
    assert model.index(0, 1).data() == "0.9000"
    model.show_ranking(state, "flagged")
    assert model.rows.tolist() == [1, 4, 0]
    model.show_ranking(state, "by hand")
    assert model.rows.tolist() == [3, 0]
    model.show_ranking(state_of(5), "all")
    assert model.rowCount() == 0


def test_neighbours_carry_their_distances(qtbot: QtBot) -> None:
    model = NeighboursModel()
    view = NeighbourView(rows=np.array([4, 1]), distances=np.array([0.0, 0.18]), source="exact")
    model.show_neighbours(replace(state_of(5), neighbours=view))
    assert [model.index(place, 0).data() for place in range(2)] == ["0.00", "0.180"]
    assert model.row_at(model.index(1, 0)) == 1


def test_a_letter_typed_into_a_table_does_not_read_every_row(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    model, view = DocumentsModel(), QTableView()
    qtbot.addWidget(view)
    model.show_corpus(state_of(60))
    view.setModel(model)
    view.setCurrentIndex(model.index(0, column(model, "text")))
    read: list[int] = []
    monkeypatch.setattr(model, "words", lambda place, number: read.append(place) or "")
    view.keyboardSearch("z")
    assert len(read) == 0 and view.currentIndex().row() == 0
