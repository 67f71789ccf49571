"""What kind of outlier a text is, told from the shared graph alone: global, local, or one of a group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import Scores, nearest
from explorer.core.anomaly.flags import derive_threshold
from explorer.core.anomaly.groups import Groups
from explorer.core.neighbors.base import MISSING, KnnGraph

NOT_STRANGE, GLOBAL, LOCAL, GROUP = range(4)
KIND_NAMES = ("", "global", "local", "group")


@dataclass(frozen=True)
class Kinds:
    """Of n texts. of : (n,) int8, one of ``NOT_STRANGE``, ``GLOBAL``, ``LOCAL``, ``GROUP``.

    farther : (n,) how many times farther its neighbours are than theirs are from each other; NaN without any.
    """

    of: NDArray[np.int8]
    farther: Scores


def outlier_kinds(graph: KnnGraph, k: int, groups: Groups | None = None) -> Kinds:
    """Global: its ``k`` neighbours are far for this corpus. Local: they are not, but lie much closer together.

    A text of a group is neither: its nearest neighbours are as strange as it is.
    """
    near = nearest(graph, k)
    there = near.ids != MISSING
    distance = _mean(np.where(there, near.distances, 0.0), there)
    around = _mean(np.where(there, distance[near.ids], 0.0), there)
    with np.errstate(invalid="ignore", divide="ignore"):
        farther = np.where(around > 0, distance / around, np.where(distance > 0, np.inf, 1.0))
    farther[~there.any(axis=1)] = np.nan
    of = np.zeros(graph.rows, np.int8)
    of[farther >= derive_threshold(farther).value] = LOCAL
    of[distance >= derive_threshold(distance).value] = GLOBAL
    if groups is not None:
        of[groups.of >= 0] = GROUP
    return Kinds(of, farther)


def _mean(values: NDArray[np.floating], there: NDArray[np.bool_]) -> Scores:
    """Row means over what is there; NaN where nothing is."""
    count = there.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, values.sum(axis=1, dtype=np.float64) / np.maximum(count, 1), np.nan)
