"""Hands on the real map panel: mouse and keys, and what they say and do."""

from __future__ import annotations

import numpy as np
from map_desk import MapDriver
from PySide6.QtCore import QPoint, Qt

from explorer.gui.widgets.map.label_places import RegionPlace

LEFT = Qt.MouseButton.LeftButton


def _a_name(driver: MapDriver) -> tuple[RegionPlace, QPoint]:
    """A name of a region that is painted, and a place on it where there is no point."""
    layers, view = driver.panel._layers, driver.view
    driver.until(lambda: bool(layers.regions.named.places))
    view.grab()
    for place, box in layers.regions.painted:
        for x in range(int(box.left()) + 1, int(box.right()), 2):
            for y in range(int(box.top()) + 1, int(box.bottom()), 2):
                if view._layer_at(QPoint(x, y).toPointF()) is not None:
                    return place, QPoint(x, y)
    raise AssertionError("no name can be clicked")


def test_the_name_under_the_pointer_is_underlined_and_the_line_below_says_what_a_click_selects(
    driver: MapDriver,
) -> None:
    place, pixel = _a_name(driver)
    words = " · ".join(place.words)
    before = driver.view.grab().toImage()
    driver.qtbot.mouseMove(driver.view, pixel)
    assert driver.says(f"{words}: click selects {place.size} text")
    assert driver.view.grab().toImage() != before
    driver.view.set_mode("add")
    assert driver.says(f"{words}: click adds {place.size} text")
    driver.view.set_mode("replace")
    driver.qtbot.mouseClick(driver.view, LEFT, pos=pixel)
    regions = driver.state.results.regions
    assert regions is not None
    assert driver.state.selection.tolist() == np.flatnonzero(regions.levels[:, place.level] == place.region).tolist()
    driver.qtbot.mouseMove(driver.view, QPoint(1, 1))
    assert not driver.says(words + ":")
