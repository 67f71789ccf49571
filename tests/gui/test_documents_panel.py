"""The documents table over a real session: order, search, filters, trash, selection, columns."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from panel_desk import ROWS, STRANGE, PanelDesk, make_project
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QToolButton
from pytestqt.qtbot import QtBot
from window_driver import control

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.core.query.predicates import Filters, Range
from explorer.core.query.search import TextQuery
from explorer.gui.panels.documents_panel import DocumentsPanel
from explorer.gui.widgets.empty_state import EmptyState
from explorer.gui.widgets.match_delegate import MATCHES
from explorer.gui.widgets.rows_selection import RowsTable

UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("documents"))


class Table:
    """The panel as a person sees it."""

    def __init__(self, desk: PanelDesk) -> None:
        self.desk = desk
        self.panel = DocumentsPanel(desk.session)
        desk.qtbot.addWidget(self.panel)
        desk.follow([self.panel])
        self.panel.resize(1200, 260)
        self.panel.show()
        self.view = control(self.panel, RowsTable, "Documents")

    def section(self, title: str) -> int:
        model = self.view.model()
        titles = [model.headerData(place, Qt.Orientation.Horizontal) for place in range(model.columnCount())]
        return titles.index(title)

    def column(self, title: str) -> list[str]:
        section, model = self.section(title), self.view.model()
        return [str(model.index(place, section).data()) for place in range(model.rowCount())]

    @property
    def rows(self) -> list[int]:
        return [int(row) for row in self.column("Row")]

    @property
    def words(self) -> str:
        return control(self.panel, QLabel, "Texts shown").text()

    def sort(self, title: str, order: Qt.SortOrder) -> None:
        self.view.sortByColumn(self.section(title), order)
        self.desk.until(lambda: "sorting" not in self.words)


@pytest.fixture
def desk(qtbot: QtBot, computed: Path, tmp_path: Path) -> Iterator[PanelDesk]:
    desk = PanelDesk(qtbot, tmp_path)
    desk.open(Path(shutil.copytree(computed, tmp_path / "questions.textmap")))
    yield desk
    desk.close()


@pytest.fixture
def table(desk: PanelDesk) -> Table:
    return Table(desk)


def entry(menu: QMenu, words: str) -> QAction:
    return next(action for action in menu.actions() if action.text().replace("&", "").startswith(words))


def search(desk: PanelDesk, text: str) -> None:
    query = TextQuery(text)
    desk.do(filtering.search(query=query))
    desk.until(lambda: desk.state.search.query == query and not desk.state.search.running)


def test_the_header_shows_the_sort_at_once_and_the_order_follows(desk: PanelDesk, table: Table) -> None:
    score, header = table.section("Score"), table.view.horizontalHeader()
    table.view.sortByColumn(score, DOWN)
    assert header.sortIndicatorSection() == score
    assert table.rows == list(range(ROWS))
    assert "sorting" in table.words
    desk.until(lambda: "sorting" not in table.words)
    assert desk.state.ranks is not None
    strangest = [row for row in table.rows if desk.state.ranks[row]]
    assert desk.state.ranks[strangest].tolist() == list(range(1, len(strangest) + 1))


@pytest.mark.parametrize("title", ["amount", "opened", "intent", "Text", "note", "branch"])
def test_every_column_sorts_both_ways(table: Table, title: str) -> None:
    table.sort(title, UP)
    upwards = table.rows
    table.sort(title, DOWN)
    assert sorted(table.rows) == sorted(upwards) == list(range(ROWS))
    cells = table.column(title)
    keys: list[object] = [float(cell) for cell in cells] if title == "amount" else [cell.lower() for cell in cells]
    if title == "Text":
        assert table.rows[0] == upwards[-1]
    else:
        assert keys == sorted(keys, reverse=True)  # type: ignore[type-var]


def test_flagged_texts_come_first_by_state(desk: PanelDesk, table: Table) -> None:
    desk.do(op.override_flags(rows=[7], flag=True))
    table.sort("State", UP)
    assert set(table.rows[: desk.state.flag_count]) == set(np.flatnonzero(desk.state.flagged).tolist())


def test_a_search_shows_the_best_match_first_and_marks_it(desk: PanelDesk, table: Table) -> None:
    table.sort("amount", DOWN)
    before = table.rows
    search(desk, "card")
    assert table.rows == desk.state.search.rows.tolist()
    assert set(STRANGE) <= set(table.rows)
    assert table.words == f"{len(table.rows)} of {ROWS} texts · found"
    assert table.view.horizontalHeader().sortIndicatorSection() == -1
    text = table.section("Text")
    for place in range(len(table.rows)):
        index = table.view.model().index(place, text)
        assert {index.data()[start:end].lower() for start, end in index.data(MATCHES)} == {"card"}
    table.sort("Row", DOWN)
    assert table.rows == sorted(desk.state.search.rows.tolist(), reverse=True)
    desk.do(filtering.search(query=None))
    assert table.rows == before


def test_matching_words_are_painted_in_any_script(desk: PanelDesk, table: Table) -> None:
    desk.do(filtering.set_filters(filters=Filters()))
    search(desk, "card -play")
    table.sort("Row", UP)
    assert table.rows[:2] != [3, 5]
    place = table.rows.index(4)
    table.view.scrollTo(table.view.model().index(place, 0))
    area = table.view.visualRect(table.view.model().index(place, table.section("Text")))
    marked = table.view.viewport().grab(area).toImage()
    table.view.setItemDelegateForColumn(table.section("Text"), table.view.itemDelegate())
    assert table.view.viewport().grab(area).toImage() != marked


def test_filters_narrow_the_table_in_its_order(desk: PanelDesk, table: Table) -> None:
    table.sort("amount", DOWN)
    desk.do(filtering.add_filter(predicate=Range("amount", 38, None)))
    desk.until(lambda: desk.state.passed is not None)
    assert table.column("amount") == ["39.0"] * 3 + ["38.0"] * 3
    assert table.words == f"6 of {ROWS} texts · filtered"
    desk.do(filtering.add_filter(predicate=Range("amount", 100, None)))
    desk.until(lambda: desk.state.shown_count == 0)
    empty = table.panel.findChild(EmptyState)
    assert empty is not None and empty.isVisible()
    assert empty.accessibleName() == "No text passes the filters"
    empty.button.click()
    desk.until(lambda: desk.state.shown is None)
    assert table.words == f"{ROWS} texts"


def test_the_trash_is_a_list_of_its_own(desk: PanelDesk, table: Table) -> None:
    trash = next(button for button in table.panel.findChildren(QToolButton) if button.text().startswith("Trash"))
    assert not trash.isVisible()
    desk.do(marking.put_in_trash(rows=np.array([2, 9])))
    assert trash.isVisible()
    assert trash.text() == "Trash (2)"
    assert 9 not in table.rows
    assert table.words == f"{ROWS - 2} texts"
    trash.click()
    assert table.rows == [2, 9]
    restore = control(table.panel, QPushButton, "Restore")
    assert not restore.isEnabled()
    desk.do(op.set_current(row=9))
    restore.click()
    assert table.rows == [2]
    assert table.words == "1 text"
    desk.do(op.set_current(row=2))
    restore.click()
    empty = table.panel.findChild(EmptyState)
    assert empty is not None and empty.accessibleName() == "The trash is empty"
    empty.button.click()
    assert len(table.rows) == ROWS
    assert not trash.isVisible()


def test_the_selection_is_the_same_one_everywhere(desk: PanelDesk, table: Table) -> None:
    table.sort("amount", UP)
    table.view.setFocus()
    desk.qtbot.keyClick(table.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert desk.state.selection.tolist() == list(range(ROWS))
    desk.do(op.select(rows=[3, 4, 50]))
    chosen = {table.rows[index.row()] for index in table.view.selectionModel().selectedRows()}
    assert chosen == {3, 4, 50}
    assert table.words.endswith("3 selected")
    desk.do(filtering.add_filter(predicate=Range("amount", 0, 9)))
    desk.until(lambda: desk.state.passed is not None)
    assert desk.state.selection.tolist() == [3, 4, 50]
    desk.do(op.select(rows=[]))
    assert not table.view.selectionModel().hasSelection()


def point(table: Table, place: int) -> QPoint:
    return table.view.visualRect(table.view.model().index(place, 1)).center()


def click(table: Table, place: int, keys: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
    table.desk.qtbot.mouseClick(table.view.viewport(), button, keys, point(table, place))


def test_a_click_beside_the_selection_replaces_it_and_a_right_click_inside_keeps_it(
    desk: PanelDesk, table: Table
) -> None:
    click(table, 1)
    assert desk.state.current == 1 and desk.state.selection.size == 0
    click(table, 3, Qt.KeyboardModifier.ShiftModifier)
    assert desk.state.selection.tolist() == [1, 2, 3] and desk.state.current == 3
    click(table, 2, button=Qt.MouseButton.RightButton)
    assert desk.state.targets.tolist() == [1, 2, 3] and desk.state.current == 2
    assert table.panel.row_menu().actions()[0].text() == "3 selected texts"
    click(table, 4, button=Qt.MouseButton.RightButton)
    assert desk.state.targets.tolist() == [4] and desk.state.selection.size == 0
    assert table.panel.row_menu().actions()[0].text() == "Text #4"


def test_rows_are_added_and_taken_one_by_one(desk: PanelDesk, table: Table) -> None:
    control_key = Qt.KeyboardModifier.ControlModifier
    click(table, 1)
    click(table, 3, control_key)
    assert desk.state.selection.tolist() == [1, 3]
    click(table, 3, control_key)
    assert desk.state.selection.tolist() == [1] and desk.state.current == 3
    click(table, 2)
    assert desk.state.selection.size == 0 and desk.state.targets.tolist() == [2]


def test_what_a_search_does_not_list_stays_selected_while_rows_are_added(desk: PanelDesk, table: Table) -> None:
    desk.do(op.select(rows=[0, 1, 2]))
    search(desk, "transfer")
    listed = table.rows
    kept = sorted({0, 1, 2} - set(listed))
    assert kept
    click(table, 1, Qt.KeyboardModifier.ControlModifier)
    assert set(kept) <= set(desk.state.selection.tolist()) and listed[1] in desk.state.selection
    click(table, 0)
    assert desk.state.selection.size == 0


def test_what_is_hidden_is_said_and_left_alone(desk: PanelDesk, table: Table) -> None:
    desk.do(op.select(rows=[3, 4, 50]))
    desk.do(marking.put_in_trash(rows=np.array([50])))
    assert table.words.endswith("2 selected, 1 more hidden")
    desk.do(marking.put_in_trash(rows=np.array([3, 4])))
    assert table.words.endswith("3 selected but hidden")
    desk.session.undo()
    assert desk.state.targets.tolist() == [3, 4]
    assert {table.rows[place] for place in table.view.rows.places} == {3, 4}


def test_a_scattered_selection_is_shown_in_any_order(
    desk: PanelDesk, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.gui.widgets.rows_selection.MOST_STRETCHES", 5)
    desk.do(op.select(rows=range(0, ROWS, 3)))
    for title in ("Text", "amount"):
        table.sort(title, DOWN)
        assert sorted(table.rows[place] for place in table.view.rows.places) == list(range(0, ROWS, 3))


# --- columns ------------------------------------------------------------------------------------


def seen_up_to(table: Table, title: str) -> int:
    """Where a column ends, in pixels of what is seen."""
    section = table.section(title)
    return table.view.columnViewportPosition(section) + table.view.columnWidth(section)


def test_what_matters_is_seen_without_scrolling_at_every_width(desk: PanelDesk, table: Table) -> None:
    desk.do(op.override_flags(rows=[0], flag=False))
    for width in (940, 1200, 3000):
        table.panel.resize(width, 260)
        room = table.view.viewport().width()
        assert seen_up_to(table, "State") <= room
        words = table.view.fontMetrics().horizontalAdvance("cleared by hand")
        assert table.view.columnWidth(table.section("State")) > words
        assert table.view.columnWidth(table.section("Text")) >= 240


def test_columns_and_order_are_kept(desk: PanelDesk, table: Table) -> None:
    header = table.view.horizontalHeader()
    edge = header.sectionViewportPosition(table.section("intent")) + header.sectionSize(table.section("intent")) - 1
    y = header.height() // 2
    told: list[None] = []
    table.panel.rearranged.connect(lambda: told.append(None))
    desk.qtbot.mousePress(header.viewport(), LEFT, NONE, QPoint(edge, y))
    desk.qtbot.mouseMove(header.viewport(), QPoint(edge + 30, y))
    desk.qtbot.mouseRelease(header.viewport(), LEFT, NONE, QPoint(edge + 30, y))
    width = header.sectionSize(table.section("intent"))
    header.moveSection(header.visualIndex(table.section("Score")), 1)
    columns = entry(table.panel.column_menu(0), "Columns").menu()
    assert isinstance(columns, QMenu)
    entry(columns, "branch").trigger()
    table.sort("amount", DOWN)
    assert len(told) >= 4
    kept = json.loads(json.dumps(table.panel.view_state()))
    again = Table(desk)
    again.panel.restore_view(kept)
    desk.until(lambda: "sorting" not in again.words)
    assert again.view.columnWidth(again.section("intent")) == width
    assert again.view.horizontalHeader().visualIndex(again.section("Score")) == 1
    assert again.view.isColumnHidden(again.section("branch"))
    assert not again.view.isColumnHidden(again.section("amount"))
    assert again.rows == table.rows
    assert again.view.horizontalHeader().sortIndicatorSection() == again.section("amount")


@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        {"order": 3, "sort": [1, 2, 3]},
        {"order": ["gone", "text"], "widths": {"text": "wide", "gone": 9}, "sort": ["gone", True]},
        {"visible": {"text": False, "row": 3}},
    ],
)
def test_an_arrangement_that_makes_no_sense_is_passed_over(desk: PanelDesk, table: Table, nonsense: object) -> None:
    table.panel.restore_view(nonsense)
    assert not table.view.isColumnHidden(table.section("Text"))
    assert table.rows == list(range(ROWS))


def test_keys_move_the_current_row(desk: PanelDesk, table: Table) -> None:
    table.sort("Score", DOWN)
    desk.do(op.set_current(row=table.rows[0]))
    desk.qtbot.keyClick(table.view, Qt.Key.Key_Down)
    assert desk.state.current == table.rows[1]
    table.panel.step(1)
    assert desk.state.current == table.rows[2]
    table.panel.step(-1)
    assert desk.state.current == table.rows[1]


def test_a_menu_decides_on_the_rows_selected(desk: PanelDesk, table: Table) -> None:
    desk.do(marking.add_label(name="spam & odd"))
    desk.do(op.select(rows=[1, 2]))
    entry(table.panel.row_menu(), "Flag").trigger()
    assert dict(desk.state.overrides) == {1: True, 2: True}
    labels = entry(table.panel.row_menu(), "Label").menu()
    assert isinstance(labels, QMenu)
    labels.actions()[0].trigger()
    assert table.column("Labels")[:4] == ["", "spam & odd", "spam & odd", ""]
    again = entry(table.panel.row_menu(), "Label").menu()
    assert isinstance(again, QMenu)
    assert again.actions()[0].isChecked()
    entry(table.panel.row_menu(), "Copy texts").trigger()
    assert desk.state.corpus is not None
    copied = QGuiApplication.clipboard().text()
    assert copied == f"{desk.state.corpus.text(1)}\n\n{desk.state.corpus.text(2)}"
    entry(table.panel.row_menu(), "Show only these").trigger()
    desk.until(lambda: table.rows == [1, 2])
    assert desk.state.filters.words() == "2 selected texts"
    entry(table.panel.row_menu(), "Put in the trash").trigger()
    assert desk.state.trash_count == 2


def test_a_menu_leads_to_neighbours_and_map(desk: PanelDesk, table: Table) -> None:
    desk.do(op.set_current(row=11))
    with desk.qtbot.waitSignal(table.panel.neighbours_requested) as asked:
        entry(table.panel.row_menu(), "Find its neighbours").trigger()
    assert asked.args == [11]
    with desk.qtbot.waitSignal(table.panel.map_requested) as shown:
        entry(table.panel.row_menu(), "Show on the map").trigger()
    assert shown.args == [11]


def test_columns_are_hidden_shown_and_filtered_by(desk: PanelDesk, table: Table) -> None:
    labels = table.section("Labels")
    assert table.view.isColumnHidden(labels)
    desk.do(marking.add_label(name="spam"))
    assert not table.view.isColumnHidden(labels)
    columns = entry(table.panel.column_menu(0), "Columns").menu()
    assert isinstance(columns, QMenu)
    entry(columns, "amount").trigger()
    assert table.view.isColumnHidden(table.section("amount"))
    assert not entry(columns, "Text").isEnabled()
    own_note = len(table.view.model().columns) - 1  # type: ignore[attr-defined]
    with desk.qtbot.waitSignal(table.panel.filter_requested) as asked:
        entry(table.panel.column_menu(own_note), "Filter by this column").trigger()
    assert asked.args == ["corpus_note"]
    entry(table.panel.column_menu(own_note), "Sort upwards").trigger()
    desk.until(lambda: "sorting" not in table.words)
    assert [int(row) % 7 for row in table.rows] == sorted(row % 7 for row in range(ROWS))


def test_nothing_is_sorted_by_what_is_not_there(qtbot: QtBot, tmp_path: Path) -> None:
    desk = PanelDesk(qtbot, tmp_path)
    table = Table(desk)
    table.view.sortByColumn(2, DOWN)
    assert table.view.horizontalHeader().sortIndicatorSection() == 0
    assert table.words == ""
    desk.close()
