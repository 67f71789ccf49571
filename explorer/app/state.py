"""The one state that every panel shows. Frozen: a change is a new state, made by an operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.app.benchmark_view import BenchmarkView
from explorer.app.labels import NO_BITS, Bits, Label
from explorer.app.messages import Message
from explorer.app.recommend_view import RecommendView
from explorer.core.anomaly.base import Scores
from explorer.core.anomaly.flags import Ranking, Threshold
from explorer.core.anomaly.overrides import NO_OVERRIDES, Overrides
from explorer.core.corpus.checks import CorpusCheck
from explorer.core.corpus.corpus import Corpus
from explorer.core.neighbors.base import KnnGraph, Metric
from explorer.core.plan import Plan
from explorer.core.quality.checks import Check
from explorer.core.query.predicates import Filters
from explorer.core.query.search import TextQuery
from explorer.core.report.evidence import Labelled
from explorer.core.report.marks import NO_CORRECTIONS, Corrections, Marks
from explorer.core.report.reason_lines import Explainer
from explorer.core.results import Results

NO_ROWS: NDArray[np.int64] = np.empty(0, dtype=np.int64)
NO_ROWS.setflags(write=False)
NO_MASK: NDArray[np.bool_] = np.empty(0, dtype=np.bool_)
NO_MASK.setflags(write=False)

ANOMALY = "\0anomaly"
"""Value of ``colour_by`` that means the anomaly score shown; any other value is a column's name."""
NO_COLOUR = "\0none"

Method = Literal["auto", "exact", "annoy"]
ThresholdBy = Literal["rule", "share", "deviations", "precision", "hand"]


JobStatus = Literal["waiting", "running", "paused", "done", "failed", "cancelled"]
UNDER_WAY: tuple[JobStatus, ...] = ("waiting", "running", "paused")


@dataclass(frozen=True)
class JobView:
    """One piece of work, as the jobs panel shows it. ``fraction`` < 0 means that its length is unknown.

    message : what it does now; of a failed one, what went wrong, with ``hint`` and ``details``.
    can_pause : whether it can be held and go on. seconds : how long it took, once it has ended.
    lasting : whether it belongs to no project, and goes on when another one is opened.
    """

    token: int
    title: str
    message: str = ""
    fraction: float = -1.0
    facts: Mapping[str, float | str] = field(default_factory=dict)
    status: JobStatus = "running"
    can_pause: bool = False
    hint: str = ""
    details: str = ""
    seconds: float = 0.0
    lasting: bool = False


@dataclass(frozen=True)
class NeighbourView:
    """How the neighbours panel asks, and the answer for the current row.

    rows, distances : (m,) nearest first, m <= k.
    source : the proof in words ("exact", "Annoy, recall@15 0.98 on 500 rows"); empty until there is an answer.
    """

    k: int = 15
    metric: Metric = "cosine"
    method: Method = "auto"
    rows: NDArray[np.int64] = field(default_factory=lambda: NO_ROWS)
    distances: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    source: str = ""


@dataclass(frozen=True)
class SearchView:
    """What is searched for and what was found.

    rows : (m,) best first. found : (n,) bool, every row that matches; None = no search.
    of : how many texts match in all. error : what is wrong with the query, in one sentence.
    """

    query: TextQuery | None = None
    rows: NDArray[np.int64] = field(default_factory=lambda: NO_ROWS)
    found: NDArray[np.bool_] | None = None
    of: int = 0
    error: str = ""
    running: bool = False


@dataclass(frozen=True)
class Learned:
    """opinion : (n,) -1 (among fine texts) to 1 (among odd ones), from decisions along the neighbours in graph."""

    opinion: NDArray[np.float64]
    overrides: Overrides
    graph: KnnGraph


@dataclass(frozen=True)
class WordsView:
    """Which words make a row strange. text : as embedded, which the parts belong to; "" until there is an answer.

    parts : (start, end, by how much nearer the text would lie without it). said : in a sentence, or why not.
    """

    row: int
    text: str = ""
    parts: tuple[tuple[int, int, float], ...] = ()
    said: str = ""


@dataclass(frozen=True)
class HistoryView:
    """What undo and redo would do, in words; "" = nothing to undo (redo). said : what was undone or done again last."""

    undo: str = ""
    redo: str = ""
    said: str = ""


@dataclass(frozen=True)
class AppState:
    """Everything the window shows.

    threshold : None until there are scores.
    flagged : (n,) bool, what the threshold and the overrides together say.
    ranking : of the scores shown, with their ranks.
    overrides : row -> True (flagged by hand) or False (cleared by hand).
    current : the row that the text and neighbours panels show.
    selection : sorted rows that the person selected, whether they are shown or not: kept, and undone.
    selected : those of them that are shown. Everything marks, counts and acts on these alone.
    labels, label_bits, notes, trashed : what the person wrote on rows; trashed is (n,) bool or empty.
    corrections : row -> what the corpus's own label should be; what it is already = the person found it right.
    set_aside : corrections by label column, of columns that held the labels before.
    filters : the chips. passed : (n,) bool, what they let through; None = everything.
    shown : (n,) bool, what every list and the map show: passed and not in the trash; None = every row.
    hidden : names of the legend's entries that are hidden. in_trash : show the trash instead of the rest.
    learned : what the decisions say about the texts near them, while the plan learns.
    judged : which texts labels call odd, where the plan names the label that means so.
    explainer : says why a row is strange, once its facts about the scores are gathered.
    words : what was asked about the words of a text, and the answer.
    jobs : newest last; those that have failed stay until they are dismissed.
    benchmark : the one that the benchmark panel shows; it belongs to no corpus.
    recommendation : what is recommended without labels; it belongs to the corpora that it names.
    """

    project: Path | None = None
    corpus: Corpus | None = None
    check: CorpusCheck | None = None
    plan: Plan = field(default_factory=Plan)
    results: Results = field(default_factory=Results)
    threshold: Threshold | None = None
    overrides: Overrides = NO_OVERRIDES
    flagged: NDArray[np.bool_] | None = None
    ranking: Ranking | None = None
    explainer: Explainer | None = None
    learned: Learned | None = None
    judged: Labelled | None = None
    current: int | None = None
    selection: NDArray[np.int64] = field(default_factory=lambda: NO_ROWS)
    selected: NDArray[np.int64] = field(default_factory=lambda: NO_ROWS)
    labels: tuple[Label, ...] = ()
    label_bits: Bits = field(default_factory=lambda: NO_BITS)
    notes: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    corrections: Corrections = NO_CORRECTIONS
    set_aside: Mapping[str, Corrections] = field(default_factory=lambda: MappingProxyType({}))
    trashed: NDArray[np.bool_] = field(default_factory=lambda: NO_MASK)
    filters: Filters = field(default_factory=Filters)
    saved_filters: tuple[tuple[str, Filters], ...] = ()
    passed: NDArray[np.bool_] | None = None
    shown: NDArray[np.bool_] | None = None
    in_trash: bool = False
    filter_error: str = ""
    search: SearchView = field(default_factory=SearchView)
    colour_by: str = ANOMALY
    hidden: tuple[str, ...] = ()
    neighbours: NeighbourView = field(default_factory=NeighbourView)
    jobs: tuple[JobView, ...] = ()
    history: HistoryView = field(default_factory=HistoryView)
    words: WordsView | None = None
    benchmark: BenchmarkView | None = None
    recommendation: RecommendView | None = None
    messages: tuple[Message, ...] = ()

    @property
    def rows(self) -> int:
        return 0 if self.corpus is None else self.corpus.rows

    @property
    def label_column(self) -> str:
        """The column of the corpus that holds the labels; "" = none."""
        return "" if self.corpus is None else self.corpus.roles.label or ""

    @property
    def detector(self) -> str:
        """The score that ranks and colours: the plan's first that has not failed, within groups if it says so."""
        return self.results.leading(self.plan.score_names)

    @property
    def threshold_by(self) -> ThresholdBy:
        """Who chose the threshold."""
        plan = self.plan
        if plan.threshold is not None:
            return "hand"
        if plan.threshold_z is not None:
            return "deviations"
        if plan.target_precision is not None:
            return "precision"
        return "rule" if plan.flag_share is None else "share"

    @property
    def scores(self) -> Scores | None:
        """The scores shown, raised and lowered by what was learned."""
        raw = self.results.scores.get(self.detector)
        return raw if raw is None or self.learned is None or self.ranking is None else self.ranking.scores

    @property
    def ranks(self) -> NDArray[np.int64] | None:
        """(n,) 1 = strangest, 0 = not scored; None until there are scores."""
        return None if self.ranking is None else self.ranking.ranks

    @property
    def flag_count(self) -> int:
        return 0 if self.flagged is None else int(self.flagged.sum())

    @property
    def job(self) -> JobView | None:
        """The work under way that the status bar shows: what was started last, of the project's own if there is any."""
        alive = [job for job in reversed(self.jobs) if job.status in UNDER_WAY]
        return next((job for job in alive if not job.lasting), alive[0] if alive else None)

    @property
    def is_computing(self) -> bool:
        """Whether work of the project's own is under way."""
        return self.job is not None and not self.job.lasting

    @property
    def shown_count(self) -> int:
        return self.rows if self.shown is None else int(np.count_nonzero(self.shown))

    @property
    def trash_count(self) -> int:
        return int(np.count_nonzero(self.trashed))

    @property
    def unseen_count(self) -> int:
        """How many selected texts the filters or the trash keep from being seen, and so from being acted on."""
        return int(self.selection.size - self.selected.size)

    @property
    def targets(self) -> NDArray[np.int64]:
        """The rows that a decision acts on: all that are selected and shown; without any, the current row."""
        if self.selected.size:
            return self.selected
        return NO_ROWS if self.current is None else np.array([self.current], dtype=np.int64)

    @property
    def marks(self) -> Marks:
        """Labels, notes, trash and corrections as the report wants them."""
        names = tuple(label.name for label in self.labels)
        return Marks(names, self.label_bits, self.notes, self.trashed, self.corrections)

    @property
    def checks(self) -> tuple[Check, ...]:
        """What the quality stages have found so far, the worst first."""
        return self.results.checks(self.rows)
