"""What the map shows now as a sheet to export: its points, layers, legend and a caption."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtGui import QPainter

from explorer.app.state import AppState
from explorer.gui.map.colouring import Colouring
from explorer.gui.map.key import key_of
from explorer.gui.map.layers import MapLayers, RegionNames
from explorer.gui.map.sheet import Dots, MapSheet
from explorer.gui.map.words import layout_words, share
from explorer.gui.parts import counted, number
from explorer.gui.theme import current_theme
from explorer.gui.widgets.map.camera import Camera
from explorer.gui.widgets.map.points import MarkColours
from explorer.gui.widgets.map.view import MapView


def sheet_of(state: AppState, view: MapView, shown: Colouring | None, layers: MapLayers, seen: int) -> MapSheet:
    """The picture as it is on the screen.

    shown : the colours; None while they are not known. seen : how many texts the map shows, wherever one looks.
    """
    theme, points = current_theme(), view.points
    marks = MarkColours(theme.text, theme.flag, theme.surface)
    name = "" if state.corpus is None else Path(state.corpus.source.path).name
    flagged = None if state.flagged is None else int(np.count_nonzero(points.flagged & (points.rgba[:, 3] > 0)))
    names = RegionNames(layers.regions.named)  # its own: those of the window know what can be clicked there

    def paint_over(painter: QPainter, camera: Camera) -> None:
        names.paint(painter, camera)
        view.paint_axes(painter, camera)

    return MapSheet(
        title=f"Map of {name}" if name else "Map",
        paint=lambda painter, camera, ratio: points.paint(painter, camera, ratio, marks),
        view=view.camera,
        key=key_of(_without_hidden(shown, state.hidden), flagged=flagged, dark=theme.dark),
        caption=_caption(state, seen, by_columns=view.has_axes),
        dots=Dots(points.xy, points.rgba, points.flagged, points.radius),
        paint_under=None if view.in_space else layers.contours.paint,
        paint_over=None if view.in_space else paint_over,
        dark=theme.dark,
    )


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
