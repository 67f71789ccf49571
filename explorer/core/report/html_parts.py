"""What a report for people shows of the rows: the strangest, the decided, duplicates, labels, a score histogram."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.anomaly.base import Scores
from explorer.core.report.table import Report, Rows
from explorer.core.report.visible import visible

TOP = 100
"""Rows of a table at most."""
GROUPS = 50
GROUP_ROWS = 10
BINS = 60
FAR = 12.0
"""The axis of the scores ends this many times the way from the median to the 99th percentile beyond the median."""


@dataclass(frozen=True)
class ShownRow:
    """One row of a table of texts. ``rank`` is None for what was not scored."""

    row: int
    id: str
    rank: int | None
    score: str
    text: str
    reason: str
    decision: str
    labels: tuple[str, ...]
    note: str
    trashed: bool


@dataclass(frozen=True)
class Group:
    """Texts that are the same to the letter: how many, the text, the first rows that hold it."""

    count: int
    text: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class LabelCount:
    """A label, how many rows have it, and how many of those are flagged."""

    name: str
    count: int
    flagged: int


@dataclass(frozen=True)
class Bar:
    """One bar: scores from ``low`` to ``high``, how many, its ``height`` (0..1, by the square root of the number)."""

    low: float
    high: float
    count: int
    height: float
    beyond: bool


@dataclass(frozen=True)
class Histogram:
    """Bars from ``low`` to ``high``. ``line`` is where the threshold stands, 0..1; None = outside. ``cut``: the last
    bar holds everything beyond the axis too."""

    bars: tuple[Bar, ...]
    low: float
    high: float
    most: int
    line: float | None
    cut: bool


def strangest(report: Report) -> list[ShownRow]:
    """The rows with the highest scores, strangest first."""
    ranks = report.decisions.ranks
    rows = np.flatnonzero((ranks > 0) & (ranks <= TOP))
    return list(_shown(report, rows[np.argsort(ranks[rows])]))


def decided_elsewhere(report: Report) -> list[ShownRow]:
    """Rows decided by hand that are not among the strangest, in input order."""
    ranks = report.decisions.ranks
    rows = report.decisions.overrides.rows
    return list(_shown(report, rows[(ranks[rows] < 1) | (ranks[rows] > TOP)][:TOP]))


def _shown(report: Report, rows: Iterable[int]) -> Iterable[ShownRow]:
    decisions, corpus = report.decisions, report.corpus
    scores, marks = decisions.scores, decisions.marks
    for row in map(int, rows):
        yield ShownRow(
            row=row,
            id=visible(str(corpus.ids[row].as_py()), 60),
            rank=int(decisions.ranks[row]) or None,
            score=f"{scores[row]:#.6g}" if np.isfinite(scores[row]) else "",
            text=visible(corpus.text(row)),
            reason=report.reason(row) or "",
            decision=_decision(decisions.overrides.get(row), bool(decisions.flagged[row])),
            labels=tuple(visible(name, 60) for name in marks.names_of(row)),
            note=visible(marks.notes.get(row, "")),
            trashed=bool(marks.trashed(np.array([row]))[0]),
        )


def _decision(override: bool | None, flagged: bool) -> str:
    if override is not None:
        return "flagged by hand" if override else "cleared by hand"
    return "flagged" if flagged else "not flagged"


def duplicates(report: Report) -> tuple[list[Group], int]:
    """The largest groups of exact duplicates, and how many groups there are. Empty texts are no duplicates."""
    first = report.first_rows
    counts = np.bincount(first, minlength=len(first))
    heads = np.flatnonzero(counts > 1)
    heads = heads[np.argsort(-counts[heads], kind="stable")]
    heads = heads[~blank(report.corpus.texts.take(pa.array(heads)))]
    return [_group(report, int(row), first, int(counts[row])) for row in heads[:GROUPS]], len(heads)


def blank(texts: pa.ChunkedArray) -> NDArray[np.bool_]:
    """(m,) which texts hold nothing but white space."""
    return np.asarray(pc.equal(pc.utf8_trim_whitespace(texts), ""), dtype=np.bool_)


def _group(report: Report, head: int, first: Rows, count: int) -> Group:
    rows = np.flatnonzero(first == head)[:GROUP_ROWS].tolist()
    return Group(count, visible(report.corpus.text(head)), tuple(rows))


def label_counts(report: Report) -> list[LabelCount]:
    """Every label that was defined, in that order."""
    marks, flagged = report.decisions.marks, report.decisions.flagged
    rows = [marks.rows_with(name) for name in marks.labels]
    return [
        LabelCount(visible(name, 60), len(having), int(flagged[having].sum()))
        for name, having in zip(marks.labels, rows, strict=True)
    ]


def histogram(scores: Scores, threshold: float) -> Histogram | None:
    """The finite scores in equal bins; None if there are none. The axis holds the threshold unless it lies far out."""
    known: NDArray[np.float64] = scores[np.isfinite(scores)].astype(np.float64)
    if not known.size:
        return None
    low, greatest = float(known.min()), float(known.max())
    median, most = np.percentile(known, [50, 99]).tolist()
    limit = max(median + FAR * (most - median), min(threshold, greatest))
    high = min(greatest, limit) if limit > low else greatest
    if not high > low:
        half = max(abs(low) * 0.05, 0.05)
        low, high = low - half, high + half
    counts, edges = np.histogram(np.minimum(known, high), BINS, (low, high))
    top = int(counts.max())
    bars = tuple(
        Bar(float(a), float(b), int(n), float((n / top) ** 0.5), bool((a + b) / 2 >= threshold))
        for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)
    )
    line = (threshold - low) / (high - low)
    return Histogram(bars, low, high, top, line if 0 <= line <= 1 else None, greatest > high)
