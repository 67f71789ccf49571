from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.gui.widgets.notes_edit import NotesEdit

Edits = list[tuple[str, Any]]


@pytest.fixture
def notes(qtbot: QtBot) -> NotesEdit:
    host = QWidget()
    qtbot.addWidget(host)
    layout = QVBoxLayout(host)
    notes = NotesEdit()
    layout.addWidget(notes)
    layout.addWidget(QPushButton("elsewhere"))
    host.resize(300, 300)
    host.show()
    qtbot.waitActive(host)
    notes.setFocus()
    notes.host = host  # the fixture keeps it alive
    return notes


@pytest.fixture
def edits(notes: NotesEdit) -> Edits:
    edits: Edits = []
    notes.edited.connect(lambda text, about: edits.append((text, about)))
    return edits


def test_leaving_keeps_the_note_once(qtbot: QtBot, notes: NotesEdit, edits: Edits) -> None:
    notes.set_note("old", 7)
    qtbot.keyClicks(notes, " and new ")
    assert notes.is_being_written()
    qtbot.keyClick(notes, Qt.Key.Key_Tab)
    assert not notes.hasFocus()
    assert edits == [("and new old", 7)]
    notes.setFocus()
    notes.clearFocus()
    assert len(edits) == 1


def test_control_enter_keeps_it_and_stays(qtbot: QtBot, notes: NotesEdit, edits: Edits) -> None:
    qtbot.keyClicks(notes, "a")
    qtbot.keyClick(notes, Qt.Key.Key_Return)
    qtbot.keyClicks(notes, "b")
    qtbot.keyClick(notes, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert edits == [("a\nb", None)]
    assert notes.hasFocus()


def test_escape_takes_it_back(qtbot: QtBot, notes: NotesEdit, edits: Edits) -> None:
    notes.set_note("old")
    qtbot.keyClicks(notes, "new")
    qtbot.keyClick(notes, Qt.Key.Key_Escape)
    assert notes.note() == "old"
    assert not notes.hasFocus()
    assert edits == []


def test_a_note_in_the_making_is_kept_for_what_it_was_about(qtbot: QtBot, notes: NotesEdit, edits: Edits) -> None:
    notes.set_note("", 1)
    qtbot.keyClicks(notes, "about one")
    notes.set_note("", 1)  # the same again: what is being written stays
    assert notes.note() == "about one"
    notes.set_note("about two", 2)
    assert edits == [("about one", 1)]
    assert notes.note() == "about two"
    qtbot.keyClick(notes, Qt.Key.Key_Tab)
    assert len(edits) == 1


def test_a_note_can_be_emptied(qtbot: QtBot, notes: NotesEdit, edits: Edits) -> None:
    notes.set_note("old", 3)
    notes.selectAll()
    qtbot.keyClick(notes, Qt.Key.Key_Delete)
    notes.commit()
    assert edits == [("", 3)]
    assert notes.placeholderText() == "Note…"


def test_it_grows_with_its_lines_up_to_five(qtbot: QtBot, notes: NotesEdit) -> None:
    heights = []
    for lines in (1, 3, 5, 40):
        notes.set_note("\n".join(["line"] * lines), lines)
        notes.host.layout().activate()
        heights.append(notes.height())
        assert (notes.verticalScrollBar().maximum() > 0) == (lines > 5)
    assert heights[0] < heights[1] < heights[2] == heights[3]
