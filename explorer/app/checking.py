"""What is wrong with a project's corpus, for whoever has no window: computed if need be, in words or as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from explorer.app.by_hand import read_by_hand
from explorer.app.curating import leaks
from explorer.app.project_folder import ProjectFolder
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.wording import counted
from explorer.core.pipeline import is_complete, load_results, run
from explorer.core.plan import Plan
from explorer.core.progress import SILENT, Progress
from explorer.core.quality.checks import Check
from explorer.core.quality.duplicates import NO_GROUP, Duplicates
from explorer.core.quality.keeping import Leakage
from explorer.core.quality.label_errors import BY_NEIGHBOURS, BY_PROBE, LabelErrors
from explorer.core.report.visible import visible
from explorer.core.results import Results

NOT_CHECKED = ("layout", "trust", "regions", "keywords", "index", "pca")
"""Stages that the checks do not need."""

SHOWN = 10
"""Findings that are shown one by one; the JSON holds all."""
EXCERPT = 80


@dataclass(frozen=True)
class Checked:
    """What was found. labels : None where the corpus has no label column. leaks : None unless a split was named."""

    project: Path
    corpus: Corpus
    checks: tuple[Check, ...]
    duplicates: Duplicates
    labels: LabelErrors | None
    leaks: Leakage | None


def check_project(path: Path, *, split: str | None = None, progress: Progress = SILENT) -> Checked:
    """Everything that the quality stages say about a project; what is missing of them is computed and kept.

    split : the column that says which part (train, test) a text belongs to. Raises ``ExplorerError``.
    """
    corpus, results = _results(path, progress)
    assert results.duplicates is not None
    across = None if split is None else leaks(corpus, results.duplicates, split)
    return Checked(path, corpus, results.checks(corpus.rows), results.duplicates, results.labels, across)


def _results(path: Path, progress: Progress) -> tuple[Corpus, Results]:
    """The lock is taken only where there is something to compute."""
    with ProjectFolder.open(path, writable=False) as project:
        corpus, plan = _asked(project)
        results = load_results(corpus, plan, project.store)
        if is_complete(corpus, plan, results, without=NOT_CHECKED):
            return corpus, results
    with ProjectFolder.open(path) as project:
        corpus, plan = _asked(project)
        return corpus, run(corpus, plan, project.store, progress)


def _asked(project: ProjectFolder) -> tuple[Corpus, Plan]:
    corpus = project.corpus()
    plan, _ = read_by_hand(project, corpus.rows)
    return corpus, replace(plan, quality=True)


# --- in words -----------------------------------------------------------------------------------


def findings(checked: Checked) -> Iterator[str]:
    """What was found, a line each, the worst first."""
    yield f"{counted(checked.corpus.rows, 'text')} checked."
    for check in checked.checks:
        if check.count:
            details = f" ({check.details})" if check.details else ""
            yield f"{check.kind.severity:<7} {check.count:>8,}  {check.name:<18} {check.kind.title}{details}"
    clean = [check.name for check in checked.checks if not check.count]
    if clean:
        yield f"Nothing found: {', '.join(clean)}."
    yield from _duplicates_said(checked.duplicates)
    if checked.leaks is not None:
        yield from _leaks_said(checked.leaks)
    if checked.labels is not None:
        yield from _labels_said(checked.labels, checked.corpus)


def _duplicates_said(found: Duplicates) -> Iterator[str]:
    if found.remark:
        yield found.remark
    if not len(found.rows):
        yield f"Duplicates: no text says the same as another (is within {found.threshold:.3g} of it)."
        return
    exact = found.exact
    copies = int(np.count_nonzero(exact != NO_GROUP))
    yield (
        f"Duplicates: {counted(copies, 'identical text')} in {counted(int(exact.max(initial=-1)) + 1, 'group')}; with "
        f"near ones {counted(len(found.rows), 'text')} in {counted(len(found.sizes), 'group')} (within "
        f"{found.threshold:.3g} of a representative: {found.share:g} of the median distance to the nearest other text)."
    )


def _leaks_said(leaks: Leakage) -> Iterator[str]:
    if not len(leaks.groups):
        yield f"Leakage: no duplicate group reaches across {leaks.column}."
        return
    groups = counted(len(leaks.groups), "duplicate group reaches", "duplicate groups reach")
    yield f"Leakage: {groups} across {leaks.column} ({counted(len(leaks.rows), 'text')})."
    for one, two, shared in _shared(leaks):
        yield f"  {one} and {two}: {counted(shared, 'group')}"


def _shared(leaks: Leakage) -> Iterator[tuple[str, str, int]]:
    """Pairs of parts that share groups, and how many."""
    for one, two in zip(*np.nonzero(np.triu(leaks.pairs, 1)), strict=True):
        yield leaks.values[one], leaks.values[two], int(leaks.pairs[one, two])


def _labels_said(labels: LabelErrors, corpus: Corpus) -> Iterator[str]:
    yield from labels.notes
    judged = int(np.count_nonzero(labels.judged))
    if not judged:
        return
    rows = labels.flagged
    yield f"Labels: {len(rows):,} of {judged:,} in {labels.column} are probably wrong, the least credible first."
    for row in rows[:SHOWN].tolist():
        given, suggested = labels.names[labels.given[row]], labels.suggestion(row)
        text = visible(corpus.text(row), EXCERPT)
        yield f"  row {row}: {visible(given, 40)} -> {visible(suggested or '', 40)} ({labels.quality[row]:.2f})  {text}"
    if len(rows) > SHOWN:
        yield f"  ... and {len(rows) - SHOWN:,} more (--json lists all)."


# --- as JSON ------------------------------------------------------------------------------------


def findings_json(checked: Checked) -> dict[str, Any]:
    """Everything that was found, rows included."""
    return {
        "project": str(checked.project),
        "texts": checked.corpus.rows,
        "checks": [_check_json(check) for check in checked.checks],
        "duplicates": _duplicates_json(checked.duplicates),
        "leakage": None if checked.leaks is None else _leaks_json(checked.leaks),
        "label_errors": None if checked.labels is None else _labels_json(checked.labels, checked.corpus),
    }


def _check_json(check: Check) -> dict[str, Any]:
    kind = check.kind
    return {
        "name": check.name,
        "title": kind.title,
        "severity": kind.severity,
        "description": kind.what,
        "details": check.details,
        "count": check.count,
        "score": round(check.score, 6),
        "rows": check.rows.tolist(),
        "row_scores": [round(score, 4) for score in check.scores.tolist()],
    }


def _duplicates_json(found: Duplicates) -> dict[str, Any]:
    rows = found.rows[np.argsort(found.groups[found.rows], kind="stable")]
    members = np.split(rows, np.cumsum(found.sizes)[:-1]) if len(found.sizes) else []
    groups = [
        {"group": number, "representative": int(found.representatives[number]), "rows": rows.tolist()}
        for number, rows in enumerate(members)
    ]
    exact = int(np.count_nonzero(found.exact != NO_GROUP))
    facts = {"share": found.share, "median": found.median, "threshold": found.threshold}
    return {"identical": exact, "texts": len(found.rows), **facts, "groups": groups}


def _leaks_json(leaks: Leakage) -> dict[str, Any]:
    shared = [{"parts": [one, two], "groups": groups} for one, two, groups in _shared(leaks)]
    return {"column": leaks.column, "groups": leaks.groups.tolist(), "rows": leaks.rows.tolist(), "shared": shared}


def _labels_json(labels: LabelErrors, corpus: Corpus) -> dict[str, Any]:
    return {
        "column": labels.column,
        "judged": int(np.count_nonzero(labels.judged)),
        "missing": len(labels.missing),
        "notes": list(labels.notes),
        "flagged": [_label_json(labels, corpus, row) for row in labels.flagged.tolist()],
    }


def _label_json(labels: LabelErrors, corpus: Corpus, row: int) -> dict[str, Any]:
    flags = int(labels.flags[row])
    methods = [name for bit, name in ((BY_NEIGHBOURS, "neighbours"), (BY_PROBE, "probe")) if flags & bit]
    return {
        "row": row,
        "id": corpus.ids[row].as_py(),
        "given": labels.names[labels.given[row]],
        "suggested": labels.suggestion(row),
        "quality": round(float(labels.quality[row]), 4),
        "by": methods,
    }
