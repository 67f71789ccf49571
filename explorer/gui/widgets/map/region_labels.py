"""The names of regions, written over the map: no two overlap, none flickers, each can be clicked."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QStaticText

from explorer.gui.theme import Theme
from explorer.gui.widgets.map.beside import Work
from explorer.gui.widgets.map.camera import Camera
from explorer.gui.widgets.map.crowds import Crowds
from explorer.gui.widgets.map.label_places import NamedPlaces, RegionPlace, first_scales, level_zooms
from explorer.gui.widgets.map.label_spots import free_spots

_Numbers = npt.NDArray[np.float64]
_Words = tuple[int, tuple[str, ...]]

_LARGER = 1.1
_WIDEST = 200.0
_MOST_WORDS = 3
_HALO = 2.0
_MARGIN = 3.0
_GAP = (10.0, 2.0)
"""Pixels that two names keep between them at least, side by side and one above the other."""

_AT_ONCE = 40
"""Names up to which all is done while painting."""
_STEP = 1.25
"""Windows of about one size have the same names at the same scale, so that dragging an edge costs nothing."""
_AROUND = [
    (np.cos(turn) * far, np.sin(turn) * far)
    for far, many in ((_HALO, 16), (_HALO / 2, 8))
    for turn in np.linspace(0.0, 2.0 * np.pi, many, endpoint=False)
]


@dataclass(frozen=True, eq=False)
class _Fitted:
    """Names as they stand in windows of about one size.

    places : (m,) with ``xy`` (m, 2) map units. texts : what each says, ``sizes`` (m, 2) pixels. spots : (m, 2) pixels
    from the place to the middle of the name, y up. first, last : (m,) the scales from and up to which it is seen.
    """

    places: tuple[RegionPlace, ...]
    xy: _Numbers
    texts: tuple[str, ...]
    sizes: _Numbers
    spots: _Numbers
    first: _Numbers
    last: _Numbers

    def in_sight(self, camera: Camera) -> list[int]:
        """Names that this scale has and whose regions' middles are in the window, most important first."""
        seen = (self.first <= camera.scale) & (camera.scale < self.last)
        across, along = camera.width / 2 / camera.scale, camera.height / 2 / camera.scale
        seen &= np.abs(self.xy[:, 0] - camera.x) <= across
        seen &= np.abs(self.xy[:, 1] - camera.y) <= along
        return np.flatnonzero(seen).tolist()

    def box(self, index: int, camera: Camera) -> QRectF:
        """Where a name stands, on whole pixels."""
        width, height = self.sizes[index].tolist()
        x, y = camera.to_pixel(*self.xy[index].tolist())
        aside, up = self.spots[index].tolist()
        return QRectF(round(x + aside - width / 2), round(y - up - height / 2), width, height)


def _fit(named: NamedPlaces, texts: tuple[str, ...], sizes: _Numbers, unit: float, area: float) -> _Fitted:
    """Find where names stand in a window of ``area`` square pixels, ``unit`` pixels a map unit showing the whole map.

    Needs no window: it may be called in any thread.
    """
    xy = np.array([(place.x, place.y) for place in named.places], np.float64).reshape(-1, 2)
    levels = np.array([place.level for place in named.places])
    starts, ends = level_zooms(named.places, area)
    earliest, last = np.array(starts)[levels] * unit, np.array(ends)[levels] * unit
    crowds = named.crowds or Crowds.of(np.empty((0, 2)), np.empty(0, np.int64))
    spots = free_spots(xy, sizes + _GAP, levels, earliest, crowds)
    first = first_scales(xy, spots, sizes + _GAP, levels, earliest, last)
    return _Fitted(named.places, xy, texts, sizes, spots, first, last)


class RegionLabels:
    """Paints names over a map and knows where they are.

    Which names are seen follows from the scale alone, so that panning moves them and nothing else. A name cut by the
    edge of the window is moved inside, unless another one is there.

    beside : does work on another thread; the names of before are seen meanwhile. Without it, and of few names, all is
    done in ``paint``. changed : is called when what was made there has come.
    """

    def __init__(
        self, beside: Callable[[Work], None] | None = None, changed: Callable[[], None] = lambda: None
    ) -> None:
        self._beside = beside
        self._changed = changed
        self._named = NamedPlaces()
        self._fitted: _Fitted | None = None
        self._asked: object = None
        self._active: RegionPlace | None = None
        self._shown: list[tuple[RegionPlace, QRectF]] = []
        self._look: tuple[str, str, float, str] = ("", "", 0.0, "")
        self._fonts: list[QFont] = []
        self._known: dict[_Words, tuple[str, float, float]] = {}
        self._pictures: dict[_Words, QImage] = {}

    def set_regions(self, named: NamedPlaces) -> None:
        """Regions in order of importance, as ``place_regions`` gives them; none to clear."""
        self._named = named
        self._active = None
        self._shown = []

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
        if not self._named.places:
            return
        self._prepare(painter, camera, theme)
        fitted = self._fitted
        if fitted is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for index, box in _boxes(fitted, camera):
            self._shown.append((fitted.places[index], box))
            painter.drawImage(box.topLeft(), self._picture(fitted.places[index]))
        self._underline(painter, theme)
        painter.restore()

    # --- what is seen ---------------------------------------------------------------------------------

    def _prepare(self, painter: QPainter, camera: Camera, theme: Theme) -> None:
        """Follow font, theme and the size of the window."""
        font = painter.font()
        look = (theme.text, theme.surface, painter.device().devicePixelRatioF(), font.toString())
        if look != self._look:
            if look[3] != self._look[3]:
                self._fonts, self._known = [_font_of(font, level) for level in range(3)], {}
            self._look, self._pictures = look, {}
        wanted = (self._named, look[3], _stepped(camera.unit), _stepped(camera.width * camera.height))
        if wanted != self._asked:
            self._asked = wanted
            self._ask(*wanted[2:])

    def _ask(self, unit: float, area: float) -> None:
        """Find where the names stand, here or beside."""
        named = self._named
        said = [self._text_of(place) for place in named.places]
        texts, sizes = tuple(text for text, _, _ in said), 2 * _MARGIN + np.array([size for _, *size in said])

        def fit() -> Callable[[], None]:
            fitted = _fit(named, texts, sizes, unit, area)
            return lambda: self._take(named, fitted)

        if self._beside is None or len(texts) <= _AT_ONCE:
            self._fitted = _fit(named, texts, sizes, unit, area)
        else:
            self._beside(fit)

    def _take(self, named: NamedPlaces, fitted: _Fitted) -> None:
        if named is self._named:
            self._fitted = fitted
            self._changed()

    def _text_of(self, place: RegionPlace) -> tuple[str, float, float]:
        """What a name says, how wide and how high it is; regions keep their words while other texts are shown."""
        words = _words_of(place)
        if words not in self._known:
            metrics = QFontMetricsF(self._fonts[words[0]])
            text = label_text(place.words, metrics)
            self._known[words] = (text, metrics.horizontalAdvance(text), metrics.height())
        return self._known[words]

    # --- how it looks ---------------------------------------------------------------------------------

    def _picture(self, place: RegionPlace) -> QImage:
        words = _words_of(place)
        if words not in self._pictures:
            ink, ground, ratio, _ = self._look
            self._pictures[words] = _with_halo(self._text_of(place)[0], self._fonts[words[0]], ink, ground, ratio)
        return self._pictures[words]

    def _underline(self, painter: QPainter, theme: Theme) -> None:
        for place, box in self._shown:
            if place == self._active:
                painter.setPen(QPen(QColor(theme.accent), 2.0))
                line = box.adjusted(_MARGIN, 0, -_MARGIN, -1)
                painter.drawLine(line.bottomLeft(), line.bottomRight())


def _words_of(place: RegionPlace) -> _Words:
    """The size of its name, 0 the largest, and its words."""
    return min(place.level, 2), place.words


def _boxes(fitted: _Fitted, camera: Camera) -> list[tuple[int, QRectF]]:
    """Where names stand: first those that lie in the window, then those that are moved into it."""
    window = QRectF(0, 0, camera.width, camera.height)
    wanted = [(index, fitted.box(index, camera)) for index in fitted.in_sight(camera)]
    standing = [(index, box) for index, box in wanted if window.contains(box)]
    for index, box in wanted:
        if not window.contains(box):
            box.moveLeft(max(0, min(box.left(), int(camera.width - box.width()))))
            box.moveTop(max(0, min(box.top(), int(camera.height - box.height()))))
            if not any(box.intersects(other) for _, other in standing):
                standing.append((index, box))
    return standing


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


def _with_halo(words: str, font: QFont, ink: str, ground: str, ratio: float) -> QImage:
    """The words on a transparent ground, each stroke surrounded by the colour of the map's ground."""
    text = QStaticText(words)
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.prepare(font=font)
    size = text.size()
    wide, high = math.ceil((size.width() + 2 * _MARGIN) * ratio), math.ceil((size.height() + 2 * _MARGIN) * ratio)
    picture = QImage(wide, high, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setFont(font)
        painter.setPen(QColor(ground))
        for dx, dy in _AROUND:
            painter.drawStaticText(QPointF(_MARGIN + dx, _MARGIN + dy), text)
        painter.setPen(QColor(ink))
        painter.drawStaticText(QPointF(_MARGIN, _MARGIN), text)
    return picture
