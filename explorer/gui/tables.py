"""How every table looks and behaves."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from explorer.gui.parts import UNIT


def dress_table(table: QTableView, model: QAbstractItemModel) -> None:
    """Whole rows, one line each, fixed heights (so that a million rows cost nothing), no grid."""
    table.setModel(model)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setCornerButtonEnabled(False)
    table.setMinimumHeight(8 * UNIT)
    rows = table.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(table.fontMetrics().height() + UNIT)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionsClickable(False)
    # A header asks for every row whether its column is selected; with one of its own, empty, it need not.
    header.setSelectionModel(QItemSelectionModel(model, header))
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def follow_current(table: QTableView, index: QModelIndex) -> None:
    """Show the row that is current elsewhere: select it and scroll to it."""
    selection = table.selectionModel()
    if not index.isValid():
        selection.clear()
        return
    here = selection.currentIndex()
    if here.row() == index.row() and selection.isRowSelected(index.row()):
        return
    take = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    target = index.siblingAtColumn(max(here.column(), 0))
    selection.setCurrentIndex(target, take)
    table.scrollTo(target)


def dress_sorted_table(table: QTableView, model: QAbstractItemModel, section: int, order: Qt.SortOrder) -> None:
    """The same, of which one row is chosen, sorted by ``section`` until a title is clicked."""
    dress_table(table, model)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    header = table.horizontalHeader()
    header.setSectionsClickable(True)
    header.setSortIndicator(section, order)
    table.setSortingEnabled(True)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setStretchLastSection(True)
