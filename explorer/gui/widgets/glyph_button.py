"""Small flat buttons with a drawn sign; the sign takes the palette's colours, and a word stands in its tooltip."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyleOptionToolButton, QToolButton, QWidget

from explorer.gui.widgets.painting import painted

SIDE = 16.0
"""Signs are drawn into a square of this side."""
BUTTON = 28

Draw = Callable[[QPainter, QColor], None]


class GlyphButton(QToolButton):
    """``glyph`` is one of ``GLYPHS``; name and tip are for people, the name without the key."""

    def __init__(self, glyph: str, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draw = GLYPHS[glyph]
        self.setAutoRaise(True)
        self.setFixedSize(BUTTON, BUTTON)
        self.setAccessibleName(name)
        self.setAccessibleDescription(tip)
        self.setToolTip(tip)

    def set_glyph(self, glyph: str) -> None:
        """Another sign."""
        self._draw = GLYPHS[glyph]
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(BUTTON, BUTTON)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        self.style().drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option, painter, self)
        group = QPalette.ColorGroup.Normal if self.isEnabled() else QPalette.ColorGroup.Disabled
        role = QPalette.ColorRole.Accent if self.isChecked() else QPalette.ColorRole.ButtonText
        colour = self.palette().color(group, role)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate((self.width() - SIDE) / 2, (self.height() - SIDE) / 2)
        painter.setPen(QPen(colour, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        self._draw(painter, colour)


_LEFT, _RIGHT, _RADIUS = QPointF(5.5, 8), QPointF(10.5, 8), 4.75


def _disc(middle: QPointF) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(middle, _RADIUS, _RADIUS)
    return path


def _pan(painter: QPainter, colour: QColor) -> None:
    """Arrows to four sides."""
    for turn in range(4):
        painter.save()
        painter.translate(SIDE / 2, SIDE / 2)
        painter.rotate(90 * turn)
        painter.drawLine(QPointF(0, 0), QPointF(0, -7))
        painter.drawPolyline(QPolygonF([QPointF(-2.2, -4.8), QPointF(0, -7), QPointF(2.2, -4.8)]))
        painter.restore()


def _dashed(painter: QPainter) -> None:
    pen = QPen(painter.pen())
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setDashPattern([2.0, 1.4])
    painter.setPen(pen)


def _box(painter: QPainter, colour: QColor) -> None:
    _dashed(painter)
    painter.drawRect(QRectF(1.5, 2.5, 13, 11))


def _lasso(painter: QPainter, colour: QColor) -> None:
    path = QPainterPath(QPointF(4.5, 11.5))
    path.cubicTo(QPointF(-2, 9), QPointF(1, 1.5), QPointF(8.5, 1.5))
    path.cubicTo(QPointF(16.5, 1.5), QPointF(16.5, 10.5), QPointF(8, 11))
    path.cubicTo(QPointF(4, 11.2), QPointF(2.5, 13), QPointF(5, 15))
    painter.drawPath(path)


def _venn(painter: QPainter, colour: QColor, filled: QPainterPath) -> None:
    """Two discs: what was selected, and what is drawn now; filled is what will be selected."""
    faint = QColor(colour)
    faint.setAlphaF(0.75)
    painter.fillPath(filled, faint)
    pen = QPen(painter.pen())
    pen.setWidthF(1.2)
    painter.setPen(pen)
    painter.drawPath(_disc(_LEFT))
    painter.drawPath(_disc(_RIGHT))


def _replace(painter: QPainter, colour: QColor) -> None:
    _venn(painter, colour, _disc(_RIGHT))


def _add(painter: QPainter, colour: QColor) -> None:
    _venn(painter, colour, _disc(_LEFT).united(_disc(_RIGHT)))


def _subtract(painter: QPainter, colour: QColor) -> None:
    _venn(painter, colour, _disc(_LEFT).subtracted(_disc(_RIGHT)))


def _intersect(painter: QPainter, colour: QColor) -> None:
    _venn(painter, colour, _disc(_LEFT).intersected(_disc(_RIGHT)))


def _fit(painter: QPainter, colour: QColor) -> None:
    """The four corners of a frame."""
    for x, y, right, down in ((2, 2, 1, 1), (14, 2, -1, 1), (14, 14, -1, -1), (2, 14, 1, -1)):
        corner = [QPointF(x, y + 4 * down), QPointF(x, y), QPointF(x + 4 * right, y)]
        painter.drawPolyline(QPolygonF(corner))


def _pause(painter: QPainter, colour: QColor) -> None:
    for x in (3.5, 9.5):
        painter.fillRect(QRectF(x, 3, 3, 10), colour)


def _play(painter: QPainter, colour: QColor) -> None:
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(4.5, 3), QPointF(12.5, 8), QPointF(4.5, 13)]))


def _stop(painter: QPainter, colour: QColor) -> None:
    painter.fillRect(QRectF(3.5, 3.5, 9, 9), colour)


GLYPHS: Mapping[str, Draw] = {
    "pan": _pan,
    "box": _box,
    "lasso": _lasso,
    "replace": _replace,
    "add": _add,
    "subtract": _subtract,
    "intersect": _intersect,
    "fit": _fit,
    "pause": _pause,
    "play": _play,
    "stop": _stop,
}
