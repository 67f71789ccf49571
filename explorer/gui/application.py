"""Where the window is put together: application, theme, bridge, session, main window. Imports nothing heavy."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLocale, QSize, QTimer
from PySide6.QtWidgets import QApplication

import explorer
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.settings import APP, Settings, ThemeChoice, load_settings, log_file, save_settings
from explorer.app.state import AppState
from explorer.gui.error_dialog import install_hooks
from explorer.gui.main_window import PROGRAM, MainWindow, SaveSettings
from explorer.gui.qt_bridge import QtBridge
from explorer.gui.theme import apply_theme
from explorer.gui.widgets.map import compiled

HAND_OVER = 0.0001
"""Seconds after which a thread at work lets the window's thread have Python; Python's own 5 ms pile up in a frame."""
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
"""As malloc.h numbers them."""
LARGE = 1 << 20
"""Bytes of an array from which it is taken from the system by itself."""
TITLE_BAR = 40
"""Pixels that the platform's frame takes above and below the window, at most."""


@dataclass(frozen=True)
class Composed:
    """A window with what it stands on. Closing the window closes the session."""

    window: MainWindow
    session: Session
    bridge: QtBridge

    def close(self) -> None:
        """Close everything, whether the window is shown or not. The window cannot be used afterwards."""
        self.window.close()
        self.window.deleteLater()
        self.bridge.close()


def make_application(theme: ThemeChoice = "system") -> QApplication:
    """The application object, made on the first call; dressed in the theme."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication([APP])
    app.setApplicationName(APP)
    app.setApplicationDisplayName(PROGRAM)
    app.setApplicationVersion(explorer.__version__)
    app.setDesktopFileName(APP)
    if QLocale.system().language() == QLocale.Language.C:
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    apply_theme(app, theme)
    sys.setswitchinterval(HAND_OVER)
    return_what_is_freed()
    return app


def make_window(
    settings: Settings,
    save: SaveSettings,
    *,
    projects: Path | None = None,
    log: Path | None = None,
    remember: bool = True,
) -> Composed:
    """The main window over a new session; not shown yet. Needs an application (``make_application``)."""
    bridge = QtBridge()
    session = Session(bridge.post, projects or settings.projects, log, remember=remember)
    return Composed(MainWindow(session, settings, save), session, bridge)


def run_window(path: Path | None = None, settings: Settings | None = None) -> int:
    """Open the window, with a corpus or project if one is given; returns when it is closed."""
    settings = settings or load_settings()
    app = make_application(settings.theme)
    made = make_window(settings, save_settings, log=_log())
    restore_hooks = install_hooks(made.window, made.bridge.post, made.session.say)
    show_window(made.window)
    spare_collector(made.session)
    QTimer.singleShot(0, compiled.load_in_background)
    if path is not None:
        QTimer.singleShot(0, lambda: made.window.open_path(path))
    try:
        return app.exec()
    finally:
        made.close()
        restore_hooks()


def return_what_is_freed() -> None:
    """Have glibc take large arrays from the system one by one and share its pools among threads.

    By its own rules it keeps what is freed for the next array of that size and in a pool for each thread: of a million
    texts, 400 MB more.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):  # another C library
            libc = ctypes.CDLL(None)
            libc.mallopt(M_ARENA_MAX, 2)
            libc.mallopt(M_MMAP_THRESHOLD, LARGE)


def spare_collector(session: Session) -> None:
    """Set aside what is there to stay, now and when the first corpus is computed: it has loaded its libraries by then.

    Python's garbage collector looks through every object there is: 200 ms with all libraries, in the middle of work.
    """

    def follow(state: AppState, changes: Changes) -> None:
        if changes & Changes.JOB and state.corpus is not None and state.job is None:
            unsubscribe()
            gc.freeze()

    gc.freeze()
    unsubscribe = session.store.subscribe(follow)


def show_window(window: MainWindow) -> None:
    """Show the window, filling the screen where it would stick out with its frame: the status bar must be seen."""
    window.show()
    room = window.screen().availableGeometry()
    if not window.isMaximized() and not fits(window.size(), room.size()):
        window.showMaximized()


def fits(window: QSize, room: QSize) -> bool:
    """Whether a window of this size, without its frame, finds room on a screen of that size."""
    return window.width() <= room.width() and window.height() + TITLE_BAR <= room.height()


def _log() -> Path | None:
    """Where the worker's complaints go; a folder that cannot be written must not keep the window from opening."""
    try:
        return log_file()
    except OSError:
        print(f"{APP}: no log can be written", file=sys.stderr)  # noqa: T201 - there is no window yet to say it in
        return None
