"""The command palette in the real window: what is in menus, submenus and on the map, all by name."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QListView
from window_driver import Driver, control

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.app.labels import names_at
from explorer.core.query.predicates import Chip, Filters, Range
from explorer.gui.theme import current_theme


def look_for(driver: Driver, words: str) -> list[str]:
    """Open the palette by its keys, type, and read what it offers."""
    driver.window.activateWindow()
    driver.until(driver.window.isActiveWindow)
    driver.qtbot.keyClick(
        driver.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    driver.qtbot.keyClicks(QApplication.focusWidget(), words)
    found = control(driver.window, QListView, "Commands").model()
    return [str(found.index(place, 0).data()) for place in range(found.rowCount())]


def run(driver: Driver, words: str) -> None:
    assert look_for(driver, words), words
    driver.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("theme dark", "Dark"),
        ("panel report", "Show Report"),
        ("label odd", "odd"),
        ("open recent", "questions"),
        ("density", "Density lines"),
        ("regions", "Names of regions"),
        ("two columns", "Two columns as axes"),
        ("tool lasso", "Tool: Select a lasso"),
        ("subtract", "Draw: Subtract from the selection"),
        ("layout tsne", "Layout: t-SNE"),
        ("colour intent", "Colour by: intent"),
        ("detector lof", "Detector: lof"),
        ("saved cheap", "Saved filters: cheap ones"),
    ],
)
def test_everything_has_a_name(at_work: Driver, words: str, first: str) -> None:
    at_work.session.store.dispatch(marking.add_label(name="odd"))
    cheap = Filters((Chip(Range("amount", None, 5)),))
    at_work.session.store.dispatch(filtering.save_filter(name="cheap ones", filters=cheap))
    assert look_for(at_work, words)[0] == first


def test_what_is_chosen_is_done(at_work: Driver) -> None:
    driver = at_work
    driver.session.store.dispatch(marking.add_label(name="odd"))
    driver.session.store.dispatch(op.set_current(row=5))
    run(driver, "label odd")
    assert names_at(driver.state.label_bits, driver.state.labels, 5) == ("odd",)
    run(driver, "dark")
    assert current_theme().dark
    run(driver, "theme light")
    assert not current_theme().dark
    dock = driver.window.findChildren(QDockWidget, "dock_report")[0]
    assert dock.visibleRegion().isEmpty()
    run(driver, "show report")
    driver.until(lambda: not dock.visibleRegion().isEmpty())
    run(driver, "lasso")
    assert driver.map.tool == "lasso"
    run(driver, "draw add")
    assert driver.map.mode == "add"
    run(driver, "colour intent")
    assert driver.state.colour_by == "intent"


def test_what_can_be_switched_says_whether_it_is_on(at_work: Driver) -> None:
    look_for(at_work, "names of regions")
    assert (
        control(at_work.window, QListView, "Commands").currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
        == "Names of regions, View · Map · on"
    )
    at_work.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    look_for(at_work, "names of regions")
    assert (
        control(at_work.window, QListView, "Commands").currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
        == "Names of regions, View · Map"
    )


def test_nothing_is_found_by_scattered_letters(at_work: Driver) -> None:
    assert look_for(at_work, "xprt") == []
