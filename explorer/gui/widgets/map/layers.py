"""Pictures of others below and above the points of the map: labels, contours."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtGui import QPainter

from explorer.gui.widgets.map.camera import Camera


class Layer(Protocol):
    """Something that is painted with the map, in window pixels."""

    def paint(self, painter: QPainter, camera: Camera) -> None: ...


@runtime_checkable
class HitLayer(Protocol):
    """A layer parts of which can be clicked."""

    def hit(self, x: float, y: float) -> object | None:
        """What is at a window pixel; None for nothing."""


class Layers:
    """Layers in the order in which they are painted, below and above the points."""

    def __init__(self) -> None:
        self._below: list[Layer] = []
        self._above: list[Layer] = []

    def add(self, layer: Layer, *, below: bool) -> None:
        (self._below if below else self._above).append(layer)

    def paint(self, painter: QPainter, camera: Camera, *, below: bool) -> None:
        """Each with a painter as it was before."""
        for layer in self._below if below else self._above:
            painter.save()
            try:
                layer.paint(painter, camera)
            finally:
                painter.restore()

    def hit(self, x: float, y: float, *, below: bool) -> tuple[Layer, object] | None:
        """The topmost layer with something at a pixel, and what it is."""
        for layer in reversed(self._below if below else self._above):
            found = layer.hit(x, y) if isinstance(layer, HitLayer) else None
            if found is not None:
                return layer, found
        return None
