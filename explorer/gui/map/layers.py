"""What is drawn with the points: the names of regions above them, lines of equal density below them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.clusters.regions import Regions
from explorer.core.projection.base import Positions
from explorer.gui.map.colours import same
from explorer.gui.theme import current_theme
from explorer.gui.widgets.map.beside import Beside
from explorer.gui.widgets.map.camera import Camera
from explorer.gui.widgets.map.contours import Contour, ContourLines, density_contours
from explorer.gui.widgets.map.label_places import NamedPlaces, RegionPlace, place_regions
from explorer.gui.widgets.map.region_labels import RegionLabels
from explorer.gui.widgets.map.view import MapView

Mask = NDArray[np.bool_]
T = TypeVar("T")


class RegionNames:
    """A layer of the map: the regions' names, which can be clicked. view : the map they are on; None for a picture."""

    def __init__(self, named: NamedPlaces | None = None, view: MapView | None = None) -> None:
        self._labels = RegionLabels() if view is None else RegionLabels(Beside(view).ask, view.update)
        self.set_regions(named or NamedPlaces())

    def set_regions(self, named: NamedPlaces) -> None:
        self.named = named
        self._labels.set_regions(named)

    def paint(self, painter: QPainter, camera: Camera) -> None:
        self._labels.paint(painter, camera, current_theme())

    def hit(self, x: float, y: float) -> RegionPlace | None:
        return self._labels.hit(x, y)

    @property
    def painted(self) -> tuple[tuple[RegionPlace, QRectF], ...]:
        """The names painted last and their boxes in pixels."""
        return self._labels.shown

    def set_active(self, place: RegionPlace | None) -> bool:
        """Mark the name that a click would be for; returns whether that changes the picture."""
        return self._labels.set_active(place)


class DensityLines:
    """A layer of the map: lines of equal density."""

    def __init__(self) -> None:
        self._lines = ContourLines()
        self.contours: tuple[Contour, ...] = ()

    def set_contours(self, contours: tuple[Contour, ...]) -> None:
        self.contours = contours
        self._lines.set_contours(contours)

    def paint(self, painter: QPainter, camera: Camera) -> None:
        self._lines.paint(painter, camera, current_theme())


class MapLayers:
    """Both layers on a map, each made beside the window's thread from the rows that are shown.

    regions_on, contours_on : what the person wants to see; call ``follow`` after a change.
    """

    def __init__(self, session: Session, view: MapView) -> None:
        self._session = session
        self._view = view
        self.regions_on, self.contours_on = True, False
        self.regions, self.contours = RegionNames(view=view), DensityLines()
        self._asked: dict[str, tuple[object, ...]] = {}
        view.add_layer(self.contours, below=True)
        view.add_layer(self.regions)

    def follow(self, state: AppState, positions: Positions | None, shown: Mask | None, *, by_axes: bool) -> None:
        """Fit both to what the map shows now. Regions belong to the layout, not to two columns."""
        flat = None if positions is None or positions.shape[1] != 2 else positions
        regions = state.results.regions if self.regions_on and not by_axes else None
        self._follow_regions(state, flat, regions, shown)
        self._follow_contours(state, flat if self.contours_on else None, shown)

    def _follow_regions(
        self, state: AppState, flat: Positions | None, regions: Regions | None, shown: Mask | None
    ) -> None:
        if flat is None or regions is None:
            self._drop("map regions", lambda: self.regions.set_regions(NamedPlaces()))
            return
        words = [[region.words for region in level] for level in regions.regions]
        self._ask(
            "map regions",
            state,
            (flat, regions, shown),
            lambda: place_regions(_only(flat, shown), regions.levels, words),
            self.regions.set_regions,
        )

    def _follow_contours(self, state: AppState, flat: Positions | None, shown: Mask | None) -> None:
        if flat is None:
            self._drop("map contours", lambda: self.contours.set_contours(()))
            return
        self._ask(
            "map contours", state, (flat, shown), lambda: density_contours(flat, shown), self.contours.set_contours
        )

    def _drop(self, kind: str, clear: Callable[[], None]) -> None:
        if self._asked.pop(kind, None) is not None:
            clear()
            self._view.update()

    def _ask(
        self,
        kind: str,
        state: AppState,
        sources: tuple[object, ...],
        work: Callable[[], T],
        put: Callable[[T], None],
    ) -> None:
        if same(sources, self._asked.get(kind, ())):
            return
        self._asked[kind] = sources

        def take(made: T) -> None:
            if self._asked.get(kind) is sources:
                put(made)
                self._view.update()

        self._session.queries.ask(kind, state, lambda _: work(), take, self._session.say_error)


def _only(positions: Positions, shown: Mask | None) -> Positions:
    """The positions, without those of rows that are not shown."""
    return positions if shown is None else np.where(shown[:, None], positions, np.float32(np.nan))


def region_rows(regions: Regions, place: RegionPlace, shown: Mask | None) -> NDArray[np.int64]:
    """Rows of the region whose name was clicked, of those shown, ascending."""
    inside = regions.levels[:, place.level] == place.region
    return np.flatnonzero(inside if shown is None else inside & shown)
