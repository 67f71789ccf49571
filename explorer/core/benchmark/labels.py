"""Which texts are odd, by a label column with two values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.corpus.columns import text_column
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.wording import counted
from explorer.errors import OptionError

ODD_WORDS = frozenset({"1", "true", "yes", "odd", "anomaly", "anomalous", "abnormal", "outlier", "spam", "fake"})
NORMAL_WORDS = frozenset({"0", "false", "no", "normal", "nominal", "inlier", "ham", "real", "-1"})
SHOWN = 5


@dataclass(frozen=True)
class Labelled:
    """odd : (n,) bool. known : (n,) bool, the rows that have a label. value : what odd texts are labelled."""

    odd: NDArray[np.bool_]
    known: NDArray[np.bool_]
    value: str


def odd_rows(corpus: Corpus, column: str, odd: str | None = None) -> Labelled:
    """Read ``column``; ``odd`` is the value that odd texts have, and then all other values are normal.

    Without it the column must have two values: the one that means odd is known by its word (1, spam, outlier, ...), or
    it is the rarer one. Raises ``OptionError`` for a column that is missing, or that does not tell odd from normal.
    """
    if column not in corpus.table.column_names:
        raise OptionError(f"There is no column {column!r}.", f"It has: {', '.join(corpus.table.column_names)}.")
    values = np.array(text_column(corpus.table.column(column)).to_pylist(), dtype=object)
    known = np.array([value is not None and bool(str(value).strip()) for value in values], np.bool_)
    names, counts = np.unique(values[known].astype(str), return_counts=True)
    chosen = _odd_value(column, dict(zip(names.tolist(), counts.tolist(), strict=True)), odd)
    return Labelled(known & (values == chosen), known, chosen)


def _odd_value(column: str, counts: dict[str, int], odd: str | None) -> str:
    if odd is not None:
        if odd not in counts:
            raise OptionError(f"No text has the label {odd!r} in the column {column!r}.", _has(counts))
        return odd
    if len(counts) != 2:
        kind = counted(len(counts), "value")
        raise OptionError(
            f"The column {column!r} has {kind}: a benchmark needs two, odd and normal.",
            f"{_has(counts)} Say which value means odd (--odd); all others are then normal.",
        )
    one, other = counts
    for value, rest in ((one, other), (other, one)):
        if _word(value) in ODD_WORDS and _word(rest) not in ODD_WORDS:
            return value
        if _word(rest) in NORMAL_WORDS and _word(value) not in NORMAL_WORDS:
            return value
    if counts[one] == counts[other]:
        raise OptionError(
            f"Nothing tells which of {one!r} and {other!r} in the column {column!r} means odd.",
            "Say which one does (--odd).",
        )
    return min(counts, key=lambda value: counts[value])


def _word(value: str) -> str:
    return value.strip().casefold().removesuffix(".0")


def _has(counts: dict[str, int]) -> str:
    most = sorted(counts, key=lambda value: -counts[value])
    more = f" and {len(most) - SHOWN:,} more" if len(most) > SHOWN else ""
    return f"It has: {', '.join(most[:SHOWN])}{more}." if most else "It is empty."
