"""The map with title, legend and caption as PNG or SVG, in any size."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QBuffer, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtSvg import QSvgGenerator

from explorer.core.progress import SILENT, Progress
from explorer.core.storage import atomic_file, output_errors
from explorer.errors import OptionError, OutputError
from explorer.gui.map.key import font, writable
from explorer.gui.map.png import Pixels, PngWriter
from explorer.gui.map.sheet import Dots, MapSheet, PaintOver, Places, laid_out, paint_border, paint_frame
from explorer.gui.parts import number
from explorer.gui.widgets.map.camera import Camera
from explorer.gui.widgets.map.density import ring

MOST_PIXELS = 16_384
"""Of a picture's side."""
VECTOR_MOST = 20_000
"""Points that an SVG shows as circles; more become one picture inside it, which any viewer can still open."""
BAND_PIXELS, LEAST_ROWS = 2_000_000, 16
"""Pixels that are painted together, and the fewest rows of them."""
DOTS_A_STEP = 500
"""Circles drawn before one asks whether to stop."""
SVG_LEAST_RATIO = 2.0
"""Pixels to a unit of the picture inside an SVG, at least."""
DPI, METRES_TO_INCH = 96, 0.0254


@dataclass(frozen=True)
class SheetSize:
    """Width and height in pixels; ``scale`` pixels to one of the window's: letters and discs grow with it.

    Raises ``OptionError`` for a size that no picture can have.
    """

    width: int
    height: int
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not (0 < self.width <= MOST_PIXELS and 0 < self.height <= MOST_PIXELS):
            raise OptionError(
                f"A picture of {number(self.width)} × {number(self.height)} pixels is not possible.",
                f"Choose sides from 1 to {number(MOST_PIXELS)} pixels.",
            )
        if not 0.1 <= self.scale <= 64:
            raise OptionError(f"A scale of {self.scale:g} is not possible.", "Choose one from 0.1 to 64.")

    @property
    def units(self) -> QRectF:
        """The sheet in the window's pixels."""
        return QRectF(0, 0, self.width / self.scale, self.height / self.scale)


def png_bytes(sheet: MapSheet, size: SheetSize, progress: Progress = SILENT) -> bytes:
    """The sheet as the bytes of a PNG. Raises ``OptionError`` (too small), ``OutputError``, ``Cancelled``."""
    buffer = BytesIO()
    _write_sheet(sheet, size, _places(sheet, size), buffer, progress)
    return buffer.getvalue()


def write_png(sheet: MapSheet, size: SheetSize, path: Path, progress: Progress = SILENT) -> None:
    """Write a PNG whole or not at all. Raises ``OptionError``, ``OutputError``, ``Cancelled``."""
    places = _places(sheet, size)
    with _target(path) as temporary, temporary.open("wb") as file:
        _write_sheet(sheet, size, places, file, progress)


def write_svg(sheet: MapSheet, size: SheetSize, path: Path, progress: Progress = SILENT) -> None:
    """Write an SVG whole or not at all. Raises ``OptionError``, ``OutputError``, ``Cancelled``.

    Words stay words. Up to ``VECTOR_MOST`` points are circles; more are one picture under the vector drawing, with
    ``size.scale`` pixels to a unit (2 at least).
    """
    places = _places(sheet, size)
    dots = None if sheet.dots is None or len(sheet.dots.shown()) > VECTOR_MOST else sheet.dots
    svg = _svg(sheet, places, size, dots, progress)
    with _target(path) as temporary:
        temporary.write_bytes(svg)


def _places(sheet: MapSheet, size: SheetSize) -> Places:
    return laid_out(sheet, size.units.width(), size.units.height())


# --- PNG ----------------------------------------------------------------------------------------


def _write_sheet(sheet: MapSheet, size: SheetSize, places: Places, file: BinaryIO, progress: Progress) -> None:
    """Painted and packed band by band: neither holds the window up, and no more memory is taken than a band's."""
    texts = {"Title": writable(sheet.title), "Description": sheet.words}
    per_metre = round(DPI * size.scale / METRES_TO_INCH)
    writer = PngWriter(file, size.width, size.height, per_metre=per_metre, texts=texts)
    for top, bottom in _bands(size.width, size.height):
        progress.report(top / size.height, "Drawing the map")
        with _canvas(size.width, bottom - top, size.scale) as (pixels, painter):
            painter.translate(0, -top / size.scale)
            paint_frame(sheet, painter, places, size.units)
            with _inside_map(sheet, painter, places) as camera:
                rows = _rows_of_map(places.map, camera, size.scale, top, bottom)
                sheet.paint(painter, camera, size.scale, rows)
        writer.write(pixels)
    progress.check()
    writer.close()


def _bands(width: int, height: int) -> Iterator[tuple[int, int]]:
    """First row and the one after the last of parts of a picture of about the same size."""
    rows = max(BAND_PIXELS // width, LEAST_ROWS)
    return ((top, min(top + rows, height)) for top in range(0, height, rows))


def _rows_of_map(place: QRectF, camera: Camera, ratio: float, top: int, bottom: int) -> tuple[int, int]:
    """The rows of the map's pixels between two rows of the sheet's; one more at each end, as they need not coincide."""
    rows = round(camera.height * ratio)
    first, last = (math.floor(row - place.top() * ratio) for row in (top, bottom))
    return min(max(first - 1, 0), rows), min(max(last + 2, 0), rows)


@contextmanager
def _canvas(width: int, height: int, ratio: float) -> Iterator[tuple[Pixels, QPainter]]:
    """Transparent pixels (height, width), and a painter on them that is done when the block ends."""
    try:
        pixels = np.zeros((height, width), np.uint32)
        image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            yield pixels, painter
    except MemoryError as error:
        raise OutputError("There is not enough memory to draw the map.", "Close other programs.") from error


def _map_png(sheet: MapSheet, camera: Camera, ratio: float, progress: Progress) -> bytes:
    """The points alone, on no ground: what lies under them is drawn, too."""
    width, height = round(camera.width * ratio), round(camera.height * ratio)
    buffer = BytesIO()
    writer = PngWriter(buffer, width, height, per_metre=round(DPI / METRES_TO_INCH), texts={}, alpha=True)
    for top, bottom in _bands(width, height):
        progress.report(top / height, "Drawing the map")
        with _canvas(width, bottom - top, ratio) as (pixels, painter):
            painter.translate(0, -top / ratio)
            sheet.paint(painter, camera, ratio, (top, bottom))
        writer.write(pixels)
    writer.close()
    return buffer.getvalue()


# --- SVG ----------------------------------------------------------------------------------------


def _svg(sheet: MapSheet, places: Places, size: SheetSize, dots: Dots | None, progress: Progress) -> bytes:
    buffer, units = QBuffer(), size.units
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setResolution(DPI)
    generator.setTitle(writable(sheet.title))
    generator.setDescription(sheet.words)
    generator.setSize(units.size().toSize())
    generator.setViewBox(units)
    inner = b""
    with QPainter(generator) as painter:
        paint_frame(sheet, painter, places, units)
        with _inside_map(sheet, painter, places) as camera:
            if dots is None:
                inner = _map_png(sheet, camera, _inner_ratio(camera, size), progress)
                painter.drawImage(QRectF(0, 0, camera.width, camera.height), _stand_in())
            else:
                _draw_dots(painter, dots, camera, sheet, progress)
    progress.check()
    return _with_picture(_with_fallback_font(bytes(buffer.data().data())), inner)


def _inner_ratio(camera: Camera, size: SheetSize) -> float:
    """Pixels to a unit of the picture inside an SVG."""
    return min(max(size.scale, SVG_LEAST_RATIO), MOST_PIXELS / max(camera.width, camera.height))


def _stand_in() -> QImage:
    """One pixel, which Qt packs at once; the map's own picture, packed band by band, takes its place."""
    pixel = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
    pixel.fill(0)
    return pixel


def _with_picture(svg: bytes, png: bytes) -> bytes:
    """The drawing with the map's picture in the place of the stand-in."""
    if not png:
        return svg
    head, found, rest = svg.partition(b"data:image/png;base64,")
    assert found, "Qt writes pictures so"
    return head + found + base64.b64encode(png) + rest[rest.index(b'"') :]


def _with_fallback_font(svg: bytes) -> bytes:
    """Qt names this machine's font alone; where a viewer lacks it, any font without serifs takes its place."""
    family = html.escape(font().family()).encode()
    return svg.replace(b'font-family="%s"' % family, b'font-family="%s, sans-serif"' % family)


# --- both ---------------------------------------------------------------------------------------


@contextmanager
def _inside_map(sheet: MapSheet, painter: QPainter, places: Places) -> Iterator[Camera]:
    """A painter that stands at the map's corner and cannot leave it, between what lies below the points and above."""
    camera = sheet.camera(places.map.width(), places.map.height())
    with _saved(painter):
        painter.setClipRect(places.map)
        painter.translate(places.map.topLeft())
        _paint_layer(sheet.paint_under, painter, camera)
        yield camera
        _paint_layer(sheet.paint_over, painter, camera)
    paint_border(sheet, painter, places)


def _paint_layer(layer: PaintOver | None, painter: QPainter, camera: Camera) -> None:
    if layer is not None:
        with _saved(painter):
            layer(painter, camera)


@contextmanager
def _saved(painter: QPainter) -> Iterator[None]:
    """Leave the painter as it was."""
    painter.save()
    try:
        yield
    finally:
        painter.restore()


def _draw_dots(painter: QPainter, dots: Dots, camera: Camera, sheet: MapSheet, progress: Progress) -> None:
    """A circle a point; for a flagged one, a ring on a ground of its own around it, as on the screen."""
    radius, rows = dots.radius(camera), dots.shown()
    outer, width = ring(radius)
    px, py = camera.to_pixels(*dots.xy[rows].astype(np.float32).T)
    inside = _within(px, camera.width, outer) & _within(py, camera.height, outer)
    columns = (px, py, dots.rgba[rows], dots.flagged[rows])
    marks = list(zip(*(column[inside].tolist() for column in columns), strict=True))
    outer -= width / 2
    halo, line = QPen(QColor(sheet.theme.surface), 2 * width), QPen(QColor(sheet.theme.flag), width)
    for place, (x, y, rgba, flagged) in enumerate(marks):
        if place % DOTS_A_STEP == 0:
            progress.report(place / len(marks), "Drawing the map")
        _circle(painter, x, y, radius, fill=QColor(*rgba))
        if flagged:
            _circle(painter, x, y, outer, pen=halo)
            _circle(painter, x, y, outer, pen=line)


def _within(pixels: npt.NDArray[np.float32], side: int, reach: float) -> npt.NDArray[np.bool_]:
    return (pixels >= -reach) & (pixels <= side + reach)


def _circle(
    painter: QPainter, x: float, y: float, radius: float, *, fill: QColor | None = None, pen: QPen | None = None
) -> None:
    painter.setPen(Qt.PenStyle.NoPen if pen is None else pen)
    painter.setBrush(Qt.BrushStyle.NoBrush if fill is None else fill)
    painter.drawEllipse(QRectF(x - radius, y - radius, 2 * radius, 2 * radius))


@contextmanager
def _target(path: Path) -> Iterator[Path]:
    with output_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as temporary:
        yield temporary
