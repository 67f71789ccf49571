"""The points of the map: where they are, how they look, which is hit, and the last picture of them."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QPainter

from explorer.gui.widgets.map.beside import Work
from explorer.gui.widgets.map.camera import Bounds, Camera
from explorer.gui.widgets.map.density import Detail
from explorer.gui.widgets.map.dressing import Dressed, Wanted, dress
from explorer.gui.widgets.map.look import MapLook
from explorer.gui.widgets.map.picture import MapPicture, MarkColours, paint_scene
from explorer.gui.widgets.map.spatial_grid import extent

__all__ = ["MapPoints", "MarkColours", "paint_scene"]

AT_ONCE = 50_000
"""Rows up to which a change is seen in the next frame; of more, the old picture stays until the new one is made."""
MOVING_AT_ONCE = 200_000
"""The same while points glide: a picture that comes late would be a jump."""


class MapPoints:
    """What is to be drawn, and the last picture of it.

    Every setter takes one entry a row of the corpus; arrays are kept, not copied, and must not be changed. A row is
    shown if its position is finite, its colour is not fully transparent and no filter hides it; a row that is not shown
    is not hit by the pointer either. Rows with a lower alpha are drawn below the others, selected ones above them at
    full alpha, flagged ones on top.

    beside : does work on another thread; without it, everything is made where it is asked for. changed : is called
    when what was made there has come.
    """

    def __init__(
        self, beside: Callable[[Work], None] | None = None, changed: Callable[[], None] = lambda: None
    ) -> None:
        self._beside = beside
        self._changed = changed
        self.xy = np.empty((0, 2), np.float32)
        self.bounds: Bounds | None = None
        self.look = MapLook(0)
        self._nearness: npt.NDArray[np.float32] | None = None
        self._selected = np.empty(0, np.int64)
        self._moving = False
        self._dressed: Dressed | None = None
        self._asked: Wanted | None = None
        self._picture: MapPicture | None = None
        self._pictured: object = None

    def __len__(self) -> int:
        return len(self.xy)

    # --- what is drawn --------------------------------------------------------------------------------

    def set_positions(self, xy: npt.NDArray[np.floating]) -> None:
        """Positions (n, 2); with another n, how rows look goes back to the default until it is set."""
        if len(xy) != len(self.xy):
            self.look = MapLook(len(xy))
            self._selected = np.empty(0, np.int64)
            self._nearness = self._dressed = self._asked = self._picture = None
        self.xy = np.ascontiguousarray(xy, np.float32)
        placed, *corners = extent(self.xy)
        self.bounds = Bounds(*corners) if placed else None
        self._moving = False

    def move(self, xy: npt.NDArray[np.float32]) -> None:
        """Positions on the way to others: drawn, but neither hit nor fitted until ``settle``."""
        self.xy = np.ascontiguousarray(xy, np.float32)
        self._moving = True

    def settle(self) -> None:
        """The points stay where they were moved to."""
        self._moving = False

    def set_colours(self, rgba: npt.NDArray[np.uint8]) -> None:
        self.look.set_colours(rgba)

    def set_nearness(self, nearness: npt.NDArray[np.float32] | None) -> None:
        """(n,) from 0 = far, which is drawn fainter, to 1; None on a plane."""
        self._nearness = nearness

    def set_flagged(self, mask: npt.NDArray[np.bool_]) -> None:
        self.look.set_flagged(mask)

    def set_selected(self, rows: npt.NDArray[np.int64]) -> None:
        self._selected = rows

    # --- what can be asked ----------------------------------------------------------------------------

    @property
    def rgba(self) -> npt.NDArray[np.uint8]:
        """Colours (n, 4) as they are drawn: alpha 0 where a row is not shown."""
        return self.frozen().rgba

    @property
    def flagged(self) -> npt.NDArray[np.bool_]:
        """(n,) the rows that have a ring."""
        return self.look.flagged()

    def shown(self) -> npt.NDArray[np.bool_]:
        """(n,) bool, the rows that can be seen somewhere on the map."""
        x, y = self.xy.T
        shown: npt.NDArray[np.bool_] = np.isfinite(x) & np.isfinite(y) & self.look.visible()
        return shown

    def nearest(self, x: float, y: float, radius: float) -> int:
        """The row that is shown nearest to a place in map units, no farther than ``radius``; -1 for none, and while
        points are on their way."""
        now = self._now()
        if now is None or now.hits is None or now.wanted.xy is not self.xy:
            return -1
        row = now.hits.nearest(x, y, radius)
        return row if row >= 0 and self.look.is_visible(row) else -1

    def colour(self, row: int) -> QColor:
        red, green, blue = self.look.colour(row)
        return QColor(red, green, blue)

    def radius(self, camera: Camera) -> float:
        """Radius of a disc in pixels: smaller the more points share the window, larger the closer one looks."""
        density = 0.0 if self._dressed is None else self._dressed.scene.density
        return Detail(len(self.xy), density, camera).radius

    @property
    def is_shown(self) -> bool:
        """Whether the next frame draws what was set last; of many rows, the one before may still be drawn."""
        return self._dressed is not None and self.wanted().same_as(self._dressed.wanted)

    def wanted(self) -> Wanted:
        """What was set last, never to change."""
        return Wanted(self.xy, copy.copy(self.look), self._nearness, self._selected, not self._moving)

    def frozen(self) -> Dressed:
        """What is drawn of it; made here and now if it is not there."""
        wanted, known = self.wanted(), self._dressed
        return known if known is not None and wanted.same_as(known.wanted) else dress(wanted, known)

    # --- painting -------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, camera: Camera, ratio: float, colours: MarkColours) -> None:
        """Draw all points; the picture is made anew only if something that it shows has changed."""
        now = self._now()
        if now is None:
            return
        pictured = (now, camera, ratio, colours)
        late = now.wanted.xy is not self.xy and not self._moving  # another map: its camera would tear the old one apart
        if self._picture is None or (self._pictured != pictured and not late):
            self._picture = MapPicture(now.scene, camera, ratio, colours)
            self._pictured = pictured
        painter.drawImage(self._picture.corner, self._picture.image())

    def _now(self) -> Dressed | None:
        """What can be drawn now; what is wanted, if that is something else, is made or on its way."""
        wanted = self.wanted()
        if self._dressed is None or not wanted.same_as(self._dressed.wanted):
            self._make(wanted)
        return self._dressed

    def _make(self, wanted: Wanted) -> None:
        if self._beside is None or len(self.xy) <= (MOVING_AT_ONCE if self._moving else AT_ONCE):
            self._dressed = dress(wanted, self._dressed)
        elif self._asked is None or not wanted.same_as(self._asked):
            self._asked = wanted
            self._beside(lambda: self._make_beside(wanted, self._dressed))

    def _make_beside(self, wanted: Wanted, before: Dressed | None) -> Callable[[], None]:
        """On another thread."""
        made = dress(wanted, before)
        return lambda: self._take(made)

    def _take(self, made: Dressed) -> None:
        if len(made.wanted.xy) == len(self.xy):  # of another corpus otherwise
            self._dressed = made
            self._changed()
