from __future__ import annotations

import numpy as np
import pytest

from explorer.gui.widgets.map.label_places import NamedPlaces, first_scales, level_zooms, place_regions

RANDOM = np.random.default_rng(5)


def blob(x: float, y: float, rows: int, spread: float = 0.1) -> np.ndarray:
    return RANDOM.normal((x, y), spread, (rows, 2)).astype(np.float32)


def test_a_name_stands_in_the_densest_part_and_not_between_two() -> None:
    xy = np.concatenate([blob(0, 0, 600), blob(10, 0, 400), blob(5, 8, 300)])
    places = place_regions(xy, np.repeat([0, 1], [1000, 300])[:, None], [[("split",), ("whole",)]]).places
    assert [(place.region, place.words, place.size) for place in places] == [
        (0, ("split",), 1000),
        (1, ("whole",), 300),
    ]
    assert np.hypot(places[0].x, places[0].y) < 0.1
    assert np.hypot(places[1].x - 5, places[1].y - 8) < 0.1


def test_stray_rows_do_not_move_a_name() -> None:
    xy = np.concatenate([blob(0, 0, 2000), blob(1, 1, 2000), [[4000, -9000]]]).astype(np.float32)
    places = place_regions(xy, np.repeat([0, 1], [2000, 2001])[:, None], [[("a",), ("b",)]]).places
    by_region = {place.region: place for place in places}
    assert np.hypot(by_region[0].x, by_region[0].y) < 0.1
    assert np.hypot(by_region[1].x - 1, by_region[1].y - 1) < 0.1


def test_rows_without_a_place_or_a_region_are_left_aside() -> None:
    xy = np.concatenate([blob(0, 0, 50), np.full((50, 2), np.nan), blob(9, 9, 500)])
    levels = np.repeat([0, 0, -1], [50, 50, 500])[:, None]
    (place,) = place_regions(xy, levels, [[("here",)]]).places
    assert place.size == 50
    assert np.hypot(place.x, place.y) < 0.2


def test_coarse_levels_and_large_regions_come_first_and_crumbs_wait_for_finer_levels() -> None:
    xy = np.concatenate([blob(0, 0, 100), blob(5, 5, 300), blob(9, 0, 8)])
    coarse = np.repeat([0, 1, 2], [100, 300, 8])
    fine = np.concatenate([np.arange(400) // 20, np.full(8, 20)])
    names = [[("a",), ("b",), ("crumb",)], [(f"fine {number}",) for number in range(21)]]
    places = place_regions(xy, np.column_stack([coarse, fine]), names).places
    assert [(place.level, place.region) for place in places][:2] == [(0, 1), (0, 0)]
    assert (0, 2) not in [(place.level, place.region) for place in places]
    assert (1, 20) in [(place.level, place.region) for place in places]
    assert all(place.level == 1 for place in places[2:])


@pytest.mark.parametrize("xy", [np.zeros((0, 2)), np.full((4, 2), np.nan)])
def test_no_place_no_name(xy: np.ndarray) -> None:
    assert place_regions(xy, np.zeros((len(xy), 1), np.int32), [[("word",)]]) == NamedPlaces()


def test_one_place_for_all_rows() -> None:
    (place,) = place_regions(np.full((4, 2), 3.0), np.zeros((4, 1), np.int32), [[("word",)]]).places
    assert (place.x, place.y) == (3.0, 3.0)


def test_a_region_without_words_has_no_name() -> None:
    assert place_regions(blob(0, 0, 40), np.zeros((40, 1), np.int32), [[()]]).places == ()


def test_finer_levels_begin_later_and_earlier_in_larger_windows() -> None:
    xy = blob(0, 0, 4000, 5.0)
    rows = np.arange(4000)
    levels = np.column_stack([rows % 10, rows % 50, rows % 200])
    places = place_regions(xy, levels, [[("w",)] * count for count in (10, 50, 200)]).places
    starts, ends = level_zooms(places, 600 * 400)
    assert starts[0] < 1.0 < starts[1] < starts[2]
    assert ends == [starts[2], np.inf, np.inf]
    assert level_zooms(places, 1200 * 800)[0][1] < starts[1]


def test_names_never_overlap_and_each_is_seen_in_one_range() -> None:
    count = 300
    xy = RANDOM.normal(0, 10, (count, 2))
    spots = RANDOM.uniform((-100, -30), (100, 30), (count, 2))
    boxes = RANDOM.uniform((60, 15), (200, 25), (count, 2))
    levels = np.sort(RANDOM.integers(0, 3, count))
    earliest, latest = np.array([1.0, 3.0, 9.0])[levels], np.array([9.0, np.inf, np.inf])[levels]
    first = first_scales(xy, spots, boxes, levels, earliest, latest)
    assert (first >= earliest).all()
    assert 0.5 < np.isfinite(first).mean() <= 1.0
    for scale in np.geomspace(0.5, 500, 200):
        seen = np.flatnonzero((first <= scale) & (scale < latest))
        middles = xy[seen] * scale + spots[seen]
        apart = np.abs(middles[:, None] - middles[None])
        overlap = (apart < (boxes[seen, None] + boxes[None, seen]) / 2 - 1e-6).all(axis=-1)
        assert overlap.sum() == len(seen)  # each with itself


def test_two_names_at_one_place_follow_each_other() -> None:
    place, spots, boxes = np.zeros((2, 2)), np.zeros((2, 2)), np.full((2, 2), 20.0)
    levels, earliest, latest = np.array([0, 1]), np.array([1.0, 2.0]), np.array([5.0, np.inf])
    assert first_scales(place, spots, boxes, levels, earliest, latest).tolist() == [1.0, 5.0]
    spots[1] = (0, -30)  # the one above, the other below: both have room
    assert first_scales(place, spots, boxes, levels, earliest, latest).tolist() == [1.0, 2.0]
