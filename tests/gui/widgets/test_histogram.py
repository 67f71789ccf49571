from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.gui.theme import DARK, LIGHT, apply_theme
from explorer.gui.widgets.histogram import ScoreHistogram

LEFT = Qt.MouseButton.LeftButton
NO = Qt.KeyboardModifier.NoModifier
SCORES = np.linspace(0, 1, 1001)


@pytest.fixture
def histogram(qtbot: QtBot, qapp: QApplication) -> ScoreHistogram:
    apply_theme(qapp, "light")
    widget = ScoreHistogram()
    qtbot.addWidget(widget)
    widget.resize(500, 200)
    widget.show()
    qtbot.waitExposed(widget)
    widget.set_title("mean distance to 15 neighbours (cosine)")
    widget.set_scores(SCORES)
    widget.set_threshold(0.8)
    return widget


def _handle(histogram: ScoreHistogram) -> QPoint:
    assert histogram.threshold is not None
    return QPoint(round(histogram.x_of(histogram.threshold)), 100)


def _drag(qtbot: QtBot, histogram: ScoreHistogram, by: int, *, release: bool = True) -> None:
    start = _handle(histogram)
    qtbot.mousePress(histogram, LEFT, NO, start)
    for share in (0.25, 0.5, 0.75, 1.0):
        qtbot.mouseMove(histogram, start + QPoint(round(by * share), 0))
    if release:
        qtbot.mouseRelease(histogram, LEFT, NO, start + QPoint(by, 0))


def test_the_label_says_value_and_count(histogram: ScoreHistogram) -> None:
    assert histogram.flagged_count() == 201
    assert histogram.label() == "threshold 0.8 · 201 flagged"
    histogram.set_count_text("203 flagged, 2 by hand")
    assert histogram.label() == "threshold 0.8 · 203 flagged, 2 by hand"
    assert histogram.label() in histogram.accessibleDescription()


def test_dragging_moves_the_count_and_settles_once(qtbot: QtBot, histogram: ScoreHistogram) -> None:
    moved: list[float] = []
    settled: list[float] = []
    histogram.threshold_moved.connect(moved.append)
    histogram.threshold_settled.connect(settled.append)
    _drag(qtbot, histogram, -100)
    assert histogram.threshold is not None
    assert histogram.threshold < 0.7
    assert histogram.flagged_count() == (histogram.threshold <= SCORES).sum()
    assert settled == [histogram.threshold]
    assert moved[-1] == histogram.threshold
    assert len(set(moved)) == len(moved)


def test_moves_are_told_at_most_once_a_frame_and_the_last_is_told(qtbot: QtBot, histogram: ScoreHistogram) -> None:
    histogram._frame.setInterval(60)
    moved: list[float] = []
    histogram.threshold_moved.connect(moved.append)
    _drag(qtbot, histogram, -100, release=False)
    assert len(moved) == 1
    qtbot.waitUntil(lambda: len(moved) == 2)
    assert moved[-1] == histogram.threshold
    qtbot.mouseRelease(histogram, LEFT, NO, _handle(histogram))


def test_the_handle_is_wide_enough_and_the_rest_is_not_a_handle(qtbot: QtBot, histogram: ScoreHistogram) -> None:
    place = _handle(histogram)
    for offset, follows in ((9, True), (30, False)):
        before = histogram.threshold
        qtbot.mousePress(histogram, LEFT, NO, place + QPoint(offset, 0))
        qtbot.mouseMove(histogram, place + QPoint(offset - 20, 0))
        qtbot.mouseRelease(histogram, LEFT, NO, place + QPoint(offset - 20, 0))
        assert (histogram.threshold != before) == follows
        histogram.set_threshold(0.8)


def test_the_line_stays_under_the_pointer_and_inside_the_axis(qtbot: QtBot, histogram: ScoreHistogram) -> None:
    _drag(qtbot, histogram, 5000)
    assert histogram.threshold == pytest.approx(1.0)
    _drag(qtbot, histogram, -5000)
    assert histogram.threshold == pytest.approx(0.0)


def test_an_answer_from_outside_does_not_take_the_line_out_of_the_hand(qtbot: QtBot, histogram: ScoreHistogram) -> None:
    _drag(qtbot, histogram, -100, release=False)
    held = histogram.threshold
    histogram.set_threshold(0.1)
    assert histogram.threshold == held
    qtbot.mouseRelease(histogram, LEFT, NO, _handle(histogram))
    histogram.set_threshold(0.1)
    assert histogram.threshold == 0.1


@pytest.mark.parametrize(
    ("key", "held", "expected"),
    [
        (Qt.Key.Key_Left, NO, 0.795),
        (Qt.Key.Key_Right, NO, 0.805),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 0.85),
        (Qt.Key.Key_PageDown, NO, 0.75),
        (Qt.Key.Key_Home, NO, 0.0),
        (Qt.Key.Key_End, NO, 1.0),
    ],
)
def test_keys_move_the_line_and_it_settles_by_itself(
    qtbot: QtBot, histogram: ScoreHistogram, key: Qt.Key, held: Qt.KeyboardModifier, expected: float
) -> None:
    with qtbot.waitSignals([histogram.threshold_moved, histogram.threshold_settled]):
        qtbot.keyClick(histogram, key, held)
    assert histogram.threshold == pytest.approx(expected)


@pytest.mark.parametrize(("choice", "theme"), [("light", LIGHT), ("dark", DARK)])
def test_bars_right_of_the_line_have_the_flag_colour(
    qapp: QApplication, histogram: ScoreHistogram, choice: str, theme: object
) -> None:
    apply_theme(qapp, choice)
    image = histogram.grab().toImage()
    flag = QColor(theme.flag)
    line = histogram.x_of(0.8)
    columns = {x for x in range(image.width()) for y in range(60, 150) if image.pixelColor(x, y) == flag}
    assert columns
    assert min(columns) >= line - 1
    assert max(columns) > histogram.x_of(0.98)


@pytest.mark.parametrize(
    "scores",
    [np.empty(0), np.full(5, np.nan), np.array([0.4]), np.full(100, 2.0), np.array([np.inf, 1, 2]), np.zeros(3)],
    ids=["none", "nan", "one", "same", "infinite", "zeros"],
)
def test_degenerate_scores(qtbot: QtBot, histogram: ScoreHistogram, scores: np.ndarray) -> None:
    histogram.set_scores(scores)
    histogram.set_threshold(float(scores.max()) if np.isfinite(scores).any() and np.isfinite(scores.max()) else 1.0)
    histogram.grab()
    qtbot.keyClick(histogram, Qt.Key.Key_Left)
    histogram.grab()
    assert histogram.flagged_count() <= len(scores)


def test_without_a_threshold_nothing_can_be_grabbed(qtbot: QtBot, histogram: ScoreHistogram) -> None:
    histogram.set_threshold(None)
    with qtbot.assertNotEmitted(histogram.threshold_moved):
        qtbot.keyClick(histogram, Qt.Key.Key_Left)
        qtbot.mouseClick(histogram, LEFT, NO, QPoint(250, 100))
    assert histogram.flagged_count() == 0
    assert histogram.label() == ""


def test_a_threshold_beyond_a_cut_axis_can_be_set_by_key(qtbot: QtBot, histogram: ScoreHistogram) -> None:
    histogram.set_scores(np.append(SCORES, 1e6))
    histogram.set_threshold(5e5)
    assert histogram.flagged_count() == 1
    qtbot.keyClick(histogram, Qt.Key.Key_Left)
    assert histogram.threshold == pytest.approx(5e5, rel=0.001)
