"""Writing the report of a project with its manifest: the same way from the window and from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.app.state import AppState
from explorer.core.corpus.corpus import Corpus
from explorer.core.pipeline import Report, decide, is_complete, report
from explorer.core.plan import Plan
from explorer.core.progress import SILENT, Progress
from explorer.core.report.decisions import Decisions
from explorer.core.report.manifest import build_manifest, write_manifest
from explorer.core.report.marks import NO_MARKS, Marks
from explorer.core.results import Results
from explorer.errors import OptionError, ProjectError

NOT_REPORTED = ("trust", "regions", "keywords", "index")
"""Stages that a report does not need."""

NOT_YET = ("Not everything that the report needs is computed yet.", "Let it finish (or run it again), then export.")
"""What and what to do."""
LABEL = "label:"


def can_report(state: AppState) -> bool:
    """Whether everything that a report needs is computed."""
    corpus = state.corpus
    return corpus is not None and is_complete(corpus, state.plan, state.results, without=NOT_REPORTED)


def manifest_beside(out: Path) -> Path:
    """Where the manifest of a report goes: NAME.manifest.json in the same folder."""
    return out.with_name(f"{out.stem}.manifest.json")


def complete_report(
    corpus: Corpus, results: Results, plan: Plan, overrides: Mapping[int, bool], marks: Marks = NO_MARKS
) -> Report:
    """The report over what is computed and decided. Raises ``ProjectError`` if a stage that it needs is missing."""
    if not is_complete(corpus, plan, results, without=NOT_REPORTED):
        raise ProjectError(*NOT_YET)
    return report(corpus, results, decide(results, plan, overrides, marks, corpus))


def write_report(
    corpus: Corpus, results: Results, plan: Plan, overrides: Mapping[int, bool], out: Path, manifest: Path,
    *, marks: Marks = NO_MARKS, raw: bool = False, progress: Progress = SILENT,
) -> tuple[Decisions, str]:  # fmt: skip
    """Write the CSV and its manifest; returns what was decided and the report's SHA-256.

    Raises ``ProjectError`` if a stage that the report needs is missing, ``OutputError``, ``Cancelled``.
    """
    made = complete_report(corpus, results, plan, overrides, marks)
    digest = made.write(out, raw=raw, progress=progress)
    write_manifest(build_manifest(corpus, results, made.decisions, plan, raw=raw, report_digest=digest), manifest)
    return made.decisions, digest


def chosen_rows(wish: str, decisions: Decisions) -> NDArray[np.int64] | None:
    """The rows that ``flagged``, ``all`` (None) or ``label:NAME`` mean. Raises ``OptionError`` for another wish."""
    if wish == "all":
        return None
    if wish == "flagged":
        return np.flatnonzero(decisions.flagged)
    if not wish.startswith(LABEL):
        raise OptionError(f"There are no rows called {wish!r}.", "Use flagged, all or label:NAME.")
    name, marks = wish.removeprefix(LABEL), decisions.marks
    if name not in marks.labels:
        known = f"Its labels are: {', '.join(marks.labels)}." if marks.labels else "It has no labels."
        raise OptionError(f"The project has no label {name!r}.", known)
    return marks.rows_with(name)
