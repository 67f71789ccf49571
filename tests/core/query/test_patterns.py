"""Regular expressions: found, highlighted, refused in words, and never slow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from query_corpus import strings

from explorer.core.query.patterns import pattern_mask, pattern_spans
from explorer.errors import OptionError


def test_found_in_any_case_unless_told() -> None:
    texts = strings(["Refund", "a refund", "re fund", ""])
    assert pattern_mask(texts, "^ref.nd").tolist() == [True, False, False, False]
    assert pattern_mask(texts, "refund|^$", ignore_case=False).tolist() == [False, True, False, True]
    assert pattern_mask(strings([]), "a").size == 0


@pytest.mark.parametrize(
    ("text", "regex", "spans"),
    [
        ("a refund, a Refund", "refund", [(2, 8), (12, 18)]),
        ("é🙂 ref", "r(e)(f)", [(3, 6)]),
        ("退款 aa", r"\p{Han}+|a", [(0, 2), (3, 4), (4, 5)]),
        ("abc", "x*", []),
        ("one\ntwo", "(?m)^.", [(0, 1), (4, 5)]),
        ("\ue000b\ue001b", "b", [(1, 2), (3, 4)]),
        ("", "a", []),
        (r"a\0b", r"\\0", [(1, 3)]),
    ],
)
def test_places(text: str, regex: str, spans: list[tuple[int, int]]) -> None:
    assert pattern_spans(text, regex) == spans


@pytest.mark.parametrize(
    ("regex", "reason"),
    [
        ("a(b", r"missing \)"),
        ("*a", r"at character 1: no argument for repetition operator \(\*\)"),
        ("ab[z-a]", r"at character 4: invalid character class range \(z-a\)"),
        ("(?<=x)y", r"at character 1: invalid perl operator \(\(\?<=\)"),
        ("a)b", r"unexpected \)"),
        ("\\", r"trailing \\"),
        ("(a{1000}){1000}", "bad repetition|too large|repetition size"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(regex: str, reason: str) -> None:
    for ask in (lambda: pattern_mask(strings(["a"]), regex), lambda: pattern_spans("a", regex)):
        with pytest.raises(OptionError, match=reason):
            ask()


def test_an_invalid_pattern_is_told_of_an_empty_corpus_too() -> None:
    with pytest.raises(OptionError):
        pattern_mask(strings([]), "a(")


def test_catastrophic_patterns_are_harmless() -> None:
    text = "a" * 100_000 + "!"
    assert pattern_mask(strings([text]), "(a+)+$").tolist() == [False]
    assert pattern_spans(text, "(a|aa)+$") == []


@given(st.text(max_size=20), st.text(max_size=12))
def test_any_pattern_is_read_or_refused(text: str, regex: str) -> None:
    try:
        found = pattern_mask(strings([text]), regex)
    except OptionError:
        return
    spans = pattern_spans(text, regex)
    assert isinstance(found[0], np.bool_)
    assert found[0] or not spans
    assert all(0 <= start < end <= len(text) for start, end in spans)
