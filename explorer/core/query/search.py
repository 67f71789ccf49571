"""Searching the texts: words, an exact phrase, a regular expression; and the places to highlight.

Searching by meaning needs an encoder and lies elsewhere; here such a query finds nothing and highlights nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.core.corpus.corpus import Corpus
from explorer.core.progress import SILENT, Progress
from explorer.core.query.keywords import BEST, KeywordIndex, Matches, scan
from explorer.core.query.patterns import pattern_mask, pattern_spans
from explorer.core.query.terms import Term, phrase_of, terms_of, word_spans
from explorer.errors import OptionError

Mode = Literal["words", "phrase", "regex", "meaning"]
Found = Matches
"""What a search gives: see :class:`explorer.core.query.keywords.Matches`."""


@dataclass(frozen=True)
class TextQuery:
    """What a person looks for. ``ignore_case`` is for regular expressions; words and phrases always do."""

    text: str
    mode: Mode = "words"
    ignore_case: bool = True


def find(
    corpus: Corpus,
    index: KeywordIndex | None,
    query: TextQuery,
    *,
    best: int = BEST,
    progress: Progress = SILENT,
) -> Found:
    """The texts that a query finds.

    Words and phrases are looked up in ``index``, the best ``best`` first; without one, all texts are read (some
    seconds for a million) and nothing is ranked. Regular expressions read all texts.

    Raises
    ------
    OptionError : an invalid regular expression, too many words, or a query by meaning.
    Cancelled : by ``progress``, which is asked between batches, or by the index's ``interrupt``.
    """
    if query.mode == "meaning":
        raise OptionError("Searching by meaning needs an encoder.", "Embed the texts first.")
    if query.mode == "regex":
        return _all_equal(_regex_mask(corpus, query, progress))
    terms = _terms(query)
    if index is None or index.rows != corpus.rows:  # not yet, or of another corpus
        return _all_equal(scan(corpus.texts, terms, progress))
    return index.look_up(terms, best=best)


def _terms(query: TextQuery) -> tuple[Term, ...]:
    return phrase_of(query.text) if query.mode == "phrase" else terms_of(query.text)


def _regex_mask(corpus: Corpus, query: TextQuery, progress: Progress) -> NDArray[np.bool_]:
    if not query.text:
        return np.zeros(corpus.rows, np.bool_)
    return pattern_mask(corpus.texts, query.text, ignore_case=query.ignore_case, progress=progress)


def _all_equal(mask: NDArray[np.bool_]) -> Found:
    return Found(np.flatnonzero(mask), mask)


def spans(text: str, query: TextQuery) -> list[tuple[int, int]]:
    """The places [start, end) of ``text`` that make it match, in order, not overlapping; what was negated has none.

    Found by the same folding, or the same RE2, as :func:`find` uses. Raises ``OptionError`` as it does.
    """
    if query.mode == "meaning" or not query.text:
        return []
    if query.mode == "regex":
        return pattern_spans(text, query.text, ignore_case=query.ignore_case)
    return word_spans(text, _terms(query))
