"""What was loaded: the file, its label column, what the check found in it, the encoder, the parameters."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from explorer.app.changes import Changes
from explorer.app.label_column import label_columns
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.corpus.corpus import Rejected
from explorer.core.embedding.base import EncoderCard
from explorer.gui.parts import (
    UNIT,
    Lines,
    column,
    counted,
    heading,
    labelled,
    line,
    named,
    number,
    prose,
    scrolled,
    snippet,
)
from explorer.gui.plan_form import PlanDialog

SHOWN_REJECTED = 10_000
NO_LABELS = "none"
LABELS_TIP = (
    "The column that holds the labels of the texts. Choose another one at any time: vectors, decisions and notes stay; "
    "doubtful labels and comparisons within labels follow. Corrections stay with the column that they were made in."
)
NAME = 40
"""Characters of a column's name in the list."""


class CorpusPanel(QWidget):
    """Facts; what can be done here is to choose the label column, and to compute with other parameters."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._file = heading("")
        self._file.setWordWrap(True)
        self._details = prose(quiet=True)
        self._labels = named(QComboBox(), "Column of labels", LABELS_TIP)
        self._aside = prose(quiet=True)
        self._found = Lines()
        self._rejected = named(QPushButton(), "Lines that could not be read")
        self._encoder = Lines()
        self._plan = Lines()
        self._change = named(
            QPushButton("&Change…"),
            "Change the parameters",
            "Compute with another encoder, k, metric or detectors",
        )
        self._build()
        self.show_state(session.state, Changes.ALL)

    def _build(self) -> None:
        self._rejected.clicked.connect(self._show_rejected)
        self._change.clicked.connect(self._change_plan)
        inside = QWidget()
        whole = column(inside)
        for widget in (self._file, self._details):
            whole.addWidget(widget)
        whole.addLayout(self._label_line())
        parts: tuple[QWidget, ...] = (self._aside, self._found, self._rejected)
        for widget in (*parts, heading("Encoder"), self._encoder, heading("Parameters"), self._plan, self._change):
            whole.addWidget(widget)
        whole.addStretch(1)
        column(self, margin=0).addWidget(scrolled(inside))

    def _label_line(self) -> QHBoxLayout:
        self._labels.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._labels.setMinimumContentsLength(6)
        self._labels.activated.connect(lambda _: self._session.choose_label_column(self._labels.currentData() or None))
        row = line()
        row.addWidget(labelled("Labels i&n", self._labels))
        row.addWidget(self._labels, 1)
        return row

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & Changes.CORPUS:
            self._show_corpus(state)
        if changes & (Changes.CORPUS | Changes.ROLES | Changes.LABELS):
            self._show_labels(state)
        if changes & (Changes.CORPUS | Changes.VECTORS | Changes.PLAN):
            self._encoder.show_lines(encoder_words(state))
        if changes & (Changes.CORPUS | Changes.GRAPH | Changes.PLAN):
            self._plan.show_lines(plan_words(state))

    def _show_corpus(self, state: AppState) -> None:
        corpus, check = state.corpus, state.check
        known = corpus is not None and check is not None
        self._change.setEnabled(known)
        self._details.setVisible(known)
        self._rejected.setVisible(known and bool(corpus.rejected))  # type: ignore[union-attr]
        if corpus is None or check is None:
            self._file.setText("No corpus yet")
            self._found.show_lines(["What was read from a file is listed here."])
            return
        self._file.setText(Path(corpus.source.path).name)
        self._file.setToolTip(corpus.source.path)
        self._details.setText(corpus.source.details)
        self._found.show_lines([said[:1].upper() + said[1:] for said in check.sentences()])
        self._rejected.setText(f"{counted(len(corpus.rejected), 'unreadable line')}…")

    def _show_labels(self, state: AppState) -> None:
        """The column that holds the labels, and what was corrected in others."""
        columns = () if state.corpus is None else label_columns(state.corpus)
        with QSignalBlocker(self._labels):
            self._labels.clear()
            for name in ("", *columns):
                self._labels.addItem(snippet(name, NAME) or NO_LABELS, name)
            self._labels.setCurrentIndex(self._labels.findData(state.label_column))
        self._labels.setEnabled(bool(columns))
        self._aside.setText(aside_words(state))
        self._aside.setVisible(bool(state.set_aside))

    def _show_rejected(self) -> None:
        if self._session.state.corpus is not None:
            RejectedDialog(self._session.state.corpus.rejected, self.window()).open()

    def _change_plan(self) -> None:
        dialog = PlanDialog(self._session.state.plan, self.window())
        dialog.accepted.connect(lambda: self._session.change_plan(dialog.form.plan()))
        dialog.open()


def aside_words(state: AppState) -> str:
    """Which corrections are kept with columns that held the labels before."""
    kept = ", ".join(f"{counted(len(made), 'correction')} in {name}" for name, made in state.set_aside.items())
    return f"Kept: {kept}." if kept else ""


def encoder_words(state: AppState) -> list[str]:
    """The encoder's name, size and arithmetic, and how many texts it cut."""
    card = state.results.card
    if state.corpus is None:
        return ["None yet"]
    if card is None or state.results.vectors is None:
        return [f"{state.plan.vectors or state.plan.encoder}, not finished yet"]
    cut = state.results.cut
    at = f" at {number(card.max_tokens)} tokens" if card.max_tokens else ""
    lines = [_card_words(card)]
    if card.max_tokens:
        lines.append(f"{counted(cut, 'text')} cut{at}" if cut else f"No text cut{at}")
    return lines


def _card_words(card: EncoderCard) -> str:
    parts = [card.name, f"{number(card.dimension)} dimensions", card.precision]
    return ", ".join(part for part in parts if part)


def plan_words(state: AppState) -> list[str]:
    """The parameters that results depend on, and how the neighbours were found."""
    if state.corpus is None:
        return ["The defaults"]
    plan, graph = state.plan, state.results.graph
    lines = [
        f"{counted(plan.k, 'neighbour')}, {plan.metric} distance",
        f"{'Detector' if len(plan.detectors) == 1 else 'Detectors'}: {', '.join(plan.detectors)}",
        f"Seed {plan.seed}",
    ]
    if graph is not None:
        lines.append(f"Neighbour graph: {graph.method}")
    return lines


class RejectedDialog(QDialog):
    """What could not be read: file, line, reason."""

    def __init__(self, rejected: tuple[Rejected, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Lines that could not be read")
        table = named(QTreeWidget(), "Lines that could not be read")
        table.setHeaderLabels(["File", "Line", "Reason"])
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        for entry in rejected[:SHOWN_REJECTED]:
            table.addTopLevelItem(QTreeWidgetItem([entry.file, number(entry.line) if entry.line else "", entry.reason]))
        for section in (0, 1):
            table.resizeColumnToContents(section)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        more = len(rejected) - SHOWN_REJECTED
        said = "They are not part of the corpus; everything else is." + (f" {number(more)} more." if more > 0 else "")
        whole = column(self, margin=2 * UNIT)
        for widget in (prose(said), table, buttons):
            whole.addWidget(widget)
        self.resize(640, 400)
