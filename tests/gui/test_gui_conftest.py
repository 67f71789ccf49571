"""The fixtures that guard every GUI test do see what they are there for."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

_GUARDED = """
import subprocess, sys, threading
import pytest
from PySide6.QtCore import qWarning
from PySide6.QtWidgets import QWidget

kept = []

def test_warning():
    qWarning("QPainter::begin: Painter already active")

def test_window():
    kept.append(QWidget())
    kept[-1].show()

def test_process():
    kept.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))

def test_clean(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    thread = threading.Thread(target=lambda: None)
    thread.start()

def test_end():
    kept[-1].kill()
    kept[-1].wait()
    kept.clear()
"""


def test_leftovers_fail_the_test_that_left_them(pytester: pytest.Pytester, request: pytest.FixtureRequest) -> None:
    conftest = request.path.with_name("conftest.py").read_text().replace("_GRACE_SECONDS = 5.0", "_GRACE_SECONDS = 0.2")
    pytester.makeconftest(conftest)
    pytester.makepyfile(_GUARDED)
    pytester.makeini("[pytest]\nqt_api = pyside6\n")
    result = pytester.runpytest_subprocess("-q")
    result.assert_outcomes(passed=5, errors=3)
    result.stdout.fnmatch_lines_random(["ERROR *::test_warning*", "ERROR *::test_window*", "ERROR *::test_process*"])
