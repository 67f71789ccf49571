"""What the map shows at one moment, kept so that it can be drawn later and on another thread."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QLocale
from PySide6.QtGui import QPainter

from explorer.app.state import AppState
from explorer.gui.map.colouring import Colouring
from explorer.gui.map.key import key_of
from explorer.gui.map.layers import MapLayers
from explorer.gui.map.sheet import Dots, MapSheet, PaintOver
from explorer.gui.map.words import layout_words, share
from explorer.gui.parts import counted, number
from explorer.gui.theme import DARK, LIGHT, Theme, current_theme
from explorer.gui.widgets.map.axes_frame import MapAxes
from explorer.gui.widgets.map.camera import Camera
from explorer.gui.widgets.map.contours import Contour, ContourLines
from explorer.gui.widgets.map.density import Detail
from explorer.gui.widgets.map.dressing import Dressed, Wanted, dress
from explorer.gui.widgets.map.label_places import NamedPlaces
from explorer.gui.widgets.map.points import MarkColours, paint_scene
from explorer.gui.widgets.map.region_labels import RegionLabels
from explorer.gui.widgets.map.view import MapView


@dataclass(frozen=True, eq=False)
class MapSnapshot:
    """Taking it costs nothing; ``sheet`` and what it paints may be used on any thread.

    shown : the colours; None while they are not known. seen : how many texts the map shows, wherever one looks.
    names, contours : what lies over and under the points; none in space, as ``axes``.
    """

    state: AppState
    wanted: Wanted
    camera: Camera
    names: NamedPlaces
    contours: tuple[Contour, ...]
    axes: MapAxes | None
    locale: QLocale
    shown: Colouring | None
    seen: int
    dark: bool

    @property
    def title(self) -> str:
        name = "" if self.state.corpus is None else Path(self.state.corpus.source.path).name
        return f"Map of {name}" if name else "Map"

    def sheet(self, colours: Colouring | None = None, *, dark: bool | None = None) -> MapSheet:
        """The picture as it was on the screen; in the other theme with the ``colours`` that belong to it."""
        dark = self.dark if dark is None else dark
        theme, shown = DARK if dark else LIGHT, colours or self.shown
        made = dress(self._wanted_in(shown))
        flagged = None
        if self.state.flagged is not None:
            flagged = int(np.count_nonzero(made.wanted.look.flagged() & (made.rgba[:, 3] > 0)))
        return MapSheet(
            title=self.title,
            paint=partial(paint_scene, made.scene, MarkColours(theme.text, theme.flag, theme.surface)),
            view=self.camera,
            key=key_of(_without_hidden(shown, self.state.hidden), flagged=flagged, dark=dark),
            caption=_caption(self.state, self.seen, by_columns=self.axes is not None),
            dots=_dots(made),
            paint_under=self._contours(theme),
            paint_over=self._names_and_axes(theme),
            dark=dark,
        )

    def _wanted_in(self, shown: Colouring | None) -> Wanted:
        if shown is None or shown is self.shown:
            return self.wanted
        look = copy.copy(self.wanted.look)
        look.set_colours(shown.rgba)
        return replace(self.wanted, look=look)

    def _contours(self, theme: Theme) -> PaintOver:
        lines = ContourLines()
        lines.set_contours(self.contours)
        return lambda painter, camera: lines.paint(painter, camera, theme)

    def _names_and_axes(self, theme: Theme) -> PaintOver:
        names = RegionLabels()
        names.set_regions(self.names)

        def paint(painter: QPainter, camera: Camera) -> None:
            names.paint(painter, camera, theme)
            if self.axes is not None:
                self.axes.paint(painter, camera, theme, self.locale)

        return paint


def snapshot_of(state: AppState, view: MapView, shown: Colouring | None, layers: MapLayers, seen: int) -> MapSnapshot:
    """The map as it is on the screen now."""
    flat = not view.in_space
    return MapSnapshot(
        state=state,
        wanted=view.points.wanted(),
        camera=view.camera,
        names=layers.regions.named if flat else NamedPlaces(),
        contours=layers.contours.contours if flat else (),
        axes=view.axes,
        locale=view.locale(),
        shown=shown,
        seen=seen,
        dark=current_theme().dark,
    )


def _dots(made: Dressed) -> Dots:
    rows, density = made.scene.rows, made.scene.density
    look = made.wanted.look
    return Dots(made.wanted.xy, made.rgba, look.flagged(), lambda camera: Detail(rows, density, camera).radius)


def _without_hidden(shown: Colouring | None, hidden: tuple[str, ...]) -> Colouring:
    """The legend's entries that are to be seen in the picture."""
    if shown is None:
        return Colouring(np.empty((0, 4), np.uint8))
    return replace(shown, categories=tuple(entry for entry in shown.categories if entry.name not in hidden))


def _caption(state: AppState, seen: int, *, by_columns: bool) -> tuple[str, ...]:
    all_seen = seen == state.rows
    many = f"All {counted(seen, 'text')} shown." if all_seen else f"{number(seen)} of {number(state.rows)} texts shown."
    if by_columns:
        return (many,)
    trust = state.results.trust
    trusted = "" if trust is None else f" Of a text's {trust.k} nearest neighbours it keeps {share(trust.mean)}."
    return many, f"Layout: {layout_words(state)}.{trusted}"
