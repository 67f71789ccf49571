"""The points of the map: where they are, how they look, which is hit, and the last picture of them."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QPainter

from explorer.gui.widgets.map.beside import Work
from explorer.gui.widgets.map.camera import Bounds, Camera
from explorer.gui.widgets.map.density import Detail
from explorer.gui.widgets.map.dressing import Dressed, Wanted, dress
from explorer.gui.widgets.map.look import MapLook
from explorer.gui.widgets.map.picture import MapPicture, MarkColours, Scene, Sight, paint_scene
from explorer.gui.widgets.map.spatial_grid import extent

__all__ = ["MapPoints", "MarkColours", "Sight", "paint_scene"]

AT_ONCE = 50_000
"""Rows up to which a change is seen in the next frame; of more, the old picture stays until the new one is made."""
MOVING_AT_ONCE = 200_000
"""The same while points glide: a picture that comes late would be a jump."""
SLOW = 0.05
"""Seconds that the picture before may have taken if the next one of many points is to be made at once."""
_NOTHING = (None, None)


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
        self._asked: tuple[Wanted | None, Sight | None] = _NOTHING
        self._picture: MapPicture | None = None
        self._cost = 0.0
        self._pictured: tuple[Dressed, Sight | None] | None = None

    def __len__(self) -> int:
        return len(self.xy)

    # --- what is drawn --------------------------------------------------------------------------------

    def set_positions(self, xy: npt.NDArray[np.floating]) -> None:
        """Positions (n, 2); with another n, how rows look goes back to the default until it is set."""
        if len(xy) != len(self.xy):
            self.look = MapLook(len(xy))
            self._selected = np.empty(0, np.int64)
            self._nearness = self._dressed = self._picture = None
            self._asked = _NOTHING
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
        return self._is_dressed and self._asked == _NOTHING

    @property
    def _is_dressed(self) -> bool:
        return self._dressed is not None and self.wanted().same_as(self._dressed.wanted)

    def wanted(self) -> Wanted:
        """What was set last, never to change."""
        return Wanted(self.xy, copy.copy(self.look), self._nearness, self._selected, not self._moving)

    def frozen(self) -> Dressed:
        """What is drawn of it; made here and now if it is not there."""
        wanted, known = self.wanted(), self._dressed
        return known if known is not None and wanted.same_as(known.wanted) else dress(wanted, known)

    # --- painting -------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, sight: Sight, *, at_once: bool = True) -> None:
        """Draw all points; the picture is made anew only if something that it shows has changed.

        at_once : now, as while the person moves the map, unless that is slow; else the last picture of many points is
        drawn until another one has come.
        """
        if self._beside is None or len(self.xy) <= AT_ONCE or (at_once and self._cost < SLOW):
            self._picture_now(sight)
        elif not (self._is_dressed and self._pictured == (self._dressed, sight)):
            self._ask(self.wanted(), sight)
        if self._picture is not None:
            painter.drawImage(self._picture.corner, self._picture.image())

    def _picture_now(self, sight: Sight) -> None:
        now = self._now()
        if now is None:
            return
        late = now.wanted.xy is not self.xy and not self._moving  # another map: its camera would tear the old one apart
        if self._picture is None or (self._pictured != (now, sight) and not late):
            self._picture, self._cost = _timed(sight, now.scene)
            self._pictured = (now, sight)

    def _now(self) -> Dressed | None:
        """What can be drawn now; what is wanted, if that is something else, is made or on its way."""
        if self._is_dressed:
            return self._dressed
        if self._beside is None or len(self.xy) <= (MOVING_AT_ONCE if self._moving else AT_ONCE):
            self._dressed = dress(self.wanted(), self._dressed)
        else:
            self._ask(self.wanted(), None)
        return self._dressed

    def _ask(self, wanted: Wanted, sight: Sight | None) -> None:
        """Have it made beside the thread, with a picture if somebody looks; unless it is under way."""
        asked, seen = self._asked
        if self._beside is None or (asked is not None and wanted.same_as(asked) and sight in (None, seen)):
            return
        self._asked = (wanted, sight)
        self._beside(lambda: self._make_beside(wanted, sight, self._dressed))

    def _make_beside(self, wanted: Wanted, sight: Sight | None, before: Dressed | None) -> Callable[[], None]:
        """On another thread."""
        made = dress(wanted, before)
        picture = None if sight is None else _timed(sight, made.scene)
        return lambda: self._take(made, sight, picture)

    def _take(self, made: Dressed, sight: Sight | None, picture: tuple[MapPicture, float] | None) -> None:
        if len(made.wanted.xy) != len(self.xy):  # of another corpus
            return
        asked, seen = self._asked
        if made.wanted is asked and sight is seen:  # else something newer is on its way
            self._asked = _NOTHING
        self._dressed = made
        if picture is not None:
            self._picture, self._cost = picture
            self._pictured = (made, sight)
        self._changed()


def _timed(sight: Sight, scene: Scene) -> tuple[MapPicture, float]:
    """A picture, and the seconds that it took."""
    start = time.perf_counter()
    made = sight.picture(scene)
    return made, time.perf_counter() - start
