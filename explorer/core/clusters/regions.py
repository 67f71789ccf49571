"""Regions of the map with their names: communities of the neighbour graph and the words of their texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.core.corpus.corpus import Corpus
from explorer.core.neighbors.base import KnnGraph
from explorer.core.progress import SILENT, Progress

MOST_WORDS = 4


@dataclass(frozen=True)
class Region:
    """One region of one level.

    id : its number in ``Regions.levels``. words : best first; () where its texts have no word of their own.
    size : number of texts. parent : the region of the level before in which it lies, -1 at the coarsest level.
    """

    id: int
    words: tuple[str, ...]
    size: int
    parent: int


@dataclass(frozen=True)
class Regions:
    """Nested regions of all texts.

    levels : (n, L) int32 region of each row at each level, coarse to fine, numbered from 0 by falling size; -1 for
        rows without neighbours.
    regions : per level, in the order of their numbers.
    texts_read, characters_read : from how many texts the words were taken, and at most how many characters of each.
    """

    levels: NDArray[np.int32]
    regions: tuple[tuple[Region, ...], ...]
    texts_read: int
    characters_read: int

    def facts(self) -> dict[str, Any]:
        """Everything but ``levels``, as JSON: what a stage keeps beside the array."""
        return {
            "regions": [[asdict(region) for region in level] for level in self.regions],
            "texts_read": self.texts_read,
            "characters_read": self.characters_read,
        }

    @classmethod
    def of(cls, levels: NDArray[np.int32], facts: Mapping[str, Any]) -> Regions:
        """The regions whose ``facts`` were kept."""
        regions = tuple(
            tuple(Region(**{**region, "words": tuple(region["words"])}) for region in level)
            for level in facts["regions"]
        )
        return cls(levels, regions, facts["texts_read"], facts["characters_read"])


def find_regions(corpus: Corpus, graph: KnnGraph, *, seed: int = 0, progress: Progress = SILENT) -> Regions:
    """Regions of the corpus at several levels, from a dozen to hundreds, named by the words of their texts.

    graph : over the rows of ``corpus``. The same corpus, graph and seed give the same regions and words.
    Raises ``Cancelled``.
    """
    from explorer.core.clusters.communities import communities
    from explorer.core.clusters.keywords import keywords

    if graph.rows != corpus.rows:
        raise ValueError(f"the graph has {graph.rows} rows, the corpus {corpus.rows}")
    levels = communities(graph, seed=seed, progress=progress.part(0.0, 0.6))
    found = keywords(corpus.embedded, levels, most=MOST_WORDS, seed=seed, progress=progress.part(0.6, 1.0))
    regions = tuple(region_level(levels, level, words) for level, words in enumerate(found.words))
    progress.report(1.0, "Naming regions")
    return Regions(levels, regions, found.texts_read, found.characters_read)


def region_level(levels: NDArray[np.int32], level: int, words: tuple[tuple[str, ...], ...]) -> tuple[Region, ...]:
    labels = levels[:, level]
    linked = labels >= 0
    sizes = np.bincount(labels[linked], minlength=len(words))
    parents = np.full(len(words), -1, np.int32)
    if level:
        parents[labels[linked]] = levels[linked, level - 1]
    each = zip(words, sizes.tolist(), parents.tolist(), strict=True)
    return tuple(Region(number, said, size, parent) for number, (said, size, parent) in enumerate(each))
