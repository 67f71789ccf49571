"""What the colours of the map mean: names with their colours and counts, or a bar with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from explorer.gui.widgets.legend_row import LegendRow
from explorer.gui.widgets.scale_bar import ScaleBar

_GAP = 8


@dataclass(frozen=True)
class LegendEntry:
    """One category: its name, how many rows have it and its colour (red, green, blue, alpha)."""

    name: str
    count: int
    rgba: tuple[int, int, int, int]


class Legend(QWidget):
    """A title and either categories or a colour scale, and how flagged rows are marked.

    A click on a category (Space) asks to hide it or to show it again, a double-click (Enter) to show only it, and once
    more to show all; the arrow keys go from one to the next. The legend changes nothing by itself: ``set_hidden`` does.

    Signals
    -------
    category_toggled(int)
        The entry at this place is to be hidden, or to be shown again. It comes before a double-click, too.
    category_isolated(int)
        Only the entry at this place is to be shown.
    all_requested()
        All entries are to be shown.
    category_clicked(int)
        The texts of the entry at this place are to be selected: Ctrl-click, or the context menu.
    """

    category_toggled = Signal(int)
    category_isolated = Signal(int)
    all_requested = Signal()
    category_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Legend"))
        self._title = QLabel()
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setWordWrap(True)
        self._note = QLabel()
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setWordWrap(True)
        self._note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._bar = ScaleBar()
        self._flagged = LegendRow(ring=True)
        self._flagged.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._flagged.setEnabled(False)
        self._rows: list[LegendRow] = []
        self._hidden: frozenset[int] = frozenset()
        self._hidden_before: frozenset[int] = frozenset()
        self._categories = QVBoxLayout()
        self._categories.setSpacing(0)
        self._lay_out()
        self.clear()

    def set_categories(self, title: str, entries: Sequence[LegendEntry]) -> None:
        """Show categories, in the order given; none of them is hidden."""
        self._show(title, note="", bar=False)
        while len(self._rows) > len(entries):
            self._remove_last_row()
        while len(self._rows) < len(entries):
            self._add_row()
        for row, entry in zip(self._rows, entries, strict=True):
            row.set_entry(entry.name, entry.count, entry.rgba)
        self.set_hidden(())

    def set_hidden(self, places: Iterable[int]) -> None:
        """Places of the categories whose rows are not shown."""
        self._hidden = frozenset(places)
        for place, row in enumerate(self._rows):
            row.set_hidden(place in self._hidden)

    def set_scale(
        self,
        title: str,
        colours: npt.NDArray[np.uint8],
        low: float,
        median: float,
        high: float,
        *,
        beyond: tuple[bool, bool] = (False, False),
        words: Callable[[float], str] | None = None,
        note: str = "",
    ) -> None:
        """Show a colour scale.

        Parameters
        ----------
        title : str
            What is measured, with its unit.
        colours : (k, 4) uint8 array
            The scale from low to high.
        low, median, high : float
            Values at the ends of the scale and the median of all; NaN where there is no value.
        beyond : (bool, bool)
            Whether there are values below the low and above the high end, which then have the colours of the ends.
        words : function
            How a value is written, where it is not a plain number.
        note : str
            How to read it, such as "higher = stranger".
        """
        self._drop_rows()
        self._show(title, note=note, bar=True)
        self._bar.set_scale(colours, (low, median, high), beyond, words)

    def set_flagged_count(self, count: int | None) -> None:
        """Say what the ring means and how many rows have it; None where nothing has been scored."""
        self._flagged.setVisible(count is not None)
        if count is not None:
            self._flagged.set_entry(self.tr("flagged"), count, (0, 0, 0, 0))

    def clear(self) -> None:
        """Show nothing."""
        self._drop_rows()
        self._show("", note="", bar=False)
        self.set_flagged_count(None)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_GAP, _GAP, _GAP, _GAP)
        layout.setSpacing(4)
        layout.addWidget(self._flagged)  # first, so that many categories do not push it out of sight
        layout.addWidget(self._title)
        layout.addWidget(self._bar)
        layout.addWidget(self._note)
        layout.addLayout(self._categories)
        layout.addStretch(1)

    def _show(self, title: str, *, note: str, bar: bool) -> None:
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._bar.setVisible(bar)

    def _add_row(self) -> None:
        row = LegendRow()
        place = len(self._rows)
        row.toggle_asked.connect(lambda: self._toggle(place))
        row.isolate_asked.connect(lambda by_mouse: self._isolate(place, double_click=by_mouse))
        row.select_asked.connect(lambda: self.category_clicked.emit(place))
        row.menu_asked.connect(lambda where: self._menu(place).popup(where))
        row.step_asked.connect(lambda by: self._rows[(place + by) % len(self._rows)].setFocus())
        self._rows.append(row)
        self._categories.addWidget(row)

    def _toggle(self, place: int) -> None:
        self._hidden_before = self._hidden  # a second click may follow and mean what was seen before the first
        self.category_toggled.emit(place)

    def _isolate(self, place: int, *, double_click: bool) -> None:
        hidden = self._hidden_before if double_click else self._hidden
        others = frozenset(range(len(self._rows))) - {place}
        if others and hidden == others:
            self.all_requested.emit()
        else:
            self.category_isolated.emit(place)

    def _menu(self, place: int) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        hides = place not in self._hidden
        menu.addAction(self.tr("&Select these texts"), lambda: self.category_clicked.emit(place))
        menu.addSeparator()
        menu.addAction(self.tr("&Hide these") if hides else self.tr("S&how these"), lambda: self._toggle(place))
        menu.addAction(self.tr("Show &only these"), lambda: self.category_isolated.emit(place))
        menu.addAction(self.tr("Show &all"), self.all_requested.emit).setEnabled(bool(self._hidden))
        return menu

    def _remove_last_row(self) -> None:
        row = self._rows.pop()
        self._categories.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _drop_rows(self) -> None:
        while self._rows:
            self._remove_last_row()
