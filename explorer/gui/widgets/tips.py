"""Short tips for a window that has nothing else to show yet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from explorer.gui.parts import UNIT, column, heading, line, named, number, prose
from explorer.gui.widgets.announce import announce
from explorer.gui.widgets.card import Card


class Tips(Card):
    """One tip at a time, with buttons to the next and the one before, around the end; and one to be rid of them.

    It never changes by itself: words that move while they are read help nobody.

    Signals
    -------
    shown(int)
        The person went to the tip at this place; kept by the owner, the next start shows the one after.
    dismissed()
        No more tips are wanted.
    """

    shown = Signal(int)
    dismissed = Signal()

    def __init__(self, tips: Sequence[str] = (), start: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tips: tuple[str, ...] = ()
        self._place = 0
        self._words, self._count = prose(), QLabel()
        self._previous = _button("Previous tip", Qt.ArrowType.LeftArrow)
        self._next = _button("Next tip", Qt.ArrowType.RightArrow)
        self._close = named(QToolButton(), "No more tips", "No more tips")
        self._build()
        self.set_tips(tips, start)

    def _build(self) -> None:
        self._count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._close.setText("×")
        self._close.setAutoRaise(True)
        self._previous.clicked.connect(lambda: self._go(-1))
        self._next.clicked.connect(lambda: self._go(1))
        self._close.clicked.connect(lambda: self.dismissed.emit())
        top = line()
        top.addWidget(heading("Tip"))
        top.addStretch(1)
        for widget in (self._count, self._previous, self._next, self._close):
            top.addWidget(widget)
        whole = column(self)
        whole.setSpacing(UNIT // 2)
        whole.addLayout(top)
        whole.addWidget(self._words)
        whole.addStretch(1)

    def set_tips(self, tips: Sequence[str], start: int = 0) -> None:
        """Other tips, the one at ``start`` (counted around the end) first; without any the box is not there."""
        self._tips = tuple(tips)
        self.setVisible(bool(tips))
        if tips:
            self._show(start % len(tips))

    @property
    def place(self) -> int:
        """Which tip is shown."""
        return self._place

    def _go(self, step: int) -> None:
        self._show((self._place + step) % len(self._tips))
        announce(self, self._words.text())
        self.shown.emit(self._place)

    def _show(self, place: int) -> None:
        self._place = place
        self._words.setText(self._tips[place])
        self._count.setText(f"{number(place + 1)} of {number(len(self._tips))}")
        self.setAccessibleName(f"Tip {self._count.text()}")
        self.setAccessibleDescription(self._tips[place])
        for button in (self._previous, self._next, self._count):
            button.setVisible(len(self._tips) > 1)


def _button(name: str, arrow: Qt.ArrowType) -> QToolButton:
    button = named(QToolButton(), name, name)
    button.setArrowType(arrow)
    button.setAutoRaise(True)
    return button
