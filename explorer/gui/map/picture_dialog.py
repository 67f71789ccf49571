"""Asks how large a picture of the map is to be, what it is called, and whether it is light or dark."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from explorer.gui.map.pictures import MOST_PIXELS, SheetSize
from explorer.gui.parts import UNIT, column, named, prose


@dataclass(frozen=True)
class PictureWish:
    """What a person wants of a picture."""

    title: str
    size: SheetSize
    dark: bool


class PictureDialog(QDialog):
    """Size, title and theme of a picture of the map."""

    def __init__(self, title: str, parent: QWidget, *, dark: bool) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export the map as a picture")
        self._title = named(QLineEdit(title), "Title")
        self._title.setMinimumWidth(40 * UNIT)
        self._width, self._height = _pixels(1920, "Width"), _pixels(1200, "Height")
        self._scale = named(QDoubleSpinBox(), "Scale", "Letters and points grow with it; 2 suits a dense screen")
        self._scale.setRange(0.5, 16)
        self._scale.setValue(1.5)
        self._theme = named(QComboBox(), "Theme of the picture")
        self._theme.addItems(["Light", "Dark"])
        self._theme.setCurrentIndex(int(dark))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        for words, control in (
            ("&Title", self._title),
            ("&Width", self._width),
            ("&Height", self._height),
            ("&Scale", self._scale),
            ("T&heme", self._theme),
        ):
            form.addRow(words, control)
        whole = column(self, margin=2 * UNIT)
        whole.addLayout(form)
        whole.addWidget(prose("PNG for slides, SVG for print. Legend and caption are in the picture.", quiet=True))
        whole.addWidget(buttons)

    def wish(self) -> PictureWish:
        """What was asked for."""
        size = SheetSize(self._width.value(), self._height.value(), self._scale.value())
        return PictureWish(self._title.text().strip(), size, dark=self._theme.currentIndex() == 1)


def _pixels(value: int, name: str) -> QSpinBox:
    box = named(QSpinBox(), name, "In pixels")
    box.setRange(100, MOST_PIXELS)
    box.setSuffix(" px")
    box.setValue(value)
    return box
