"""The camera of the map over time: whether it follows the map as it grows, or stays where the person has moved it."""

from __future__ import annotations

from explorer.gui.widgets.map.camera import Bounds, Camera
from explorer.gui.widgets.map.space import Turn
from explorer.gui.widgets.map.state import ViewState


class Viewpoint:
    """A camera that fits the map until it is moved. ``bounds`` is always what is to be fitted, None for nothing yet."""

    def __init__(self) -> None:
        self.camera = Camera()
        self.moved = False
        self._wanted: ViewState | None = None
        """A restored view, until the person moves the map or there is another map."""

    def state(self, turn: Turn) -> ViewState:
        return self._wanted or ViewState((self.camera.x, self.camera.y), self.camera.zoom, turn, not self.moved)

    def fit(self, bounds: Bounds | None) -> None:
        """Show everything, and follow."""
        self._wanted = None
        self.moved = False
        self.camera = self.camera.fitted(bounds)

    def look(self, camera: Camera) -> None:
        """The person has moved the camera."""
        self.camera = camera
        self.moved = True
        self._wanted = None

    def restore(self, view: ViewState, bounds: Bounds | None) -> None:
        """Look from there, now or as soon as there is something to look at."""
        self._wanted = view
        self._refit(bounds)

    def change_map(self, old: Bounds | None, new: Bounds | None, *, first: bool) -> None:
        """Other positions; ``old`` None where they have nothing to do with those before, ``first`` where none were."""
        if self.moved and old is not None and new is not None:
            self._wanted = None
            self.camera = self.camera.following(old, new)
            return
        if not first:
            self._wanted = None
        self.moved = False
        self._refit(new)

    def resize(self, width: int, height: int, bounds: Bounds | None) -> None:
        """Another size of the window: a view that was not moved by hand shows the same part of the map."""
        self.camera = self.camera.resized(width, height)
        if self.moved and self._wanted is None:
            self.camera = self.camera.refitted(bounds)
        else:
            self._refit(bounds)

    def leave_free(self, left: int, bottom: int, bounds: Bounds | None) -> None:
        """Pixels at two sides of the window that are taken by axes."""
        self.camera = self.camera.with_free(left, bottom)
        if not self.moved:
            self._refit(bounds)

    def _refit(self, bounds: Bounds | None) -> None:
        self.camera = self.camera.fitted(bounds)
        view = self._wanted
        if view is not None and bounds is not None:
            self.moved = not view.whole
            self.camera = self.camera if view.whole else self.camera.at(*view.center, view.zoom)
