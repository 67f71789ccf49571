"""Colours of the data: a perceptually uniform scale for numbers, ten colours for categories, grey for the rest.

``viridis`` (Smith, van der Walt and Firing 2015) and ``cividis`` (Nunez, Anderton and Renslow 2018,
doi:10.1371/journal.pone.0199239) are the CC0 tables of matplotlib at every sixteenth step. The two categorical
sets were searched for the greatest least distance in OKLab between any two colours (0.16 at least), and half as much
as seen with protanopia, deuteranopia and tritanopia (simulated as by Machado et al. 2009), under the condition of a
contrast of 3:1 to the background.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from explorer.gui.theme import DARK, LIGHT, LUMINANCE, relative_luminance

ScaleName = Literal["cividis", "viridis"]

_TABLES = {
    "viridis": "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c "
    "1f9f88 27ad81 3dbc74 5cc863 81d34d aadc32 d5e21a fde725",
    "cividis": "00204d 002c69 06366e 2d426c 414d6b 52596c 61646f 6f7073 7d7c78 "
    "8b8779 9b9477 aca174 bcaf6f cebc68 e0cb5e f2da50 ffea46",
}
_CATEGORIES_LIGHT = "0f96ff 78000f 2da51e 0f1eb4 ff4b78 5a0f78 d25ae1 0f694b 694bf0 964b87"
_CATEGORIES_DARK = "694bff c3ff0f ff0f1e 3cffff e1a5f0 3c8700 ffe1a5 b43cb4 78c396 3c96ff"
_OTHER_LIGHT, _OTHER_DARK = "8b9098", "7d838c"
_MISSING_LIGHT, _MISSING_DARK = "c3c7cd", "4a4f57"

_TO_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)

_STEPS = 256
_LEAST_CONTRAST = 2.0
N_CATEGORY_COLOURS = 10
_FAR = 0.25
"""A distance in OKLab at which nobody takes one colour for the other."""


@dataclass(frozen=True)
class ValueRange:
    """The values that a colour scale spans, for its legend.

    ``low`` and ``high`` are the ends of the scale: values beyond them have the colour of the end, and ``below`` and
    ``above`` say whether there are any. NaN everywhere if there is no value at all.
    """

    low: float
    median: float
    high: float
    n_missing: int
    below: bool = False
    above: bool = False


def scale_colours(scale: ScaleName = "viridis", *, dark: bool = False) -> npt.NDArray[np.uint8]:
    """The scale as a (256, 4) uint8 table, from the least to the greatest value.

    Greater values stand out more: on a light background the scale ends dark, on a dark one bright. The end of
    the table that would drown in the background (contrast under 2:1) is left out.
    """
    table = _table(scale)
    fine = np.stack([np.interp(np.linspace(0, 1, 1024), np.linspace(0, 1, len(table)), c) for c in table.T], axis=1)
    background = (DARK if dark else LIGHT).surface
    seen = fine[_contrasts(fine, background) >= _LEAST_CONTRAST]
    seen = seen if dark else seen[::-1]
    rgb = seen[np.linspace(0, len(seen) - 1, _STEPS).round().astype(int)]
    return np.column_stack([rgb.round(), np.full(_STEPS, 255)]).astype(np.uint8)


def category_colours(*, dark: bool = False) -> npt.NDArray[np.uint8]:
    """The ten categorical colours, (10, 4) uint8."""
    return _rgba((_CATEGORIES_DARK if dark else _CATEGORIES_LIGHT).split())


def likeness(*, dark: bool = False) -> npt.NDArray[np.float64]:
    """How alike any two of the ten are to the eye, (10, 10): 1 = the same, near 0 = never mixed up."""
    lab = _oklab(category_colours(dark=dark)[:, :3].astype(np.float64))
    apart = np.linalg.norm(lab[:, None] - lab[None, :], axis=2)
    alike: npt.NDArray[np.float64] = np.exp(-apart / _FAR)
    return alike


def other_colour(*, dark: bool = False) -> npt.NDArray[np.uint8]:
    """The grey of "other" and of numbers that are missing, (4,) uint8."""
    return _rgba([_OTHER_DARK if dark else _OTHER_LIGHT]).reshape(4)


def missing_colour(*, dark: bool = False) -> npt.NDArray[np.uint8]:
    """The faint grey of rows that are in no category, (4,) uint8: what is not there stays in the background."""
    return _rgba([_MISSING_DARK if dark else _MISSING_LIGHT]).reshape(4)


def colours_for_values(
    values: npt.NDArray[np.floating],
    scale: ScaleName = "viridis",
    *,
    robust: tuple[float, float] = (1.0, 99.0),
    dark: bool = False,
) -> tuple[npt.NDArray[np.uint8], ValueRange]:
    """Colour (n, 4) uint8 of each of n values, and the range that the scale spans.

    Parameters
    ----------
    values : (n,) float array
        What is not finite is missing and grey.
    robust : (float, float)
        Percentiles of the values between which the scale runs, so that a few huge values do not use up all of it.
    """
    finite = np.isfinite(values)
    rgba = np.tile(other_colour(dark=dark), (len(values), 1))
    if not finite.any():
        return rgba, ValueRange(np.nan, np.nan, np.nan, len(values))
    known = values[finite].astype(np.float64)
    low, median, high = np.percentile(known, [robust[0], 50.0, robust[1]]).tolist()
    share = np.clip((known - low) / (high - low), 0.0, 1.0) if high > low else np.full(len(known), 0.5)
    rgba[finite] = scale_colours(scale, dark=dark)[(share * (_STEPS - 1)).round().astype(np.int64)]
    missing, below, above = int((~finite).sum()), bool(known.min() < low), bool(known.max() > high)
    return rgba, ValueRange(low, median, high, missing, below, above)


def top_categories(
    codes: npt.NDArray[np.integer], limit: int = N_CATEGORY_COLOURS
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The most frequent categories, renumbered by frequency so that they can be coloured.

    Parameters
    ----------
    codes : (n,) integer array
        Number of each row's category; negative where it has none.
    limit : int
        How many categories keep their own colour.

    Returns
    -------
    ranked : (n,) int64
        0 for the most frequent category, and so on; ``limit`` for every other; -1 for none.
    kept : (m,) int64
        The numbers in ``codes`` of the categories that keep a colour, most frequent first, ties by number.
    counts : (m,) int64
        How many rows each of them has.
    """
    numbers, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    real = np.flatnonzero(numbers >= 0)
    kept = real[np.argsort(-counts[real], kind="stable")][:limit]
    rank = np.where(numbers >= 0, limit, -1)
    rank[kept] = np.arange(len(kept))
    return rank[inverse].astype(np.int64), numbers[kept].astype(np.int64), counts[kept].astype(np.int64)


def _table(scale: str) -> npt.NDArray[np.float64]:
    if scale not in _TABLES:
        raise ValueError(f"a colour scale is one of {', '.join(_TABLES)}, not {scale!r}")
    return _rgba(_TABLES[scale].split())[:, :3].astype(np.float64)


def _rgba(colours: list[str]) -> npt.NDArray[np.uint8]:
    return np.array([[*bytes.fromhex(colour), 255] for colour in colours], np.uint8)


def _linear(srgb: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Light of colours (n, 3), 0..255, as shares of the brightest."""
    parts = srgb.round() / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def _contrasts(srgb: npt.NDArray[np.floating], ground: str) -> npt.NDArray[np.float64]:
    """(n,) contrast of colours (n, 3) to a ground, as ``theme.contrast`` tells it of one."""
    own, below = _linear(srgb) @ np.array(LUMINANCE), relative_luminance(ground)
    return (np.maximum(own, below) + 0.05) / (np.minimum(own, below) + 0.05)


def _oklab(srgb: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """OKLab (Ottosson 2020) of colours (n, 3), 0..255."""
    return np.asarray(np.cbrt(_linear(srgb) @ np.array(_TO_CONES).T) @ np.array(_TO_LAB).T)
