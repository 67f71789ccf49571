"""A picture of the window, made without a display."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from explorer.app.headless import run_corpus
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from explorer.errors import ExplorerError, OutputError
from explorer.gui.shots import screenshot


def test_a_picture_of_a_project(small_csv: Path, tmp_path: Path, qapp: QApplication) -> None:
    outcome = run_corpus(small_csv, tmp_path / "out", Roles(("question",)), Plan(encoder="lexical"))
    for theme in ("light", "dark"):
        picture = tmp_path / "pictures" / f"{theme}.png"
        screenshot(outcome.project, picture, theme=theme, size=(1000, 700))  # type: ignore[arg-type]
        image = QImage(str(picture))
        assert (image.width(), image.height()) == (1000, 700)
        colours = {image.pixel(x, y) for x in range(240, 560, 4) for y in range(80, 400, 4)}
        assert len(colours) > 8, "the map is not there"
        brightness = image.pixelColor(4, image.height() // 2).lightness()
        assert (brightness < 128) == (theme == "dark")
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(OutputError):
        screenshot(outcome.project, blocked / "window.png")


def test_what_is_no_project_is_said(tmp_path: Path, qapp: QApplication) -> None:
    with pytest.raises(ExplorerError, match="not a project"):
        screenshot(tmp_path, tmp_path / "window.png")
