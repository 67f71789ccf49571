"""Labels that are probably wrong: what the neighbours say, what a linear probe says, and both together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.corpus.column_kinds import codes
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.wording import counted
from explorer.core.neighbors.base import KnnGraph
from explorer.core.progress import SILENT, Progress
from explorer.core.quality.opinions import Opinion, blank_opinion, judge, write_opinion
from explorer.core.quality.probe import LEAST_OF_CLASS, fold_of, out_of_fold
from explorer.core.quality.votes import MOST_VOTERS, votes

MOST_VALUES: Final = 20_000
"""Different values that a column of labels can have; one with more tells texts apart rather than kinds of texts."""
MOST_PROBED: Final = 200
"""Different labels that the linear probe is fitted to; its cost grows with each. Beyond, the neighbours alone vote."""

FLAGGED, BY_NEIGHBOURS, BY_PROBE = 1, 2, 4
"""Bits of ``LabelErrors.flags``."""

_BLOCK: Final = 8_192


@dataclass(frozen=True)
class Labels:
    """The corpus's labels. names : the different ones. codes : (n,) int32, number of each row's; -1 = none."""

    names: tuple[str, ...]
    codes: NDArray[np.int32]


def labels_of(corpus: Corpus) -> Labels | None:
    """The cells of the corpus's label column; None where it has none. Blank cells are no label."""
    if corpus.roles.label is None:
        return None
    found, names = codes(corpus.table[corpus.roles.label])
    used = np.unique(found[found >= 0])
    number = np.full(len(names) + 1, -1, np.int32)
    number[used] = np.arange(len(used), dtype=np.int32)
    return Labels(tuple(names[place] for place in used.tolist()), number[found])


@dataclass(frozen=True, eq=False)
class LabelErrors:
    """What was found. All (n,).

    given : int32, each row's label in ``names``, -1 = none. suggested : int32, what the row should probably be called:
    for flagged labels, for missing ones and for those that too few texts have to be judged; else -1.
    quality : float32, 0..1, how well the label fits (self-confidence, mean of the methods); NaN = not judged.
    flags : uint8, bits ``FLAGGED`` (both methods together), ``BY_NEIGHBOURS``, ``BY_PROBE``.
    names : the labels. column : whose they are. notes : what a reader should know, in sentences.
    """

    given: NDArray[np.int32]
    suggested: NDArray[np.int32]
    quality: NDArray[np.float32]
    flags: NDArray[np.uint8]
    names: tuple[str, ...]
    column: str
    notes: tuple[str, ...] = ()

    @cached_property
    def flagged(self) -> NDArray[np.int64]:
        """Rows whose label is probably wrong, the least credible first."""
        rows = np.flatnonzero(self.flags & FLAGGED)
        return rows[np.argsort(self.quality[rows], kind="stable")]

    @cached_property
    def missing(self) -> NDArray[np.int64]:
        """Rows without a label; none where there is no label at all."""
        return np.flatnonzero(self.given < 0) if self.names else _NO_ROWS

    @cached_property
    def rare(self) -> NDArray[np.int64]:
        """Rows whose label too few texts have to be judged; none where no label could be."""
        known = np.zeros(len(self.names) + 1, np.bool_)
        known[self.given[self.judged]] = True
        return np.flatnonzero((self.given >= 0) & ~known[self.given]) if known.any() else _NO_ROWS

    @cached_property
    def judged(self) -> NDArray[np.bool_]:
        """(n,) bool, rows whose label was judged."""
        return ~np.isnan(self.quality)

    def suggestion(self, row: int) -> str | None:
        """The label suggested for a row."""
        place = int(self.suggested[row])
        return None if place < 0 else self.names[place]

    def facts(self) -> dict[str, Any]:
        """What cannot be told from the arrays, JSON-able."""
        return {"names": list(self.names), "column": self.column, "notes": list(self.notes)}

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {name: getattr(self, name) for name in ("given", "suggested", "quality", "flags")}

    @staticmethod
    def of(arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> LabelErrors:
        """The inverse of ``arrays`` and ``facts``."""
        return LabelErrors(
            **arrays, names=tuple(facts["names"]), column=str(facts["column"]), notes=tuple(facts["notes"])
        )


_NO_ROWS = np.empty(0, np.int64)


@dataclass(frozen=True)
class _Task:
    """What is judged: only classes that enough different texts have, numbered anew.

    classes : (n,) int32 class by label, -1 = none of these. labels : (c,) the label of each class.
    valid : (n,) bool, rows that have a direction.
    """

    classes: NDArray[np.int32]
    labels: NDArray[np.int32]
    valid: NDArray[np.bool_]

    @property
    def count(self) -> int:
        return len(self.labels)

    @cached_property
    def judged(self) -> NDArray[np.bool_]:
        return (self.classes >= 0) & self.valid


def find_label_errors(
    labels: Labels,
    first: NDArray[np.int32],
    vectors: Vectors,
    valid: NDArray[np.bool_],
    graph: KnnGraph,
    *,
    column: str,
    seed: int,
    progress: Progress = SILENT,
) -> LabelErrors:
    """Judge the labels of a corpus.

    Parameters
    ----------
    first : (n,) the first row with the identical text. vectors, valid : (n, d), (n,) as in ``prepare``.
    graph : the shared kNN graph. column : the labels' name, for messages.

    Labels of one value, of nearly as many values as texts, or of texts that are all identical are not judged; the
    notes say so. Raises ``Cancelled``.
    """
    if len(labels.names) > MOST_VALUES:
        why = f"The column {column} has {len(labels.names):,} different values: it holds no labels."
        return _nothing(Labels((), np.full(len(labels.codes), -1, np.int32)), column, why)
    task = _task(labels, first, valid)
    refusal = _refusal(labels, task, column)
    if refusal:
        return _nothing(labels, column, refusal)
    by_neighbours, by_probe, both = _opinions(task, first, vectors, graph, seed, progress)
    quality = np.where(task.judged, np.round(both.own, 4), np.nan).astype(np.float32)
    flags = np.zeros(len(task.classes), np.uint8)
    for bit, opinion in ((FLAGGED, both), (BY_NEIGHBOURS, by_neighbours), (BY_PROBE, by_probe)):
        if opinion is not None:
            flags[judge(opinion, task.classes, task.judged, task.count).flagged] |= np.uint8(bit)
    wanted = (flags & FLAGGED > 0) | (task.classes < 0)
    best = both.likeliest
    suggested = np.where(wanted & (best >= 0), task.labels[best], -1).astype(np.int32)
    return LabelErrors(labels.codes, suggested, quality, flags, labels.names, column, _notes(labels, task, column))


def _task(labels: Labels, first: NDArray[np.int32], valid: NDArray[np.bool_]) -> _Task:
    """Classes are counted by different texts: copies of one text teach nothing more."""
    there = np.flatnonzero((labels.codes >= 0) & valid)
    pairs = np.unique(np.stack([labels.codes[there], first[there]]), axis=1)
    texts = np.bincount(pairs[0], minlength=len(labels.names))
    kept = np.flatnonzero(texts >= LEAST_OF_CLASS).astype(np.int32)
    number = np.full(len(labels.names) + 1, -1, np.int32)
    number[kept] = np.arange(len(kept), dtype=np.int32)
    return _Task(number[labels.codes], kept, valid)


def _refusal(labels: Labels, task: _Task, column: str) -> str:
    """Why nothing can be judged; "" if something can."""
    if task.count >= 2:
        return ""
    if not labels.names:
        return f"The column {column} is empty: there is no label to check."
    if len(labels.names) == 1:
        return f"All labels in {column} are the same ({labels.names[0]}): there is nothing to compare them with."
    return (
        f"Labels in {column} cannot be judged: fewer than two of its {len(labels.names):,} values occur on "
        f"{LEAST_OF_CLASS} different texts or more."
    )


def _nothing(labels: Labels, column: str, why: str) -> LabelErrors:
    rows = len(labels.codes)
    return LabelErrors(
        labels.codes,
        np.full(rows, -1, np.int32),
        np.full(rows, np.nan, np.float32),
        np.zeros(rows, np.uint8),
        labels.names,
        column,
        (why,),
    )


def _notes(labels: Labels, task: _Task, column: str) -> tuple[str, ...]:
    said = []
    if task.count > MOST_PROBED:
        said.append(
            f"{task.count:,} different labels are too many for the linear probe (at most {MOST_PROBED}): "
            "only the neighbours were asked."
        )
    few = len(labels.names) - task.count
    if few:
        values = counted(few, "label stands on", "labels stand on")
        said.append(f"{values} fewer than {LEAST_OF_CLASS} different texts and could not be judged.")
    missing = int(np.count_nonzero(labels.codes < 0))
    if missing:
        said.append(f"{counted(missing, 'text has', 'texts have')} no label in {column}.")
    return tuple(said)


# --- opinions -----------------------------------------------------------------------------------


def _opinions(
    task: _Task, first: NDArray[np.int32], vectors: Vectors, graph: KnnGraph, seed: int, progress: Progress
) -> tuple[Opinion, Opinion | None, Opinion]:
    """What the neighbours say, what the probe says (None = it was not asked), and the mean of what was said."""
    rows = len(task.classes)
    cast = votes(graph.prefix(min(graph.k, MOST_VOTERS)), task.classes, task.count)
    voted = np.diff(cast.indptr) > 0
    by_neighbours, both = blank_opinion(rows, task.count), blank_opinion(rows, task.count)
    for start in range(0, rows, _BLOCK):
        progress.check()
        some = np.arange(start, min(start + _BLOCK, rows))[voted[start : start + _BLOCK]]
        shares = cast[some].toarray()
        for opinion in (by_neighbours, both):
            write_opinion(opinion, some, shares, task.classes[some])
    if task.count > MOST_PROBED:
        return by_neighbours, None, both
    by_probe = blank_opinion(rows, task.count)
    for some, shares in _probed(task, first, vectors, seed, progress):
        write_opinion(by_probe, some, shares, task.classes[some])
        together = np.where(voted[some, None], (shares + cast[some].toarray()) / 2, shares)
        write_opinion(both, some, together, task.classes[some])
    return by_neighbours, by_probe, both


def _probed(task: _Task, first: NDArray[np.int32], vectors: Vectors, seed: int, progress: Progress) -> Any:
    """Rows and their probabilities, a block at a time."""
    rows = np.flatnonzero(task.valid)
    classes = task.classes[rows]
    folds = fold_of(first[rows], classes, seed)
    fit_to = _leads(first[rows], classes)
    for places, shares in out_of_fold(vectors, rows, folds, fit_to, classes, task.count, seed=seed, progress=progress):
        yield rows[places], shares


def _leads(first: NDArray[np.int32], classes: NDArray[np.int32]) -> NDArray[np.bool_]:
    """(m,) bool, the first text of each (text, label): copies with the same label count once."""
    labelled = np.flatnonzero(classes >= 0)
    pairs = np.stack([first[labelled], classes[labelled]])
    _, places = np.unique(pairs, axis=1, return_index=True)
    found = np.zeros(len(first), np.bool_)
    found[labelled[places]] = True
    return found


# --- facts beside the methods -------------------------------------------------------------------


def conflicting(given: NDArray[np.int32], exact: NDArray[np.int32]) -> NDArray[np.int64]:
    """Rows whose identical text carries another label elsewhere: one of the two is wrong, or the text decides nothing.

    given : (n,) labels, -1 = none. exact : (n,) groups of identical texts, -1 = none.
    """
    rows = np.flatnonzero((given >= 0) & (exact >= 0))
    groups = int(exact.max(initial=-1)) + 1
    lowest, highest = np.full(groups, np.iinfo(np.int32).max, np.int32), np.full(groups, -1, np.int32)
    np.minimum.at(lowest, exact[rows], given[rows])
    np.maximum.at(highest, exact[rows], given[rows])
    return np.asarray(rows[lowest[exact[rows]] != highest[exact[rows]]])


def neighbour_labels(errors: LabelErrors, graph: KnnGraph, row: int, k: int = MOST_VOTERS) -> Sequence[tuple[str, int]]:
    """The labels among the nearest neighbours of a row with how many have each, the most frequent first."""
    near = graph.ids[row, :k]
    held = errors.given[near[near >= 0]]
    codes, counts = np.unique(held[held >= 0], return_counts=True)
    order = np.lexsort((codes, -counts))
    return [(errors.names[codes[place]], int(counts[place])) for place in order]
