"""The one way in which the program's own widgets and cells paint: what raises meanwhile does no harm to the rest.

An exception that leaves a ``paintEvent`` would pass through Qt into whatever asked for the picture, and a painter that
it leaves at work crashes the process later. So it ends here and is handed to ``sys.excepthook``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

Index = QModelIndex | QPersistentModelIndex
W = TypeVar("W", bound=QWidget)
D = TypeVar("D", bound=QStyledItemDelegate)

CANNOT = "This cannot be drawn."


class PaintError(Exception):
    """``part`` could not be drawn; the cause says why."""

    def __init__(self, part: str, cause: Exception) -> None:
        super().__init__(part)
        self.part = part
        self.__cause__ = cause


def painted(paint: Callable[[W, QPainter], None]) -> Callable[[W, QPaintEvent], None]:
    """Make a ``paintEvent`` of a method that paints its widget with a painter. Where it raises, words say so."""

    @wraps(paint)
    def paint_event(widget: W, _event: QPaintEvent) -> None:
        try:
            with QPainter(widget) as painter:
                paint(widget, painter)
        except Exception as error:  # noqa: BLE001 - the boundary: an exception must not get into Qt while it paints
            with QPainter(widget) as painter:  # a new one: the other may be clipped or turned
                _paint_failure(widget, painter)
            _tell(widget, error)

    return paint_event


def painted_cell(
    paint: Callable[[D, QPainter, QStyleOptionViewItem, Index], None],
) -> Callable[[D, QPainter, QStyleOptionViewItem, Index], None]:
    """A delegate's ``paint`` that stays empty where it raises; the table goes on with the next cell."""

    @wraps(paint)
    def paint_cell(delegate: D, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        try:
            paint(delegate, painter, option, index)
        except Exception as error:  # noqa: BLE001 - the boundary: an exception must not get into Qt while it paints
            _tell(delegate.parent(), error)
        finally:
            painter.restore()

    return paint_cell


def _paint_failure(widget: QWidget, painter: QPainter) -> None:
    painter.fillRect(widget.rect(), widget.palette().color(QPalette.ColorRole.Window))
    words = widget.tr(CANNOT)
    if widget.fontMetrics().horizontalAdvance(words) <= widget.width():
        painter.setPen(widget.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(widget.rect(), Qt.AlignmentFlag.AlignCenter, words)


def _tell(part: object, error: Exception) -> None:
    name = part.accessibleName() if isinstance(part, QWidget) else ""
    fault = PaintError(name or type(part).__name__, error)
    sys.excepthook(PaintError, fault, None)
