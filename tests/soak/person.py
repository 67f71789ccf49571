"""Somebody with a corpus open in the real window, who does things in any order."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.session import OpenRequest
from explorer.app.settings import Settings
from explorer.app.state import ANOMALY, AppState
from explorer.core.corpus.corpus import Roles
from explorer.core.pipeline import is_complete
from explorer.core.plan import Plan
from explorer.core.query.predicates import Filters
from explorer.gui.application import make_application, make_window, spare_collector
from explorer.gui.map.colouring import LABELS
from explorer.gui.widgets.map.view import MapView
from tests.soak.corpus import write_corpus
from tests.soak.hands import Hands, Steps, turn

PATIENCE = 560.0
SIZE = (1280, 800)
LABELLED = ("spam", "odd", "later")


class Person:
    """``errors`` are those that the window has told of. ``random`` decides everything."""

    def __init__(self, folder: Path, rows: int, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.folder = folder
        self.errors: list[str] = []
        self._known: set[int] = set()
        self.app = make_application("light")
        made = make_window(Settings(), lambda _: None, projects=folder / "projects")
        self.made, self.window, self.session = made, made.window, made.session
        self.window.resize(*SIZE)
        self.window.show()
        spare_collector(self.session)
        self.hands = Hands(self.window)
        self.session.store.subscribe(self._listen)
        file, vectors = write_corpus(folder, rows, seed)
        roles = Roles(("text",), label="lang", date="day")
        self.session.open_corpus(OpenRequest(file, roles, plan=Plan(vectors=str(vectors))))
        self.until(self.complete)
        self.map = self.window.findChildren(MapView)[0]
        self.until(lambda: len(self.map.points) == rows)

    def close(self) -> None:
        self.hands.rest()
        self.made.close()

    def _listen(self, state: AppState, changes: Changes) -> None:
        if changes & Changes.MESSAGES:
            for message in state.messages:
                if message.level == "error" and id(message) not in self._known:
                    self.errors.append(f"{message.what} {message.hint} {message.details}")
            self._known = {id(message) for message in state.messages}

    # --- waiting --------------------------------------------------------------------------------

    @property
    def state(self) -> AppState:
        return self.session.state

    def complete(self) -> bool:
        state = self.state
        return state.corpus is not None and state.job is None and is_complete(state.corpus, state.plan, state.results)

    def until(self, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not ready():
            assert time.monotonic() < end, self.state.messages
            turn(20)

    # --- choosing -------------------------------------------------------------------------------

    def some(self, *choices: str) -> str:
        return str(self.random.choice(choices))

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def count(self, low: int, high: int) -> int:
        return int(self.random.integers(low, high))

    def one_of(self, widgets: list) -> object:
        """One of a list; None of an empty one."""
        return widgets[self.count(0, len(widgets))] if widgets else None

    def spot(self, widget: QWidget, margin: int = 3) -> QPoint:
        width, height = (max(side - margin, margin + 1) for side in (widget.width(), widget.height()))
        return QPoint(self.count(margin, width), self.count(margin, height))

    def action(self, name: str) -> QAction:
        return self.window.actions_by_name[name]

    def front(self, panel: str) -> None:
        self.window.panels.show(panel)

    def take_entry(self, menu: QMenu | None, *, dialogs: bool = False) -> Steps:
        """Any entry of an open menu that can be taken, or none; one that asks for more only where ``dialogs``."""
        if menu is None:
            return
        entries = [
            action for action in menu.actions()
            if action.isEnabled() and not action.isSeparator() and (dialogs or "\u2026" not in action.text())
        ]  # fmt: skip
        chosen = self.one_of(entries) if self.chance(0.8) else None
        if isinstance(chosen, QAction):
            self.hands.click(menu, menu.actionGeometry(chosen).center())
            yield
            if self.chance(0.7) and (inner := self.hands.open_menu()) not in (None, menu):
                yield from self.take_entry(inner, dialogs=dialogs)
        yield from self.hands.close_popups()

    def choose_by_button(self, name: str, *ways: str) -> Steps:
        """Open the menu of a button and choose from it."""
        button = self.hands.find(QToolButton, name)
        yield from self.hands.menu_of(button, lambda menu: self.hands.choose(menu, *ways))

    # --- the same place again -------------------------------------------------------------------

    def tidy(self) -> None:
        """Bring the window to where it was after the start, as far as it can be seen: what is left over is a leak."""
        steps: Steps = self.hands.settle()
        for _ in steps:
            turn(10)
        dispatch = self.session.store.dispatch
        self.session.cancel()
        dispatch(filtering.search(query=None))
        dispatch(filtering.set_filters(filters=Filters()))
        for name, _ in self.state.saved_filters:
            dispatch(filtering.save_filter(name=name, filters=None))
        for label in self.state.labels:
            dispatch(marking.remove_label(name=label.name))
        for name in LABELLED:
            dispatch(marking.add_label(name=name))
        dispatch(marking.show_trash(show=False))
        dispatch(op.select(rows=[]))
        dispatch(op.set_current(row=0))
        # Two colours one after the other: the legend's entries are thrown away, and made again.
        for colour in (LABELS, "lang", ANOMALY):
            dispatch(op.set_colour(colour_by=colour))
            turn(300)
        dispatch(op.hide_entries(names=[]))
        self._tidy_window()

    def _tidy_window(self) -> None:
        self.window.set_theme("light")
        self.window.showNormal()
        self.window.resize(*SIZE)
        self.window.panels.reset()
        plan = self.state.plan
        if plan.layout != "umap":
            self.session.change_plan(Plan(vectors=plan.vectors))
        self.session.compute()
        self.until(self.complete)
        turn(1_500)
