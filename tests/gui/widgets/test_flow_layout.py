from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.gui.widgets.flow_layout import FlowLayout


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    host = QWidget()
    qtbot.addWidget(host)
    flow = FlowLayout(host, spacing=8)
    for _ in range(5):
        box = QPushButton()
        box.setFixedSize(100, 20)
        flow.addWidget(box)
    host.resize(350, 200)
    host.show()
    qtbot.waitExposed(host)
    return host


def _places(host: QWidget) -> list[tuple[int, int]]:
    host.layout().activate()
    return [(box.x(), box.y()) for box in host.findChildren(QPushButton) if box.isVisible()]


def test_widgets_flow_into_lines_and_the_height_follows(host: QWidget) -> None:
    assert _places(host) == [(0, 0), (108, 0), (216, 0), (0, 28), (108, 28)]
    assert host.layout().heightForWidth(350) == 48
    assert host.layout().heightForWidth(532) == 20
    assert host.layout().heightForWidth(531) == 48
    assert host.layout().sizeHint().width() == 532


def test_hidden_widgets_leave_no_gap(host: QWidget) -> None:
    host.findChildren(QPushButton)[1].hide()
    assert _places(host) == [(0, 0), (108, 0), (216, 0), (0, 28)]


def test_a_widget_can_be_put_between_others(host: QWidget) -> None:
    box = QPushButton()
    box.setFixedSize(50, 20)
    host.layout().insert_widget(1, box)
    box.show()
    host.layout().activate()
    assert (box.x(), box.y()) == (108, 0)
    assert host.layout().count() == 6
    host.layout().removeWidget(box)
    assert host.layout().count() == 5


def test_right_to_left_is_mirrored(host: QWidget) -> None:
    host.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    host.layout().invalidate()
    assert _places(host)[:4] == [(250, 0), (142, 0), (34, 0), (250, 28)]


def test_a_wide_widget_keeps_its_line_in_a_narrow_window(host: QWidget) -> None:
    host.resize(60, 300)
    assert [x for x, _ in _places(host)] == [0] * 5


def test_a_widget_that_was_taken_away_needs_no_room_any_more(host: QWidget) -> None:
    layout = host.layout()
    before = layout.sizeHint().width()
    taken = layout.takeAt(0)
    assert taken is not None and layout.sizeHint().width() < before
    layout.addItem(taken)
    assert layout.sizeHint().width() == before
