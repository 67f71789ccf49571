"""The search panel over a real session: what is written is searched for, counted, stepped through, made a filter."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from panel_desk import ROWS, PanelDesk, make_project
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot
from window_driver import choose, control

from explorer.app import filtering
from explorer.app import operations as op
from explorer.core.query.predicates import Pattern, Phrase, Range, Rows, Words
from explorer.core.query.search import TextQuery
from explorer.gui.panels.search_panel import NO_ENCODER, SearchPanel


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("search"))


@pytest.fixture
def desk(qtbot: QtBot, computed: Path, tmp_path: Path) -> Iterator[PanelDesk]:
    desk = PanelDesk(qtbot, tmp_path)
    desk.open(Path(shutil.copytree(computed, tmp_path / "questions.textmap")))
    yield desk
    desk.close()


@pytest.fixture
def panel(desk: PanelDesk) -> SearchPanel:
    panel = SearchPanel(desk.session)
    desk.qtbot.addWidget(panel)
    desk.follow([panel])
    panel.resize(900, 60)
    panel.show()
    panel.activateWindow()
    desk.until(panel.isActiveWindow)
    return panel


def look_for(desk: PanelDesk, panel: SearchPanel, text: str, mode: str = "words") -> None:
    """Write a search as a person does, and press Enter."""
    choose(control(panel, QComboBox, "How to search"), mode)
    field = control(panel, QLineEdit, "Search the texts")
    field.setFocus()
    field.clear()
    desk.qtbot.keyClicks(field, text)
    desk.qtbot.keyClick(field, Qt.Key.Key_Return)
    query = TextQuery(text, mode)  # type: ignore[arg-type]
    desk.until(lambda: desk.state.search.query == query and not desk.state.search.running)


def said(panel: SearchPanel) -> str:
    return " ".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def test_words_are_found_counted_and_stepped_through(desk: PanelDesk, panel: SearchPanel) -> None:
    look_for(desk, panel, "card")
    rows = desk.state.search.rows.tolist()
    assert f"{len(rows)} of {ROWS} texts" in said(panel)
    panel.next_match()
    panel.next_match()
    assert desk.state.current == rows[1]
    panel.previous_match()
    panel.previous_match()
    assert desk.state.current == rows[-1]


def test_only_what_is_shown_is_counted_and_stepped_through(desk: PanelDesk, panel: SearchPanel) -> None:
    look_for(desk, panel, "card")
    desk.do(filtering.add_filter(predicate=Range("row", 0, 30)))
    desk.until(lambda: desk.state.passed is not None)
    rows = [row for row in desk.state.search.rows.tolist() if row <= 30]
    assert f"{len(rows)} of 31 texts" in said(panel)
    visited = set()
    for _ in rows:
        panel.next_match()
        visited.add(desk.state.current)
    assert visited == set(rows)


def test_what_is_wrong_is_said_and_goes_away(desk: PanelDesk, panel: SearchPanel) -> None:
    look_for(desk, panel, "card (", "regex")
    assert "regular expression cannot be read" in said(panel)
    assert not control(panel, QPushButton, "Make the search a filter").isEnabled()
    look_for(desk, panel, "card .*\\?", "regex")
    assert "cannot be read" not in said(panel)


@pytest.mark.parametrize(("mode", "made"), [("words", Words), ("phrase", Phrase), ("regex", Pattern)])
def test_a_search_becomes_a_filter(desk: PanelDesk, panel: SearchPanel, mode: str, made: type) -> None:
    look_for(desk, panel, "my card", mode)
    found = desk.state.search.found
    assert found is not None and found.any()
    control(panel, QPushButton, "Make the search a filter").click()
    desk.until(lambda: desk.state.passed is not None)
    assert [type(chip.predicate) for chip in desk.state.filters.chips] == [made]
    assert desk.state.passed is not None and (desk.state.passed == found).all()
    assert desk.state.search.query is None
    assert control(panel, QLineEdit, "Search the texts").text() == ""


def test_what_was_found_by_meaning_becomes_a_filter_of_rows(desk: PanelDesk, panel: SearchPanel) -> None:
    look_for(desk, panel, "lost card", "meaning")
    assert not desk.state.search.error
    found = desk.state.search.rows
    control(panel, QPushButton, "Make the search a filter").click()
    predicate = desk.state.filters.chips[0].predicate
    assert isinstance(predicate, Rows)
    assert predicate.words() == "meaning: lost card"
    assert set(predicate.mask(ROWS).nonzero()[0].tolist()) == set(found.tolist())


def test_meaning_needs_an_encoder(desk: PanelDesk, panel: SearchPanel) -> None:
    combo = control(panel, QComboBox, "How to search")
    item = combo.model().item(combo.findData("meaning"))  # type: ignore[attr-defined]
    assert item.isEnabled()
    desk.do(op.set_plan(plan=replace(desk.state.plan, vectors="vectors.npy")))
    assert not item.isEnabled()
    assert item.toolTip() == NO_ENCODER


def test_a_finished_search_is_told_once_and_offered_again(desk: PanelDesk, panel: SearchPanel) -> None:
    told: list[str] = []
    panel.searched.connect(told.append)
    panel.set_history(["old one"])
    look_for(desk, panel, "card")
    panel.next_match()
    look_for(desk, panel, "transfer")
    assert told == ["card", "transfer"]
    completer = control(panel, QLineEdit, "Search the texts").completer()
    model = completer.model()
    assert [model.index(place, 0).data() for place in range(model.rowCount())][:1] == ["transfer"]


def test_a_search_that_began_elsewhere_is_shown(desk: PanelDesk, panel: SearchPanel) -> None:
    panel.restore(["my card", "phrase"])
    desk.until(lambda: desk.state.search.found is not None)
    assert control(panel, QLineEdit, "Search the texts").text() == "my card"
    assert control(panel, QComboBox, "How to search").currentData() == "phrase"
    desk.do(filtering.search(query=None))
    assert control(panel, QLineEdit, "Search the texts").text() == ""
    for nonsense in (None, "card", ["card"], ["card", "by smell"], [3, "words"]):
        panel.restore(nonsense)
    assert desk.state.search.query is None


def test_an_answer_does_not_take_the_pen_away(desk: PanelDesk, panel: SearchPanel) -> None:
    look_for(desk, panel, "card")
    field, query = control(panel, QLineEdit, "Search the texts"), TextQuery("card")
    choose(control(panel, QComboBox, "How to search"), "meaning")
    field.setText("where is my money")
    search = desk.state.search
    assert search.found is not None
    desk.do(filtering.show_found(query=query, rows=search.rows, found=search.found, of=search.of))
    assert field.text() == "where is my money"


def test_the_cursor_goes_into_the_field(desk: PanelDesk, panel: SearchPanel) -> None:
    look_for(desk, panel, "card")
    panel.start("regex")
    field = control(panel, QLineEdit, "Search the texts")
    assert field.selectedText() == "card"
    assert control(panel, QComboBox, "How to search").currentData() == "regex"
