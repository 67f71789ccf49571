"""Labels, notes and trash: asked row by row, written into a manifest and read back."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.arrays import row_numbers, row_ranges
from explorer.core.report.marks import MOST_LABELS, NO_MARKS, Marks

ROWS = 200
IDS = pa.chunked_array([pa.array([f"T{row}" for row in range(ROWS)], pa.large_string())])


NOTES = st.dictionaries(st.integers(0, ROWS - 1), st.text(max_size=9))


@st.composite
def some_marks(draw: st.DrawFn) -> Marks:
    names = draw(st.lists(st.text(min_size=1, max_size=6), unique=True, max_size=5))
    bits, trash = np.zeros(ROWS, np.uint64), np.zeros(ROWS, np.bool_)
    for row in draw(st.lists(st.integers(0, ROWS - 1), max_size=20)):
        bits[row] = draw(st.integers(0, 2 ** len(names) - 1))
        trash[row] = draw(st.booleans())
    return Marks(tuple(names), bits, draw(NOTES), trash, draw(NOTES))


@given(some_marks())
def test_what_is_written_is_read_back(marks: Marks) -> None:
    written = json.loads(json.dumps(marks.as_dict(IDS)))
    assert Marks.from_dict(written, ROWS).same_as(marks)


@given(st.sets(st.integers(0, 999), max_size=60))
def test_rows_survive_as_ranges(rows: set[int]) -> None:
    given_rows = np.array(sorted(rows), np.int64)
    assert row_numbers(row_ranges(given_rows), 1000).tolist() == given_rows.tolist()


def test_a_label_on_a_million_rows_is_one_line() -> None:
    bits = np.ones(1_000_000, np.uint64)
    bits[500_000] = 0
    ids = pa.chunked_array([pa.array(np.arange(1_000_000)).cast(pa.large_string())])
    written = Marks(("all",), bits).as_dict(ids)["labels"]["assignments"][0]
    assert written["rows"] == "0-499999,500001-999999" and written["count"] == 999_999
    assert len(json.dumps(written)) < 20_000


def test_all_bits_of_a_row_can_be_labels() -> None:
    names = tuple(f"label {place}" for place in range(MOST_LABELS))
    marks = Marks(names, np.array([0, 2**64 - 1, 1 << 63], np.uint64))
    assert marks.names_of(0) == () and marks.names_of(1) == names and marks.names_of(2) == names[-1:]
    assert marks.rows_with(names[-1]).tolist() == [1, 2]
    assert marks.names_of_rows(np.array([2, 0, 1])) == [names[-1:], (), names]


def test_nothing_done_costs_nothing() -> None:
    assert NO_MARKS.names_of(3) == () and not NO_MARKS.trashed(np.array([3]))[0]
    assert Marks.from_dict({}, 5).same_as(NO_MARKS)
    assert Marks.from_dict({"labels": []}, 5).same_as(NO_MARKS), "as format 1 wrote it"
    empty = Marks((), np.zeros(5, np.uint64), {}, np.zeros(5, np.bool_))
    assert empty.same_as(NO_MARKS) and empty.labelled_count == empty.trashed_count == 0


def test_any_difference_is_seen() -> None:
    trash = np.array([True, False, False])
    marks = Marks(("a", "b"), np.array([1, 0, 2], np.uint64), {1: "n"}, trash, {2: "c"})
    others = [
        replace(marks, labels=("b", "a")),
        replace(marks, bits=np.array([1, 1, 2], np.uint64)),
        replace(marks, notes={1: "m"}),
        replace(marks, trash=np.array([True, False, True])),
        replace(marks, corrections={2: "d"}),
    ]
    assert marks.same_as(marks) and not any(marks.same_as(other) for other in others)


@pytest.mark.parametrize(
    "values",
    [
        {"labels": {"definitions": ["a"], "assignments": [{"label": "b", "rows": "0"}]}},
        {"labels": {"definitions": ["a", "a"], "assignments": []}},
        {"labels": {"definitions": [str(n) for n in range(65)], "assignments": []}},
        {"labels": {"definitions": ["a"]}},
        {"labels": [1]},
        {"trash": {"rows": "0-5"}},
        {"trash": {"rows": "0-99999999999999"}},
        {"trash": {"rows": "-1"}},
        {"trash": {"rows": 3}},
        {"notes": [{"row": 5, "note": "x"}]},
        {"notes": [{"note": "x"}]},
        {"corrections": [{"row": 5, "label": "x"}]},
        {"corrections": [{"row": 1}]},
    ],
)
def test_what_was_never_written_is_refused(values: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        Marks.from_dict(values, 5)
