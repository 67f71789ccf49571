"""What the colours of an exported map mean, drawn with words that stay words: swatches or a bar, the ring of flags."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QLinearGradient, QPainter, QPen

from explorer.core.report.visible import visible
from explorer.gui.map.colouring import Colouring
from explorer.gui.parts import number, significant
from explorer.gui.theme import Theme
from explorer.gui.widgets.colour_scales import scale_colours
from explorer.gui.widgets.legend import LegendEntry

GAP = 16.0
TEXT_PIXELS = 13
WIDTH = 208.0
"""Of a legend; where there is more room, its lines stay as short."""
SWATCH, BAR = 10.0, 12.0
MOST_WORDS = 2_000
"""Characters of a title, a caption's line or a description."""
STOPS = 17
"""Colours of a scale from which the bar is mixed."""
_SCALE_ROWS = 2


@dataclass(frozen=True)
class ScaleKey:
    """A colour scale: (k, 4) uint8 from low to high, and the words at its low end, its median and its high end."""

    colours: npt.NDArray[np.uint8]
    words: tuple[str, str, str]
    median: float
    """Where the median lies, 0..1; NaN = nowhere."""


@dataclass(frozen=True)
class MapKey:
    """What the marks mean. flagged : how many rows have a ring; None = nothing was scored."""

    title: str = ""
    entries: tuple[LegendEntry, ...] = ()
    scale: ScaleKey | None = None
    note: str = ""
    flagged: int | None = None

    @property
    def empty(self) -> bool:
        return not self.title and not self.entries and self.scale is None and self.flagged is None


def key_of(shown: Colouring, *, flagged: int | None, dark: bool) -> MapKey:
    """The legend's words for a colouring."""
    values = shown.values
    if values is None:
        return MapKey(shown.title, shown.categories, None, shown.note, flagged)
    words = _day if shown.dates else significant
    low, median, high = (words(value) for value in (values.low, values.median, values.high))
    ends = (f"≤ {low}" if values.below else low, median, f"≥ {high}" if values.above else high)
    spread = values.high - values.low
    place = (values.median - values.low) / spread if spread > 0 else math.nan
    missing = f"grey: {number(values.n_missing)} without a value" if values.n_missing else ""
    note = " · ".join(part for part in (shown.note, missing) if part)
    return MapKey(shown.title, (), ScaleKey(scale_colours(dark=dark), ends, place), note, flagged)


def _day(seconds: float) -> str:
    return str(np.datetime64(round(seconds), "s").astype("datetime64[D]")) if math.isfinite(seconds) else ""


class KeyPainter:
    """Draws the legend from top to bottom."""

    def __init__(self, painter: QPainter, key: MapKey, theme: Theme) -> None:
        self._painter = painter
        self._key = key
        self._theme = theme

    def paint(self, place: QRectF) -> None:
        key, top = self._key, place.top()
        if key.title:
            top += self._words(place, top, key.title, self._theme.text, bold=True)
        if key.scale is not None:
            top += self._scale(place, top, key.scale)
        for entry in key.entries:
            top += self._entry(place, top, entry)
        if key.flagged is not None:
            top += self._ring(place, top, key.flagged)
        if key.note:
            self._words(place, top, key.note, self._theme.muted_text)

    def _words(self, place: QRectF, top: float, text: str, colour: str, *, bold: bool = False) -> float:
        height = text_height(text, place.width(), bold=bold)
        write(self._painter, QRectF(place.left(), top, place.width(), height), text, colour, font(bold=bold))
        return height + GAP / 4

    def _scale(self, place: QRectF, top: float, scale: ScaleKey) -> float:
        bar = QRectF(place.left(), top, min(place.width(), WIDTH), BAR)
        self._painter.fillRect(bar, _gradient(scale, bar))
        line = QRectF(bar.left(), bar.bottom() + 4, bar.width(), _row())
        write(self._painter, line, scale.words[0], self._theme.text, font())
        if math.isfinite(scale.median):
            tick = QRectF(bar.left() + scale.median * bar.width() - 0.75, bar.top(), 1.5, BAR + 4)
            self._painter.fillRect(tick.adjusted(-1, 0, 1, 0), QColor(self._theme.background))
            self._painter.fillRect(tick, QColor(self._theme.text))
            write(self._painter, line, scale.words[2], self._theme.text, font(), right=True)
            below = line.translated(0, _row())
            write(self._painter, below, f"median {scale.words[1]}", self._theme.muted_text, font())
        return _SCALE_ROWS * _row() + BAR + 8

    def _entry(self, place: QRectF, top: float, entry: LegendEntry) -> float:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(*entry.rgba))
        self._painter.drawEllipse(self._middle(place, top), SWATCH / 2, SWATCH / 2)
        return self._counted(place, top, entry.name, entry.count)

    def _ring(self, place: QRectF, top: float, count: int) -> float:
        self._painter.setPen(QPen(QColor(self._theme.flag), 2.0))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawEllipse(self._middle(place, top), SWATCH / 2 - 1, SWATCH / 2 - 1)
        return self._counted(place, top, "flagged", count)

    def _middle(self, place: QRectF, top: float) -> QPointF:
        return QPointF(place.left() + SWATCH / 2 + 1, top + _row() / 2)

    def _counted(self, place: QRectF, top: float, name: str, count: int) -> float:
        said = number(count)
        width = QFontMetricsF(font()).horizontalAdvance(said)
        line = QRectF(place.left(), top, min(place.width(), WIDTH), _row())
        words = line.adjusted(SWATCH + 8, 0, -width - 8, 0)
        write(self._painter, words, name, self._theme.text, font(), cut=True)
        write(self._painter, line, said, self._theme.muted_text, font(), right=True)
        return _row()


def _gradient(scale: ScaleKey, bar: QRectF) -> QLinearGradient:
    gradient = QLinearGradient(bar.topLeft(), bar.topRight())
    for share in np.linspace(0, 1, STOPS):
        place = round(float(share) * (len(scale.colours) - 1))
        gradient.setColorAt(float(share), QColor(*scale.colours[place].tolist()))
    return gradient


def key_height(key: MapKey, width: float) -> float:
    rows = len(key.entries) + (key.flagged is not None)
    words = [text_height(key.title, width, bold=True) + GAP / 4] if key.title else []
    words += [text_height(key.note, width) + GAP / 4] if key.note else []
    return rows * _row() + sum(words) + (0.0 if key.scale is None else _SCALE_ROWS * _row() + BAR + 8)


def writable(text: str) -> str:
    """The text on one line without what no SVG may hold, and without what would reorder the words around it."""
    return visible(text, MOST_WORDS)


def write(
    painter: QPainter, place: QRectF, text: str, colour: str, font: QFont, *, cut: bool = False, right: bool = False
) -> None:
    """Words into a place: ``cut`` to one line, else wrapped."""
    lines = "\n".join(map(writable, text.split("\n")))
    said = QFontMetricsF(font).elidedText(lines, Qt.TextElideMode.ElideRight, place.width()) if cut else lines
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, said)


def text_height(text: str, width: float, *, bold: bool = False) -> float:
    room = QRectF(0, 0, width, 10_000)
    return QFontMetricsF(font(bold=bold)).boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).height()


def font(pixels: int = TEXT_PIXELS, *, bold: bool = False) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(pixels)
    font.setBold(bold)
    return font


def _row() -> float:
    return QFontMetricsF(font()).height() + 5
