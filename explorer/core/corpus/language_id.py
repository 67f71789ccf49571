"""Which language a text is in, by a classifier of byte n-grams (py3langid), the only place that knows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

NO_LANGUAGE = "zxx"
"""The classifier's answer for what is no language: codes, web addresses."""

CHARACTERS = 300
"""Of a text, as many characters are looked at: more change the answer rarely and cost in proportion."""


def language_of(text: str) -> str:
    """The likeliest language of a text, by its ISO 639 code."""
    return str(_identifier().classify(text)[0])


@dataclass(frozen=True)
class Likelihood:
    """The likeliest language of a text with its share of the probability, and the share of the language asked about."""

    language: str
    share: float
    asked: float


def likelihood(text: str, asked: str) -> Likelihood:
    """How likely a text is in the language ``asked`` (a code), against the likeliest one."""
    found: list[tuple[str, float]] = _identifier().rank(text[:CHARACTERS])
    language, share = found[0]
    return Likelihood(language, share, dict(found).get(asked, 0.0))


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """Loading the model takes a third of a second. Shares are normalised so that they mean the same at any length."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
