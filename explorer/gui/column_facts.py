"""What a filter on a column can choose from: values, range, what is missing. Asked on the engine's thread."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from explorer.core.query.engine import Engine

MOST_VALUES = 100_000
"""Different values that are listed, the most frequent ones."""

FEW, SINGLE = 20, 0.9
"""A list of fewer values than ``FEW`` is easily read; a share of values of which there is one each."""


@dataclass(frozen=True, eq=False)
class ValueFacts:
    """names, counts : (m,) the values, most frequent first. different : how many there are in all, listed or not."""

    names: list[str]
    counts: NDArray[np.int64]
    missing: int
    different: int

    @property
    def mostly_single(self) -> bool:
        """Whether nearly every value is there once, so that a list of them is no choice."""
        return self.different >= FEW and int(np.count_nonzero(self.counts == 1)) >= SINGLE * self.counts.size


@dataclass(frozen=True)
class RangeFacts:
    """Lowest and highest number (or second since 1970); NaN where there is none. missing : cells without one."""

    low: float
    high: float
    missing: int

    @property
    def is_empty(self) -> bool:
        return math.isnan(self.low)


Facts = ValueFacts | RangeFacts


def column_facts(engine: Engine, name: str, kind: str) -> Facts:
    """Facts of a column of this kind. Raises ``OptionError`` for a column that is not there."""
    if kind == "number":
        return range_facts(engine.numbers(name))
    if kind == "date":
        return range_facts(engine.moments(name))
    return value_facts(*engine.codes(name))


def range_facts(values: NDArray[np.float64]) -> RangeFacts:
    known = values[np.isfinite(values)]
    if not known.size:
        return RangeFacts(math.nan, math.nan, values.size)
    return RangeFacts(float(known.min()), float(known.max()), values.size - known.size)


def value_facts(codes: NDArray[np.int64], names: list[str]) -> ValueFacts:
    """codes : (n,) place of each cell's value in ``names``, -1 where it is missing."""
    counts = np.bincount(codes + 1, minlength=len(names) + 1)
    missing, counts = int(counts[0]), counts[1:]
    there = np.flatnonzero(counts)
    listed = there[np.argsort(-counts[there], kind="stable")][:MOST_VALUES]
    return ValueFacts([names[place] for place in listed], counts[listed], missing, there.size)
