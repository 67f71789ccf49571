"""Whether the words that a person types are in a name, and how well: by how words begin, or by a piece of one."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_WHOLE, _START, _STARTS, _INSIDE, _BESIDE = 100, 80, 60, 40, 20
_FIRST = 5
"""What the first word of the name is worth more than a later one."""
_PIECE = 5
"""What each further word costs over which what was typed is spread."""
_SHORTEST_INSIDE = 2
"""Letters of a piece that is found within a word; one letter is in every word."""


@dataclass(frozen=True)
class Fit:
    """How well a query fits (greater is better), and the places of its letters in the name, ascending."""

    score: int
    places: tuple[int, ...]


@dataclass(frozen=True)
class _Word:
    start: int
    letters: str


def fit(query: str, name: str, beside: str = "") -> Fit | None:
    """The fit of all words of a query, in any order; None where one of them is not there.

    A typed word is a whole word of the name, the beginning of one, the beginnings of several in a row ("exre" or "er"
    for "Export report"), or a piece within one. beside : words that may begin like a typed word too, the name's menu,
    say. Case and accents do not count. An empty query fits everything equally.
    """
    words, others = _words(_folded(name)), _words(_folded(beside))
    score, places = 0, set[int]()
    typed = [word.letters for word in _words(_folded(query))]
    for one in typed:
        found = _best(one, words)
        if found is None and any(other.letters.startswith(one) for other in others):
            found = Fit(_BESIDE, ())
        if found is None:
            return None
        score += found.score
        places.update(found.places)
    return Fit(score // max(len(typed), 1), tuple(sorted(places)))


def _best(typed: str, words: Sequence[_Word]) -> Fit | None:
    ways = [way for place, word in enumerate(words) for way in _ways(typed, words[place:], first=word is words[0])]
    return max(ways, key=lambda way: way.score, default=None)


def _ways(typed: str, words: Sequence[_Word], *, first: bool) -> list[Fit]:
    """How ``typed`` fits the first of these words, or begins in it and goes on in the others."""
    word, more = words[0], _FIRST if first else 0
    if word.letters.startswith(typed):
        return [Fit((_WHOLE if word.letters == typed else _START) + more, _run(word.start, len(typed)))]
    found = []
    spread = _spread(typed, words)
    if spread is not None:
        found.append(Fit(_STARTS - _PIECE * spread[0] + more, spread[1]))
    inside = word.letters.find(typed)
    if inside >= 0 and len(typed) >= _SHORTEST_INSIDE:
        found.append(Fit(_INSIDE + more, _run(word.start + inside, len(typed))))
    return found


def _spread(typed: str, words: Sequence[_Word]) -> tuple[int, tuple[int, ...]] | None:
    """``typed`` cut into the beginnings of the first word and of later ones, few if can be: how many, and where."""
    best: tuple[int, tuple[int, ...]] | None = None
    for size in range(_common(typed, words[0].letters), 0, -1):
        here = _run(words[0].start, size)
        if size == len(typed):
            return 1, here
        for later in range(1, len(words)):
            rest = _spread(typed[size:], words[later:])
            if rest is not None and (best is None or rest[0] + 1 < best[0]):
                best = rest[0] + 1, (*here, *rest[1])
    return best


def _common(one: str, other: str) -> int:
    """How many letters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _run(start: int, size: int) -> tuple[int, ...]:
    return tuple(range(start, start + size))


def _words(text: str) -> list[_Word]:
    """Stretches of letters and digits."""
    words: list[_Word] = []
    start = None
    for place, letter in enumerate(f"{text} "):
        if letter.isalnum():
            start = place if start is None else start
        elif start is not None:
            words.append(_Word(start, text[start:place]))
            start = None
    return words


def _folded(text: str) -> str:
    """Lower case without accents, letter by letter, so that places stay the same."""
    return "".join(unicodedata.normalize("NFD", letter)[0].lower()[:1] or letter for letter in text)
