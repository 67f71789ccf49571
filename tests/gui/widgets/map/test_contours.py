from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from explorer.gui.theme import DARK, LIGHT, Theme
from explorer.gui.widgets.map.camera import Bounds, Camera
from explorer.gui.widgets.map.contours import SHARES, Contour, ContourLines, density_contours

RANDOM = np.random.default_rng(3)


@pytest.fixture(scope="module")
def cloud() -> np.ndarray:
    return RANDOM.normal((5, -3), 2.0, (40_000, 2)).astype(np.float32)


def radius(contour: Contour, x: float, y: float) -> float:
    longest = max(contour.lines, key=len)
    return float(np.hypot(longest[:, 0] - x, longest[:, 1] - y).mean())


def test_lines_hold_the_shares_they_tell(cloud: np.ndarray) -> None:
    """Of a Gaussian in the plane, the share p lies within sigma * sqrt(-2 ln(1 - p))."""
    contours = density_contours(cloud)
    assert [contour.share for contour in contours] == list(SHARES)
    for contour in contours:
        wanted = 2.0 * np.sqrt(-2.0 * np.log(1.0 - contour.share))
        assert radius(contour, 5, -3) == pytest.approx(wanted, rel=0.12)
        assert all(np.allclose(line[0], line[-1]) for line in contour.lines)


def test_two_crowds_have_lines_of_their_own(cloud: np.ndarray) -> None:
    both = np.concatenate([cloud, cloud + np.float32(40.0)])
    (inner,) = density_contours(both, shares=(0.5,))
    middles = sorted(float(line[:, 0].mean()) for line in inner.lines if len(line) > 20)
    assert middles == pytest.approx([5, 45], abs=1.0)


def test_only_what_is_shown_counts(cloud: np.ndarray) -> None:
    both = np.concatenate([cloud, cloud + np.float32(40.0), np.full((5, 2), np.nan, np.float32)])
    shown = np.arange(len(both)) >= len(cloud)
    (contour,) = density_contours(both, shown, shares=(0.5,))
    assert radius(contour, 45, 37) == pytest.approx(2.0 * np.sqrt(2.0 * np.log(2.0)), rel=0.12)


def test_stray_points_do_not_coarsen_the_cells(cloud: np.ndarray) -> None:
    stray = np.concatenate([cloud, [[9e5, 9e5]]]).astype(np.float32)
    (contour,) = density_contours(stray, shares=(0.5,))
    assert radius(contour, 5, -3) == pytest.approx(2.0 * np.sqrt(2.0 * np.log(2.0)), rel=0.12)


@pytest.mark.parametrize("xy", [np.zeros((0, 2)), np.full((3, 2), np.nan), np.ones((9, 2))])
def test_nowhere_or_one_place_has_no_contours(xy: np.ndarray) -> None:
    assert density_contours(xy) == ()


def test_points_on_a_line_and_two_points() -> None:
    assert density_contours(np.column_stack([np.arange(50.0), np.zeros(50)]))[0].lines
    assert density_contours(np.array([[0.0, 0.0], [1.0, 2.0]]))[0].lines


def painted(lines: ContourLines, camera: Camera, theme: Theme) -> np.ndarray:
    image = QImage(camera.width, camera.height, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.surface))
    painter = QPainter(image)
    lines.paint(painter, camera, theme)
    painter.end()
    seen = np.frombuffer(image.constBits(), np.uint32).reshape(camera.height, camera.width)
    return np.argwhere(seen != QColor(theme.surface).rgb())


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("zoom", [1.0, 3.0])
def test_lines_are_painted_where_they_lie(qapp: QApplication, cloud: np.ndarray, theme: Theme, zoom: float) -> None:
    camera = Camera(width=900, height=900).fitted(Bounds.of(cloud)).zoomed(zoom, (450, 450))
    camera = camera.panned(*np.subtract((450, 450), camera.to_pixel(5, -3)).tolist())
    lines = ContourLines()
    lines.set_contours(density_contours(cloud, shares=(0.1,)))
    found = painted(lines, camera, theme)
    away = np.hypot(found[:, 1] - 450, found[:, 0] - 450) / camera.scale
    assert len(found) > 50
    assert np.median(away) == pytest.approx(2.0 * np.sqrt(-2.0 * np.log(0.9)), rel=0.15)


def test_nothing_is_painted_elsewhere_or_without_contours(qapp: QApplication, cloud: np.ndarray) -> None:
    camera = Camera(width=300, height=300).fitted(Bounds.of(cloud))
    lines = ContourLines()
    assert len(painted(lines, camera, LIGHT)) == 0
    lines.set_contours(density_contours(cloud))
    assert len(painted(lines, camera.panned(9000, 0), LIGHT)) == 0
