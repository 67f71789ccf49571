"""What can be done from a menu or a key: each action once, with its words, its shortcut and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from explorer.app import operations as op
from explorer.app.session import Session


@dataclass(frozen=True)
class Described:
    """An action before Qt knows it. ``keys`` are portable names; the first one is shown in menus and tooltips."""

    name: str
    words: str
    keys: tuple[str, ...]
    tip: str


FILE = (
    Described("open", "&Open…", ("Ctrl+O",), "Open a file of texts: CSV, JSON, Parquet, Excel, plain text"),
    Described("open_folder", "Open a &folder of texts…", (), "Open a folder of .txt files"),
    Described("open_project", "Open &project…", ("Ctrl+Shift+O",), "Go on with a project folder (.textmap)"),
    Described("sample", "Open the &sample", (), "13,123 real questions to a bank, and some texts that do not belong"),
    Described("export", "&Export report…", ("Ctrl+E",), "Write the CSV report and its manifest"),
    Described("quit", "&Quit", ("Ctrl+Q",), "Close the window; everything is saved"),
)

REVIEW = (
    Described("next", "&Next flagged", ("N",), "Go to the next flagged text, by rank"),
    Described("previous", "&Previous flagged", ("P",), "Go to the flagged text before, by rank"),
    Described("flag", "&Confirm: flag it", ("C",), "Flag the current text by hand"),
    Described("clear", "&Fine: clear it", ("F",), "Clear the current text by hand: it is not flagged"),
    Described("undecide", "Back to the &threshold", ("U",), "Take back what was decided by hand on the current text"),
    Described("back", "Text &before", ("Alt+Left",), "Go back to the text that was shown before"),
)

HELP = (
    Described("guide", "&Guide", ("F1",), "How to find what does not belong, in a minute"),
    Described("shortcuts", "&Shortcuts", ("Ctrl+/",), "Every key in one list"),
    Described("about", "&About", (), "Version, licence and what is inside"),
)


def make_actions(parent: QWidget, described: tuple[Described, ...]) -> dict[str, QAction]:
    """Qt's actions by name; they belong to ``parent`` and answer their keys anywhere in its window."""
    return {entry.name: _make(parent, entry) for entry in described}


def _make(parent: QWidget, entry: Described) -> QAction:
    action = QAction(entry.words, parent)
    action.setObjectName(entry.name)
    action.setShortcuts([QKeySequence(key) for key in entry.keys])
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    action.setToolTip(entry.tip)
    action.setStatusTip(entry.tip)
    parent.addAction(action)
    return action


def go_on(session: Session, direction: Literal[1, -1]) -> None:
    """To the next (previous) flagged text by rank; through the whole ranking where nothing is flagged."""
    session.store.dispatch(op.step(direction=direction, flagged_only=session.state.flag_count > 0))


def decide_current(session: Session, flag: bool | None) -> None:
    """Flag (True) or clear (False) the current text by hand, or give it back to the threshold (None)."""
    if session.state.current is not None:
        session.store.dispatch(op.override_flags(rows=[session.state.current], flag=flag))


def review_deeds(session: Session) -> dict[str, Callable[[], None]]:
    """What the review actions do."""
    return {
        "next": lambda: go_on(session, 1),
        "previous": lambda: go_on(session, -1),
        "flag": lambda: decide_current(session, True),
        "clear": lambda: decide_current(session, False),
        "undecide": lambda: decide_current(session, None),
    }
