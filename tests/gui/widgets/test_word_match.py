from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.gui.widgets.word_match import fit


@pytest.mark.parametrize(
    ("query", "name", "places"),
    [
        ("exp", "Export report…", (0, 1, 2)),
        ("er", "Export report…", (0, 7)),
        ("exre", "Export report…", (0, 1, 7, 8)),
        ("report", "Export report…", (7, 8, 9, 10, 11, 12)),
        ("rep EX", "Export report…", (0, 1, 7, 8, 9)),
        ("port", "Export report…", (2, 3, 4, 5)),
        ("nf", "Next flagged", (0, 5)),
        ("ecole", "École normale", (0, 1, 2, 3, 4)),
        ("tsne", "Layout: t-SNE", (8, 10, 11, 12)),
        ("t-sne", "Layout: t-SNE", (8, 10, 11, 12)),
        ("", "anything", ()),
    ],
)
def test_words_are_found_where_a_person_means_them(query: str, name: str, places: tuple[int, ...]) -> None:
    found = fit(query, name)
    assert found is not None
    assert found.places == places


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("zz", "Export"),
        ("exports", "Export"),
        ("a", ""),
        ("exp", "Next point in the corpus"),  # letters scattered over words that begin otherwise
        ("dark", "Add a record in the desk"),
        ("x", "Export"),  # one letter within a word says nothing
        ("export flag", "Export report…"),  # every typed word must be there
    ],
)
def test_letters_scattered_anywhere_do_not_fit(query: str, name: str) -> None:
    assert fit(query, name) is None


def test_the_better_a_word_fits_the_greater_the_score() -> None:
    names = ["Flag", "Clear or flag", "Flagged texts", "Next flagged", "First laggard", "Unflagged"]
    scores = [found.score for name in names if (found := fit("flag", name)) is not None]
    assert len(scores) == len(names)
    assert scores == sorted(set(scores), reverse=True)


def test_what_stands_beside_the_name_counts_less_and_is_not_marked() -> None:
    beside = fit("file exp", "Export report…", "File")
    alone = fit("exp", "Export report…", "File")
    assert beside is not None and alone is not None
    assert beside.places == alone.places == (0, 1, 2)
    assert beside.score < alone.score
    assert fit("ile exp", "Export report…", "File") is None


@given(st.lists(st.text("abcé", min_size=1, max_size=4), min_size=1, max_size=4), st.data())
def test_beginnings_of_words_in_a_row_always_fit(words: list[str], data: st.DataObject) -> None:
    pieces = [word[: data.draw(st.integers(1, len(word)))] for word in words]
    found = fit("".join(pieces), " ".join(words))
    assert found is not None
    name = " ".join(words)
    assert len(found.places) == sum(map(len, pieces))
    assert "".join(name[place] for place in found.places) == "".join(pieces)


@given(st.text("abé -", max_size=6), st.text("aAbBé -", max_size=14))
def test_what_is_marked_is_what_was_typed(query: str, name: str) -> None:
    found = fit(query, name)
    fold = str.maketrans("ABé", "abe")
    letters = {letter for letter in query.translate(fold) if letter.isalnum()}
    if found is not None:
        assert {name.translate(fold)[place] for place in found.places} == letters
