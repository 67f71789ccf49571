"""The anomalies panel over a real session: the line in other words, the review, groups of its own, learning, words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from panel_desk import ROWS, PanelDesk, make_project
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QPushButton, QTableView
from pytestqt.qtbot import QtBot
from window_driver import choose, control

from explorer.app import marking, triage
from explorer.app import operations as op
from explorer.gui.panels.anomalies_panel import AnomaliesPanel
from explorer.gui.panels.text_panel import TextPanel


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("anomalies"))


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


def words(panel: AnomaliesPanel) -> str:
    return " ".join(label.text() for label in panel.findChildren(QLabel))


def listed(panel: AnomaliesPanel, title: str) -> list[str]:
    model = control(panel, QTableView, "Ranking").model()
    titles = [model.headerData(place, Qt.Orientation.Horizontal) for place in range(model.columnCount())]
    return [str(model.index(place, titles.index(title)).data()) for place in range(model.rowCount())]


def by_rank(desk: PanelDesk) -> list[int]:
    ranks = desk.state.ranks
    assert ranks is not None
    return np.argsort(np.where(ranks > 0, ranks, ROWS + 1), kind="stable").tolist()


def test_three_boxes_say_where_the_line_lies_and_each_moves_it(panel: AnomaliesPanel, desk: PanelDesk) -> None:
    share = control(panel, QDoubleSpinBox, "Share to flag")
    deviations = control(panel, QDoubleSpinBox, "Deviations above the median")
    precision = control(panel, QDoubleSpinBox, "Target precision")
    assert share.value() == 5.0 and precision.text() == "–", "nothing is judged yet"

    deviations.setValue(1.0)
    assert desk.state.threshold_by == "deviations"
    assert desk.state.flag_count == round(share.value() * int((desk.state.ranks > 0).sum()) / 100)  # type: ignore[operator]
    assert "median + 1 upper deviations (MAD), set by hand" in words(panel)

    precision.setValue(80)
    assert "needs at least 10 judged texts" in words(panel), "it says plainly why the line is not the one asked for"
    for place, row in enumerate(by_rank(desk)[:12]):
        desk.do(op.override_flags(rows=[row], flag=place < 9))
    assert "estimated from" in words(panel) and "wanted: 80%" in words(panel)
    assert desk.state.threshold is not None and not desk.state.threshold.refused
    share.setValue(10)
    assert precision.value() > 0, "the estimate for another line"

    control(panel, QPushButton, "Use the rule's threshold").click()
    assert desk.state.threshold_by == "rule" and "median + 3 upper deviations" in words(panel)


def test_a_review_is_counted_and_listed(panel: AnomaliesPanel, desk: PanelDesk) -> None:
    bar, show = control(panel, QLabel, "Reviewed"), control(panel, QComboBox, "Texts listed")
    flagged = desk.state.flag_count
    assert bar.text() == f"0 of {flagged} reviewed"
    choose(show, "new")
    assert listed(panel, "Review") == ["new"] * flagged
    first, second = by_rank(desk)[:2]
    desk.do(op.set_current(row=first))
    desk.do(triage.decide_and_go_on(flag=True))
    assert desk.state.current == second
    desk.do(marking.write_note(row=second, text="a spelling test"))
    desk.do(triage.decide_and_go_on(flag=False))
    assert bar.text() == f"2 of {flagged} reviewed"
    choose(show, "all")
    assert listed(panel, "Review")[:3] == ["confirmed", "dismissed · note", "new"]
    choose(show, "new")
    assert len(listed(panel, "Review")) == flagged - 2
    desk.session.undo()
    assert bar.text() == f"1 of {flagged} reviewed"


def test_texts_are_compared_within_their_label_and_back(panel: AnomaliesPanel, desk: PanelDesk) -> None:
    within = control(panel, QComboBox, "Compare with")
    assert desk.state.detector == "knn"
    choose(within, "region")
    desk.until(lambda: desk.state.detector == "knn_within_region" and desk.complete())
    assert control(panel, QComboBox, "Detector").currentData() == "knn"
    assert desk.state.ranking is not None and np.isfinite(desk.state.ranking.scores).any()
    desk.do(op.set_current(row=by_rank(desk)[0]))
    text = TextPanel(desk.session)
    desk.qtbot.addWidget(text)
    desk.follow([text])
    desk.until(lambda: "the median of its region" in " ".join(label.text() for label in text.findChildren(QLabel)))
    control(panel, QComboBox, "Detector")
    choose(control(panel, QComboBox, "Detector"), "lof")
    assert desk.state.detector == "lof_within_region"
    choose(within, "corpus")
    assert desk.state.detector == "lof" and desk.state.plan.within == "corpus"


def test_learning_re_ranks_and_undo_puts_it_back(panel: AnomaliesPanel, desk: PanelDesk) -> None:
    raw, learn = desk.state.scores, control(panel, QCheckBox, "Learn from decisions")
    assert raw is not None
    odd, fine = by_rank(desk)[:2]
    desk.do(op.override_flags(rows=[odd], flag=True))
    desk.do(op.override_flags(rows=[fine], flag=False))
    learn.setChecked(True)
    desk.until(lambda: desk.state.learned is not None)
    learned = desk.state.scores
    assert learned is not None and learned[odd] > raw[odd] and learned[fine] < raw[fine]
    desk.session.undo()
    assert not learn.isChecked()
    np.testing.assert_array_equal(desk.state.scores, raw)


def test_the_words_that_make_a_text_strange_are_asked_for_and_marked(desk: PanelDesk) -> None:
    text = TextPanel(desk.session)
    desk.qtbot.addWidget(text)
    desk.follow([text])
    text.show()
    ask = control(text, QPushButton, "Which words make it strange")
    assert not ask.isEnabled()
    desk.do(op.set_current(row=by_rank(desk)[3]))
    ask.click()
    desk.until(lambda: desk.state.words is not None and bool(desk.state.words.said))
    said = " ".join(label.text() for label in text.findChildren(QLabel))
    assert desk.state.words is not None and desk.state.words.said in said
    desk.do(op.set_current(row=by_rank(desk)[4]))
    assert desk.state.words.said not in " ".join(
        label.text() for label in text.findChildren(QLabel) if label.isVisible()
    )
