"""What the lexical encoder reads in a text, and its card: light, for whoever only needs to name the encoder."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from explorer.core.embedding.base import EncoderCard
from explorer.core.fingerprint import fingerprint

VERSION = 1
"""Counts changes to the arithmetic below: an older fitted state is another encoder."""

DIMENSION = 128
"""Width of a vector; a corpus of smaller rank leaves the last components zero, which changes no distance."""

MOST_TERMS = 100_000

# Scripts written without spaces: Han, kana, Thai, Lao, Myanmar, Khmer.
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_SPACELESS += "\U00020000-\U0003ffff"
# Python's \w leaves out combining marks, which would break words of Arabic, Hebrew and the Indic scripts apart.
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0903\u093a-\u0963"
)
_MARKS += "\u0981-\u0df3\u0f71-\u0f84"
_TOKEN = re.compile(rf"([{_SPACELESS}]+)|((?:(?![{_SPACELESS}])[\w{_MARKS}])+)")


def terms(text: str) -> list[str]:
    """Words and pairs of neighbouring words; of scripts without spaces, characters and pairs of characters."""
    found: list[str] = []
    previous = ""
    for spaceless, word in _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()):
        if spaceless:
            found.extend(spaceless)
            found.extend(a + b for a, b in pairwise(spaceless))
        else:
            found.append(word)
            if previous:
                found.append(f"{previous} {word}")
        previous = word
    return found


def least_documents(texts: int) -> int:
    """How many texts a term must occur in: rare terms cost memory and, in a large corpus, tell nothing."""
    return 1 if texts < 1000 else 2 if texts < 50_000 else 3


def lexical_card(corpus_fingerprint: str, seed: int) -> EncoderCard:
    """The card of the encoder that is fitted on the corpus with this fingerprint."""
    return EncoderCard(
        name="lexical",
        digest=fingerprint("lexical", VERSION, DIMENSION, MOST_TERMS, corpus_fingerprint, seed),
        dimension=DIMENSION,
        pooling="tf-idf, svd",
        normalised=True,
    )
