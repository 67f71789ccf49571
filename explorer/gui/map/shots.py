"""A picture of a report's map alone, made without a window, for a page that shows it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QApplication

from explorer.core.anomaly.within import score_title
from explorer.core.pipeline import Report
from explorer.core.report.html_report import Picture
from explorer.gui.map.colouring import Colouring
from explorer.gui.map.key import key_of
from explorer.gui.map.pictures import SheetSize, png_bytes
from explorer.gui.map.sheet import MapSheet
from explorer.gui.parts import counted, number
from explorer.gui.qt_messages import without_offscreen_remarks
from explorer.gui.theme import LIGHT
from explorer.gui.widgets.colour_scales import colours_for_values
from explorer.gui.widgets.map.camera import Bounds
from explorer.gui.widgets.map.placed import is_placed
from explorer.gui.widgets.map.points import MapPoints, MarkColours, paint_scene

SIZE = SheetSize(2000, 1300, 2.0)
"""Sharp on a dense screen, and large enough to be looked at closely."""


def report_pictures(report: Report, layout: str, size: SheetSize = SIZE) -> list[Picture]:
    """The map coloured by the anomaly score, flagged texts with a ring; nothing where no row has a place."""
    _without_display()
    with without_offscreen_remarks():
        _application()
        sheet = report_sheet(report, layout)
        if sheet is None:
            return []
        # The page writes the title itself.
        return [Picture(sheet.title, png_bytes(replace(sheet, title=""), size), sheet.words)]


def report_sheet(report: Report, layout: str) -> MapSheet | None:
    """What the picture shows, in the light theme."""
    positions, decisions = report.results.positions, report.decisions
    flat = None if positions is None else positions[:, :2]
    bounds = None if flat is None else Bounds.of(flat)
    if flat is None or bounds is None:
        return None
    rgba, values = colours_for_values(decisions.scores)
    points = MapPoints()
    points.set_positions(flat)
    points.set_colours(rgba)
    points.set_flagged(decisions.flagged)
    scene = points.frozen().scene
    title = f"Anomaly score ({score_title(decisions.detector)})"
    shown = Colouring(rgba, title, values, note="Higher is stranger")
    return MapSheet(
        title=f"Map of {counted(report.corpus.rows, 'text')}",
        paint=lambda *how: paint_scene(scene, _MARKS, *how),
        view=bounds,
        key=key_of(shown, flagged=int(np.count_nonzero(decisions.flagged)), dark=False),
        caption=(_caption(int(is_placed(flat).sum()), report.corpus.rows, layout),),
    )


def _application() -> QCoreApplication:
    """What fonts need, with numbers grouped as in the window; nothing of the window is loaded for it."""
    if QLocale.system().language() == QLocale.Language.C:
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    return QApplication.instance() or QApplication([])


def _without_display() -> None:
    """Paint offscreen on Linux, display or not: a screen that is named but cannot be reached would end the process."""
    if sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


_MARKS = MarkColours(selected=LIGHT.accent, flagged=LIGHT.flag, ground=LIGHT.surface)


def _caption(placed: int, rows: int, layout: str) -> str:
    shown = (
        f"All {counted(rows, 'text')} shown" if placed == rows else f"{number(placed)} of {number(rows)} texts shown"
    )
    return f"{shown}. Layout: {layout}."
