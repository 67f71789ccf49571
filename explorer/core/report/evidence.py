"""Which texts are known to be odd or fine: by decisions made by hand, and by a value of the label column."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.anomaly.overrides import Overrides
from explorer.core.anomaly.precision import Evidence
from explorer.core.corpus.columns import text_column
from explorer.core.corpus.corpus import Corpus
from explorer.errors import OptionError

Labelled = NDArray[np.int8]
"""(n,) 1 = odd, 0 = fine, -1 = its label cell is blank."""


def labelled(corpus: Corpus, odd_value: str | None) -> Labelled | None:
    """Which texts the label column calls odd; None without a value that means so.

    Raises ``OptionError`` where there is no label column, or no text has that label.
    """
    if odd_value is None:
        return None
    if corpus.roles.label is None:
        raise OptionError("The corpus has no column with labels.", "Name one with --label, or decide texts by hand.")
    cells = text_column(corpus.table[corpus.roles.label])
    odd = np.asarray(pc.equal(cells, odd_value))
    if not odd.any():
        raise OptionError(f"No text has the label {odd_value!r}.", f"Use a value of the column {corpus.roles.label}.")
    blank = np.asarray(pc.equal(pc.utf8_trim_whitespace(cells), ""))
    return np.where(blank, -1, odd).astype(np.int8)


def known(overrides: Mapping[int, bool], labels: Labelled | None) -> Evidence:
    """Every text that is known to be odd or fine, ascending; a decision by hand wins over a label."""
    made = Overrides.of(overrides)
    if labels is None:
        return Evidence(made.rows, made.flags)
    merged = labels.copy()
    merged[made.rows] = made.flags
    rows = np.flatnonzero(merged >= 0)
    return Evidence(rows, merged[rows] == 1)
