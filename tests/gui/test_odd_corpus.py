"""Everything odd that a corpus can hold, through the real window: open, look, colour, filter, search, export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot
from window_driver import Driver

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.app.opening import OpenRequest
from explorer.app.state import ANOMALY, NO_COLOUR
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from explorer.core.query.predicates import Expression, Filters, Moments, Predicate, Range, Values, Words
from explorer.core.query.search import TextQuery
from explorer.errors import OptionError
from explorer.gui.map.colouring import LABELS, REGIONS, TRUST, colour_columns
from explorer.gui.panels.text_panel import FIRST_PART, TextPanel

ROWS = 10_100
MEGABYTE = "word " * 200_000
HEBREW = "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd: \u05d4\u05db\u05e8\u05d8\u05d9\u05e1 card 42"
ARABIC = "\u0645\u0631\u062d\u0628\u0627 \u0628\u0643\u0645 \u202e reversed \u202c end"
COMBINING = "Z" + "\u0301\u0323\u0334\u0360" * 60 + "algo e\u0301te\u0301 \u1100\u1161\u11a8"
EMOJI = "family \U0001f468\u200d\U0001f469\u200d\U0001f467 flag \U0001f1e9\U0001f1ea tone \U0001f44d\U0001f3fd"
THAI = "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01"
ODD = (
    MEGABYTE,
    HEBREW,
    ARABIC,
    COMBINING,
    EMOJI,
    THAI,
    "",
    "\u200b",
    "\t\r\n",
    "<b>bold</b> & &amp; %s {0}",
    "a\u0000b",
)


def write_corpus(folder: Path) -> tuple[Path, Path]:
    """A Parquet file of odd texts and columns, and vectors for them."""
    random = np.random.default_rng(0)
    texts = [*ODD, *(f"text about thing {row % 700} of {row}" for row in range(ROWS - len(ODD)))]
    table = pa.table({
        "text": texts,
        "same": ["always this"] * ROWS,
        "nothing": np.full(ROWS, np.nan),
        "many": [f"kind {row % 10_000}" for row in range(ROWS)],
        "names": [ODD[1:6][row % 5] for row in range(ROWS)],
        "huge": np.where(np.arange(ROWS) % 2, 1e300, -1e300),
        "one_number": np.full(ROWS, 7.0),
        "no_date": pa.nulls(ROWS, pa.timestamp("us")),
        "day": pa.array(np.full(ROWS, np.datetime64("2026-01-01T00:00:00", "us"))),
    })  # fmt: skip
    pq.write_table(table, folder / "odd.parquet")
    np.save(folder / "odd.npy", random.normal(size=(ROWS, 8)).astype(np.float32))
    return folder / "odd.parquet", folder / "odd.npy"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_corpus(tmp_path_factory.mktemp("odd"))


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path, corpus: tuple[Path, Path]) -> Iterator[Driver]:
    """The window with the odd corpus in it, everything computed; the map is that of PCA, which is quick."""
    driver = Driver(qtbot, tmp_path / "projects")
    file, vectors = corpus
    plan = Plan(vectors=str(vectors), detectors=("knn",), layout="pca")
    driver.session.open_corpus(OpenRequest(file, Roles(("text",), label="many"), plan=plan))
    driver.until(driver.complete)
    yield driver
    driver.close()


def looked_at(driver: Driver) -> None:
    """The window as it is now can be painted, and nobody has complained."""
    assert not driver.window.grab().isNull()
    assert [message for message in driver.state.messages if message.level == "error"] == []


def texts_are_shown(driver: Driver) -> None:
    for row in range(len(ODD)):
        driver.session.store.dispatch(op.set_current(row=row))
        looked_at(driver)


def every_column_colours(driver: Driver) -> None:
    colours = driver.window._map._colours
    assert driver.state.corpus is not None
    columns = colour_columns(driver.state.corpus)
    assert {"names", "day", "huge"} <= set(columns)
    others = [name for name in driver.state.corpus.table.column_names if name not in columns]  # a saved session's
    for by in (*columns, *others, LABELS, REGIONS, TRUST, NO_COLOUR, ANOMALY):
        before = colours.shown
        driver.session.store.dispatch(op.set_colour(colour_by=by))
        driver.until(lambda before=before: colours.shown is not before)  # type: ignore[misc]
        looked_at(driver)


def ten_thousand_categories_have_a_legend(driver: Driver) -> None:
    """The largest by name and colour, all others as one entry; hiding that hides them all."""
    colours = driver.window._map._colours
    driver.session.store.dispatch(op.set_colour(colour_by="many"))
    driver.until(lambda: colours.shown is not None and len(colours.shown.categories) > 1)
    entries = colours.shown.categories
    others = entries[-1]
    assert len(entries) < 30 and others.name == f"{10_000 - len(entries) + 1:,} others"
    assert sum(entry.count for entry in entries) == ROWS
    driver.session.store.dispatch(op.hide_entries(names=[others.name]))
    driver.until(lambda: driver.map.points.is_shown)
    seen = ROWS - others.count
    driver.until(lambda: np.count_nonzero(driver.map.points.look.visible()) == seen)
    looked_at(driver)
    driver.session.store.dispatch(op.hide_entries(names=[]))


FILTERS: tuple[tuple[Predicate, int], ...] = (
    (Values("same", ("always this",)), ROWS),
    (Values("many", tuple(f"kind {number}" for number in range(10_000))), ROWS),
    (Values("names", (HEBREW, EMOJI)), 2 * ROWS // 5),
    (Range("nothing", 0, 1), 0),
    (Range("one_number", 7, 7), ROWS),
    (Range("huge", 0, None), ROWS // 2),
    (Moments("day", "2026-01-01", "2026-01-02"), ROWS),
    (Words("\u05e9\u05dc\u05d5\u05dd"), 1),
    (Expression("length(text) > 900000"), 1),
)


def every_filter_answers(driver: Driver) -> None:
    for predicate, count in FILTERS:
        driver.session.store.dispatch(filtering.set_filters(filters=Filters()))
        driver.until(lambda: driver.state.passed is None)
        driver.session.store.dispatch(filtering.add_filter(predicate=predicate))
        driver.until(lambda: driver.state.passed is not None or driver.state.filter_error != "")
        assert driver.state.filter_error == "" or predicate == Range("nothing", 0, 1), driver.state.filter_error
        if not driver.state.filter_error:
            assert driver.state.shown_count == count, predicate
        looked_at(driver)
    driver.session.store.dispatch(filtering.set_filters(filters=Filters()))
    driver.until(lambda: driver.state.passed is None)


SEARCHES = (
    (TextQuery("\u05e2\u05d5\u05dc\u05dd"), 1),
    (TextQuery("\U0001f44d"), 1),
    (TextQuery("\u00e9t\u00e9"), 1),  # composed, where the text has combining marks
    (TextQuery("<b>", "regex"), 1),
    (TextQuery("of 99", "phrase"), 1),
    (TextQuery("\u0e0a\u0e32\u0e27"), 1),
    (TextQuery("nowhere"), 0),
)


def every_search_answers(driver: Driver) -> None:
    for query, least in SEARCHES:
        driver.session.store.dispatch(filtering.search(query=query))
        driver.until(lambda: not driver.state.search.running)
        assert driver.state.search.error == "" and driver.state.search.of >= least, query
        looked_at(driver)
    driver.session.store.dispatch(filtering.search(query=TextQuery("(", "regex")))
    driver.until(lambda: not driver.state.search.running)
    assert driver.state.search.error
    driver.session.store.dispatch(filtering.search(query=None))


def rows_are_written(driver: Driver, folder: Path) -> None:
    for suffix in (".csv", ".jsonl", ".parquet"):
        out = folder / f"rows{suffix}"
        driver.session.export_rows(out, None)
        driver.until(lambda out=out: any(str(out) in m.what for m in driver.state.messages))  # type: ignore[misc]
        looked_at(driver)
    assert pq.read_table(folder / "rows.parquet").num_rows == ROWS


def test_an_odd_corpus_is_handled_to_the_end(driver: Driver, tmp_path: Path) -> None:
    looked_at(driver)
    texts_are_shown(driver)
    every_column_colours(driver)
    ten_thousand_categories_have_a_legend(driver)
    every_filter_answers(driver)
    every_search_answers(driver)
    rows_are_written(driver, tmp_path)
    nothing_is_done_with_nothing(driver)
    a_megabyte_is_shown_in_part(driver)


def nothing_is_done_with_nothing(driver: Driver) -> None:
    """Every action, and every decision, with nothing selected and no current text."""
    dispatch = driver.session.store.dispatch
    dispatch(op.select(rows=[]))
    dispatch(op.set_current(row=None))
    assert driver.state.targets.size == 0
    for name in ("flag", "clear", "undecide", "trash", "restore", "grow", "filter_selection", "find_next", "back"):
        driver.window.actions_by_name[name].trigger()
    driver.qtbot.mouseClick(driver.map, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    with pytest.raises(OptionError):
        dispatch(marking.add_label(name="  "))
    dispatch(marking.put_in_trash(rows=np.empty(0, np.int64)))
    assert not driver.state.overrides and driver.state.trash_count == 0
    looked_at(driver)


def a_megabyte_is_shown_in_part(driver: Driver) -> None:
    """The panel stays quick: it shows the beginning and says how much more there is."""
    driver.session.store.dispatch(op.set_current(row=0))
    panel = driver.window.findChildren(TextPanel)[0]
    assert len(driver.control(QPlainTextEdit, "Text").toPlainText()) < 2 * FIRST_PART
    more = next(button for button in panel.findChildren(QPushButton) if "Show all" in button.text())
    assert more.isVisible() and "1,000,000" in more.text()
