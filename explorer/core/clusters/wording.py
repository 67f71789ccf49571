"""From scored terms to the few words that are shown: no function words, nothing said twice, written as people do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from typing import Final

from explorer.core.embedding.lexical_terms import terms

PHRASE_SHARE: Final = 0.5
"""A phrase is said instead of its word where at least this share of the word's texts have it (as nested terms in
C-value, Frantzi, Ananiadou & Mima 2000)."""

BOUND_SHARE: Final = 0.6
"""A word belongs to the word beside it where at least this share of its texts have both together."""

GROWTH_SHARE: Final = 0.7
"""A pair of characters takes in the next one where at least this share of its texts have the same one there."""

LONGEST_WORD: Final = 12

_ENGLISH: Final = """
a able about actually after again ago all already also always am an and another any anyone anything are aren as at be
because been before being both but by can cannot come comes could couldn did didn do does doesn doing don done else
even ever every everything far few find for from get gets getting give go goes going got had hadn happen happened
happening has hasn have haven having he hello help her here hers hi him his how however i if im in into is isn it its
itself just keep keeps kind know let like ll long look looking looks lot made make makes making many maybe me might
more most much must my myself need needed needs never no nor not now of often ok okay on once one only or other our
ours own please possible put re really right same saw saying says see seem seems she should shouldn show since so some
someone something still such sure take taken takes taking tell than thank thanks that the their theirs them then there
these they thing things think this those though through to today too took tried try trying under until use used uses
using ve very want wanted wants was wasn way ways we well went were weren what when where whether which while who whom
whose why will with within without won would wouldn yes yesterday yet you your yours
"""

STOP_WORDS: Final = frozenset(_ENGLISH.split())
"""English only, and short: in any language, words that nearly all regions share are left out by their counts."""


def words_of(term: str) -> list[str]:
    return term.split(" ")


def is_content(term: str, everywhere: Set[str]) -> bool:
    """Whether a term can stand as a label: no function word, no single letter, and it does not begin with a number."""
    words = words_of(term)
    return not words[0].isdecimal() and all(_is_content_word(word, everywhere) for word in words)


def _is_content_word(word: str, everywhere: Set[str]) -> bool:
    return (len(word) > 1 or word.isdecimal()) and word not in STOP_WORDS and word not in everywhere


def without_fragments(texts: Mapping[str, float]) -> set[str]:
    """The terms less the phrases that cut a longer one: where "top up" is usual, "up limit" and "auto top" go.

    texts : in how many texts each term is.
    """
    phrases = [words for term in texts if len(words := words_of(term)) == 2]
    usual = [(a, b) for a, b in phrases if a in texts and b in texts]
    ends = {b for a, b in usual if texts[f"{a} {b}"] >= BOUND_SHARE * texts[b]}
    begins = {a for a, b in usual if texts[f"{a} {b}"] >= BOUND_SHARE * texts[a]}
    return set(texts) - {f"{a} {b}" for a, b in phrases if a in ends or b in begins}


def best_terms(shares: Mapping[str, float], most: int, grown: Callable[[str], str]) -> dict[str, str]:
    """Up to ``most`` terms that say different things, best first: what is shown, and the term it was scored as.

    shares : terms by falling score, with the share of the region's texts that have each.
    grown : makes a whole word of a pair of characters, see ``grown_in``.
    """
    chosen: dict[str, str] = {}
    for term in shares:
        full = grown(term) if is_spaceless(term[0]) else term
        if not any(alike(full, other) for other in chosen):
            full = full if full != term else _fullest(term, shares, chosen)
            chosen[full] = full if full in shares else term
        if len(chosen) == most:
            break
    return chosen


def alike(term: str, other: str) -> bool:
    """Whether two terms share a word, forms of one word included, or (without spaces) one is a piece of the other."""
    if is_spaceless(term[0]):
        return term in other or other in term
    return any(_same_stem(a, b) for a in words_of(term) for b in words_of(other))


def _same_stem(word: str, other: str) -> bool:
    """Whether two words begin alike for so long that they are likely forms of one; knows no language."""
    longer, shorter = (word, other) if len(word) >= len(other) else (other, word)
    common = next(
        (at for at, pair in enumerate(zip(longer, shorter, strict=False)) if pair[0] != pair[1]), len(shorter)
    )
    rest = len(shorter) - common
    if rest == 0 and len(longer) - len(shorter) <= min(2, len(shorter) - 1):
        return True
    return common >= 4 and (5 * common >= 3 * len(longer) or (common >= 5 and rest <= 1))


def _fullest(term: str, shares: Mapping[str, float], chosen: Collection[str]) -> str:
    """The phrase that most of the texts with this word have, if half of them do; else the word."""
    phrases = [other for other in shares if " " in other and term in words_of(other)]
    phrases = [phrase for phrase in phrases if not any(alike(phrase, said) for said in chosen)]
    best = max(phrases, key=lambda phrase: shares[phrase], default=term)
    return best if shares[best] >= PHRASE_SHARE * shares[term] else term


def is_spaceless(character: str) -> bool:
    """Whether a character belongs to a script that is written without spaces."""
    return len(terms(character * 2)) > 1


def grown_in(texts: Sequence[str], pair: str) -> str:
    """The word around a pair of characters: it takes in its neighbours as long as most of the texts agree on them."""
    word = pair
    while len(word) < LONGEST_WORD:
        after, before = _beside(texts, word)
        votes, grown = max((after[0], word + after[1]), (before[0], before[1] + word))
        if votes < max(2.0, GROWTH_SHARE * len(texts)):
            break
        word = grown
    return word


def _beside(texts: Sequence[str], word: str) -> tuple[tuple[int, str], tuple[int, str]]:
    """The commonest character of a script without spaces after and before a word, each with its number of texts."""
    places = [(text, text.find(word)) for text in texts]
    after = [text[at + len(word) : at + len(word) + 1] for text, at in places if at >= 0]
    before = [text[at - 1 : at] for text, at in places if at > 0]
    return _commonest(after), _commonest(before)


def _commonest(characters: Iterable[str]) -> tuple[int, str]:
    votes = Counter(character for character in characters if character and is_spaceless(character))
    return max(((count, character) for character, count in votes.items()), default=(0, ""))


def written(term: str, texts: Iterable[str]) -> str:
    """The term as most of the texts write it, capitals included; as it is where no text has it in this form."""
    words = (re.escape(word).replace("ss", "(?:ss|ß)") for word in words_of(term))
    pattern = re.compile(r"\b" + r"[\s'’&/-]+".join(words) + r"\b", re.IGNORECASE)
    found = Counter(" ".join(match.group().split()) for match in map(pattern.search, texts) if match)
    # Of equally frequent ways the one with fewer capitals: those may come from beginnings of sentences.
    return max(found, key=lambda way: (found[way], way.islower(), way), default=term)
