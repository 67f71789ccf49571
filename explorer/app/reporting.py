"""Writing the report of a project with its manifest: the same way from the window and from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from explorer.core.corpus.corpus import Corpus
from explorer.core.pipeline import decide, is_complete, report
from explorer.core.plan import Plan
from explorer.core.progress import SILENT, Progress
from explorer.core.report.decisions import Decisions
from explorer.core.report.manifest import build_manifest, write_manifest
from explorer.core.results import Results
from explorer.errors import ProjectError

NOT_REPORTED = ("index",)
"""Stages that a report does not need."""


def manifest_beside(out: Path) -> Path:
    """Where the manifest of a report goes: NAME.manifest.json in the same folder."""
    return out.with_name(f"{out.stem}.manifest.json")


def write_report(
    corpus: Corpus, results: Results, plan: Plan, overrides: Mapping[int, bool], out: Path, manifest: Path,
    *, raw: bool = False, progress: Progress = SILENT,
) -> tuple[Decisions, str]:  # fmt: skip
    """Write the CSV and its manifest; returns what was decided and the report's SHA-256.

    Raises ``ProjectError`` if a stage that the report needs is missing, ``OutputError``, ``Cancelled``.
    """
    if not is_complete(corpus, plan, results, without=NOT_REPORTED):
        raise ProjectError(
            "Not everything that the report needs is computed yet.", "Let it finish (or run it again), then export."
        )
    decisions = decide(results, plan, overrides)
    digest = report(corpus, results, decisions).write(out, raw=raw, progress=progress)
    write_manifest(build_manifest(corpus, results, decisions, plan, raw=raw, report_digest=digest), manifest)
    return decisions, digest
