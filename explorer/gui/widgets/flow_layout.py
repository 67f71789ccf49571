"""A layout that puts its widgets side by side and goes on in the next line where there is no more room."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Left to right (mirrored for right-to-left languages), then down; its height follows from its width."""

    def __init__(self, parent: QWidget | None = None, *, spacing: int = 8) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def insert_widget(self, place: int, widget: QWidget) -> None:
        """Put a widget before the one at ``place``."""
        self.addWidget(widget)
        self._items.insert(place, self._items.pop())
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        """All in one line."""
        hints = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(hint.width() for hint in hints) + self.spacing() * max(0, len(hints) - 1)
        return QSize(width, max((hint.height() for hint in hints), default=0)).grownBy(self.contentsMargins())

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
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().boundedTo(QSize(max(inside.width(), item.minimumSize().width()), 1 << 20))
            if x > inside.left() and x + size.width() > inside.right() + 1:
                x, y, tallest = inside.left(), y + tallest + self.spacing(), 0
            if move:
                item.setGeometry(self._mirrored(QRect(x, y, size.width(), size.height()), inside))
            x += size.width() + self.spacing()
            tallest = max(tallest, size.height())
        margins = self.contentsMargins()
        return y + tallest - inside.top() + margins.top() + margins.bottom()

    def _mirrored(self, place: QRect, inside: QRect) -> QRect:
        parent = self.parentWidget()
        if parent is not None and parent.isRightToLeft():
            place.moveLeft(inside.left() + inside.right() + 1 - place.left() - place.width())
        return place
