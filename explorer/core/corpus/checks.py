"""What a person should know about a corpus before trusting what is computed from it. Counts, never drops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.corpus.corpus import Corpus, Rejected
from explorer.core.corpus.keys import first_rows
from explorer.core.corpus.language_id import NO_LANGUAGE, language_of
from explorer.core.corpus.languages import language_name
from explorer.core.corpus.wording import counted, quoted_list

SAMPLE_TEXTS = 480
TEXTS_A_CHUNK = 8
CHARACTERS_A_TEXT = 400
ENOUGH_LETTERS = 20
"""Below this a chunk says nothing about its language."""

MAINLY = 0.5


@dataclass(frozen=True)
class CorpusCheck:
    """The findings on one corpus.

    empty_rows : (e,) int64, rows whose embedded text is "".
    duplicate_rows : (d,) int64, rows whose text an earlier row has already; empty texts do not count.
    duplicate_groups : number of different texts that occur more than once.
    longest, longest_row : characters of the longest text and its row.
    language : code (ISO 639-1) of the main language, None where there is too little to tell.
    language_share : its share of the sample.
    language_warning : a sentence if the encoder does not know that language, else "".
    """

    rows: int
    empty_rows: NDArray[np.int64]
    duplicate_rows: NDArray[np.int64]
    duplicate_groups: int
    longest: int
    longest_row: int
    rejected: tuple[Rejected, ...]
    notices: tuple[str, ...]
    language: str | None
    language_share: float
    language_warning: str

    @property
    def empty(self) -> int:
        return len(self.empty_rows)

    @property
    def duplicates(self) -> int:
        return len(self.duplicate_rows)

    def sentences(self) -> list[str]:
        """The findings in plain words, the number of texts first; nothing is said about what is not there."""
        said = [counted(self.rows, "text")]
        if self.empty:
            said.append(counted(self.empty, "empty text"))
        if self.duplicates:
            copies = "text is a copy" if self.duplicates == 1 else "texts are copies"
            others = "another" if self.duplicate_groups == 1 else f"{self.duplicate_groups:,} others"
            said.append(f"{self.duplicates:,} {copies} of {others}, word for word")
        if self.rejected:
            said.append(_rejected_said(self.rejected))
        said.append(f"longest text: {counted(self.longest, 'character')} (row {self.longest_row})")
        if self.language is not None:
            said.append(f"language: {language_name(self.language)} ({self.language_share:.0%} of a sample)")
        return said + ([self.language_warning] if self.language_warning else []) + list(self.notices)


def _rejected_said(rejected: Sequence[Rejected]) -> str:
    lines = sum(item.line > 0 for item in rejected)
    others = len(rejected) - lines
    parts = [counted(lines, "line")] if lines else []
    parts += [counted(others, "file or item", "files or items")] if others else []
    return f"{' and '.join(parts)} could not be read"


def check_corpus(corpus: Corpus, languages: tuple[str, ...] = ()) -> CorpusCheck:
    """Check a corpus.

    Parameters
    ----------
    languages : codes (ISO 639-1) that the encoder knows; empty = any, and no warning is given.
    """
    empty = pc.equal(corpus.embedded, "").to_numpy()
    first = first_rows(corpus)
    repeats = (first != np.arange(corpus.rows)) & ~empty
    lengths = pc.utf8_length(corpus.texts).to_numpy()
    longest_row = int(lengths.argmax()) if corpus.rows else 0
    language, share, outside = main_language(corpus, languages)
    return CorpusCheck(
        rows=corpus.rows,
        empty_rows=np.flatnonzero(empty),
        duplicate_rows=np.flatnonzero(repeats),
        duplicate_groups=len(np.unique(first[repeats])),
        longest=int(lengths[longest_row]) if corpus.rows else 0,
        longest_row=longest_row,
        rejected=corpus.rejected,
        notices=corpus.notices,
        language=language,
        language_share=share,
        language_warning=_warning(language, outside, languages),
    )


def _warning(language: str | None, outside: float, languages: tuple[str, ...]) -> str:
    if language is None or not languages or outside <= MAINLY:
        return ""
    known = quoted_list([language_name(code) for code in languages], 4)
    where = f"mainly in {language_name(language)}, which" if language not in languages else "mainly in languages that"
    return (
        f"The texts are {where} the encoder does not know (it knows {known}): "
        "neighbours and scores may mean little. A multilingual encoder suits this corpus better."
    )


def main_language(corpus: Corpus, known: Sequence[str] = ()) -> tuple[str | None, float, float]:
    """The main language of a sample, its share, and the share in languages not in ``known``.

    The sample is evenly spaced over the corpus, the same on every run. Neighbouring texts are joined, as a
    classifier of byte n-grams (py3langid) is unsure of a single short one.
    """
    found = Counter(map(language_of, _sample(corpus)))
    del found[NO_LANGUAGE]
    if not found:
        return None, 0.0, 0.0
    language, number = min(found.items(), key=lambda item: (-item[1], item[0]))
    outside = sum(count for code, count in found.items() if code not in known)
    return language, number / found.total(), outside / found.total()


def _sample(corpus: Corpus) -> list[str]:
    rows = np.unique(np.linspace(0, corpus.rows - 1, min(corpus.rows, SAMPLE_TEXTS)).astype(np.int64))
    texts = [str(corpus.embedded[int(row)].as_py())[:CHARACTERS_A_TEXT] for row in rows]
    filled = [text for text in texts if text]
    chunks = (" \n".join(filled[start : start + TEXTS_A_CHUNK]) for start in range(0, len(filled), TEXTS_A_CHUNK))
    return [chunk for chunk in chunks if sum(map(str.isalpha, chunk)) >= ENOUGH_LETTERS]
