"""What the colours of the map mean: names with their colours and counts, or a bar with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.gui.theme import current_theme

_SWATCH = 10
_GAP = 8
_BAR_HEIGHT = 12


@dataclass(frozen=True)
class LegendEntry:
    """One category: its name, how many rows have it and its colour (red, green, blue, alpha)."""

    name: str
    count: int
    rgba: tuple[int, int, int, int]


class Legend(QWidget):
    """A title and either categories or a colour scale, and how flagged rows are marked.

    Signals
    -------
    category_clicked(int)
        The entry at this place was clicked, or pressed by Space.
    """

    category_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Legend"))
        self._title = QLabel()
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setWordWrap(True)
        self._note = QLabel()
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setWordWrap(True)
        self._note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._bar = _ScaleBar()
        self._flagged = _CategoryRow(ring=True)
        self._flagged.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._flagged.setEnabled(False)
        self._rows: list[_CategoryRow] = []
        self._categories = QVBoxLayout()
        self._categories.setSpacing(0)
        self._lay_out()
        self.clear()

    def set_categories(self, title: str, entries: Sequence[LegendEntry]) -> None:
        """Show categories, in the order given."""
        self._show(title, note="", bar=False)
        while len(self._rows) > len(entries):
            self._remove_last_row()
        while len(self._rows) < len(entries):
            self._add_row()
        for row, entry in zip(self._rows, entries, strict=True):
            row.set_entry(entry.name, entry.count, entry.rgba)

    def set_scale(
        self,
        title: str,
        colours: npt.NDArray[np.uint8],
        low: float,
        median: float,
        high: float,
        *,
        beyond: tuple[bool, bool] = (False, False),
        words: Callable[[float], str] | None = None,
        note: str = "",
    ) -> None:
        """Show a colour scale.

        Parameters
        ----------
        title : str
            What is measured, with its unit.
        colours : (k, 4) uint8 array
            The scale from low to high.
        low, median, high : float
            Values at the ends of the scale and the median of all; NaN where there is no value.
        beyond : (bool, bool)
            Whether there are values below the low and above the high end, which then have the colours of the ends.
        words : function
            How a value is written, where it is not a plain number.
        note : str
            How to read it, such as "higher = stranger".
        """
        self._drop_rows()
        self._show(title, note=note, bar=True)
        self._bar.set_scale(colours, (low, median, high), beyond, words)

    def set_flagged_count(self, count: int | None) -> None:
        """Say what the ring means and how many rows have it; None where nothing has been scored."""
        self._flagged.setVisible(count is not None)
        if count is not None:
            self._flagged.set_entry(self.tr("flagged"), count, (0, 0, 0, 0))

    def clear(self) -> None:
        """Show nothing."""
        self._drop_rows()
        self._show("", note="", bar=False)
        self.set_flagged_count(None)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_GAP, _GAP, _GAP, _GAP)
        layout.setSpacing(4)
        layout.addWidget(self._title)
        layout.addWidget(self._bar)
        layout.addWidget(self._note)
        layout.addLayout(self._categories)
        layout.addWidget(self._flagged)
        layout.addStretch(1)

    def _show(self, title: str, *, note: str, bar: bool) -> None:
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._bar.setVisible(bar)

    def _add_row(self) -> None:
        row = _CategoryRow()
        place = len(self._rows)
        row.clicked.connect(lambda: self.category_clicked.emit(place))
        self._rows.append(row)
        self._categories.addWidget(row)

    def _remove_last_row(self) -> None:
        row = self._rows.pop()
        self._categories.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _drop_rows(self) -> None:
        while self._rows:
            self._remove_last_row()


class _CategoryRow(QAbstractButton):
    """A swatch (or the ring of flagged rows), a name that is cut where there is no room, and a count."""

    def __init__(self, *, ring: bool = False) -> None:
        super().__init__()
        self._ring = ring
        self._name = ""
        self._count = ""
        self._colour = QColor()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_entry(self, name: str, count: int, rgba: tuple[int, int, int, int]) -> None:
        self._name, self._count, self._colour = name, self.locale().toString(count), QColor(*rgba)
        self.setAccessibleName(f"{name}, {self._count}")
        self.setToolTip(f"{name}: {self._count}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        words = metrics.horizontalAdvance(self._name) + metrics.horizontalAdvance(self._count)
        return QSize(_SWATCH + 3 * _GAP + words, metrics.height() + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_swatch(painter)
        metrics = self.fontMetrics()
        count_width = metrics.horizontalAdvance(self._count)
        words = QRectF(self.rect()).adjusted(_SWATCH + _GAP + 2, 0, -count_width - _GAP - 2, 0)
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, int(words.width()))
        centred = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(theme.text))
        painter.drawText(words, centred | Qt.AlignmentFlag.AlignLeft, name)
        painter.setPen(QColor(theme.muted_text))
        painter.drawText(QRectF(self.rect()).adjusted(0, 0, -2, 0), centred | Qt.AlignmentFlag.AlignRight, self._count)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 3, 3)
        painter.end()

    def _paint_swatch(self, painter: QPainter) -> None:
        middle = QPointF(2 + _SWATCH / 2, self.height() / 2)
        if self._ring:
            painter.setPen(QPen(QColor(current_theme().flag), 2.0))
            painter.drawEllipse(middle, _SWATCH / 2 - 1, _SWATCH / 2 - 1)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawEllipse(middle, _SWATCH / 2, _SWATCH / 2)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)


class _ScaleBar(QWidget):
    """A bar of the scale's colours with the values at its ends and a tick at the median below it."""

    def __init__(self) -> None:
        super().__init__()
        self._colours = np.zeros((1, 4), np.uint8)
        self._values = (np.nan, np.nan, np.nan)
        self._words = ("", "", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_scale(
        self,
        colours: npt.NDArray[np.uint8],
        values: tuple[float, float, float],
        beyond: tuple[bool, bool],
        words: Callable[[float], str] | None,
    ) -> None:
        self._colours = np.ascontiguousarray(colours, np.uint8)
        self._values = values
        low, median, high = (self._number(value) if words is None else words(value) for value in values)
        self._words = (f"≤ {low}" if beyond[0] else low, median, f"≥ {high}" if beyond[1] else high)
        self.setAccessibleName(self.tr("Scale from {0} to {2}, median {1}").format(*self._words))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, _BAR_HEIGHT + 4 + self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        image = QImage(self._colours.data, len(self._colours), 1, self._colours.nbytes, QImage.Format.Format_RGBA8888)
        painter.drawImage(QRectF(0, 0, self.width(), _BAR_HEIGHT), image)
        painter.setPen(QColor(theme.border))
        painter.drawRect(QRectF(0.5, 0.5, self.width() - 1, _BAR_HEIGHT - 1))
        painter.setPen(QColor(theme.text))
        self._paint_numbers(painter)
        painter.end()

    def _paint_numbers(self, painter: QPainter) -> None:
        low, median, high = self._values
        if not np.isfinite(low):
            painter.drawText(self._line(), Qt.AlignmentFlag.AlignLeft, self.tr("no values"))
            return
        painter.drawText(self._line(), Qt.AlignmentFlag.AlignLeft, self._words[0])
        if not high > low:
            return
        painter.drawText(self._line(), Qt.AlignmentFlag.AlignRight, self._words[2])
        x = round((median - low) / (high - low) * (self.width() - 1))
        painter.fillRect(x - 1, 0, 3, _BAR_HEIGHT + 4, QColor(current_theme().surface))
        painter.fillRect(x, 0, 1, _BAR_HEIGHT + 4, QColor(current_theme().text))
        self._paint_median(painter, self._words[1], x)

    def _paint_median(self, painter: QPainter, words: str, x: int) -> None:
        """The median's number under its tick, if the numbers of the ends leave room for it."""
        metrics = self.fontMetrics()
        for text in (self.tr("median {0}").format(words), words):
            width = metrics.horizontalAdvance(text)
            free_left = metrics.horizontalAdvance(self._words[0]) + _GAP
            free_right = self.width() - metrics.horizontalAdvance(self._words[2]) - _GAP - width
            if free_left <= free_right:
                left = min(max(x - width / 2, free_left), free_right)
                painter.drawText(QPointF(left, self._line().top() + metrics.ascent()), text)
                return

    def _line(self) -> QRectF:
        return QRectF(0, _BAR_HEIGHT + 4, self.width(), self.fontMetrics().height() + 2)

    def _number(self, value: float) -> str:
        return self.locale().toString(float(value), "g", 3)
