"""The buttons beside the map: what dragging does, what is done with a selection, and the way back to the whole map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QFrame, QWidget

from explorer.gui.parts import UNIT, column
from explorer.gui.widgets.glyph_button import GlyphButton
from explorer.gui.widgets.map.tools import MODES, TOOLS, SelectionMode, Tool
from explorer.gui.widgets.map.view import MapView

TOOL_TIPS: Mapping[Tool, tuple[str, str]] = {
    "pan": ("Move the map", "Move the map (V): drag moves it, Shift-drag selects a box, Ctrl+Shift-drag a lasso"),
    "box": ("Select a box", "Select a box (B): drag from corner to corner"),
    "lasso": ("Select a lasso", "Select a lasso (L): draw around the texts"),
}
MODE_TIPS: Mapping[SelectionMode, tuple[str, str]] = {
    "replace": ("New selection", "New selection: what you draw replaces what was selected (M: next)"),
    "add": ("Add to the selection", "Add to the selection (Shift while drawing a box or a lasso)"),
    "subtract": ("Subtract from the selection", "Subtract from the selection (Alt while drawing)"),
    "intersect": ("Intersect with the selection", "Keep what is in both: intersect (Shift+Alt while drawing)"),
}


class MapTools(QWidget):
    """A column of buttons that shows the map's tool and mode, and changes them."""

    def __init__(self, view: MapView) -> None:
        super().__init__()
        self._tools = {tool: GlyphButton(tool, *TOOL_TIPS[tool]) for tool in TOOLS}
        self._modes = {mode: GlyphButton(mode, *MODE_TIPS[mode]) for mode in MODES}
        self._fit = GlyphButton("fit", "Show the whole map", "Show the whole map (0)")
        self.setAccessibleName("Tools of the map")
        whole = column(self, margin=UNIT // 2)
        whole.setSpacing(2)
        for buttons in (self._tools.values(), self._modes.values(), (self._fit,)):
            for button in buttons:
                whole.addWidget(button)
            if button is not self._fit:
                whole.addWidget(_rule())
        whole.addStretch(1)
        self._connect(view)

    def _connect(self, view: MapView) -> None:
        _exclusive(self, {self._tools[tool]: partial(view.set_tool, tool) for tool in TOOLS})
        _exclusive(self, {self._modes[mode]: partial(view.set_mode, mode) for mode in MODES})
        self._tools[view.tool].setChecked(True)
        self._modes[view.mode].setChecked(True)
        view.tool_changed.connect(lambda tool: self._tools[tool].setChecked(True))
        view.mode_changed.connect(lambda mode: self._modes[mode].setChecked(True))
        self._fit.clicked.connect(lambda _: view.fit())


def _exclusive(parent: QWidget, choices: Mapping[GlyphButton, Callable[[], None]]) -> None:
    """Of these buttons one is down."""
    group = QButtonGroup(parent)
    for button, choose in choices.items():
        button.setCheckable(True)
        button.clicked.connect(lambda _, choose=choose: choose())
        group.addButton(button)


def _rule() -> QFrame:
    rule = QFrame()
    rule.setFrameShape(QFrame.Shape.HLine)
    rule.setFrameShadow(QFrame.Shadow.Plain)
    rule.setEnabled(False)
    return rule
