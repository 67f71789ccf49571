"""The names of regions, written over the map: no two overlap, none flickers, each can be clicked."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QStaticText

from explorer.gui.theme import Theme
from explorer.gui.widgets.map.camera import Camera
from explorer.gui.widgets.map.crowds import Crowds
from explorer.gui.widgets.map.label_places import NamedPlaces, RegionPlace, first_scales, level_zooms
from explorer.gui.widgets.map.label_spots import free_spots

_Numbers = npt.NDArray[np.float64]

_LARGER = 1.1
_WIDEST = 200.0
_MOST_WORDS = 3
_HALO = 2.0
_MARGIN = 3.0
_GAP = (10.0, 2.0)
"""Pixels that two names keep between them at least, side by side and one above the other."""

_STEP = 1.25
"""Windows of about one size have the same names at the same scale, so that dragging an edge costs nothing."""
_AROUND = [
    (np.cos(turn) * far, np.sin(turn) * far)
    for far, many in ((_HALO, 16), (_HALO / 2, 8))
    for turn in np.linspace(0.0, 2.0 * np.pi, many, endpoint=False)
]


class RegionLabels:
    """Paints names over a map and knows where they are.

    Which names are seen follows from the scale alone, so that panning moves them and nothing else. A name cut by the
    edge of the window is moved inside, unless another one is there.
    """

    def __init__(self) -> None:
        self._places: tuple[RegionPlace, ...] = ()
        self._crowds: Crowds | None = None
        self._active: RegionPlace | None = None
        self._shown: list[tuple[RegionPlace, QRectF]] = []
        self._forget()

    def set_regions(self, named: NamedPlaces) -> None:
        """Regions in order of importance, as ``place_regions`` gives them; none to clear."""
        self._places, self._crowds = named.places, named.crowds
        self._xy = np.array([(place.x, place.y) for place in self._places], np.float64).reshape(-1, 2)
        self._active = None
        self._shown = []
        self._forget()

    def set_active(self, place: RegionPlace | None) -> bool:
        """Underline one name, such as the one under the pointer; returns whether that changes the picture."""
        changed = place != self._active
        self._active = place
        return changed

    @property
    def shown(self) -> tuple[tuple[RegionPlace, QRectF], ...]:
        """The names painted last and their boxes in pixels."""
        return tuple(self._shown)

    def hit(self, x: float, y: float) -> RegionPlace | None:
        """The region whose name is at a pixel."""
        return next((place for place, box in self._shown if box.contains(x, y)), None)

    def paint(self, painter: QPainter, camera: Camera, theme: Theme) -> None:
        """Write the names that fit this view, in the painter's font and two sizes of it."""
        self._shown = []
        if not self._places:
            return
        self._prepare(painter.font(), camera)
        look = (theme.text, theme.surface, painter.device().devicePixelRatioF())
        if look != self._look:
            self._look, self._pixmaps = look, {}
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for index, box in self._boxes(camera):
            self._shown.append((self._places[index], box))
            painter.drawPixmap(box.topLeft(), self._pixmap(index))
        self._underline(painter, theme)
        painter.restore()

    # --- what is seen ---------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._font = ""
        self._frame: object = None
        self._look: tuple[str, str, float] = ("", "", 0.0)
        self._pixmaps: dict[int, QPixmap] = {}

    def _prepare(self, font: QFont, camera: Camera) -> None:
        """Set the texts in this font, and find the scales at which each is seen in a window of this size."""
        if font.toString() != self._font:
            self._forget()
            self._font = font.toString()
            self._fonts = [_font_of(font, level) for level in range(3)]
            metrics = [QFontMetricsF(own) for own in self._fonts]
            self._texts = [label_text(place.words, metrics[min(place.level, 2)]) for place in self._places]
            self._sizes = 2 * _MARGIN + np.array(
                [
                    (metrics[min(place.level, 2)].horizontalAdvance(text), metrics[min(place.level, 2)].height())
                    for place, text in zip(self._places, self._texts, strict=True)
                ]
            )
        frame = (_stepped(camera.unit), _stepped(camera.width * camera.height))
        if frame != self._frame:
            self._frame = frame
            self._fit(*frame)

    def _fit(self, unit: float, area: float) -> None:
        """Find where each name stands beside its region, and the scales from and up to which it is seen."""
        starts, ends = level_zooms(self._places, area)
        levels = np.array([place.level for place in self._places])
        first, self._last = np.array(starts)[levels] * unit, np.array(ends)[levels] * unit
        crowds = self._crowds or Crowds.of(np.empty((0, 2)), np.empty(0, np.int64))
        self._spots = free_spots(self._xy, self._sizes + _GAP, levels, first, crowds)
        self._first = first_scales(self._xy, self._spots, self._sizes + _GAP, levels, first, self._last)

    def _in_sight(self, camera: Camera) -> npt.NDArray[np.int64]:
        """Names that this scale has and whose regions' middles are in the window, most important first."""
        seen = (self._first <= camera.scale) & (camera.scale < self._last)
        across, along = camera.width / 2 / camera.scale, camera.height / 2 / camera.scale
        seen &= np.abs(self._xy[:, 0] - camera.x) <= across
        seen &= np.abs(self._xy[:, 1] - camera.y) <= along
        return np.flatnonzero(seen)

    def _boxes(self, camera: Camera) -> list[tuple[int, QRectF]]:
        """Where names stand, on whole pixels: first those that lie in the window, then those that are moved into it."""
        window = QRectF(0, 0, camera.width, camera.height)
        wanted = [(index, self._box(index, camera)) for index in self._in_sight(camera).tolist()]
        standing = [(index, box) for index, box in wanted if window.contains(box)]
        for index, box in wanted:
            if not window.contains(box):
                box.moveLeft(max(0, min(box.left(), int(camera.width - box.width()))))
                box.moveTop(max(0, min(box.top(), int(camera.height - box.height()))))
                if not any(box.intersects(other) for _, other in standing):
                    standing.append((index, box))
        return standing

    def _box(self, index: int, camera: Camera) -> QRectF:
        width, height = self._sizes[index].tolist()
        x, y = camera.to_pixel(*self._xy[index].tolist())
        aside, up = self._spots[index].tolist()
        return QRectF(round(x + aside - width / 2), round(y - up - height / 2), width, height)

    # --- how it looks ---------------------------------------------------------------------------------

    def _pixmap(self, index: int) -> QPixmap:
        if index not in self._pixmaps:
            font = self._fonts[min(self._places[index].level, 2)]
            self._pixmaps[index] = _with_halo(self._texts[index], font, *self._look)
        return self._pixmaps[index]

    def _underline(self, painter: QPainter, theme: Theme) -> None:
        for place, box in self._shown:
            if place == self._active:
                painter.setPen(QPen(QColor(theme.accent), 2.0))
                line = box.adjusted(_MARGIN, 0, -_MARGIN, -1)
                painter.drawLine(line.bottomLeft(), line.bottomRight())


def _stepped(value: float) -> float:
    """The nearest power of ``_STEP``."""
    return _STEP ** round(math.log(max(value, 1e-300), _STEP))


def _font_of(font: QFont, level: int) -> QFont:
    """The coarsest level larger and heavier, the next heavier, finer ones as they are."""
    own = QFont(font)
    if level == 0:
        size = font.pointSizeF()
        own.setPointSizeF(size * _LARGER) if size > 0 else own.setPixelSize(round(font.pixelSize() * _LARGER))
    own.setWeight(QFont.Weight.DemiBold if level < 2 else QFont.Weight.Normal)
    return own


def label_text(words: Sequence[str], metrics: QFontMetricsF) -> str:
    """As many of the words as fit into the width of a name, at least the first, which is cut where it is too wide."""
    for most in range(min(len(words), _MOST_WORDS), 1, -1):
        text = " · ".join(map(_isolated, words[:most]))
        if metrics.horizontalAdvance(text) <= _WIDEST:
            return text
    return metrics.elidedText(words[0], Qt.TextElideMode.ElideRight, _WIDEST)


def _isolated(word: str) -> str:
    """A word written from right to left, kept from changing the order of the words around it."""
    right_to_left = any(unicodedata.bidirectional(character) in ("R", "AL") for character in word)
    return f"\u2068{word}\u2069" if right_to_left else word


def _with_halo(words: str, font: QFont, ink: str, ground: str, ratio: float) -> QPixmap:
    """The words on a transparent ground, each stroke surrounded by the colour of the map's ground."""
    text = QStaticText(words)
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.prepare(font=font)
    size = text.size()
    pixmap = QPixmap(math.ceil((size.width() + 2 * _MARGIN) * ratio), math.ceil((size.height() + 2 * _MARGIN) * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setFont(font)
        painter.setPen(QColor(ground))
        for dx, dy in _AROUND:
            painter.drawStaticText(QPointF(_MARGIN + dx, _MARGIN + dy), text)
        painter.setPen(QColor(ink))
        painter.drawStaticText(QPointF(_MARGIN, _MARGIN), text)
    return pixmap
