"""Which text of each duplicate group stays, and which groups reach across a split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from explorer.core.quality.duplicates import NO_GROUP, Groups
from explorer.errors import OptionError

Policy = Literal["first", "longest", "newest", "central", "unflagged", "labelled"]

POLICIES: Mapping[Policy, str] = {
    "first": "the first in the corpus",
    "longest": "the longest text",
    "newest": "the newest by date",
    "central": "the most central: the one that the group lies around",
    "unflagged": "one that is not flagged as odd",
    "labelled": "one that has a label",
}
"""What each policy keeps, in words. Among equals the first row stays."""

MOST_PARTS = 20
"""Different values of a column that can be a split; more are something else."""


@dataclass(frozen=True)
class KeepFacts:
    """What policies ask of the rows: each (n,), in order of the corpus.

    lengths : characters. dates : seconds since 1970, NaN = none; None = the corpus has no dates.
    distances : to the group's representative. flagged, labelled : bool.
    """

    lengths: NDArray[np.int64]
    dates: NDArray[np.float64] | None
    distances: NDArray[np.float32]
    flagged: NDArray[np.bool_]
    labelled: NDArray[np.bool_]


def preference(policy: str, facts: KeepFacts) -> NDArray[np.float64]:
    """(n,) of a group the row with the largest number stays. Raises ``OptionError`` for what cannot be decided so."""
    if policy not in get_args(Policy):
        raise OptionError(f"There is no policy {policy!r}.", f"Use one of: {', '.join(POLICIES)}.")
    if policy == "newest" and facts.dates is None:
        raise OptionError("The corpus has no column of dates.", "Keep the first or the longest text instead.")
    dates = np.zeros(0) if facts.dates is None else np.nan_to_num(facts.dates, nan=-np.inf)
    found = {
        "first": np.zeros(len(facts.lengths)),
        "longest": facts.lengths,
        "newest": dates,
        "central": -np.nan_to_num(facts.distances, nan=np.inf),
        "unflagged": ~facts.flagged,
        "labelled": facts.labelled,
    }
    return np.asarray(found[policy], np.float64)


@dataclass(frozen=True)
class Removal:
    """What keeping one text a group comes to. kept : (g,), removed : (r,) rows, ascending; other rows are untouched."""

    kept: NDArray[np.int64]
    removed: NDArray[np.int64]

    @property
    def groups(self) -> int:
        """Groups of which something goes."""
        return len(self.kept)


def keep_one(groups: Groups, preferred: NDArray[np.float64], there: NDArray[np.bool_] | None = None) -> Removal:
    """Keep of each group the row that is preferred most, the first of equals.

    there : (n,) bool, rows that count (those in the trash are gone already); a group of which one is left loses none.
    """
    inside = groups != NO_GROUP if there is None else (groups != NO_GROUP) & there
    rows = np.flatnonzero(inside)
    order = rows[np.lexsort((rows, -preferred[rows], groups[rows]))]
    leads = np.ones(len(order), np.bool_)
    leads[1:] = groups[order[1:]] != groups[order[:-1]]
    sizes = np.bincount(groups[order], minlength=1)
    several = sizes[groups[order]] > 1
    return Removal(np.sort(order[leads & several]), np.sort(order[~leads]))


@dataclass(frozen=True)
class Leakage:
    """Groups with rows in more than one part of a split (train and test, say).

    values : the parts by name. groups : (l,) numbers of those groups. rows : (m,) their rows in any part, ascending.
    pairs : (v, v) int64, how many groups have rows in both parts; the diagonal counts the groups of a part.
    """

    column: str
    values: tuple[str, ...]
    groups: NDArray[np.int32]
    rows: NDArray[np.int64]
    pairs: NDArray[np.int64]


def leakage(groups: Groups, codes: NDArray[np.int64], values: tuple[str, ...], column: str) -> Leakage:
    """Which duplicate groups reach across the parts of a split.

    codes : (n,) number of each row's part in ``values``, -1 = none. Raises ``OptionError`` for a column that is no
    split: one value, or more than ``MOST_PARTS``.
    """
    if not 2 <= len(values) <= MOST_PARTS:
        count = "only one value" if len(values) < 2 else f"{len(values):,} different values"
        raise OptionError(f"The column {column} is no split: it has {count}.", "Name a column such as train and test.")
    rows = np.flatnonzero((groups != NO_GROUP) & (codes >= 0))
    table = np.zeros((int(groups.max(initial=-1)) + 1, len(values)), np.bool_)
    table[groups[rows], codes[rows]] = True
    leaks = np.flatnonzero(table.sum(axis=1) > 1).astype(np.int32)
    there = rows[np.isin(groups[rows], leaks)]
    wide = table.astype(np.int64)
    return Leakage(column, values, leaks, there, wide.T @ wide)
