"""Where one looks at the map from: which map point is in the middle of the window, and how large a map unit is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from explorer.gui.widgets.map.placed import extent

MARGIN = 0.06
"""Share of the window that ``fitted`` leaves free at each side."""
_MOST_ZOOM = 20_000.0
_LEAST_ZOOM = 0.05


@dataclass(frozen=True)
class Bounds:
    """The smallest rectangle around the placed points, in map units."""

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def of(cls, xy: npt.NDArray[np.floating]) -> Bounds | None:
        """Bounds of the rows of ``xy`` (n, 2) that are finite; None where there are none."""
        count, *corners = extent(xy)
        return cls(*corners) if count else None

    @property
    def extent(self) -> float:
        """The longer side; 1 where all points are one, so that it can be divided by."""
        return max(self.right - self.left, self.top - self.bottom) or 1.0

    @property
    def center(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2


@dataclass(frozen=True)
class Camera:
    """An immutable view of the map, with one scale for both axes.

    ``x, y`` is the map point in the middle of the window, ``scale`` the pixels per map unit and ``width,
    height`` the window in pixels. The map's y axis points up, the window's down. ``unit`` is the scale at which
    the whole map fits: zoom is limited relative to it. ``left`` and ``bottom`` are pixels at these sides of the window,
    taken by axes, that ``fitted`` leaves free.
    """

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0
    width: int = 1
    height: int = 1
    unit: float = 1.0
    left: int = 0
    bottom: int = 0

    @property
    def zoom(self) -> float:
        """Magnification relative to the whole map fitting into the window."""
        return self.scale / self.unit

    def fitted(self, bounds: Bounds | None) -> Camera:
        """All of ``bounds`` in the window, with a margin."""
        if bounds is None:
            return replace(self, x=0.0, y=0.0, scale=1.0, unit=1.0)
        unit = self._fitting_scale(bounds)
        x, y = bounds.center
        return replace(self, x=x - self.left / 2 / unit, y=y - self.bottom / 2 / unit, scale=unit, unit=unit)

    def refitted(self, bounds: Bounds | None) -> Camera:
        """The same view, with zoom told relative to how ``bounds`` would fit into the window now."""
        return self if bounds is None else replace(self, unit=self._fitting_scale(bounds))

    def following(self, old: Bounds, new: Bounds) -> Camera:
        """The same part of a map whose bounds have become ``new``.

        While a layout of about the same size settles, the camera stands still; where the map's units have
        become others (a neighbour map after PCA), the window shows the same part of the whole as before.
        """
        unit = self._fitting_scale(new)
        ratio = new.extent / old.extent
        if 0.5 < ratio < 2.0 and _near(old, new):
            return replace(self, unit=unit)
        (old_x, old_y), (new_x, new_y) = old.center, new.center
        return replace(
            self,
            x=new_x + (self.x - old_x) * ratio,
            y=new_y + (self.y - old_y) * ratio,
            scale=self.scale / ratio,
            unit=unit,
        )

    def resized(self, width: int, height: int) -> Camera:
        """The same middle and scale in a window of another size."""
        return replace(self, width=max(1, width), height=max(1, height))

    def with_free(self, left: int, bottom: int) -> Camera:
        """The same view, with so many pixels at the left and at the bottom to be left free by ``fitted``."""
        return replace(self, left=left, bottom=bottom)

    def at(self, x: float, y: float, zoom: float) -> Camera:
        """A map point in the middle of the window, at a zoom that is kept within its limits."""
        return replace(self, x=x, y=y, scale=_limited(zoom) * self.unit)

    def zoomed(self, factor: float, at: tuple[float, float]) -> Camera:
        """``factor`` times larger; the map point under pixel ``at`` stays where it is."""
        zoom = _limited(self.zoom * factor)
        anchor_x, anchor_y = self.to_map(*at)
        shrink = self.zoom / zoom
        x, y = anchor_x + (self.x - anchor_x) * shrink, anchor_y + (self.y - anchor_y) * shrink
        return replace(self, x=x, y=y, scale=zoom * self.unit)

    def panned(self, dx: float, dy: float) -> Camera:
        """What is shown moves by (dx, dy) pixels."""
        return replace(self, x=self.x - dx / self.scale, y=self.y + dy / self.scale)

    def to_map(self, px: float, py: float) -> tuple[float, float]:
        """The map point under a pixel."""
        return self.x + (px - self.width / 2) / self.scale, self.y - (py - self.height / 2) / self.scale

    def to_pixel(self, x: float, y: float) -> tuple[float, float]:
        """The pixel at which a map point is shown."""
        return self.width / 2 + (x - self.x) * self.scale, self.height / 2 - (y - self.y) * self.scale

    def to_pixels(
        self, x: npt.NDArray[np.float32], y: npt.NDArray[np.float32], ratio: float = 1.0
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Device pixels (float32) of many map points, ``ratio`` device pixels to one of the window.

        The middle is subtracted before scaling: the other way round, float32 would lose whole pixels at a
        high zoom. What is lost by rounding the middle itself is made good in the offset.
        """
        scale = self.scale * ratio
        # Maps so huge or so tiny that float32 would overflow on the way are worked out in float64.
        kind = np.float32 if 1e-30 < scale < 1e30 else np.float64
        middle_x, middle_y = kind(self.x), kind(self.y)
        offset_x = self.width * ratio / 2 + (float(middle_x) - self.x) * scale
        offset_y = self.height * ratio / 2 - (float(middle_y) - self.y) * scale
        px = (x - middle_x) * kind(scale) + kind(offset_x)
        py = (middle_y - y) * kind(scale) + kind(offset_y)
        return px.astype(np.float32, copy=False), py.astype(np.float32, copy=False)

    def _fitting_scale(self, bounds: Bounds) -> float:
        free = 1.0 - 2.0 * MARGIN
        across = max(1, self.width - self.left) * free / (bounds.right - bounds.left or bounds.extent)
        along = max(1, self.height - self.bottom) * free / (bounds.top - bounds.bottom or bounds.extent)
        return min(across, along)


def _near(old: Bounds, new: Bounds) -> bool:
    (old_x, old_y), (new_x, new_y) = old.center, new.center
    return max(abs(old_x - new_x), abs(old_y - new_y)) < 0.5 * max(old.extent, new.extent)


def _limited(zoom: float) -> float:
    return min(max(zoom, _LEAST_ZOOM), _MOST_ZOOM)
