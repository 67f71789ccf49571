"""A small finished project with dates and amounts, and a map panel that shows a copy of it."""

from __future__ import annotations

import csv
import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from map_desk import ROWS, START, MapDriver
from pytestqt.qtbot import QtBot

from explorer.app.headless import run_corpus
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from tests.conftest import sample_rows


@pytest.fixture(scope="package")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished project of questions with dates and amounts; tests work on copies."""
    folder = tmp_path_factory.mktemp("map")
    rows = [
        {
            **row,
            "written": str(START + datetime.timedelta(days=place)),
            "amount": str(7 * place % ROWS * 1.5),
            "same": "x",
        }
        for place, row in enumerate(sample_rows(ROWS))
    ]
    rows[3]["written"] = rows[3]["amount"] = ""
    with (folder / "questions.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    roles = Roles(("question",), id="ticket", label="intent", date="written")
    return run_corpus(folder / "questions.csv", folder, roles, Plan(encoder="lexical", flag_share=0.05)).project


@pytest.fixture
def driver(qtbot: QtBot, computed: Path, tmp_path: Path) -> Iterator[MapDriver]:
    made = MapDriver(qtbot, tmp_path / "projects")
    made.open(Path(shutil.copytree(computed, tmp_path / "questions.textmap")))
    yield made
    made.close()
