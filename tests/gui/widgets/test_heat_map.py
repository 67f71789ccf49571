"""The heat map by itself: where its cells lie, how they look, and how one walks through them."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QToolTip
from pytestqt.qtbot import QtBot

from explorer.gui.theme import DARK, LIGHT, apply_theme, contrast
from explorer.gui.widgets.colour_scales import scale_colours
from explorer.gui.widgets.heat_map import HeatCell, HeatMap, heat_area

ROWS, COLUMNS = ("MiniLM", "Lexical"), ("knn", "lof", "autoencoder")
CELLS = (
    (
        HeatCell("measured", 0.9, "0.900", "MiniLM with knn: AUROC 0.900", strong=True),
        HeatCell("measured", 0.5, "0.500", "MiniLM with lof: AUROC 0.500"),
        HeatCell("guessed", 0.8, "0.80\n± 0.05", "MiniLM with autoencoder: predicted"),
    ),
    (
        HeatCell("measured", 0.7, "0.700", "Lexical with knn: AUROC 0.700"),
        HeatCell("failed", math.nan, "failed", "Lexical with lof: it does not converge"),
        HeatCell(tip="Lexical with autoencoder: not measured"),
    ),
)


@pytest.fixture
def heat(qtbot: QtBot, qapp: QApplication) -> HeatMap:
    apply_theme(qapp, "light")
    widget = HeatMap()
    qtbot.addWidget(widget)
    widget.set_cells("AUROC", ROWS, COLUMNS, CELLS)
    widget.resize(widget.sizeHint())
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def corner(heat: HeatMap, row: int, column: int) -> QColor:
    """The colour of a cell beside its words."""
    return heat.grab().toImage().pixelColor(heat.rect_of((row, column)).topLeft() + QPoint(5, 5))


def test_a_measured_cell_has_the_colour_of_its_value(heat: HeatMap) -> None:
    scale = [QColor(*map(int, rgb)) for rgb in scale_colours("viridis")[:, :3]]
    assert heat.value_range == (0.5, 0.9)
    assert corner(heat, 0, 0).name() == scale[-1].name()
    assert corner(heat, 0, 1).name() == scale[0].name()
    assert corner(heat, 1, 0).name() == scale[round((0.7 - 0.5) / (0.9 - 0.5) * (len(scale) - 1))].name()


def test_a_guess_is_framed_not_filled(heat: HeatMap) -> None:
    assert corner(heat, 0, 2).name() == LIGHT.surface


@pytest.mark.parametrize("dark", [False, True])
def test_words_can_be_read_on_every_colour_of_the_scale(dark: bool) -> None:
    for rgb in scale_colours("viridis", dark=dark)[:, :3]:
        ground = QColor(*map(int, rgb)).name()
        assert max(contrast("#000000", ground), contrast("#ffffff", ground)) >= 4.5


def test_the_arrows_go_from_cell_to_cell_and_stay_inside(qtbot: QtBot, heat: HeatMap) -> None:
    gone: list[tuple[int, int]] = []
    heat.setFocus()
    heat.set_current(None)
    heat.current_changed.connect(lambda row, column: gone.append((row, column)))
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_PageUp):
        qtbot.keyClick(heat, key)
    assert gone == [(0, 0), (0, 1), (1, 1), (1, 2), (0, 2)]
    assert heat.current == (0, 2)
    assert heat.accessibleDescription() == CELLS[0][2].tip


def test_enter_and_a_double_click_choose_a_cell(qtbot: QtBot, heat: HeatMap) -> None:
    heat.set_current((1, 0))
    with qtbot.waitSignal(heat.chosen) as entered:
        qtbot.keyClick(heat, Qt.Key.Key_Return)
    assert entered.args == [1, 0]
    with qtbot.waitSignal(heat.chosen) as clicked:
        qtbot.mouseDClick(heat, Qt.MouseButton.LeftButton, pos=heat.rect_of((0, 1)).center())
    assert clicked.args == [0, 1]


def test_a_click_goes_to_the_cell_and_beside_the_cells_to_none(qtbot: QtBot, heat: HeatMap) -> None:
    qtbot.mouseClick(heat, Qt.MouseButton.LeftButton, pos=heat.rect_of((1, 2)).center())
    assert heat.current == (1, 2)
    qtbot.mouseClick(heat, Qt.MouseButton.LeftButton, pos=QPoint(3, heat.height() - 3))
    assert heat.current == (1, 2)


def test_going_to_a_cell_from_elsewhere_tells_nobody(heat: HeatMap) -> None:
    told: list[object] = []
    heat.current_changed.connect(lambda *spot: told.append(spot))
    heat.set_current((1, 1))
    heat.set_current((7, 7))
    assert told == [] and heat.current is None


def test_the_current_cell_is_kept_by_name_when_columns_come(heat: HeatMap) -> None:
    heat.set_current((1, 0))
    heat.set_cells("AUROC", ROWS, ("ecod", *COLUMNS), [(HeatCell(), *row) for row in CELLS])
    assert heat.current == (1, 1)
    heat.set_cells("AUROC", ("MiniLM",), COLUMNS, CELLS[:1])
    assert heat.current is None


def test_the_tooltip_says_everything_about_a_cell(qtbot: QtBot, heat: HeatMap) -> None:
    place = heat.rect_of((1, 1)).center()
    QApplication.sendEvent(heat, QHelpEvent(QHelpEvent.Type.ToolTip, place, heat.mapToGlobal(place)))
    assert QToolTip.text() == "Lexical with lof: it does not converge"
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_nothing_to_show_is_no_error(qtbot: QtBot, heat: HeatMap) -> None:
    heat.set_cells("AUROC", (), (), ())
    qtbot.keyClick(heat, Qt.Key.Key_Right)
    heat.grab()
    assert heat.current is None and all(map(math.isnan, heat.value_range))


def test_values_that_are_all_the_same_have_a_colour(heat: HeatMap) -> None:
    heat.set_cells("AUROC", ("MiniLM",), ("knn",), [[HeatCell("measured", 0.5, "0.500")]])
    assert corner(heat, 0, 0).name() != LIGHT.surface


def test_keys_scroll_to_the_cell_and_the_names_stay_in_sight(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    heat = HeatMap()
    area: QScrollArea = heat_area(heat)
    qtbot.addWidget(area)
    rows = [f"encoder {place}" for place in range(20)]
    columns = [f"detector {place}" for place in range(20)]
    heat.set_cells("AUROC", rows, columns, [[HeatCell("measured", 0.5, "0.500") for _ in columns] for _ in rows])
    area.resize(300, 160)
    area.show()
    qtbot.waitExposed(area)
    heat.setFocus()
    qtbot.keyClick(heat, Qt.Key.Key_End)
    qtbot.keyClick(heat, Qt.Key.Key_PageDown)
    assert heat.current == (19, 19)
    seen = heat.visibleRegion().boundingRect()
    assert seen.contains(heat.rect_of((19, 19)))
    # What lies under the names is no cell, and the names cover it.
    assert heat.spot_at(seen.topLeft() + QPoint(2, 2)) is None
    assert area.grab().toImage().pixelColor(4, 4).name() == DARK.surface
    qtbot.keyClick(heat, Qt.Key.Key_Home)
    left = heat.visibleRegion().boundingRect()
    assert heat.rect_of((19, 0)).left() >= left.left()
