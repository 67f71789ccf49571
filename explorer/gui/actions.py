"""What can be done from a menu, a key or the command palette: each action once, with its words and its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from explorer.app import curating, filtering, marking, triage
from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.reporting import can_report
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.query.predicates import Filters
from explorer.gui.row_menu import show_only

Deeds = Mapping[str, Callable[[], object]]


@dataclass(frozen=True)
class Described:
    """An action before Qt knows it. ``keys`` are portable names; the first one is shown in menus and tooltips."""

    name: str
    words: str
    keys: tuple[str, ...]
    tip: str


SEPARATOR = Described("", "", (), "")

FILE = (
    Described("open", "&Open…", ("Ctrl+O",), "Open a file of texts: CSV, JSON, Parquet, Excel, plain text"),
    Described("open_folder", "Open a &folder of texts…", (), "Open a folder of .txt files"),
    Described("open_project", "Open &project…", ("Ctrl+Shift+O",), "Go on with a project folder (.textmap)"),
    Described("sample", "Open the &sample", (), "13,123 real questions to a bank, and some texts that do not belong"),
    SEPARATOR,
    Described("add_texts", "&Add texts to this corpus…", (), "More rows of the same kind; the map stays where it is"),
    SEPARATOR,
    Described("export", "&Export report…", ("Ctrl+E",), "Write the CSV report and its manifest"),
    Described("export_rows", "Export &rows…", ("Ctrl+Shift+E",), "The selected rows or all, as CSV, JSONL or Parquet"),
    Described("export_corrected", "Export the &corrected corpus…", (), "Its own columns and format, your labels in it"),
    Described("export_page", "Export a page for &people…", (), "One HTML file that opens anywhere, offline"),
    Described("export_picture", "Export the map as a pict&ure…", (), "PNG or SVG, any size, with legend and title"),
    SEPARATOR,
    Described("quit", "&Quit", ("Ctrl+Q",), "Close the window; everything is saved"),
)

EDIT = (
    Described("undo", "&Undo", ("Ctrl+Z",), "Take back the last action, also one of an earlier day"),
    Described("redo", "&Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Do again what was undone"),
    SEPARATOR,
    Described("find", "&Find…", ("Ctrl+F",), "Search the texts: words, a phrase, a pattern, a meaning"),
    Described("find_next", "Find &next", ("F3",), "Go to the next text found"),
    Described("find_previous", "Find pre&vious", ("Shift+F3",), "Go to the text found before"),
    SEPARATOR,
    Described("select_shown", "Select &all shown", ("Ctrl+Shift+A",), "Select every text that the filters let through"),
    Described("select_window", "Select what the &map shows", (), "Select the texts in the part of the map seen"),
    Described("invert", "&Invert the selection", ("Ctrl+Shift+I",), "Select the texts shown that are not selected"),
    Described("grow", "&Grow to neighbours", ("Ctrl+G",), "Add the nearest neighbours of what is selected"),
    Described("select_none", "Select n&othing", ("Ctrl+Shift+D",), "Clear the selection"),
    SEPARATOR,
    Described("filter_selection", "Show only the &selection", ("Ctrl+Shift+F",), "Make the selection a filter"),
    Described("clear_filters", "Remove all fi&lters", (), "Show everything that is not in the trash"),
)

REVIEW = (
    Described("next", "&Next flagged", ("N",), "Go to the next flagged text, by rank"),
    Described("previous", "&Previous flagged", ("P",), "Go to the flagged text before, by rank"),
    Described("next_new", "Next not &reviewed", ("Shift+N",), "Go to the next flagged text that is not decided"),
    Described("confirm_on", "Confirm and go &on", ("Shift+C",), "Flag it by hand and go to the next one not reviewed"),
    Described("dismiss_on", "Fine an&d go on", ("Shift+F",), "Clear it by hand and go to the next one not reviewed"),
    Described("next_text", "Next &text in the table", ("Alt+Down",), "Go to the next text of the documents table"),
    Described("previous_text", "Previous te&xt in the table", ("Alt+Up",), "Go to the text before in the table"),
    Described("back", "Text &before", ("Alt+Left",), "Go back to the text that was shown before"),
    SEPARATOR,
    Described("flag", "&Confirm: flag it", ("C",), "Flag the text, or all that are selected, by hand"),
    Described("clear", "&Fine: clear it", ("F",), "Clear the text, or all that are selected, by hand: not flagged"),
    Described("undecide", "Take &back the decision", ("U",), "Nothing is decided by hand: the threshold says again"),
    SEPARATOR,
    Described("accept_label", "&Accept the suggested label", ("A",), "Correct the corpus's label as suggested"),
    Described("reject_label", "The label is ri&ght as it is", ("R",), "Reject what is suggested instead of the label"),
    Described("undecide_label", "Take back the label dec&ision", ("Shift+A",), "The label is open again"),
    SEPARATOR,
    Described("note", "&Write a note", ("E",), "Write a note on the current text"),
    Described("new_label", "New &label…", ("Ctrl+L",), "Make a label of your own, with a key"),
    Described("trash", "Move to t&rash", ("Del",), "Hide the text, or the selection; it can be restored"),
    Described("restore", "Re&store from the trash", ("Shift+Del",), "Take the text, or the selection, out of it"),
)

VIEW = (
    Described("palette", "&Command palette…", ("Ctrl+Shift+P",), "Every action by words of its name"),
    Described("fit", "Show the &whole map", ("Ctrl+0",), "Zoom out until everything is seen"),
    Described("reset_panels", "&Reset the panels", (), "Put every panel back to its first place"),
    Described("full_screen", "&Full screen", ("F11",), "Use the whole screen, or go back"),
)

HELP = (
    Described("guide", "&Guide", ("F1",), "How to find what does not belong, in a minute"),
    Described("shortcuts", "&Shortcuts…", ("Ctrl+/",), "Every key in one list; change them, print them"),
    Described("about", "&About", (), "Version, licence and what is inside"),
)

MENUS: Mapping[str, Sequence[Described]] = {
    "&File": FILE,
    "&Edit": EDIT,
    "&View": VIEW,
    "&Review": REVIEW,
    "&Help": HELP,
}


def make_actions(parent: QWidget, keys: Mapping[str, Sequence[str]]) -> dict[str, QAction]:
    """Qt's actions of every menu by name; they belong to ``parent`` and answer their keys anywhere in its window.

    keys : those that the person chose instead of the usual ones, by name.
    """
    return {entry.name: make_action(parent, entry, keys.get(entry.name)) for entry in all_described()}


def all_described() -> Iterable[Described]:
    """Every action of every menu."""
    return (entry for entries in MENUS.values() for entry in entries if entry is not SEPARATOR)


def make_action(parent: QWidget, entry: Described, keys: Sequence[str] | None = None) -> QAction:
    """One action of Qt."""
    action = QAction(entry.words, parent)
    action.setObjectName(entry.name)
    action.setShortcuts([QKeySequence(key) for key in (entry.keys if keys is None else keys)])
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    action.setToolTip(entry.tip)
    action.setStatusTip(entry.tip)
    parent.addAction(action)
    return action


def plain(words: str) -> str:
    """An action's words without the mark of its mnemonic."""
    return words.replace("&&", "\0").replace("&", "").replace("\0", "&")


# --- what they do -------------------------------------------------------------------------------


def go_on(session: Session, direction: Literal[1, -1]) -> None:
    """To the next (previous) flagged text by rank; through the whole ranking where nothing is flagged."""
    session.store.dispatch(op.step(direction=direction, flagged_only=session.state.flag_count > 0))


def decide(session: Session, flag: bool | None) -> None:
    """Flag (True) or clear (False) the targets by hand, or give them back to the threshold (None)."""
    session.store.dispatch(op.override_flags(rows=session.state.targets, flag=flag))


def trash(session: Session, *, put: bool) -> None:
    """Move the targets to the trash, or restore them."""
    session.store.dispatch(marking.put_in_trash(rows=session.state.targets, trash=put))


def filter_selection(session: Session) -> None:
    """Show only what is selected, as a chip that can be switched off."""
    state = session.state
    if state.selected.size:
        show_only(session, state.selected)


def session_deeds(session: Session) -> Deeds:
    """What the actions do that need nothing but the session."""
    dispatch = session.store.dispatch
    return {
        "undo": session.undo,
        "redo": session.redo,
        "select_shown": lambda: dispatch(op.select_shown()),
        "invert": lambda: dispatch(op.invert_selection()),
        "grow": lambda: dispatch(op.grow_selection()),
        "select_none": lambda: dispatch(op.select(rows=[])),
        "filter_selection": lambda: filter_selection(session),
        "clear_filters": lambda: dispatch(filtering.set_filters(filters=Filters())),
        "next": lambda: go_on(session, 1),
        "previous": lambda: go_on(session, -1),
        "next_new": lambda: dispatch(triage.next_unreviewed(direction=1)),
        "confirm_on": lambda: dispatch(triage.decide_and_go_on(flag=True)),
        "dismiss_on": lambda: dispatch(triage.decide_and_go_on(flag=False)),
        "flag": lambda: decide(session, True),
        "clear": lambda: decide(session, False),
        "undecide": lambda: decide(session, None),
        "accept_label": lambda: dispatch(curating.judge_labels(accept=True)),
        "reject_label": lambda: dispatch(curating.judge_labels(accept=False)),
        "undecide_label": lambda: dispatch(curating.correct_labels(rows=session.state.targets, label=None)),
        "trash": lambda: trash(session, put=True),
        "restore": lambda: trash(session, put=False),
    }


def show_enabled(actions: Mapping[str, QAction], state: AppState, changes: Changes) -> None:
    """Grey what cannot be done now; say what undo and redo would do."""
    if changes & (Changes.CORPUS | Changes.PLAN | Changes.STAGES):
        for name in ("export", "export_rows", "export_page"):
            actions[name].setEnabled(can_report(state))
    open_, scored = state.corpus is not None, state.threshold is not None
    selected, chosen = bool(state.selected.size), bool(state.targets.size)
    decided = bool(state.overrides.holds(state.targets[:1000]).any())
    labels = curating.what_labels_can(state)
    enabled = {
        **dict.fromkeys(("next", "previous", "next_new"), scored),
        **dict.fromkeys(("flag", "clear", "confirm_on", "dismiss_on"), chosen),
        **dict.fromkeys(
            ("add_texts", "export_corrected", "find", "select_shown", "new_label", "next_text", "previous_text"), open_
        ),
        **dict.fromkeys(("export_picture", "select_window", "fit"), state.results.positions is not None),
        **dict.fromkeys(("invert", "select_none", "filter_selection"), selected),
        **dict.fromkeys(("find_next", "find_previous"), bool(state.search.rows.size)),
        "grow": chosen and state.results.graph is not None,
        "undecide": decided,
        "accept_label": labels.accept,
        "reject_label": labels.reject,
        "undecide_label": labels.take_back,
        "clear_filters": bool(state.filters.chips),
        "note": state.current is not None,
        "back": state.current is not None,
        "trash": chosen and not state.in_trash,
        "restore": chosen and bool(state.trashed.size) and bool(state.trashed[state.targets].any()),
        "undo": bool(state.history.undo),
        "redo": bool(state.history.redo),
    }
    for name, on in enabled.items():
        actions[name].setEnabled(on)
    actions["undo"].setText(f"&Undo: {state.history.undo}" if state.history.undo else "&Undo")
    actions["redo"].setText(f"&Redo: {state.history.redo}" if state.history.redo else "&Redo")
