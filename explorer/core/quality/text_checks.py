"""What is wrong with texts, one by one: too long, empty, garbled, in another language, with personal data in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.corpus.checks import main_language
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.keys import first_rows
from explorer.core.corpus.language_id import NO_LANGUAGE, Likelihood, likelihood
from explorer.core.corpus.languages import language_name
from explorer.core.corpus.wording import counted
from explorer.core.embedding.estimate import text_tokens
from explorer.core.progress import SILENT, Progress
from explorer.core.quality.checks import Check, in_order, make_check
from explorer.core.quality.garbled import garbled_texts
from explorer.core.quality.personal import with_card, with_email, with_phone

LEAST_LETTERS = 10
"""Letters below which a text says nothing about its language."""
SURE = 0.5
"""Share of the probability that another language must have."""
UNLIKELY = 0.2
"""Share of that which the corpus's main language may have at most.

With these, of 27,000 English questions, news and posts one was called another language, and of 1,000 short German
sentences (Tatoeba) 97 % were."""
VARIETIES: Mapping[str, str] = {"pcm": "en", "nn": "no", "nb": "no", "arz": "ar", "ary": "ar", "yue": "zh", "wuu": "zh"}
"""Languages that are written so much like another one that short texts of that are taken for them."""
_TOLD = 4
_STEP = 2_048


def check_texts(
    corpus: Corpus, cut: NDArray[np.bool_], max_tokens: int, progress: Progress = SILENT
) -> tuple[Check, ...]:
    """Every check of the texts, those without findings included, the worst first.

    cut : (n,) bool, texts that the encoder cut at its limit of ``max_tokens``.
    Personal data and garbled characters are looked for in the text as a person sees it, its language as embedded.
    """
    total, texts = corpus.rows, corpus.texts
    empty = np.flatnonzero(pc.equal(corpus.embedded, "").to_numpy())
    found = [make_check("empty", empty, total), _too_long(corpus, cut, max_tokens)]
    progress.report(0.02, "Looking for personal data")
    for name, rows in (("email", with_email), ("card_number", with_card), ("phone", with_phone)):
        found.append(make_check(name, rows(texts), total))
    progress.report(0.1, "Looking for garbled texts")
    garbled = garbled_texts(texts)
    found.append(make_check("garbled", garbled.rows, total, garbled.scores, garbled.details))
    found.append(_other_language(corpus, progress.part(0.2, 1)))
    return in_order(found)


def _too_long(corpus: Corpus, cut: NDArray[np.bool_], max_tokens: int) -> Check:
    """Scored by about how much of the text was read."""
    rows = np.flatnonzero(cut)
    lengths = pc.utf8_length(corpus.embedded.take(pa.array(rows))).to_numpy()
    tokens = np.array([text_tokens(float(length), 0) for length in lengths], np.float64)
    details = f"cut after {max_tokens:,} tokens" if max_tokens and len(rows) else ""
    return make_check("too_long", rows, corpus.rows, np.minimum(max_tokens / np.maximum(tokens, 1), 1.0), details)


def _other_language(corpus: Corpus, progress: Progress) -> Check:
    """Scored by how likely the main language is. Identical texts are looked at once."""
    main, _, _ = main_language(corpus)
    if main is None:
        return make_check("other_language", np.empty(0, np.int64), corpus.rows)
    first = first_rows(corpus)
    scores = np.ones(corpus.rows, np.float32)
    languages: Counter[str] = Counter()
    copies = np.bincount(first, minlength=corpus.rows)
    distinct = np.flatnonzero(copies)
    for start in range(0, len(distinct), _STEP):
        progress.report(start / len(distinct), "Recognising languages", done=start, total=len(distinct))
        rows = distinct[start : start + _STEP]
        for row, text in zip(rows.tolist(), corpus.embedded.take(pa.array(rows)).to_pylist(), strict=True):
            found = _foreign(text, main)
            if found is not None:
                scores[row] = found.asked
                languages[found.language] += int(copies[row])
    scores = scores[first]
    rows = np.flatnonzero(scores < 1)
    return make_check("other_language", rows, corpus.rows, scores[rows], _languages(main, languages))


def _foreign(text: str, main: str) -> Likelihood | None:
    """Which other language a text is in, where that is beyond doubt."""
    if sum(map(str.isalpha, text)) < LEAST_LETTERS:
        return None
    found = likelihood(text, main)
    sure = found.share >= SURE and found.asked <= UNLIKELY * found.share
    other = VARIETIES.get(found.language, found.language) not in (VARIETIES.get(main, main), NO_LANGUAGE)
    return found if sure and other else None


def _languages(main: str, found: Counter[str]) -> str:
    if not found:
        return ""
    named = [f"{language_name(code)}: {count:,}" for code, count in found.most_common(_TOLD)]
    more = len(found) - _TOLD
    rest = [counted(more, "more language")] if more > 0 else []
    return f"not in {language_name(main)}, but in {', '.join(named + rest)}"
