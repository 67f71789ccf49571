"""What a benchmark is to measure: corpora, encoders, detectors, and how."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from explorer.app.benchmark_view import BenchmarkView, spread
from explorer.app.benchmarking import MOST_SEEDS, BenchmarkRequest, corpus_names
from explorer.app.recommending import DETECTORS as USUAL
from explorer.app.recommending import RecommendRequest
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.anomaly.consensus import NAME as CONSENSUS
from explorer.core.anomaly.detectors import DETECTORS
from explorer.core.anomaly.presets import PRESETS
from explorer.core.benchmark.grid import Place
from explorer.core.benchmark.protocols import OWN
from explorer.gui.benchmark.cells import encoder_words
from explorer.gui.benchmark.corpora_part import CorporaPart
from explorer.gui.benchmark.ticks import TickList
from explorer.gui.parts import UNIT, CountBox, column, heading, labelled, line, named
from explorer.gui.plan_form import ENCODERS, download_box, is_elsewhere

PROTOCOL_WORDS = {
    "unsupervised": ("Unsupervised", "Each corpus is scored by itself, as the Anomalies tab does it"),
    "novelty": ("Novelty", "Learn from half of the normal texts, score the other half and all odd ones"),
}
PRESET_WORDS = {
    OWN: ("As in this program", "The parameters that the window starts with, in either protocol"),
    "tad-bench": ("TAD-Bench", "Standardised vectors and PyOD's parameters, unsupervised (arXiv 2501.11960)"),
    "text-adbench": ("Text-ADBench", "The paper's parameters, learnt from normal texts (arXiv 2507.12295)"),
}
EVERY, THIRD = 1, 3
EXTENT_WORDS = {
    EVERY: ("Every cell", "Each encoder with each detector"),
    THIRD: ("One in three, the rest predicted", "Every third cell is measured, the others are predicted from those"),
}
NOTHING_TICKED = "No corpus is ticked. Tick one, or add a file."
NO_ENCODER = "No encoder is ticked. Tick at least one."
NO_DETECTOR = "No detector is ticked. Tick at least one."
NO_FOLDER = "No folder for the results is named. Choose one."


class BenchmarkForm(QWidget):
    """``changed``: what it asks for may be something else now."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._own_folder: Path | None = None
        self._corpora = CorporaPart(session)
        self._encoders = named(TickList(), "Encoders", "What turns the texts into vectors; each is a row of the table")
        self._model = named(QLineEdit(), "Another model", "A sentence-transformers folder, or the name of a model")
        self._add = named(QPushButton("Add &model…"), "Add a model", "The one named, or else a folder to choose")
        self._allow = download_box()
        self._detectors = named(TickList(), "Detectors", "What scores the texts; each is a column of the table")
        self._all = named(QPushButton("&All"), "Tick all detectors")
        self._none = named(QPushButton("N&one"), "Tick no detector")
        self._preset = named(QComboBox(), "Parameters", "Those of this program, or those of a published benchmark")
        self._protocol = named(QComboBox(), "Protocol", "What the detectors learn from")
        self._seeds = named(CountBox(), "Seeds", "How often a detector that depends on chance is run")
        self._extent = named(QComboBox(), "How much is measured", "All cells, or some of them and the rest predicted")
        self._folder = named(QLineEdit(), "Folder for the results", "Vectors, scores and tables are kept in it")
        self._browse = named(QPushButton("C&hange…"), "Choose a folder for the results")
        self._build()
        self._fill()

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        for combo, entries in (
            (self._preset, PRESET_WORDS),
            (self._protocol, PROTOCOL_WORDS),
            (self._extent, EXTENT_WORDS),
        ):
            for key, (name, tip) in entries.items():
                combo.addItem(name, key)
                combo.setItemData(combo.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(12)
        self._seeds.setRange(1, MOST_SEEDS)
        for ticks in (self._encoders, self._detectors):
            ticks.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
            ticks.setMinimumHeight(3 * ticks.fontMetrics().lineSpacing())
        choices = QHBoxLayout()
        choices.setSpacing(2 * UNIT)
        choices.addWidget(self._corpora, 2)
        choices.addLayout(self._encoder_part(), 2)
        choices.addLayout(self._detector_part(), 4)
        choices.addLayout(self._how_part(), 2)
        whole = column(self)
        whole.addLayout(choices, 1)
        self._listen()

    def _encoder_part(self) -> QVBoxLayout:
        part = column(margin=0)
        self._model.setPlaceholderText("Folder or name of another")
        part.addWidget(heading("Encoders"))
        part.addWidget(self._encoders, 1)
        part.addWidget(self._model)
        part.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        part.addWidget(self._allow)
        return part

    def _detector_part(self) -> QVBoxLayout:
        part, row = column(margin=0), line()
        part.addWidget(heading("Detectors"))
        part.addWidget(self._detectors, 1)
        for button in (self._all, self._none):
            row.addWidget(button)
        row.addStretch(1)
        part.addLayout(row)
        return part

    def _how_part(self) -> QVBoxLayout:
        part, form, folder = column(margin=0), QFormLayout(), line()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(UNIT // 2)
        fields: tuple[tuple[str, QWidget], ...] = (
            ("Pa&rameters", self._preset),
            ("&Protocol", self._protocol),
            ("&Seeds", self._seeds),
            ("&Cells", self._extent),
        )
        for words, field in fields:
            form.addRow(words, field)
        folder.addWidget(self._folder, 1)
        folder.addWidget(self._browse)
        form.addRow(labelled("&Kept in", self._folder), folder)
        part.addWidget(heading("How"))
        part.addLayout(form)
        part.addStretch(1)
        return part

    def _listen(self) -> None:
        self._corpora.changed.connect(self._follow)
        for ticks in (self._encoders, self._detectors):
            ticks.ticked.connect(self._follow)
        self._add.clicked.connect(lambda _: self._add_model())
        self._model.returnPressed.connect(self._add_model)
        self._allow.toggled.connect(lambda _: self._follow())
        self._all.clicked.connect(lambda _: self._detectors.tick(self._detectors.keys))
        self._none.clicked.connect(lambda _: self._detectors.tick(()))
        for combo in (self._preset, self._protocol, self._extent):
            combo.currentIndexChanged.connect(lambda _: self._follow())
        self._seeds.valueChanged.connect(lambda _: self._follow())
        self._folder.textEdited.connect(lambda words: self._keep_in(words))
        self._browse.clicked.connect(lambda _: self._choose_folder())

    def _fill(self) -> None:
        for name, (words, tip) in ENCODERS.items():
            self._encoders.put(name, encoder_words(name), f"{words}. {tip}")
        for name, kind in DETECTORS.items():
            if name != CONSENSUS:  # it is made of the others' scores and has none of its own
                summary = str(getattr(kind, "summary", ""))
                self._detectors.put(name, f"{name}: {summary}", summary)

    # --- what is chosen -------------------------------------------------------------------------

    def request(self) -> BenchmarkRequest:
        """What is chosen, whether it can be measured or not."""
        question, preset = self._corpora.question, str(self._preset.currentData())
        return BenchmarkRequest(
            question.corpora, question.label, self._encoders.chosen, self._detectors.chosen,
            protocol=self._protocol.currentData(), preset=preset, odd=question.odd, text=question.text,
            seeds=self._seeds.value(), allow_download=self.allow_download,
        )  # fmt: skip

    def recommend_requests(self) -> list[RecommendRequest]:
        """What is chosen, to be compared without labels, a corpus each. While every detector is ticked nobody has
        chosen any, and the usual ones are compared; a consensus is compared besides wherever one can be made."""
        ticked = self._detectors.chosen
        several = (*ticked, CONSENSUS) if len(ticked) > 1 else ticked
        detectors = USUAL if ticked == self._detectors.keys else several
        return [
            RecommendRequest(path, self._encoders.chosen, detectors, text, allow_download=self.allow_download)
            for path, text in self._corpora.texts
        ]

    @property
    def allow_download(self) -> bool:
        """Whether a ticked model that is somewhere else may be fetched."""
        return self._allow.isChecked() and any(map(is_elsewhere, self._encoders.chosen))

    @property
    def folder(self) -> Path:
        """Where the results are kept."""
        return Path(self._folder.text().strip()).expanduser()

    @property
    def only(self) -> list[Place] | None:
        """The cells to be measured; None = all that are ticked."""
        one_in = int(self._extent.currentData())
        asked = self.request()
        names = corpus_names(asked.corpora)
        return None if one_in == EVERY else spread(names, asked.encoders, asked.detectors, one_in)

    @property
    def problem(self) -> str:
        """What is missing, in one sentence; "" if nothing is."""
        if self._corpora.problem:
            return self._corpora.problem
        return self._choice_problem()

    @property
    def recommend_problem(self) -> str:
        """What is missing for a recommendation, which needs no label; "" if nothing is."""
        if not self._corpora.texts:
            return NOTHING_TICKED
        return self._choice_problem()

    def _choice_problem(self) -> str:
        """What is missing besides corpora."""
        if not self._encoders.chosen:
            return NO_ENCODER
        if not self._detectors.chosen:
            return NO_DETECTOR
        return "" if self._folder.text().strip() else NO_FOLDER

    @property
    def said(self) -> tuple[str, ...]:
        """What would be measured."""
        return self._corpora.said

    # --- showing --------------------------------------------------------------------------------

    def show_corpus(self, state: AppState) -> None:
        """What is open is the first corpus, and its encoder one of those offered."""
        self._corpora.show_corpus(state)
        if state.corpus is not None and state.plan.vectors is None and state.plan.encoder not in self._encoders.keys:
            self._offer(state.plan.encoder)

    def show_label(self, column: str) -> None:
        """Another column of what is open holds its labels now."""
        self._corpora.show_label(column)

    def show_benchmark(self, view: BenchmarkView) -> None:
        """Ask for what an earlier benchmark asked for, in its folder."""
        asked = view.request
        self._own_folder = view.folder
        self._folder.setText(str(view.folder))
        if asked is None:
            return
        for name in asked.encoders:
            if name not in self._encoders.keys:
                self._offer(name)
        with QSignalBlocker(self):
            self._encoders.tick(asked.encoders)
            self._detectors.tick(asked.detectors)
            self._preset.setCurrentIndex(max(self._preset.findData(asked.preset), 0))
            self._protocol.setCurrentIndex(max(self._protocol.findData(asked.protocol), 0))
            self._seeds.setValue(asked.seeds)
            self._extent.setCurrentIndex(0)
            self._corpora.show_question(asked.corpora, asked.label, asked.odd)
        self._follow()

    def show_compared(self, corpora: Sequence[Path], encoders: Iterable[str], detectors: Iterable[str]) -> None:
        """Ask for what was compared without labels: every cell of it."""
        with QSignalBlocker(self):
            self._encoders.tick(encoders)
            self._detectors.tick(detectors)
            self._extent.setCurrentIndex(0)
            self._corpora.tick(corpora)
        self._follow()

    def _follow(self) -> None:
        """A preset brings its protocol; results of the same question are kept in the same folder."""
        preset = PRESETS.get(str(self._preset.currentData()))
        self._protocol.setEnabled(preset is None)
        if preset is not None:
            with QSignalBlocker(self._protocol):
                self._protocol.setCurrentIndex(self._protocol.findData(preset.mode))
        for combo in (self._preset, self._protocol, self._extent):
            combo.setToolTip(str(combo.currentData(Qt.ItemDataRole.ToolTipRole) or ""))
        self._allow.setVisible(any(map(is_elsewhere, self._encoders.chosen)))
        if self._own_folder is None:
            usual = self._session.benchmarks.folder_for(self.request())
            self._folder.setText(str(usual) if self._corpora.question.corpora else "")
        self._folder.setToolTip(self._folder.text())
        self.changed.emit()

    # --- models and folders ---------------------------------------------------------------------

    def _offer(self, name: str) -> None:
        self._encoders.put(name, encoder_words(name), name)

    def _add_model(self) -> None:
        name = self._model.text().strip() or QFileDialog.getExistingDirectory(self, "Choose a model folder")
        if name:
            folder = Path(name).expanduser()
            self._offer(str(folder.absolute()) if name not in ENCODERS and folder.is_dir() else name)
            self._model.clear()

    def _choose_folder(self) -> None:
        start = self.folder if self.folder.is_dir() else self._session.projects_folder
        folder = QFileDialog.getExistingDirectory(self, "Keep the results in", str(start))
        if folder:
            self._folder.setText(folder)
            self._keep_in(folder)

    def _keep_in(self, words: str) -> None:
        """A folder that somebody has chosen stays; an empty field goes back to the usual one."""
        self._own_folder = Path(words) if words.strip() else None
        self._follow()
