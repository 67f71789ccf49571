from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QKeySequenceEdit, QLabel, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from explorer.gui.widgets.key_map import ShortcutEntry
from explorer.gui.widgets.shortcuts_editor import ShortcutsEditor

CTRL = Qt.KeyboardModifier.ControlModifier
ENTRIES = [
    ShortcutEntry("open", "Open…", "File", ("Ctrl+O",), ("Ctrl+O",)),
    ShortcutEntry("export", "Export <all>", "File", ("Ctrl+E",), ("Ctrl+E",)),
    ShortcutEntry("next", "Next flagged", "Review", ("N",), ("N",)),
    ShortcutEntry("png", "Map as PNG", "File", (), ()),
]


@pytest.fixture
def editor(qtbot: QtBot) -> ShortcutsEditor:
    editor = ShortcutsEditor(ENTRIES)
    qtbot.addWidget(editor)
    editor.show()
    qtbot.waitActive(editor)
    return editor


@pytest.fixture
def told(editor: ShortcutsEditor) -> list[dict[str, list[str]]]:
    mappings: list[dict[str, list[str]]] = []
    editor.changed.connect(mappings.append)
    return mappings


def _press(qtbot: QtBot, editor: ShortcutsEditor, name: str, key: Qt.Key, held: Qt.KeyboardModifier = CTRL) -> None:
    editor.choose(name)
    edit = editor.findChild(QKeySequenceEdit)
    edit.setFocus()
    qtbot.keyClick(edit.findChild(QLineEdit), key, held)


def _button(editor: ShortcutsEditor, name: str) -> QPushButton:
    return next(button for button in editor.findChildren(QPushButton) if button.accessibleName() == name)


def _click(qtbot: QtBot, editor: ShortcutsEditor, name: str) -> None:
    assert _button(editor, name).isEnabled()
    qtbot.mouseClick(_button(editor, name), Qt.MouseButton.LeftButton)


def _words(editor: ShortcutsEditor) -> str:
    return " ".join(label.text() for label in editor.findChildren(QLabel) if label.isVisible())


def _keys(editor: ShortcutsEditor) -> list[str]:
    model = editor.findChild(QTableView).model()
    return [model.index(row, 2).data() for row in range(model.rowCount())]


def test_every_action_is_listed_with_its_keys(editor: ShortcutsEditor) -> None:
    assert _keys(editor) == ["Ctrl+O", "Ctrl+E", "N", ""]
    assert editor.current == "open"


def test_pressed_keys_are_set_or_added(qtbot: QtBot, editor: ShortcutsEditor, told: list[dict[str, list[str]]]) -> None:
    _press(qtbot, editor, "export", Qt.Key.Key_J)
    _click(qtbot, editor, "Set as the only keys of the action")
    assert told[-1]["export"] == ["Ctrl+J"]
    _press(qtbot, editor, "export", Qt.Key.Key_L)
    _click(qtbot, editor, "Add as further keys of the action")
    assert told[-1]["export"] == ["Ctrl+J", "Ctrl+L"]
    assert told[-1]["open"] == ["Ctrl+O"]
    assert _keys(editor)[1] == "Ctrl+J  Ctrl+L"
    assert len(told) == 2


def test_keys_of_another_action_are_refused_and_can_be_swapped(
    qtbot: QtBot, editor: ShortcutsEditor, told: list[dict[str, list[str]]]
) -> None:
    assert not _button(editor, "Swap the keys of the two actions").isVisible()
    _press(qtbot, editor, "export", Qt.Key.Key_O)
    assert "Ctrl+O belongs to “Open…” already." in _words(editor)
    assert not _button(editor, "Set as the only keys of the action").isEnabled()
    assert told == []
    _click(qtbot, editor, "Swap the keys of the two actions")
    assert (told[-1]["export"], told[-1]["open"]) == (["Ctrl+O"], ["Ctrl+E"])
    assert not _button(editor, "Swap the keys of the two actions").isVisible()


def test_choosing_another_action_forgets_what_was_pressed(qtbot: QtBot, editor: ShortcutsEditor) -> None:
    _press(qtbot, editor, "export", Qt.Key.Key_O)
    editor.choose("next")
    assert editor.findChild(QKeySequenceEdit).keySequence().isEmpty()
    assert "belongs to" not in _words(editor)


def test_keys_can_be_taken_and_given_back(
    qtbot: QtBot, editor: ShortcutsEditor, told: list[dict[str, list[str]]]
) -> None:
    editor.choose("open")
    _click(qtbot, editor, "Take all keys from the action")
    assert told[-1]["open"] == []
    assert "Open…: no keys." in _words(editor)
    _press(qtbot, editor, "png", Qt.Key.Key_O)
    _click(qtbot, editor, "Set as the only keys of the action")
    editor.choose("open")
    _click(qtbot, editor, "Give the action its first keys again")
    assert "Its first keys belong to “Map as PNG” now." in _words(editor)
    _click(qtbot, editor, "Give all actions their first keys again")
    assert told[-1] == {entry.name: list(entry.defaults) for entry in ENTRIES} == editor.mapping()
    assert not _button(editor, "Give all actions their first keys again").isEnabled()


def test_the_search_finds_actions_menus_and_keys(qtbot: QtBot, editor: ShortcutsEditor) -> None:
    search = next(field for field in editor.findChildren(QLineEdit) if field.accessibleName() == "Search the shortcuts")
    for words, expected in (
        ("review", ["N"]),
        ("ctrl+e", ["Ctrl+E"]),
        ("map", [""]),
        ("", ["Ctrl+O", "Ctrl+E", "N", ""]),
    ):
        search.setText(words)
        assert _keys(editor) == expected
    search.setText("nothing like it")
    assert editor.current is None
    for name in ("Take all keys from the action", "Give the action its first keys again"):
        assert not _button(editor, name).isEnabled()
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert editor.isVisible()


def test_the_sheet_has_every_action_with_keys_menu_by_menu(editor: ShortcutsEditor) -> None:
    sheet = editor.sheet()
    assert sheet.index("File") < sheet.index("Ctrl+O") < sheet.index("Review") < sheet.index("Next flagged")
    assert "Export &lt;all&gt;" in sheet
    assert "Map as PNG" not in sheet
