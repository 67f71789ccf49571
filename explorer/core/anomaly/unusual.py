"""What is unusual about how a text is written, against its corpus: its characters and its spelling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.flags import SPREADS, derive_threshold, upper_deviation
from explorer.core.corpus.characters import DIGITS, KINDS, LETTERS, Characters

LEAST_SHARE = 0.15
"""A kind of character must make up this much more of a text than of a usual one to be worth a word."""
FEW = 4
"""Visible characters below which shares say nothing."""


@dataclass(frozen=True)
class Unusual:
    """What is usual in a corpus, and each text's own.

    shares : (n, kinds) float32 share of each kind among the visible characters of a text; NaN for less than ``FEW``.
    usual : (kinds,) median share. most : (kinds,) the largest share that goes without saying.
    spelling : (n,) bits by which the letters surprise. strange_spelling : from where on that is worth a word.
    usual_spelling : the median.
    """

    shares: NDArray[np.float32]
    usual: NDArray[np.float64]
    most: NDArray[np.float64]
    spelling: NDArray[np.float32]
    usual_spelling: float
    strange_spelling: float


def unusual(found: Characters) -> Unusual:
    """Over all texts of a corpus."""
    visible = found.counts.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where((visible >= FEW)[:, None], found.counts / visible[:, None], np.nan).astype(np.float32)
    known = shares[visible >= FEW].astype(np.float64)
    usual = np.median(known, axis=0) if len(known) else np.zeros(len(KINDS))
    spreads = [upper_deviation(known[:, kind], float(usual[kind])) if len(known) else 0.0 for kind in range(len(KINDS))]
    most = usual + np.maximum(SPREADS * np.array(spreads), LEAST_SHARE)
    spelled = found.spelling.astype(np.float64)
    middle = float(np.nanmedian(spelled)) if np.isfinite(spelled).any() else float("nan")
    return Unusual(shares, usual, most, found.spelling, middle, derive_threshold(spelled).value)


def unusual_words(row: int, facts: Unusual) -> list[str]:
    """What is worth saying, if anything: the most unusual kind of character, then the spelling."""
    said = []
    excess = facts.shares[row] - facts.most
    kind = int(np.nan_to_num(excess, nan=-1.0).argmax())
    if excess[kind] > 0:
        said.append(f"{facts.shares[row, kind]:.0%} {KINDS[kind]} where the median is {facts.usual[kind]:.0%}")
    letters = float(facts.shares[row, LETTERS].sum())
    other_script = excess[kind] > 0 and kind < DIGITS
    if letters > 0 and not other_script and facts.spelling[row] >= facts.strange_spelling:
        said.append("spelled unlike the rest: perhaps another language, names, a code or noise")
    return said
