"""Which columns can colour the map, and how."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import pyarrow as pa
from pytestqt.qtbot import QtBot

from explorer.app.labels import Label
from explorer.app.state import ANOMALY, NO_COLOUR, AppState
from explorer.core.clusters.regions import Region, Regions
from explorer.core.corpus.corpus import Corpus, Roles, Source
from explorer.core.projection.trust import Trust
from explorer.core.query.engine import Engine
from explorer.core.results import Results
from explorer.gui.map.colouring import (
    LABELS,
    REGIONS,
    TRUST,
    Colouring,
    colour_choices,
    colour_columns,
    colouring,
    show_legend,
)
from explorer.gui.parts import number
from explorer.gui.widgets.legend import Legend
from tests.conftest import sample_rows


def state_of(count: int) -> AppState:
    """A state over real questions."""
    rows = sample_rows(count)
    table = pa.table({name: [row[name] for row in rows] for name in rows[0]})
    texts = pa.chunked_array([pa.array([row["question"] for row in rows], pa.large_string())])
    ids = pa.chunked_array([pa.array([row["ticket"] for row in rows], pa.large_string())])
    roles = Roles(("question",), id="ticket", label="intent")
    return AppState(corpus=Corpus(table, texts, texts, ids, roles, (), Source("questions.csv", "", 1, "csv")))


def with_columns(**columns: object) -> AppState:
    state = state_of(40)
    assert state.corpus is not None
    table = state.corpus.table
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values))
    return replace(state, corpus=replace(state.corpus, table=table))


def coloured(state: AppState, *, dark: bool = False) -> Colouring:
    """The colouring with an engine as the window's session has it."""
    assert state.corpus is not None
    engine = Engine(state.corpus)
    engine.set_labels([label.name for label in state.labels], state.label_bits)
    return colouring(state, engine, dark=dark)


def counts(shown: Colouring) -> list[tuple[str, int]]:
    return [(entry.name, entry.count) for entry in shown.categories]


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
    shown = coloured(replace(state, colour_by=ANOMALY), dark=False)
    assert shown.values is not None
    assert shown.values.n_missing == 1
    assert shown.title == "Anomaly score (knn)"
    assert tuple(shown.rgba[39]) != tuple(shown.rgba[0])
    amounts = coloured(replace(state, colour_by="amount"), dark=True)
    assert amounts.values is not None
    assert amounts.values.median == 19.5
    legend = Legend()
    qtbot.addWidget(legend)
    show_legend(legend, shown, dark=False)


def test_categories_are_counted_and_the_rest_is_grey() -> None:
    names = ["a"] * 12 + ["b"] * 8 + [f"c{i}" for i in range(14)] + [""] * 6
    state = replace(with_columns(kind=names), colour_by="kind")
    shown = coloured(state)
    assert counts(shown)[:2] == [("a", 12), ("b", 8)]
    assert counts(shown)[-2:] == [("6 others", 6), ("No value", 6)]
    assert len(shown.categories) == 12
    assert sum(entry.count for entry in shown.categories) == 40
    for place, entry in enumerate(shown.categories):
        assert {tuple(colour) for colour in shown.rgba[shown.rows_of(place)].tolist()} == {entry.rgba}
    assert len({entry.rgba for entry in shown.categories}) == 12


def test_what_is_hidden_is_known_by_name() -> None:
    shown = coloured(replace(with_columns(kind=["a"] * 30 + ["b"] * 10), colour_by="kind"))
    assert shown.kept(()) is None
    assert shown.kept(("gone",)) is None
    kept = shown.kept(("a", "gone"))
    assert kept is not None
    assert np.flatnonzero(kept).tolist() == list(range(30, 40))
    assert shown.hidden_places(("b",)) == (1,)


def test_long_names_that_begin_alike_are_told_apart() -> None:
    long = "a very long name of a category that goes on and on "
    shown = coloured(replace(with_columns(kind=[f"{long}{i % 2}" for i in range(40)]), colour_by="kind"))
    assert len({entry.name for entry in shown.categories}) == 2


def test_ten_thousand_categories_are_ten_and_the_others() -> None:
    names = [f"c{i}" for i in range(10_000)] + ["c7"] * 5
    table = pa.table({"kind": names})
    texts = pa.chunked_array([pa.array(names, pa.large_string())])
    corpus = state_of(5).corpus
    assert corpus is not None
    corpus = replace(corpus, table=table, texts=texts, embedded=texts, ids=texts)
    shown = coloured(AppState(corpus=corpus, colour_by="kind"))
    assert counts(shown)[0] == ("c7", 6)
    assert counts(shown)[-1] == (f"{number(9_990)} others", 9_990)


def test_one_value_no_number_at_all_and_numbers_that_are_few() -> None:
    state = with_columns(one=["x"] * 40, none=[float("nan")] * 40, stars=[i % 5 for i in range(40)])
    assert counts(coloured(replace(state, colour_by="one"))) == [("x", 40)]
    assert counts(coloured(replace(state, colour_by="none"))) == [("No value", 40)]
    assert [count for _, count in counts(coloured(replace(state, colour_by="stars")))] == [8] * 5


def test_labels_keep_their_colours_while_a_person_labels_on() -> None:
    labels = tuple(Label(f"l{i}") for i in range(12))
    bits = np.zeros(40, np.uint64)
    state = replace(state_of(40), colour_by=LABELS)
    assert len(np.unique(coloured(state).rgba, axis=0)) == 1
    assert counts(coloured(replace(state, labels=labels))) == [("No label", 40)]
    bits[:5], bits[5:8], bits[8], bits[9:12] = 1 << 0, 1 << 2, 1 << 11, 0b101
    shown = coloured(replace(state, labels=labels, label_bits=bits))
    assert counts(shown) == [
        ("Several labels", 3), ("l0", 5), ("l2", 3), ("3 other labels", 1), ("No label", 28),
    ]  # fmt: skip
    more = bits.copy()
    more[20:40] = 1 << 1
    again = coloured(replace(state, labels=labels, label_bits=more))
    assert (again.rgba[:12] == shown.rgba[:12]).all()


def test_regions_and_trust_have_words() -> None:
    levels = np.array([[0]] * 25 + [[1]] * 10 + [[-1]] * 5, np.int32)
    named = (Region(0, ("card", "lost", "pin"), 25, -1), Region(1, (), 10, -1))
    trust = Trust(np.linspace(0, 1, 40).astype(np.float32), 15, 0.5, 0.9, 0.9, 40)
    results = Results(regions=Regions(levels, (named,), 40, 100), trust=trust)
    state = replace(state_of(40), results=results)
    shown = coloured(replace(state, colour_by=REGIONS))
    assert counts(shown) == [("card · lost", 25), ("Region 2", 10), ("In no region", 5)]
    shown = coloured(replace(state, colour_by=TRUST))
    assert shown.values is not None
    assert "15 neighbours" in shown.note
    assert "not there yet" in coloured(replace(state_of(40), colour_by=TRUST)).title


def test_the_choices_begin_with_what_the_program_knows() -> None:
    groups = colour_choices(with_columns(amount=list(range(40))).corpus)
    assert groups[0] == (ANOMALY, REGIONS, TRUST, LABELS)
    assert groups[1] == ("source", "amount")
    assert groups[-1] == (NO_COLOUR,)
    assert colour_choices(None) == (groups[0], groups[-1])


def test_without_scores_all_is_one_grey() -> None:
    for choice in (ANOMALY, NO_COLOUR, "no such column"):
        shown = coloured(replace(state_of(5), colour_by=choice), dark=False)
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
        shown = coloured(replace(state, colour_by=name), dark=False)
        assert shown.values is not None and not shown.values.n_missing
        show_legend(legend, shown, dark=False)
        assert "median 2026-01-20" in legend._bar.accessibleName()
    assert coloured(replace(state, colour_by="wrong")).values is None
