from __future__ import annotations

import numpy as np
import pytest

from explorer.gui.widgets.map.look import FAINT, MapLook

RGBA = np.array([[10, 20, 30, 255], [40, 50, 60, 255], [70, 80, 90, 128], [1, 2, 3, 0]], np.uint8)


@pytest.fixture
def look() -> MapLook:
    look = MapLook(4)
    look.set_colours(RGBA)
    return look


def test_colours_are_as_they_were_given(look: MapLook) -> None:
    assert look.rgba().tolist() == RGBA.tolist()


def test_what_is_not_shown_has_no_alpha_and_what_is_not_found_little(look: MapLook) -> None:
    look.set_shown(np.array([True, False, True, True]))
    look.set_matches(np.array([True, True, False, True]))
    rgba = look.rgba()
    assert rgba[:, :3].tolist() == RGBA[:, :3].tolist()
    assert rgba[:, 3].tolist() == [255, 0, int(128 * FAINT), 0]
    look.set_shown(None)
    look.set_matches(None)
    assert look.rgba().tolist() == RGBA.tolist()


def test_faint_rows_can_still_be_seen(look: MapLook) -> None:
    look.set_colours(np.array([[9, 9, 9, alpha] for alpha in (0, 1, 3, 255)], np.uint8))
    look.set_matches(np.zeros(4, bool))
    assert (look.rgba()[:, 3] > 0).tolist() == [False, True, True, True]


def test_what_is_far_is_fainter_but_never_gone(look: MapLook) -> None:
    alpha = look.rgba(np.array([0, 1, 1, 1], np.float32))[:, 3]
    assert 60 < alpha[0] < 128
    assert alpha[1:].tolist() == [255, 128, 0]


def test_a_ring_is_given_up_by_what_is_not_found(look: MapLook) -> None:
    look.set_flagged(np.array([True, True, False, False]))
    assert look.flagged().tolist() == [True, True, False, False]
    look.set_matches(np.array([False, True, True, False]))
    assert look.flagged().tolist() == [False, True, False, False]


def test_another_number_of_rows_is_refused(look: MapLook) -> None:
    for setter in (look.set_shown, look.set_matches, look.set_flagged):
        with pytest.raises(ValueError, match="for 4 points"):
            setter(np.zeros(3, bool))
