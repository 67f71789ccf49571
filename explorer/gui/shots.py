"""A picture of the window with a project loaded, made without a display."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler

from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.settings import Settings, ThemeChoice
from explorer.app.state import AppState
from explorer.core.storage import output_errors
from explorer.errors import ExplorerError, OutputError
from explorer.gui.application import Composed, make_application, make_window
from explorer.gui.main_window import SIZE, MainWindow
from explorer.gui.widgets.map.view import MapView

PATIENCE = 600_000
"""Milliseconds after which a picture is given up: a project with work left to do is finished first."""
SETTLE = 600
"""Milliseconds between the last result and the picture: longer than the map's glide."""


def screenshot(project: Path, out: Path, *, theme: ThemeChoice = "light", size: tuple[int, int] = SIZE) -> None:
    """Write a PNG of the window as it looks once everything is there, the strangest text chosen if none was.

    Raises ``ExplorerError`` if the project cannot be opened, ``OutputError`` if the picture cannot be written.
    """
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    make_application(theme)
    before = qInstallMessageHandler(_without_size_hints)
    made = make_window(Settings(theme=theme), lambda _: None, remember=False)
    try:
        made.window.resize(*size)
        made.window.show()
        made.session.open_project(project)
        _wait(made)
        save_picture(made.window, out)
    finally:
        made.close()
        qInstallMessageHandler(before)


def _without_size_hints(kind: QtMsgType, context: QMessageLogContext, words: str) -> None:
    """The offscreen platform complains about every window that it has no use for such hints; nobody can act on it."""
    if "propagateSizeHints" not in words:
        sys.stderr.write(f"{words}\n")


def save_picture(window: MainWindow, out: Path) -> None:
    """What the window shows now, as a PNG. Raises ``OutputError``."""
    with output_errors(out):
        out.parent.mkdir(parents=True, exist_ok=True)
    if not window.grab().save(str(out), "PNG"):
        raise OutputError(f"The picture {out} cannot be written.", "Choose another folder.")


def _wait(made: Composed) -> None:
    """Return when the work is done and the picture stands still; raise what the session has to complain about."""
    loop, timer = QEventLoop(), QTimer()
    timer.setSingleShot(True)
    map_view = made.window.findChild(MapView)
    timer.timeout.connect(lambda: loop.quit() if map_view.points.is_shown else timer.start(SETTLE))
    failed: list[ExplorerError] = []

    def follow(state: AppState, changes: Changes) -> None:
        errors = [message for message in state.messages if message.level == "error"]
        if errors:
            failed.append(ExplorerError(errors[-1].what, errors[-1].hint))
            loop.quit()
        elif not state.is_computing and state.corpus is not None:
            timer.start(SETTLE)
        else:
            timer.stop()

    stop = made.session.store.subscribe(follow)
    QTimer.singleShot(PATIENCE, loop, loop.quit)
    follow(made.session.state, Changes.ALL)
    if not failed:
        loop.exec()
    if not failed and made.session.state.current is None:
        made.session.store.dispatch(op.step(direction=1, flagged_only=made.session.state.flag_count > 0))
        loop.exec()
    stop()
    if failed:
        raise failed[0]
