from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPlainTextEdit, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.gui.theme import DARK, LIGHT, Theme, apply_theme, contrast, current_theme


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    apply_theme(qapp, "light")


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("token", ["text", "muted_text", "accent", "flag"])
def test_everything_that_is_read_has_enough_contrast(theme: Theme, token: str) -> None:
    assert contrast(getattr(theme, token), theme.surface) >= 4.5
    assert contrast(getattr(theme, token), theme.background) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_selected_text_has_enough_contrast(theme: Theme) -> None:
    assert contrast(theme.accent_text, theme.accent) >= 4.5


@pytest.mark.parametrize(("choice", "theme"), [("light", LIGHT), ("dark", DARK)])
def test_a_forced_theme_reaches_palette_and_widgets(app: QApplication, qtbot: QtBot, choice: str, theme: Theme) -> None:
    apply_theme(app, choice)
    assert current_theme() == theme
    widget = QPlainTextEdit()
    qtbot.addWidget(widget)
    widget.resize(QSize(100, 100))
    assert widget.grab().toImage().pixelColor(50, 50).name() == theme.surface


@pytest.mark.parametrize("make", [QLineEdit, QPlainTextEdit, QCheckBox, QRadioButton], ids=lambda kind: kind.__name__)
def test_outlines_are_seen_in_the_dark_also_after_the_theme_was_changed_twice(
    app: QApplication, qtbot: QtBot, make: type[QWidget]
) -> None:
    for choice in ("dark", "light", "dark"):
        apply_theme(app, choice)
    box = QWidget()
    qtbot.addWidget(box)
    control = make(box)
    box.resize(120, 60)
    control.setGeometry(10, 10, 100, 40)
    picture = box.grab().toImage()
    row = [picture.pixelColor(x, 30).name() for x in range(120)]
    assert max(contrast(colour, DARK.background) for colour in row) >= 3.0
    assert not app.styleSheet()  # it would be worked out for every widget of the window


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_every_pair_of_palette_text_and_ground_has_enough_contrast(app: QApplication, choice: str) -> None:
    apply_theme(app, choice)
    role, palette = QPalette.ColorRole, app.palette()
    pairs = [
        (role.WindowText, role.Window),
        (role.Text, role.Base),
        (role.Text, role.AlternateBase),
        (role.PlaceholderText, role.Base),
        (role.ButtonText, role.Button),
        (role.ToolTipText, role.ToolTipBase),
        (role.HighlightedText, role.Highlight),
        (role.Link, role.Base),
    ]
    for text, ground in pairs:
        assert contrast(palette.color(text).name(), palette.color(ground).name()) >= 4.5, (text, ground)


def test_system_follows_the_system_and_is_heard_once(app: QApplication) -> None:
    apply_theme(app, "dark")
    apply_theme(app, "system")
    apply_theme(app, "system")
    assert current_theme() == LIGHT  # the offscreen platform has no dark scheme
    followers = [child for child in app.children() if type(child).__name__ == "_SchemeFollower"]
    assert len(followers) == 1


def test_an_unknown_choice_is_refused(app: QApplication) -> None:
    with pytest.raises(ValueError, match="system, light, dark"):
        apply_theme(app, "sepia")  # type: ignore[arg-type]
