"""The current text in full: what was embedded, what is too long, what its columns say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QPlainTextEdit, QPushButton, QTreeWidget
from pytestqt.qtbot import QtBot
from test_item_models import state_of
from window_driver import control

from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.core.corpus.corpus import Corpus
from explorer.gui.panels.text_panel import FIRST_PART, TextPanel

MAIL = "<p>Where is my card?</p>"
LONG = "word " * 200_000


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(lambda work: None, tmp_path)
    yield made
    made.close()


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> TextPanel:
    state = state_of(4)
    assert state.corpus is not None
    texts = pa.chunked_array([pa.array([MAIL, LONG, "", "plain"], pa.large_string())])
    embedded = pa.chunked_array([pa.array(["Where is my card?", LONG.strip(), "", "plain"], pa.large_string())])
    corpus: Corpus = replace(state.corpus, texts=texts, embedded=embedded, cleaning=("html",))
    session.store.dispatch(lambda before: (replace(before, corpus=corpus), Changes.CORPUS))
    made = TextPanel(session)
    qtbot.addWidget(made)
    session.store.subscribe(made.show_state)
    made.show()
    return made


def shown(panel: TextPanel) -> str:
    return control(panel, QPlainTextEdit, "Text").toPlainText()


def test_the_text_as_embedded_can_be_seen(panel: TextPanel, session: Session) -> None:
    toggle = control(panel, QCheckBox, "Show the text as it was embedded")
    session.store.dispatch(op.set_current(row=0))
    assert shown(panel) == MAIL
    assert toggle.isVisible()
    toggle.setChecked(True)
    assert shown(panel) == "Where is my card?"
    session.store.dispatch(op.set_current(row=3))
    assert shown(panel) == "plain"
    assert not toggle.isVisible()


def test_a_very_long_text_is_shown_in_part_then_whole(panel: TextPanel, session: Session, qtbot: QtBot) -> None:
    session.store.dispatch(op.set_current(row=1))
    assert len(shown(panel)) <= FIRST_PART + FIRST_PART // 1_000
    more = next(button for button in panel.findChildren(QPushButton) if button.text().startswith("&Show all"))
    assert "1000000" in "".join(filter(str.isdigit, more.text()))
    assert more.isVisible()
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert shown(panel).replace("\n", "") == LONG.replace("\n", "")
    assert not more.isVisible()
    session.store.dispatch(op.set_current(row=3))
    session.store.dispatch(op.set_current(row=1))
    assert more.isVisible()


def test_an_empty_text_is_called_empty(panel: TextPanel, session: Session) -> None:
    session.store.dispatch(op.set_current(row=2))
    assert shown(panel) == "(empty)"


def test_columns_and_identity(panel: TextPanel, session: Session) -> None:
    session.store.dispatch(op.set_current(row=3))
    own = control(panel, QTreeWidget, "Columns of this text")
    entries = {own.topLevelItem(i).text(0): own.topLevelItem(i).text(1) for i in range(own.topLevelItemCount())}
    assert set(entries) == {"ticket", "intent", "source"}
    title = next(label.text() for label in panel.findChildren(QLabel) if label.text().startswith("#"))
    assert title == f"#3 · {entries['ticket']}"


def test_decisions_by_button(panel: TextPanel, session: Session, qtbot: QtBot) -> None:
    session.store.dispatch(op.set_current(row=3))
    flag, back = control(panel, QPushButton, "Flag by hand"), control(panel, QPushButton, "Take back the decision")
    assert not back.isEnabled()
    qtbot.mouseClick(flag, Qt.MouseButton.LeftButton)
    assert dict(session.state.overrides) == {3: True}
    assert not flag.isEnabled()
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    assert not session.state.overrides


def test_what_keys_and_buttons_act_on_is_said_and_true(panel: TextPanel, session: Session, qtbot: QtBot) -> None:
    def said() -> str:
        return " ".join(label.text() for label in panel.findChildren(QLabel) if "act on" in label.text())

    assert said() == ""
    session.store.dispatch(op.set_current(row=3))
    assert said() == "Keys and buttons act on this text."
    session.store.dispatch(op.select(rows=[1, 2, 3]))
    assert said() == "Keys and buttons act on the 3 selected texts."
    flag = control(panel, QPushButton, "Flag by hand")
    place = flag.geometry()
    qtbot.mouseClick(flag, Qt.MouseButton.LeftButton)
    assert dict(session.state.overrides) == dict.fromkeys((1, 2, 3), True)
    only = control(panel, QPushButton, "End the selection")
    qtbot.mouseClick(only, Qt.MouseButton.LeftButton)
    assert said() == "Keys and buttons act on this text."
    assert not only.isVisible() and session.state.current == 3
    assert flag.geometry() == place
