"""A layout that puts its widgets side by side and goes on in the next line where there is no more room."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

NO_DIRECTION = Qt.Orientation(0)
"""Made once: Qt asks for it again and again."""


@dataclass(frozen=True)
class _Room:
    """What an item that is there asks for, in pixels."""

    item: QLayoutItem
    width: int
    height: int
    least: int


class FlowLayout(QLayout):
    """Left to right (mirrored for right-to-left languages), then down; its height follows from its width."""

    def __init__(self, parent: QWidget | None = None, *, spacing: int = 8) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._known: list[_Room] | None = None
        self._heights: dict[int, int] = {}
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def insert_widget(self, place: int, widget: QWidget) -> None:
        """Put a widget before the one at ``place``."""
        self.addWidget(widget)
        self._items.insert(place, self._items.pop())
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self._forget()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        self._forget()
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return NO_DIRECTION

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = self._arrange(QRect(0, 0, width, 0), move=False)
        return self._heights[width]

    def invalidate(self) -> None:
        self._forget()
        super().invalidate()

    def _forget(self) -> None:
        self._known = None
        self._heights.clear()

    def _rooms(self) -> list[_Room]:
        """What the items ask for; Qt says by ``invalidate`` that it may have changed."""
        if self._known is None:
            there = [(item, item.sizeHint()) for item in self._items if not item.isEmpty()]
            self._known = [_Room(item, hint.width(), hint.height(), item.minimumSize().width()) for item, hint in there]
        return self._known

    def sizeHint(self) -> QSize:
        """All in one line."""
        rooms = self._rooms()
        width = sum(room.width for room in rooms) + self.spacing() * max(0, len(rooms) - 1)
        return QSize(width, max((room.height for room in rooms), default=0)).grownBy(self.contentsMargins())

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size.grownBy(self.contentsMargins())

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Place the items into ``rect`` if ``move``; the height that they need either way."""
        inside = rect.marginsRemoved(self.contentsMargins())
        x, y, tallest = inside.left(), inside.top(), 0
        left, right, spacing = inside.left(), inside.right() + 1, self.spacing()
        for room in self._rooms():
            width = min(room.width, max(inside.width(), room.least))
            if x > left and x + width > right:
                x, y, tallest = left, y + tallest + spacing, 0
            if move:
                room.item.setGeometry(self._mirrored(QRect(x, y, width, room.height), inside))
            x += width + spacing
            tallest = max(tallest, room.height)
        margins = self.contentsMargins()
        return y + tallest - inside.top() + margins.top() + margins.bottom()

    def _mirrored(self, place: QRect, inside: QRect) -> QRect:
        parent = self.parentWidget()
        if parent is not None and parent.isRightToLeft():
            place.moveLeft(inside.left() + inside.right() + 1 - place.left() - place.width())
        return place
