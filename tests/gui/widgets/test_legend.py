from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from explorer.gui.widgets.colour_scales import scale_colours
from explorer.gui.widgets.legend import Legend, LegendEntry

LEFT = Qt.MouseButton.LeftButton
ENTRIES = [LegendEntry("spam", 1212, (200, 0, 0, 255)), LegendEntry("a very long name " * 9, 7, (0, 0, 200, 255))]


@pytest.fixture
def legend(qtbot: QtBot) -> Legend:
    legend = Legend()
    qtbot.addWidget(legend)
    legend.setLocale(QLocale("en_GB"))
    legend.resize(220, 200)
    legend.show()
    qtbot.waitExposed(legend)
    return legend


def _rows(legend: Legend) -> list[QAbstractButton]:
    QCoreApplication.sendPostedEvents()  # a layout shows what was added to it by a posted event
    return [row for row in legend.findChildren(QAbstractButton) if row.isVisible()]


def test_categories_have_swatch_name_and_count(legend: Legend) -> None:
    legend.set_categories("label", ENTRIES)
    rows = _rows(legend)
    assert [row.accessibleName() for row in rows] == ["spam, 1,212", f"{ENTRIES[1].name}, 7"]
    assert rows[0].grab().toImage().pixelColor(7, rows[0].height() // 2).name() == "#c80000"
    assert max(row.width() for row in rows) <= 220
    assert ENTRIES[1].name in rows[1].toolTip()


def test_a_click_or_space_asks_to_hide_and_changes_nothing_itself(qtbot: QtBot, legend: Legend) -> None:
    legend.set_categories("label", ENTRIES)
    rows = _rows(legend)
    with qtbot.waitSignal(legend.category_toggled) as caught:
        qtbot.mouseClick(rows[1], LEFT)
    assert caught.args == [1]
    with qtbot.waitSignal(legend.category_toggled) as caught:
        qtbot.keyClick(rows[0], Qt.Key.Key_Space)
    assert caught.args == [0]
    assert all(row.isChecked() for row in rows)


def test_a_hidden_category_looks_hidden(legend: Legend) -> None:
    legend.set_categories("label", ENTRIES)
    row = _rows(legend)[0]
    middle = (7, row.height() // 2)
    legend.set_hidden([0])
    assert not row.isChecked()
    assert row.grab().toImage().pixelColor(*middle).name() != "#c80000", "the swatch is hollow"
    assert "shows it again" in row.toolTip()
    legend.set_hidden([])
    assert row.grab().toImage().pixelColor(*middle).name() == "#c80000"
    legend.set_hidden([1])
    legend.set_categories("label", ENTRIES)
    assert all(row.isChecked() for row in _rows(legend))


def _follow(legend: Legend) -> set[int]:
    """Hide what is asked for, as the window does."""
    hidden: set[int] = set()

    def show(places: set[int]) -> None:
        hidden.clear()
        hidden.update(places)
        legend.set_hidden(hidden)

    legend.category_toggled.connect(lambda place: show(hidden ^ {place}))
    legend.category_isolated.connect(lambda place: show(set(range(3)) - {place}))
    legend.all_requested.connect(lambda: show(set()))
    return hidden


def _double_click(qtbot: QtBot, row: QAbstractButton) -> None:
    qtbot.mouseClick(row, LEFT)
    qtbot.mouseDClick(row, LEFT)


@pytest.mark.parametrize("by_key", [False, True], ids=["double-click", "enter"])
def test_one_category_alone_and_all_again(qtbot: QtBot, legend: Legend, by_key: bool) -> None:
    legend.set_categories("label", [*ENTRIES, LegendEntry("ham", 3, (0, 99, 0, 255))])
    hidden, rows = _follow(legend), _rows(legend)

    def isolate(row: QAbstractButton) -> None:
        qtbot.keyClick(row, Qt.Key.Key_Return) if by_key else _double_click(qtbot, row)

    isolate(rows[1])
    assert hidden == {0, 2}
    isolate(rows[0])
    assert hidden == {1, 2}
    isolate(rows[0])
    assert hidden == set()


def test_the_only_category_can_be_isolated_without_hiding_anything(qtbot: QtBot, legend: Legend) -> None:
    legend.set_categories("label", ENTRIES[:1])
    with qtbot.waitSignal(legend.category_isolated):
        qtbot.keyClick(_rows(legend)[0], Qt.Key.Key_Return)


def test_ctrl_click_selects(qtbot: QtBot, legend: Legend) -> None:
    legend.set_categories("label", ENTRIES)
    with qtbot.waitSignal(legend.category_clicked) as caught, qtbot.assertNotEmitted(legend.category_toggled):
        qtbot.mouseClick(_rows(legend)[1], LEFT, Qt.KeyboardModifier.ControlModifier)
    assert caught.args == [1]


def test_the_menu_offers_what_the_mouse_can_do(qtbot: QtBot, legend: Legend) -> None:
    legend.set_categories("label", ENTRIES)
    menu = legend._menu(1)
    said = {action.text().replace("&", ""): action for action in menu.actions() if action.text()}
    assert list(said) == ["Select these texts", "Hide these", "Show only these", "Show all"]
    assert not said["Show all"].isEnabled()
    with qtbot.waitSignal(legend.category_clicked) as caught:
        said["Select these texts"].trigger()
    assert caught.args == [1]
    legend.set_hidden([1])
    said = {action.text().replace("&", ""): action for action in legend._menu(1).actions()}
    with qtbot.waitSignal(legend.all_requested):
        said["Show all"].trigger()
    with qtbot.waitSignal(legend.category_toggled):
        said["Show these"].trigger()


def test_arrow_keys_go_from_category_to_category(qtbot: QtBot, legend: Legend) -> None:
    legend.set_categories("label", ENTRIES)
    rows = _rows(legend)
    rows[0].setFocus()
    qtbot.keyClick(rows[0], Qt.Key.Key_Down)
    assert rows[1].hasFocus()
    qtbot.keyClick(rows[1], Qt.Key.Key_Down)
    assert rows[0].hasFocus()


def test_a_scale_replaces_categories_and_the_other_way_round(legend: Legend) -> None:
    legend.set_categories("label", ENTRIES)
    legend.set_scale("distance (cosine)", scale_colours(), 0.1, 0.22, 0.9, note="higher = stranger")
    assert _rows(legend) == []
    words = {label.text() for label in legend.findChildren(QLabel) if label.isVisible()}
    assert words == {"distance (cosine)", "higher = stranger"}
    image = legend._bar.grab().toImage()
    ends = [image.pixelColor(x, 6).getRgb()[:3] for x in (2, image.width() - 3)]
    np.testing.assert_allclose(ends, scale_colours()[[0, -1], :3], atol=12)
    assert "0.22" in legend._bar.accessibleName()
    legend.set_categories("label", ENTRIES[:1])
    assert len(_rows(legend)) == 1
    assert not legend._bar.isVisible()


@pytest.mark.parametrize("values", [(np.nan,) * 3, (2.0, 2.0, 2.0), (-1e9, 0.0, 1e-9)])
def test_degenerate_scales(legend: Legend, values: tuple[float, float, float]) -> None:
    legend.set_scale("score", scale_colours(), *values)
    legend.grab()


def test_the_ring_is_explained(legend: Legend) -> None:
    legend.set_flagged_count(2120)
    assert [row.accessibleName() for row in _rows(legend)] == ["flagged, 2,120"]
    legend.clear()
    assert _rows(legend) == []


def test_ends_say_that_there_is_more_beyond_them(legend: Legend) -> None:
    legend.set_scale("score", scale_colours(), 0.1, 0.2, 0.9, beyond=(False, True))
    assert legend._bar.accessibleName() == "Scale from 0.1 to ≥ 0.9, median 0.2"
    legend.set_scale("day", scale_colours(), 1.0, 2.0, 3.0, words=lambda value: f"day {value:.0f}")
    assert legend._bar.accessibleName() == "Scale from day 1 to day 3, median day 2"
    legend.grab()
