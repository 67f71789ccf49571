"""Rows of a table selected by hand, as any desktop's list does it, and in any number of stretches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QAbstractTableModel, QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QAbstractItemView
from pytestqt.qtbot import QtBot

from explorer.gui.tables import dress_table
from explorer.gui.widgets.rows_selection import MOST_STRETCHES, RowsTable

ROWS = 20_000
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


class _Numbers(QAbstractTableModel):
    def __init__(self, rows: int = ROWS) -> None:
        super().__init__()
        self.rows = rows

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return self.rows

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 3

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return str(index.row()) if role == Qt.ItemDataRole.DisplayRole else None


class Hand:
    """Clicks and keys, and what the table tells of them."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.model = _Numbers()
        self.table = RowsTable()
        qtbot.addWidget(self.table)
        dress_table(self.table, self.model)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.resize(500, 400)
        self.table.show()
        self.told: list[tuple[int, list[int], bool]] = []
        self.table.chosen.connect(self._note)

    def _note(self, anew: bool) -> None:
        self.told.append((self.table.currentIndex().row(), self.places, anew))

    @property
    def places(self) -> list[int]:
        return self.table.rows.places.tolist()

    def at(self, row: int) -> QPoint:
        return self.table.visualRect(self.model.index(row, 1)).center()

    def click(self, row: int, keys: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
        self.qtbot.mouseClick(self.table.viewport(), button, keys, self.at(row))

    def press(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.keyClick(self.table, key, keys)

    def is_painted_selected(self, row: int) -> bool:
        """By a cell without focus and pointer, near its end, where no letter is."""
        image = self.table.viewport().grab().toImage()
        cell = self.table.visualRect(self.model.index(row, 2))
        return image.pixelColor(cell.right() - 4, cell.center().y()) == self.table.palette().highlight().color()


@pytest.fixture
def hand(qtbot: QtBot) -> Hand:
    return Hand(qtbot)


def test_each_deed_is_told_once_with_rows_and_current_row(hand: Hand) -> None:
    hand.click(3)
    hand.click(5, CTRL)
    hand.click(5, CTRL)
    hand.click(8, SHIFT)
    assert hand.told == [(3, [3], True), (5, [3, 5], False), (5, [3], False), (8, [3, 5, 6, 7, 8], False)]


def test_a_click_beside_the_selection_replaces_it(hand: Hand) -> None:
    hand.click(3)
    hand.click(6, SHIFT)
    hand.click(9)
    assert hand.places == [9]


def test_a_right_click_keeps_the_selection_it_is_in_and_replaces_any_other(hand: Hand) -> None:
    hand.click(3)
    hand.click(6, SHIFT)
    hand.click(5, button=RIGHT)
    assert hand.places == [3, 4, 5, 6]
    assert hand.told[-1][0] == 5
    hand.click(9, button=RIGHT)
    assert hand.places == [9]


def test_a_drag_follows_the_pointer_back(hand: Hand) -> None:
    viewport = hand.table.viewport()
    hand.qtbot.mousePress(viewport, LEFT, NONE, hand.at(2))
    for row in (4, 7, 5):
        hand.qtbot.mouseMove(viewport, hand.at(row))
    hand.qtbot.mouseRelease(viewport, LEFT, NONE, hand.at(5))
    assert hand.places == [2, 3, 4, 5]


def test_keys_move_extend_and_toggle(hand: Hand) -> None:
    hand.click(3)
    hand.press(Qt.Key.Key_Down)
    assert hand.places == [4]
    hand.press(Qt.Key.Key_Down, SHIFT)
    hand.press(Qt.Key.Key_Down, CTRL)
    assert hand.places == [4, 5]
    assert hand.table.currentIndex().row() == 6
    hand.press(Qt.Key.Key_Space, CTRL)
    assert hand.places == [4, 5, 6]
    hand.press(Qt.Key.Key_A, CTRL)
    assert len(hand.places) == ROWS


def test_what_is_shown_from_elsewhere_is_not_told(hand: Hand) -> None:
    hand.table.show_chosen(np.array([2, 5]), 300)
    assert hand.told == []
    assert hand.places == [2, 5]
    assert hand.table.currentIndex().row() == 300
    assert hand.table.visualRect(hand.model.index(300, 0)).intersects(hand.table.viewport().rect())
    hand.table.show_chosen(np.array([], np.int64), -1)
    assert hand.places == [] and not hand.table.currentIndex().isValid()


def test_a_selection_in_any_number_of_stretches_is_painted_and_goes_on(hand: Hand) -> None:
    every_other = np.arange(0, ROWS, 2)
    assert every_other.size > MOST_STRETCHES
    hand.table.show_chosen(every_other, 0)
    assert hand.is_painted_selected(4) and not hand.is_painted_selected(5)
    hand.click(5, CTRL)
    assert len(hand.places) == every_other.size + 1 and hand.is_painted_selected(5)
    hand.click(2, button=RIGHT)
    assert len(hand.places) == every_other.size + 1
    hand.click(2)
    assert hand.places == [2] and not hand.is_painted_selected(4)


def test_a_screen_reader_is_told_of_what_is_selected(hand: Hand) -> None:
    hand.table.show_chosen(np.array([2, 3, 9]), 2)
    assert {index.row() for index in hand.table.selectionModel().selectedRows()} == {2, 3, 9}
    assert hand.table.rows.isRowSelected(9)


def test_other_rows_begin_without_a_selection(hand: Hand) -> None:
    hand.click(7)
    hand.model.beginResetModel()
    hand.model.rows = 5
    hand.model.endResetModel()
    assert hand.places == []
    hand.click(2)
    assert hand.places == [2]


def test_the_selection_model_can_be_asked_as_qts_own(hand: Hand) -> None:
    flag = QItemSelectionModel.SelectionFlag
    hand.table.selectAll()
    assert len(hand.places) == ROWS
    hand.table.rows.select(hand.model.index(4, 0), flag.Deselect | flag.Rows)
    assert len(hand.places) == ROWS - 1 and 4 not in hand.places
    hand.table.rows.select(hand.model.index(6, 0), flag.NoUpdate)
    hand.table.clearSelection()
    assert hand.places == []
