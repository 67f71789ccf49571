"""Another label column, chosen in the Corpus panel of the real window: every panel follows."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QTableView
from window_driver import Driver, choose

from explorer.app import curating
from explorer.gui.map.colouring import ANOMALY
from explorer.gui.panels.corpus_panel import CorpusPanel
from explorer.gui.panels.quality_panel import QualityPanel


def said(driver: Driver, kind: type) -> str:
    panel = driver.window.findChildren(kind)[0]
    return " | ".join(label.text() for label in panel.findChildren(QLabel) if not label.isHidden())


def titles(table: QTableView) -> list[str]:
    model = table.model()
    return [str(model.headerData(place, Qt.Orientation.Horizontal)) for place in range(model.columnCount())]


def labels(driver: Driver) -> QComboBox:
    return driver.control(QComboBox, "Column of labels")


def colours(driver: Driver) -> list[object]:
    combo = driver.control(QComboBox, "Colour by")
    return [combo.itemData(place) for place in range(combo.count())]


def judged(driver: Driver, column: str) -> bool:
    found = driver.state.results.labels
    return driver.complete() and found is not None and found.column == column


def test_every_panel_follows_another_label_column_and_back(at_work: Driver) -> None:
    combo = labels(at_work)
    offered = [combo.itemText(place) for place in range(combo.count())]
    assert offered == ["none", "intent", "amount", "opened", "paid", "branch", "nothing", "note"]
    assert combo.currentText() == "intent"
    ranking, within = at_work.control(QTableView, "Ranking"), at_work.control(QComboBox, "Compare with")
    assert titles(ranking)[-1] == "intent"
    vectors, place = at_work.state.results.vectors, at_work.map.camera.to_pixel(0.0, 0.0)

    choose(combo, "note")
    at_work.until(lambda: judged(at_work, "note"))
    assert titles(ranking)[-1] == "note" and "in note" in said(at_work, QualityPanel)
    assert colours(at_work).index("note") < colours(at_work).index("intent")
    assert at_work.control(QComboBox, "Label column").currentText() == "note", "the benchmark asks about it too"
    assert at_work.state.results.vectors is vectors and at_work.map.camera.to_pixel(0.0, 0.0) == place

    choose(combo, "")
    at_work.until(at_work.complete)
    assert titles(ranking)[-1] == "Review" and not within.model().item(1).isEnabled()
    assert "Choose one in the Corpus panel" in said(at_work, QualityPanel)
    assert at_work.control(QComboBox, "Colour by").currentData() == ANOMALY
    at_work.window.actions_by_name["undo"].trigger()
    at_work.window.actions_by_name["undo"].trigger()
    at_work.until(lambda: judged(at_work, "intent"))
    assert combo.currentText() == "intent" and titles(ranking)[-1] == "intent" and within.model().item(1).isEnabled()


def test_corrections_are_kept_with_their_column_and_said(at_work: Driver) -> None:
    assert "Kept:" not in said(at_work, CorpusPanel)
    at_work.session.store.dispatch(curating.correct_labels(rows=np.array([1, 2]), label="x"))
    choose(labels(at_work), "note")
    assert "Kept: 2 corrections in intent." in said(at_work, CorpusPanel)
    assert at_work.state.messages[-1].what == "2 corrections of labels are kept with the column intent."
    at_work.until(at_work.complete)
    choose(labels(at_work), "intent")
    assert "Kept:" not in said(at_work, CorpusPanel) and dict(at_work.state.corrections) == {1: "x", 2: "x"}
    at_work.until(at_work.complete)
