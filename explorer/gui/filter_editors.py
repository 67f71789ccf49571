"""What a filter asks of one column, one editor for each kind of column. They know neither session nor engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import numpy as np
from PySide6.QtCore import QLocale, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QTableView,
    QWidget,
)

from explorer.core.query.predicates import (
    Chip,
    Contains,
    Expression,
    Moments,
    Pattern,
    Phrase,
    Predicate,
    Range,
    Values,
    Words,
)
from explorer.errors import OptionError
from explorer.gui.column_facts import Facts, RangeFacts, ValueFacts
from explorer.gui.item_models.values_model import ValuesModel
from explorer.gui.parts import UNIT, column, counted, labelled, line, named, number, prose
from explorer.gui.tables import dress_table

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


class FilterEditor(QWidget):
    """``changed()``: what is asked is another thing now."""

    changed = Signal()

    def show_facts(self, facts: Facts) -> None:
        """What there is to choose from."""

    def show_predicate(self, predicate: Predicate) -> None:
        """Start from a filter that is there already."""

    def chip(self) -> Chip | None:
        """What is asked; None while nothing is. Raises ``OptionError`` for what makes no sense."""
        raise NotImplementedError


class ValuesEditor(FilterEditor):
    """Values to tick, with a field that finds them; or words that a cell contains.

    Where nearly every cell holds a value of its own, as in a column of sentences, words are asked for first.
    """

    CONTAINS, TICKED = 0, 1

    def __init__(self, name: str) -> None:
        super().__init__()
        self._column = name
        self._wanted = Values(name)
        self._by_hand = False
        self._model = ValuesModel()
        self._way = named(QComboBox(), "How to filter", "By words that a cell contains, or by whole values")
        self._part = named(QLineEdit(), "Contains", "Words that the cell must contain, whatever their case")
        self._look = named(QLineEdit(), "Find a value", "Lists the values that contain this")
        self._list = named(QTableView(), "Values", "Space ticks a value")
        self._words = prose(quiet=True)
        self._pages = QStackedWidget()
        self._build()

    def _build(self) -> None:
        self._way.addItems(["Contains…", "One of these values"])
        self._way.activated.connect(lambda way: self._choose(way, by_hand=True))
        self._part.setPlaceholderText("Part of a cell, in any case")
        self._part.setClearButtonEnabled(True)
        self._part.textChanged.connect(lambda _: self.changed.emit())
        self._look.setPlaceholderText("Find a value")
        self._look.setClearButtonEnabled(True)
        self._look.textChanged.connect(self._model.look_for)
        dress_table(self._list, self._model)  # a list would ask for every row before the first is seen
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._list.horizontalHeader().hide()
        self._list.horizontalHeader().setStretchLastSection(True)
        self._model.dataChanged.connect(lambda *_: self.changed.emit())
        part, ticked = QWidget(), QWidget()
        contains, values = column(part, margin=0), column(ticked, margin=0)
        contains.addWidget(self._part)
        contains.addStretch(1)
        values.addWidget(self._look)
        values.addWidget(self._list, 1)
        values.addLayout(self._buttons())
        for page in (part, ticked):
            self._pages.addWidget(page)
        whole = column(self, margin=0)
        whole.addWidget(self._way)
        whole.addWidget(self._pages, 1)
        self._choose(self.TICKED)

    def _choose(self, way: int, *, by_hand: bool = False) -> None:
        self._by_hand = self._by_hand or by_hand
        self._way.setCurrentIndex(way)
        self._pages.setCurrentIndex(way)
        self.changed.emit()

    def _buttons(self) -> QHBoxLayout:
        below = line()
        for words, name, on in (("&All", "Tick all values listed", True), ("&None", "Untick all values listed", False)):
            button = named(QPushButton(words), name)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, on=on: self._model.tick_listed(on))
            below.addWidget(button)
        below.addWidget(self._words, 1)
        return below

    def show_facts(self, facts: Facts) -> None:
        if not isinstance(facts, ValueFacts):
            return
        self._model.show_facts(facts, self._wanted.values, missing=self._wanted.missing)
        self._words.setText(_values_words(facts))
        if facts.mostly_single and not self._by_hand:
            self._choose(self.CONTAINS)

    def show_predicate(self, predicate: Predicate) -> None:
        if isinstance(predicate, Contains):
            self._part.setText(predicate.text)
            self._choose(self.CONTAINS, by_hand=True)
        elif isinstance(predicate, Values):
            self._wanted = predicate
            self._choose(self.TICKED, by_hand=True)

    def chip(self) -> Chip | None:
        if self._way.currentIndex() == self.CONTAINS:
            part = self._part.text()
            return Chip(Contains(self._column, part)) if part.strip() else None
        values, missing = self._model.values, self._model.missing
        return Chip(Values(self._column, values, missing)) if values or missing else None


class NumbersEditor(FilterEditor):
    """From and to, both included; an empty field is no limit."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._column = name
        self._limits = _Limits()
        self._low, self._high = self._limits.low, self._limits.high
        self._limits.edited.connect(self.changed)
        column(self, margin=0).addWidget(self._limits)

    def show_facts(self, facts: Facts) -> None:
        if isinstance(facts, RangeFacts):
            self._limits.show_facts(facts, "number", _number_words)

    def show_predicate(self, predicate: Predicate) -> None:
        if isinstance(predicate, Range):
            for field, limit in ((self._low, predicate.low), (self._high, predicate.high)):
                field.setText("" if limit is None else _number_words(limit))

    def chip(self) -> Chip | None:
        low, high = _read_number(self._low.text()), _read_number(self._high.text())
        if low is None and high is None:
            return None
        if low is not None and high is not None and low > high:
            raise OptionError("The first number is larger than the second.", "Exchange them.")
        return Chip(Range(self._column, low, high))


class DatesEditor(FilterEditor):
    """From a day (or moment) to another, both included."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._column = name
        self._limits = _Limits()
        self._start, self._end = self._limits.low, self._limits.high
        self._limits.edited.connect(self.changed)
        column(self, margin=0).addWidget(self._limits)

    def show_facts(self, facts: Facts) -> None:
        if isinstance(facts, RangeFacts):
            self._limits.show_facts(facts, "date", _day_words)

    def show_predicate(self, predicate: Predicate) -> None:
        if isinstance(predicate, Moments):
            self._start.setText(predicate.start or "")
            self._end.setText("" if predicate.end is None else _last_words(datetime.fromisoformat(predicate.end)))

    def chip(self) -> Chip | None:
        start, end = _read_moment(self._start.text()), _read_moment(self._end.text())
        if start is None and end is None:
            return None
        if start is not None and end is not None and start > end:
            raise OptionError("The first date is later than the second.", "Exchange them.")
        return Chip(Moments(self._column, _moment_words(start), _moment_words(_after(end))))


class ChoiceEditor(FilterEditor):
    """One of a few filters that are there already, each under its words."""

    def __init__(self, name: str, choices: Sequence[tuple[str, Chip]]) -> None:
        super().__init__()
        self._choices = tuple(choices)
        self._list = named(QListWidget(), name)
        self._list.setSpacing(UNIT // 4)
        for words, _ in self._choices:
            self._list.addItem(QListWidgetItem(words))
        self._list.currentRowChanged.connect(lambda _: self.changed.emit())
        column(self, margin=0).addWidget(self._list)

    def show_predicate(self, predicate: Predicate) -> None:
        for place, (_, chip) in enumerate(self._choices):
            if chip.predicate == predicate:
                self._list.setCurrentRow(place)

    def chip(self) -> Chip | None:
        place = self._list.currentRow()
        return self._choices[place][1] if place >= 0 else None


class TextEditor(FilterEditor):
    """Words, a phrase or a pattern in the text."""

    WAYS = (
        ("All of these words", Words, "query"),
        ("This exact phrase", Phrase, "text"),
        ("A regular expression", Pattern, "regex"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._way = named(QComboBox(), "How to search")
        self._field = named(QLineEdit(), "In the text")
        for words, made, _ in self.WAYS:
            self._way.addItem(words, made)
        self._way.activated.connect(lambda _: self.changed.emit())
        self._field.textChanged.connect(lambda _: self.changed.emit())
        whole = column(self, margin=0)
        for widget in (self._way, self._field):
            whole.addWidget(widget)
        whole.addStretch(1)

    def show_predicate(self, predicate: Predicate) -> None:
        for place, (_, made, field) in enumerate(self.WAYS):
            if type(predicate) is made:
                self._way.setCurrentIndex(place)
                self._field.setText(getattr(predicate, field))

    def chip(self) -> Chip | None:
        text = self._field.text().strip()
        return Chip(self.WAYS[self._way.currentIndex()][1](text)) if text else None


class ExpressionEditor(FilterEditor):
    """A boolean SQL expression; a double click or Enter writes a column's name into it."""

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._field = named(QPlainTextEdit(), "Expression", "SQL that is true for the texts that shall pass")
        self._names = named(QListWidget(), "Columns", "Enter writes the name into the expression")
        self._field.setPlaceholderText("anomaly_score > 0.5 AND length(text) < 40")
        self._field.setTabChangesFocus(True)
        self._field.setMaximumHeight(4 * self._field.fontMetrics().lineSpacing() + 2 * UNIT)
        self._field.textChanged.connect(self.changed)
        for name, kind in columns:
            item = QListWidgetItem(f"{name}  ({kind})", self._names)
            item.setData(Qt.ItemDataRole.UserRole, name)
        self._names.activated.connect(self._insert)
        whole = column(self, margin=0)
        whole.addWidget(self._field)
        whole.addWidget(labelled("C&olumns", self._names))
        whole.addWidget(self._names, 1)

    def _insert(self, index: QModelIndex) -> None:
        name = str(index.data(Qt.ItemDataRole.UserRole))
        quoted = name.replace('"', '""')
        self._field.insertPlainText(name if name.isidentifier() and name.isascii() else f'"{quoted}"')
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_predicate(self, predicate: Predicate) -> None:
        if isinstance(predicate, Expression):
            self._field.setPlainText(predicate.sql)

    def chip(self) -> Chip | None:
        sql = self._field.toPlainText().strip()
        return Chip(Expression(sql)) if sql else None


# --- fields and words ---------------------------------------------------------------------------


class _Limits(QWidget):
    """Two fields and, below them, what the column holds. ``edited()``: one of them has other words."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        form = QFormLayout()
        self.low, self.high = named(QLineEdit(), "From"), named(QLineEdit(), "To")
        for words, field in (("&From", self.low), ("&To", self.high)):
            field.setClearButtonEnabled(True)
            field.textChanged.connect(lambda _: self.edited.emit())
            form.addRow(words, field)
        self._words = prose(quiet=True)
        whole = column(self, margin=0)
        whole.addLayout(form)
        whole.addWidget(self._words)
        whole.addStretch(1)

    def show_facts(self, facts: RangeFacts, noun: str, words: Callable[[float], str]) -> None:
        """The column's own limits, grey in the fields; nothing can be asked of a column without any."""
        missing = f" {counted(facts.missing, 'text has', 'texts have')} none." if facts.missing else ""
        low, high = ("", "") if facts.is_empty else (words(facts.low), words(facts.high))
        if facts.is_empty:
            self._words.setText(f"There is no {noun} in this column.")
        elif low == high:
            self._words.setText(f"Every {noun} in this column is {low}.{missing}")
        else:
            self._words.setText(f"The column goes from {low} to {high}.{missing}")
        for field, limit in ((self.low, low), (self.high, high)):
            field.setPlaceholderText(limit)
            field.setEnabled(not facts.is_empty)


def _values_words(facts: ValueFacts) -> str:
    if not facts.different:
        return "Every cell is empty."
    if len(facts.names) < facts.different:
        return f"The most frequent {number(len(facts.names))} of {counted(facts.different, 'value')}."
    return counted(facts.different, "value")


def _number_words(value: float) -> str:
    return QLocale().toString(value, "g", 10)


def _read_number(text: str) -> float | None:
    """As the locale writes numbers, or as programs do."""
    words = text.strip()
    if not words:
        return None
    value, known = QLocale().toDouble(words)
    if known:
        return value
    try:
        return float(words)
    except ValueError as error:
        raise OptionError(f"{words!r} is no number.", "Write a number like 12.5.") from error


def _read_moment(text: str) -> datetime | None:
    words = text.strip()
    if not words:
        return None
    try:
        return datetime.fromisoformat(words).replace(tzinfo=None)
    except ValueError as error:
        raise OptionError(f"{words!r} is no date.", "Write dates like 2026-10-31.") from error


def _after(end: datetime | None) -> datetime | None:
    """The first moment after a day (second); None where time ends."""
    if end is None or end.year == datetime.max.year:
        return None
    return end + (DAY if _is_day(end) else SECOND)


def _is_day(moment: datetime) -> bool:
    return moment.time() == datetime.min.time()


def _moment_words(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.date().isoformat() if _is_day(moment) else moment.isoformat(" ", "seconds")


def _last_words(end: datetime) -> str:
    """The last day (second) before the end of a filter, as it was written."""
    return _moment_words(end - (DAY if _is_day(end) else SECOND)) or ""


def _day_words(seconds: float) -> str:
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]"))
