"""A benchmark from files to files: what ``text-explorer benchmark run`` does, and the window's benchmark panel."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from explorer.core.anomaly.spec import DetectorSpec
from explorer.core.benchmark.grid import Grid, Measured, Place, measure
from explorer.core.benchmark.labels import Labelled, odd_rows
from explorer.core.benchmark.protocols import OWN, ProtocolName, preset_of
from explorer.core.benchmark.tables import Standing, latex, results_csv, standings, standings_csv
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.readers import read_corpus
from explorer.core.corpus.wording import counted
from explorer.core.plan import Plan
from explorer.core.progress import SILENT, Progress
from explorer.core.storage import FolderStore, output_errors, write_atomically
from explorer.errors import OptionError

RESULTS, STANDINGS, LATEX, WORK = "results.csv", "standings.csv", "auroc.tex", "work"
ASKED = "benchmark.json"
"""What was asked for, so that the window can show and go on with results that lie in a folder."""
READING = 0.02
"""Share of the progress that reading the corpora takes."""
MOST_SEEDS = 100


@dataclass(frozen=True)
class BenchmarkRequest:
    """What to measure. odd : the value of ``label`` that odd texts have; None = it has two values.
    protocol : None = the preset's, or
    unsupervised. seeds : how many, from 0, for the detectors that depend on one.
    only : of the combinations these alone, in this order, corpora by ``corpus_names``; None = all.
    allow_download : whether models that are not on this machine may be fetched; never kept with the results."""

    corpora: Sequence[Path]
    label: str
    encoders: Sequence[str]
    detectors: Sequence[str]
    protocol: ProtocolName | None = None
    preset: str = OWN
    odd: str | None = None
    text: tuple[str, ...] = ()
    seeds: int = 1
    only: Sequence[Place] | None = None
    allow_download: bool = False

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; corpora by their whole path."""
        return {**asdict(self), "corpora": [str(path.absolute()) for path in self.corpora]}

    @staticmethod
    def from_dict(stored: Mapping[str, Any]) -> BenchmarkRequest:
        """What ``as_dict`` made. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for anything else."""
        lists = {name: tuple(map(str, stored[name])) for name in ("encoders", "detectors", "text")}
        only = None if stored["only"] is None else tuple((str(a), str(b), str(c)) for a, b, c in stored["only"])
        corpora = tuple(map(Path, stored["corpora"]))
        return BenchmarkRequest(**{**stored, **lists, "only": only, "corpora": corpora})


@dataclass(frozen=True)
class BenchmarkOutcome:
    """What was written, and what is worth knowing about it."""

    results: Path
    standings: Path
    latex: Path
    measured: tuple[Measured, ...]
    ranked: tuple[Standing, ...]
    remarks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON-able: the files, a standing an encoder and detector, the remarks."""
        standing = [
            {
                "corpus": each.corpus,
                "encoder": each.encoder,
                "detector": each.detector,
                "auroc": each.auroc.value,
                "low": each.auroc.low,
                "high": each.auroc.high,
                "really_behind": each.is_really_behind,
            }
            for each in self.ranked
        ]
        files = {"results": self.results, "standings": self.standings, "latex": self.latex}
        return {**files, "ranked": standing, "remarks": list(self.remarks)}


def run_benchmark(
    request: BenchmarkRequest,
    out: Path,
    progress: Progress = SILENT,
    *,
    on_cell: Callable[[Measured], None] | None = None,
) -> BenchmarkOutcome:
    """Measure every cell and write ``results.csv``, ``standings.csv`` and ``auroc.tex`` after each.

    After a stop the same call goes on. Raises ``ExplorerError`` where nothing can be measured.
    """
    grid = _grid(request, progress.part(0, READING))
    with output_errors(out):
        out.mkdir(parents=True, exist_ok=True)
    stores = {name: FolderStore(out / WORK / corpus.fingerprint) for name, (corpus, _) in grid.corpora.items()}
    before = _text_of(out / RESULTS)
    kept = replace(request, allow_download=False)  # whoever opens the results has permitted nothing
    write_atomically(out / ASKED, json.dumps(kept.as_dict(), indent=1).encode())
    measured: list[Measured] = []
    for each in measure(grid, stores.__getitem__, progress.part(READING, 1)):
        measured.append(each)
        if not before.startswith(results_csv(measured)):  # what an earlier run left stays until there is more
            _write(out, measured)
        if on_cell is not None:
            on_cell(each)
    ranked = _write(out, measured)
    files = (out / RESULTS, out / STANDINGS, out / LATEX)
    return BenchmarkOutcome(*files, tuple(measured), tuple(ranked), tuple(_remarks(grid, measured)))


def _write(out: Path, measured: Sequence[Measured]) -> list[Standing]:
    ranked = standings(measured)
    write_atomically(out / STANDINGS, standings_csv(ranked).encode("utf-8"))
    write_atomically(out / LATEX, latex(ranked).encode("utf-8"))
    write_atomically(out / RESULTS, results_csv(measured).encode("utf-8"))
    return ranked


def _text_of(path: Path) -> str:
    """What a file says; "" where there is none that can be read."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _grid(request: BenchmarkRequest, progress: Progress) -> Grid:
    if not 1 <= request.seeds <= MOST_SEEDS:
        raise OptionError(f"{request.seeds} seeds cannot be run.", f"Use a number from 1 to {MOST_SEEDS}.")
    preset, protocol = preset_of(request.preset, request.protocol)
    specs = [DetectorSpec.parse(words) for words in dict.fromkeys(request.detectors)]
    for spec in specs:
        Plan(detectors=(spec.name,), options=(str(spec),) if spec.options else ())
    names = corpus_names(request.corpora)
    corpora = {}
    for place, (name, path) in enumerate(zip(names, request.corpora, strict=True)):
        part = progress.part(place / len(names), (place + 1) / len(names))
        corpora[name] = _read(path, request, part)
    encoders = tuple(dict.fromkeys(request.encoders))
    return Grid(corpora, encoders, specs, protocol, preset, range(request.seeds), request.only, request.allow_download)


def _read(path: Path, request: BenchmarkRequest, progress: Progress) -> tuple[Corpus, Labelled]:
    corpus = read_corpus(path.absolute(), text=request.text, label=request.label, progress=progress)
    return corpus, odd_rows(corpus, request.label, request.odd)


def corpus_names(paths: Sequence[Path]) -> list[str]:
    """File names without their ending; the whole path where two would be the same."""
    stems = [path.name.split(".")[0] or path.name for path in paths]
    return [stem if stems.count(stem) == 1 else str(path) for stem, path in zip(stems, paths, strict=True)]


def file_words(name: str) -> str:
    """A name as part of the name of a file or folder."""
    return re.sub(r"[^\w.]+", "_", name).strip("_")


def _remarks(grid: Grid, measured: Sequence[Measured]) -> list[str]:
    found = []
    for name, (corpus, labelled) in grid.corpora.items():
        found.append(
            f"{name}: odd means {labelled.value!r}, {counted(int(labelled.odd.sum()), 'text')} of {corpus.rows:,}."
        )
        if missing := int((~labelled.known).sum()):
            found.append(f"{name}: {counted(missing, 'text')} without a label: scored, not measured.")
    failed: Mapping[str, str] = {
        f"{each.cell.encoder}, {each.cell.detector}": each.failed for each in measured if each.failed
    }
    return found + [f"{who} could not be measured: {why}" for who, why in failed.items()]
