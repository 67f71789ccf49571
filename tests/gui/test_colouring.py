"""Which columns can colour the map, and how."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import pyarrow as pa
from pytestqt.qtbot import QtBot
from test_item_models import state_of

from explorer.app.state import ANOMALY, NO_COLOUR, AppState
from explorer.core.results import Results
from explorer.gui.colouring import colour_columns, colouring, show_legend
from explorer.gui.widgets.legend import Legend


def with_columns(**columns: object) -> AppState:
    state = state_of(40)
    assert state.corpus is not None
    table = state.corpus.table
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values))
    return replace(state, corpus=replace(state.corpus, table=table))


def test_texts_ids_and_free_words_colour_nothing() -> None:
    days = [datetime.date(2026, 1, 1) + datetime.timedelta(days=day) for day in range(40)]
    state = with_columns(
        amount=[str(i * 1.5) for i in range(40)],
        stars=[i % 5 for i in range(40)],
        day=days,
        remark=[f"remark number {i}" for i in range(40)],
        same=["x"] * 40,
    )
    assert state.corpus is not None
    found = colour_columns(state.corpus)
    assert {"amount", "stars", "day", "source"} <= set(found)
    assert not {"question", "ticket", "remark", "same"} & set(found)


def test_scores_and_numbers_have_a_scale(qtbot: QtBot) -> None:
    scores = np.linspace(0, 1, 40)
    scores[3] = np.nan
    state = replace(with_columns(amount=[str(i) for i in range(40)]), results=Results(scores={"knn": scores}))
    shown = colouring(replace(state, colour_by=ANOMALY), dark=False)
    assert shown.values is not None
    assert shown.values.n_missing == 1
    assert shown.title == "Anomaly score (knn)"
    assert tuple(shown.rgba[39]) != tuple(shown.rgba[0])
    amounts = colouring(replace(state, colour_by="amount"), dark=True)
    assert amounts.values is not None
    assert amounts.values.median == 19.5
    legend = Legend()
    qtbot.addWidget(legend)
    show_legend(legend, shown, dark=False)


def test_categories_are_counted_and_the_rest_is_grey() -> None:
    names = ["a"] * 12 + ["b"] * 8 + [f"c{i}" for i in range(14)] + [""] * 6
    state = replace(with_columns(kind=names), colour_by="kind")
    shown = colouring(state, dark=False)
    assert [(entry.name, entry.count) for entry in shown.categories[:2]] == [("a", 12), ("b", 8)]
    assert len(shown.categories) == 11
    assert shown.categories[-1].name == "6 others"
    assert sum(entry.count for entry in shown.categories) == 40
    assert tuple(shown.rgba[0]) == shown.categories[0].rgba
    assert tuple(shown.rgba[39]) == shown.categories[-1].rgba


def test_without_scores_all_is_one_grey() -> None:
    for choice in (ANOMALY, NO_COLOUR, "no such column"):
        shown = colouring(replace(state_of(5), colour_by=choice), dark=False)
        assert len(np.unique(shown.rgba, axis=0)) == 1
        assert shown.rgba.shape == (5, 4)


def test_dates_have_a_scale_of_days_however_they_were_read(qtbot: QtBot) -> None:
    days = [datetime.date(2026, 1, 1) + datetime.timedelta(days=day) for day in range(40)]
    state = with_columns(
        day=days,
        written=[f"{day.isoformat()}T10:30:00Z" for day in days],
        wrong=["2026-13-01"] * 20 + ["2026-02-30"] * 20,
    )
    assert state.corpus is not None
    assert {"day", "written"} <= set(colour_columns(state.corpus))
    legend = Legend()
    qtbot.addWidget(legend)
    for name in ("day", "written"):
        shown = colouring(replace(state, colour_by=name), dark=False)
        assert shown.values is not None and not shown.values.n_missing
        show_legend(legend, shown, dark=False)
        assert "median 2026-01-20" in legend._bar.accessibleName()
    assert colouring(replace(state, colour_by="wrong"), dark=False).values is None
