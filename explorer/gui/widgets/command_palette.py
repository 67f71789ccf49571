"""Every action of the window by words of its name: a field and a list that lie over the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from explorer.gui.parts import UNIT, column, named
from explorer.gui.theme import current_theme
from explorer.gui.widgets.announce import announce
from explorer.gui.widgets.card import Card
from explorer.gui.widgets.painting import painted_cell
from explorer.gui.widgets.word_match import fit

_WIDTH = 80 * UNIT
_LINES = 12
_REMEMBERED = 20
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _LINES - 1, Qt.Key.Key_PageUp: 1 - _LINES}
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class PaletteEntry:
    """One action: a name that stays the same, its words, its keys, its menu, whether it can run now, and the deed."""

    name: str
    words: str
    run: Callable[[], None]
    keys: str = ""
    where: str = ""
    enabled: bool = True


@dataclass(frozen=True)
class Found:
    """An entry that fits what was typed, and the places of the typed letters in its words."""

    entry: PaletteEntry
    places: tuple[int, ...]


def find(query: str, entries: Sequence[PaletteEntry], recent: Sequence[str]) -> list[Found]:
    """The entries that fit, best first; of those that fit equally the ones that can run, then as they were used last.

    Every word typed must fit an entry's words or the beginning of a word of its menu: "file", "exp file".
    """
    age = {name: place for place, name in enumerate(recent)}
    ranked = []
    for place, entry in enumerate(entries):
        found = fit(query, entry.words, entry.where)
        if found is not None:
            rank = (-found.score, not entry.enabled, age.get(entry.name, len(age)), place)
            ranked.append((rank, Found(entry, found.places)))
    return [found for _, found in sorted(ranked, key=lambda pair: pair[0])]


class CommandPalette(Card):
    """Lies over the top of its window while it is open; arrows choose, Enter runs, Esc and a click beside it close.

    Signals
    -------
    ran(str)
        The action of this name was run, after the palette has closed and before the action begins.
    """

    ran = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._entries: list[PaletteEntry] = []
        self._recent: list[str] = []
        self._before: QWidget | None = None
        self._field = named(QLineEdit(), "Command", "Words of a command, or how they begin; arrows choose, Enter runs")
        self._list = named(QListView(), "Commands")
        self._none = QLabel("No command has these words.")
        self._model = _FoundModel(self)
        self._build()
        self.hide()

    def _build(self) -> None:
        self.setAccessibleName("Command palette")
        self.setFocusProxy(self._field)
        self._field.setPlaceholderText("Type a command")
        self._field.installEventFilter(self)
        self._field.textChanged.connect(self._search)
        self._list.setModel(self._model)
        self._list.setItemDelegate(_FoundDelegate(self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformItemSizes(True)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.clicked.connect(self._run)
        self._list.selectionModel().currentChanged.connect(self._say)
        self._none.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._none.setMargin(UNIT)
        whole = column(self)
        for widget in (self._field, self._list, self._none):
            whole.addWidget(widget)

    @property
    def recent(self) -> tuple[str, ...]:
        """Names of the actions that were run, the last one first, to be kept for the next start."""
        return tuple(self._recent)

    def set_recent(self, names: Sequence[str]) -> None:
        """What was run before, the last one first."""
        self._recent = list(dict.fromkeys(names))[:_REMEMBERED]

    def show_entries(self, entries: Sequence[PaletteEntry]) -> None:
        """Open with these actions; again while it is open: close."""
        if self.isVisible():
            self.close_palette()
            return
        self._entries = list(entries)
        self._before = QApplication.focusWidget()
        self._field.clear()
        self._search("")
        self._window.installEventFilter(self)
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_palette(self) -> None:
        """Close, and give the focus back to where it was."""
        if not self.isVisible():
            return
        before, self._before = self._before, None
        had_focus = self._field.hasFocus()
        self._window.removeEventFilter(self)
        self.hide()
        if before is not None and had_focus:
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field:
            return self._field_event(event)
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _field_event(self, event: QEvent) -> bool:
        """True for what the palette has dealt with."""
        if event.type() == QEvent.Type.FocusOut:
            self.close_palette()
        if not isinstance(event, QKeyEvent) or event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return False
        key = Qt.Key(event.key())
        if key not in (*_MOVES, *_ENTERS, Qt.Key.Key_Escape):
            return False
        if event.type() == QEvent.Type.KeyPress:
            self._answer(key)
        event.accept()
        return True

    def _answer(self, key: Qt.Key) -> None:
        if key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in _ENTERS:
            self._run(self._list.currentIndex())
        elif self._model.rowCount():
            row, last = self._list.currentIndex().row() + _MOVES[key], self._model.rowCount() - 1
            around = last if row < 0 else 0
            inside = min(max(row, 0), last)
            self._choose(around if abs(_MOVES[key]) == 1 and not 0 <= row <= last else inside)

    def _search(self, query: str) -> None:
        self._model.show(find(query, self._entries, self._recent))
        found = self._model.rowCount()
        self._list.setVisible(found > 0)
        self._none.setVisible(not found)
        self._choose(0)
        self._place()

    def _choose(self, row: int) -> None:
        self._list.setCurrentIndex(self._model.index(row))
        self._say()

    def _say(self) -> None:
        """The focus stays in the field, so what is chosen in the list must be said."""
        words = self._list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole) or self._none.text()
        self._field.setAccessibleDescription(words)
        announce(self._field, words)

    def _run(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        entry = self._model.found(index).entry
        if not entry.enabled:
            announce(self._field, f"{entry.words} is not available now")
            return
        self.set_recent([entry.name, *self._recent])
        self.close_palette()
        self.ran.emit(entry.name)
        entry.run()

    def _place(self) -> None:
        window = self._window
        lines = min(max(self._model.rowCount(), 1), _LINES)
        self._list.setFixedHeight(lines * max(self._list.sizeHintForRow(0), 0))
        width = min(_WIDTH, window.width() - 4 * UNIT)
        height = min(self.sizeHint().height(), window.height() - 2 * UNIT)
        self.setGeometry(QRect((window.width() - width) // 2, UNIT, width, height))


_NOWHERE = QModelIndex()


class _FoundModel(QAbstractListModel):
    """The entries that fit, as a list."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._found: list[Found] = []

    def show(self, found: list[Found]) -> None:
        self.beginResetModel()
        self._found = found
        self.endResetModel()

    def found(self, index: Index) -> Found:
        return self._found[index.row()]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self._found[index.row()].entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.words
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            state = "" if entry.enabled else "not available now"
            return ", ".join(part for part in (entry.words, entry.where, entry.keys, state) if part)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Those that cannot run now can be chosen too, so that a person finds out that they exist."""
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled


class _FoundDelegate(QStyledItemDelegate):
    """Words with the typed letters in bold, the menu in the quiet colour, the keys at the end of the line."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(20 * UNIT, option.fontMetrics.height() + UNIT)

    @painted_cell
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found = index.model().found(index)  # type: ignore[attr-defined]
        theme = current_theme()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(option.rect, QColor(theme.accent))
        quiet = QColor(theme.accent_text if chosen else theme.muted_text)
        strong = QColor(theme.accent_text if chosen else theme.text) if found.entry.enabled else quiet
        room = option.rect.adjusted(UNIT, 0, -UNIT, 0)
        metrics = QFontMetrics(option.font)
        painter.setPen(quiet)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, found.entry.keys)
        room.setRight(room.right() - metrics.horizontalAdvance(found.entry.keys) - UNIT)
        painter.setPen(strong)
        left = _draw_words(painter, room, found, option.font)
        room.setLeft(left + 2 * UNIT)
        after = found.entry.where if found.entry.enabled else f"{found.entry.where} · not available now".lstrip(" ·")
        painter.setFont(option.font)
        painter.setPen(quiet)
        words = metrics.elidedText(after, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


def _draw_words(painter: QPainter, room: QRect, found: Found, font: QFont) -> int:
    """Draw the words run by run, the found letters bold; the pixel after the last."""
    bold = QFont(font)
    bold.setBold(True)
    left = room.left()
    for words, is_found in _runs(found.entry.words, found.places):
        painter.setFont(bold if is_found else font)
        painter.drawText(
            QRect(left, room.top(), room.right() - left, room.height()),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            words,
        )
        left += painter.fontMetrics().horizontalAdvance(words)
    return left


def _runs(words: str, places: tuple[int, ...]) -> list[tuple[str, bool]]:
    """The words cut where found letters begin and end."""
    runs: list[tuple[str, bool]] = []
    marked = set(places)
    for place, letter in enumerate(words):
        if runs and runs[-1][1] == (place in marked):
            runs[-1] = (runs[-1][0] + letter, runs[-1][1])
        else:
            runs.append((letter, place in marked))
    return runs
