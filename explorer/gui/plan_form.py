"""The parameters of a run as a form: encoder, neighbours, detectors, and under "Advanced" the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
)

from explorer.core.anomaly.detectors import DETECTORS
from explorer.core.neighbors.base import METRICS
from explorer.core.plan import MAX_K, Plan
from explorer.errors import ExplorerError, OptionError
from explorer.gui.parts import UNIT, column, labelled, line, named, prose

ENCODERS = {
    "minilm": ("MiniLM: the meaning of sentences", "all-MiniLM-L6-v2, inside the program; English; 256 word pieces"),
    "lexical": ("Lexical: shared words", "TF-IDF and SVD, fitted on the corpus; any language; the quickest"),
}
OTHER = "\0other"
ABREAST = 5
"""Detectors in one line of the form."""
METRIC_WORDS = {"cosine": "Cosine", "euclidean": "Euclidean"}
PRECISION_WORDS = {"auto": "Automatic", "fp32": "Full (fp32)"}
PRECISION_TIP = "Automatic computes in bf16 where the processor has it and the result agrees with fp32"
DOWNLOAD_TIP = "The model is fetched from Hugging Face once. Nothing about your texts leaves this machine."


def download_box() -> QCheckBox:
    """The permission to fetch a model; shown where one is named that is somewhere else."""
    return named(QCheckBox("Allow to &download this model"), "Allow to download this model", DOWNLOAD_TIP)


def is_elsewhere(encoder: str) -> bool:
    """Whether this names a model somewhere else: no encoder of the program, no folder on this machine."""
    return bool(encoder) and encoder not in ENCODERS and not Path(encoder).expanduser().is_dir()


class EncoderChoice(QWidget):
    """A built-in encoder, or any sentence-transformers model by folder or by name."""

    changed = Signal()

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._which = named(QComboBox(), "Encoder", "What turns texts into vectors")
        self._name = named(QLineEdit(), "Model folder or name", "Of a sentence-transformers model")
        self._browse = named(QPushButton("&Browse…"), "Choose a model folder")
        self._allow = download_box()
        self._build()
        self._show(plan)

    def _build(self) -> None:
        for name, (words, tip) in ENCODERS.items():
            self._which.addItem(words, name)
            self._which.setItemData(self._which.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._which.addItem("Another model…", OTHER)
        self._name.setPlaceholderText("Folder, or a name such as intfloat/multilingual-e5-small")
        model = line()
        model.addWidget(self._name, 1)
        model.addWidget(self._browse)
        whole = column(self, margin=0)
        whole.setSpacing(UNIT // 2)
        whole.addWidget(self._which)
        whole.addLayout(model)
        whole.addWidget(self._allow)
        self._which.currentIndexChanged.connect(self._follow)
        self._name.textChanged.connect(self._follow)
        self._allow.toggled.connect(self._follow)
        self._browse.clicked.connect(self._choose)

    def _show(self, plan: Plan) -> None:
        built_in = self._which.findData(plan.encoder)
        self._which.setCurrentIndex(built_in if built_in >= 0 else self._which.findData(OTHER))
        self._name.setText("" if built_in >= 0 else plan.encoder)
        self._allow.setChecked(plan.allow_download)
        self._follow()

    def _follow(self) -> None:
        other = self._which.currentData() == OTHER
        self._name.setVisible(other)
        self._browse.setVisible(other)
        self._allow.setVisible(other and is_elsewhere(self._name.text().strip()))
        self._which.setToolTip(self._which.currentData(Qt.ItemDataRole.ToolTipRole) or "")
        self.changed.emit()

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Choose a model folder", self._name.text())
        if folder:
            self._name.setText(folder)

    def applied(self, plan: Plan) -> Plan:
        """``plan`` with the encoder chosen here. Raises ``OptionError`` while none is named."""
        if self._which.currentData() != OTHER:
            return replace(plan, encoder=self._which.currentData(), allow_download=False)
        name = self._name.text().strip()
        if not name:
            raise OptionError("No model is named yet.", "Choose its folder or type its name.")
        return replace(plan, encoder=name, allow_download=is_elsewhere(name) and self._allow.isChecked())


class PlanForm(QWidget):
    """Shows a plan and gives the plan that is chosen; ``changed`` says that it may be another one now."""

    changed = Signal()

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._plan = plan
        self._encoder = EncoderChoice(plan)
        self._k = named(QSpinBox(), "Neighbours", "How many nearest texts describe a text (k)")
        self._metric = named(QComboBox(), "Metric", "How the distance between two texts is measured")
        self._detectors = {name: QCheckBox(name) for name in DETECTORS}
        self._precision = named(QComboBox(), "Precision", PRECISION_TIP)
        self._seed = named(QSpinBox(), "Seed", "All randomness follows from it: same seed, same report")
        self._vectors = named(
            QLineEdit(),
            "Precomputed vectors",
            "A .npy file, one row a text in corpus order, in place of an encoder",
        )
        self._more = QToolButton()
        self._advanced = QWidget()
        self._build()
        self._show(plan)

    def _build(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("&Encoder", self._encoder)
        self._more.setText("Advanced")
        self._more.setCheckable(True)
        self._more.setAutoRaise(True)
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more.toggled.connect(self._unfold)
        self._build_advanced()
        whole = column(self, margin=0)
        whole.addLayout(form)
        whole.addWidget(self._more)
        whole.addWidget(self._advanced)
        self._unfold(False)

    def _build_advanced(self) -> None:
        self._k.setRange(1, MAX_K)
        self._seed.setRange(0, 2**31 - 1)
        for metric in METRICS:
            self._metric.addItem(METRIC_WORDS[metric], metric)
        for precision, words in PRECISION_WORDS.items():
            self._precision.addItem(words, precision)
        boxes = QGridLayout()
        for place, (name, box) in enumerate(self._detectors.items()):
            named(box, f"Detector {name}", str(getattr(DETECTORS[name], "summary", "")))
            boxes.addWidget(box, place // ABREAST, place % ABREAST)
        browse = named(QPushButton("Bro&wse…"), "Choose a file of vectors")
        browse.clicked.connect(self._choose_vectors)
        vectors = line()
        vectors.addWidget(self._vectors, 1)
        vectors.addWidget(browse)
        self._vectors.setPlaceholderText("None: the encoder makes them")
        form = QFormLayout(self._advanced)
        form.setContentsMargins(2 * UNIT, 0, 0, 0)
        fields: tuple[tuple[str, QWidget | QLayout], ...] = (
            ("&Neighbours (k)", self._k), ("&Metric", self._metric), ("Detectors", boxes),
            ("&Precision", self._precision), ("See&d", self._seed),
        )  # fmt: skip
        for words, field in fields:
            form.addRow(words, field)
        form.addRow(labelled("&Vectors (.npy)", self._vectors), vectors)
        self._listen()

    def _listen(self) -> None:
        self._encoder.changed.connect(self.changed)
        for spin in (self._k, self._seed):
            spin.valueChanged.connect(lambda _: self.changed.emit())
        for combo in (self._metric, self._precision):
            combo.currentIndexChanged.connect(lambda _: self.changed.emit())
        for box in self._detectors.values():
            box.toggled.connect(lambda _: self.changed.emit())
        self._vectors.textChanged.connect(self._vectors_changed)

    def _vectors_changed(self) -> None:
        self._encoder.setEnabled(not self._vectors.text().strip())
        self.changed.emit()

    def _unfold(self, shown: bool) -> None:
        self._more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        named(self._more, "Advanced parameters", "k, metric, detectors, precision, seed, precomputed vectors")
        self._advanced.setVisible(shown)

    def unfold(self) -> None:
        """Show the advanced part for good."""
        self._more.setChecked(True)
        self._more.hide()

    def _show(self, plan: Plan) -> None:
        self._k.setValue(plan.k)
        self._metric.setCurrentIndex(self._metric.findData(plan.metric))
        self._precision.setCurrentIndex(self._precision.findData(plan.precision))
        self._seed.setValue(plan.seed)
        self._vectors.setText(plan.vectors or "")
        for name, box in self._detectors.items():
            box.setChecked(name in plan.detectors)

    def _choose_vectors(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Choose a file of vectors", self._vectors.text(), "NumPy (*.npy)")
        if name:
            self._vectors.setText(name)

    def plan(self) -> Plan:
        """What is chosen. Raises ``OptionError`` for what cannot be computed: no detector, no model named."""
        chosen = [name for name, box in self._detectors.items() if box.isChecked()]
        kept = [name for name in self._plan.detectors if name in chosen]
        detectors = (*kept, *(name for name in chosen if name not in kept))
        vectors = self._vectors.text().strip() or None
        plan = replace(
            self._plan,
            k=self._k.value(),
            metric=self._metric.currentData(),
            detectors=detectors,
            precision=self._precision.currentData(),
            seed=self._seed.value(),
            vectors=vectors,
        )
        if detectors[0] != self._plan.detectors[0]:
            plan = replace(plan, threshold=None)
        return plan if vectors is not None else self._encoder.applied(plan)


class PlanDialog(QDialog):
    """Other parameters for the corpus that is open."""

    def __init__(self, plan: Plan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Change parameters")
        self.form = PlanForm(plan)
        self.form.unfold()
        self._said = prose()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setText("&Compute")
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.form.changed.connect(self._check)
        whole = column(self, margin=2 * UNIT)
        whole.addWidget(self.form)
        whole.addWidget(prose("Only what depends on a changed parameter is computed again.", quiet=True))
        whole.addWidget(self._said)
        whole.addStretch(1)
        whole.addWidget(self._buttons)
        self.setMinimumWidth(480)
        self._check()

    def _check(self) -> None:
        problem = problem_of(self.form)
        self._said.setText(problem)
        self._said.setVisible(bool(problem))
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not problem)


def problem_of(form: PlanForm) -> str:
    """What keeps the form's plan from being computed, in words; "" if nothing does."""
    try:
        form.plan()
    except ExplorerError as error:
        return f"{error.what} {error.hint}".strip()
    return ""
