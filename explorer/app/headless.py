"""The whole job without a window: what the command line does, as functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from explorer.app.adding import read_like
from explorer.app.by_hand import NOTHING, ByHand, read_by_hand, save_by_hand, save_plan
from explorer.app.check_store import stored_check
from explorer.app.label_column import chosen
from explorer.app.neighbours import Answer, NeighbourSearch
from explorer.app.normal import settled
from explorer.app.project_folder import ProjectFolder
from explorer.app.reporting import manifest_beside, write_report
from explorer.app.state import NeighbourView
from explorer.core.anomaly.overrides import Overrides
from explorer.core.corpus.append import appended
from explorer.core.corpus.checks import CorpusCheck
from explorer.core.corpus.corpus import Corpus, Rejected, Roles
from explorer.core.corpus.readers import read_corpus
from explorer.core.corpus.wording import counted
from explorer.core.embedding.precomputed import vectors_card
from explorer.core.pipeline import load_results, run
from explorer.core.plan import Plan
from explorer.core.progress import SILENT, Progress
from explorer.core.report.decisions import Decisions
from explorer.core.report.evidence import labelled
from explorer.core.report.manifest import Recipe, counts, read_manifest
from explorer.core.report.scoring_remarks import scoring_remarks
from explorer.core.results import Results
from explorer.core.stages import open_plan_encoder
from explorer.core.storage import output_errors
from explorer.errors import ManifestError, OptionError, ProjectError

REPORT = "report.csv"
MANIFEST = "manifest.json"
PROJECT = "project.textmap"
SHOWN = 5
"""Unreadable lines that are said one by one."""


@dataclass(frozen=True)
class Outcome:
    """What a headless run made. ``remarks`` are sentences worth reading, in the order found."""

    report: Path
    manifest: Path
    project: Path
    counts: Mapping[str, int]
    threshold: float
    rule: str
    rejected: tuple[Rejected, ...] = ()
    remarks: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    reused: tuple[str, ...] = ()
    identical: bool | None = None
    """Of ``rerun``: whether the report has the bytes that the manifest names."""


def run_corpus(
    path: Path, out: Path, roles: Roles, plan: Plan, *, cleaning: tuple[str, ...] = (), raw: bool = False,
    progress: Progress = SILENT,
) -> Outcome:  # fmt: skip
    """Corpus in; ``report.csv``, ``manifest.json`` and ``project.textmap`` out, in the folder ``out``.

    A second call with the same arguments reuses everything; after a stop it goes on. Raises ``ExplorerError``.
    """
    corpus = _read(path, roles, cleaning, progress.part(0, 0.05))
    return _run(corpus, out, plan, None, raw, progress.part(0.05, 1), guessed=roles.label is None)


def _read(path: Path, roles: Roles, cleaning: tuple[str, ...], progress: Progress) -> Corpus:
    wishes = {"id": roles.id, "label": roles.label, "date": roles.date}
    return read_corpus(path.absolute(), text=roles.text, **wishes, cleaning=cleaning, progress=progress)


def rerun(
    manifest: Path, out: Path, *, corpus: Path | None = None, vectors: Path | None = None, progress: Progress = SILENT
) -> Outcome:
    """Make a report again from its manifest, after checking that the inputs are the same.

    corpus, vectors : where they lie now, if they were moved. Raises ``ManifestError`` if an input has changed.
    """
    recipe = _with_vectors(read_manifest(manifest), vectors)
    path = corpus or recipe.corpus
    if corpus is None and not path.exists():
        raise ManifestError(f"The corpus {path} is not there any more.", "Say where it lies now with --corpus.")
    loaded = _read(path, recipe.roles.settled(), recipe.cleaning, progress.part(0, 0.05))
    _check_digest(loaded, recipe.corpus_digest, "Give the original file with --corpus.")
    grown = [loaded]
    for file, digest in recipe.added:
        more = read_like(loaded, file)
        _check_digest(more, digest, "Put the file that was added back to where it was.")
        grown.append(appended(grown[-1], more))
    outcome = _run(grown[-1], out, recipe.plan, recipe, recipe.raw, progress.part(0.05, 1), before=grown[:-1])
    written = read_manifest(outcome.manifest).report_digest
    return replace(outcome, identical=written == recipe.report_digest)


def _check_digest(loaded: Corpus, digest: str, hint: str) -> None:
    if loaded.source.digest != digest:
        what = f"{loaded.source.path} is not the file that the manifest was made from: its content differs."
        raise ManifestError(what, hint)


def _with_vectors(recipe: Recipe, moved: Path | None) -> Recipe:
    """The recipe with its vectors file where it lies now."""
    plan = recipe.plan
    if plan.vectors is None:
        return recipe
    path = Path(plan.vectors) if moved is None else moved.absolute()
    if not path.exists():
        raise ManifestError(f"The vectors {path} are not there any more.", "Say where they lie now with --vectors.")
    if vectors_card(path).digest != recipe.card.get("digest"):
        raise ManifestError(
            f"{path} is not the file that the manifest was made from: its content differs.",
            "Give the original file with --vectors.",
        )
    return replace(recipe, plan=replace(plan, vectors=str(path)))


def _run(
    corpus: Corpus, out: Path, plan: Plan, recipe: Recipe | None, raw: bool, progress: Progress,
    *, before: Sequence[Corpus] = (), guessed: bool = False,
) -> Outcome:  # fmt: skip
    """before : what the corpus was before texts were added, oldest first: its map is placed on theirs.

    guessed : whether nobody has named the label column, so that the one that was chosen in the project holds.
    """
    with output_errors(out):
        out.mkdir(parents=True, exist_ok=True)
    with ProjectFolder.create(out / PROJECT) as project:
        corpus = _keep(project, corpus, guessed=guessed)
        made = _decided(project, recipe, corpus.rows)
        plan = settled(plan, corpus, made)
        labelled(corpus, plan.odd_value, made.marks)  # a label that there is not is said before hours of work
        save_plan(project, plan)
        for earlier in before:
            run(earlier, replace(plan, normal=None, reference=None), project.store, progress.part(0, 0.01))
        results = run(corpus, plan, project.store, progress.part(0.01, 0.97))
        _check_encoder(results, recipe)
        check = stored_check(corpus, _languages(results), project.store)
        decisions, _ = write_report(
            corpus, results, plan, made.overrides, out / REPORT, out / MANIFEST,
            marks=made.marks, raw=raw, progress=progress.part(0.97, 1),
        )  # fmt: skip
    if decisions.threshold.refused:
        raise OptionError(decisions.threshold.refused, "Decide more texts in the window, or name a label with --odd.")
    return _outcome(out, corpus, check, results, decisions, plan)


def _decided(project: ProjectFolder, recipe: Recipe | None, rows: int) -> ByHand:
    """What the report shows of work by hand. A recipe's never replaces what else a person did in the project."""
    _, made = read_by_hand(project, rows)
    if recipe is None:
        return made
    wanted = ByHand(Overrides.of(recipe.overrides).within(rows), recipe.marks_for(rows))
    if made.same_as(wanted):
        return made
    if not made.same_as(NOTHING):
        what = f"The project {project.path} holds other decisions made by hand than the manifest."
        raise ProjectError(what, "Choose another folder for --out.")
    save_by_hand(project, wanted)
    return wanted


def _keep(project: ProjectFolder, corpus: Corpus, *, guessed: bool) -> Corpus:
    """Store the corpus unless the project holds the very same already."""
    if project.has_corpus():
        try:
            kept = project.corpus()
        except ProjectError:
            return project.set_corpus(corpus)
        if guessed and kept.fingerprint == corpus.fingerprint:
            corpus = chosen(corpus, project.label_choice)
        if _identity(kept) == _identity(corpus):
            return kept
    return project.set_corpus(corpus)


def _identity(corpus: Corpus) -> tuple[object, ...]:
    return corpus.fingerprint, corpus.source, corpus.added, corpus.roles, corpus.cleaning


def _languages(results: Results) -> tuple[str, ...]:
    return () if results.card is None else results.card.languages


def _check_encoder(results: Results, recipe: Recipe | None) -> None:
    if recipe is None or results.card is None or recipe.card.get("digest") in (None, results.card.digest):
        return
    raise ManifestError(
        f"The encoder {results.card.name} is not the one that the manifest was made with: its files differ.",
        "Install the same model, or make a new report with run.",
    )


def _outcome(
    out: Path, corpus: Corpus, check: CorpusCheck, results: Results, decisions: Decisions, plan: Plan
) -> Outcome:
    return Outcome(
        report=out / REPORT,
        manifest=out / MANIFEST,
        project=out / PROJECT,
        counts=counts(corpus, results, decisions),
        threshold=decisions.threshold.value,
        rule=decisions.threshold.rule,
        rejected=corpus.rejected,
        remarks=tuple(_said(corpus, check, results, decisions, plan)),
        seconds={record.stage: record.seconds for record in results.records},
        reused=tuple(record.stage for record in results.records if record.reused),
    )


def _said(corpus: Corpus, check: CorpusCheck, results: Results, decisions: Decisions, plan: Plan) -> Iterator[str]:
    yield from check.sentences()
    yield from rejected_lines(corpus.rejected)
    yield from remarks(corpus, results, plan)
    if trashed := decisions.marks.trashed_count:
        yield f"{counted(trashed, 'text')} in the trash: still in the report, marked as trashed."


def rejected_lines(rejected: Sequence[Rejected]) -> list[str]:
    """What could not be read, by file, line and reason: the first few in words; the manifest names all."""
    said = [f"{item.file}{f', line {item.line}' if item.line else ''}: {item.reason}" for item in rejected[:SHOWN]]
    more = len(rejected) - SHOWN
    return [*said, f"... and {more:,} more, all in the manifest"] if more > 0 else said


def remarks(corpus: Corpus, results: Results, plan: Plan) -> list[str]:
    """What a reader of the results should know: too few texts, all identical, texts cut, how texts were scored."""
    found = []
    if corpus.rows == 1:
        found.append("There is only one text: it has no neighbours and no meaningful score.")
    elif corpus.rows <= plan.k:
        found.append(f"There are only {corpus.rows} texts, so each has fewer than the {plan.k} neighbours asked for.")
    if corpus.rows > 1 and len(corpus.texts.unique()) == 1:
        found.append("All texts are identical.")
    if results.cut:
        found.append(f"{results.cut:,} of the texts were cut at the encoder's token limit.")
    return found + scoring_remarks(results, plan)


# --- questions to a project -----------------------------------------------------------------------


def export(path: Path, out: Path, *, raw: bool = False, progress: Progress = SILENT) -> Outcome:
    """Write the report of a project, with the decisions made in it, and its manifest beside it."""
    with ProjectFolder.open(path, writable=False) as project:
        corpus = project.corpus()
        plan, made = read_by_hand(project, corpus.rows)
        results = load_results(corpus, plan, project.store)
        check = stored_check(corpus, _languages(results), project.store, keep=False)
    manifest = manifest_beside(out)
    decisions, _ = write_report(
        corpus, results, plan, made.overrides, out, manifest, marks=made.marks, raw=raw, progress=progress
    )
    outcome = _outcome(out.parent, corpus, check, results, decisions, plan)
    return replace(outcome, report=out, manifest=manifest, project=path)


@dataclass(frozen=True)
class Neighbours:
    """An answer with the texts found. ``source`` is the proof: "exact", or the index with its measured recall."""

    query: str
    metric: str
    source: str
    found: tuple[Mapping[str, Any], ...]


def neighbours(path: Path, *, row: int | None = None, query: str | None = None, k: int | None = None) -> Neighbours:
    """The nearest texts of a row or of a text. Raises ``ExplorerError``."""
    with ProjectFolder.open(path, writable=False) as project:
        corpus = project.corpus()
        plan, _ = read_by_hand(project, corpus.rows)
        if k is not None:
            plan = replace(plan, k=k)
        results = load_results(corpus, plan, project.store)
        if results.vectors is None:
            raise ProjectError(f"The project {path} has no vectors yet.", "Open it in the window, or run it again.")
        view = NeighbourView(k=plan.k, metric=plan.metric)
        if row is not None:
            asked, answer = _near_row(corpus, results, row, view)
        else:
            asked, answer = query or "", _near_text(project, corpus, plan, results, query or "", view)
    found = tuple(
        _found(corpus, int(near), float(far)) for near, far in zip(answer.rows, answer.distances, strict=True)
    )
    return Neighbours(asked, plan.metric, answer.source, found)


def _found(corpus: Corpus, row: int, distance: float) -> dict[str, Any]:
    return {
        "row": row,
        "id": corpus.ids[row].as_py(),
        "distance": float(f"{distance:.6g}"),
        "text": corpus.text(row),
    }


def _near_row(corpus: Corpus, results: Results, row: int, view: NeighbourView) -> tuple[str, Answer]:
    if not 0 <= row < corpus.rows:
        raise OptionError(f"There is no row {row}.", f"Rows go from 0 to {corpus.rows - 1}.")
    return corpus.text(row), NeighbourSearch().near_row(results, row, view)


def _near_text(
    project: ProjectFolder, corpus: Corpus, plan: Plan, results: Results, query: str, view: NeighbourView
) -> Answer:
    if plan.vectors is not None:
        raise OptionError(
            "This project was made from precomputed vectors, so a new text cannot be compared.", "Ask with --row N."
        )
    if not query.strip():
        raise OptionError("The query is empty.", "Give a text after --query.")
    encoder = open_plan_encoder(corpus, plan, project.store, SILENT)
    vector = np.asarray(encoder.encode_queries([query])[0], dtype=np.float32)
    return NeighbourSearch().near_vector(results, vector, view)
