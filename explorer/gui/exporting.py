"""Taking things out of the window: rows in other formats, a page for people, the map as a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QRadioButton,
    QWidget,
)

from explorer.app.messages import Message
from explorer.app.session import Session
from explorer.app.shown import shown_rows
from explorer.app.state import AppState
from explorer.core.progress import Progress
from explorer.core.report.corrected import own_suffix
from explorer.gui.map.colouring import Colouring, colouring
from explorer.gui.map.picture_dialog import PictureDialog, PictureWish
from explorer.gui.map.pictures import SheetSize, png_bytes, write_png, write_svg
from explorer.gui.map.snapshot import MapSnapshot
from explorer.gui.parts import UNIT, column, counted, heading, prose
from explorer.gui.safe_cells import safe_cells_box

ROWS_FILES = "CSV (*.csv);;JSON Lines (*.jsonl);;Parquet (*.parquet)"
CORPUS_FILES = (
    "CSV (*.csv)",
    "Tab-separated (*.tsv)",
    "JSON Lines (*.jsonl)",
    "JSON (*.json)",
    "Parquet (*.parquet)",
    "Excel (*.xlsx)",
    "Text lines (*.txt)",
)
PICTURE_FILES = "PNG picture (*.png);;SVG drawing (*.svg)"
PAGE_SIZE = SheetSize(2000, 1300, 2.0)
"""The map on the page for people: sharp on a dense screen."""

TakeSnapshot = Callable[[], MapSnapshot | None]


class Exporter:
    """Asks what and where to, then writes. ``snapshot`` takes the map as it is seen now; None while there is none."""

    def __init__(self, session: Session, snapshot: TakeSnapshot, parent: QWidget) -> None:
        self._session = session
        self._snapshot = snapshot
        self._parent = parent

    def export_rows(self) -> None:
        """Rows as CSV, JSON Lines or Parquet."""
        dialog = RowsDialog(self._session.state, self._parent)
        dialog.accepted.connect(lambda: self._write_rows(dialog.rows(), raw=dialog.raw()))
        dialog.open()

    def _write_rows(self, rows: NDArray[np.int64] | None, *, raw: bool) -> None:
        path = self._ask("Export rows", "rows.csv", ROWS_FILES)
        if path is not None:
            self._session.export_rows(path, rows, raw=raw)

    def export_corrected(self) -> None:
        """The corpus itself, in its own columns, labels corrected."""
        dialog = CorrectedDialog(self._session.state, self._parent)
        dialog.accepted.connect(lambda: self._write_corrected(without_trash=dialog.without_trash()))
        dialog.open()

    def _write_corrected(self, *, without_trash: bool) -> None:
        corpus = self._session.state.corpus
        if corpus is None:
            return
        own = own_suffix(corpus)
        kinds = sorted(CORPUS_FILES, key=lambda kind: f"*{own})" not in kind)
        path = self._ask("Export the corrected corpus", f"corrected{own}", ";;".join(kinds))
        if path is not None:
            self._session.export_corrected(path, without_trash=without_trash)

    def export_page(self) -> None:
        """One HTML file that opens offline, with the map in the light theme."""
        path = self._ask("Export a page", "report.html", "Page (*.html)")
        if path is None:
            return
        snapshot = self._snapshot()
        if snapshot is None:
            self._session.export_page(path, None)
            return

        def paint(colours: Colouring | None) -> None:
            def draw(progress: Progress) -> tuple[str, bytes, str]:
                sheet = snapshot.sheet(colours, dark=False)
                return sheet.title, png_bytes(replace(sheet, title=""), PAGE_SIZE, progress), sheet.words

            title = f"Drawing the map for {path.name}"
            self._session.work(title, draw, lambda picture: self._session.export_page(path, picture))

        self._with_colours(snapshot, False, paint)

    def export_picture(self) -> None:
        """The map as PNG or SVG."""
        snapshot = self._snapshot()
        if snapshot is None:
            return
        dialog = PictureDialog(snapshot.title, self._parent, dark=snapshot.dark)
        dialog.accepted.connect(lambda: self._write_picture(snapshot, dialog.wish()))
        dialog.open()

    def _write_picture(self, snapshot: MapSnapshot, wish: PictureWish) -> None:
        path = self._ask("Export the map", "map.png", PICTURE_FILES)
        if path is None:
            return

        def paint(colours: Colouring | None) -> None:
            def draw(progress: Progress) -> None:
                sheet = replace(snapshot.sheet(colours, dark=wish.dark), title=wish.title)
                (write_svg if path.suffix.lower() == ".svg" else write_png)(sheet, wish.size, path, progress)

            def done(_: None) -> None:
                self._session.say(Message("info", f"Picture of the map written to {path}."))

            self._session.work(f"Drawing {path.name}", draw, done)

        self._with_colours(snapshot, wish.dark, paint)

    def _with_colours(self, snapshot: MapSnapshot, dark: bool, paint: Callable[[Colouring | None], None]) -> None:
        """Go on with the colours of a theme: those seen, or those that the other theme has."""
        if dark == snapshot.dark or snapshot.shown is None:
            paint(snapshot.shown)
            return
        state = snapshot.state
        kind = f"picture colours {id(paint)}"
        self._session.queries.ask(
            kind, state, lambda engine: colouring(state, engine, dark=dark), paint, self._session.say_error
        )

    def _ask(self, title: str, name: str, kinds: str) -> Path | None:
        """A file to write to, with the first ending of the kind chosen if none was typed."""
        state = self._session.state
        if state.corpus is None or state.project is None:
            return None
        suggested = state.project.parent / f"{Path(state.corpus.source.path).stem}-{name}"
        chosen, kind = QFileDialog.getSaveFileName(self._parent, title, str(suggested), kinds)
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix else path.with_suffix(kind.rpartition("*")[2].rstrip(")") or ".csv")


class RowsDialog(QDialog):
    """Which rows: the selected, the shown, the flagged, or all. What does not exist is greyed."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export rows")
        flagged = np.empty(0, np.int64) if state.flagged is None else np.flatnonzero(state.flagged)
        self._choices: list[tuple[QRadioButton, NDArray[np.int64] | None]] = [
            (QRadioButton(f"The {counted(state.selected.size, 'selected text')}"), state.selected),
            (QRadioButton(f"The {counted(state.shown_count, 'text')} shown now"), shown_rows(state)),
            (QRadioButton(f"The {counted(flagged.size, 'flagged text')}"), flagged),
            (QRadioButton(f"All {counted(state.rows, 'text')}"), None),
        ]
        self._safe = safe_cells_box()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        group = QButtonGroup(self)
        whole = column(self, margin=2 * UNIT)
        whole.addWidget(heading("Which rows"))
        for button, rows in self._choices:
            group.addButton(button)
            button.setEnabled(rows is None or bool(rows.size))
            whole.addWidget(button)
        next(button for button, _ in self._choices if button.isEnabled()).setChecked(True)
        whole.addWidget(self._safe)
        whole.addWidget(prose("The same columns as the report, with your labels and notes.", quiet=True))
        whole.addWidget(buttons)

    def rows(self) -> NDArray[np.int64] | None:
        """The rows chosen; None = all."""
        return next(rows for button, rows in self._choices if button.isChecked())

    def raw(self) -> bool:
        return not self._safe.isChecked()


class CorrectedDialog(QDialog):
    """What is different from the corpus that was loaded, and whether the trash is left out."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export the corrected corpus")
        trash = f"&Leave out the {counted(state.trash_count, 'text')} in the trash"
        self._trash = QCheckBox(trash if state.trash_count else "No text is in the trash")
        self._trash.setChecked(bool(state.trash_count))
        self._trash.setEnabled(bool(state.trash_count))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = column(self, margin=2 * UNIT)
        whole.addWidget(prose(correction_words(state)))
        whole.addWidget(self._trash)
        whole.addWidget(prose("Your own columns as they were read; nothing is added.", quiet=True))
        whole.addWidget(buttons)

    def without_trash(self) -> bool:
        return self._trash.isChecked()


def correction_words(state: AppState) -> str:
    """How many labels are written differently, those of columns that held the labels before included."""
    others = [f"{counted(len(made), 'correction')} in {column}." for column, made in state.set_aside.items()]
    found = state.results.labels
    if not state.corrections or found is None:
        return " ".join(others) or "No label was corrected."
    changed = sum(
        found.given[row] < 0 or found.names[found.given[row]] != made
        for row, made in state.corrections.as_dict().items()
    )
    here = f"{counted(changed, 'label')} in {found.column} {'is' if changed == 1 else 'are'} corrected."
    return " ".join((here, *others))
