"""Which texts are known to be odd or fine: by decisions made by hand, and by the label that means odd."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.anomaly.overrides import Overrides
from explorer.core.anomaly.precision import Evidence
from explorer.core.corpus.columns import text_column
from explorer.core.corpus.corpus import Corpus
from explorer.core.report.marks import NO_MARKS, Marks
from explorer.errors import OptionError

Labelled = NDArray[np.int8]
"""(n,) 1 = odd, 0 = fine, -1 = no label says."""


def labelled(corpus: Corpus, odd_value: str | None, marks: Marks = NO_MARKS) -> Labelled | None:
    """Which texts ``odd_value`` calls odd: a label of one's own or a value of the label column; None without one.

    Texts with that label are odd, those with other labels fine, those without a label neither. A label of one's own
    is compared with labels of one's own, a value of the column with the other cells; where both are called so, one's
    own labels tell first. Raises ``OptionError`` where neither is called so.
    """
    if odd_value is None:
        return None
    by_column = _by_column(corpus, odd_value)
    if odd_value in marks.labels:
        return _by_hand(odd_value, marks, np.full(corpus.rows, -1, np.int8) if by_column is None else by_column)
    if by_column is not None:
        return by_column
    if corpus.roles.label is None:
        raise OptionError("The corpus has no column with labels.", "Name one with --label, or decide texts by hand.")
    raise OptionError(f"No text has the label {odd_value!r}.", f"Use a value of the column {corpus.roles.label}.")


def _by_column(corpus: Corpus, odd_value: str) -> Labelled | None:
    """By the cells of the label column; None where none of them says so. A blank cell says nothing."""
    if corpus.roles.label is None:
        return None
    cells = text_column(corpus.table[corpus.roles.label])
    odd = np.asarray(pc.equal(cells, odd_value))
    if not odd.any():
        return None
    blank = np.asarray(pc.equal(pc.utf8_trim_whitespace(cells), ""))
    return np.where(blank, -1, odd).astype(np.int8)


def _by_hand(odd_value: str, marks: Marks, otherwise: Labelled) -> Labelled:
    """By the labels of one's own where a text has any."""
    found, rows = otherwise.copy(), np.flatnonzero(marks.bits)
    found[rows] = 0
    found[marks.rows_with(odd_value)] = 1
    return found


def known(overrides: Mapping[int, bool], labels: Labelled | None) -> Evidence:
    """Every text that is known to be odd or fine, ascending; a decision by hand wins over a label."""
    made = Overrides.of(overrides)
    if labels is None:
        return Evidence(made.rows, made.flags)
    merged = labels.copy()
    merged[made.rows] = made.flags
    rows = np.flatnonzero(merged >= 0)
    return Evidence(rows, merged[rows] == 1)
