"""How the rows of the map look: their own colours, less what is filtered out, not found or far behind."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FAINT = 0.16
"""Share of its alpha that a row keeps while a search has not found it."""
_DEFAULT_COLOUR = (125, 131, 140, 255)
_FARTHEST = 0.35


class MapLook:
    """Colours, flags, and which rows are shown and found; None for a mask means all of them."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._colours = np.broadcast_to(np.array(_DEFAULT_COLOUR, np.uint8), (rows, 4))
        self._flagged = np.zeros(rows, bool)
        self.shown: npt.NDArray[np.bool_] | None = None
        self.matches: npt.NDArray[np.bool_] | None = None

    def set_colours(self, rgba: npt.NDArray[np.uint8]) -> None:
        self._colours = self._checked(rgba, "colours").astype(np.uint8, copy=False)

    def set_flagged(self, mask: npt.NDArray[np.bool_]) -> None:
        self._flagged = self._checked(mask, "flags").astype(bool, copy=False)

    def set_shown(self, mask: npt.NDArray[np.bool_] | None) -> None:
        self.shown = None if mask is None else self._checked(mask, "shown or not").astype(bool, copy=False)

    def set_matches(self, mask: npt.NDArray[np.bool_] | None) -> None:
        self.matches = None if mask is None else self._checked(mask, "found or not").astype(bool, copy=False)

    @property
    def coloured(self) -> tuple[object, ...]:
        """What the colours are made of: the same objects give the same colours."""
        return self._colours, self.shown, self.matches

    @property
    def ringed(self) -> tuple[object, ...]:
        """What the rings are made of."""
        return self._flagged, self.matches

    def visible(self) -> npt.NDArray[np.bool_]:
        """(n,) bool, the rows that are drawn where they have a place."""
        seen: npt.NDArray[np.bool_] = self._colours[:, 3] > 0
        return seen if self.shown is None else seen & self.shown

    def is_visible(self, row: int) -> bool:
        """The same of one row."""
        return bool(self._colours[row, 3] > 0 and (self.shown is None or self.shown[row]))

    def colour(self, row: int) -> tuple[int, int, int]:
        """Red, green and blue of a row."""
        red, green, blue, _ = self._colours[row].tolist()
        return red, green, blue

    def rgba(self, nearness: npt.NDArray[np.float32] | None = None) -> npt.NDArray[np.uint8]:
        """Colours (n, 4) as they are to be drawn. ``nearness`` (n,) from 0 to 1 makes what is far fainter."""
        if self.shown is None and self.matches is None and nearness is None:
            return self._colours
        alpha = self._colours[:, 3]
        if nearness is not None:
            least = np.minimum(alpha, 1)
            alpha = np.maximum(alpha * (_FARTHEST + (1 - _FARTHEST) * nearness), least).astype(np.uint8)
        if self.matches is not None:
            faint = np.maximum(alpha * np.float32(FAINT), np.minimum(alpha, 1)).astype(np.uint8)
            alpha = np.where(self.matches, alpha, faint)
        if self.shown is not None:
            alpha = np.where(self.shown, alpha, np.uint8(0))
        rgba = self._colours.copy()
        rgba[:, 3] = alpha
        return rgba

    def flagged(self) -> npt.NDArray[np.bool_]:
        """(n,) bool, the rows with a ring: a row that a search has not found gives up its own."""
        return self._flagged if self.matches is None else self._flagged & self.matches

    def _checked(self, values: npt.NDArray, what: str) -> npt.NDArray:  # type: ignore[type-arg]
        if len(values) != self._rows:
            raise ValueError(f"{len(values)} {what} for {self._rows} points")
        return values
