"""What the map shows and from where one looks at it: everything but what hands do on it (``map_view``)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.gui.theme import current_theme
from explorer.gui.widgets.map import overlay
from explorer.gui.widgets.map.axes import AxisScale
from explorer.gui.widgets.map.axes_frame import MapAxes
from explorer.gui.widgets.map.beside import Beside
from explorer.gui.widgets.map.camera import Bounds, Camera
from explorer.gui.widgets.map.layers import Layer, Layers
from explorer.gui.widgets.map.morph import MOST_ROWS, Morph
from explorer.gui.widgets.map.points import MapPoints, MarkColours, Sight
from explorer.gui.widgets.map.polygon import points_in_box, points_in_polygon
from explorer.gui.widgets.map.space import Space, Turn
from explorer.gui.widgets.map.state import ViewState
from explorer.gui.widgets.map.viewpoint import Viewpoint
from explorer.gui.widgets.painting import painted

_HIT_RADIUS = 8.0
_SHARPEN_MS = 150
_MOST_SHARP_IN_MOTION = 20_000
_SPHERE = Bounds(-1.0, -1.0, 1.0, 1.0)

Rows = npt.NDArray[np.int64]
Place = tuple[float, float]


class MapCanvas(QWidget):
    """Points on a plane or in space, with what is painted below and above them.

    One camera scale serves both axes. Three columns of positions are a cloud in space, seen with a mild perspective;
    layers and axes belong to the plane and are left out there.

    ``camera_moved()``: the person looks from somewhere else now.
    """

    camera_moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._beside = Beside(self)
        self._points = MapPoints(self._beside.ask, self.update)
        self._space: Space | None = None
        self._turn = Turn()
        self._turned = False
        self._viewpoint = Viewpoint()
        self._fits_shown = False
        self._seen: Rows | None = None
        self._axes: MapAxes | None = None
        self._layers = Layers()
        self._current: int | None = None
        self._highlight = np.empty(0, np.int64)
        self._links = True
        self._in_motion = QTimer(self)
        self._in_motion.setSingleShot(True)
        self._in_motion.setInterval(_SHARPEN_MS)
        self._in_motion.timeout.connect(self.update)
        self._morph = Morph(self, self._show_places)

    # --- what is shown --------------------------------------------------------------------------------

    def set_positions(self, positions: npt.NDArray[np.floating], *, morph: bool = False) -> None:
        """Place the rows.

        Parameters
        ----------
        positions : (n, 2) or (n, 3) float32 array
            A row that is not finite is not placed yet and not shown. Where n differs from before, colours, flags,
            selection, current row, highlight, and what is shown and found are reset: set them after this.
        morph : bool
            Let the points glide from where they are seen now. Ignored with another n, between plane and space, where
            the widget is not visible, and beyond 200,000 points.
        """
        xyz = np.ascontiguousarray(positions, np.float32)
        if xyz.ndim != 2 or xyz.shape[1] not in (2, 3):
            raise ValueError(f"positions have shape (n, 2) or (n, 3), not {xyz.shape}")
        same_rows, same_kind = len(xyz) == len(self._points), (xyz.shape[1] == 3) == self.in_space
        old_xy, old_camera, old_bounds = self._points.xy, self.camera, self._bounds()
        self._morph.stop()
        if not same_rows:
            self._reset_marks()
        self._place_points(xyz)
        known = old_bounds if same_rows and same_kind else None
        self._viewpoint.change_map(known, self._bounds(), first=old_bounds is None)
        glides = morph and same_rows and same_kind and not self.in_space and self.isVisible()
        if glides and 0 < len(xyz) <= MOST_ROWS:
            self._start_morph(old_xy, old_camera)
        self.update()

    def set_colours(self, rgba: npt.NDArray[np.uint8]) -> None:
        """Colours, (n, 4) uint8: red, green, blue, alpha. A row with alpha 0 is neither drawn nor hit, and the
        lower the alpha, the further below the others a row is drawn."""
        self._points.set_colours(rgba)
        self._look_again()

    def set_shown(self, mask: npt.NDArray[np.bool_] | None) -> None:
        """Rows, (n,) bool, that pass the filters; None for all. The others are neither drawn, hit, selected
        nor fitted; the camera stays where it is."""
        self._points.look.set_shown(mask)
        self._look_again()

    def set_matches(self, mask: npt.NDArray[np.bool_] | None) -> None:
        """Rows, (n,) bool, that a search has found; the others are drawn faintly, below and without a ring. None:
        nothing is searched for."""
        self._points.look.set_matches(mask)
        self._look_again()

    def set_flagged(self, mask: npt.NDArray[np.bool_]) -> None:
        """Rows, (n,) bool, that have a ring and are drawn above all others."""
        self._points.set_flagged(mask)
        self.update()

    def set_selection(self, rows: npt.NDArray[np.integer]) -> None:
        """Row numbers to outline as selected."""
        self._points.set_selected(self._checked_rows(rows))
        self.update()

    def set_current(self, row: int | None) -> None:
        """The row that everything else in the window is about; None for none."""
        self._current = None if row is None else int(self._checked_rows([row])[0])
        self.update()

    def set_highlight(self, rows: npt.NDArray[np.integer], *, links: bool = True) -> None:
        """Row numbers to mark as neighbours of the current one, with thin lines to it if ``links``."""
        self._highlight = self._checked_rows(rows)
        self._links = links
        self.update()

    def set_axes(self, x: AxisScale | None = None, y: AxisScale | None = None) -> None:
        """Draw axes for positions that ``axes.scaled_axes`` has made; without scales there are none.

        Call it before ``set_positions``: room for the axes is left when the map is fitted.
        """
        self._axes = None if x is None or y is None else MapAxes(x, y)
        free = (0, 0) if self._axes is None else self._axes.free(QFontMetricsF(self.font()), self.locale())
        self._viewpoint.leave_free(*free, self._bounds())
        self.update()

    def add_layer(self, layer: Layer, *, below: bool = False) -> None:
        """Paint a layer with the map, below or above the points. One with ``hit`` can be clicked: an upper one comes
        before the points, a lower one after them. Call ``update`` on the map where its picture changes."""
        self._layers.add(layer, below=below)
        self.update()

    @property
    def shown(self) -> npt.NDArray[np.bool_] | None:
        """The rows that ``set_shown`` has let through; None for all."""
        return self._points.look.shown

    @property
    def points(self) -> MapPoints:
        """The points as they look now, for a picture of them; not to be changed."""
        return self._points

    @property
    def axes(self) -> MapAxes | None:
        """The axes that are drawn; None where there are none."""
        return None if self.in_space else self._axes

    @property
    def in_space(self) -> bool:
        """Whether the positions have three columns, so that the map can be turned."""
        return self._space is not None

    def _checked_rows(self, rows: npt.ArrayLike) -> Rows:
        checked = np.asarray(rows, np.int64).reshape(-1)
        if len(checked) and (checked.min() < 0 or checked.max() >= len(self._points)):
            raise IndexError(f"a row that is not one of the {len(self._points)} of the map")
        return checked

    def _reset_marks(self) -> None:
        self._current = None
        self._highlight = np.empty(0, np.int64)
        self._fits_shown = False

    def _place_points(self, xyz: npt.NDArray[np.float32]) -> None:
        self._space = Space(xyz) if xyz.shape[1] == 3 else None
        self._turned = False
        self._seen = None
        places, nearness = (xyz, None) if self._space is None else self._space.seen(self._turn)
        self._points.set_positions(places)
        self._points.set_nearness(nearness)

    def _look_again(self) -> None:
        """Other rows may be seen now, and they look otherwise."""
        self._seen = None
        self.update()

    # --- which rows are where -------------------------------------------------------------------------

    def visible_rows(self) -> Rows:
        """Rows that are shown inside the window now, ascending."""
        camera = self.camera
        return self.rows_in_box(camera.to_map(0, 0), camera.to_map(camera.width, camera.height))

    def rows_in_box(self, one: Place, other: Place) -> Rows:
        """Rows that are shown in the closed rectangle between two opposite corners in map units, ascending."""
        return self._rows_where(lambda xy: points_in_box(xy, one, other))

    def rows_in_polygon(self, corners: npt.ArrayLike) -> Rows:
        """Rows that are shown in a polygon (m, 2) in map units, by the even-odd rule, ascending."""
        return self._rows_where(lambda xy: points_in_polygon(xy, corners))

    def _rows_where(self, holds: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.bool_]], *, every: int = 1) -> Rows:
        """Rows that are shown where ``holds`` says so; with ``every``, only each so-many-th row is asked."""
        self._morph.finish()
        rows = self._seen_rows()[::every]
        found: Rows = rows[holds(self._points.xy[rows])]
        return found

    def _seen_rows(self) -> Rows:
        """Rows that can be seen somewhere on the map, ascending."""
        if self._seen is None:
            self._seen = np.flatnonzero(self._points.shown())
        return self._seen

    def _row_at(self, place: QPointF) -> int:
        """The row that is shown nearest to a pixel and near enough to be meant, else -1; none while points glide."""
        if self._morph.running or not len(self._points):
            return -1
        if self._turned:  # the points' own search follows only now, not in every frame of a turn
            self._points.settle()
            self._turned = False
        x, y = self.camera.to_map(place.x(), place.y())
        return self._points.nearest(x, y, _HIT_RADIUS / self.camera.scale)

    def _place(self, row: int) -> QPointF | None:
        """Where a row is seen, None if it is not placed."""
        x, y = self._points.xy[row].tolist()
        return QPointF(*self.camera.to_pixel(x, y)) if np.isfinite([x, y]).all() else None

    # --- where one looks from -------------------------------------------------------------------------

    @property
    def camera(self) -> Camera:
        """Where one looks at the map from; what a test or another drawing needs to find a point on the screen."""
        return self._viewpoint.camera

    def fit(self) -> None:
        """Show all rows that are shown, and follow the map as it grows."""
        self._fits_shown = self._points.look.shown is not None
        self._viewpoint.fit(self._bounds())
        self.update()
        self.camera_moved.emit()

    def reveal(self, row: int) -> None:
        """Pan, without another zoom, to a row that lies outside of what is seen; one that is seen moves nothing."""
        place, margin = self._place(row), round(_HIT_RADIUS)
        seen = self.rect().adjusted(margin + self.camera.left, margin, -margin, -margin - self.camera.bottom)
        if self._viewpoint.moved and place is not None and not seen.contains(place.toPoint()):
            self._move_camera(self.camera.panned(seen.center().x() - place.x(), seen.center().y() - place.y()))

    def turn_by(self, around: float, up: float) -> None:
        """Turn a map in space by degrees to the right and upwards."""
        self._turn = self._turn.by(around, up)
        self._show_turned()
        self.camera_moved.emit()

    def view_state(self) -> dict[str, object]:
        """Where one looks from, as something that JSON can hold."""
        return self._viewpoint.state(self._turn).to_json()

    def restore_view(self, state: object) -> bool:
        """Look again from where ``view_state`` was asked; before there are positions, as soon as they come.

        Until the person moves the map, another size of the window keeps the zoom. Anything that is not a view is
        left alone.

        Returns
        -------
        bool
            Whether ``state`` was a view.
        """
        view = ViewState.from_json(state)
        if view is None:
            return False
        self._turn = view.turn
        self._show_turned()
        self._viewpoint.restore(view, self._bounds())
        self.update()
        return True

    def _show_turned(self) -> None:
        if self._space is not None:
            places, nearness = self._space.seen(self._turn)
            self._points.move(places)
            self._points.set_nearness(nearness)
            self._look_again()
            self._turned = True
            self._in_motion.start()

    def _bounds(self) -> Bounds | None:
        """What is to be fitted into the window."""
        if self._fits_shown and len(rows := self._seen_rows()):
            return Bounds.of(self._points.xy[rows])
        return _SPHERE if self.in_space and self._points.bounds is not None else self._points.bounds

    def _move_camera(self, camera: Camera) -> None:
        self._viewpoint.look(camera)
        self._in_motion.start()
        self.update()
        self.camera_moved.emit()

    def _start_morph(self, old_xy: npt.NDArray[np.float32], old_camera: Camera) -> None:
        """Start where each point is seen now, told in the units of the new map."""
        x, y = self.camera.to_map(*old_camera.to_pixels(old_xy[:, 0], old_xy[:, 1]))  # type: ignore[arg-type]
        self._morph.start(np.column_stack([x, y]).astype(np.float32), self._points.xy)

    def _show_places(self, xy: npt.NDArray[np.float32]) -> None:
        self._points.move(xy)
        if not self._morph.running:
            self._points.settle()
        self.update()

    # --- painting -------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        self.paint(painter, self._sharpness(), at_once=self._moves())
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(current_theme().accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def paint(self, painter: QPainter, sharpness: float, *, at_once: bool = True) -> None:
        """Paint the map, with so many pixels of the points' picture to one of the window; ``at_once`` as of
        :meth:`MapPoints.paint`."""
        theme = current_theme()
        painter.fillRect(self.rect(), QColor(theme.surface))
        if not self.in_space:
            self._layers.paint(painter, self.camera, below=True)
        colours = MarkColours(theme.text, theme.flag, theme.surface)
        self._points.paint(painter, Sight(self.camera, sharpness, colours), at_once=at_once)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.in_space:
            self._layers.paint(painter, self.camera, below=False)
        self._paint_marks(painter)
        if self.in_space:
            self._paint_compass(painter)
        elif self._axes is not None:
            self._axes.paint(painter, self.camera, theme, self.locale())
        self._paint_hands(painter)

    def _paint_hands(self, painter: QPainter) -> None:
        """What hands do is painted above all else."""

    def _sharpness(self) -> float:
        """Pixels drawn to one of the window: on a fine screen, large maps are drawn coarser while they move."""
        ratio = self.devicePixelRatioF()
        return 1.0 if self._moves() and ratio > 1.0 and len(self._points) > _MOST_SHARP_IN_MOTION else ratio

    def _moves(self) -> bool:
        return self._in_motion.isActive() or self._morph.gliding

    def _paint_marks(self, painter: QPainter) -> None:
        theme, radius = current_theme(), self._points.radius(self.camera)
        current = None if self._current is None else self._place(self._current)
        neighbours = [place for row in self._highlight.tolist() if (place := self._place(row)) is not None]
        if current is not None and self._links:
            overlay.paint_links(painter, theme, current, neighbours)
        overlay.paint_neighbours(painter, theme, neighbours, radius)
        if current is not None and self._current is not None:
            overlay.paint_current(painter, theme, current, self._points.colour(self._current), radius)

    def _paint_compass(self, painter: QPainter) -> None:
        seen = self._turn.matrix().T.tolist()
        axes = [(name, *axis) for name, axis in zip("xyz", seen, strict=True)]
        overlay.paint_compass(painter, current_theme(), axes, self.tr("3-D: drag turns, Ctrl-drag moves"), self.size())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._viewpoint.resize(self.width(), self.height(), self._bounds())
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)
