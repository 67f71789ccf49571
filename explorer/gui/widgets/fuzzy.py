"""Whether the letters that a person types occur in a name, in that order, and how well they fit it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_START = 10
_ADJACENT = 8  # so that going on beats a jump to the next word
_HIT = 1
_GAP = 3
_MOST_GAP = 3


@dataclass(frozen=True)
class Fit:
    """How well a query fits (greater is better), and the places of its letters in the name."""

    score: int
    places: tuple[int, ...]


def fit(query: str, name: str) -> Fit | None:
    """The best way to find the letters of ``query`` in ``name`` in their order; None where there is none.

    Case, accents and blanks in the query do not count. A letter at the start of a word, or next to the one before
    it, counts more; letters that are skipped in between count against. An empty query fits everything equally.
    Takes len(query) * len(name) steps.
    """
    letters, text = _folded("".join(query.split())), _folded(name)
    if not letters:
        return Fit(0, ())
    best: list[Fit | None] = [_first(letters[0], text, place) for place in range(len(text))]
    for letter in letters[1:]:
        best = _next(letter, text, best)
    return max((found for found in best if found is not None), key=lambda found: found.score, default=None)


def _first(letter: str, text: str, place: int) -> Fit | None:
    if text[place] != letter:
        return None
    return Fit(_worth(text, place) - min(place, _MOST_GAP), (place,))


def _next(letter: str, text: str, before: list[Fit | None]) -> list[Fit | None]:
    """For each place the best fit that ends there, from those of the letters before."""
    found: list[Fit | None] = [None] * len(text)
    far: Fit | None = None  # the best that ends at least two places before
    for place in range(1, len(text)):
        near = before[place - 1]
        if text[place] == letter:
            worth = _worth(text, place)
            ways = [] if far is None else [Fit(far.score + worth - _GAP, (*far.places, place))]
            if near is not None:
                ways.append(Fit(near.score + worth + _ADJACENT, (*near.places, place)))
            found[place] = max(ways, key=lambda way: way.score, default=None)
        if near is not None and (far is None or near.score > far.score):
            far = near
    return found


def _worth(text: str, place: int) -> int:
    return _HIT + (_START if place == 0 or not text[place - 1].isalnum() else 0)


def _folded(text: str) -> str:
    """Lower case without accents, letter by letter, so that places stay the same."""
    return "".join(unicodedata.normalize("NFD", letter)[0].lower()[:1] or letter for letter in text)
