"""The report: what it will contain, how its cells are written, and where it went."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from explorer.app.changes import Changes
from explorer.app.reporting import can_report
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.gui.key_words import keyed
from explorer.gui.parts import UNIT, column, counted, heading, line, named, number, prose, scrolled, threshold_words
from explorer.gui.safe_cells import SAFE_CELLS, safe_cells_box

CONTENT = (
    "One row a text, in the order of the corpus: text and own columns, place on the map, scores and rank, flagged or "
    "not and why, nearest neighbours, which text it is a copy of. The manifest beside it names every input, model, "
    "parameter and version, so that the same report can be made again."
)


class ReportPanel(QWidget):
    """Says what an export would hold before it is written."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._written: Path | None = None
        self._facts = prose()
        self._safe = safe_cells_box()
        self._export = keyed(QPushButton("&Export report…"), "Export the report", "CSV and manifest ({export})")
        self._result = prose()
        self._open = named(QPushButton("Open &folder"), "Open the folder of the report")
        self._build()
        self.show_state(session.state, Changes.ALL)

    def _build(self) -> None:
        self._export.clicked.connect(lambda _: self.export())
        self._open.clicked.connect(self._open_folder)
        left, right = column(margin=0), column(margin=0)
        for widget in (heading("What the report holds"), prose(CONTENT, quiet=True), self._facts):
            left.addWidget(widget)
        left.addStretch(1)
        how: tuple[QWidget, ...] = (heading("How it is written"), self._safe, prose(SAFE_CELLS, quiet=True))
        for part in how:
            right.addWidget(part)
        buttons = line()
        buttons.addWidget(self._export)
        buttons.addWidget(self._open)
        buttons.addStretch(1)
        right.addLayout(buttons)
        right.addWidget(self._result)
        right.addStretch(1)
        inside = QWidget()
        whole = line(inside, margin=UNIT)
        whole.addLayout(left, 1)
        whole.addSpacing(2 * UNIT)
        whole.addLayout(right, 1)
        column(self, margin=0).addWidget(scrolled(inside))

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & Changes.CORPUS:
            self._show_written(None)
        if changes & (Changes.CORPUS | Changes.PLAN | Changes.STAGES):
            self._export.setEnabled(can_report(state))
        if changes & (Changes.CORPUS | Changes.PLAN | Changes.STAGES | Changes.FLAGS):
            self._facts.setText(report_words(state, ready=self._export.isEnabled()))

    def export(self) -> None:
        """Ask where to, then write in the background."""
        corpus, project = self._session.state.corpus, self._session.state.project
        if corpus is None or project is None:
            return
        suggested = project.parent / f"{Path(corpus.source.path).stem}-report.csv"
        name, _ = QFileDialog.getSaveFileName(self, "Export report", str(suggested), "CSV (*.csv)")
        if name:
            self.export_to(Path(name))

    def export_to(self, path: Path) -> None:
        """Write the report to ``path`` with the choices shown."""
        target = path if path.suffix else path.with_suffix(".csv")
        self._session.export_report(target, raw=not self._safe.isChecked(), on_done=self._show_written)

    def _show_written(self, path: Path | None) -> None:
        self._written = path
        self._result.setText(f"Written: {path}" if path is not None else "")
        self._open.setVisible(path is not None)

    def _open_folder(self) -> None:
        if self._written is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written.parent)))


def report_words(state: AppState, *, ready: bool) -> str:
    """The counts and the threshold that the report will carry."""
    if state.corpus is None:
        return "Open a file first."
    if state.threshold is None:
        return "The report can be written as soon as the texts are scored."
    if not ready:
        return "The report can be written as soon as the rest of it is computed: the Jobs panel says how far it is."
    decided = [f"{number(count)} {words}" for count, words in _decisions(state) if count]
    lines = [
        f"{counted(state.rows, 'text')} with {counted(len(state.results.scores), 'score')} each"
        f" ({', '.join(state.results.scores)}).",
        threshold_words(state, by_hand=False),
        f"Decided by hand: {', '.join(decided)}." if decided else "Nothing was decided by hand.",
    ]
    return "\n".join(lines)


def _decisions(state: AppState) -> tuple[tuple[int, str], tuple[int, str]]:
    return (state.overrides.flagged.size, "flagged"), (state.overrides.cleared.size, "cleared")
