"""An encoder and a detector without labels: which is recommended and why, how far to trust it, what was compared."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QTableView,
    QWidget,
)

from explorer.app.benchmarking import corpus_names
from explorer.app.recommend_view import (
    Compared,
    Pair,
    Recommended,
    pair_words,
    right_words,
    sentences,
    used_plan,
    voters,
)
from explorer.app.state import AppState
from explorer.errors import OptionError
from explorer.gui.benchmark.cells import encoder_words
from explorer.gui.item_models.benchmark_model import BenchmarkOrder
from explorer.gui.item_models.recommend_model import RANK, RecommendModel
from explorer.gui.parts import UNIT, Lines, column, labelled, line, named, number, scrolled
from explorer.gui.tables import dress_sorted_table, follow_current
from explorer.gui.widgets.elided import ElidedLine
from explorer.gui.widgets.empty_state import EmptyState

SIDE = 32 * UNIT
ASK = "Recommend…"
NOTHING = "Nothing recommended yet"
WITHOUT = (
    "Encoders and detectors can be compared without labels. One is recommended, with what speaks against it and how "
    "often that was right."
)
COMPARING = "Comparing encoders and detectors"
MEANWHILE = "The first appear when an encoder has been compared with every detector. Go on working meanwhile."
STOPPED = "Stopped"
KEPT = "What was computed is kept: asked again, the comparison goes on from there."
NOT_POSSIBLE = "Nothing can be recommended"
USE_TIP = "Compute the open corpus with what is selected in the table; undo takes it back"
NOT_OPEN = "Only for the corpus that is open. Open {} first"
IN_USE = "The open corpus is computed with these already"
BENCHMARK_TIP = "Tick these encoders and detectors, to be measured where a label column tells odd texts"
EMPTY, FULL = range(2)


class RecommendPage(QWidget):
    """``ask_wanted``: somebody wants a recommendation. ``use_wanted(plan)``: the open corpus is to be computed so.
    ``benchmark_wanted(corpora, encoders, detectors)``: what was compared is to be measured. ``turned``: to another."""

    ask_wanted = Signal()
    use_wanted = Signal(object)
    benchmark_wanted = Signal(object, object, object)
    turned = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._state = AppState()
        self._listed: Recommended | None = None
        self._picked: Pair | None = None
        self._stack, self._empty = QStackedWidget(), EmptyState()
        self._corpus = named(QComboBox(), "Recommended for", "Which corpus")
        self._which = labelled("F&or", self._corpus)
        self._title = ElidedLine()
        self._use = named(QPushButton("&Use this encoder and detector"), "Use this encoder and detector", USE_TIP)
        self._measure = named(QPushButton("&Benchmark these"), "Benchmark these", BENCHMARK_TIP)
        self._model = RecommendModel()
        self._order = BenchmarkOrder(self._model)
        self._table = named(QTableView(), "Encoders and detectors compared", "Click a title to sort by it")
        self._words = Lines()
        self._build()

    def _build(self) -> None:
        self._empty.action_requested.connect(self.ask_wanted)
        full = QWidget()
        whole = column(full)
        whole.addLayout(self._top())
        below = line()
        below.addWidget(self._table, 1)
        side = QWidget()
        told = column(side, margin=0)
        told.addWidget(self._words)
        told.addStretch(1)
        area = scrolled(side)
        area.setFixedWidth(SIDE)
        below.addWidget(area)
        whole.addLayout(below, 1)
        self._empty.layout().setContentsMargins(UNIT, 0, UNIT, 0)  # the page may be low
        self._empty.layout().setSpacing(UNIT // 2)
        self._stack.addWidget(scrolled(self._empty))
        self._stack.addWidget(full)
        column(self, margin=0).addWidget(self._stack)
        self._dress()
        self._corpus.currentIndexChanged.connect(lambda _: self._show_other())
        self._use.clicked.connect(lambda _: self._use_it())
        self._measure.clicked.connect(lambda _: self._measure_them())

    def _top(self) -> QHBoxLayout:
        row = line()
        self._corpus.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        row.addWidget(self._which)
        row.addWidget(self._corpus)
        row.addWidget(self._title, 1)
        row.addWidget(self._use)
        row.addWidget(self._measure)
        return row

    def _dress(self) -> None:
        dress_sorted_table(self._table, self._order, RANK, Qt.SortOrder.AscendingOrder)
        self._table.selectionModel().currentRowChanged.connect(self._gone)

    # --- showing --------------------------------------------------------------------------------

    @property
    def found(self) -> Recommended | None:
        """What is shown."""
        view, corpus = self._state.recommendation, self._chosen_corpus
        return None if view is None or corpus is None else view.found.get(corpus)

    @property
    def _chosen_corpus(self) -> Path | None:
        view, place = self._state.recommendation, self._corpus.currentIndex()
        return view.corpora[place] if view is not None and 0 <= place < len(view.corpora) else None

    def show_state(self, state: AppState) -> None:
        """News of the recommendations, of the corpus that is open, or of its parameters."""
        view, before = state.recommendation, self._state.recommendation
        self._state = state
        corpora = () if view is None else view.corpora
        if corpora != (() if before is None else before.corpora):
            self._picked = None
            with QSignalBlocker(self._corpus):
                self._corpus.clear()
                self._corpus.addItems(corpus_names(corpora))
        for shown in (self._which, self._corpus):
            shown.setVisible(len(corpora) > 1)
        self._show()

    def _show_other(self) -> None:
        """Another of several corpora: its recommended row is chosen."""
        self._picked = None
        self._show()
        self.turned.emit()

    def _show(self) -> None:
        found = self.found
        self._stack.setCurrentIndex(EMPTY if found is None else FULL)
        if found is None:
            self._empty.set_texts(*self._why_empty())
        elif found is not self._listed:
            self._list(found)
        self._show_choice()

    def _why_empty(self) -> tuple[str, str, str]:
        """The title, the sentence, and the button, which is there while nothing is under way."""
        view, benchmark, corpus = self._state.recommendation, self._state.benchmark, self._chosen_corpus
        busy = (view is not None and bool(view.jobs)) or (benchmark is not None and benchmark.job is not None)
        ask = "" if busy else ASK
        if view is None or corpus is None:
            return NOTHING, WITHOUT, ask
        if corpus in view.jobs:
            return COMPARING, MEANWHILE, ""
        if corpus in view.problems:
            return NOT_POSSIBLE, view.problems[corpus], ask
        return STOPPED, KEPT, ask

    def _list(self, found: Recommended) -> None:
        self._listed = found
        with QSignalBlocker(self):
            self._model.show_rows(found.ranked)
            for section in range(self._model.columnCount()):
                self._table.resizeColumnToContents(section)
            follow_current(self._table, self._order.mapFromSource(self._model.index_of(self._picked)))
        self._words.show_lines([*sentences(found, encoder_words), *found.remarks])

    def _show_choice(self) -> None:
        """Which row is chosen, and whether it can be used."""
        found, chosen = self.found, self._chosen
        if found is None or chosen is None:
            return
        pair = pair_words(chosen, encoder_words)
        other = f"Selected: {pair}, rank {number(chosen.rank)}"
        self._title.set_words(f"Recommended: {pair}, {right_words(found)}" if chosen is found.best else other)
        problem = self._use_problem(found, chosen)
        self._use.setEnabled(not problem)
        self._use.setToolTip(problem or USE_TIP)

    def _use_problem(self, found: Recommended, chosen: Compared) -> str:
        corpus, state = self._chosen_corpus, self._state
        if corpus is None or state.corpus is None or Path(state.corpus.source.path).absolute() != corpus:
            return NOT_OPEN.format(corpus.name if corpus is not None else "it")
        try:
            after = used_plan(state.plan, found, chosen)
        except OptionError as error:
            return f"{error.what} {error.hint}".strip()
        return IN_USE if after == state.plan else ""

    @property
    def _chosen(self) -> Compared | None:
        return self._model.compared_at(self._order.mapToSource(self._table.currentIndex()))

    # --- intents --------------------------------------------------------------------------------

    def _gone(self, *_: QModelIndex) -> None:
        chosen = self._chosen
        if chosen is not None and not self.signalsBlocked():
            self._picked = (chosen.encoder, chosen.detector)
            self._show_choice()

    def _use_it(self) -> None:
        found, chosen = self.found, self._chosen
        if found is not None and chosen is not None:
            self.use_wanted.emit(used_plan(self._state.plan, found, chosen))

    def _measure_them(self) -> None:
        view, found = self._state.recommendation, self.found
        if view is not None and found is not None:
            encoders = tuple(dict.fromkeys(each.encoder for each in found.ranked))
            detectors = {name for encoder in encoders for name in voters(found, encoder)}
            self.benchmark_wanted.emit(view.corpora, encoders, tuple(detectors))
