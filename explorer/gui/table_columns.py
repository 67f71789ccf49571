"""The columns of the documents: how wide, in which order, which are shown. They fit until the person moves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QTableView

from explorer.gui.item_models.rows_model import RowsModel
from explorer.gui.parts import UNIT

TEXT = "text"
LEAST_TEXT = 30 * UNIT
"""Pixels that the texts have at least; what then has no room is reached by scrolling."""
WIDEST = 20
"""Characters of a cell that count for the width of its column."""
MEASURED = 100
"""Rows whose cells are measured."""
ALWAYS: Mapping[str, Sequence[str]] = {"state": ("cleared by hand", "flagged by hand"), "score": ("0.00000",)}
"""Words that a column must have room for, whether they are there yet or not."""


class TableColumns(QObject):
    """Knows the columns of a table by key. ``moved`` is called when the person has changed something.

    beside : keys of the columns that should be seen together with the texts without scrolling.
    """

    def __init__(self, table: QTableView, model: RowsModel, moved: Callable[[], None]) -> None:
        super().__init__(table)
        self._table = table
        self._model = model
        self._moved = moved
        self._widths: dict[str, int] = {}
        self._measured: dict[str, int] = {}
        self._visible: dict[str, bool] = {}
        self._usual: Mapping[str, bool] = {}
        self._beside: frozenset[str] = frozenset()
        self._by_hand = self._arranging = False
        header = table.horizontalHeader()
        header.setSectionsMovable(True)
        header.sectionResized.connect(self._resized)
        header.sectionMoved.connect(lambda *_: None if self._arranging else moved())
        self._room = table.viewport()  # while a table is being destroyed it cannot be asked for it
        for watched in (self._room, header.viewport()):
            watched.installEventFilter(self)
        for changed in (model.modelReset, model.dataChanged, model.layoutChanged):
            changed.connect(lambda *_: self._measured.clear())

    def start(self, beside: Sequence[str]) -> None:
        """Other columns, as they are at first."""
        self._widths, self._visible, self._usual = {}, {}, {}
        self._beside = frozenset(beside)
        self._arrange([shown.key for shown in self._model.columns])
        self.fit()

    # --- what is shown --------------------------------------------------------------------------

    def show(self, usual: Mapping[str, bool]) -> None:
        """Which columns are there unless the person says otherwise; those not named are."""
        self._usual = usual
        changed = False
        for section, shown in enumerate(self._model.columns):
            visible = self._visible.get(shown.key, usual.get(shown.key, True))
            if self._table.isColumnHidden(section) == visible:
                self._table.setColumnHidden(section, not visible)
                changed = True
        if changed:
            self.fit()

    def choose(self, key: str, visible: bool) -> None:
        """The person shows or hides a column."""
        self._visible[key] = visible
        self.show(self._usual)
        self._moved()

    def fit(self) -> None:
        """Each column as wide as what stands in it now; the texts have the rest of the room."""
        self._measured.clear()
        self._share_room()

    def _share_room(self) -> None:
        self._arranging = True
        room = self._room.width()
        for section, shown in enumerate(self._model.columns):
            if shown.key == TEXT or self._table.isColumnHidden(section):
                continue
            if shown.key not in self._measured:
                self._measured[shown.key] = self._needed(section)
            width = self._widths.get(shown.key) or self._measured[shown.key]
            self._table.setColumnWidth(section, width)
            room -= width if shown.key in self._beside else 0
        self._table.setColumnWidth(self._model.section_of(TEXT), self._widths.get(TEXT) or max(room, LEAST_TEXT))
        self._arranging = False

    def _needed(self, section: int) -> int:
        """Pixels for a column's title with its arrow, and for its cells as far as they are not long."""
        shown, font = self._model.columns[section], QFont(self._table.font())
        font.setBold(True)  # as the current row's
        metrics = QFontMetrics(font)
        rows = range(min(MEASURED, self._model.rowCount()))
        cells = {self._model.words(place, section)[:WIDEST] for place in rows}
        words = sorted(cells, key=len)[-8:]
        wide = max((metrics.horizontalAdvance(word) for word in (*words, *ALWAYS.get(shown.key, ()))), default=0)
        return max(wide + 2 * UNIT, metrics.horizontalAdvance(shown.title) + 4 * UNIT)

    # --- what the person does -------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Sections that are moved while the header is pressed are moved by hand; other room is shared anew."""
        if watched is self._room:
            if event.type() == QEvent.Type.Resize:
                self._share_room()
        elif event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            self._by_hand = True
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._by_hand = False
        return super().eventFilter(watched, event)

    def _resized(self, section: int, _: int, width: int) -> None:
        if self._by_hand and not self._arranging and width:
            self._widths[self._model.columns[section].key] = width
            self._moved()

    # --- kept with the project ------------------------------------------------------------------

    def view_state(self) -> dict[str, Any]:
        """What the person chose, as something that JSON can hold."""
        header, columns = self._table.horizontalHeader(), self._model.columns
        order = [columns[header.logicalIndex(place)].key for place in range(len(columns))]
        return {"order": order, "widths": dict(self._widths), "visible": dict(self._visible)}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go back to what ``view_state`` gave; columns that are not there any more are left out."""
        keys = [shown.key for shown in self._model.columns]
        self._widths = {k: w for k, w in _mapping(kept, "widths", keys).items() if type(w) is int and w > UNIT}
        self._visible = {k: on for k, on in _mapping(kept, "visible", keys).items() if type(on) is bool and k != TEXT}
        order = kept.get("order")
        if isinstance(order, list):
            known = [key for key in order if key in keys]
            self._arrange([*dict.fromkeys(known), *(key for key in keys if key not in known)])
        self.show(self._usual)
        self.fit()

    def _arrange(self, keys: Sequence[str]) -> None:
        self._arranging = True
        header = self._table.horizontalHeader()
        for place, key in enumerate(keys):
            header.moveSection(header.visualIndex(self._model.section_of(key)), place)
        self._arranging = False


def _mapping(kept: Mapping[str, Any], name: str, keys: Sequence[str]) -> dict[str, Any]:
    found = kept.get(name)
    return {key: value for key, value in found.items() if key in keys} if isinstance(found, dict) else {}
