"""Outliers within each group (label, region) instead of in the whole corpus: who is compared with whom, and how.

A detector that reads nothing but neighbours scores every text against its own group only. As one group is wider than
another, what counts is how many upper deviations a score lies above the median of its group: 3 means as much in each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import Scores
from explorer.core.anomaly.flags import upper_deviation

Within = Literal["corpus", "label", "region"]
WITHIN: Mapping[Within, str] = {
    "corpus": "whole corpus",
    "label": "within each label",
    "region": "within each region",
}
"""What a text can be compared with, in words."""

COMPARING = ("knn", "lof")
"""Detectors that read nothing but a text's neighbours, so that those of its own group can take their place."""

LEAST_GROUP = 10
"""Scored texts that a group needs: with fewer, its median and deviation mean nothing."""
NARROW = 0.25
"""A group's deviation is taken to be at least this share of the one common to all groups, so that in a group of copies
the second spelling is not endlessly strange."""


@dataclass(frozen=True)
class Peers:
    """Who a text is compared with.

    by : what makes the groups. of : (n,) int32 group of each row; -1 = none. names : of the groups.
    """

    by: Within
    of: NDArray[np.int32]
    names: tuple[str, ...]

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(g,) how many rows each group has."""
        return np.bincount(self.of[self.of >= 0], minlength=len(self.names))

    @cached_property
    def left_out(self) -> int:
        """How many rows are compared with nobody: without a group, or in one with fewer than ``LEAST_GROUP``."""
        small = int(self.sizes[self.sizes < LEAST_GROUP].sum())
        return int(np.count_nonzero(self.of < 0)) + small

    @cached_property
    def small(self) -> int:
        """How many groups have fewer than ``LEAST_GROUP`` texts."""
        return int(np.count_nonzero(self.sizes < LEAST_GROUP))


def within_name(detector: str, within: Within) -> str:
    """What the scores of a detector are called: ``knn``, ``knn_within_label``."""
    return detector if within == "corpus" else f"{detector}_within_{within}"


def parted(name: str) -> tuple[str, Within]:
    """The detector and what it compares with, from the name of scores."""
    detector, _, by = name.partition("_within_")
    found: dict[str, Within] = {word: word for word in get_args(Within)}
    return (detector, found[by]) if by in found else (name, "corpus")


def score_title(name: str) -> str:
    """``knn``, ``knn, within each label``."""
    detector, by = parted(name)
    return detector if by == "corpus" else f"{detector}, {WITHIN[by]}"


def against_peers(scores: Scores, of: NDArray[np.int32]) -> Scores:
    """(n,) by how many upper deviations of its group each score exceeds the group's median.

    NaN where there is no score, no group, or a group with fewer than ``LEAST_GROUP`` scored rows.
    """
    answer = np.full(len(scores), np.nan)
    rows = np.flatnonzero(np.isfinite(scores) & (of >= 0))
    rows = rows[np.argsort(of[rows], kind="stable")]
    parts = np.split(rows, np.flatnonzero(np.diff(of[rows])) + 1)
    large = [part for part in parts if len(part) >= LEAST_GROUP]
    if not large:
        return answer
    above = [scores[part] - np.median(scores[part]) for part in large]
    common = upper_deviation(np.concatenate(above), 0.0)
    for part, excess in zip(large, above, strict=True):
        deviation = max(upper_deviation(excess, 0.0), NARROW * common)
        answer[part] = excess / deviation if deviation > 0 else 0.0
    return answer
