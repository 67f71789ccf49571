"""Which corpora are measured, by which label column, and which of its values means odd."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QFormLayout, QPushButton, QSizePolicy, QWidget

from explorer.app.benchmark_look import Look
from explorer.app.benchmarks import Question
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.gui.benchmark.ticks import TickList
from explorer.gui.parts import column, heading, line, named

ANY = "Automatic"
ODD_TIP = (
    "What the label column says of odd texts; every other value is normal. Left alone, a word such as 1, spam or "
    "outlier tells, or else the rarer of two values is the odd one"
)
NO_CORPUS = "No corpus is ticked. Add a file whose label column tells odd texts from normal ones."
READING = "Reading the labels…"
QUIET = 250
"""Milliseconds without a change before the files are looked at anew."""


class CorporaPart(QWidget):
    """``changed``: another choice, or something new is known about the one that is there."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._open: str | None = None
        self._text: tuple[str, ...] = ()
        self._look: Look | None = None
        self._list = named(TickList(), "Corpora", "Files with a label column; the one that is open is there already")
        self._add = named(QPushButton("&Add…"), "Add a corpus", "Another file with the same label column")
        self._remove = named(QPushButton("Re&move"), "Remove the corpus", "Take the selected file off the list")
        self._label = named(QComboBox(), "Label column", "The column that tells odd texts from normal ones")
        self._odd = named(QComboBox(), "Odd means", ODD_TIP)
        self._soon = QTimer(self, singleShot=True, interval=QUIET)
        self._build()

    def _build(self) -> None:
        self._list.ticked.connect(self._question_changed)
        self._add.clicked.connect(lambda _: self._choose())
        self._remove.clicked.connect(lambda _: self._take_off())
        self._label.activated.connect(lambda _: self._label_changed())
        self._odd.setEditable(True)
        self._odd.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._odd.currentTextChanged.connect(lambda _: self._question_changed())
        self._soon.timeout.connect(self._ask)
        for combo in (self._label, self._odd):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(12)
        self._list.setMinimumHeight(3 * self._list.fontMetrics().lineSpacing())
        self._list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        buttons = line()
        for button in (self._add, self._remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("&Label", self._label)
        form.addRow("O&dd means", self._odd)
        whole = column(self, margin=0)
        whole.addWidget(heading("Corpora"))
        whole.addWidget(self._list, 1)
        whole.addLayout(buttons)
        whole.addLayout(form)

    # --- what is chosen -------------------------------------------------------------------------

    @property
    def question(self) -> Question:
        """The corpora with their label. What a corpus that is open has as its texts is known; others are guessed."""
        chosen = self._list.chosen
        text = self._text if chosen == (self._open,) else ()
        odd = self._odd.currentText().strip()
        return Question(
            tuple(map(Path, chosen)), text, str(self._label.currentData() or ""), None if odd in ("", ANY) else odd
        )

    @property
    def texts(self) -> list[tuple[Path, tuple[str, ...]]]:
        """The corpora with their text columns, which are known of the one that is open; () = guess them."""
        return [(Path(key), self._text if key == self._open else ()) for key in self._list.chosen]

    @property
    def said(self) -> tuple[str, ...]:
        """What would be measured."""
        return () if self._look is None else self._look.said

    @property
    def problem(self) -> str:
        """Why nothing can be measured yet; "" if nothing is in the way."""
        if not self._list.chosen:
            return NO_CORPUS
        return READING if self._look is None else self._look.problem

    def show_corpus(self, state: AppState) -> None:
        """The corpus that is open comes first; the one before it goes."""
        source = None if state.corpus is None else str(Path(state.corpus.source.path).absolute())
        self._text = () if state.corpus is None else state.corpus.roles.text
        if source == self._open:
            return
        before, self._open = self._open, source
        if before is not None:
            self._list.drop(before)
        if source is not None:
            self._forget_label()
            self._list.put(source, f"{Path(source).name} (open)", source, first=True)

    def show_label(self, column: str) -> None:
        """Ask about another column of the corpus that is open, which holds its labels now."""
        if column and self._open in self._list.chosen:
            self._forget_label()
            self._label.addItem(column, column)
            self._label.setCurrentIndex(0)
            self._question_changed()

    def show_question(self, corpora: Sequence[Path], label: str, odd: str | None) -> None:
        """Put back what an earlier benchmark was about."""
        self._forget_label()
        self._label.addItem(label, label)
        self._label.setCurrentIndex(self._label.count() - 1)
        with QSignalBlocker(self._odd):
            self._odd.setEditText(odd or ANY)
        self.tick(corpora)

    def tick(self, corpora: Sequence[Path]) -> None:
        """Choose these corpora and no others."""
        for path in corpora:
            if str(path) not in self._list.keys:
                self._list.put(str(path), path.name, str(path))
        self._list.tick(map(str, corpora))

    # --- asking the files -----------------------------------------------------------------------

    def _question_changed(self) -> None:
        self._look = None
        self._soon.start()
        self._remove.setEnabled(self._list.count() > 0)
        self.changed.emit()

    def _label_changed(self) -> None:
        self._fill_odd(())
        self._question_changed()

    def _ask(self) -> None:
        question = self.question
        if question.corpora:
            self._session.benchmarks.look(question, lambda look: self._show(question, look))

    def _show(self, question: Question, look: Look) -> None:
        if question != self.question:
            return
        self._look = look
        with QSignalBlocker(self._label):
            self._label.clear()
            for name in look.columns:
                self._label.addItem(name, name)
            self._label.setCurrentIndex(self._label.findData(look.label or question.label))
        self._fill_odd(look.values)
        self.changed.emit()

    def _fill_odd(self, values: Sequence[str]) -> None:
        """Other values to choose from; what was written stays, if it is one of them or nothing is known of them."""
        written = self._odd.currentText()
        with QSignalBlocker(self._odd):
            self._odd.clear()
            self._odd.addItems([ANY, *values])
            self._odd.setEditText(written if values and written else ANY)

    def _forget_label(self) -> None:
        with QSignalBlocker(self._label):
            self._label.clear()
        self._fill_odd(())

    # --- files ----------------------------------------------------------------------------------

    def _choose(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Add corpora to the benchmark", "", "All files (*)")
        for name in names:
            path = Path(name).absolute()
            self._list.put(str(path), path.name, str(path))

    def _take_off(self) -> None:
        key = self._list.current_key or next(iter(reversed(self._list.keys)), None)
        if key is not None:
            self._open = None if key == self._open else self._open
            self._list.drop(key)
