"""What counts as a word, for the index, the scan and the highlighting alike; and what a person's query asks for.

Every character is folded by itself (:func:`fold_character`), so that a place in the folded text always has a place in
the text that is shown. After folding, words are what stands between spaces: nothing later has an opinion of its own.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from explorer.errors import OptionError

MOST_TERMS = 200
SHORTEST_PREFIX = 2
"""Characters from which the last word may go on: one letter begins too many words to be of use."""

_NO_SPACES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x312F),  # kana, bopomofo
    (0x31A0, 0x31FF),
    (0x3400, 0x9FFF),  # Han
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
    (0x20000, 0x3FFFF),  # rare Han
)
"""Scripts written without spaces between words. Each of their characters is a word of its own, and what is asked for
a phrase of them, so that a part of a run is found."""

_TYPED = re.compile(r'(-*)(?:"([^"]*)("?)|([^\s"]+))')


@lru_cache(maxsize=1 << 16)
def fold_character(code: int) -> str:
    """One character in the form that is compared: compatible, without case and diacritics ("ß" -> "ss", "É" -> "e").

    What joins (soft hyphen, joiner, variation selector, skin tone) is nothing; what separates words is a space;
    a pictogram or a character of a script without spaces has a space on both sides.
    """
    if code == 0x200B:  # the zero width space does separate words
        return " "
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(code)).casefold())
    return "".join(map(_piece, apart))


def _piece(char: str) -> str:
    code, category = ord(char), unicodedata.category(char)
    if category == "Cf" or 0x1F3FB <= code <= 0x1F3FF or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return ""
    if category[0] == "M" and _is_diacritic(unicodedata.combining(char)):
        return ""
    if category == "So" or (category[0] in "LMN" and _has_no_spaces(code)):
        return f" {char} "
    return char if category[0] in "LMN" or category == "Co" else " "


def _is_diacritic(combining: int) -> bool:
    """Accents, Hebrew and Arabic points, Japanese voicing; not the vowel signs of Indic scripts, which spell words."""
    return combining == 8 or 10 <= combining <= 35 or 200 <= combining <= 240


def _has_no_spaces(code: int) -> bool:
    return any(first <= code <= last for first, last in _NO_SPACES)


class Folding(dict[int, str]):
    """A table for ``str.translate`` that fills itself: one for many texts is the quickest."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = fold_character(code)
        return folded


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a text, in order."""
    return tuple(text.translate(Folding()).split())


def spaced(texts: Iterable[str]) -> list[str]:
    """Each text as its folded words with one space before, between and after them."""
    table = Folding()
    return [f" {' '.join(text.translate(table).split())} " for text in texts]


@dataclass(frozen=True)
class Term:
    """Words that must follow each other. ``prefix``: the last may go on. ``negated``: must not be there."""

    words: tuple[str, ...]
    prefix: bool = False
    negated: bool = False
    typed: str = ""


def terms_of(query: str) -> tuple[Term, ...]:
    """What a person typed: words (all of them), "quoted phrases", minus words; the last word may still be going on.

    Whatever holds no word is passed over. Raises ``OptionError`` for more than ``MOST_TERMS`` terms.
    """
    typed = list(_TYPED.finditer(query))
    found = [_term(match, last=match.end() == len(query)) for match in typed]
    terms = tuple(term for term in found if term.words)
    if len(terms) > MOST_TERMS:
        raise OptionError(f"The search has {len(terms):,} words.", f"Search for up to {MOST_TERMS} at a time.")
    return terms


def _term(match: re.Match[str], *, last: bool) -> Term:
    minus, phrase, _, word = match.groups()
    typed = phrase if word is None else word
    words = words_of(typed)
    goes_on = last and word is not None and not minus and bool(words) and len(words[-1]) >= SHORTEST_PREFIX
    return Term(words, prefix=goes_on, negated=bool(minus), typed=typed)


def phrase_of(text: str) -> tuple[Term, ...]:
    """The one term of an exact phrase; empty where it holds no word."""
    words = words_of(text)
    return (Term(words, typed=text),) if words else ()


def word_spans(text: str, terms: Iterable[Term]) -> list[tuple[int, int]]:
    """The places [start, end) in ``text``, in order and not overlapping, where the terms (not negated) stand."""
    wanted = [_pattern(term) for term in terms if not term.negated]
    if not wanted:
        return []
    folded, starts = _folded_places(text)
    found = [match.span() for pattern in wanted for match in re.finditer(pattern, folded)]
    return _merged(sorted(_in_text(span, starts) for span in found))


def _folded_places(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and where in it each character of the text begins (the end of the text last)."""
    table = Folding()
    if text.isascii():  # each is folded to one
        return text.translate(table), range(len(text) + 1)
    pieces = [table[code] for code in map(ord, text)]
    return "".join(pieces), list(accumulate(map(len, pieces), initial=0))


def _pattern(term: Term) -> str:
    """Literal words and spaces only, so that no text can make matching slow."""
    return r"(?<!\S)" + " +".join(map(re.escape, term.words)) + ("" if term.prefix else r"(?!\S)")


def _in_text(span: tuple[int, int], starts: Sequence[int]) -> tuple[int, int]:
    """Folded places as places in the text; marks that folding dropped belong to the character before them."""
    end = bisect_left(starts, span[1])
    while end + 1 < len(starts) and starts[end + 1] == starts[end]:
        end += 1
    return bisect_right(starts, span[0]) - 1, end


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
