"""How long embedding will take and how much disk it needs: said before the run, refined while it runs.

Only people read these numbers. No result depends on a timing.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from explorer.core.embedding.base import EncoderCard

CHARACTERS_PER_TOKEN = 4.2
"""Of English text under a word-piece vocabulary; other languages have fewer, so they take longer than said."""

_SPECIAL_TOKENS = 2
_PADDING = 1.25
"""Tokens computed per token of text: padding and the completed last batches."""

_TOKENS_PER_SECOND = {"fp32": 5_000.0, "bf16": 13_000.0}
"""Per core, for a model of six layers and 384 dimensions."""
_LEXICAL_CHARACTERS_PER_SECOND = 400_000.0
_LOADING_SECONDS = 8.0
_MOST_CORES = 16
"""More cores than this do not make a batch of a thousand tokens faster."""


@dataclass(frozen=True)
class Estimate:
    """seconds : expected duration, loading included. bytes_on_disk : what the vectors will take."""

    seconds: float
    bytes_on_disk: int

    @property
    def sentence(self) -> str:
        """In words that promise no more than is known: "about 3 min, about 31 MB on disk"."""
        return f"{about_time(self.seconds)}, about {_about_bytes(self.bytes_on_disk)} on disk"


def estimate(card: EncoderCard, *, texts: int, characters: int, rows: int | None = None) -> Estimate:
    """What embedding will cost on this machine.

    texts : unique texts that are not stored yet. characters : their characters in all.
    rows : rows of the corpus, for the row-aligned copy of the vectors; None = as many as texts.
    """
    width = 4 * card.dimension
    disk = texts * (width + 16) + (texts if rows is None else rows) * width
    return Estimate(_seconds(card, texts, characters), disk)


def _seconds(card: EncoderCard, texts: int, characters: int) -> float:
    if texts == 0:
        return 0.0
    rate = _TOKENS_PER_SECOND.get(card.precision)
    if rate is None:
        return 1.0 + characters / _LEXICAL_CHARACTERS_PER_SECOND
    tokens = texts * text_tokens(characters / texts, card.max_tokens) * _PADDING
    return _LOADING_SECONDS + tokens * _relative_cost(card) / (rate * _cores())


def text_tokens(characters: float, max_tokens: int) -> float:
    """About how many tokens a text of so many characters has, cut at ``max_tokens`` (0 = no limit)."""
    tokens = characters / CHARACTERS_PER_TOKEN + _SPECIAL_TOKENS
    return min(tokens, max_tokens) if max_tokens else tokens


def _relative_cost(card: EncoderCard) -> float:
    """Work per token against MiniLM's: grows with the square of the width; wider models are twice as deep."""
    return (card.dimension / 384) ** 2 * (2.0 if card.dimension > 384 else 1.0)


def _cores() -> int:
    return min(os.cpu_count() or 1, _MOST_CORES)


def about_time(seconds: float) -> str:
    """ "a few seconds", "about 40 s", "about 3 min", "about 2 h": never more exact than that."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 55:
        return f"about {math.ceil(seconds / 10) * 10} s"
    if seconds < 55 * 60:
        return f"about {max(1, round(seconds / 60))} min"
    hours = seconds / 3600
    return f"about {hours:.1f} h" if hours < 9.5 else f"about {round(hours)} h"


def _about_bytes(size: int) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6)):
        if size >= scale:
            return f"{size / scale:.2g} {unit}" if size < 10 * scale else f"{size / scale:.0f} {unit}"
    return f"{max(1, round(size / 1e3))} kB"


class Pace:
    """Texts per second and seconds left, from what has been done since the first texts were finished.

    Those carry what happens once, loading the model above all, and would make the rest look endless.
    """

    def __init__(self, total_work: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total_work
        self._clock = clock
        self._first: tuple[float, int, float] | None = None

    def facts(self, texts: int, work: float) -> dict[str, float]:
        """``per_second`` and ``seconds_left`` after ``texts`` texts and ``work`` of the total work; empty at first."""
        if texts == 0:
            return {}
        now = self._clock()
        if self._first is None:
            self._first = now, texts, work
        start, first_texts, first_work = self._first
        elapsed, worked = now - start, work - first_work
        if elapsed <= 0 or worked <= 0:
            return {}
        left = elapsed * max(self._total - work, 0.0) / worked
        return {"per_second": (texts - first_texts) / elapsed, "seconds_left": left}
