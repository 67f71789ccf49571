"""The box for the label that means odd, beside the precision: what it offers, what it does, why it cannot be used."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from panel_desk import PanelDesk, make_project
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel
from pytestqt.qtbot import QtBot
from window_driver import choose, control

from explorer.app import marking
from explorer.app import operations as op
from explorer.gui.panels.anomalies_panel import AnomaliesPanel


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("odd"))


@pytest.fixture
def desk(qtbot: QtBot, computed: Path, tmp_path: Path) -> Iterator[PanelDesk]:
    made = PanelDesk(qtbot, tmp_path)
    made.open(Path(shutil.copytree(computed, tmp_path / computed.name)))
    yield made
    made.close()


@pytest.fixture
def panel(desk: PanelDesk) -> AnomaliesPanel:
    made = AnomaliesPanel(desk.session)
    desk.qtbot.addWidget(made)
    desk.follow([made])
    made.resize(1200, 300)
    made.show()
    return made


def box(panel: AnomaliesPanel) -> QComboBox:
    return control(panel, QComboBox, "Label that means odd")


def entries(panel: AnomaliesPanel) -> list[str]:
    return [box(panel).itemText(place) for place in range(box(panel).count())]


def words(panel: AnomaliesPanel) -> str:
    return " ".join(label.text() for label in panel.findChildren(QLabel))


def test_it_offers_none_then_ones_own_labels_then_those_of_the_column(panel: AnomaliesPanel, desk: PanelDesk) -> None:
    assert desk.state.corpus is not None
    intents = sorted(set(desk.state.corpus.table["intent"].to_pylist()), key=str.casefold)
    desk.until(lambda: entries(panel) == ["none", *intents])
    assert box(panel).currentText() == "none"
    desk.do(marking.add_label(name="weird"))
    assert entries(panel) == ["none", "weird", *intents]
    tip = box(panel).itemData(2, Qt.ItemDataRole.ToolTipRole)
    assert "in the column intent" in tip and tip.split()[0].isdigit()
    assert box(panel).itemData(1, Qt.ItemDataRole.ToolTipRole) == "A label of your own"


def test_choosing_one_moves_the_line_and_says_so(panel: AnomaliesPanel, desk: PanelDesk) -> None:
    ranks = desk.state.ranks
    assert ranks is not None
    first = np.argsort(np.where(ranks > 0, ranks, ranks.size + 1), kind="stable")
    desk.do(marking.add_label(name="weird"))
    desk.do(marking.add_label(name="usual"))
    desk.do(marking.give_label(rows=np.sort(first[:8]), name="weird"))
    desk.do(marking.give_label(rows=np.sort(first[8:12]), name="usual"))
    precision = control(panel, QDoubleSpinBox, "Target precision")
    precision.setValue(60)
    assert "there are 0" in words(panel)

    choose(box(panel), "weird")
    assert desk.state.plan.odd_value == "weird" and desk.state.flag_count == 12
    assert "estimated from 12 judged texts; wanted: 60%; odd means labelled weird" in words(panel)
    desk.do(op.set_threshold(share=0.1))
    assert precision.value() == 67, "the estimate for another line rests on the label too"
    desk.session.undo()
    desk.session.undo()
    assert box(panel).currentText() == "none" and "there are 0" in words(panel)
    desk.session.redo()
    assert box(panel).currentText() == "weird"
    choose(box(panel), "")
    assert desk.state.plan.odd_value is None


def test_without_any_label_it_says_why_it_cannot_be_used(panel: AnomaliesPanel, desk: PanelDesk) -> None:
    desk.until(lambda: box(panel).count() > 1)
    assert box(panel).isEnabled()
    desk.session.choose_label_column(None)
    assert not box(panel).isEnabled() and entries(panel) == ["none"]
    assert "there are none yet" in box(panel).toolTip() and "Corpus panel" in box(panel).accessibleDescription()
    desk.do(marking.add_label(name="weird"))
    assert box(panel).isEnabled() and "there are none yet" not in box(panel).toolTip()
    desk.session.undo()
    desk.session.choose_label_column("note")
    desk.until(lambda: entries(panel) == ["none", *(f"note {number}" for number in range(7))])
    desk.until(desk.complete)
