"""The filters that narrow what is shown, as chips in as many lines as they need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from explorer.gui.parts import named
from explorer.gui.widgets.chip import Chip, ChipView
from explorer.gui.widgets.flow_layout import FlowLayout

Match = Literal["all", "any"]
_MATCHES: tuple[Match, ...] = ("all", "any")


class ChipBar(QWidget):
    """Chips, "All of" or "Any of" before them where there are two or more, "Add filter" and "Clear all" behind.

    The bar changes nothing by itself: it tells what the person wants and shows what :meth:`set_chips` gives.

    Signals
    -------
    enabled_changed(int, bool), inverted_changed(int, bool)
        The chip at this place shall be on or off, inverted or not.
    renamed(int, str)
        The chip shall have this name; "" for its own words.
    removed(int), edit_requested(int), save_requested(int)
        The chip shall go; ask for something else; be saved under a name.
    match_changed(str)
        "all" or "any" of the chips shall hold.
    add_requested(), clear_requested()
        A button was pressed.
    """

    enabled_changed = Signal(int, bool)
    inverted_changed = Signal(int, bool)
    renamed = Signal(int, str)
    removed = Signal(int)
    edit_requested = Signal(int)
    save_requested = Signal(int)
    match_changed = Signal(str)
    add_requested = Signal()
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: list[Chip] = []
        self._match = named(QComboBox(), "How filters combine", "Whether a text must pass all filters or one of them")
        self._add = named(QPushButton("Add &filter…"), "Add a filter")
        self._clear = named(QPushButton("Clear all"), "Clear all filters", "Remove every filter")
        self._flow = FlowLayout(self)
        self._build()
        self.set_chips([])

    def _build(self) -> None:
        self.setAccessibleName("Filters")
        self._match.addItems(["All of", "Any of"])
        self._match.activated.connect(lambda place: self.match_changed.emit(_MATCHES[place]))
        self._add.clicked.connect(lambda: self.add_requested.emit())
        self._clear.clicked.connect(lambda: self.clear_requested.emit())
        for widget in (self._match, self._add, self._clear):
            self._flow.addWidget(widget)

    def set_chips(self, chips: Sequence[ChipView], match: Match = "all") -> None:
        """Show these, in this order. The focus stays at its place, or goes to the last chip if its place is gone."""
        self._match.setCurrentIndex(_MATCHES.index(match))
        focused = next((place for place, chip in enumerate(self._chips) if chip.hasFocus()), None)
        while len(self._chips) > len(chips):
            self._drop_last()
        for chip, view in zip(self._chips, chips, strict=False):
            chip.set_view(view)
        for view in chips[len(self._chips) :]:
            self._append(view)
        self._match.setVisible(len(chips) >= 2)
        self._clear.setVisible(bool(chips))
        if focused is not None and focused >= len(chips):
            (self._chips[-1] if self._chips else self._add).setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The chips, first to last."""
        return tuple(self._chips)

    def _append(self, view: ChipView) -> None:
        chip, place = Chip(view), len(self._chips)
        chip.toggled_by_hand.connect(lambda: self.enabled_changed.emit(place, not chip.view.enabled))
        chip.inverted_by_hand.connect(lambda: self.inverted_changed.emit(place, not chip.view.inverted))
        chip.renamed.connect(lambda name: self.renamed.emit(place, name))
        chip.edited.connect(lambda: self.edit_requested.emit(place))
        chip.removed.connect(lambda: self.removed.emit(place))
        chip.saved.connect(lambda: self.save_requested.emit(place))
        before = self._chips[-1] if self._chips else self._match
        self._flow.insert_widget(place + 1, chip)
        self._chips.append(chip)
        self.setTabOrder(before, chip)
        self.setTabOrder(chip, self._add)

    def _drop_last(self) -> None:
        chip = self._chips.pop()
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
