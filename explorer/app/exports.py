"""Taking something else than the whole CSV report out of a project: rows in other formats, a page for people."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explorer.app.by_hand import ByHand, read_by_hand
from explorer.app.check_store import stored_check
from explorer.app.project_folder import ProjectFolder
from explorer.app.reporting import chosen_rows, complete_report
from explorer.core.corpus.checks import CorpusCheck
from explorer.core.corpus.column_kinds import codes
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.wording import counted
from explorer.core.pipeline import Report, load_results
from explorer.core.plan import Plan
from explorer.core.progress import SILENT, Progress
from explorer.core.projection.base import LAYOUTS
from explorer.core.projection.trust import Trust
from explorer.core.report.rows_export import export_rows, writer_for
from explorer.core.results import Results

if TYPE_CHECKING:
    from explorer.core.report.html_report import Picture

MakePictures = Callable[[Report, str], "Sequence[Picture]"]
"""Pictures of a report's map, whose layout is named; the window's side makes them, as nothing here can paint."""


@dataclass(frozen=True)
class Exported:
    """What was written. ``rows`` : how many; of a page, how many texts it is about."""

    file: Path
    rows: int
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Opened:
    report: Report
    plan: Plan
    check: CorpusCheck


def export_project_rows(
    path: Path, out: Path, wish: str, *, raw: bool = False, progress: Progress = SILENT
) -> Exported:
    """Write the rows that ``wish`` (``flagged``, ``all``, ``label:NAME``) means, in the format of ``out``'s ending.

    Raises ``OptionError`` for a wish or an ending that nothing fits, ``ProjectError``, ``OutputError``, ``Cancelled``.
    """
    writer_for(out)
    made = _open(path).report
    rows = chosen_rows(wish, made.decisions)
    return Exported(out, export_rows(made, rows, out, raw, progress))


def export_given_rows(
    path: Path, out: Path, rows: Sequence[int] | None, *, raw: bool = False, progress: Progress = SILENT
) -> Exported:
    """The same for rows that are named one by one (None = all), as the window does."""
    writer_for(out)
    chosen = None if rows is None else np.asarray(rows, np.int64)
    return Exported(out, export_rows(_open(path).report, chosen, out, raw, progress))


def export_corrected(path: Path, out: Path, *, without_trash: bool = False, progress: Progress = SILENT) -> Exported:
    """Write the project's corpus in its own columns with its labels corrected, in the format of ``out``'s ending.

    without_trash : leave out what lies in the trash. Raises ``OptionError``, ``ProjectError``, ``OutputError``.
    """
    from explorer.core.report.corrected import write_corrected

    with ProjectFolder.open(path, writable=False) as project:
        corpus = project.corpus()
        _, made = read_by_hand(project, corpus.rows)
    rows = write_corrected(
        corpus, made.marks, out, set_aside=made.set_aside, without_trash=without_trash, progress=progress
    )
    return Exported(out, rows, tuple(_corrected_remarks(corpus, made, without_trash)))


def _corrected_remarks(corpus: Corpus, made: ByHand, without_trash: bool) -> Iterator[str]:
    label, marks = corpus.roles.label, made.marks
    if label is not None:
        yield f"{counted(_changed(corpus, label, marks.corrections), 'label')} in {label} corrected."
    for column, corrections in made.set_aside.items():
        if column in corpus.table.column_names:
            changed = _changed(corpus, column, corrections)
            yield f"{counted(changed, 'label')} in {column} corrected, which held the labels before."
    if marks.trashed_count:
        kept = "left out" if without_trash else "written all the same"
        yield f"{counted(marks.trashed_count, 'text')} in the trash: {kept}."


def _changed(corpus: Corpus, column: str, corrections: Mapping[int, str]) -> int:
    """How many cells of a column say something else once they are corrected."""
    before, names = codes(corpus.table[column])
    held = [names[place] if (place := int(before[row])) >= 0 else "" for row in corrections]
    return sum(old != new for old, new in zip(held, corrections.values(), strict=True))


def export_html(
    path: Path, out: Path, pictures: MakePictures | None = None, *, no_picture: str = "", progress: Progress = SILENT
) -> Exported:
    """Write the project's report as a page for people.

    pictures : makes the pictures of the map. no_picture : why there are none, in a sentence that the page says too.
    """
    from explorer.core.report.html_report import Facts, write_html

    opened = _open(path)
    results, plan = opened.report.results, opened.plan
    layout = layout_words(results, plan)
    missing = no_picture if layout else "No map was computed."
    made = pictures(opened.report, layout) if pictures is not None and layout else ()
    facts = Facts(plan, opened.check, datetime.now(UTC), "", layout, trust_words(results.trust), missing)
    write_html(opened.report, made, facts, out, progress)
    return Exported(out, opened.report.corpus.rows, () if made or not missing else (missing,))


def layout_words(results: Results, plan: Plan) -> str:
    """What the map's layout is called; "" where there is none."""
    if results.layout is not None:
        return LAYOUTS[plan.layout]
    return "" if results.pca is None else LAYOUTS["pca"]


def trust_words(trust: Trust | None) -> str:
    """How far the picture can be trusted, in a sentence; "" where it was not measured."""
    if trust is None or math.isnan(trust.mean):
        return ""
    return f"On average {trust.mean:.0%} of a text's {trust.k} nearest neighbours are among its nearest on the map."


def _open(path: Path) -> _Opened:
    with ProjectFolder.open(path, writable=False) as project:
        corpus = project.corpus()
        plan, made = read_by_hand(project, corpus.rows)
        results = load_results(corpus, plan, project.store)
        languages = () if results.card is None else results.card.languages
        check = stored_check(corpus, languages, project.store, keep=False)
    return _Opened(complete_report(corpus, results, plan, made.overrides, made.marks), plan, check)
