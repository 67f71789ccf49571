"""A list whose entries are ticked: corpora, encoders, detectors."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

_KEY = Qt.ItemDataRole.UserRole


class TickList(QListWidget):
    """Entries by key, each with words and a tip. ``ticked``: somebody has ticked or unticked one, or one has come."""

    ticked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.itemChanged.connect(lambda _: self.ticked.emit())

    def put(self, key: str, words: str, tip: str, *, on: bool = True, first: bool = False) -> None:
        """Add an entry, or tick the one that is there."""
        item = self._item(key)
        with QSignalBlocker(self):
            if item is None:
                item = QListWidgetItem(words)
                item.setData(_KEY, key)
                self.insertItem(0 if first else self.count(), item)
            item.setText(words)
            item.setToolTip(tip)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.ticked.emit()

    def drop(self, key: str) -> None:
        """Take an entry off the list."""
        item = self._item(key)
        if item is not None:
            self.takeItem(self.row(item))
            self.ticked.emit()

    def tick(self, keys: Iterable[str]) -> None:
        """Tick these and no others."""
        wanted = set(keys)
        with QSignalBlocker(self):
            for item in self._items():
                item.setCheckState(Qt.CheckState.Checked if item.data(_KEY) in wanted else Qt.CheckState.Unchecked)
        self.ticked.emit()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The keys that are ticked, in the order of the list."""
        return tuple(item.data(_KEY) for item in self._items() if item.checkState() == Qt.CheckState.Checked)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key, in the order of the list."""
        return tuple(item.data(_KEY) for item in self._items())

    @property
    def current_key(self) -> str | None:
        """The entry that is selected."""
        item = self.currentItem()
        return None if item is None else str(item.data(_KEY))

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(place) for place in range(self.count())]

    def _item(self, key: str) -> QListWidgetItem | None:
        return next((item for item in self._items() if item.data(_KEY) == key), None)
