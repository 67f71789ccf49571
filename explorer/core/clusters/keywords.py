"""Words that tell a region from its neighbours: class-based TF-IDF (Grootendorst 2022) among nested regions.

Counted are texts that have a term, not how often they repeat it. A region's term is weighed by its share of the
region's texts, by how few regions of the level have it, and by how much more common it is here than in the rest of
the region around: what all regions of one surrounding share is said by the surrounding, not by each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer

from explorer.core.clusters.communities import Labels
from explorer.core.clusters.wording import best_terms, grown_in, is_content, without_fragments, written
from explorer.core.embedding.lexical_terms import least_documents, terms
from explorer.core.progress import SILENT, Progress

MOST_TEXTS: Final = 50_000
MOST_CHARACTERS: Final = 10_000_000
CHARACTERS: Final = (200, 5_000)
"""What is read: at most so many texts, and of each its beginning, of a length within these bounds that keeps all of
them below so many characters where it can. So time and memory have a bound."""

CANDIDATES: Final = 60
"""Best terms of a region among which phrases and words without repetition are chosen."""

EVERYWHERE: Final = 0.75
"""A word is a function word where in this share of the regions ..."""
USUAL: Final = 0.25
"""... it is at least this much as common as in the whole corpus."""
FEWEST_REGIONS: Final = 8
"""Among fewer regions, what is everywhere may be what the corpus is about."""

SOME_TEXTS: Final = 40
"""Texts looked at to see how a term is written."""


@dataclass(frozen=True)
class Keywords:
    """What regions are called.

    words : per level (coarse to fine), per region, up to the number of words asked for, best first; () = none found.
    scores : the weights of these words, in the same places.
    texts_read, characters_read : how many texts were looked at, and at most how many characters of each.
    """

    words: tuple[tuple[tuple[str, ...], ...], ...]
    scores: tuple[tuple[tuple[float, ...], ...], ...]
    texts_read: int
    characters_read: int


def keywords(
    texts: pa.ChunkedArray, levels: Labels, *, most: int = 4, seed: int = 0, progress: Progress = SILENT
) -> Keywords:
    """Words for nested regions.

    texts : (n,) strings. levels : (n, L) regions, coarse to fine, numbered from 0 at each level, nested, -1 for none.

    At most ``MOST_TEXTS`` texts are read, every region's share drawn by ``seed``, small regions whole; counts are
    scaled to the size of the region. Raises ``Cancelled`` between texts.
    """
    rows = sample_rows(levels[:, -1], MOST_TEXTS, seed)
    length = min(max(MOST_CHARACTERS // max(len(rows), 1), CHARACTERS[0]), CHARACTERS[1])
    sample = pc.utf8_slice_codeunits(texts.take(pa.array(rows)), 0, length).to_pylist()
    counted = _counted(sample, progress.part(0.0, 0.8))
    if counted is None:
        nothing = tuple(((),) * (int(labels.max(initial=-1)) + 1) for labels in levels.T)
        return Keywords(nothing, nothing, len(rows), length)
    names, occurrences = counted
    tree = _Tree.of(levels, rows, occurrences)
    namer = _Namer(names, tree, _content(names, tree), _Having.of(names, occurrences, sample, levels[rows]))
    found = []
    for level in range(levels.shape[1]):
        progress.report(0.8 + 0.2 * level / levels.shape[1], "Naming regions")
        found.append(namer.level(level, most))
    words = tuple(tuple(tuple(region) for region in regions) for regions in found)
    scores = tuple(tuple(tuple(region.values()) for region in regions) for regions in found)
    return Keywords(words, scores, len(rows), length)


def sample_rows(labels: Labels, most: int, seed: int) -> NDArray[np.int64]:
    """At most ``most`` rows, ascending: the same number of each region, drawn by ``seed``, of smaller ones all."""
    rows = np.flatnonzero(labels >= 0)
    drawn = rows[np.random.default_rng(seed).permutation(len(rows))]
    drawn = drawn[np.argsort(labels[drawn], kind="stable")]
    sizes = np.bincount(labels[rows], minlength=1)
    place = np.arange(len(drawn)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.sort(drawn[place < _quota(sizes, most)])


def _quota(sizes: NDArray[np.int64], most: int) -> int:
    """The largest number per region with which no more than ``most`` rows are taken; at least 1."""
    low, high = 1, int(sizes.max()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if np.minimum(sizes, middle).sum() <= most else (low, middle)
    return low


def _counted(texts: Sequence[str], progress: Progress) -> tuple[list[str], csr_array] | None:
    """Terms and which texts have them, (texts, terms) of ones; None where there is no term at all."""
    for least in sorted({least_documents(len(texts)), 1}, reverse=True):
        vectorizer = CountVectorizer(analyzer=terms, binary=True, min_df=least, dtype=np.float64)
        try:
            occurrences = vectorizer.fit_transform(_told(texts, progress))
        except ValueError:  # scikit-learn's word for "no terms remain"
            continue
        return vectorizer.get_feature_names_out().tolist(), csr_array(occurrences)
    return None


def _told(texts: Sequence[str], progress: Progress) -> Iterator[str]:
    for place, text in enumerate(texts):
        if place % 1000 == 0:
            progress.report(place / len(texts), "Reading words", done=place, total=len(texts), unit="texts")
        yield text


@dataclass(frozen=True)
class _Tree:
    """How many texts of each region have each term, and what lies in what.

    counts : per level a (regions, terms) array. sizes : per level the regions' numbers of texts.
    parents : per level the region of the level before in which each lies (level 0: all zero).
    total : (1, terms) counts of all regions together.
    """

    counts: tuple[csr_array, ...]
    sizes: tuple[NDArray[np.float64], ...]
    parents: tuple[NDArray[np.int32], ...]
    total: NDArray[np.float64]

    @classmethod
    def of(cls, levels: Labels, rows: NDArray[np.int64], occurrences: csr_array) -> _Tree:
        """Counts of the sampled rows, scaled to the sizes of the finest regions, and summed upwards."""
        sizes = [np.bincount(labels[labels >= 0]).astype(np.float64) for labels in levels.T]
        finest = levels[rows, -1]
        scale = (sizes[-1] / np.maximum(np.bincount(finest, minlength=len(sizes[-1])), 1))[finest]
        parents = [np.zeros(len(sizes[0]), np.int32)]
        for level in range(1, levels.shape[1]):
            parents.append(np.zeros(len(sizes[level]), np.int32))
            parents[-1][levels[rows, level]] = levels[rows, level - 1]
        counts = [_summed(occurrences, finest, len(sizes[-1]), scale)]
        for level in range(levels.shape[1] - 1, 0, -1):
            counts.insert(0, _summed(counts[0], parents[level], len(sizes[level - 1])))
        total = np.asarray(counts[0].sum(axis=0)).ravel()
        return cls(tuple(counts), tuple(sizes), tuple(parents), total)

    def around(self, level: int, region: int) -> tuple[NDArray[np.float64], float]:
        """Counts (terms,) and number of texts of the smallest region that holds this one and others."""
        size = self.sizes[level][region]
        while level > 0:
            region, level = int(self.parents[level][region]), level - 1
            if self.sizes[level][region] > size:
                return self.counts[level][[region]].toarray().ravel(), float(self.sizes[level][region])
        return self.total, float(self.sizes[0].sum())


def _summed(
    counts: csr_array, labels: NDArray[np.int32], groups: int, weights: NDArray[np.float64] | None = None
) -> csr_array:
    """Rows of ``counts`` added up by label."""
    ones = np.ones(len(labels)) if weights is None else weights
    summing = csr_array((ones, (labels, np.arange(len(labels)))), shape=(groups, len(labels)))
    return csr_array(summing @ counts)


def _content(names: Sequence[str], tree: _Tree) -> NDArray[np.bool_]:
    """(terms,) which terms may be said at all."""
    everywhere = frozenset(name for name, common in zip(names, _everywhere(tree), strict=True) if common)
    totals = zip(names, tree.total.tolist(), strict=True)
    kept = without_fragments({name: texts for name, texts in totals if is_content(name, everywhere)})
    return np.fromiter((name in kept for name in names), np.bool_, len(names))


def _everywhere(tree: _Tree) -> NDArray[np.bool_]:
    """(terms,) whether a term is about as common in nearly all of the finest regions."""
    counts, sizes = tree.counts[-1], tree.sizes[-1]
    if len(sizes) < FEWEST_REGIONS:
        return np.zeros(counts.shape[1], np.bool_)
    cells = counts.tocoo()
    usual = cells.data / sizes[cells.row] >= USUAL * tree.total[cells.col] / sizes.sum()
    return np.asarray(np.bincount(cells.col[usual], minlength=counts.shape[1]) >= EVERYWHERE * len(sizes))


def _rarity(counts: csr_array, sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(terms,) the inverse class frequency: log(1 + terms of an average class / frequency over all classes)."""
    shares = csr_array(counts.multiply((1.0 / sizes)[:, None]))
    frequency = np.asarray(shares.sum(axis=0)).ravel()
    rarity: NDArray[np.float64] = np.log1p(shares.sum() / len(sizes) / np.maximum(frequency, 1e-12))
    return rarity


def _scored(tree: _Tree, level: int, region: int, rarity: NDArray[np.float64]) -> tuple[Any, Any, Any]:
    """Columns of the terms that a region has, the share of its texts that have each, and scores.

    A term that only one text has gets 0: it does not speak for a region.
    """
    counts, size = tree.counts[level], float(tree.sizes[level][region])
    cells = slice(counts.indptr[region], counts.indptr[region + 1])
    columns, own = counts.indices[cells], counts.data[cells]
    around, texts = tree.around(level, region)
    shares = own / size
    elsewhere = np.maximum(around[columns] - own, 0.0) / max(texts - size, 1.0)
    scores = shares * rarity[columns] * (shares - elsewhere) / (shares + elsewhere)
    return columns, shares, np.where(own >= min(2.0, size), scores, 0.0)


@dataclass(frozen=True)
class _Having:
    """The texts of a region that have a term."""

    columns: Mapping[str, int]
    by_term: Any
    texts: Sequence[str]
    levels: Labels

    @classmethod
    def of(cls, names: Sequence[str], occurrences: csr_array, texts: Sequence[str], levels: Labels) -> _Having:
        columns = {name: column for column, name in enumerate(names)}
        return cls(columns, occurrences.tocsc(), texts, levels)

    def some(self, term: str, level: int, region: int) -> list[str]:
        """At most ``SOME_TEXTS`` of them."""
        column = self.columns[term]
        having = self.by_term.indices[self.by_term.indptr[column] : self.by_term.indptr[column + 1]]
        inside = having[self.levels[having, level] == region][:SOME_TEXTS]
        return [self.texts[row] for row in inside.tolist()]


@dataclass(frozen=True)
class _Namer:
    """Chooses the words of regions. allowed : (terms,) which terms may be said."""

    names: Sequence[str]
    tree: _Tree
    allowed: NDArray[np.bool_]
    having: _Having

    def level(self, level: int, most: int) -> list[dict[str, float]]:
        """Per region of one level its words as people write them, best first, with their scores."""
        rarity = _rarity(self.tree.counts[level], self.tree.sizes[level])
        return [self._region(level, region, rarity, most) for region in range(len(self.tree.sizes[level]))]

    def _region(self, level: int, region: int, rarity: NDArray[np.float64], most: int) -> dict[str, float]:
        columns, shares, scores = _scored(self.tree, level, region, rarity)
        wanted = np.flatnonzero(self.allowed[columns] & (scores > 0.0))
        wanted = wanted[np.argsort(-scores[wanted], kind="stable")[:CANDIDATES]]
        names = [self.names[column] for column in columns[wanted].tolist()]
        by_share = dict(zip(names, shares[wanted].tolist(), strict=True))
        by_score = dict(zip(names, scores[wanted].tolist(), strict=True))

        def texts(term: str) -> list[str]:
            return self.having.some(term, level, region)

        chosen = best_terms(by_share, most, lambda pair: grown_in(texts(pair), pair))
        return {written(said, texts(term)): by_score[term] for said, term in chosen.items()}
