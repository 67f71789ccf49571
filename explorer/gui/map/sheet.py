"""The map as a sheet to hand on: title, map, what the colours mean, and a caption, laid out for any size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from explorer.errors import OptionError
from explorer.gui.map.key import GAP, WIDTH, KeyPainter, MapKey, font, key_height, text_height, writable, write
from explorer.gui.parts import number
from explorer.gui.theme import DARK, LIGHT, Theme
from explorer.gui.widgets.map.camera import Bounds, Camera
from explorer.gui.widgets.map.placed import is_placed

MARGIN = 24.0
TITLE_PIXELS = 20
WIDE = 640.0
"""From this width on the legend stands beside the map, else below it."""
LEAST_MAP = 120.0
"""Width and height of the smallest map that is worth a picture."""

PaintMap = Callable[[QPainter, Camera, float, tuple[int, int]], None]
"""Paints the map's points: the painter's origin is the map's top left corner, one unit of it a pixel of the camera's
window; then how many device pixels the unit has, and the first row of these that is wanted and the one after the last.
"""
PaintOver = Callable[[QPainter, Camera], None]
"""Paints what lies below or above the points, such as contours or names of regions, with words as words."""


@dataclass(frozen=True)
class Dots:
    """The points as data, for pictures that are drawn and not painted.

    xy : (n, 2) map units, not finite = not placed. rgba : (n, 4) uint8, alpha 0 = hidden. flagged : (n,) bool.
    radius : of a disc, in pixels of the view.
    """

    xy: npt.NDArray[np.floating]
    rgba: npt.NDArray[np.uint8]
    flagged: npt.NDArray[np.bool_]
    radius: Callable[[Camera], float]

    def shown(self) -> npt.NDArray[np.int64]:
        """Rows that are drawn, flagged ones last."""
        rows = np.flatnonzero(is_placed(self.xy) & (self.rgba[:, 3] > 0))
        return rows[np.argsort(self.flagged[rows], kind="stable")]


@dataclass(frozen=True)
class MapSheet:
    """What the picture shows.

    view : what part of the map: the window's camera, or bounds that are fitted into the picture.
    caption : a line each: what is coloured, how many are shown, the layout's name, how far to trust it.
    """

    title: str
    paint: PaintMap
    view: Camera | Bounds
    key: MapKey = field(default_factory=MapKey)
    caption: tuple[str, ...] = ()
    dots: Dots | None = None
    paint_under: PaintOver | None = None
    paint_over: PaintOver | None = None
    dark: bool = False

    @property
    def theme(self) -> Theme:
        return DARK if self.dark else LIGHT

    @property
    def words(self) -> str:
        """The whole sheet in words, for who cannot see it."""
        entries = [f"{entry.name}: {number(entry.count)}" for entry in self.key.entries]
        if self.key.scale is not None:
            low, median, high = self.key.scale.words
            entries.append(f"scale from {low} to {high}, median {median}")
        if self.key.flagged is not None:
            entries.append(f"flagged: {number(self.key.flagged)}")
        coloured = f"Coloured by {self.key.title}. " if self.key.title else ""
        return writable(f"{self.title}. {coloured}{'; '.join(entries)}. {' '.join(self.caption)}")

    def camera(self, width: float, height: float) -> Camera:
        """The view in a window of this size: all that the window showed, or all of the bounds."""
        across, along = max(1, round(width)), max(1, round(height))
        if isinstance(self.view, Bounds):
            return Camera(width=across, height=along).fitted(self.view)
        return same_view(self.view, across, along)


def same_view(camera: Camera, width: int, height: int) -> Camera:
    """At least what ``camera`` shows, around the same middle, in a window of another shape."""
    factor = min(width / camera.width, height / camera.height)
    return replace(camera, width=width, height=height, scale=camera.scale * factor, unit=camera.unit * factor)


@dataclass(frozen=True)
class Places:
    """Where the parts of a sheet stand."""

    title: QRectF
    map: QRectF
    key: QRectF
    caption: QRectF


def laid_out(sheet: MapSheet, width: float, height: float) -> Places:
    """Places for a sheet of this size. Raises ``OptionError`` where the map would have no room left."""
    inner = width - 2 * MARGIN
    title = QFontMetricsF(font(TITLE_PIXELS)).height() + GAP / 2 if sheet.title else 0.0
    caption = text_height(_caption(sheet), inner) + GAP / 2 if sheet.caption else 0.0
    beside = inner >= WIDE and not sheet.key.empty
    key_width = WIDTH if beside else inner
    key = 0.0 if sheet.key.empty else key_height(sheet.key, key_width)
    tall = height - 2 * MARGIN - title - caption - (0 if beside or not key else key + GAP)
    wide = inner - WIDTH - GAP if beside else inner
    if min(wide, tall) < LEAST_MAP or (beside and key > tall):
        raise OptionError(
            "The picture is too small for the map with its legend.", "Choose a larger size or a smaller scale."
        )
    the_map = QRectF(MARGIN, MARGIN + title, wide, tall)
    corner = QPointF(the_map.right() + GAP, the_map.top()) if beside else QPointF(MARGIN, the_map.bottom() + GAP)
    return Places(
        title=QRectF(MARGIN, MARGIN, inner, title),
        map=the_map,
        key=QRectF(corner.x(), corner.y(), key_width, key),
        caption=QRectF(MARGIN, height - MARGIN - caption + GAP / 2, inner, caption),
    )


def paint_frame(sheet: MapSheet, painter: QPainter, places: Places, size: QRectF) -> None:
    """Everything but the map: ground, title, the map's ground, legend, caption."""
    theme = sheet.theme
    painter.fillRect(size.adjusted(0, 0, 1, 1), QColor(theme.background))  # the last pixels whole, at any scale
    painter.fillRect(places.map, QColor(theme.surface))
    if sheet.title:
        write(painter, places.title, sheet.title, theme.text, font(TITLE_PIXELS, bold=True), cut=True)
    if not sheet.key.empty:
        KeyPainter(painter, sheet.key, theme).paint(places.key)
    if sheet.caption:
        write(painter, places.caption, _caption(sheet), theme.muted_text, font())


def paint_border(sheet: MapSheet, painter: QPainter, places: Places) -> None:
    """The line around the map, above its points."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(sheet.theme.border), 1.0))
    painter.drawRect(places.map)


def _caption(sheet: MapSheet) -> str:
    return "\n".join(map(writable, sheet.caption))
