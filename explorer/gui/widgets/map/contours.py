"""Where the map is dense: lines around the smallest areas that hold given shares of the points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QByteArray, QDataStream, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from explorer.gui.theme import Theme
from explorer.gui.widgets.map.camera import Camera
from explorer.gui.widgets.map.placed import is_placed

SHARES = (0.9, 0.7, 0.5, 0.3, 0.1)
"""Shares of the points inside of the lines, outermost first."""

CELLS = 256
"""Cells along the longer side of the map in which points are counted."""

_BLUR = 2.5
"""Standard deviation of the smoothing, in cells: 1 % of the map."""
_REACH = 4.0
_MARGIN = 10
_STRAY = 0.001


@dataclass(frozen=True)
class Contour:
    """One level: the share of the points inside, and its lines, (m, 2) float64 each in map units; closed ones end
    where they begin."""

    share: float
    lines: tuple[npt.NDArray[np.float64], ...]


def density_contours(
    positions: npt.NDArray[np.floating],
    shown: npt.NDArray[np.bool_] | None = None,
    *,
    shares: Sequence[float] = SHARES,
) -> tuple[Contour, ...]:
    """Highest-density regions (Hyndman 1996) of the points that are placed and, where told, shown; outermost first.

    positions : (n, 2). shown : (n,) or None for all. shares : in 0..1, falling.
    Points are counted in cells and smoothed; stray ones far out are left aside, so that they do not coarsen the cells.
    Fewer than two different places give nothing. Needs no window: it may be called in any thread.
    """
    kept = is_placed(positions)
    xy = np.asarray(positions[kept if shown is None else kept & shown], np.float64)
    grid = _Grid.around(xy) if len(xy) else None
    if grid is None:
        return ()
    density = _smoothed(grid.counts(xy))
    return tuple(
        Contour(share, grid.lines(density, cut)) for share, cut in zip(shares, _cuts(density, shares), strict=True)
    )


@dataclass(frozen=True)
class _Grid:
    """Square cells: the corner of the first, their side in map units, and how many there are."""

    left: float
    bottom: float
    side: float
    columns: int
    rows: int

    @classmethod
    def around(cls, xy: npt.NDArray[np.float64]) -> _Grid | None:
        low, high = np.quantile(xy, [_STRAY, 1.0 - _STRAY], axis=0)
        extent = float((high - low).max())
        if not extent > 0.0:
            return None
        side = extent / (CELLS - 2 * _MARGIN)
        left, bottom = (low - _MARGIN * side).tolist()
        columns, rows = (np.ceil((high - low) / side).astype(int) + 2 * _MARGIN).tolist()
        return cls(left, bottom, side, columns, rows)

    def counts(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Points in each cell, (rows, columns)."""
        column = np.floor((xy[:, 0] - self.left) / self.side)
        row = np.floor((xy[:, 1] - self.bottom) / self.side)
        inside = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        flat = (row[inside] * self.columns + column[inside]).astype(np.int64)
        counts = np.bincount(flat, minlength=self.rows * self.columns)
        return counts.reshape(self.rows, self.columns).astype(np.float64)

    def lines(self, density: npt.NDArray[np.float64], cut: float) -> tuple[npt.NDArray[np.float64], ...]:
        """Lines along which the density of cells' middles is ``cut``, in map units."""
        from contourpy import LineType, contour_generator

        found = contour_generator(z=density, name="serial", line_type=LineType.Separate).lines(cut)
        return tuple((line + 0.5) * self.side + (self.left, self.bottom) for line in found)


def _smoothed(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Counts spread by a Gaussian, one axis after the other; what would fall beyond the edge is lost."""
    for axis in (0, 1):
        cells = np.arange(counts.shape[axis])
        weights = np.exp(-0.5 * ((cells[:, None] - cells[None, :]) / _BLUR) ** 2)
        weights[np.abs(cells[:, None] - cells[None, :]) > _REACH * _BLUR] = 0.0
        weights /= weights[len(cells) // 2].sum()
        counts = np.moveaxis(np.tensordot(weights, counts, (1, axis)), 0, axis)
    return counts


def _cuts(density: npt.NDArray[np.float64], shares: Sequence[float]) -> list[float]:
    """The densities above which the given shares of the mass lie."""
    falling = np.sort(density, axis=None)[::-1]
    mass = np.cumsum(falling)
    places = np.searchsorted(mass, np.asarray(shares) * mass[-1])
    return falling[np.minimum(places, len(falling) - 1)].tolist()


class ContourLines:
    """Paints contours under or over the points of a map; only what the camera sees is handed to Qt."""

    def __init__(self) -> None:
        self._levels: list[_Lines] = []
        self._seen: Camera | None = None
        self._paths: list[QPainterPath] = []

    def set_contours(self, contours: Sequence[Contour]) -> None:
        """What ``density_contours`` gave; none to clear."""
        self._levels = [_Lines.of(contour.lines) for contour in contours]
        self._seen = None

    def paint(self, painter: QPainter, camera: Camera, theme: Theme) -> None:
        """Thin lines, the stronger the denser."""
        if camera != self._seen:
            self._seen, self._paths = camera, [lines.path(camera) for lines in self._levels]
        painter.save()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place, path in enumerate(self._paths):
            painter.setPen(_pen(theme, place, len(self._paths)))
            painter.drawPath(path)
        painter.restore()


@dataclass(frozen=True)
class _Lines:
    """Lines one after the other. points : (m, 2). begins : (m,) bool. boxes : (l, 4) left, bottom, right, top.

    line : (m,) the line that each point belongs to.
    """

    points: npt.NDArray[np.float64]
    begins: npt.NDArray[np.bool_]
    boxes: npt.NDArray[np.float64]
    line: npt.NDArray[np.int64]

    @classmethod
    def of(cls, lines: Sequence[npt.NDArray[np.float64]]) -> _Lines:
        lines = [each for each in lines if len(each)]
        if not lines:
            return cls(np.empty((0, 2)), np.empty(0, np.bool_), np.empty((0, 4)), np.empty(0, np.int64))
        points, lengths = np.concatenate(lines), [len(each) for each in lines]
        starts = np.cumsum([0, *lengths[:-1]])
        boxes = np.hstack([np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)])
        begins = np.zeros(len(points), np.bool_)
        begins[starts] = True
        return cls(points, begins, boxes, np.repeat(np.arange(len(lines)), lengths))

    def path(self, camera: Camera) -> QPainterPath:
        """The lines that the camera may see, in pixels."""
        left, top = camera.to_map(0, 0)
        right, bottom = camera.to_map(camera.width, camera.height)
        boxes = self.boxes
        seen = (boxes[:, 0] <= right) & (boxes[:, 2] >= left) & (boxes[:, 1] <= top) & (boxes[:, 3] >= bottom)
        kept = slice(None) if seen.all() else seen[self.line]
        middle = np.array([camera.width / 2, camera.height / 2])
        points = middle + (self.points[kept] - (camera.x, camera.y)) * (camera.scale, -camera.scale)
        return _path(points, self.begins[kept])


def _path(points: npt.NDArray[np.float64], begins: npt.NDArray[np.bool_]) -> QPainterPath:
    """Lines through ``points`` (m, 2), a new one where ``begins`` says so.

    Written as QDataStream reads a path: point by point, Python would need a hundred times as long.
    """
    elements = np.empty(len(points), [("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
    elements["kind"] = ~begins  # 0 = move to, 1 = line to
    elements["x"], elements["y"] = points[:, 0], points[:, 1]
    head, tail = np.array([len(points)], ">i4"), np.array([0, Qt.FillRule.OddEvenFill.value], ">i4")
    written = QByteArray(head.tobytes() + elements.tobytes() + tail.tobytes())
    path = QPainterPath()
    QDataStream(written) >> path
    return path


def _pen(theme: Theme, place: int, levels: int) -> QPen:
    colour = QColor(theme.text)
    colour.setAlphaF(0.35 + 0.45 * place / max(levels - 1, 1))
    pen = QPen(colour, 1.0)
    pen.setCosmetic(True)
    return pen
