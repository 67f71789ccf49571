from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from explorer.gui.theme import DARK, LIGHT, contrast
from explorer.gui.widgets.colour_scales import (
    category_colours,
    colours_for_values,
    other_colour,
    scale_colours,
    top_categories,
)

# Machado, Oliveira and Fernandes 2009, severity 1: what is left of linear RGB.
_VISIONS = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def _hex(rgba: npt.NDArray[np.uint8]) -> str:
    return "#" + bytes(rgba[:3].tolist()).hex()


def _oklab(rgba: npt.NDArray[np.uint8], vision: str) -> npt.NDArray[np.float64]:
    """OKLab (Ottosson 2020) of a colour as it is seen."""
    srgb = rgba[..., :3] / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(_VISIONS[vision]).T, 0, 1)
    cones = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566]]
    cones.append([0.0883024619, 0.2817188376, 0.6299787005])
    lab = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099]]
    lab.append([0.0259040371, 0.7827717662, -0.8086757660])
    return np.cbrt(seen @ np.array(cones).T) @ np.array(lab).T


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("vision", list(_VISIONS))
def test_categories_are_told_apart_by_every_kind_of_eye(dark: bool, vision: str) -> None:
    flag = np.array([[*bytes.fromhex((DARK if dark else LIGHT).flag[1:]), 255]], np.uint8)
    colours = np.vstack([category_colours(dark=dark), other_colour(dark=dark), flag])
    seen = _oklab(colours, vision)
    least = min(np.linalg.norm(a - b) for a, b in combinations(seen, 2))
    assert least >= (0.155 if vision == "normal" else 0.07)


@pytest.mark.parametrize("dark", [False, True])
def test_categories_stand_out_from_the_background(dark: bool) -> None:
    ground = (DARK if dark else LIGHT).surface
    for colour in [*category_colours(dark=dark), other_colour(dark=dark)]:
        assert contrast(_hex(colour), ground) >= 3.0


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("scale", ["viridis", "cividis"])
def test_greater_values_stand_out_more_and_none_drowns(scale: str, dark: bool) -> None:
    ground = (DARK if dark else LIGHT).surface
    contrasts = [contrast(_hex(colour), ground) for colour in scale_colours(scale, dark=dark)]
    assert min(contrasts) >= 1.95
    assert contrasts[-1] > 10
    assert (np.diff(contrasts) > -0.15).all()


@given(hnp.arrays(np.float64, st.integers(1, 50), elements=st.floats(-1e9, 1e9) | st.sampled_from([np.nan, np.inf])))
def test_every_value_has_a_solid_colour_and_missing_ones_are_grey(values: npt.NDArray[np.float64]) -> None:
    rgba, spanned = colours_for_values(values)
    assert rgba.shape == (len(values), 4)
    assert (rgba[:, 3] == 255).all()
    assert (rgba[~np.isfinite(values)] == other_colour()).all()
    assert spanned.n_missing == (~np.isfinite(values)).sum()
    if np.isfinite(values).any():
        assert spanned.low <= spanned.median <= spanned.high


def test_a_few_huge_values_do_not_use_up_the_scale() -> None:
    values = np.append(np.linspace(0, 1, 1000), [1e6, 1e6])
    rgba, spanned = colours_for_values(values)
    assert spanned.high < 2
    assert len(np.unique(rgba, axis=0)) > 200
    assert (rgba[-1] == scale_colours()[-1]).all()
    assert (rgba[0] == scale_colours()[0]).all()


def test_equal_and_absent_values() -> None:
    rgba, spanned = colours_for_values(np.full(4, 2.5))
    assert len(np.unique(rgba, axis=0)) == 1
    assert (spanned.low, spanned.high) == (2.5, 2.5)
    assert np.isnan(colours_for_values(np.array([np.nan]))[1].low)


def test_top_categories_ranks_by_frequency_then_number() -> None:
    codes = np.array([7, 7, 7, 3, 3, 1, 1, 9, -1, 4])
    ranked, kept, counts = top_categories(codes, limit=3)
    assert kept.tolist() == [7, 1, 3]
    assert counts.tolist() == [3, 2, 2]
    assert ranked.tolist() == [0, 0, 0, 2, 2, 1, 1, 3, -1, 3]


def test_an_unknown_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="viridis, cividis"):
        scale_colours("jet")  # type: ignore[arg-type]
