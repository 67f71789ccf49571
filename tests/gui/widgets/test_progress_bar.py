"""A bar that moves must not make the rest of the window paint in between."""

from __future__ import annotations

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.gui.widgets.progress_bar import ProgressBar


class Painted(QWidget):
    """Counts how often it is painted."""

    count = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.count += 1


class PaintedBar(ProgressBar):
    count = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.count += 1
        super().paintEvent(event)


def test_a_bar_that_moves_is_painted_in_its_turn_and_nothing_else_with_it(qtbot: QtBot) -> None:
    window, bar, beside = QWidget(), PaintedBar(), Painted()
    layout = QVBoxLayout(window)
    layout.addWidget(bar)
    layout.addWidget(beside, 1)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: bar.count > 0 and beside.count > 0)
    before, moved = beside.count, bar.count
    beside.update()
    for share in (0.1, None, 0.7):
        bar.show_share(share)
    assert (beside.count, bar.count) == (before, moved)
    assert bar.value() / bar.maximum() == 0.7
    qtbot.waitUntil(lambda: beside.count > before and bar.count > moved)
    bar.show_share(None)
    assert bar.maximum() == 0
