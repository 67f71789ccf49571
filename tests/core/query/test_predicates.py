"""Filters: what they say, and that a project keeps them as they were."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.query.predicates import (
    Chip,
    Contains,
    Expression,
    Filters,
    Labelled,
    Moments,
    Pattern,
    Phrase,
    Predicate,
    Range,
    Rows,
    Values,
    Words,
)
from explorer.errors import OptionError, ProjectError

names = st.text(max_size=12)
limits = st.none() | st.floats(allow_nan=False, allow_infinity=False)
dates = st.none() | st.datetimes().map(lambda moment: moment.isoformat())
predicates = st.one_of(
    st.builds(Values, names, st.lists(names, max_size=4).map(tuple), st.booleans()),
    st.builds(Contains, names, names),
    st.builds(Range, names, limits, limits),
    st.builds(Moments, names, dates, dates),
    st.builds(Words, st.text(max_size=40)),
    st.builds(Phrase, st.text(max_size=40)),
    st.builds(Pattern, names, st.booleans()),
    st.builds(
        lambda name, rows: Rows.of(name, np.array(rows, np.int64), 50), names, st.lists(st.integers(0, 49), max_size=9)
    ),
    st.builds(Expression, names),
    st.builds(Labelled, names),
)
chips = st.builds(Chip, predicates, st.booleans(), st.booleans(), names)


@given(st.builds(Filters, st.lists(chips, max_size=5).map(tuple), st.sampled_from(["all", "any"])))
def test_filters_come_back_from_json(filters: Filters) -> None:
    back = Filters.from_dict(json.loads(json.dumps(filters.as_dict())))
    assert back == filters and hash(back) == hash(filters)
    assert isinstance(back.words(), str)
    assert all(chip.words() and chip.title for chip in back.chips)


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        (Values("lang", ("en", "de")), "lang is en or de"),
        (Values("lang", ("en",), missing=True), "lang is en or missing"),
        (Values("lang", ("a", "b", "c", "d", "e")), "lang is a, b, c or 2 more"),
        (Values("lang"), "lang is nothing"),
        (Values("flagged", ("true",)), "flagged"),
        (Values("flagged", ("false",)), "not flagged"),
        (Contains("sender", "bank.com"), 'sender contains "bank.com"'),
        (Range("anomaly_score", 0.4), "score from 0.4"),
        (Range("amount", high=1_000_000), "amount up to 1e+06"),
        (Range("amount", 1, 2.5), "amount 1 to 2.5"),
        (Moments("day", "2026-10-01", "2026-11-01"), "2026-10-01 to 2026-10-31"),
        (Moments("day", "2026-10-01", "2026-10-02"), "2026-10-01"),
        (Moments("day", "2026-10-01"), "day from 2026-10-01"),
        (Moments("day", None, "2026-10-01T12:00:00"), "day up to 2026-10-01 11:59:59"),
        (Words("refund"), '"refund" in the text'),
        (Words('card -"not mine"'), '"card" and not "not mine" in the text'),
        (Words("..."), "no word in the text"),
        (Phrase("my card"), '"my card" in the text'),
        (Pattern("ref.nd"), "text like /ref.nd/"),
        (Labelled("spam"), "labelled spam"),
        (Expression("amount > 3"), "amount > 3"),
        (Rows.of("", np.array([1, 2]), 9), "saved selection"),
    ],
)
def test_names_in_plain_words(predicate: Predicate, words: str) -> None:
    assert Chip(predicate).words() == words
    assert Chip(predicate, name="mine").title == "mine"
    inverted = Chip(predicate, inverted=True).words()
    assert inverted == (words.removeprefix("not ") if words.startswith("not ") else f"not {words}")


def test_what_passes_is_said_in_one_line() -> None:
    both = (Chip(Labelled("spam")), Chip(Range("amount", 3), enabled=False), Chip(Values("lang", ("de",))))
    assert Filters(both).words() == "labelled spam and lang is de"
    assert Filters(both, "any").words() == "labelled spam or lang is de"
    assert Filters().words() == ""


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {},
        {"kind": 3},
        {"kind": "values"},
        {"kind": "values", "column": 3, "values": [], "missing": False},
        {"kind": "values", "column": "a", "values": "abc", "missing": False},
        {"kind": "values", "column": "a", "values": [None], "missing": False},
        {"kind": "range", "column": "a", "low": "1", "high": None},
        {"kind": "range", "column": "a", "low": True, "high": None},
        {"kind": "range", "column": "a", "low": float("nan"), "high": None},
        {"kind": "range", "column": "a", "low": 10**400, "high": None},
        {"kind": "moments", "column": "a", "start": "yesterday", "end": None},
        {"kind": "rows", "name": "a", "packed": "eJwD", "total": -1},
        {"kind": "words", "query": "word " * 300},
    ],
)
def test_a_damaged_filter_is_one_sentence(stored: object) -> None:
    with pytest.raises(ProjectError, match="damaged"):
        Predicate.from_dict(stored)
    with pytest.raises(ProjectError, match="damaged"):
        Filters.from_dict({"combine": "all", "chips": [stored]})


def test_a_filter_of_a_newer_version_is_told_apart() -> None:
    with pytest.raises(ProjectError, match="does not know filters of the kind 'sound'"):
        Predicate.from_dict({"kind": "sound"})
    with pytest.raises(ProjectError, match="neither all nor any"):
        Filters.from_dict({"combine": "none", "chips": []})


def test_a_selection_is_kept_bit_by_bit() -> None:
    rows = np.array([0, 7, 8, 9_999])
    kept = Rows.of("mine", rows, 10_000)
    assert len(kept.packed) < 100
    assert np.flatnonzero(kept.mask(10_000)).tolist() == rows.tolist()
    assert np.flatnonzero(kept.mask(12_000)).tolist() == rows.tolist()
    assert np.flatnonzero(kept.mask(9)).tolist() == [0, 7, 8]
    assert Rows.of("", np.empty(0, np.int64), 0).mask(3).tolist() == [False] * 3


@pytest.mark.parametrize("packed", ["no base 64!", "AAAA", ""])
def test_a_damaged_selection_is_one_sentence(packed: str) -> None:
    with pytest.raises(ProjectError, match="selection mine is damaged"):
        Rows("mine", packed, 10).mask(10)


def test_limits_that_are_none_are_refused() -> None:
    with pytest.raises(OptionError, match="cannot end at inf"):
        Range("amount", high=float("inf"))
    with pytest.raises(OptionError, match=r"'31\.10\.2026' is no date"):
        Moments("day", "31.10.2026")
