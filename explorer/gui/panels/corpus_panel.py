"""What was loaded: the file, what the check found in it, the encoder, the parameters."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.corpus.corpus import Rejected
from explorer.core.embedding.base import EncoderCard
from explorer.gui.parts import UNIT, Lines, column, counted, heading, named, number, prose, scrolled
from explorer.gui.plan_form import PlanDialog

SHOWN_REJECTED = 10_000


class CorpusPanel(QWidget):
    """Facts only; the one thing to do here is to compute with other parameters."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._file = heading("")
        self._file.setWordWrap(True)
        self._details = prose(quiet=True)
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
        parts: tuple[QWidget, ...] = (self._file, self._details, self._found, self._rejected)
        for widget in (*parts, heading("Encoder"), self._encoder, heading("Parameters"), self._plan, self._change):
            whole.addWidget(widget)
        whole.addStretch(1)
        column(self, margin=0).addWidget(scrolled(inside))

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & Changes.CORPUS:
            self._show_corpus(state)
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

    def _show_rejected(self) -> None:
        if self._session.state.corpus is not None:
            RejectedDialog(self._session.state.corpus.rejected, self.window()).open()

    def _change_plan(self) -> None:
        dialog = PlanDialog(self._session.state.plan, self.window())
        dialog.accepted.connect(lambda: self._session.change_plan(dialog.form.plan()))
        dialog.open()


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
