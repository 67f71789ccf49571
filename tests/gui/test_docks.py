"""Panels are pulled about, floated, closed and put back with the mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QDockWidget
from pytestqt.qtbot import QtBot
from window_driver import Driver

from tests.soak.hands import Hands, Steps, turn

ACTIONS = 60
TITLE = QPoint(30, 8)


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path) -> Iterator[Driver]:
    made = Driver(qtbot, tmp_path / "projects")
    yield made
    made.close()


def pull(driver: Driver, hands: Hands, random: np.random.Generator) -> Steps:
    """Take a panel by its title to somewhere in the window, or press a button of its title."""
    seen = [dock for dock in driver.window.findChildren(QDockWidget) if not dock.visibleRegion().isEmpty()]
    if not seen:
        return
    dock = seen[random.integers(len(seen))]
    way = random.integers(4)
    if way < 2 and not dock.isFloating():
        size = driver.window.size()
        goal = QPoint(int(random.integers(20, size.width() - 20)), int(random.integers(40, size.height() - 20)))
        there = dock.mapFrom(driver.window, goal)
        yield from hands.drag(dock, [TITLE, TITLE + QPoint(15, 15), (TITLE + there) / 2, there])
    else:
        name = f"qt_dockwidget_{'float' if way == 2 else 'close'}button"
        hands.click(dock.findChild(QAbstractButton, name))
        yield


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_panels_that_were_pulled_about_can_be_put_back(driver: Driver, seed: int) -> None:
    hands, random = Hands(driver.window), np.random.default_rng(seed)
    moved = 0
    for _ in range(ACTIONS):
        for _ in pull(driver, hands, random):
            turn(8)
        docks = driver.window.findChildren(QDockWidget)
        moved += any(dock.isFloating() or dock.isHidden() for dock in docks)
        if random.random() < 0.15:
            driver.window.actions_by_name["reset_panels"].trigger()
            wrong = [dock for dock in docks if dock.isFloating() or not dock.toggleViewAction().isChecked()]
            assert not wrong, [dock.windowTitle() for dock in wrong]
    assert moved > ACTIONS / 3, "panels must have been moved for this to say anything"
    hands.rest()
