"""One filter as a chip: its words, whether it is on, whether it is inverted, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QToolButton

from explorer.gui.parts import UNIT, named
from explorer.gui.theme import Theme, current_theme
from explorer.gui.widgets.painting import painted

_MOST_WIDTH = 40 * UNIT
_TICK = 12
_BUTTON = 20
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_KEYS = (Qt.Key.Key_I, Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, *_ENTER)


@dataclass(frozen=True)
class ChipView:
    """What a chip shows. ``name``, where the person gave one, stands in place of ``words``, which the tooltip keeps."""

    words: str
    enabled: bool = True
    inverted: bool = False
    name: str = ""

    @property
    def title(self) -> str:
        return self.name or self.words


class Chip(QAbstractButton):
    """Space or a click switches it on and off, Enter edits, I inverts, F2 renames, Delete removes; the menu has it all.

    It changes nothing by itself: it tells what is wanted and shows what :meth:`set_view` gives.

    Signals
    -------
    toggled_by_hand(), inverted_by_hand(), edited(), removed(), saved()
        What the person wants.
    renamed(str)
        The new name; "" for none.
    """

    toggled_by_hand = Signal()
    inverted_by_hand = Signal()
    edited = Signal()
    renamed = Signal(str)
    removed = Signal()
    saved = Signal()

    def __init__(self, view: ChipView) -> None:
        super().__init__()
        self._view = view
        self._editor: _NameEdit | None = None
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._menu_button = self._small(QToolButton())
        self._menu_button.setArrowType(Qt.ArrowType.DownArrow)
        self._close = self._small(QToolButton())
        self._close.setText("×")
        inside = QHBoxLayout(self)
        inside.setContentsMargins(0, 0, 4, 0)
        inside.setSpacing(0)
        inside.addStretch(1)
        inside.addWidget(self._menu_button)
        inside.addWidget(self._close)
        self.clicked.connect(self.toggled_by_hand)
        self._menu_button.clicked.connect(lambda: self.open_menu(self._menu_button.geometry().bottomLeft()))
        self._close.clicked.connect(self.removed)
        self.set_view(view)

    @property
    def view(self) -> ChipView:
        return self._view

    def set_view(self, view: ChipView) -> None:
        """Show this."""
        self._view = view
        self.setChecked(view.enabled)
        title = f"not {view.title}" if view.inverted else view.title
        named(self, f"Filter: {title}" + ("" if view.enabled else ", off"))
        does = "Click to switch it off" if view.enabled else "Click to switch it on"
        self.setToolTip(f"{'not ' if view.inverted else ''}{view.words}\n{does}")
        named(self._menu_button, f"What to do with the filter {title}", "Edit, rename, invert, disable, remove, save")
        named(self._close, f"Remove the filter {title}", "Remove (Delete)")
        self.updateGeometry()
        self.update()

    def nextCheckState(self) -> None:
        """On or off is decided by :meth:`set_view` alone."""

    def rename(self) -> None:
        """Let the person write a name into the chip: Enter keeps it, Esc does not."""
        editor = self._editor = named(_NameEdit(self._view.title, self), "Name of the filter")
        editor.setGeometry(self.rect().adjusted(2, 2, -2, -2))
        editor.selectAll()
        editor.ended.connect(self._end_rename)
        editor.show()
        editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_menu(self, at: QPoint) -> None:
        """Show the menu at a place of this chip."""
        menu = self.make_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(at))

    def make_menu(self) -> QMenu:
        """All that can be done with this filter."""
        menu = QMenu(self)
        menu.addAction("&Edit…", Qt.Key.Key_Return, self.edited.emit)
        menu.addAction("&Rename…", Qt.Key.Key_F2, self.rename)
        menu.addAction("Do not &invert" if self._view.inverted else "&Invert", Qt.Key.Key_I, self.inverted_by_hand.emit)
        menu.addAction("&Disable" if self._view.enabled else "E&nable", Qt.Key.Key_Space, self.toggled_by_hand.emit)
        menu.addAction("Re&move", Qt.Key.Key_Delete, self.removed.emit)
        menu.addSeparator()
        menu.addAction("&Save as…", self.saved.emit)
        return menu

    # --- keys and events ------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """The chip's keys are its own while it has the focus, whatever they mean in the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_mine(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._is_mine(event):
            return super().keyPressEvent(event)
        if event.key() == Qt.Key.Key_I:
            self.inverted_by_hand.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.rename()
        elif event.key() in _ENTER:
            self.edited.emit()
        else:
            self.removed.emit()
        return None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(event.pos())

    def _is_mine(self, event: QKeyEvent) -> bool:
        return event.key() in _KEYS and event.modifiers() == Qt.KeyboardModifier.NoModifier and self._editor is None

    def _end_rename(self, keep: bool) -> None:
        editor, self._editor = self._editor, None
        if editor is None:
            return
        name = " ".join(editor.text().split())
        if editor.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        editor.deleteLater()
        if keep and name != self._view.title:
            self.renamed.emit("" if name == self._view.words else name)

    # --- painting -------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        words = UNIT + _TICK + UNIT // 2 + self._not_width() + self._metrics().horizontalAdvance(self._view.title)
        buttons = 2 * _BUTTON + UNIT
        return QSize(min(words + buttons, _MOST_WIDTH), max(self.fontMetrics().height() + UNIT, _BUTTON) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(14 * UNIT, self.sizeHint().height())

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_body(painter, theme)
        self._paint_tick(painter, theme)
        left = UNIT + _TICK + UNIT // 2
        room = QRectF(self.rect()).adjusted(left, 0, -(self.width() - self._menu_button.x()), 0)
        if self._view.inverted:
            self._paint_not(painter, theme, room)
            room.adjust(self._not_width(), 0, 0, 0)
        painter.setFont(self._font())
        painter.setPen(QColor(theme.text if self._view.enabled else theme.muted_text))
        words = self._metrics().elidedText(self._view.title, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def _paint_body(self, painter: QPainter, theme: Theme) -> None:
        frame = QColor(theme.accent if self._view.enabled or self.hasFocus() else theme.muted_text)
        pen = QPen(frame, 2.0 if self.hasFocus() else 1.0)
        pen.setStyle(Qt.PenStyle.SolidLine if self._view.enabled else Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(QColor(theme.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), self.height() / 2, self.height() / 2)

    def _paint_tick(self, painter: QPainter, theme: Theme) -> None:
        """A tick where the filter is on, an empty ring where it is off."""
        middle = QPointF(UNIT + _TICK / 2, self.height() / 2)
        if not self._view.enabled:
            painter.setPen(QPen(QColor(theme.muted_text), 1.5))
            painter.drawEllipse(middle, _TICK / 2 - 2, _TICK / 2 - 2)
            return
        painter.setPen(QPen(QColor(theme.accent), 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPolyline([middle + QPointF(-4, 0), middle + QPointF(-1, 3), middle + QPointF(4, -4)])

    def _paint_not(self, painter: QPainter, theme: Theme, room: QRectF) -> None:
        line = self.fontMetrics().height()
        pill = QRectF(room.left(), (self.height() - line) / 2, self._not_width() - UNIT // 2, line)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent if self._view.enabled else theme.muted_text))
        painter.drawRoundedRect(pill, 4, 4)
        painter.setPen(QColor(theme.accent_text if self._view.enabled else theme.surface))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, "not")

    def _not_width(self) -> int:
        return self.fontMetrics().horizontalAdvance("not") + UNIT + UNIT // 2 if self._view.inverted else 0

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setStrikeOut(not self._view.enabled)
        return font

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._font())

    def _small(self, button: QToolButton) -> QToolButton:
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setFixedSize(_BUTTON, _BUTTON)
        return button


class _NameEdit(QLineEdit):
    """A field over the chip; ``ended(bool)``: Enter or leaving it keeps the name, Esc does not."""

    ended = Signal(bool)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.accept()  # no key means anything else while a name is written
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            return self.ended.emit(event.key() != Qt.Key.Key_Escape)
        return super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.ended.emit(True)
