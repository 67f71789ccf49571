from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from explorer.gui.theme import DARK, LIGHT, Theme
from explorer.gui.widgets.map.camera import Bounds, Camera
from explorer.gui.widgets.map.label_places import NamedPlaces, RegionPlace, place_regions
from explorer.gui.widgets.map.region_labels import RegionLabels, label_text

WIDTH, HEIGHT = 800, 600
GROUND = "#c04080"


@pytest.fixture(scope="module")
def map_xy() -> np.ndarray:
    random = np.random.default_rng(2)
    rows = np.arange(6000)
    middles = random.normal(0, 8, (60, 2))[rows % 60] + random.normal(0, 1, (240, 2))[rows % 240]
    return (middles + random.normal(0, 0.1, (6000, 2))).astype(np.float32)


@pytest.fixture(scope="module")
def places(map_xy: np.ndarray) -> NamedPlaces:
    rows = np.arange(6000)
    levels = np.column_stack([rows % 6, rows % 60, rows % 240])
    return place_regions(map_xy, levels, [[(f"word {i}", "other", "third") for i in range(n)] for n in (6, 60, 240)])


@pytest.fixture
def camera(map_xy: np.ndarray) -> Camera:
    return Camera(width=WIDTH, height=HEIGHT).fitted(Bounds.of(map_xy))


def painted(labels: RegionLabels, camera: Camera, theme: Theme = LIGHT) -> QImage:
    image = QImage(camera.width, camera.height, QImage.Format.Format_RGB32)
    image.fill(QColor(GROUND))
    painter = QPainter(image)
    painter.setFont(QApplication.font())
    labels.paint(painter, camera, theme)
    painter.end()
    return image


def pixels(image: QImage, box: QRectF) -> list[str]:
    part = image.copy(box.toAlignedRect())
    return [part.pixelColor(x, y).name() for y in range(part.height()) for x in range(part.width())]


@pytest.fixture
def labels(qapp: QApplication, places: NamedPlaces) -> RegionLabels:
    made = RegionLabels()
    made.set_regions(places)
    return made


@pytest.mark.parametrize("zoom", [1.0, 1.7, 4.0, 12.0])
@pytest.mark.parametrize("at", [(400, 300), (130, 500)])
def test_names_do_not_overlap_and_lie_inside_the_window(
    labels: RegionLabels, camera: Camera, zoom: float, at: tuple[int, int]
) -> None:
    painted(labels, camera.zoomed(zoom, at))
    boxes = [box for _, box in labels.shown]
    assert boxes
    for index, box in enumerate(boxes):
        assert QRectF(0, 0, WIDTH, HEIGHT).contains(box)
        assert not any(box.intersects(other) for other in boxes[:index])


def test_panning_moves_names_and_changes_none(labels: RegionLabels, camera: Camera) -> None:
    painted(labels, camera.zoomed(2.0, (400, 300)))
    before = dict(labels.shown)
    painted(labels, camera.zoomed(2.0, (400, 300)).panned(37, -21))
    after = dict(labels.shown)
    inner = QRectF(150, 80, WIDTH - 300, HEIGHT - 160)
    inside = [place for place, box in before.items() if inner.contains(box)]
    assert len(inside) >= 3
    for place in inside:
        moved = after[place].topLeft() - before[place].topLeft()
        assert (abs(moved.x() - 37), abs(moved.y() + 21)) <= (1, 1)


def test_a_name_stays_while_zooming_in_until_its_level_goes(labels: RegionLabels, camera: Camera) -> None:
    seen = []
    for zoom in np.geomspace(1.0, 3.0, 25):
        painted(labels, camera.zoomed(float(zoom), (400, 300)))
        seen.append({place for place, _ in labels.shown if place.level == 1})
    middle = {
        place for place in set.union(*seen) if np.hypot(place.x - camera.x, place.y - camera.y) * camera.scale < 60
    }
    assert middle
    for before, after in pairwise(seen):
        assert before & middle <= after


def test_finer_names_come_with_zooming(labels: RegionLabels, camera: Camera) -> None:
    painted(labels, camera)
    assert {place.level for place, _ in labels.shown} >= {0}
    assert 2 not in {place.level for place, _ in labels.shown}
    painted(labels, camera.zoomed(7.0, (400, 300)))
    assert {place.level for place, _ in labels.shown} == {1, 2}


def test_a_click_on_a_name_finds_its_region(labels: RegionLabels, camera: Camera) -> None:
    painted(labels, camera)
    for place, box in labels.shown:
        assert labels.hit(box.center().x(), box.center().y()) == place
    assert labels.hit(-5, -5) is None
    labels.set_regions(NamedPlaces())
    painted(labels, camera)
    assert labels.hit(*labels_center(camera)) is None


def labels_center(camera: Camera) -> tuple[float, float]:
    return camera.width / 2, camera.height / 2


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_ink_never_touches_what_is_below(labels: RegionLabels, camera: Camera, theme: Theme) -> None:
    """Around every pixel of full ink, all pixels are ink, ground of the theme or between the two."""
    image = painted(labels, camera, theme)
    _, box = labels.shown[0]
    names = np.array(pixels(image, box)).reshape(box.toAlignedRect().height(), -1)
    ink = np.argwhere(names == theme.text)
    assert len(ink) > 20
    assert (names == theme.surface).sum() > len(ink)
    for row, column in ink.tolist():
        around = names[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        assert GROUND not in around


def test_the_theme_may_change(labels: RegionLabels, camera: Camera) -> None:
    assert LIGHT.text in pixels(painted(labels, camera, LIGHT), labels.shown[0][1])
    dark = pixels(painted(labels, camera, DARK), labels.shown[0][1])
    assert DARK.text in dark
    assert LIGHT.text not in dark


def test_the_active_name_is_underlined(labels: RegionLabels, camera: Camera) -> None:
    plain = painted(labels, camera)
    place, box = labels.shown[0]
    assert labels.set_active(place)
    assert not labels.set_active(place)
    assert LIGHT.accent in pixels(painted(labels, camera), box)
    assert LIGHT.accent not in pixels(plain, box)


def test_a_fine_screen_has_fine_names(labels: RegionLabels, camera: Camera) -> None:
    image = QImage(2 * WIDTH, 2 * HEIGHT, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2.0)
    image.fill(QColor(GROUND))
    painter = QPainter(image)
    labels.paint(painter, camera, LIGHT)
    painter.end()
    _, box = labels.shown[0]
    fine = pixels(image, QRectF(box.topLeft() * 2, box.size() * 2))
    coarse = pixels(painted(labels, camera), box)
    assert fine.count(LIGHT.text) > 2 * coarse.count(LIGHT.text)


@pytest.mark.parametrize("size", [(1, 1), (30, 400), (400, 10)])
def test_tiny_windows(labels: RegionLabels, camera: Camera, size: tuple[int, int]) -> None:
    painted(labels, camera.resized(*size))


def test_long_words_are_cut_and_what_does_not_fit_is_left_out(qapp: QApplication) -> None:
    metrics = QFontMetricsF(QApplication.font())
    assert label_text(("exchange rate", "card", "fee"), metrics) == "exchange rate · card · fee"
    assert label_text(("exchange rate", "a" * 30), metrics) == "exchange rate"
    cut = label_text(("Donaudampfschifffahrtsgesellschaft" * 3,), metrics)
    assert cut.endswith("…")
    assert metrics.horizontalAdvance(cut) <= 200


def test_right_to_left_words_keep_their_place(qapp: QApplication) -> None:
    metrics = QFontMetricsF(QApplication.font())
    assert label_text(("חשבון", "card"), metrics) == "\u2068חשבון\u2069 · card"
    assert label_text(("é́", "信用卡", "😀"), metrics) == "é́ · 信用卡 · 😀"


def test_combining_and_right_to_left_scripts_are_painted(qapp: QApplication, camera: Camera) -> None:
    labels = RegionLabels()
    words = ("חשבון", "تحويل الأموال", "Z̸͎a̷͝l̵g̴o", "信用卡")
    places = [RegionPlace(0, i, camera.x, camera.y + 2 * i, 9, (word, "x")) for i, word in enumerate(words)]
    labels.set_regions(NamedPlaces(tuple(places)))
    image = painted(labels, camera)
    assert len(labels.shown) == 4
    assert all(LIGHT.text in pixels(image, box) for _, box in labels.shown)
