"""What is near this: the nearest texts of the current one in the original space, and how they were found."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHeaderView, QTableView, QWidget

from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.plan import MAX_K
from explorer.gui.item_models.neighbours_model import NeighboursModel
from explorer.gui.parts import CountBox, column, counted, labelled, line, named, prose
from explorer.gui.row_menu import offer_row_menu
from explorer.gui.tables import dress_table

METRIC_WORDS = {"cosine": "Cosine", "euclidean": "Euclidean"}
METHOD_WORDS = {"auto": "Automatic", "exact": "Exact", "annoy": "Annoy"}


class NeighboursPanel(QWidget):
    """Follows the current row; a click on a neighbour makes it the current one, and everything follows."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._model = NeighboursModel()
        self._k = named(CountBox(), "Number of neighbours", "How many of the nearest texts are shown")
        self._metric = named(QComboBox(), "Metric", "How the distance between two texts is measured")
        self._method = named(
            QComboBox(),
            "Search method",
            "Automatic: exact while that is fast, else the Annoy index, whose measured recall is shown below",
        )
        self._source = prose(quiet=True)
        self._table = named(QTableView(), "Neighbours", "Click a text to go there")
        self._build()
        self.show_state(session.state, Changes.ALL)

    def _build(self) -> None:
        self._k.setRange(1, MAX_K)
        self._k.setKeyboardTracking(False)
        for combo, words in ((self._metric, METRIC_WORDS), (self._method, METHOD_WORDS)):
            for value, shown in words.items():
                combo.addItem(shown, value)
        self._k.valueChanged.connect(lambda k: self._ask(k=k))
        self._metric.activated.connect(lambda _: self._ask(metric=self._metric.currentData()))
        self._method.activated.connect(lambda _: self._ask(method=self._method.currentData()))
        self._build_table()
        self._source.setMinimumHeight(2 * self._source.fontMetrics().lineSpacing())  # the table stays where it is
        self._source.setAlignment(Qt.AlignmentFlag.AlignTop)
        asked = line()
        label = labelled("&k", self._k)
        for widget in (label, self._k, self._metric, self._method):
            asked.addWidget(widget, 0 if widget in (label, self._k) else 1)
        whole = column(self)
        whole.addLayout(asked)
        whole.addWidget(self._source)
        whole.addWidget(self._table, 1)

    def _build_table(self) -> None:
        dress_table(self._table, self._model)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.activated.connect(self._go)
        self._table.clicked.connect(self._go)
        offer_row_menu(self._session, self._table, self._model.row_at)
        header = self._table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)

    def _ask(self, **asked: object) -> None:
        self._session.store.dispatch(op.set_neighbours(**asked))  # type: ignore[arg-type]

    def _go(self, index: QModelIndex) -> None:
        row = self._model.row_at(index)
        if row is not None:
            self._session.store.dispatch(op.set_current(row=row))

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & (Changes.CORPUS | Changes.NEIGHBOURS | Changes.CURRENT | Changes.VECTORS):
            self._show_question(state)
            self._source.setText(source_words(state))
            self._model.show_neighbours(state)
            self._table.scrollToTop()
        elif changes & (Changes.FLAGS | Changes.SCORES):
            self._model.refresh(state)

    def _show_question(self, state: AppState) -> None:
        view = state.neighbours
        with QSignalBlocker(self._k):
            self._k.setValue(view.k)
        self._metric.setCurrentIndex(self._metric.findData(view.metric))
        self._method.setCurrentIndex(self._method.findData(view.method))


def source_words(state: AppState) -> str:
    """What is listed and how it was found, in words."""
    view = state.neighbours
    if state.current is None:
        return "The texts nearest to the one that you choose appear here."
    if state.results.vectors is None:
        return "The neighbours appear as soon as the texts are embedded."
    if not view.source:
        return "Searching…"
    if not view.rows.size:
        return "This text has no neighbours: it holds nothing that the encoder knows."
    found = counted(view.rows.size, "nearest text")
    fewer = " (there are no more)" if view.rows.size < view.k else ""
    source = view.source[:1].upper() + view.source[1:]
    instead = " The Annoy index is built for the other metric." if _not_as_asked(state) else ""
    return f"{found}{fewer}, {view.metric} distance in the original space. Search: {source}.{instead}"


def _not_as_asked(state: AppState) -> bool:
    """Whether exact search answers although the person asked for the index: it holds distances of one metric."""
    view, built = state.neighbours, state.results.index
    return view.method == "annoy" and built is not None and built.facts["metric"] != view.metric
