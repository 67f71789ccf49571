"""From where one looks at the map, as it is kept between sessions."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.gui.widgets.map.space import Turn

_HUGE = 1e39
"""Beyond the positions that a map can have; NaN is not below it either."""


@dataclass(frozen=True)
class ViewState:
    """The map point in the middle, the zoom (1 = the whole map fits), and how a map in space is turned.

    ``whole``: the map is fitted into the window, whatever its size; centre and zoom are then what they happened to be.
    """

    center: tuple[float, float]
    zoom: float
    turn: Turn
    whole: bool

    @classmethod
    def from_json(cls, state: object) -> ViewState | None:
        """A view from what ``to_json`` has made; None for anything else."""
        if not isinstance(state, dict):
            return None
        center, turn = _numbers(state.get("center"), 2), _numbers(state.get("turn"), 2)
        zoom, whole = _numbers([state.get("zoom")], 1), state.get("whole")
        if center is None or turn is None or zoom is None or zoom[0] <= 0 or not isinstance(whole, bool):
            return None
        return cls((center[0], center[1]), zoom[0], Turn().by(*turn), whole)

    def to_json(self) -> dict[str, object]:
        turn = [self.turn.around, self.turn.up]
        return {"center": list(self.center), "zoom": self.zoom, "turn": turn, "whole": self.whole}


def _numbers(values: object, count: int) -> list[float] | None:
    """So many finite numbers of a sensible size, or None."""
    if not isinstance(values, list) or len(values) != count:
        return None
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return None
    return [float(value) for value in values] if all(abs(value) < _HUGE for value in values) else None
