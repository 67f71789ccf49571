"""Compiled loop of the benchmark's measures: one pass over the rows a resample. Import lazily: numba is heavy."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def measures(weights, order, odd, found, ends):  # type: ignore[no-untyped-def]
    """AUROC, average precision and F1 (m,) each.

    weights : (m, n) how often each row counts. order : (n,) rows by falling score. odd, found : (n,) of each row.
    ends : ascending, the last place in ``order`` of each run of equal scores.
    """
    auroc, average, f1 = np.empty(len(weights)), np.empty(len(weights)), np.empty(len(weights))
    for sample in range(len(weights)):
        hits, false, beaten, precisions, flagged, true = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        place = 0
        for end in ends:
            new_hits, new_false = 0.0, 0.0
            while place <= end:
                row = order[place]
                weight = weights[sample, row]
                if odd[row]:
                    new_hits += weight
                else:
                    new_false += weight
                if found[row]:
                    flagged += weight
                    if odd[row]:
                        true += weight
                place += 1
            # A normal row is beaten by the odd rows before its tie, and half by those within it.
            beaten += new_false * (hits + new_hits / 2.0)
            hits += new_hits
            false += new_false
            if new_hits > 0.0:
                precisions += new_hits * hits / (hits + false)
        auroc[sample] = beaten / (hits * false)
        average[sample] = precisions / hits
        f1[sample] = 2.0 * true / (flagged + hits)
    return auroc, average, f1
