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
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QLineEdit,
    QRadioButton,
    QSpinBox,
    QWidget,
)

from explorer.app.messages import Message
from explorer.app.session import Session
from explorer.app.shown import shown_rows
from explorer.app.state import AppState
from explorer.core.report.corrected import own_suffix
from explorer.errors import ExplorerError
from explorer.gui.map.picture_dialog import MOST_PIXELS, SheetSize, png_bytes, write_png, write_svg
from explorer.gui.map.sheet import MapSheet
from explorer.gui.parts import UNIT, column, counted, heading, named, prose
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

MakeSheet = Callable[[], MapSheet | None]


class Exporter:
    """Asks what and where to, then writes. ``sheet`` makes the map as it is seen now; None while there is none."""

    def __init__(self, session: Session, sheet: MakeSheet, parent: QWidget) -> None:
        self._session = session
        self._sheet = sheet
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
        """One HTML file that opens offline."""
        path = self._ask("Export a page", "report.html", "Page (*.html)")
        if path is not None:
            self._session.export_page(path, self._page_picture())

    def _page_picture(self) -> tuple[str, bytes, str] | None:
        """Title, PNG and words of the map in the light theme."""
        sheet = self._sheet()
        if sheet is None:
            return None
        return sheet.title, png_bytes(replace(sheet, title=""), PAGE_SIZE), sheet.words

    def export_picture(self) -> None:
        """The map as PNG or SVG."""
        sheet = self._sheet()
        if sheet is None:
            return
        dialog = PictureDialog(sheet, self._parent)
        dialog.accepted.connect(lambda: self._write_picture(dialog.sheet(), dialog.size_asked()))
        dialog.open()

    def _write_picture(self, sheet: MapSheet, size: SheetSize) -> None:
        path = self._ask("Export the map", "map.png", PICTURE_FILES)
        if path is None:
            return
        try:
            (write_svg if path.suffix.lower() == ".svg" else write_png)(sheet, size, path)
        except ExplorerError as error:
            self._session.say_error(error)
        else:
            self._session.say(Message("info", f"Picture of the map written to {path}."))

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
        self._trash = QCheckBox(f"&Leave out the {counted(state.trash_count, 'text')} in the trash")
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
    """How many labels are written differently."""
    found = state.results.labels
    if not state.corrections or found is None:
        return "No label was corrected."
    changed = sum(
        found.given[row] < 0 or found.names[found.given[row]] != made for row, made in state.corrections.items()
    )
    return f"{counted(changed, 'label')} in {found.column} {'is' if changed == 1 else 'are'} corrected."


class PictureDialog(QDialog):
    """Size, title and theme of a picture of the map."""

    def __init__(self, sheet: MapSheet, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export the map as a picture")
        self._sheet = sheet
        self._title = named(QLineEdit(sheet.title), "Title")
        self._title.setMinimumWidth(40 * UNIT)
        self._width, self._height = _pixels(1920, "Width"), _pixels(1200, "Height")
        self._scale = named(QDoubleSpinBox(), "Scale", "Letters and points grow with it; 2 suits a dense screen")
        self._scale.setRange(0.5, 16)
        self._scale.setValue(1.5)
        self._theme = named(QComboBox(), "Theme of the picture")
        self._theme.addItems(["Light", "Dark"])
        self._theme.setCurrentIndex(int(sheet.dark))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        for words, control in (
            ("&Title", self._title),
            ("&Width", self._width),
            ("&Height", self._height),
            ("&Scale", self._scale),
            ("T&heme", self._theme),
        ):
            form.addRow(words, control)
        whole = column(self, margin=2 * UNIT)
        whole.addLayout(form)
        whole.addWidget(prose("PNG for slides, SVG for print. Legend and caption are in the picture.", quiet=True))
        whole.addWidget(buttons)

    def sheet(self) -> MapSheet:
        """The map as it will be drawn."""
        return replace(self._sheet, title=self._title.text().strip(), dark=self._theme.currentIndex() == 1)

    def size_asked(self) -> SheetSize:
        return SheetSize(self._width.value(), self._height.value(), self._scale.value())


def _pixels(value: int, name: str) -> QSpinBox:
    box = named(QSpinBox(), name, "In pixels")
    box.setRange(100, MOST_PIXELS)
    box.setSuffix(" px")
    box.setValue(value)
    return box
