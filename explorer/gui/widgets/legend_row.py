"""One line of the legend: a category that can be hidden, isolated and selected."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from explorer.gui.theme import current_theme
from explorer.gui.widgets.painting import painted

_SWATCH = 10
_GAP = 8


class LegendRow(QAbstractButton):
    """A swatch (or the ring of flagged rows), a name that is cut where there is no room, and a count.

    Checked means shown; a row that is hidden has a hollow swatch and its name is struck through. It never checks
    itself: whoever hears what was asked for says what is hidden.

    Signals
    -------
    toggle_asked()
        Clicked, or Space.
    isolate_asked(bool)
        Double-clicked (True; the first click has asked to toggle), or Enter (False).
    select_asked()
        Clicked with Ctrl.
    menu_asked(QPoint)
        A context menu, at a point of the screen.
    step_asked(int)
        The row before (-1) or after (1), by the arrow keys.
    """

    toggle_asked = Signal()
    isolate_asked = Signal(bool)
    select_asked = Signal()
    menu_asked = Signal(object)
    step_asked = Signal(int)

    def __init__(self, *, ring: bool = False) -> None:
        super().__init__()
        self._ring = ring
        self._name = ""
        self._count = ""
        self._colour = QColor()
        self._selects = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if not ring:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCheckable(True)
            self.setChecked(True)
            self.clicked.connect(lambda: self.select_asked.emit() if self._selects else self.toggle_asked.emit())

    def set_entry(self, name: str, count: int, rgba: tuple[int, int, int, int]) -> None:
        self._name, self._count, self._colour = name, self.locale().toString(count), QColor(*rgba)
        self.setAccessibleName(f"{name}, {self._count}")
        self._explain()
        self.updateGeometry()
        self.update()

    def set_hidden(self, hidden: bool) -> None:
        """Whether the rows of this category are hidden."""
        self.setChecked(not hidden)
        self._explain()
        self.update()

    def _explain(self) -> None:
        what = f"{self._name}: {self._count}"
        if not self._ring:
            click = self.tr("Click shows it again") if not self.isChecked() else self.tr("Click hides it")
            keys = self.tr("double-click or Enter shows only it, Ctrl-click selects its texts")
            self.setAccessibleDescription(f"{click}, {keys}.")
            what = f"{what}\n{click}, {keys}."
        self.setToolTip(what)

    def nextCheckState(self) -> None:
        """Stay as it is: see the class."""

    # --- what is asked for ----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._selects = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._selects and not self._ring:
            self.isolate_asked.emit(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._selects = False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.isolate_asked.emit(False)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step_asked.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self._ring:
            self.menu_asked.emit(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    # --- painting -------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        words = metrics.horizontalAdvance(self._name) + metrics.horizontalAdvance(self._count)
        return QSize(_SWATCH + 3 * _GAP + words, metrics.height() + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, self.sizeHint().height())

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        theme = current_theme()
        hidden = self.isCheckable() and not self.isChecked()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_swatch(painter, hollow=hidden)
        metrics = self.fontMetrics()
        count_width = metrics.horizontalAdvance(self._count)
        words = QRectF(self.rect()).adjusted(_SWATCH + _GAP + 2, 0, -count_width - _GAP - 2, 0)
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, int(words.width()))
        centred = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(theme.muted_text if hidden else theme.text))
        font = painter.font()
        font.setStrikeOut(hidden)
        painter.setFont(font)
        painter.drawText(words, centred | Qt.AlignmentFlag.AlignLeft, name)
        font.setStrikeOut(False)
        painter.setFont(font)
        painter.setPen(QColor(theme.muted_text))
        painter.drawText(QRectF(self.rect()).adjusted(0, 0, -2, 0), centred | Qt.AlignmentFlag.AlignRight, self._count)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 3, 3)

    def _paint_swatch(self, painter: QPainter, *, hollow: bool) -> None:
        middle = QPointF(2 + _SWATCH / 2, self.height() / 2)
        if self._ring:
            painter.setPen(QPen(QColor(current_theme().flag), 2.0))
            painter.drawEllipse(middle, _SWATCH / 2 - 1, _SWATCH / 2 - 1)
            return
        if hollow:
            painter.setPen(QPen(self._colour, 1.5))
            painter.drawEllipse(middle, _SWATCH / 2 - 0.75, _SWATCH / 2 - 0.75)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawEllipse(middle, _SWATCH / 2, _SWATCH / 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
