"""The values of a column as a list to tick."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QComboBox, QTableView
from pytestqt.qtbot import QtBot
from window_driver import choose, control

from explorer.core.query.predicates import Values
from explorer.gui.column_facts import MOST_VALUES, range_facts, value_facts
from explorer.gui.filter_editors import ValuesEditor
from explorer.gui.item_models.values_model import MISSING, ValuesModel

CHECK = Qt.ItemDataRole.CheckStateRole


def shown(model: ValuesModel) -> list[str]:
    return [str(model.index(place).data()) for place in range(model.rowCount())]


def test_ten_thousand_values_are_listed_found_and_ticked(qtbot: QtBot) -> None:
    names = [f"Wert {place:05d}" for place in range(10_000)]
    codes = np.concatenate([np.arange(10_000), [7, 7, -1]])
    model = ValuesModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    model.show_facts(value_facts(codes, names), ["Wert 00003"])
    assert model.rowCount() == 10_001
    assert shown(model)[:2] == ["Wert 00003  (1)", "Wert 00007  (3)"]
    assert shown(model)[-1] == f"{MISSING}  (1)"
    model.look_for("WERT 0999")
    assert model.rowCount() == 10
    model.tick_listed(True)
    model.look_for("")
    assert model.rowCount() == 10_001
    assert len(model.values) == 11
    assert not model.missing
    last = model.index(10_000)
    assert model.setData(last, Qt.CheckState.Checked.value, CHECK)
    assert model.missing
    assert not model.setData(last, "another name")


def test_a_list_of_very_many_values_asks_for_those_that_are_seen(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = ValuesEditor("topic")
    qtbot.addWidget(editor)
    editor.resize(300, 400)
    editor.show()
    qtbot.waitExposed(editor)
    asked: list[object] = []
    counted, read = ValuesModel.rowCount, ValuesModel._name
    monkeypatch.setattr(ValuesModel, "rowCount", lambda *args: asked.append(args) or counted(*args))
    monkeypatch.setattr(ValuesModel, "_name", lambda *args: asked.append(args) or read(*args))
    editor.show_facts(value_facts(np.arange(20_000), [f"Wert {place:05d}" for place in range(20_000)]))
    way = control(editor, QComboBox, "How to filter")  # single values are filtered by what they contain at first
    choose(way, None, place=way.findText("One of these values"))
    values = editor.findChild(QTableView)
    values.setCurrentIndex(values.model().index(0, 0))
    values.keyboardSearch("z")
    assert values.grab().height() and values.verticalScrollBar().maximum() > 19_000
    assert len(asked) < 2_000
    qtbot.keyClick(values, Qt.Key.Key_Space)
    assert editor.chip().predicate == Values("topic", ("Wert 00000",))


def test_a_search_is_no_pattern(qtbot: QtBot) -> None:
    model = ValuesModel()
    model.show_facts(value_facts(np.array([0, 1, 2]), ["a.b", "axb", "50 %"]))
    model.look_for("a.b")
    assert shown(model) == ["a.b  (1)"]
    model.look_for("(")
    assert shown(model) == []
    model.tick_listed(True)
    assert model.values == ()


def test_of_very_many_values_the_frequent_ones_are_listed() -> None:
    different = MOST_VALUES + 5
    codes = np.concatenate([np.arange(different), [different - 1]])
    facts = value_facts(codes, [str(place) for place in range(different)])
    assert facts.different == different
    assert len(facts.names) == MOST_VALUES
    assert facts.names[0] == str(different - 1)


def test_values_that_no_row_has_are_not_listed() -> None:
    facts = value_facts(np.array([2, 2, -1]), ["gone", "", "there"])
    assert (facts.names, facts.counts.tolist(), facts.missing) == (["there"], [2], 1)


def test_ranges_pass_over_what_is_no_number() -> None:
    facts = range_facts(np.array([3.0, np.nan, -1.0, np.inf]))
    assert (facts.low, facts.high, facts.missing) == (-1.0, 3.0, 2)
    nothing = range_facts(np.array([np.nan, np.nan]))
    assert nothing.is_empty
    assert nothing.missing == 2
