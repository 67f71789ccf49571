"""Which two columns place the texts: a line that is there only while they do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget

from explorer.gui.parts import UNIT, labelled, line, named, snippet

NAME = 40


class AxesBar(QWidget):
    """Two boxes with the columns of numbers and dates.

    Signals
    -------
    chosen(object)
        The names of two columns, across and up; None = place the texts by the layout again.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._across = named(QComboBox(), "Column across", "A column of numbers or dates, from left to right")
        self._up = named(QComboBox(), "Column up", "A column of numbers or dates, from bottom to top")
        self._none = QLabel("There are not two columns of numbers or dates.")
        self._back = named(QPushButton("&Back to the layout"), "Back to the layout", "Place similar texts together")
        row = line(self)
        row.setContentsMargins(UNIT, 0, UNIT, UNIT // 2)
        self._labels = [labelled("Ac&ross", self._across), labelled("&Up", self._up)]
        for label, combo in zip(self._labels, (self._across, self._up), strict=True):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            combo.setMaximumWidth(25 * UNIT)
            combo.activated.connect(lambda _: self.chosen.emit(self.columns))
            row.addWidget(label)
            row.addWidget(combo)
        row.addWidget(self._none)
        row.addStretch(1)
        row.addWidget(self._back)
        self._back.clicked.connect(lambda _: self.chosen.emit(None))

    @property
    def columns(self) -> tuple[str, str] | None:
        """What is chosen; None where there are not two columns."""
        across, up = self._across.currentData(), self._up.currentData()
        return None if across is None or up is None else (across, up)

    def offer(self, names: Sequence[str], columns: tuple[str, str] | None) -> None:
        """Offer columns, and choose two: those given, as far as they are there, else the first ones."""
        names = names if len(names) > 1 else ()
        for place, combo in enumerate((self._across, self._up)):
            combo.clear()
            for name in names:
                combo.addItem(snippet(name, NAME), name)
            wanted = -1 if columns is None else combo.findData(columns[place])
            combo.setCurrentIndex(wanted if wanted >= 0 else min(place, combo.count() - 1))
        for widget in (*self._labels, self._across, self._up):
            widget.setVisible(bool(names))
        self._none.setVisible(not names)
