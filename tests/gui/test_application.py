"""The window from its start to its end, as the command line runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QImage, QPainter
from PySide6.QtWidgets import QApplication

from explorer.app.settings import Settings, load_settings
from explorer.gui.application import fits, run_window
from explorer.gui.main_window import MainWindow
from explorer.gui.open_dialog import OpenDialog
from explorer.gui.theme import current_theme


def main_window() -> MainWindow:
    return next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow))


def test_the_window_opens_with_a_file_and_quits(small_csv: Path, tmp_path: Path, qapp: QApplication) -> None:
    seen: list[object] = []
    hook = sys.excepthook

    def look() -> None:
        window = main_window()
        seen.append([dialog.windowTitle() for dialog in window.findChildren(OpenDialog)])
        seen.append(current_theme().dark)
        seen.append(sys.excepthook is not hook)
        for dialog in window.findChildren(OpenDialog):
            dialog.reject()
        window.findChildren(QAction, "quit")[0].trigger()

    QTimer.singleShot(400, look)
    settings = Settings(theme="dark", projects_folder=str(tmp_path / "projects"))
    assert run_window(small_csv, settings) == 0
    assert seen == [[f"Open {small_csv.name}"], True, True]
    assert sys.excepthook is hook
    assert load_settings().geometry != ""
    assert load_settings().theme == "dark"


def test_the_sample_opens_without_a_question(
    small_csv: Path, tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.gui.opening.sample_file", lambda: small_csv)
    seen: list[object] = []

    def look() -> None:
        window = main_window()
        seen.append(window.findChildren(OpenDialog))
        window.close()

    QTimer.singleShot(400, look)
    assert run_window(small_csv, Settings(theme="light", projects_folder=str(tmp_path / "projects"))) == 0
    assert seen == [[]]


@pytest.mark.parametrize(("screen", "fit"), [((1280, 800), False), ((1280, 900), True), ((1024, 1200), False)])
def test_a_window_that_would_hide_its_status_bar_fills_the_screen(screen: tuple[int, int], fit: bool) -> None:
    assert fits(QSize(1280, 800), QSize(*screen)) is fit


def test_qt_keeps_count_of_none(qapp: QApplication) -> None:
    """PySide6 6.12.0 on Python 3.11 lost one reference to None a call: after some 17,000 calls the window died."""
    image = QImage(8, 8, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    calls = 400
    before = sys.getrefcount(None)
    for _ in range(calls):
        painter.fillRect(1, 1, 2, 2, Qt.GlobalColor.black)
    lost = before - sys.getrefcount(None)
    painter.end()
    assert lost < calls / 2


LARGE_ARRAYS = """
import ctypes
import numpy as np
from explorer.gui.application import return_what_is_freed

class Pools(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks",
                                                     "fsmblks", "uordblks", "fordblks", "keepcost")]

def by_themselves():
    libc.mallinfo2.restype = Pools
    return libc.mallinfo2().hblks

libc = ctypes.CDLL(None)
if "told":
    return_what_is_freed()
first = np.ones(1 << 20)
del first  # by its own rules glibc keeps arrays of this size from now on
before = by_themselves()
second = np.ones(1 << 19)
print(by_themselves() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's own habit")
@pytest.mark.parametrize("told", ["told", ""])
def test_large_arrays_go_back_to_the_system(told: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", LARGE_ARRAYS.replace('"told"', repr(told))], capture_output=True, text=True, check=True
    )
    assert int(found.stdout) == (1 if told else 0)
