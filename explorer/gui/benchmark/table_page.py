"""The results as a table that sorts."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QTableView, QWidget

from explorer.app.benchmark_view import BenchmarkView
from explorer.core.benchmark.grid import Place
from explorer.core.benchmark.tables import MEASURES
from explorer.gui.item_models.benchmark_model import AUROC, BenchmarkModel, BenchmarkOrder
from explorer.gui.parts import UNIT, column, named
from explorer.gui.tables import dress_sorted_table, follow_current

TIP = "Click a title to sort by it"
WIDEST, GUESSED = "0.000 (0.000 to 0.000)", "0.000 ± 0.000, predicted"


class TablePage(QWidget):
    """``place_chosen(place)``: a person went to a cell."""

    place_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._model = BenchmarkModel()
        self._order = BenchmarkOrder(self._model)
        self._table = named(QTableView(), "Table of the results", TIP)
        self._place: Place | None = None
        self._build()

    def _build(self) -> None:
        dress_sorted_table(self._table, self._order, AUROC, Qt.SortOrder.DescendingOrder)
        width = self._table.fontMetrics().horizontalAdvance
        for section, _ in enumerate(MEASURES, AUROC):
            words = (WIDEST, GUESSED) if section == AUROC else (WIDEST,)
            self._table.setColumnWidth(section, max(map(width, words)) + UNIT)
        self._table.setColumnWidth(AUROC + len(MEASURES), 9 * UNIT)
        self._table.selectionModel().currentRowChanged.connect(self._gone)
        column(self).addWidget(self._table)

    def show_view(self, view: BenchmarkView) -> None:
        """Another benchmark, or news of it."""
        with QSignalBlocker(self):
            rows = self._model.rowCount()
            self._model.show_view(view)
            if self._model.rowCount() != rows:
                for section in range(AUROC):  # names; a measure is as wide as it can be from the start
                    self._table.resizeColumnToContents(section)
            self._follow()

    def show_place(self, place: Place | None) -> None:
        """Go to a cell that was chosen elsewhere."""
        self._place = place
        with QSignalBlocker(self):
            self._follow()

    def _follow(self) -> None:
        follow_current(self._table, self._order.mapFromSource(self._model.index_of(self._place)))

    def _gone(self, index: QModelIndex, _: QModelIndex) -> None:
        place = self._model.place_at(self._order.mapToSource(index))
        if place is not None and not self.signalsBlocked():
            self._place = place
            self.place_chosen.emit(place)
