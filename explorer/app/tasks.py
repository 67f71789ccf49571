"""What the worker process can be asked for. A task takes a JSON request and returns a JSON answer;
what is large goes through files in the project folder."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.app.adding import add_texts
from explorer.app.benchmark_look import look
from explorer.app.benchmarking import BenchmarkRequest, run_benchmark
from explorer.app.by_hand import read_by_hand
from explorer.app.check_store import stored_check
from explorer.app.exports import export_corrected, export_given_rows, export_html
from explorer.app.project_folder import SNAPSHOT, ProjectFolder
from explorer.app.recommending import RecommendRequest, recommend_for
from explorer.app.reporting import manifest_beside, write_report
from explorer.core.corpus.corpus import Corpus, Roles
from explorer.core.corpus.readers import preview, read_corpus
from explorer.core.corpus.snapshot import open_snapshot, save_snapshot
from explorer.core.embedding.base import Encoder, Precision
from explorer.core.embedding.estimate import estimate
from explorer.core.embedding.precomputed import vectors_card
from explorer.core.embedding.registry import identify
from explorer.core.pipeline import load_results, run
from explorer.core.plan import Plan
from explorer.core.progress import SILENT, Progress
from explorer.core.stages import encoder_request, identify_encoder, open_plan_encoder
from explorer.core.storage import FolderStore, save_array
from explorer.errors import OptionError

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


def add_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Put more texts behind those that are there; the window holds the project's lock."""
    return {"rows": add_texts(Path(request["project"]), Path(request["path"]), progress)}


def run_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Compute what is missing, telling of every stage and of layouts while they run. request : ``label`` column too."""
    project = Path(request["project"])
    corpus = open_snapshot(project / SNAPSHOT).with_label(request["label"])
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
    """Write the report and its manifest, with what was decided by hand as the project holds it."""
    project, plan = Path(request["project"]), Plan.from_dict(request["plan"])
    with ProjectFolder.open(project, writable=False) as folder:
        corpus = folder.corpus()
        _, made = read_by_hand(folder, corpus.rows)
        results = load_results(corpus, plan, folder.store)
    out = Path(request["out"])
    _, digest = write_report(
        corpus, results, plan, made.overrides, out, manifest_beside(out),
        marks=made.marks, raw=bool(request["raw"]), progress=progress,
    )  # fmt: skip
    return {"rows": corpus.rows, "sha256": digest}


def rows_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Write some rows, or all, in the format of the file's ending."""
    out = Path(request["out"])
    done = export_given_rows(
        Path(request["project"]), out, request["rows"], raw=bool(request["raw"]), progress=progress
    )
    return {"rows": done.rows}


def corrected_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Write the corpus with its labels corrected, in its own columns."""
    project, out = Path(request["project"]), Path(request["out"])
    done = export_corrected(project, out, without_trash=bool(request["without_trash"]), progress=progress)
    return {"rows": done.rows, "remarks": list(done.remarks)}


def page_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Write the report as a page for people, with the picture that the window has made."""
    from explorer.core.report.html_report import Picture

    given = request["picture"]
    pictures = [] if given is None else [Picture(given["title"], base64.b64decode(given["png"]), given["alt"])]
    done = export_html(Path(request["project"]), Path(request["out"]), lambda *_: pictures, progress=progress)
    return {"rows": done.rows}


def encoder_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Load the encoder that made the project's vectors, so that the first question need not wait for it."""
    progress.report(0, "Loading the encoder")
    _encoder_for(request)
    return {}


def query_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """A text as a vector, by the encoder that made the project's vectors."""
    return {"vector": _encoder_for(request).encode_queries([request["text"]])[0].tolist()}


def _encoder_for(request: Mapping[str, Any]) -> Encoder:
    if request["plan"]["vectors"] is not None:
        what = "This project was made from precomputed vectors, so a new text cannot be compared."
        raise OptionError(what, "Search for words, or look at the neighbours of a text.")
    plan, project = Plan.from_dict(request["plan"]), request["project"]
    corpus = open_snapshot(Path(project) / SNAPSHOT, verify=False)
    return _encoder_of(project, corpus.fingerprint, plan.encoder, plan.precision, plan.seed)


def words_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Which words of one text make it strange. request : ``project``, ``label``, ``plan``, ``row``,
    ``neighbours`` (rows)."""
    from explorer.core.anomaly.words import strange_words, words_said

    plan, project = Plan.from_dict(request["plan"]), request["project"]
    if plan.vectors is not None:
        what = "These vectors were computed elsewhere, so the program cannot tell which words make a text strange."
        raise OptionError(what, "The nearest texts show what it is unlike.")
    corpus = open_snapshot(Path(project) / SNAPSHOT, verify=False).with_label(request["label"])
    encoder = _encoder_of(project, corpus.fingerprint, plan.encoder, plan.precision, plan.seed)
    vectors = load_results(corpus, plan, FolderStore(Path(project))).vectors
    assert vectors is not None
    text = str(corpus.embedded[request["row"]].as_py())
    near = np.asarray(vectors[request["neighbours"]])
    found = strange_words(text, near, plan.metric, lambda texts: encoder.encode(texts, SILENT).vectors, progress)
    return {"parts": [asdict(part) for part in found.parts], "said": words_said(text, found), "text": text}


@lru_cache(maxsize=1)
def _encoder_of(project: str, texts: str, encoder: str, precision: Precision, seed: int) -> Encoder:
    """Loading a model takes seconds: the one that was asked last stays. One may be fitted to the ``texts``."""
    corpus = open_snapshot(Path(project) / SNAPSHOT, verify=False)
    plan = Plan(encoder=encoder, precision=precision, seed=seed)
    return open_plan_encoder(corpus, plan, FolderStore(Path(project)), SILENT)


def look_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """What the files of a benchmark hold, and whether their label column can be measured against."""
    paths = [Path(path) for path in request["corpora"]]
    return asdict(look(paths, request["text"], request["label"], request["odd"], progress))


def benchmark_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Measure the cells of a benchmark; news after each: its files have been written anew."""
    asked = BenchmarkRequest.from_dict(request["asked"])
    outcome = run_benchmark(asked, Path(request["out"]), progress, on_cell=lambda _: news({}))
    return {"remarks": list(outcome.remarks)}


def rest_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Predict the cells of a benchmark that were not measured."""
    from explorer.app.benchmark_rest import predict_rest

    return predict_rest(Path(request["folder"]), [tuple(place) for place in request["places"]])


def recommend_task(request: Mapping[str, Any], progress: Progress, news: News) -> Mapping[str, Any]:
    """Recommend an encoder and a detector for a corpus; news after each encoder: what it would be so far."""
    asked, out = RecommendRequest.from_dict(request["asked"]), Path(request["out"])
    return recommend_for(asked, out, progress, on_part=lambda found: news(found.as_dict())).as_dict()


TASKS: dict[str, Task] = {
    "preview": preview_task,
    "estimate": estimate_task,
    "load": load_task,
    "add": add_task,
    "run": run_task,
    "export": export_task,
    "rows": rows_task,
    "page": page_task,
    "corrected": corrected_task,
    "encoder": encoder_task,
    "query": query_task,
    "words": words_task,
    "look": look_task,
    "benchmark": benchmark_task,
    "rest": rest_task,
    "recommend": recommend_task,
}
