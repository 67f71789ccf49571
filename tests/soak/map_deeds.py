"""What a person does on the map and around it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QPushButton, QToolButton

from explorer.gui.map.axes_bar import AxesBar
from explorer.gui.map.tools_bar import MapTools
from explorer.gui.widgets.legend_row import LegendRow
from explorer.gui.widgets.timeline.strip import TimelineStrip
from tests.soak.hands import ALT, CTRL, NONE, RIGHT, SHIFT, Steps
from tests.soak.person import Person

KEYS = ("N", "P", "C", "F", "U", "1", "2", "3", "Escape", "0", "V", "B", "L", "M", "Left", "Right", "Up", "Plus")
HELD = (NONE, SHIFT, CTRL, ALT, SHIFT | ALT, SHIFT | CTRL)
SMALL = 5_000
"""Rows up to which a t-SNE is awaited; of more, it is begun and left."""


def _held(p: Person) -> Qt.KeyboardModifier:
    return HELD[p.count(0, len(HELD))]


def keys_on_the_map(p: Person) -> Steps:
    p.map.setFocus()
    for _ in range(p.count(1, 4)):
        p.hands.key(getattr(Qt.Key, f"Key_{p.some(*KEYS)}"), SHIFT if p.chance(0.1) else NONE)
        yield


def drag_on_the_map(p: Person) -> Steps:
    """Moves it, or draws a box, as the tool and the keys say."""
    yield from p.hands.drag(p.map, [p.spot(p.map) for _ in range(p.count(2, 8))], _held(p))


def lasso(p: Person) -> Steps:
    middle, size = p.spot(p.map), p.count(20, 200)
    turns = np.linspace(0, 6, 25)
    inside = p.map.rect().adjusted(2, 2, -2, -2)
    stops = [middle + QPoint(int(size * np.cos(a)), int(size * np.sin(a))) for a in turns]
    if all(inside.contains(stop) for stop in stops):
        yield from p.hands.drag(p.map, stops, SHIFT | CTRL)


def click_on_the_map(p: Person) -> Steps:
    place = p.spot(p.map)
    p.hands.hover(p.map, place)
    yield
    p.hands.click(p.map, place, keys=_held(p))
    yield


def hover_over_the_map(p: Person) -> Steps:
    for _ in range(5):
        p.hands.hover(p.map, p.spot(p.map))
        yield


def zoom(p: Person) -> Steps:
    place, notches = p.spot(p.map), 1 if p.chance(0.6) else -1
    for _ in range(p.count(1, 6)):
        p.hands.wheel(p.map, place, notches)
        yield
    if p.chance(0.3):
        p.hands.double_click(p.map, place)
        yield


def menu_of_the_map(p: Person) -> Steps:
    p.hands.click(p.map, p.spot(p.map), RIGHT)
    yield
    yield from p.take_entry(p.hands.open_menu())


def tool_button(p: Person) -> Steps:
    tools = p.hands.find(MapTools)
    p.hands.click(p.one_of([] if tools is None else p.hands.all(QAbstractButton, tools)))
    yield


def colour(p: Person) -> Steps:
    box = p.hands.find(QComboBox, "Colour by")
    if box is not None:
        yield from p.hands.pick(box, p.count(0, box.count()))


def layout(p: Person) -> Steps:
    """PCA, neighbour map, t-SNE, three dimensions, two columns."""
    box = p.hands.find(QComboBox, "Layout")
    if box is None or box.count() == 0:
        return
    yield from p.hands.pick(box, p.count(0, box.count()))
    if p.state.rows <= SMALL and p.chance(0.5):
        for _ in range(200):
            if p.complete():
                break
            yield
    elif p.state.job is not None:
        for name in ("Pause the layout", "Continue the layout", "Stop the layout", "Go on with the layout"):
            if p.chance(0.5):
                p.hands.click(p.hands.find(QToolButton, name))
                yield


def two_columns(p: Person) -> Steps:
    bar = p.hands.find(AxesBar)
    if bar is None:
        yield from p.choose_by_button("View of the map", "Two")
        for _ in range(20):
            yield
        bar = p.hands.find(AxesBar)
    if bar is not None:
        for name in ("Column across", "Column up"):
            box = p.hands.find(QComboBox, name)
            yield from p.hands.pick(box, p.count(0, max(box.count(), 1)) if box is not None else 0)
        p.hands.hover(p.map, p.spot(p.map))
        yield
        if p.chance(0.6):
            p.hands.click(p.hands.find(QPushButton, "Back to the layout"))
            yield


def view_option(p: Person) -> Steps:
    yield from p.choose_by_button("View of the map", p.some("Names", "Density", "Timeline"))


def trust(p: Person) -> Steps:
    p.hands.click(p.hands.find(QToolButton, "Trust of the map"))
    yield


def legend(p: Person) -> Steps:
    row = p.one_of([row for row in p.hands.all(LegendRow) if row.isEnabled()])
    if not isinstance(row, LegendRow):
        yield from colour(p)
        return
    way = p.count(0, 4)
    if way == 0:
        p.hands.click(row)
    elif way == 1:
        p.hands.double_click(row)
    elif way == 2:
        p.hands.click(row, keys=CTRL)
    else:
        p.hands.click(row, button=RIGHT)
        yield
        yield from p.take_entry(p.hands.open_menu())
    yield


def brush_the_timeline(p: Person) -> Steps:
    strip = p.hands.find(TimelineStrip)
    if strip is None:
        yield from p.choose_by_button("View of the map", "Timeline")
        return
    way = p.count(0, 5)
    if way < 2:
        yield from p.hands.drag(strip, [p.spot(strip) for _ in range(4)])
    elif way == 2:
        p.hands.click(strip, p.spot(strip))
    elif way == 3:
        strip.setFocus()
        for _ in range(3):
            p.hands.key(getattr(Qt.Key, f"Key_{p.some('Left', 'Right', 'Home', 'End', 'Escape')}"))
            yield
    else:
        p.hands.double_click(strip, p.spot(strip))
    yield
    if p.chance(0.2):
        yield from p.hands.pick(p.hands.find(QComboBox, "Unit of the timeline"), p.count(0, 5))


DEEDS = {
    keys_on_the_map: 6, drag_on_the_map: 6, lasso: 3, click_on_the_map: 6, hover_over_the_map: 2, zoom: 6,
    menu_of_the_map: 3, tool_button: 2, colour: 3, layout: 1.5, two_columns: 1.5, view_option: 1.5, trust: 1,
    legend: 4, brush_the_timeline: 4,
}  # fmt: skip
