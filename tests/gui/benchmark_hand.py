"""What a hand does in the benchmark panel, and what it says."""

from __future__ import annotations

import csv

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidgetItem, QPushButton, QTableView, QTabWidget
from window_driver import Driver

from explorer.app.benchmark_view import BenchmarkView
from explorer.gui.benchmark.ticks import TickList
from explorer.gui.panels.benchmark_panel import BenchmarkPanel
from explorer.gui.widgets.heat_map import HeatMap

LEFT = Qt.MouseButton.LeftButton


def panel(driver: Driver) -> BenchmarkPanel:
    return driver.window.findChildren(BenchmarkPanel)[0]


def said(driver: Driver) -> str:
    """Every sentence of the panel that can be seen."""
    return " | ".join(label.text() for label in panel(driver).findChildren(QLabel) if label.isVisible())


def pages(driver: Driver) -> QTabWidget:
    return driver.control(QTabWidget, "Benchmark")


def heat(driver: Driver) -> HeatMap:
    return panel(driver).findChildren(HeatMap)[0]


def table(driver: Driver) -> QTableView:
    return driver.control(QTableView, "Table of the results")


def cells_of(view: QTableView) -> list[list[str]]:
    model = view.model()
    return [
        [str(model.index(row, place).data()) for place in range(model.columnCount())] for row in range(model.rowCount())
    ]


def listed(driver: Driver) -> list[list[str]]:
    return cells_of(table(driver))


def press(driver: Driver, name: str) -> None:
    driver.qtbot.mouseClick(driver.control(QPushButton, name), LEFT)


def item(ticks: TickList, key: str) -> QListWidgetItem:
    return next(
        ticks.item(place) for place in range(ticks.count()) if ticks.item(place).data(Qt.ItemDataRole.UserRole) == key
    )


def tick(driver: Driver, name: str, *keys: str) -> None:
    """Tick these entries of a list and untick the others, one by one."""
    ticks = driver.control(TickList, name)
    for key in ticks.keys:
        item(ticks, key).setCheckState(Qt.CheckState.Checked if key in keys else Qt.CheckState.Unchecked)


def ask_for(driver: Driver, *detectors: str) -> None:
    tick(driver, "Encoders", "lexical")
    tick(driver, "Detectors", *detectors)


def view(driver: Driver) -> BenchmarkView:
    found = driver.state.benchmark
    assert found is not None
    return found


def finished(driver: Driver) -> bool:
    found = driver.state.benchmark
    assert found is None or not found.problem, found
    return found is not None and found.job is None


def results(driver: Driver) -> list[dict[str, str]]:
    with (view(driver).folder / "results.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
