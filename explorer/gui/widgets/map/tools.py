"""What the pointer does on the map: tools, what to do with what was selected, and the drag that is under way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt

from explorer.gui.widgets.map.polygon import points_in_box, points_in_polygon

Tool = Literal["pan", "box", "lasso"]
SelectionMode = Literal["replace", "add", "subtract", "intersect"]
DragKind = Literal["pan", "turn", "box", "lasso"]

TOOLS: tuple[Tool, ...] = get_args(Tool)
MODES: tuple[SelectionMode, ...] = get_args(SelectionMode)

_CTRL, _SHIFT, _ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
_LEAST_STEP = 2.0
"""Pixels between two corners of a drawn outline."""


def drag_kind(
    tool: Tool, button: Qt.MouseButton, held: Qt.KeyboardModifier, *, space: bool, turns: bool
) -> DragKind | None:
    """What dragging with a button does; None for nothing. ``turns``: the map is in space and can be turned."""
    if button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and space):
        return "pan"
    if button == Qt.MouseButton.RightButton:
        return "turn" if turns else None
    if button != Qt.MouseButton.LeftButton:
        return None
    if tool == "pan" and held & _SHIFT:
        return "lasso" if held & _CTRL else "box"
    if turns and tool == "pan":
        return "pan" if held & _CTRL else "turn"
    return "turn" if turns and held & _CTRL and not held & _SHIFT else tool


def drag_mode(tool: Tool, held: Qt.KeyboardModifier, chosen: SelectionMode) -> SelectionMode:
    """What a selection that ends now does: keys held say it in the selecting tools, else what was chosen."""
    shift, alt = bool(held & _SHIFT), bool(held & _ALT)
    if tool == "pan" or not (shift or alt):
        return chosen
    if shift and alt:
        return "intersect"
    return "add" if shift else "subtract"


@dataclass
class Drag:
    """A button that is held: ``under_way`` once the pointer has moved far enough to mean more than a click.

    ``path`` is in map units, so that the map can be zoomed and moved beneath a selection: for a box two
    opposite corners, for a lasso the outline.
    """

    kind: DragKind | None
    button: Qt.MouseButton
    start: QPointF
    path: list[tuple[float, float]] = field(default_factory=list)
    under_way: bool = False

    @property
    def selects(self) -> bool:
        return self.under_way and self.kind in ("box", "lasso")

    def extend(self, place: tuple[float, float], scale: float) -> None:
        """The pointer is at a map point now, at so many pixels a map unit."""
        if self.kind == "box":
            self.path[1:] = [place]
        elif self.kind == "lasso" and self._is_far(place, scale):
            self.path.append(place)

    def holds(self, xy: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
        """(n,) bool, which map points (n, 2) the selection takes."""
        if self.kind == "box":
            return points_in_box(xy, self.path[0], self.path[-1])
        return points_in_polygon(xy, self.path)

    def _is_far(self, place: tuple[float, float], scale: float) -> bool:
        (x, y), (last_x, last_y) = place, self.path[-1]
        return max(abs(x - last_x), abs(y - last_y)) * scale >= _LEAST_STEP
