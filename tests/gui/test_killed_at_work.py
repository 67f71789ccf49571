"""The window's process is killed while it embeds, draws the map or exports: the next start takes the work up again."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from window_driver import Driver

from explorer.app.headless import run_corpus
from explorer.app.settings import load_settings
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from tests.conftest import write_sample
from tests.tiny_encoder import tiny_model_folder

ROLES = Roles(("question",), id="ticket")
START = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from explorer.app.opening import OpenRequest
from explorer.app.settings import load_settings, save_settings
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from tests.conftest import sample_rows
from tests.tiny_encoder import tiny_model_folder
from explorer.gui.application import make_application, make_window

app = make_application("light")
made = make_window(load_settings(), save_settings, projects=Path(sys.argv[1]))
made.window.show()
session, said = made.session, []

def say(stage):
    if stage not in said:
        said.append(stage)
        print(stage, flush=True)

timer = QTimer()
timer.timeout.connect(lambda: look())
timer.start(1)
"""
COMPUTING = f"""{START}
session.open_corpus(OpenRequest(Path(sys.argv[2]), Roles(("question",), id="ticket"), plan=Plan(encoder=sys.argv[3])))

def look():
    results, job = session.state.results, session.state.job
    if job is not None and job.message.startswith("Embedding") and 0 < job.fraction:
        say("embedding")
    if results.graph is not None and results.scores and results.layout is None:
        say("layout")

app.exec()
"""
EXPORTING = f"""{START}
made.window.open_path(Path(sys.argv[2]))

def look():
    if session.state.results.layout is not None and session.state.job is None and not said:
        session.export_rows(Path(sys.argv[3]), None)
        say("export")

app.exec()
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_sample(tmp_path / "questions.csv", 2_000)


def killed(script: str, stage: str, *words: object) -> None:
    """Run a window until it says that it is at a stage, and kill it then and there."""
    command = [sys.executable, "-W", "ignore", "-c", script, *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as window:
        assert window.stdout is not None
        said = iter(window.stdout.readline, "")
        assert any(line.strip() == stage for line in said), f"the window ended before {stage}"
        os.kill(window.pid, signal.SIGKILL)


def go_on(qtbot: QtBot, projects: Path) -> Driver:
    driver = Driver(qtbot, projects, load_settings())
    qtbot.mouseClick(driver.control(QPushButton, "Go on with what was open"), Qt.MouseButton.LeftButton)
    driver.until(driver.complete)
    return driver


@pytest.mark.parametrize("stage", ["embedding", "layout"])
def test_a_computation_ends_as_if_nothing_had_happened(qtbot: QtBot, corpus: Path, tmp_path: Path, stage: str) -> None:
    encoder = str(tiny_model_folder(tmp_path / "model"))
    killed(COMPUTING, stage, tmp_path / "projects", corpus, encoder)
    driver = go_on(qtbot, tmp_path / "projects")
    written: list[Path] = []
    driver.session.export_report(tmp_path / "report.csv", on_done=written.append)
    driver.until(lambda: bool(written))
    calm = run_corpus(corpus, tmp_path / "calm", ROLES, Plan(encoder=encoder))
    assert (tmp_path / "report.csv").read_bytes() == calm.report.read_bytes()
    driver.close()


def test_an_export_is_whole_or_not_there(qtbot: QtBot, corpus: Path, tmp_path: Path) -> None:
    made = run_corpus(corpus, tmp_path / "out", ROLES, Plan(encoder="lexical"))
    out = tmp_path / "rows.csv"
    killed(EXPORTING, "export", tmp_path / "projects", made.project, out)
    assert not out.exists() or len(list(csv.DictReader(out.open(encoding="utf-8-sig", newline="")))) == 2_000
    driver = go_on(qtbot, tmp_path / "projects")
    driver.session.export_rows(out, None)
    driver.until(lambda: any(str(out) in message.what for message in driver.state.messages))
    with out.open(encoding="utf-8-sig", newline="") as lines:
        assert len(list(csv.DictReader(lines))) == 2_000
    driver.close()
