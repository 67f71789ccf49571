"""One line to search with: what, how, how many were found, and the way from match to match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStyle,
    QToolButton,
    QWidget,
)

from explorer.gui.parts import UNIT, counted, line, named, number
from explorer.gui.theme import current_theme
from explorer.gui.widgets.announce import announce

Mode = Literal["words", "phrase", "regex", "meaning"]
MODES: tuple[Mode, ...] = ("words", "phrase", "regex", "meaning")
_LABELS = {"words": "Words", "phrase": "“Phrase”", "regex": ".* Regex", "meaning": "Meaning"}
_HINTS = {
    "words": "Words that a text must contain",
    "phrase": "Exact phrase",
    "regex": "Regular expression",
    "meaning": "What the texts should be about, then Enter",
}
_TIPS = {
    "words": "Texts that contain all of the words, in any order",
    "phrase": "Texts that contain exactly this, blanks and all",
    "regex": "Texts in which a regular expression matches",
    "meaning": "Texts that mean something similar, by the same model as the map",
}
_QUIET_MS = 250
_ERROR_WIDTH = 72 * UNIT


class SearchBox(QWidget):
    """A field, a mode, a count and buttons. Words, phrases and expressions are searched for while they are written.

    Enter searches at once, or goes to the next match where nothing has changed; Esc empties the field.

    Signals
    -------
    searched(str, str)
        Text and mode, after 250 ms of quiet or Enter; by meaning only after Enter. The text is "" when the field was
        emptied.
    next_requested(), previous_requested()
        To the next or the previous match.
    filter_requested(str, str)
        Text and mode shall become a filter.
    mode_chosen(str)
        The person wants to search in this way from now on.
    meaning_wanted()
        The person is about to search by meaning: the field has the focus in that mode.
    """

    searched = Signal(str, str)
    next_requested = Signal()
    previous_requested = Signal()
    filter_requested = Signal(str, str)
    mode_chosen = Signal(str)
    meaning_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told: tuple[str, Mode] = ("", "words")
        self._mode = named(QComboBox(), "How to search")
        self._field = named(QLineEdit(), "Search the texts")
        self._busy = named(QProgressBar(), "Searching")
        self._count = named(QLabel(), "Matches")
        self._previous = named(QToolButton(), "Previous match")
        self._next = named(QToolButton(), "Next match")
        self._filter = named(QPushButton("Make it a filter"), "Make the search a filter", "Show only the texts found")
        self._icon, self._error = QLabel(), QLabel()
        self._history = QStringListModel(self)
        self._quiet = QTimer(self)
        self._build()
        self._show_mode()
        self.set_count(None)
        self.set_error("")
        self.set_busy(False)

    def _build(self) -> None:
        for place, mode in enumerate(MODES):
            self._mode.addItem(_LABELS[mode], mode)
            self._mode.setItemData(place, _TIPS[mode], Qt.ItemDataRole.ToolTipRole)
        self._mode.activated.connect(self._change_mode)
        self._field.setClearButtonEnabled(True)
        self._field.setMinimumWidth(16 * UNIT)
        self._field.textChanged.connect(self._change_text)
        self._field.setCompleter(self._completer())
        self._field.installEventFilter(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self._tell)
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedSize(5 * UNIT, UNIT)
        policy = self._busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when a search begins
        self._busy.setSizePolicy(policy)
        self._previous.setArrowType(Qt.ArrowType.UpArrow)
        self._next.setArrowType(Qt.ArrowType.DownArrow)
        self._previous.clicked.connect(lambda: self.previous_requested.emit())
        self._next.clicked.connect(lambda: self.next_requested.emit())
        self._filter.clicked.connect(lambda: self.filter_requested.emit(self.text, self.mode))
        self._lay_out()

    def _lay_out(self) -> None:
        size = self.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
        icon = self.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning)
        self._icon.setPixmap(icon.pixmap(size, size))
        self._error.setTextFormat(Qt.TextFormat.PlainText)
        self._error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._error.setMaximumWidth(_ERROR_WIDTH)
        self._error.setForegroundRole(QPalette.ColorRole.WindowText)  # a tool bar has another one
        top = line(self)
        # What comes and goes takes room from the field, at its end: nothing else moves.
        for widget in (self._mode, self._field, self._icon, self._error, self._busy, self._count):
            top.addWidget(widget, 1 if widget is self._field else 0)
        for widget in (self._previous, self._next, self._filter):
            top.addWidget(widget)

    def _completer(self) -> QCompleter:
        completer = QCompleter(self._history, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        # The list of older searches takes Enter for itself; the field holds the choice only after this signal.
        completer.activated.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        return completer

    # --- what the owner gives -------------------------------------------------------------------------

    @property
    def steppers(self) -> tuple[QToolButton, QToolButton]:
        """The buttons to the match before and to the next one."""
        return self._previous, self._next

    @property
    def text(self) -> str:
        return self._field.text().strip()

    @property
    def mode(self) -> Mode:
        return MODES[self._mode.currentIndex()]

    @property
    def field(self) -> QLineEdit:
        """The field, for tab order."""
        return self._field

    def set_mode(self, mode: Mode) -> None:
        """Search in this way, without a signal."""
        self._mode.setCurrentIndex(MODES.index(mode))
        self._show_mode()

    def set_search(self, text: str, mode: Mode) -> None:
        """Show another search without a signal; one that is being written stays."""
        if self._quiet.isActive() or (text.strip(), mode) == (self.text, self.mode):
            return
        self._told = (text.strip(), mode)
        self._mode.setCurrentIndex(MODES.index(mode))
        self._field.setText(text)
        self._quiet.stop()
        self._show_mode()

    def set_count(self, found: int | None, total: int = 0) -> None:
        """Say that ``found`` of ``total`` texts match; None where nothing is searched for."""
        words = "" if found is None else f"{number(found)} of {counted(total, 'text')}"
        self._count.setText(words)
        self._count.setVisible(bool(words))
        self._count.setAccessibleName(words or "Matches")
        for button in (self._previous, self._next):
            button.setEnabled(bool(found))
        self._filter.setEnabled(found is not None)
        announce(self._count, words)

    def set_error(self, words: str) -> None:
        """Say beside the field what is wrong with the search; "" for nothing."""
        self._error.setText(self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, _ERROR_WIDTH))
        self._error.setToolTip(words)
        self._error.setAccessibleName(words)
        self._field.setAccessibleDescription(words or _TIPS[self.mode])
        for widget in (self._icon, self._error):
            widget.setVisible(bool(words))
        self._colour()
        announce(self._error, words)

    def set_busy(self, busy: bool, words: str = "") -> None:
        """Show that a search is under way, and in words what it waits for."""
        self._busy.setVisible(busy)
        if words:
            self._count.setText(words)
            self._count.setAccessibleName(words)
            self._count.show()
            announce(self._count, words)

    def set_history(self, queries: Sequence[str]) -> None:
        """Searches that the field offers to write again, the latest first."""
        self._history.setStringList(list(queries))

    def set_mode_available(self, mode: Mode, available: bool, why: str = "") -> None:
        """Offer a mode, or grey it and say in its tooltip why it is not there."""
        item = self._mode.model().item(MODES.index(mode))  # type: ignore[attr-defined]
        item.setEnabled(available)
        item.setToolTip(_TIPS[mode] if available else why)

    def start(self, mode: Mode | None = None) -> None:
        """Give the field the focus, its text selected so that typing replaces it."""
        if mode is not None and mode != self.mode:
            self._mode.setCurrentIndex(MODES.index(mode))
            self._change_mode()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    # --- what the person does -------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Keys that the box itself answers are not the window's while it has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._answers(event):
            event.accept()
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self._prepare()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._answers(event):
            return super().keyPressEvent(event)
        if event.key() == Qt.Key.Key_Escape:
            self._field.clear()
        else:
            self._enter()
        return None

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()
        super().changeEvent(event)

    def _answers(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            return bool(self._field.text())
        return self._field.hasFocus() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)

    def _enter(self) -> None:
        if self._told == (self.text, self.mode) and self.text:
            self._next.click()
        else:
            self._tell()

    def _change_text(self) -> None:
        if not self.text:
            self._tell()
        elif self.mode != "meaning":
            self._quiet.start()

    def _change_mode(self) -> None:
        self._show_mode()
        self.set_error("")
        self.mode_chosen.emit(self.mode)
        self._prepare()
        if self.text and self.mode != "meaning":
            self._tell()

    def _prepare(self) -> None:
        """By meaning a question takes time to prepare for: say at once that there will be one."""
        if self.mode == "meaning":
            self.meaning_wanted.emit()

    def _show_mode(self) -> None:
        self._field.setPlaceholderText(_HINTS[self.mode])
        named(self._mode, "How to search", _TIPS[self.mode])
        self._field.setAccessibleDescription(_TIPS[self.mode])

    def _tell(self) -> None:
        self._quiet.stop()
        if self._told != (self.text, self.mode):
            self._told = (self.text, self.mode)
            self.searched.emit(*self._told)

    def _colour(self) -> None:
        palette = QPalette(self._error.palette())
        wanted = QColor(current_theme().flag)
        if palette.color(QPalette.ColorRole.WindowText) != wanted:
            palette.setColor(QPalette.ColorRole.WindowText, wanted)
            self._error.setPalette(palette)
