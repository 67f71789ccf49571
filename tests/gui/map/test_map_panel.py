"""The map panel over a real session: colours, legend, filters, layouts, axes, timeline, menus, and its memory."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
from map_desk import ROWS, MapDriver
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QPushButton, QToolButton
from pytestqt.qtbot import QtBot
from window_driver import choose, control

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.app.state import ANOMALY
from explorer.core.query.predicates import Chip, Filters, Moments, Range
from explorer.core.query.search import TextQuery
from explorer.gui.map.colouring import LABELS, REGIONS, TRUST
from explorer.gui.map.header import BY_COLUMNS
from explorer.gui.map.pictures import SheetSize, png_bytes
from explorer.gui.map.places import turn_onto, turned
from explorer.gui.map.words import layout_words, trust_tip
from explorer.gui.widgets.legend import Legend
from explorer.gui.widgets.timeline.timeline import Timeline

# --- colours and legend ---------------------------------------------------------------------------


def test_every_choice_of_colour_paints_the_map_and_says_what_it_means(driver: MapDriver) -> None:
    driver.session.store.dispatch(marking.add_label(name="spam"))
    driver.session.store.dispatch(marking.give_label(rows=np.arange(5), name="spam"))
    combo = driver.combo("Colour by")
    choices = [combo.itemData(place) for place in range(combo.count()) if combo.itemData(place)]
    assert {ANOMALY, REGIONS, TRUST, LABELS, "intent", "written", "amount", "source"} <= set(choices)
    assert "same" not in choices
    looks = {}
    for choice in [*choices, ANOMALY]:
        if choice != driver.state.colour_by:
            driver.colour(choice)
        looks[choice] = driver.view.points.rgba.tobytes()
    assert len(set(looks.values())) == len(looks)
    driver.colour(LABELS)
    assert driver.legend()[:2] == ["spam, 5", f"No label, {ROWS - 5}"]
    driver.session.store.dispatch(marking.give_label(rows=np.array([7]), name="spam"))
    driver.until(lambda: driver.legend()[0] == "spam, 6")


def test_a_click_in_the_legend_hides_a_double_click_isolates_and_undo_brings_back(driver: MapDriver) -> None:
    driver.colour("intent")
    colours = driver.panel._colours.shown
    assert colours is not None
    first = colours.categories[0]
    driver.qtbot.mouseClick(driver.row_of_legend(0), Qt.MouseButton.LeftButton)
    assert driver.state.hidden == (first.name,)
    assert not driver.row_of_legend(0).isChecked()
    assert driver.says(f"{ROWS - first.count} of {ROWS} shown")
    assert not (driver.view.points.rgba[colours.rows_of(0), 3] > 0).any()
    driver.qtbot.mouseClick(driver.row_of_legend(0), Qt.MouseButton.LeftButton)
    driver.qtbot.keyClick(driver.row_of_legend(0), Qt.Key.Key_Return)
    assert driver.says(f"{first.count} of {ROWS} shown")
    driver.session.undo()
    assert driver.state.hidden == ()
    assert driver.says(f"{ROWS} shown")
    driver.qtbot.mouseClick(driver.row_of_legend(0), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier)
    assert driver.state.selection.tolist() == colours.rows_of(0).tolist()


def test_a_click_on_an_entry_that_has_just_gone_does_nothing(driver: MapDriver) -> None:
    driver.colour("intent")
    legend = driver.panel.findChildren(Legend)[0]
    for signal in (legend.category_isolated, legend.category_toggled, legend.category_clicked):
        signal.emit(10_000)
    assert driver.state.hidden == () and not driver.state.selection.size


# --- what is shown, selected and found ------------------------------------------------------------


def test_filters_trash_and_search_are_seen_on_the_map_and_counted(driver: MapDriver) -> None:
    dispatch = driver.session.store.dispatch
    dispatch(filtering.add_filter(predicate=Range("amount", 0, 30)))
    driver.until(lambda: driver.state.shown is not None)
    count = driver.state.shown_count
    assert count == 21
    assert driver.says(f"{count} of {ROWS} shown")
    dispatch(marking.put_in_trash(rows=np.array([0])))
    assert driver.says(f"{count - 1} of {ROWS} shown")
    dispatch(filtering.search(query=TextQuery("card")))
    driver.until(lambda: driver.state.search.found is not None)
    assert driver.says(f"{driver.state.search.of} found")
    assert len(np.unique(driver.view.points.rgba[driver.state.shown, 3])) == 2
    driver.panel.select_window()
    assert driver.state.selection.size == count - 1
    assert driver.says(f"{count - 1} selected")


def test_hands_on_the_map_select_and_go_to_texts(driver: MapDriver) -> None:
    view, none, ctrl = driver.view, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
    view.clicked.emit(7, none)
    assert driver.state.current == 7
    assert "Text 7" in view.accessibleDescription()
    for expected in ([9], []):
        view.clicked.emit(9, ctrl)
        assert driver.state.selection.tolist() == expected
    view.selection_dragged.emit(np.arange(10), "replace")
    view.selection_dragged.emit(np.arange(5, 20), "intersect")
    assert driver.state.selection.tolist() == [5, 6, 7, 8, 9]
    view.selection_dragged.emit(np.empty(0, np.int64), "replace")
    assert not driver.state.selection.size
    view.hovered.emit(11)
    assert driver.says("#11 ")
    view.hovered.emit(-1)
    assert not driver.says("#11 ")


def test_tools_and_modes_have_buttons_that_follow_the_keys(driver: MapDriver) -> None:
    driver.tool("Select a lasso").click()
    assert driver.view.tool == "lasso"
    driver.tool("Subtract from the selection").click()
    assert driver.view.mode == "subtract"
    driver.view.set_tool("box")
    assert driver.tool("Select a box").isChecked() and not driver.tool("Select a lasso").isChecked()
    for button in driver.panel.findChildren(QAbstractButton):
        if isinstance(button, QToolButton) and not button.text():
            assert button.accessibleName() and (button.toolTip() or not button.isVisible()), button


def test_the_name_of_a_region_selects_its_texts(driver: MapDriver) -> None:
    layers, regions = driver.panel._layers, driver.state.results.regions
    assert regions is not None
    driver.until(lambda: bool(layers.regions.named.places))
    place = layers.regions.named.places[0]
    driver.view.layer_clicked.emit(layers.regions, place)
    assert driver.state.selection.tolist() == np.flatnonzero(regions.levels[:, 0] == place.region).tolist()


def test_the_menu_decides_on_the_text_or_on_the_selection_it_belongs_to(
    driver: MapDriver, no_stray_qt_messages: list[str]
) -> None:
    driver.session.store.dispatch(marking.add_label(name="spam & more"))
    entries = driver.menu(4)
    entries["Confirm: flag"].trigger()
    assert driver.state.overrides == {4: True}
    entries[""].close()
    driver.session.store.dispatch(op.select(rows=[1, 2, 3]))
    entries = driver.menu(2)
    entries["Label"].menu().actions()[0].trigger()
    assert np.flatnonzero(driver.state.label_bits).tolist() == [1, 2, 3]
    entries["Move to trash"].trigger()
    assert driver.state.trash_count == 3
    entries[""].close()
    entries = driver.menu(-1)
    with driver.qtbot.waitSignal(driver.panel.picture_requested):
        entries["Export the map as a picture…"].trigger()
    entries["Select all texts seen here"].trigger()
    assert driver.state.selection.size == ROWS - 3
    entries[""].close()
    grabbing = "This plugin does not support grabbing"  # what the offscreen platform says of every menu
    assert all(message.startswith(grabbing) for message in no_stray_qt_messages)
    no_stray_qt_messages.clear()


# --- layouts --------------------------------------------------------------------------------------


def test_another_layout_comes_and_its_trust_is_measured(driver: MapDriver) -> None:
    view = driver.view
    assert driver.tool("Trust of the map").text().startswith("trust 0.")
    assert "15 nearest neighbours" in trust_tip(driver.state.results.trust)
    before = view.points.xy.copy()
    choose(driver.combo("Layout"), "pca")
    assert driver.tool("Trust of the map").text() == "trust …"
    assert (view.points.xy == before).all()
    driver.until(driver.complete)
    assert not (view.points.xy == before).all()
    assert driver.tool("Trust of the map").text().startswith("trust 0.")
    assert layout_words(driver.state) == "PCA"
    choose(driver.combo("Layout"), "pca-3d")
    driver.until(driver.complete)
    assert view.in_space
    driver.session.undo()
    driver.until(driver.complete)
    assert not view.in_space
    assert driver.combo("Layout").currentData() == driver.state.plan.layout
    driver.tool("Trust of the map").click()
    assert driver.state.colour_by == TRUST


def test_a_layout_can_be_stopped_and_gone_on_with(driver: MapDriver) -> None:
    choose(driver.combo("Layout"), "tsne")
    driver.until(lambda: driver.tool("Stop the layout").isVisible())
    assert driver.says("running")
    driver.tool("Pause the layout").click()
    assert driver.says("paused")
    driver.tool("Continue the layout").click()
    driver.tool("Stop the layout").click()
    driver.until(lambda: driver.state.job is None)
    if not driver.complete():  # a small map may be finished before it can be stopped
        assert driver.says("stopped")
        assert driver.state.results.layout is not None
        driver.tool("Go on with the layout").click()
    driver.until(driver.complete)
    assert not driver.tool("Go on with the layout").isVisible()


def test_a_map_that_was_mirrored_is_laid_back_onto_the_one_before() -> None:
    old = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32) * (3, 1)
    old = old.astype(np.float32)
    angle = np.deg2rad(130)
    turn = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])
    new = (old @ turn * 7 + 3).astype(np.float32)
    new[4] = np.nan
    back = turned(new, turn_onto(new, old))
    kept = np.isfinite(new).all(axis=1)
    centred = [part[kept] - part[kept].mean(axis=0) for part in (back, old)]
    np.testing.assert_allclose(centred[0] / 7, centred[1], atol=1e-4)
    assert turned(old, np.eye(2)) is old
    assert turned(old, None) is old


def test_two_columns_are_axes_and_leave_the_plan_alone(driver: MapDriver) -> None:
    plan = driver.state.plan
    choose(driver.combo("Layout"), BY_COLUMNS)
    driver.until(lambda: driver.view.axes is not None)
    assert driver.state.plan == plan
    assert driver.says(f"{ROWS - 1} shown") or driver.says(f"{ROWS - 1} of {ROWS} shown")
    assert not driver.tool("Trust of the map").isVisible()
    before = driver.view.points.xy.copy()
    choose(driver.combo("Column up"), "anomaly_score")
    driver.until(lambda: not np.array_equal(driver.view.points.xy, before, equal_nan=True))
    control(driver.panel, QPushButton, "Back to the layout").click()
    driver.until(lambda: driver.view.axes is None)
    driver.until(lambda: bool((driver.view.points.xy == driver.state.results.positions).all()))
    assert driver.combo("Layout").currentData() == plan.layout


# --- timeline -------------------------------------------------------------------------------------


def test_the_timeline_is_one_filter_on_the_column_of_dates(driver: MapDriver) -> None:
    timeline = driver.panel.findChild(Timeline)
    driver.until(lambda: timeline.unit is not None)
    assert "1 text without a date" in timeline.words()
    for end in ("2026-02-01", "2026-01-11"):
        timeline.brushed.emit("2026-01-01", end)
        assert driver.state.filters.chips == (Chip(Moments("written", "2026-01-01", end)),)
    driver.until(lambda: driver.state.shown_count == 9)
    driver.until(lambda: "2026-01-01 to 2026-01-10" in timeline.words())
    driver.session.store.dispatch(filtering.set_filters(filters=Filters()))
    driver.until(lambda: timeline.strip.brush is None)
    timeline.brushed.emit("2026-01-01", "2026-01-02")
    timeline.brushed.emit(None, None)
    assert driver.state.filters.chips == ()


# --- memory and pictures --------------------------------------------------------------------------


def test_the_view_comes_back_and_nonsense_changes_nothing(driver: MapDriver) -> None:
    with driver.qtbot.waitSignal(driver.panel.moved):
        driver.qtbot.keyClick(driver.view, Qt.Key.Key_Plus)
    with driver.qtbot.waitSignal(driver.panel.moved):
        driver.panel._header._options["timeline"].setChecked(False)
    driver.panel._header._options["contours"].setChecked(True)
    kept = json.loads(json.dumps(driver.panel.view_state()))
    driver.panel._header._options["timeline"].setChecked(True)
    driver.panel.fit()
    for nonsense in (None, 3, {"camera": "x", "columns": [1], "regions": "no", "dates": 4}):
        driver.panel.restore_view(nonsense)
    assert driver.panel.findChild(Timeline).isVisible()
    driver.panel.restore_view(kept)
    assert driver.panel.view_state() == kept
    assert not driver.panel.findChild(Timeline).isVisible()
    driver.panel.restore_view({**kept, "columns": ["written", "amount"]})
    driver.until(lambda: driver.view.axes is not None)
    driver.panel.restore_view({"columns": ["gone", "amount"]})
    driver.until(lambda: driver.combo("Column across").currentIndex() >= 0)


def test_the_sheet_says_what_the_map_shows(driver: MapDriver) -> None:
    driver.colour("intent")
    hidden = driver.panel._colours.shown.categories[0].name
    driver.session.store.dispatch(op.hide_entries(names=[hidden]))
    sheet = driver.panel.snapshot().sheet()
    assert sheet.title == "Map of questions.csv"
    assert hidden not in [entry.name for entry in sheet.key.entries]
    assert f"of {ROWS} texts shown" in sheet.words
    assert "Neighbour map" in sheet.words
    picture = QImage.fromData(png_bytes(sheet, SheetSize(900, 600)))
    assert len({picture.pixel(x, y) for x in range(40, 600, 7) for y in range(80, 500, 7)}) > 5


def test_before_there_is_a_map_the_panel_says_what_it_waits_for(qtbot: QtBot, tmp_path: Path) -> None:
    made = MapDriver(qtbot, tmp_path)
    assert made.panel._pages.currentWidget().accessibleName() == "The map"
    assert made.panel.view_state()["columns"] is None
    made.panel.fit()
    made.panel.restore_view({"camera": {"center": [0.0, 0.0]}})
    made.close()


def test_another_corpus_starts_over(driver: MapDriver, computed: Path, tmp_path: Path) -> None:
    driver.colour("intent")
    driver.session.store.dispatch(op.hide_entries(names=[driver.panel._colours.shown.categories[0].name]))
    choose(driver.combo("Layout"), BY_COLUMNS)
    driver.until(lambda: driver.view.axes is not None)
    driver.session.open_project(Path(shutil.copytree(computed, tmp_path / "other.textmap")))
    driver.until(lambda: driver.state.project == tmp_path / "other.textmap" and driver.complete())
    driver.until(lambda: driver.says(f"{ROWS} shown") and driver.view.axes is None)
    assert driver.combo("Colour by").currentData() == ANOMALY
    assert driver.combo("Layout").currentData() == driver.state.plan.layout
