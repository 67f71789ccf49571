"""Everything that the quality stages found, as one list of checks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from explorer.core.quality.checks import Check, in_order, make_check
from explorer.core.quality.duplicates import NO_GROUP, Duplicates
from explorer.core.quality.label_errors import LabelErrors, conflicting


@lru_cache(maxsize=2)
def all_checks(
    texts: tuple[Check, ...] | None, duplicates: Duplicates | None, labels: LabelErrors | None, total: int
) -> tuple[Check, ...]:
    """The checks of what was computed on a corpus of ``total`` rows, the worst first. Worked out once, asked often."""
    found = list(texts or ())
    if duplicates is not None:
        found += _of_duplicates(duplicates, total)
    if labels is not None:
        found += _of_labels(labels, duplicates, total)
    return in_order(found)


def _of_duplicates(duplicates: Duplicates, total: int) -> Iterator[Check]:
    """Near ones are scored by their distance from the representative, in median nearest-neighbour distances."""
    yield make_check("duplicate", np.flatnonzero(duplicates.exact != NO_GROUP), total)
    near = duplicates.near
    scores = np.clip(np.nan_to_num(duplicates.distances[near]) / (duplicates.median or 1.0), 0, 1)
    groups = len(np.unique(duplicates.groups[near]))
    yield make_check("near_duplicate", near, total, scores, f"in {groups:,} groups" if groups else "")


def _of_labels(labels: LabelErrors, duplicates: Duplicates | None, total: int) -> Iterator[Check]:
    wrong = np.sort(labels.flagged)
    yield make_check("label_error", wrong, total, labels.quality[wrong])
    yield make_check("missing_label", labels.missing, total)
    yield make_check("rare_label", labels.rare, total)
    if duplicates is not None:
        yield make_check("conflicting_labels", conflicting(labels.given, duplicates.exact), total)
