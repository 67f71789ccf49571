"""The map as PNG and SVG: the size asked for, words as words, every mark where it belongs, clear refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from explorer.core.progress import Cancelled, Progress, Report
from explorer.errors import OptionError, OutputError
from explorer.gui.map import pictures as map_export
from explorer.gui.map.colouring import Colouring
from explorer.gui.map.key import MapKey, key_of
from explorer.gui.map.pictures import SheetSize, png_bytes, write_png, write_svg
from explorer.gui.map.sheet import Dots, MapSheet, laid_out, same_view
from explorer.gui.theme import DARK, LIGHT
from explorer.gui.widgets.colour_scales import colours_for_values
from explorer.gui.widgets.legend import LegendEntry
from explorer.gui.widgets.map.camera import Bounds, Camera
from explorer.gui.widgets.map.points import MapPoints, MarkColours, paint_scene

SVG = "{http://www.w3.org/2000/svg}"
BLUE, RED = (60, 150, 255, 255), (200, 0, 80, 255)
XY = np.array([[0, 0], [10, 0], [10, 8], [0, 8], [5, 4], [np.nan, np.nan]], np.float32)
RGBA = np.array([BLUE, BLUE, RED, RED, (0, 0, 0, 0), BLUE], np.uint8)
FLAGGED = np.array([True, False, False, False, False, False])
SIZE = SheetSize(900, 600)


def sheet(*, dark: bool = False, title: str = "Map of 6 texts") -> MapSheet:
    theme = DARK if dark else LIGHT
    points = MapPoints()
    points.set_positions(XY)
    points.set_colours(RGBA)
    points.set_flagged(FLAGGED)
    marks = MarkColours(selected=theme.accent, flagged=theme.flag, ground=theme.surface)
    entries = (LegendEntry("card & cash", 3, BLUE), LegendEntry("<other>", 2, RED))
    return MapSheet(
        title=title,
        paint=partial(paint_scene, points.frozen().scene, marks),
        view=Bounds(0, 0, 10, 8),
        key=MapKey("intent", entries, None, "", 1),
        caption=("4 of 6 texts shown.", "Layout: PCA."),
        dots=Dots(XY, RGBA, FLAGGED, points.radius),
        dark=dark,
    )


def colours(picture: QImage, place: QRectF) -> set[str]:
    return {
        picture.pixelColor(x, y).name()
        for x in range(int(place.left()) + 2, int(place.right()) - 2)
        for y in range(int(place.top()) + 2, int(place.bottom()) - 2)
    }


def png_picture(shown: MapSheet, size: SheetSize) -> QImage:
    return QImage.fromData(png_bytes(shown, size))


def drawn(path: Path) -> ElementTree.Element:
    return ElementTree.fromstring(path.read_bytes())


def words(root: ElementTree.Element) -> str:
    return " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))


@pytest.mark.parametrize("dark", [False, True])
def test_a_png_shows_points_rings_and_legend_in_the_theme(dark: bool, tmp_path: Path) -> None:
    shown, theme = sheet(dark=dark), DARK if dark else LIGHT
    write_png(shown, SIZE, tmp_path / "new" / "map.png")
    picture = QImage(str(tmp_path / "new" / "map.png"))
    assert (picture.width(), picture.height()) == (900, 600)
    assert picture.text("Title") == "Map of 6 texts" and "card & cash: 3" in picture.text("Description")
    places = laid_out(shown, 900, 600)
    on_map, in_key = colours(picture, places.map), colours(picture, places.key)
    assert {QColor(*BLUE).name(), QColor(*RED).name(), theme.flag, theme.surface} <= on_map
    assert {QColor(*BLUE).name(), QColor(*RED).name(), theme.background} <= in_key
    assert theme.muted_text in colours(picture, places.caption) and theme.text in colours(picture, places.title)
    camera = shown.camera(places.map.width(), places.map.height())
    corner = places.map.topLeft() + QPointF(*camera.to_pixel(10, 8))
    assert picture.pixelColor(corner.toPoint()).name() == QColor(*RED).name()


def test_scale_makes_letters_and_discs_larger_not_the_view() -> None:
    one, two = png_picture(sheet(), SIZE), png_picture(sheet(), SheetSize(1800, 1200, 2.0))
    assert (two.width(), two.height()) == (1800, 1200)
    assert two.dotsPerMeterX() == pytest.approx(2 * one.dotsPerMeterX(), abs=1)
    half = two.scaled(900, 600)
    half.setDevicePixelRatio(1)
    places = laid_out(sheet(), 900, 600)
    assert {QColor(*BLUE).name(), LIGHT.surface} <= colours(half, places.map)


def test_an_svg_has_a_circle_a_point_and_words_as_words(tmp_path: Path) -> None:
    hostile = "Map <b>& \u202e\x01\x1b " + "long " * 60
    shown = replace(sheet(title=hostile), paint_over=lambda painter, camera: painter.drawText(40, 40, "a region"))
    write_svg(shown, SIZE, tmp_path / "map.svg")
    root = drawn(tmp_path / "map.svg")
    on_map = [circle for circle in root.iter(f"{SVG}circle") if float(circle.get("r", 0)) > 6.5]
    assert len(on_map) == 4 + 2, "four placed points that are not hidden, and the ring of one on its ground"
    assert not list(root.iter(f"{SVG}image"))
    assert all(part in words(root) for part in ("card & cash", "<other>", "a region", "Layout: PCA.", "intent"))
    assert "Map <b>& [U+202E]" in (root.findtext(f"{SVG}title") or "")
    assert "card & cash: 3" in (root.findtext(f"{SVG}desc") or "")
    assert root.get("viewBox") == "0 0 900 600"
    assert all("sans-serif" in (text.get("font-family") or "") for text in root.iter(f"{SVG}text"))
    assert QSvgRenderer(str(tmp_path / "map.svg")).isValid()


def test_many_points_are_one_picture_in_an_svg_whose_words_stay_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_export, "VECTOR_MOST", 3)
    write_svg(sheet(), SIZE, tmp_path / "map.svg")
    root = drawn(tmp_path / "map.svg")
    assert len(list(root.iter(f"{SVG}image"))) == 1 and "card & cash" in words(root)
    picture = QImage(900, 600, QImage.Format.Format_ARGB32)
    painter = QPainter(picture)
    QSvgRenderer(str(tmp_path / "map.svg")).render(painter)
    painter.end()
    places = laid_out(sheet(), 900, 600)
    camera = sheet().camera(places.map.width(), places.map.height())
    corner = places.map.topLeft() + QPointF(*camera.to_pixel(10, 8))
    assert picture.pixelColor(corner.toPoint()).name() == QColor(*RED).name()


def test_the_view_of_the_window_is_kept_in_another_shape() -> None:
    camera = Camera(x=3, y=2, scale=50, width=400, height=300, unit=25)
    for width, height in ((900, 300), (200, 900)):
        wide = same_view(camera, width, height)
        assert wide.zoom == pytest.approx(camera.zoom) and (wide.x, wide.y) == (3, 2)
        left, top = camera.to_map(0, 0)
        px, py = wide.to_pixel(left, top)
        assert px >= -1e-9 and py >= -1e-9, "what the window shows is in the picture"


@pytest.mark.parametrize(("width", "height"), [(900, 600), (400, 900), (640, 700)])
def test_nothing_overlaps_and_nothing_sticks_out(width: int, height: int) -> None:
    places = laid_out(sheet(title="A title " * 40), width, height)
    parts = [places.title, places.map, places.key, places.caption]
    assert all(QRectF(0, 0, width, height).contains(part) for part in parts)
    assert not any(one.intersects(other) for one in parts for other in parts if one is not other)


def test_a_scale_is_a_bar_with_its_words(tmp_path: Path) -> None:
    rgba, values = colours_for_values(np.array([1.0, 2, 3, 4, 500, np.nan]))
    key = key_of(Colouring(rgba, "Anomaly score", values, note="Higher is stranger"), flagged=2, dark=False)
    assert key.scale is not None and key.scale.words[2].startswith("≥") and 0 < key.scale.median < 1
    assert key.note == "Higher is stranger · grey: 1 without a value"
    write_svg(replace(sheet(), key=key), SIZE, tmp_path / "map.svg")
    said = words(drawn(tmp_path / "map.svg"))
    assert "Anomaly score" in said and key.scale.words[0] in said and "median 3.00" in said and "flagged" in said
    days, moments = colours_for_values(np.array([0.0, 86_400 * 30, 86_400 * 59]))
    dated = key_of(Colouring(days, "sent", moments, dates=True), flagged=None, dark=True)
    assert dated.scale is not None and dated.scale.words[1] == "1970-01-31"
    nothing, none = colours_for_values(np.array([np.nan]))
    empty = key_of(Colouring(nothing, "empty", none), flagged=None, dark=False)
    write_svg(replace(sheet(), key=empty), SIZE, tmp_path / "map.svg")


def test_a_picture_of_nothing_is_a_picture(tmp_path: Path) -> None:
    none = Dots(np.empty((0, 2)), np.empty((0, 4), np.uint8), np.empty(0, bool), lambda _: 3.0)
    bare = MapSheet("", lambda *_: None, Bounds(0, 0, 0, 0), dots=none)
    write_svg(bare, SIZE, tmp_path / "map.svg")
    assert not list(drawn(tmp_path / "map.svg").iter(f"{SVG}circle"))
    assert png_bytes(bare, SIZE).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("width", "height", "scale"), [(0, 100, 1), (100, 20_000, 1), (20_000, 100, 1), (100, 100, 0), (100, 100, np.nan)]
)
def test_impossible_sizes_are_refused(width: int, height: int, scale: float) -> None:
    with pytest.raises(OptionError, match="not possible"):
        SheetSize(width, height, scale)


def test_a_sheet_without_room_for_its_map_is_refused(tmp_path: Path) -> None:
    for size in (SheetSize(300, 200), SheetSize(2000, 2000, 16), SheetSize(900, 160)):
        for write in (write_png, write_svg):
            with pytest.raises(OptionError, match="too small"):
                write(sheet(), size, tmp_path / "map")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_any_size_is_painted_in_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = png_picture(sheet(), SIZE)
    bands: list[tuple[int, int]] = []
    shown = sheet()

    def paint(painter: QPainter, camera: Camera, ratio: float, band: tuple[int, int]) -> None:
        bands.append(band)
        shown.paint(painter, camera, ratio, band)

    monkeypatch.setattr(map_export, "BAND_PIXELS", 900 * 37)
    assert png_picture(replace(shown, paint=paint), SIZE) == whole
    assert len(bands) == 17 and max(last - first for first, last in bands) <= 40
    inside = [band for band in bands if band[1] > band[0]]
    assert inside[0][0] == 0 and all(before[1] > after[0] for before, after in pairwise(inside)), "no row is left out"


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.37, 2.5])
def test_bands_leave_no_seam_at_any_scale(scale: float, monkeypatch: pytest.MonkeyPatch) -> None:
    size = SheetSize(1100, 900, scale)
    whole = png_picture(sheet(), size)
    monkeypatch.setattr(map_export, "BAND_PIXELS", 1100 * 53)
    assert png_picture(sheet(), size) == whole


@pytest.mark.parametrize("write", [write_png, write_svg])
@pytest.mark.parametrize("many", [False, True])
def test_a_picture_can_be_given_up_at_any_band_and_leaves_nothing(
    write: Callable[..., None], many: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_export, "BAND_PIXELS", 900 * 50)
    monkeypatch.setattr(map_export, "VECTOR_MOST", 3 if many else 100)
    monkeypatch.setattr(map_export, "DOTS_A_STEP", 2)
    reports: list[Report] = []
    write(sheet(), SIZE, tmp_path / "whole", Progress(reports.append))
    assert len(reports) >= 2 and [said.fraction for said in reports] == sorted(said.fraction for said in reports)
    for most in range(1, len(reports)):
        count = []
        with pytest.raises(Cancelled):
            write(sheet(), SIZE, tmp_path / "part", Progress(count.append, lambda: len(count) >= most))  # noqa: B023
    assert [path.name for path in tmp_path.iterdir()] == ["whole"]


def test_a_painter_that_runs_out_of_memory_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(*_: object) -> None:
        raise MemoryError

    with pytest.raises(OutputError, match="memory"):
        png_picture(replace(sheet(), paint=greedy), SIZE)


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for write in (write_png, write_svg):
        with pytest.raises(OutputError, match="Cannot write"):
            write(sheet(), SIZE, tmp_path / "file" / "map")
