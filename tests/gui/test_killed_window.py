"""The window's process is killed in the middle of work: the next start offers the project, with all that was done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from window_driver import Driver

from explorer.app.headless import run_corpus
from explorer.app.settings import load_settings
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan

WORKING = """
import sys
from pathlib import Path
import numpy as np
from PySide6.QtCore import QTimer
from explorer.app import filtering, marking, operations as op
from explorer.app.settings import load_settings, save_settings
from explorer.core.query.predicates import Rows
from explorer.gui.application import make_application, make_window

app = make_application("light")
made = make_window(load_settings(), save_settings, projects=Path(sys.argv[1]).parent)
made.window.show()
made.window.open_path(Path(sys.argv[1]))
dispatch, done = made.session.store.dispatch, [0]

def act():
    state, row = made.session.state, done[0]
    if state.results.layout is None:
        return
    if row == 0:
        dispatch(marking.add_label(name="spam"))
    dispatch(op.set_current(row=row))
    dispatch(marking.give_label(rows=np.array([row]), name="spam"))
    print(row, flush=True)
    if row % 5 == 0:
        dispatch(filtering.set_filters(filters=filtering.Filters()))
        dispatch(filtering.add_filter(predicate=Rows.of("few", np.arange(row + 1), state.rows)))
    done[0] += 1

timer = QTimer()
timer.timeout.connect(act)
timer.start(2)
app.exec()
"""


@pytest.fixture
def project(small_csv: Path, tmp_path: Path) -> Path:
    made = run_corpus(small_csv, tmp_path / "out", Roles(("question",), id="ticket"), Plan(encoder="lexical"))
    return made.project


def work_and_be_killed(project: Path, moment: float) -> int:
    """The last row that the window said it had labelled before it was killed, ``moment`` seconds after the first."""
    command = [sys.executable, "-W", "ignore", "-c", WORKING, str(project)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as window:
        assert window.stdout is not None
        said = [window.stdout.readline()]
        time.sleep(moment)
        os.kill(window.pid, signal.SIGKILL)
        said += window.stdout.readlines()
    return int(said[-1])


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_done_is_there_again(qtbot: QtBot, project: Path, tmp_path: Path, seed: int) -> None:
    last = work_and_be_killed(project, random.Random(seed).uniform(0.0, 0.4))
    settings = load_settings()
    assert settings.unfinished == str(project)
    driver = Driver(qtbot, tmp_path / "projects", settings)
    qtbot.mouseClick(driver.control(QPushButton, "Go on with what was open"), Qt.MouseButton.LeftButton)
    driver.until(driver.complete)
    labelled = np.flatnonzero(driver.state.label_bits).tolist()
    assert labelled in (list(range(last + 1)), list(range(last + 2)))  # the second: killed before it could say so
    assert driver.state.history.undo != "" and len(driver.state.filters.chips) <= 1
    driver.close()
    assert driver.saved[-1].unfinished == ""
