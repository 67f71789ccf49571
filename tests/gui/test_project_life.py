"""A project over its life: closed and opened again, open elsewhere, stopped and gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDockWidget,
    QPushButton,
    QSpinBox,
)
from window_driver import Driver, choose

from explorer.app import filtering
from explorer.app import operations as op
from explorer.app.project_folder import ProjectFolder
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from explorer.core.query.predicates import Rows
from explorer.core.query.search import TextQuery
from explorer.gui.error_dialog import MessageBar
from explorer.gui.widgets.map.view import MapView

MakeDriver = Callable[..., Driver]


def test_closed_and_opened_again_all_is_as_it_was(make_window_driver: MakeDriver, own_project: Path) -> None:
    driver = make_window_driver()
    driver.open_project(own_project)
    driver.key(Qt.Key.Key_N)
    driver.key(Qt.Key.Key_F)
    driver.key(Qt.Key.Key_N)
    driver.session.store.dispatch(op.set_threshold(value=0.5))
    choose(driver.control(QComboBox, "Colour by"), "intent")
    driver.control(QSpinBox, "Number of neighbours").setValue(7)
    driver.until(lambda: driver.state.neighbours.rows.size == 7)
    before = driver.state
    put_away = driver.window.findChildren(QDockWidget, "dock_corpus")[0]
    put_away.close()
    driver.window.close()
    again = make_window_driver(settings=driver.saved[-1])
    assert not again.window.findChildren(QDockWidget, "dock_corpus")[0].isVisible()
    assert again.window.findChildren(QDockWidget, "dock_text")[0].isVisible()
    again.open_project(own_project)
    after = again.state
    assert after.current == before.current
    assert dict(after.overrides) == dict(before.overrides)
    assert after.threshold == before.threshold
    assert after.plan == before.plan
    assert again.control(QPushButton, "Use the rule's threshold").isEnabled()
    assert after.colour_by == "intent"
    assert after.neighbours.k == 7
    assert after.flagged is not None
    assert before.flagged is not None
    assert np.array_equal(after.flagged, before.flagged)
    assert np.array_equal(after.results.positions, before.results.positions)  # type: ignore[arg-type]
    assert all(record.reused for record in after.results.records)


def test_a_project_that_is_open_elsewhere_is_said(make_window_driver: MakeDriver, own_project: Path) -> None:
    driver = make_window_driver()
    with ProjectFolder.open(own_project):
        driver.window.open_path(own_project)
        bar = driver.window.findChildren(MessageBar)[0]
        driver.until(bar.isVisible)
    assert bar.message is not None
    assert "open in another window" in bar.message.what
    driver.key(Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_cancel_is_answered_at_once_and_the_work_can_go_on(make_window_driver: MakeDriver, small_csv: Path) -> None:
    from explorer.app.opening import OpenRequest

    driver = make_window_driver()
    roles = Roles(("question",), id="ticket", label="intent")
    driver.session.open_corpus(OpenRequest(small_csv, roles, plan=Plan(encoder="lexical")))
    driver.until(lambda: driver.state.corpus is not None and driver.state.job is not None)
    cancel = driver.control(QPushButton, "Cancel the work under way")
    assert cancel.isVisible()
    driver.qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert driver.state.job is None
    assert not cancel.isVisible()
    go_on = driver.control(QPushButton, "Go on with the computation")
    assert go_on.isVisible()
    driver.qtbot.mouseClick(go_on, Qt.MouseButton.LeftButton)
    driver.until(driver.complete)
    assert not go_on.isVisible()
    assert driver.window.findChildren(MapView)[0].isVisible()


def test_the_whole_view_comes_back(at_work: Driver, make_window_driver: MakeDriver) -> None:
    project = at_work.state.project
    at_work.session.store.dispatch(op.select(rows=[3, 9]))
    at_work.session.store.dispatch(filtering.add_filter(predicate=Rows.of("mine", np.arange(50), at_work.state.rows)))
    at_work.until(lambda: at_work.state.shown_count == 50)
    at_work.session.store.dispatch(filtering.search(query=TextQuery("card", "words")))
    at_work.until(lambda: not at_work.state.search.running)
    at_work.map.setFocus()
    at_work.qtbot.keyClick(at_work.map, Qt.Key.Key_Plus)
    camera = at_work.map.view_state()
    at_work.window.close()
    again = make_window_driver()
    again.open_project(project)
    again.until(lambda: again.state.shown_count == 50 and again.state.search.of > 0)
    assert again.state.selection.tolist() == [3, 9]
    assert again.state.search.query == TextQuery("card", "words")
    again.until(lambda: abs(again.map.view_state()["zoom"] - camera["zoom"]) < 1e-3)
