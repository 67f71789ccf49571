"""What a cell shows of a text while something is searched for."""

from __future__ import annotations

import pytest

from explorer.core.query.search import TextQuery
from explorer.gui.excerpts import LOOKED_AT, excerpt

HELLO, WORLD = "\u0645\u0631\u062d\u0628\u0627", "\u0628\u0627\u0644\u0639\u0627\u0644\u0645"


def test_without_a_search_a_text_is_shown_from_its_beginning() -> None:
    assert excerpt("One\n\n  two", None).line == "One two"
    assert excerpt("One two", None).matches == ()


def test_a_match_far_on_is_brought_into_view() -> None:
    shown = excerpt("nothing to see " * 40 + "but a\n lost   card here", TextQuery("card"))
    start, end = shown.matches[0]
    assert shown.line.startswith("…")
    assert start < 40
    assert shown.line[start:end] == "card"
    assert shown.line.endswith("lost card here")


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        (f"{HELLO} {WORLD}", TextQuery(HELLO), [HELLO]),
        ("\U0001f4b3\U0001f4b3 Cafe\u0301 card", TextQuery("cafe"), ["Cafe\u0301"]),
        ("card-Card CARD", TextQuery("card -other"), ["card", "Card", "CARD"]),
        ("a1 b22", TextQuery("[0-9]+", "regex"), ["1", "22"]),
        ("my card", TextQuery("plastic", "meaning"), []),
    ],
)
def test_matches_are_places_in_the_line(text: str, query: TextQuery, expected: list[str]) -> None:
    shown = excerpt(text, query)
    assert [shown.line[start:end] for start, end in shown.matches] == expected


def test_a_text_of_a_megabyte_is_not_read_to_its_end() -> None:
    shown = excerpt("word " * 200_000 + "card", TextQuery("card"))
    assert shown.matches == ()
    assert len(shown.line) < LOOKED_AT


def test_a_run_without_blanks_is_cut_before_its_match() -> None:
    shown = excerpt("x" * 500 + "-card", TextQuery("card"))
    assert [shown.line[start:end] for start, end in shown.matches] == ["card"]
