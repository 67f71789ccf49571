"""What the worker process can be asked for. A task takes a JSON request and returns a JSON answer;
what is large goes through files in the project folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.app.check_store import stored_check
from explorer.app.project_folder import SNAPSHOT
from explorer.app.reporting import manifest_beside, write_report
from explorer.core.corpus.corpus import Corpus, Roles
from explorer.core.corpus.readers import preview, read_corpus
from explorer.core.corpus.snapshot import open_snapshot, save_snapshot
from explorer.core.embedding.estimate import estimate
from explorer.core.embedding.precomputed import vectors_card
from explorer.core.embedding.registry import identify
from explorer.core.pipeline import load_results, run
from explorer.core.plan import Plan
from explorer.core.progress import Progress
from explorer.core.stages import encoder_request, identify_encoder
from explorer.core.storage import FolderStore, save_array

News = Callable[[Mapping[str, Any]], None]
Task = Callable[[Mapping[str, Any], Progress, News], Mapping[str, Any]]

PARTIAL_EVERY = 0.25
"""Seconds between two partial layouts at most."""


def preview_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """The first rows of a file."""
    return asdict(preview(Path(request["path"])))


def estimate_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Time and disk that embedding would take."""
    plan = Plan.from_dict(request["plan"])
    card = vectors_card(Path(plan.vectors)) if plan.vectors is not None else identify(encoder_request(plan))
    return asdict(estimate(card, texts=request["texts"], characters=request["characters"]))


def load_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Read a corpus, check it, and write its snapshot."""
    plan = Plan.from_dict(request["plan"])
    corpus = _read(request, progress.part(0, 0.8))
    project = Path(request["project"])
    progress.report(0.8, "Checking the texts")
    save_snapshot(corpus, project / SNAPSHOT)
    progress.check()
    stored_check(corpus, identify_encoder(corpus, plan, FolderStore(project)).languages, FolderStore(project))
    return {"rows": corpus.rows}


def _read(request: Mapping[str, Any], progress: Progress) -> Corpus:
    roles = Roles(**request["roles"]) if request["roles"] is not None else Roles(())
    return read_corpus(
        Path(request["path"]),
        text=tuple(roles.text),
        id=roles.id,
        label=roles.label,
        date=roles.date,
        cleaning=tuple(request["cleaning"]),
        progress=progress,
    )


def run_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Compute what is missing, telling of every stage and of layouts while they run."""
    project = Path(request["project"])
    corpus = open_snapshot(project / SNAPSHOT)
    run(
        corpus,
        Plan.from_dict(request["plan"]),
        FolderStore(project),
        progress,
        on_stage=lambda record: news({"record": asdict(record)}),
        on_partial=_Partials(project / "layout" / "partial.npy", news),
    )
    return {}


class _Partials:
    """Hands over layouts while they run, a few times a second, through one file."""

    def __init__(self, file: Path, news: News) -> None:
        self._file = file
        self._news = news
        self._last = 0.0

    def __call__(self, positions: NDArray[np.float32]) -> None:
        now = time.monotonic()
        if now - self._last < PARTIAL_EVERY:
            return
        self._last = now
        self._file.parent.mkdir(exist_ok=True)
        save_array(self._file, positions)
        self._news({"partial": str(self._file)})


def export_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Write the report and its manifest."""
    project, plan = Path(request["project"]), Plan.from_dict(request["plan"])
    corpus = open_snapshot(project / SNAPSHOT)
    results = load_results(corpus, plan, FolderStore(project))
    overrides = {int(row): bool(flag) for row, flag in request["overrides"]}
    out = Path(request["out"])
    _, digest = write_report(
        corpus, results, plan, overrides, out, manifest_beside(out), raw=bool(request["raw"]), progress=progress
    )
    return {"rows": corpus.rows, "sha256": digest}


TASKS: dict[str, Task] = {
    "preview": preview_task,
    "estimate": estimate_task,
    "load": load_task,
    "run": run_task,
    "export": export_task,
}
