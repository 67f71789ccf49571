"""The map with title, legend and caption as PNG or SVG, in any size."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtSvg import QSvgGenerator

from explorer.core.storage import atomic_file, output_errors
from explorer.errors import OptionError, OutputError
from explorer.gui.map.key import font, writable
from explorer.gui.map.sheet import Dots, MapSheet, PaintOver, Places, laid_out, paint_border, paint_frame
from explorer.gui.parts import data_size, number
from explorer.gui.widgets.map.camera import Camera
from explorer.gui.widgets.map.density import ring

MOST_PIXELS = 16_384
"""Of a picture's side."""
VECTOR_MOST = 20_000
"""Points that an SVG shows as circles; more become one picture inside it, which any viewer can still open."""
COPIES = 4
"""Times the picture's size that painting it takes (3.6 measured): the sheet, the map's own picture, its layers."""
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

    @property
    def memory(self) -> int:
        """Bytes that painting takes, about."""
        return 4 * self.width * self.height * COPIES


def png_picture(sheet: MapSheet, size: SheetSize) -> QImage:
    """The sheet as a picture. Raises ``OptionError`` (too small), ``OutputError`` (more than memory holds)."""
    places = laid_out(sheet, size.units.width(), size.units.height())
    _check_memory(size)
    try:
        return _painted(sheet, places, size)
    except MemoryError as error:
        raise _too_large(size) from error


def png_bytes(sheet: MapSheet, size: SheetSize) -> bytes:
    """The sheet as the bytes of a PNG, to be put into something else."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not png_picture(sheet, size).save(buffer, "PNG"):  # type: ignore[call-overload]
        raise _too_large(size)
    return bytes(buffer.data().data())


def write_png(sheet: MapSheet, size: SheetSize, path: Path) -> None:
    """Write a PNG whole or not at all. Raises ``OptionError``, ``OutputError``."""
    picture = png_picture(sheet, size)
    with _target(path) as temporary:
        if not picture.save(str(temporary), "PNG"):  # type: ignore[call-overload]
            raise OutputError(f"The picture {path} cannot be written.", "Choose another folder.")


def write_svg(sheet: MapSheet, size: SheetSize, path: Path) -> None:
    """Write an SVG whole or not at all. Raises ``OptionError``, ``OutputError``.

    Words stay words. Up to ``VECTOR_MOST`` points are circles; more are one picture under the vector drawing, with
    ``size.scale`` pixels to a unit (2 at least).
    """
    places = laid_out(sheet, size.units.width(), size.units.height())
    drawn = None if sheet.dots is None or len(sheet.dots.shown()) > VECTOR_MOST else sheet.dots
    inner = _inner_size(size)
    if drawn is None:
        _check_memory(inner)
    try:
        svg = _svg(sheet, places, inner, drawn)
    except MemoryError as error:
        raise _too_large(inner) from error
    with _target(path) as temporary:
        temporary.write_bytes(svg)


def _inner_size(size: SheetSize) -> SheetSize:
    """The same sheet with as many pixels as a picture inside an SVG has."""
    units = size.units
    most = MOST_PIXELS / max(units.width(), units.height())
    ratio = min(max(size.scale, SVG_LEAST_RATIO), most)
    return SheetSize(int(units.width() * ratio), int(units.height() * ratio), ratio)


def _svg(sheet: MapSheet, places: Places, size: SheetSize, dots: Dots | None) -> bytes:
    buffer, units = QBuffer(), size.units
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setResolution(DPI)
    generator.setTitle(writable(sheet.title))
    generator.setDescription(sheet.words)
    generator.setSize(units.size().toSize())
    generator.setViewBox(units)
    with QPainter(generator) as painter:
        _draw(sheet, painter, places, size, dots)
    return _with_fallback_font(bytes(buffer.data().data()))


def _with_fallback_font(svg: bytes) -> bytes:
    """Qt names this machine's font alone; where a viewer lacks it, any font without serifs takes its place."""
    family = html.escape(font().family()).encode()
    return svg.replace(b'font-family="%s"' % family, b'font-family="%s, sans-serif"' % family)


def _draw(sheet: MapSheet, painter: QPainter, places: Places, size: SheetSize, dots: Dots | None) -> None:
    paint_frame(sheet, painter, places, size.units)
    with _inside_map(sheet, painter, places) as camera:
        if dots is None:
            picture = _map_picture(sheet, camera, size.scale)
            painter.drawImage(QRectF(0, 0, camera.width, camera.height), picture)
        else:
            _draw_dots(painter, dots, camera, sheet)


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


def _draw_dots(painter: QPainter, dots: Dots, camera: Camera, sheet: MapSheet) -> None:
    """A circle a point; for a flagged one, a ring on a ground of its own around it, as on the screen."""
    radius, rows = dots.radius(camera), dots.shown()
    outer, width = ring(radius)
    px, py = camera.to_pixels(*dots.xy[rows].astype(np.float32).T)
    inside = _within(px, camera.width, outer) & _within(py, camera.height, outer)
    columns = (px, py, dots.rgba[rows], dots.flagged[rows])
    marks = zip(*(column[inside].tolist() for column in columns), strict=True)
    outer -= width / 2
    halo, line = QPen(QColor(sheet.theme.surface), 2 * width), QPen(QColor(sheet.theme.flag), width)
    for x, y, rgba, flagged in marks:
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


def _map_picture(sheet: MapSheet, camera: Camera, ratio: float) -> QImage:
    """The points alone, on no ground: what lies under them is drawn, too."""
    picture = _image(round(camera.width * ratio), round(camera.height * ratio), ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        sheet.paint(painter, camera, ratio)
    return picture


def _painted(sheet: MapSheet, places: Places, size: SheetSize) -> QImage:
    picture = _image(size.width, size.height, size.scale)
    picture.setDotsPerMeterX(round(DPI * size.scale / METRES_TO_INCH))
    picture.setDotsPerMeterY(round(DPI * size.scale / METRES_TO_INCH))
    picture.setText("Title", writable(sheet.title))
    picture.setText("Description", sheet.words)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_frame(sheet, painter, places, size.units)
        with _inside_map(sheet, painter, places) as camera:
            sheet.paint(painter, camera, size.scale)
    return picture


def _image(width: int, height: int, ratio: float) -> QImage:
    picture = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    if picture.isNull():
        raise MemoryError
    picture.setDevicePixelRatio(ratio)
    return picture


@contextmanager
def _target(path: Path) -> Iterator[Path]:
    with output_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as temporary:
        yield temporary


# --- memory -------------------------------------------------------------------------------------


def free_memory() -> int | None:
    """Bytes of memory that can be had now, where the system tells (Linux)."""
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _check_memory(size: SheetSize) -> None:
    """Ask before taking: a system that promises more memory than it has ends the process instead of saying no."""
    free = free_memory()
    if free is not None and size.memory > free:
        raise _too_large(size, free)


def _too_large(size: SheetSize, free: int | None = None) -> OutputError:
    have = "" if free is None else f", and {data_size(free)} is free"
    return OutputError(
        f"A picture of {number(size.width)} × {number(size.height)} pixels takes about {data_size(size.memory)} of "
        f"memory{have}.",
        "Choose a smaller picture or close other programs.",
    )
