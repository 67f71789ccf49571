"""A frame that can be seen in the light and in the dark."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from explorer.gui.theme import current_theme
from explorer.gui.widgets.painting import painted


class Card(QWidget):
    """A widget with a border around it. Fusion's own frames vanish in the dark."""

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.border))
        painter.setBrush(QColor(theme.background))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
