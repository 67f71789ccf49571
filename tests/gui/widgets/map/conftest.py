"""A small map that is shown."""

from __future__ import annotations

import numpy as np
import pytest
from map_driver import BLUE, SQUARE
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.gui.theme import apply_theme
from explorer.gui.widgets.map.view import MapView


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> MapView:
    apply_theme(qapp, "light")
    view = MapView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def square(view: MapView) -> MapView:
    view.set_positions(SQUARE)
    view.set_colours(np.tile(np.array(BLUE, np.uint8), (5, 1)))
    return view
