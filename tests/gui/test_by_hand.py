"""What a person does with mouse and keyboard in dialogs and fields of the real window, step by step."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPushButton,
    QRadioButton,
    QTableView,
    QTabWidget,
    QTextBrowser,
    QWidget,
)
from window_driver import Driver, choose, control

from explorer.app import operations as op
from explorer.app.settings import Settings
from explorer.core.query.predicates import Contains, Range
from explorer.gui.error_dialog import MessageBar
from explorer.gui.exporting import PictureDialog, RowsDialog
from explorer.gui.filter_dialog import FilterDialog
from explorer.gui.help import HelpDialog
from explorer.gui.open_dialog import OpenDialog
from explorer.gui.panels.filters_panel import FiltersPanel
from explorer.gui.widgets.chips import ChipBar
from explorer.gui.widgets.notes_edit import NotesEdit
from explorer.gui.widgets.shortcuts_editor import ShortcutsEditor

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
MakeWindow = Callable[..., Driver]


def click(driver: Driver, widget: QWidget) -> None:
    driver.qtbot.mouseClick(widget, LEFT)


def dialog(driver: Driver, kind: type[QDialog]) -> QDialog:
    """The dialog that is open."""
    driver.until(lambda: bool(_open_ones(kind)))
    return _open_ones(kind)[0]


def _open_ones(kind: type[QDialog]) -> list[QDialog]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind) and widget.isVisible()]


def said(parent: QWidget) -> str:
    return "\n".join(label.text() for label in parent.findChildren(QLabel) if label.isVisible())


def activate(driver: Driver) -> None:
    driver.window.activateWindow()
    driver.until(driver.window.isActiveWindow)


# --- keys ---------------------------------------------------------------------------------------


def find_action(driver: Driver, editor: QDialog, words: str) -> None:
    """Look for an action in the list of keys, and click on it."""
    search = control(editor, QLineEdit, "Search the shortcuts")
    search.setFocus()
    search.selectAll()
    driver.qtbot.keyClicks(search, words)
    table = control(editor, QTableView, "Shortcuts")
    assert table.model().rowCount() == 1
    driver.qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(0, 0)).center())


def press_new_keys(driver: Driver, editor: QDialog, key: Qt.Key) -> None:
    field = control(editor, QKeySequenceEdit, "New keys")
    field.setFocus()
    driver.qtbot.keyClick(field, key)


def test_keys_are_rebound_swapped_reset_and_printed(
    at_work: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = at_work
    activate(driver)
    driver.press(Qt.Key.Key_Slash, CTRL)
    editor = dialog(driver, ShortcutsEditor)
    find_action(driver, editor, "next flagged")
    press_new_keys(driver, editor, Qt.Key.Key_C)
    assert "C belongs to “Confirm: flag it” already." in said(editor)
    assert not control(editor, QPushButton, "Set as the only keys of the action").isEnabled()
    click(driver, control(editor, QPushButton, "Swap the keys of the two actions"))
    assert "Next flagged: C; Confirm: flag it: N." in said(editor)
    press_new_keys(driver, editor, Qt.Key.Key_3)
    assert "3 belongs to labels" in said(editor)
    assert not control(editor, QPushButton, "Set as the only keys of the action").isEnabled()
    editor.findChildren(QTabWidget)[0].setCurrentIndex(1)
    printed = tmp_path / "keys.pdf"

    def choose_file(self: QPrintDialog) -> QDialog.DialogCode:
        self.printer().setOutputFileName(str(printed))
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QPrintDialog, "exec", choose_file)
    click(driver, control(editor, QPushButton, "Print the sheet"))
    assert printed.read_bytes().startswith(b"%PDF")
    editor.close()
    assert driver.saved[-1].shortcuts == {"next": ("C",), "flag": ("N",)}
    assert driver.control(QPushButton, "Flag by hand").toolTip() == "Whatever the score (N)"
    driver.window.actions_by_name["guide"].trigger()
    guide = dialog(driver, HelpDialog)
    assert "Press C. Read the text" in " ".join(guide.findChildren(QTextBrowser)[0].toPlainText().split())
    guide.close()
    driver.key(Qt.Key.Key_C)
    first = driver.state.current
    assert first is not None and not driver.state.overrides
    driver.key(Qt.Key.Key_N)
    assert dict(driver.state.overrides) == {first: True}
    driver.window.actions_by_name["shortcuts"].trigger()
    editor = dialog(driver, ShortcutsEditor)
    click(driver, control(editor, QPushButton, "Give all actions their first keys again"))
    editor.close()
    assert driver.saved[-1].shortcuts == {}


# --- notes --------------------------------------------------------------------------------------


def test_a_note_is_written_changed_given_up_and_removed(at_work: Driver) -> None:
    driver = at_work
    driver.session.store.dispatch(op.set_current(row=7))
    activate(driver)
    driver.press(Qt.Key.Key_E)
    note = driver.window.findChildren(NotesEdit)[0]
    driver.until(note.hasFocus)
    driver.write("ask the branch, c or f?")
    driver.press(Qt.Key.Key_Return, CTRL)
    assert dict(driver.state.notes) == {7: "ask the branch, c or f?"}
    assert not driver.state.overrides, "letters in a note are no commands"
    driver.write(" and the bank")
    driver.session.store.dispatch(op.set_current(row=8))
    assert driver.state.notes[7] == "ask the branch, c or f? and the bank"
    assert note.toPlainText() == ""
    driver.session.store.dispatch(op.set_current(row=7))
    note.setFocus()
    driver.write("no, ")
    driver.press(Qt.Key.Key_Escape)
    assert driver.state.notes[7] == note.toPlainText() == "ask the branch, c or f? and the bank"
    note.setFocus()
    driver.press(Qt.Key.Key_A, CTRL)
    driver.press(Qt.Key.Key_Delete)
    driver.press(Qt.Key.Key_Return, CTRL)
    assert not driver.state.notes and not driver.state.trashed.any()
    driver.window.actions_by_name["undo"].trigger()
    assert driver.state.notes[7] == note.toPlainText() == "ask the branch, c or f? and the bank"


# --- filters ------------------------------------------------------------------------------------


def add_filter(driver: Driver, column: str, name: str, words: str) -> None:
    click(driver, driver.control(QPushButton, "Add a filter"))
    asked = dialog(driver, FilterDialog)
    driver.until(lambda: asked.editor is not None)
    choose(control(asked, QComboBox, "Filter by"), column)
    field = control(asked, QLineEdit, name)
    driver.until(field.isVisible)
    field.setFocus()
    driver.qtbot.keyClicks(field, words)
    ok = next(button for button in asked.findChildren(QPushButton) if button.text() == "Add")
    driver.until(ok.isEnabled)
    click(driver, ok)


def pick(driver: Driver, button: QPushButton, *words: str) -> None:
    """Choose from a button's menu, and from the menus in it."""
    menu = button.menu()
    menu.aboutToShow.emit()
    for word in words[:-1]:
        menu = next(action.menu() for action in menu.actions() if action.text().replace("&", "") == word)
        assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text().replace("&", "") == words[-1]).trigger()


def test_filters_are_combined_inverted_named_kept_recalled_and_forgotten(at_work: Driver) -> None:
    driver = at_work
    panel = driver.window.findChildren(FiltersPanel)[0]
    chips = panel.findChildren(ChipBar)[0]
    amounts = driver.state.corpus.table["amount"].to_pylist()  # type: ignore[union-attr]
    intents = driver.state.corpus.table["intent"].to_pylist()  # type: ignore[union-attr]
    add_filter(driver, "amount", "To", "9")
    choose(control(driver.window, QComboBox, "How filters combine"), None, place=1)
    click(driver, driver.control(QPushButton, "Add a filter"))
    asked = dialog(driver, FilterDialog)
    driver.until(lambda: asked.editor is not None)
    choose(control(asked, QComboBox, "Filter by"), "intent")
    choose(control(asked, QComboBox, "How to filter"), None, place=0)
    driver.qtbot.keyClicks(control(asked, QLineEdit, "Contains"), "card")
    ok = next(button for button in asked.findChildren(QPushButton) if button.text() == "Add")
    driver.until(ok.isEnabled)
    click(driver, ok)
    chips.chips[1].setFocus()
    driver.qtbot.keyClick(chips.chips[1], Qt.Key.Key_I)
    filters = driver.state.filters
    assert [chip.predicate for chip in filters.chips] == [Range("amount", None, 9), Contains("intent", "card")]
    assert (filters.combine, filters.chips[1].inverted) == ("any", True)
    wanted = [amount <= 9 or "card" not in intent for amount, intent in zip(amounts, intents, strict=True)]
    driver.until(lambda: driver.state.shown is not None and driver.state.shown.tolist() == wanted)
    activate(driver)
    driver.qtbot.keyClick(chips.chips[0], Qt.Key.Key_F2)
    driver.until(lambda: control(chips, QLineEdit, "Name of the filter").hasFocus())
    driver.press(Qt.Key.Key_A, CTRL)
    driver.write("cheap")
    driver.press(Qt.Key.Key_Return)
    assert driver.state.filters.chips[0].name == "cheap"
    assert chips.chips[0].accessibleName() == "Filter: cheap"
    saved = driver.control(QPushButton, "Saved filters")
    pick(driver, saved, "Save these filters…")
    driver.until(lambda: driver.control(QLineEdit, "Name of the saved filter").hasFocus())
    driver.write("my set")
    driver.press(Qt.Key.Key_Return)
    kept = driver.state.filters
    assert driver.state.saved_filters == (("my set", kept),)
    click(driver, driver.control(QPushButton, "Clear all filters"))
    driver.until(lambda: driver.state.shown is None)
    pick(driver, saved, "my set")
    driver.until(lambda: driver.state.shown is not None and driver.state.shown.tolist() == wanted)
    assert driver.state.filters == kept
    pick(driver, saved, "Forget", "my set")
    assert driver.state.saved_filters == ()
    driver.window.actions_by_name["undo"].trigger()
    assert driver.state.saved_filters == (("my set", kept),)


# --- exports ------------------------------------------------------------------------------------


def export_rows(driver: Driver, words: str) -> None:
    """Ask for rows by the keys, choose which, and press Save; the file dialog is answered by what waits for it."""
    activate(driver)
    driver.press(Qt.Key.Key_E, CTRL | SHIFT)
    asked = dialog(driver, RowsDialog)
    box = next(button for button in asked.findChildren(QRadioButton) if button.text().startswith(words))
    driver.qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))  # its words may end before its middle
    assert box.isChecked()
    click(driver, next(button for button in asked.findChildren(QPushButton) if "Save" in button.text()))


def written(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def messages(driver: Driver, words: str) -> int:
    return sum(words in message.what for message in driver.state.messages)


def test_rows_are_exported_over_an_older_file_only_if_one_says_so(at_work: Driver, tmp_path: Path) -> None:
    driver, out = at_work, tmp_path / "some.csv"
    driver.session.store.dispatch(op.select(rows=[3, 9]))
    driver.save_as(out)
    export_rows(driver, "The 2 selected texts")
    driver.until(lambda: messages(driver, "2 rows written") == 1)
    assert [row["row"] for row in written(out)] == ["3", "9"]
    small = out.stat().st_size
    driver.save_as(out, replacing=QMessageBox.StandardButton.No)
    export_rows(driver, "All")
    assert [row["row"] for row in written(out)] == ["3", "9"]
    driver.save_as(out, replacing=QMessageBox.StandardButton.Yes)
    export_rows(driver, "All")
    driver.until(lambda: messages(driver, f"{driver.state.rows} rows written") == 1)
    assert out.stat().st_size > small


def test_an_export_that_is_given_up_writes_nothing_and_one_that_cannot_be_is_said(
    at_work: Driver, tmp_path: Path
) -> None:
    driver = at_work
    driver.answer(QFileDialog, lambda asked: asked.reject())
    export_rows(driver, "All")
    assert not driver.state.messages
    driver.save_as(Path("/proc/rows.csv"))
    export_rows(driver, "All")
    bar = driver.window.findChildren(MessageBar)[0]
    driver.until(bar.isVisible)
    assert bar.message is not None and bar.message.what.startswith("Cannot write /proc/rows.csv")
    assert "choose a folder that you may write to" in bar.message.hint
    assert not list(tmp_path.glob("*.csv"))


def test_the_page_and_the_picture_are_written(at_work: Driver, tmp_path: Path) -> None:
    driver = at_work
    driver.save_as(tmp_path / "page.html")
    driver.window.actions_by_name["export_page"].trigger()
    driver.until(lambda: (tmp_path / "page.html").exists())
    driver.until(lambda: messages(driver, "Page written") == 1)
    driver.window.actions_by_name["export_picture"].trigger()
    asked = dialog(driver, PictureDialog)
    title = control(asked, QLineEdit, "Title")
    title.selectAll()
    driver.qtbot.keyClicks(title, "What we found")
    driver.save_as(tmp_path / "map.svg")
    click(driver, next(button for button in asked.findChildren(QPushButton) if "Save" in button.text()))
    driver.until(lambda: messages(driver, "Picture of the map written") == 1)
    assert "What we found" in (tmp_path / "map.svg").read_text(encoding="utf-8")
    driver.window.actions_by_name["export_picture"].trigger()
    driver.save_as(Path("/proc/map.png"))
    asked = dialog(driver, PictureDialog)
    click(driver, next(button for button in asked.findChildren(QPushButton) if "Save" in button.text()))
    driver.until(lambda: messages(driver, "Cannot write /proc/map.png") == 1)


# --- projects -----------------------------------------------------------------------------------


def test_a_second_window_on_a_project_is_told_and_may_open_it_later(
    at_work: Driver, make_window_driver: MakeWindow, own_project: Path
) -> None:
    second = make_window_driver()
    second.window.open_path(own_project)
    bar = second.window.findChildren(MessageBar)[0]
    second.until(bar.isVisible)
    assert bar.message is not None and "is open in another window" in bar.message.what
    assert second.state.corpus is None and at_work.state.corpus is not None
    at_work.window.close()
    second.key(Qt.Key.Key_Escape)
    second.window.open_path(own_project)
    second.until(lambda: second.state.project == own_project)


def drop(driver: Driver, *urls: QUrl) -> bool:
    """Drag over the middle of the window and let go; whether it was taken."""
    dragged = QMimeData()
    dragged.setUrls(list(urls))
    middle = QPoint(driver.window.width() // 2, driver.window.height() // 2)
    nothing = Qt.KeyboardModifier.NoModifier
    over = QDragEnterEvent(middle, Qt.DropAction.CopyAction, dragged, LEFT, nothing)
    QApplication.sendEvent(driver.window, over)
    if not over.isAccepted():
        return False
    let_go = QDropEvent(middle, Qt.DropAction.CopyAction, dragged, LEFT, nothing)
    QApplication.sendEvent(driver.window, let_go)
    return let_go.isAccepted()


def test_files_folders_and_projects_can_be_dropped(
    make_window_driver: MakeWindow, own_project: Path, small_csv: Path, tmp_path: Path
) -> None:
    driver = make_window_driver()
    texts = tmp_path / "letters"
    texts.mkdir()
    for number in range(3):
        (texts / f"{number}.txt").write_text(f"Letter number {number}.", encoding="utf-8")
    for path, count in ((small_csv, 20), (texts, 3)):
        assert drop(driver, QUrl.fromLocalFile(str(path)))
        asked = dialog(driver, OpenDialog)
        rows = control(asked, QTableView, "First rows").model()
        driver.until(lambda rows=rows, count=count: rows.rowCount() == count)
        asked.reject()
        driver.until(lambda: not _open_ones(OpenDialog))
    assert not drop(driver, QUrl("https://example.org/texts.csv"))
    assert not drop(driver, QUrl.fromLocalFile(str(small_csv)), QUrl.fromLocalFile(str(texts)))
    assert not _open_ones(OpenDialog)
    assert drop(driver, QUrl.fromLocalFile(str(own_project)))
    driver.until(driver.complete)
    assert driver.state.project == own_project


def test_a_recent_project_whose_folder_is_gone_says_so(make_window_driver: MakeWindow, own_project: Path) -> None:
    names = (str(own_project), str(own_project.with_name("moved.textmap")))
    driver = make_window_driver(settings=Settings(recent=names))
    file_menu = driver.window.menuBar().actions()[0].menu()
    assert isinstance(file_menu, QMenu)
    file_menu.aboutToShow.emit()
    recent = next(action.menu() for action in file_menu.actions() if action.text() == "Open &recent")
    assert isinstance(recent, QMenu)
    offered = [(action.text(), action.isEnabled(), action.toolTip()) for action in recent.actions()]
    assert offered == [("questions", True, names[0]), ("moved (not found)", False, names[1])]
    recent.actions()[0].trigger()
    driver.until(driver.complete)
    assert driver.state.project == own_project
