"""The choice whether cells that a spreadsheet would run are written so that it does not."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox

from explorer.gui.parts import named

SAFE_CELLS = (
    "A spreadsheet runs cells that begin with =, +, - or @ as formulas, and texts from strangers may use that. "
    "Such cells get an apostrophe in front, which shows them as text. Untick this for programs that read every "
    "cell as text."
)


def safe_cells_box() -> QCheckBox:
    """Ticked at first."""
    box = named(QCheckBox("&Safe to open in a spreadsheet"), "Safe to open in a spreadsheet", SAFE_CELLS)
    box.setChecked(True)
    return box
