"""Running a benchmark: corpora x encoders x detectors x seeds, each cell once, what is done never again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from explorer.core.anomaly.presets import Preset
from explorer.core.anomaly.spec import DetectorSpec
from explorer.core.benchmark.labels import Labelled
from explorer.core.benchmark.measures import Quality, Truth
from explorer.core.benchmark.protocols import ProtocolName, Task, plan_for, pose
from explorer.core.corpus.corpus import Corpus
from explorer.core.pipeline import run
from explorer.core.progress import SILENT, Progress
from explorer.core.results import Results
from explorer.core.storage import ResultStore
from explorer.errors import DetectorError, ExplorerError

SEEDED = frozenset({"iforest", "autoencoder", "dsvdd", "dpad", "lunar", "cluster"})
"""Detectors whose scores change with the seed; the others are run with the first one alone."""


Place = tuple[str, str, str]
"""Corpus, encoder and detector: one field of the table of results, whatever the seeds."""


@dataclass(frozen=True)
class Cell:
    """One measurement to be made. ``detector`` may carry parameters, as ``knn:k=4``."""

    corpus: str
    encoder: str
    detector: str
    protocol: ProtocolName
    seed: int


@dataclass(frozen=True)
class Measured:
    """seconds : learning and scoring; vectors and graph, which cells share, are not counted. quality : None and
    ``failed`` says why where the detector gave no scores."""

    cell: Cell
    rows: int
    odd: int
    seconds: float = 0.0
    quality: Quality | None = None
    failed: str = ""


@dataclass(frozen=True)
class Grid:
    """What is measured. corpora : by the name that the results carry, with the truth about each.

    only : these of the combinations alone, in this order; None = all. allow_download : of models that are not here.
    """

    corpora: Mapping[str, tuple[Corpus, Labelled]]
    encoders: Sequence[str]
    detectors: Sequence[DetectorSpec]
    protocol: ProtocolName
    preset: Preset
    seeds: Sequence[int]
    only: Sequence[Place] | None = None
    allow_download: bool = False

    def cells(self) -> list[Cell]:
        """In the order in which they are run: all that needs one encoder's vectors of a corpus is done in a row."""
        every: dict[Place, DetectorSpec] = {
            (corpus, encoder, str(spec)): spec
            for corpus, encoder, spec in product(self.corpora, self.encoders, self.detectors)
        }
        return [
            Cell(*place, self.protocol, seed)
            for place in (every if self.only is None else self.only)
            if place in every
            for seed in (self.seeds if every[place].name in SEEDED else self.seeds[:1])
        ]


def measure(
    grid: Grid,
    store_of: Callable[[str], ResultStore],
    progress: Progress = SILENT,
) -> Iterator[Measured]:
    """Measure cell after cell. ``store_of`` a corpus's name keeps vectors, graphs and scores: a second call with the
    same stores computes nothing anew, one after a stop goes on.

    An encoder that cannot be used fails its own cells, a detector that fails its own. Raises ``OptionError`` where
    the truth cannot be measured, and ``Cancelled``.
    """
    tasks = {name: pose(labelled, grid.protocol) for name, (_, labelled) in grid.corpora.items()}
    truths = {name: Truth(labelled.odd[tasks[name].measured]) for name, (_, labelled) in grid.corpora.items()}
    cells = grid.cells()
    for place, cell in enumerate(cells):
        part = progress.part(place / len(cells), (place + 1) / len(cells))
        part.report(0.0, f"{cell.corpus}: {cell.encoder}, {cell.detector}")
        yield _measured(cell, grid, tasks[cell.corpus], truths[cell.corpus], store_of(cell.corpus), part)


NOT_MEASURED = ("index", "groups", "characters")
"""Stages that no measure reads."""


def _measured(cell: Cell, grid: Grid, task: Task, truth: Truth, store: ResultStore, progress: Progress) -> Measured:
    corpus, _ = grid.corpora[cell.corpus]
    spec = DetectorSpec.parse(cell.detector)
    blank = Measured(cell, rows=len(truth.odd), odd=int(truth.odd.sum()))
    plan = plan_for(cell.encoder, spec, grid.preset, task, cell.seed, allow_download=grid.allow_download)
    try:
        results = run(corpus, plan, store, progress, without=NOT_MEASURED)
    except DetectorError as error:
        return Measured(cell, blank.rows, blank.odd, failed=error.what)
    except ExplorerError as error:
        return Measured(cell, blank.rows, blank.odd, failed=f"{error.what} {error.hint}".strip())
    return _of_results(blank, results, spec.name, task, truth)


def _of_results(blank: Measured, results: Results, name: str, task: Task, truth: Truth) -> Measured:
    scores = results.scores[name]
    flagged = scores >= results.ranking(name).own.value
    seconds = next(record.seconds for record in results.records if record.stage == f"scores.{name}")
    quality = truth.measure(np.asarray(scores[task.measured]), np.asarray(flagged[task.measured]))
    return Measured(blank.cell, blank.rows, blank.odd, seconds, quality)
