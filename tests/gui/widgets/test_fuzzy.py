from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.gui.widgets.fuzzy import fit


@pytest.mark.parametrize(
    ("query", "name", "places"),
    [
        ("exp", "Export report…", (0, 1, 2)),
        ("er", "Export report…", (0, 7)),  # word starts rather than the first r
        ("report", "Export report…", (7, 8, 9, 10, 11, 12)),
        ("EX port", "Export report…", (0, 1, 2, 3, 4, 5)),
        ("exp", "Export map as PNG…", (0, 1, 2)),
        ("nf", "Next flagged", (0, 5)),
        ("ecole", "École normale", (0, 1, 2, 3, 4)),
        ("", "anything", ()),
    ],
)
def test_letters_are_found_where_a_person_means_them(query: str, name: str, places: tuple[int, ...]) -> None:
    found = fit(query, name)
    assert found is not None
    assert found.places == places


@pytest.mark.parametrize(("query", "name"), [("zz", "Export"), ("tropxe", "Export"), ("exports", "Export"), ("a", "")])
def test_letters_that_are_not_there_in_this_order_do_not_fit(query: str, name: str) -> None:
    assert fit(query, name) is None


def test_better_fits_have_greater_scores() -> None:
    names = ["Export report", "Regular expression", "Next point in the corpus", "Enlarge text and map"]
    scores = [found.score for name in names if (found := fit("exp", name)) is not None]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(names)


@given(st.text("aAbé -", max_size=5), st.text("aAbBé -", max_size=12))
def test_it_is_the_best_of_all_ways(query: str, name: str) -> None:
    """Against the plain enumeration of all ways to find a subsequence."""
    found = fit(query, name)
    fold = str.maketrans("ABé", "abe")
    letters, text = "".join(query.split()).translate(fold), name.translate(fold)

    def ways(rest: str, start: int) -> list[tuple[int, ...]]:
        if not rest:
            return [()]
        hits = [place for place in range(start, len(text)) if text[place] == rest[0]]
        return [(place, *others) for place in hits for others in ways(rest[1:], place + 1)]

    every = ways(letters, 0)
    assert (found is None) == (not every)
    if found is None or not letters:
        return
    assert found.places in every
    assert found.score == max(_score(text, way) for way in every) == _score(text, found.places)


def _score(text: str, way: tuple[int, ...]) -> int:
    starts = sum(11 if place == 0 or not text[place - 1].isalnum() else 1 for place in way)
    steps = sum(8 if b == a + 1 else -3 for a, b in pairwise(way))
    return starts + steps - min(way[0], 3)
