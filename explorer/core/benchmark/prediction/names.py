"""What the names of encoders and detectors tell: which are the same, and which are alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Encoder: TypeAlias = tuple[str, str]
"""Embedding and pooling; the pooling may be empty."""

_ALIASES: Final = {
    "autoencoder": "ae",
    "deepsvdd": "dsvdd",
    "if": "iforest",
    "isolationforest": "iforest",
    "kerneldensity": "kde",
    "kneighbors": "knn",
    "localoutlierfactor": "lof",
    "nearestneighbors": "knn",
    "oneclasssvm": "ocsvm",
}
_NO_POOLING: Final = frozenset({"", "-", "none", "nan", "na", "n/a", "null"})


def pooling_of(cell: str) -> str:
    """The pooling that a cell names, empty for all the ways of saying that there is none."""
    return "" if cell.strip().lower() in _NO_POOLING else cell.strip()


def detector_key(name: str) -> str:
    """``KNN``, ``k-NN`` and ``kneighbors`` are one detector."""
    key = re.sub(r"[^a-z0-9]+", "", name.lower())
    return _ALIASES.get(key, key)


def encoder_key(encoder: Encoder) -> tuple[str, ...]:
    """``BERT`` with pooling ``cls``, ``bert_cls`` and ``BERT-CLS`` are one encoder."""
    return tuple(sorted([*_words(encoder[0]), *_words(encoder[1])]))


def likeness(ones: Sequence[Encoder], others: Sequence[Encoder]) -> NDArray[np.float64]:
    """How alike encoders are by name, as covariances.

    Returns (5, ones, others), each between 0 and 1: the same encoder, the same embedding, words of the embedding in
    common, words of the pooling in common, and both of these. An encoder without pooling shares it with nobody.
    """
    same = _overlap(ones, others, lambda encoder: [" ".join(encoder_key(encoder))])
    model = _overlap(ones, others, lambda encoder: [" ".join(_words(encoder[0]))])
    words = _overlap(ones, others, lambda encoder: _words(encoder[0]))
    pooling = _overlap(ones, others, lambda encoder: _words(encoder[1]) or [" ".join(encoder_key(encoder))])
    return np.stack([same, model, words, pooling, words * pooling])


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9.]+", name.lower()) if word]


def _overlap(
    ones: Sequence[Encoder], others: Sequence[Encoder], told: Callable[[Encoder], Sequence[str]]
) -> NDArray[np.float64]:
    """Words in common as a share of all words of the two (Jaccard), which is a covariance."""
    table = np.zeros((len(ones), len(others)))
    right = [frozenset(told(encoder)) for encoder in others]
    for row, encoder in enumerate(ones):
        left = frozenset(told(encoder))
        table[row] = [len(left & words) / max(len(left | words), 1) for words in right]
    return table
