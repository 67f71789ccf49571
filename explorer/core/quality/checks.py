"""What a check is: which rows fail it, how badly, and how the corpus stands as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Severity = Literal["high", "medium", "low"]


@dataclass(frozen=True)
class Kind:
    """A check without its findings. what : a plain sentence on what it looks for and why that matters."""

    title: str
    severity: Severity
    what: str


KINDS: Mapping[str, Kind] = {
    "card_number": Kind(
        "Payment card numbers",
        "high",
        "Numbers of a card brand's length and beginning whose check digit is right. They should be in no corpus.",
    ),
    "label_error": Kind(
        "Labels that are probably wrong",
        "high",
        "The neighbours and a linear probe together give the text's own label little credit, and another one more.",
    ),
    "conflicting_labels": Kind(
        "Same text, different labels",
        "high",
        "The identical text carries another label elsewhere: one of them is wrong.",
    ),
    "email": Kind("E-mail addresses", "medium", "Addresses of people, which may have to be removed before sharing."),
    "phone": Kind("Phone numbers", "medium", "Numbers written like phone numbers, which may have to be removed."),
    "garbled": Kind(
        "Garbled texts",
        "medium",
        "Characters of a wrong encoding, control or replacement characters, mostly symbols, or one character repeated.",
    ),
    "empty": Kind("Empty texts", "medium", "There is nothing to embed: these texts have no neighbours and no score."),
    "missing_label": Kind("Texts without a label", "medium", "The label column is empty here."),
    "duplicate": Kind("Identical texts", "medium", "Another text is the same, character by character, as embedded."),
    "near_duplicate": Kind(
        "Near-duplicates", "low", "Another text says nearly the same: nearer than most texts' nearest neighbour by far."
    ),
    "too_long": Kind(
        "Texts that were cut", "low", "Longer than the encoder reads: what follows its limit has no influence."
    ),
    "other_language": Kind("Another language", "low", "In another language than most of the corpus."),
    "rare_label": Kind(
        "Rare labels", "low", "So few texts have this label that it cannot be judged; it may be mistyped."
    ),
}
"""Every check, the worst first; the keys are the names in the report."""


@dataclass(frozen=True, eq=False)
class Check:
    """One check's findings.

    rows : (r,) int64, ascending, that fail. scores : (r,) float32, 0..1, of these rows: 0 = the worst; a row that
    is not listed has 1. score : of the whole corpus, the mean over all its rows. details : what was found, in words.
    """

    name: str
    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    score: float
    details: str = ""

    @property
    def kind(self) -> Kind:
        return KINDS[self.name]

    @property
    def count(self) -> int:
        return len(self.rows)


def make_check(
    name: str, rows: NDArray[np.int64], total: int, scores: NDArray[Any] | float = 0.0, details: str = ""
) -> Check:
    """The findings of a check on a corpus of ``total`` rows."""
    each = np.broadcast_to(np.asarray(scores, np.float32), rows.shape).copy()
    lost = float((1.0 - each).sum())
    return Check(name, rows.astype(np.int64), each, 1.0 - lost / max(total, 1), details)


def in_order(checks: Iterable[Check]) -> tuple[Check, ...]:
    """The worst first, as in ``KINDS``."""
    places = {name: place for place, name in enumerate(KINDS)}
    return tuple(sorted(checks, key=lambda check: places[check.name]))


def arrays_of(checks: Sequence[Check]) -> dict[str, NDArray[Any]]:
    """Checks as arrays to keep: ``NAME.rows`` and ``NAME.scores``."""
    return {f"{c.name}.{part}": getattr(c, part) for c in checks for part in ("rows", "scores")}


def facts_of(checks: Sequence[Check]) -> dict[str, Any]:
    """What cannot be told from the arrays, JSON-able."""
    return {"checks": [{"name": c.name, "score": c.score, "details": c.details} for c in checks]}


def checks_from(arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> tuple[Check, ...]:
    """The inverse of ``arrays_of`` and ``facts_of``."""
    return tuple(
        Check(
            made["name"],
            arrays[f"{made['name']}.rows"],
            arrays[f"{made['name']}.scores"],
            float(made["score"]),
            str(made["details"]),
        )
        for made in facts["checks"]
        if made["name"] in KINDS
    )


def bits_of(checks: Sequence[Check], total: int) -> NDArray[np.uint32]:
    """(n,) bit j of a row = it fails ``checks[j]``."""
    bits = np.zeros(total, np.uint32)
    for place, check in enumerate(checks):
        bits[check.rows] |= np.uint32(1 << place)
    return bits


def names_in(checks: Sequence[Check], bits: int) -> tuple[str, ...]:
    """The names of the checks whose bits are set."""
    return tuple(check.name for place, check in enumerate(checks) if bits >> place & 1)
