"""Before a corpus is loaded: its first rows, which columns play which part, how it is embedded, where it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from explorer.app.opening import OpenRequest
from explorer.app.project_folder import free_space, new_project_path
from explorer.app.session import Session
from explorer.core.corpus.corpus import CLEANERS, Roles
from explorer.core.corpus.readers import Preview
from explorer.core.embedding.estimate import Estimate
from explorer.core.plan import Plan
from explorer.errors import ExplorerError
from explorer.gui.item_models.preview_model import PreviewModel
from explorer.gui.parts import UNIT, column, counted, data_size, heading, labelled, line, named, number, prose, scrolled
from explorer.gui.plan_form import PlanForm, problem_of
from explorer.gui.tables import dress_table

CLEANING_WORDS = {
    "html": ("Strip &HTML", "Tags and entities become plain text"),
    "quotes": ("Drop &quoted replies", "Lines of earlier mails, and what introduces them"),
    "signatures": ("Drop si&gnatures", "What follows the signature mark of a mail"),
}
ESTIMATE_AFTER = 300
"""Milliseconds without a change before time and disk are estimated anew."""


@dataclass(frozen=True)
class _Size:
    texts: int
    characters: int


class OpenDialog(QDialog):
    """Asks once, with everything guessed; ``request()`` is what the person wants when it is accepted."""

    def __init__(self, session: Session, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Open {path.name}")
        self._session = session
        self._path = path
        self._preview: Preview | None = None
        self._preview_token: int | None = None
        self._estimate_token: int | None = None
        self._model = PreviewModel()
        self._said = prose()
        self._table = named(QTableView(), "First rows")
        self._text = named(QListWidget(), "Text columns", "Tick what holds the text; several columns are joined")
        self._roles = {
            "id": named(QComboBox(), "Id column", "Names each text; without one, the row number does"),
            "label": named(QComboBox(), "Label column", "Colours the map; no detector reads it"),
            "date": named(QComboBox(), "Date column", "Colours the map"),
        }
        self._cleaning = {name: QCheckBox(CLEANING_WORDS[name][0]) for name in CLEANERS}
        self._form = PlanForm(Plan())
        self._project = named(QLineEdit(), "Project folder", "Where the corpus and all that you do with it are kept")
        self._estimate = prose(quiet=True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        self._soon = QTimer(self)
        self._build()
        self._start()

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        dress_table(self._table, self._model)
        self._table.horizontalHeader().setStretchLastSection(True)
        self._table.setSelectionMode(QTableView.SelectionMode.NoSelection)
        self._text.itemChanged.connect(lambda _: self._columns_changed())
        self._form.changed.connect(self._check)
        self._project.setText(str(new_project_path(self._session.projects_folder, self._path)))
        self._project.textChanged.connect(lambda _: self._check())
        self._soon.setSingleShot(True)
        self._soon.setInterval(ESTIMATE_AFTER)
        self._soon.timeout.connect(self._ask_estimate)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._buttons.button(QDialogButtonBox.StandardButton.Open).setText("&Open")
        self.finished.connect(lambda _: self._stop())
        choices = QHBoxLayout()
        choices.setSpacing(3 * UNIT)
        choices.addLayout(self._columns_part(), 1)
        choices.addWidget(scrolled(self._plan_part()), 1)
        whole = column(self, margin=2 * UNIT)
        whole.addWidget(self._said)
        whole.addWidget(self._table, 2)
        whole.addLayout(choices, 3)
        whole.addLayout(self._project_part())
        whole.addWidget(self._estimate)
        whole.addWidget(self._buttons)
        self.resize(880, 680)

    def _columns_part(self) -> QVBoxLayout:
        part = column(margin=0)
        part.addWidget(heading("Columns"))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._text.setMaximumHeight(12 * UNIT)
        form.addRow("&Text", self._text)
        for words, name in (("&Id", "id"), ("&Label", "label"), ("&Date", "date")):
            form.addRow(words, self._roles[name])
        boxes = column(margin=0)
        boxes.setSpacing(UNIT // 2)
        for name, box in self._cleaning.items():
            words, tip = CLEANING_WORDS[name]
            named(box, words.replace("&", ""), f"{tip}. The original is always what you see.")
            boxes.addWidget(box)
        form.addRow("Clean", boxes)
        part.addLayout(form)
        part.addStretch(1)
        return part

    def _plan_part(self) -> QWidget:
        area = QWidget()
        part = column(area, margin=0)
        part.addWidget(heading("How it is computed"))
        part.addWidget(self._form)
        part.addStretch(1)
        return area

    def _project_part(self) -> QHBoxLayout:
        browse = named(QPushButton("C&hange…"), "Choose another place for the project")
        browse.clicked.connect(self._choose_project)
        row = line()
        row.addWidget(labelled("&Kept in", self._project))
        row.addWidget(self._project, 1)
        row.addWidget(browse)
        return row

    # --- the preview ----------------------------------------------------------------------------

    def _start(self) -> None:
        """Ask for the first rows; the controls wait for them."""
        self._said.setText(f"Reading the first rows of {self._path.name}…")
        self._set_ready(False)
        self._preview_token = self._session.preview(self._path, self._show_preview, self._show_failure)

    def _set_ready(self, ready: bool) -> None:
        for widget in (self._text, *self._roles.values(), *self._cleaning.values(), self._form, self._project):
            widget.setEnabled(ready)
        self._buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(ready)

    def _show_failure(self, error: ExplorerError) -> None:
        """In the dialog, where the person is looking."""
        self._preview_token = None
        self._said.setText(f"Error: {error.what} {error.hint}".strip())

    def _show_preview(self, preview: Preview) -> None:
        self._preview_token = None
        self._preview = preview
        self._model.show_preview(preview)
        for section in range(len(preview.columns)):
            self._table.setColumnWidth(
                section, 40 * UNIT if preview.columns[section] in preview.roles.text else 16 * UNIT
            )
        self._fill_columns(preview)
        self._set_ready(True)
        self._columns_changed()

    def _fill_columns(self, preview: Preview) -> None:
        self._text.blockSignals(True)
        self._text.clear()
        for name in preview.columns:
            item = QListWidgetItem(name)
            item.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            chosen = name in preview.roles.text
            item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
            self._text.addItem(item)
        self._text.blockSignals(False)
        for role, combo in self._roles.items():
            combo.clear()
            combo.addItem("None", None)
            for name in preview.columns:
                combo.addItem(name, name)
            combo.setCurrentIndex(max(combo.findData(getattr(preview.roles, role)), 0))

    def _text_columns(self) -> tuple[str, ...]:
        items = (self._text.item(place) for place in range(self._text.count()))
        return tuple(item.text() for item in items if item.checkState() == Qt.CheckState.Checked)

    def _columns_changed(self) -> None:
        self._model.mark_text(self._text_columns())
        self._check()

    # --- what can be done -----------------------------------------------------------------------

    def _check(self) -> None:
        if self._preview is None:
            return
        problem = self._problem()
        self._said.setText(problem or preview_words(self._path, self._preview))
        self._buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(not problem)
        self._estimate.setText("")
        if not problem:
            self._soon.start()

    def _problem(self) -> str:
        if not self._text_columns():
            return "No text column is chosen. Tick the column that holds the texts."
        if not self._project.text().strip():
            return "No project folder is named. Choose where the corpus is to be kept."
        return problem_of(self._form)

    def _ask_estimate(self) -> None:
        size = self._size()
        if size is None:
            return
        if self._estimate_token is not None:
            self._session.cancel_job(self._estimate_token)
        self._estimate_token = self._session.estimate(
            self._form.plan(), size.texts, size.characters, self._show_estimate
        )

    def _size(self) -> _Size | None:
        """Texts and characters in all, as far as the first rows tell."""
        preview = self._preview
        if preview is None or not preview.rows or preview.row_estimate is None:
            return None
        places = [preview.columns.index(name) for name in self._text_columns()]
        seen = sum(len(row[place]) for row in preview.rows for place in places)
        return _Size(preview.row_estimate, round(seen / len(preview.rows) * preview.row_estimate))

    def _show_estimate(self, estimate: Estimate) -> None:
        self._estimate_token = None
        free = data_size(free_space(Path(self._project.text().strip()).expanduser()))
        self._estimate.setText(f"Embedding takes {estimate.sentence} ({free} free).")

    def _choose_project(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Keep the project in", str(self._session.projects_folder))
        if folder:
            self._project.setText(str(new_project_path(Path(folder), self._path)))

    def _stop(self) -> None:
        self._soon.stop()
        for token in (self._preview_token, self._estimate_token):
            if token is not None:
                self._session.cancel_job(token)
        self._preview_token = self._estimate_token = None

    def request(self) -> OpenRequest:
        """What is to be opened, and how."""
        chosen = {role: combo.currentData() or "" for role, combo in self._roles.items()}
        cleaning = tuple(name for name, box in self._cleaning.items() if box.isChecked())
        project = Path(self._project.text().strip()).expanduser()
        return OpenRequest(self._path, Roles(self._text_columns(), **chosen), cleaning, self._form.plan(), project)


def preview_words(path: Path, preview: Preview) -> str:
    """``tickets.csv: comma-separated, UTF-8, about 48,210 rows. ...``"""
    rows = ""
    if preview.row_estimate is not None:
        rows = f", {'' if preview.exact else 'about '}{counted(preview.row_estimate, 'row')}"
    shown = f" The first {number(len(preview.rows))} are shown." if preview.rows else ""
    return " ".join([f"{path.name}: {preview.details or preview.format}{rows}.{shown}", *preview.notices])
