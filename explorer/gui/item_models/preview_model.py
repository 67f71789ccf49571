"""The first rows of a file as a table, before anything is loaded."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt
from PySide6.QtGui import QFont

from explorer.core.corpus.readers import Preview
from explorer.gui.item_models.rows_model import NOWHERE, Index
from explorer.gui.parts import snippet


class PreviewModel(QAbstractTableModel):
    """Cells as they were read; the columns chosen as text stand out in bold."""

    def __init__(self) -> None:
        super().__init__()
        self._preview: Preview | None = None
        self._text: frozenset[str] = frozenset()
        self._bold = QFont()
        self._bold.setBold(True)

    def show_preview(self, preview: Preview | None) -> None:
        self.beginResetModel()
        self._preview = preview
        self.endResetModel()

    def mark_text(self, columns: tuple[str, ...]) -> None:
        """Which columns will be embedded."""
        self._text = frozenset(columns)
        if self.columnCount():
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() or self._preview is None else len(self._preview.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() or self._preview is None else len(self._preview.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._preview is None or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        return snippet(self._preview.rows[index.row()][index.column()])

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._preview is None:
            return None
        if orientation == Qt.Orientation.Vertical:
            return section if role == Qt.ItemDataRole.DisplayRole else None
        name = self._preview.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{name} (text)" if name in self._text else name
        if role == Qt.ItemDataRole.FontRole:
            return self._bold if name in self._text else None
        return None
