"""The filters panel and its dialog over a real session."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from panel_desk import ROWS, PanelDesk, make_project
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QTableView,
)
from pytestqt.qtbot import QtBot
from window_driver import choose, control

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.core.query.predicates import (
    Chip,
    Contains,
    Expression,
    Filters,
    Labelled,
    Moments,
    Predicate,
    Range,
    Rows,
    Values,
)
from explorer.gui.filter_choices import EXPRESSION, LABELS, STATE
from explorer.gui.filter_dialog import FilterDialog
from explorer.gui.panels.filters_panel import PURPOSE, FiltersPanel
from explorer.gui.widgets.chips import ChipBar


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("filters"))


@pytest.fixture
def desk(qtbot: QtBot, computed: Path, tmp_path: Path) -> Iterator[PanelDesk]:
    desk = PanelDesk(qtbot, tmp_path)
    desk.open(Path(shutil.copytree(computed, tmp_path / "questions.textmap")))
    yield desk
    desk.close()


@pytest.fixture
def panel(desk: PanelDesk) -> FiltersPanel:
    panel = FiltersPanel(desk.session)
    desk.qtbot.addWidget(panel)
    desk.follow([panel])
    panel.resize(232, 300)
    panel.show()
    return panel


class Asked:
    """The dialog as a person uses it."""

    def __init__(self, desk: PanelDesk, panel: FiltersPanel) -> None:
        self.desk = desk
        self.dialog = panel.findChildren(FilterDialog)[-1]
        desk.until(lambda: self.dialog.editor is not None)

    @property
    def ok(self) -> QPushButton:
        return self.dialog.findChildren(QDialogButtonBox)[0].button(QDialogButtonBox.StandardButton.Ok)

    @property
    def words(self) -> str:
        return "\n".join(label.text() for label in self.dialog.findChildren(QLabel) if label.isVisible())

    def by(self, key: str) -> None:
        choose(control(self.dialog, QComboBox, "Filter by"), key)

    def write(self, **fields: str) -> None:
        for name, words in fields.items():
            control(self.dialog, QLineEdit, name.replace("_", " ")).setText(words)

    def says(self, words: str) -> None:
        self.desk.until(lambda: words in self.words)

    def accept(self) -> Predicate:
        self.desk.until(self.ok.isEnabled)
        self.ok.click()
        return self.desk.state.filters.chips[-1].predicate


def ask(desk: PanelDesk, panel: FiltersPanel, column: str = "") -> Asked:
    panel.add_filter(column)
    return Asked(desk, panel)


def words(panel: FiltersPanel) -> str:
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def bar(panel: FiltersPanel) -> ChipBar:
    return panel.findChildren(ChipBar)[0]


def passed(desk: PanelDesk) -> list[int]:
    filters = desk.state.filters
    desk.do(filtering.set_filters(filters=Filters()))
    desk.until(lambda: desk.state.passed is None)
    desk.do(filtering.set_filters(filters=filters))
    desk.until(lambda: desk.state.passed is not None)
    return np.flatnonzero(desk.state.passed).tolist()


# --- the panel ----------------------------------------------------------------------------------


def test_without_filters_it_says_what_they_are_for(panel: FiltersPanel) -> None:
    assert PURPOSE in words(panel)
    assert control(panel, QPushButton, "Add a filter").isVisible()
    assert not control(panel, QPushButton, "Make the selection a filter").isEnabled()


def test_chips_are_switched_inverted_named_combined_and_removed(desk: PanelDesk, panel: FiltersPanel) -> None:
    desk.do(filtering.add_filter(predicate=Range("amount", 0, 9)))
    desk.do(filtering.add_filter(predicate=Values("paid", ("true",))))
    chips = bar(panel).chips
    chips[0].inverted_by_hand.emit()
    chips[1].renamed.emit("settled")
    assert desk.state.filters.words() == "not amount 0 to 9 and settled"
    assert chips[1].accessibleName() == "Filter: settled"
    bar(panel).match_changed.emit("any")
    chips[0].toggled_by_hand.emit()
    assert desk.state.filters.combine == "any"
    assert [chip.enabled for chip in desk.state.filters.chips] == [False, True]
    desk.until(lambda: "39 of 120 texts pass." in words(panel))
    chips[1].removed.emit()
    desk.until(lambda: "Every text passes: all filters are off." in words(panel))
    control(panel, QPushButton, "Clear all filters").click()
    assert not desk.state.filters.chips


def test_what_cannot_be_asked_is_said_in_the_panel(desk: PanelDesk, panel: FiltersPanel) -> None:
    desk.do(filtering.add_filter(predicate=Labelled("gone")))
    desk.until(lambda: "There is no label called gone." in words(panel))
    assert desk.state.shown is None
    bar(panel).clear_requested.emit()
    desk.until(lambda: "gone" not in words(panel))


def test_a_selection_becomes_a_filter(desk: PanelDesk, panel: FiltersPanel) -> None:
    desk.do(op.select(rows=[4, 7, 9]))
    control(panel, QPushButton, "Make the selection a filter").click()
    predicate = desk.state.filters.chips[0].predicate
    assert isinstance(predicate, Rows)
    assert predicate.words() == "3 selected texts"
    assert passed(desk) == [4, 7, 9]
    bar(panel).edit_requested.emit(0)  # rows cannot be asked anew: the chip gets another name
    name = control(panel, QLineEdit, "Name of the filter")
    desk.qtbot.keyClicks(name, "odd ones")
    desk.qtbot.keyClick(name, Qt.Key.Key_Return)
    assert desk.state.filters.chips[0].name == "odd ones"


def test_filters_are_saved_applied_and_forgotten(desk: PanelDesk, panel: FiltersPanel) -> None:
    desk.do(filtering.add_filter(predicate=Range("amount", 0, 9)))
    saved = control(panel, QPushButton, "Saved filters").menu()
    saved.aboutToShow.emit()
    saved.actions()[0].trigger()
    name = control(panel, QLineEdit, "Name of the saved filter")
    assert name.isVisible()
    desk.qtbot.keyClick(name, Qt.Key.Key_Escape)
    assert not name.isVisible()
    assert not desk.state.saved_filters
    bar(panel).save_requested.emit(0)
    desk.qtbot.keyClicks(name, "small & cheap")
    desk.qtbot.keyClick(name, Qt.Key.Key_Return)
    assert [entry[0] for entry in desk.state.saved_filters] == ["small & cheap"]
    desk.do(filtering.set_filters(filters=Filters()))
    saved.aboutToShow.emit()
    next(action for action in saved.actions() if action.text() == "small && cheap").trigger()
    assert desk.state.filters.words() == "amount 0 to 9"
    saved.aboutToShow.emit()
    saved.actions()[-1].menu().actions()[0].trigger()
    assert not desk.state.saved_filters


# --- the dialog, by kind ------------------------------------------------------------------------


def test_numbers_from_to(desk: PanelDesk, panel: FiltersPanel) -> None:
    asked = ask(desk, panel, "amount")
    asked.says("The column goes from 0 to 39.")
    asked.write(From="ten")
    asked.says("'ten' is no number.")
    assert not asked.ok.isEnabled()
    asked.write(From="30", To="20")
    asked.says("The first number is larger than the second.")
    asked.write(From="30.5", To="")
    asked.says(f"Lets 27 of {ROWS} texts through.")
    assert asked.accept() == Range("amount", 30.5, None)


def test_one_value_and_no_value_at_all(desk: PanelDesk, panel: FiltersPanel) -> None:
    asked = ask(desk, panel, "nothing")
    asked.says("There is no number in this column.")
    assert not control(asked.dialog, QLineEdit, "From").isEnabled()
    assert not asked.ok.isEnabled()
    asked.by("branch")
    asked.says("1 value")
    asked.dialog.reject()
    assert not desk.state.filters.chips


def test_dates_include_the_last_day(desk: PanelDesk, panel: FiltersPanel) -> None:
    asked = ask(desk, panel, "opened")
    asked.says("The column goes from 2026-01-01 to 2026-04-30.")
    asked.write(From="soon")
    asked.says("'soon' is no date.")
    asked.write(From="2026-01-30", To="2026-02-01")
    predicate = asked.accept()
    assert predicate == Moments("opened", "2026-01-30", "2026-02-02")
    assert passed(desk) == [29, 30, 31]
    bar(panel).edit_requested.emit(0)
    again = Asked(desk, panel)
    assert control(again.dialog, QLineEdit, "To").text() == "2026-02-01"
    again.write(To="9999-12-31")
    assert again.accept() == Moments("opened", "2026-01-30", None)
    assert len(desk.state.filters.chips) == 1


def values(asked: Asked) -> QAbstractItemView:
    return control(asked.dialog, QTableView, "Values")


def test_a_column_of_single_values_is_asked_for_words(desk: PanelDesk, panel: FiltersPanel) -> None:
    asked = ask(desk, panel, "ticket")
    field = control(asked.dialog, QLineEdit, "Contains")
    desk.until(field.isVisible)
    assert not asked.ok.isEnabled()
    ticket = str(desk.state.corpus.ids[17].as_py())  # type: ignore[union-attr]
    field.setText(ticket.lower())
    asked.says(f"Lets 1 of {ROWS} texts through.")
    assert asked.accept() == Contains("ticket", ticket.lower())
    assert passed(desk) == [17]
    bar(panel).edit_requested.emit(0)
    again = Asked(desk, panel)
    assert control(again.dialog, QLineEdit, "Contains").text() == ticket.lower()
    choose(control(again.dialog, QComboBox, "How to filter"), None, place=1)
    desk.until(lambda: values(again).model().rowCount() == ROWS)
    control(again.dialog, QLineEdit, "Find a value").setText(ticket)
    assert values(again).model().rowCount() == 1
    again.dialog.reject()


def test_a_column_of_few_values_offers_them_and_can_be_asked_for_words(desk: PanelDesk, panel: FiltersPanel) -> None:
    asked = ask(desk, panel, "intent")
    desk.until(lambda: values(asked).model().rowCount() > 0)
    assert values(asked).isVisible()
    choose(control(asked.dialog, QComboBox, "How to filter"), None, place=0)
    control(asked.dialog, QLineEdit, "Contains").setText("card")
    predicate = asked.accept()
    assert predicate == Contains("intent", "card")
    intents = desk.state.corpus.table["intent"].to_pylist()  # type: ignore[union-attr]
    assert passed(desk) == [row for row, intent in enumerate(intents) if "card" in intent]


def test_values_are_ticked_from_a_list(desk: PanelDesk, panel: FiltersPanel) -> None:
    asked = ask(desk, panel, "paid")
    desk.until(lambda: values(asked).model().rowCount() == 3)
    shown = [values(asked).model().index(place, 0).data() for place in range(3)]
    assert shown == ["false  (80)", "true  (39)", "(missing)  (1)"]
    values(asked).setCurrentIndex(values(asked).model().index(1, 0))
    desk.qtbot.keyClick(values(asked), Qt.Key.Key_Space)
    asked.says("Lets 39 of")
    values(asked).setCurrentIndex(values(asked).model().index(2, 0))
    desk.qtbot.keyClick(values(asked), Qt.Key.Key_Space)
    assert asked.accept() == Values("paid", ("true",), missing=True)


def test_a_filter_on_values_is_changed(desk: PanelDesk, panel: FiltersPanel) -> None:
    assert desk.state.corpus is not None
    rare = str(desk.state.corpus.table["ticket"][50].as_py())
    desk.do(filtering.set_filters(filters=Filters((Chip(Values("ticket", (rare,)), inverted=True, name="mine"),))))
    bar(panel).edit_requested.emit(0)
    asked = Asked(desk, panel)
    desk.until(lambda: values(asked).model().rowCount() == ROWS)
    first = values(asked).model().index(0, 0)
    assert first.data() == f"{rare}  (1)"  # what is ticked is seen first
    assert first.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    asked.write(Find_a_value=rare)
    control(asked.dialog, QPushButton, "Untick all values listed").click()
    desk.until(lambda: not asked.ok.isEnabled())
    asked.write(Find_a_value="Q0000")
    control(asked.dialog, QPushButton, "Tick all values listed").click()
    predicate = asked.accept()
    assert isinstance(predicate, Values)
    assert set(predicate.values) == {f"Q0000{digit}" for digit in range(1, 10)}
    assert desk.state.filters.chips[0].inverted
    assert desk.state.filters.chips[0].name == ""


def test_words_in_the_text(desk: PanelDesk, panel: FiltersPanel) -> None:
    asked = ask(desk, panel)
    asked.write(In_the_text="card (")
    choose(control(asked.dialog, QComboBox, "How to search"), asked.dialog.editor.WAYS[2][1])  # type: ignore[union-attr]
    asked.says("The regular expression cannot be read")
    assert not asked.ok.isEnabled()
    asked.write(In_the_text="card.?$")
    assert asked.accept().words() == "text like /card.?$/"


def test_state_and_labels(desk: PanelDesk, panel: FiltersPanel) -> None:
    desk.do(marking.add_label(name="spam"))
    desk.do(marking.give_label(rows=np.array([1, 2]), name="spam", on=True))
    desk.do(marking.write_note(row=8, text="odd"))
    desk.do(op.override_flags(rows=[5], flag=False))
    found = {}
    for key, name, words in (
        (LABELS, "Labels", "spam  (2 texts)"),
        (LABELS, "Labels", "No label"),
        (STATE, "State", "Has a note"),
        (STATE, "State", "Cleared by hand"),
        (STATE, "State", "Flagged"),
    ):
        desk.do(filtering.set_filters(filters=Filters()))
        asked = ask(desk, panel, key)
        choices = control(asked.dialog, QListWidget, name)
        choices.setCurrentItem(choices.findItems(words, Qt.MatchFlag.MatchExactly)[0])
        asked.accept()
        found[words] = passed(desk)
    assert found.pop("Flagged") == np.flatnonzero(desk.state.flagged).tolist()
    assert len(found.pop("No label")) == ROWS - 2
    assert found == {"spam  (2 texts)": [1, 2], "Has a note": [8], "Cleared by hand": [5]}


def test_an_expression_is_checked_while_it_is_written(desk: PanelDesk, panel: FiltersPanel) -> None:
    asked = ask(desk, panel, EXPRESSION)
    field = control(asked.dialog, QPlainTextEdit, "Expression")
    field.setPlainText("amout > 3")
    asked.says("There is no column called amout. Columns are amount")
    assert not asked.ok.isEnabled()
    names = control(asked.dialog, QListWidget, "Columns")
    field.clear()
    item = names.findItems("corpus_note", Qt.MatchFlag.MatchStartsWith)[0]
    names.activated.emit(names.indexFromItem(item))
    field.insertPlainText(" = 'note 3' AND row < 20")
    assert asked.accept() == Expression("corpus_note = 'note 3' AND row < 20")
    assert passed(desk) == [3, 10, 17]


def test_a_dialog_that_is_closed_hears_no_more(desk: PanelDesk, panel: FiltersPanel) -> None:
    panel.add_filter("amount")
    panel.findChildren(FilterDialog)[0].reject()
    answered: list[int] = []
    desk.session.queries.ask("probe", desk.state, lambda engine: 1, answered.append)
    desk.until(lambda: bool(answered))
    assert not panel.findChildren(FilterDialog)
