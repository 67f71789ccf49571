"""Which rows of a table are selected, a million of them in any number of stretches as quickly as one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from explorer.gui.widgets.painting import painted_cell

Index = QModelIndex | QPersistentModelIndex
Places = NDArray[np.int64]
_Flag = QItemSelectionModel.SelectionFlag
_CHANGES = _Flag.Select | _Flag.Deselect | _Flag.Toggle

SELECTED = QStyle.StateFlag.State_Selected
MOST_STRETCHES = 100
"""Stretches that Qt is told of, so that a screen reader knows them; it looks through all of them for every cell."""


class RowsSelection(QItemSelectionModel):
    """Keeps a mask in place of Qt's list of stretches. What a hand does to a view arrives in :meth:`select`.

    Signals
    -------
    changed(bool)
        Other rows are selected; whether in place of those before (a click) or together with them (Ctrl, Shift).
    """

    changed = Signal(bool)

    def __init__(self, model: QAbstractItemModel, parent: QObject | None = None) -> None:
        super().__init__(model, parent)
        self._forget()
        model.modelReset.connect(self._forget)

    def _forget(self) -> None:
        self._mask = np.zeros(self.model().rowCount(), np.bool_)
        self._before = self._mask

    @property
    def places(self) -> Places:
        """(m,) places of the selected rows in the model, ascending."""
        return np.flatnonzero(self._mask)

    def is_selected(self, place: int) -> bool:
        return bool(self._mask[place])

    def set_places(self, places: Places) -> None:
        """Select these rows and no others."""
        mask = np.zeros(self.model().rowCount(), np.bool_)
        mask[places] = True
        if np.array_equal(mask, self._mask):
            return
        self._before = mask
        self._take(mask, anew=True)

    def select(self, what: QItemSelection | Index, command: QItemSelectionModel.SelectionFlag) -> None:
        """As Qt's: what is being dragged (``Current``) replaces what the same drag selected before."""
        if command == _Flag.NoUpdate:
            return
        if not command & _Flag.Current:
            self._before = self._mask
        if command & _Flag.Clear:
            self._before = np.zeros_like(self._mask)
        mask = self._before
        if command & _CHANGES:
            mask = mask.copy()
            for top, bottom in _stretches(what):
                mask[top : bottom + 1] = _changed(mask[top : bottom + 1], command)
        if not np.array_equal(mask, self._mask):
            self._take(mask, anew=bool(command & _Flag.Clear))

    def _take(self, mask: NDArray[np.bool_], *, anew: bool) -> None:
        self._mask = mask
        super().select(self._known_to_qt(), _Flag.ClearAndSelect)
        self.changed.emit(anew)

    def _known_to_qt(self) -> QItemSelection:
        """The selected stretches; none where there are too many."""
        selection = QItemSelection()
        edges = np.flatnonzero(np.diff(self._mask, prepend=False, append=False))
        if edges.size > 2 * MOST_STRETCHES:
            return selection
        model, last = self.model(), self.model().columnCount() - 1
        for top, end in edges.reshape(-1, 2).tolist():
            selection.append(QItemSelectionRange(model.index(top, 0), model.index(end - 1, last)))
        return selection


def _stretches(what: QItemSelection | Index) -> list[tuple[int, int]]:
    """First and last row of each stretch."""
    if isinstance(what, QItemSelection):
        ranges = (what.at(place) for place in range(what.count()))
        return [(one.top(), one.bottom()) for one in ranges if one.isValid()]
    return [(what.row(), what.row())] if what.isValid() else []


def _changed(mask: NDArray[np.bool_], command: QItemSelectionModel.SelectionFlag) -> NDArray[np.bool_] | bool:
    return ~mask if command & _Flag.Toggle else bool(command & _Flag.Select)


class RowsTable(QTableView):
    """A table whose selection is a :class:`RowsSelection`.

    Signals
    -------
    chosen(bool)
        The person has selected other rows, in place of those before or together with them, or made another one
        current: told once for both, as Qt moves one before the other.
    """

    chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: RowsSelection | None = None
        self._showing = False
        self._in_event = False
        self._due = self._anew = False
        self.setItemDelegate(RowsDelegate(self))

    def setModel(self, model: QAbstractItemModel) -> None:
        super().setModel(model)
        self._rows = RowsSelection(model, self)
        self._rows.changed.connect(lambda _: self.viewport().update())
        self._rows.changed.connect(self._note)
        self._rows.currentRowChanged.connect(lambda *_: self._note(False))
        self.setSelectionModel(self._rows)

    @property
    def rows(self) -> RowsSelection:
        """What is selected."""
        assert self._rows is not None
        return self._rows

    def show_chosen(self, places: Places, current: int) -> None:
        """Show what is selected elsewhere, without a signal; scroll to another current row (-1 = none)."""
        with self._quietly():
            self.rows.set_places(places)
            before = self.currentIndex()
            if current < 0:
                self.rows.clearCurrentIndex()
            elif current != before.row():
                index = self.model().index(current, max(before.column(), 0))
                self.rows.setCurrentIndex(index, _Flag.NoUpdate)
                self.scrollTo(index)

    def selectionCommand(self, index: Index, event: QEvent | None = None) -> QItemSelectionModel.SelectionFlag:
        """A right click on a selected row is about all that are selected."""
        right = isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.RightButton
        if right and index.isValid() and self.rows.is_selected(index.row()):
            return _Flag.NoUpdate
        return super().selectionCommand(index, event)

    def viewportEvent(self, event: QEvent) -> bool:
        with self._one_deed():
            return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        with self._one_deed():
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt makes the first row current where none is; nobody has chosen it."""
        with self._quietly():
            super().focusInEvent(event)

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """What changes within is not the person's doing."""
        outer, self._showing = self._showing, True
        try:
            yield
        finally:
            self._showing = outer

    @contextmanager
    def _one_deed(self) -> Iterator[None]:
        """What changes within belongs together."""
        outer, self._in_event = self._in_event, True
        try:
            yield
        finally:
            self._in_event = outer
        if not outer:
            self._tell()

    def _note(self, anew: bool) -> None:
        if not self._showing:
            self._due, self._anew = True, self._anew or anew
            if not self._in_event:
                self._tell()

    def _tell(self) -> None:
        if self._due:
            anew = self._anew
            self._due = self._anew = False
            self.chosen.emit(anew)


class RowsDelegate(QStyledItemDelegate):
    """As Qt paints a cell, selected where a :class:`RowsSelection` says so."""

    @painted_cell
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        table = self.parent()
        if isinstance(table, RowsTable) and table.rows.is_selected(index.row()):
            option.state |= SELECTED
