"""The encoder that needs no model: TF-IDF followed by a truncated SVD (latent semantic analysis).

Deerwester et al., "Indexing by latent semantic analysis", JASIS 1990; the SVD is the randomised one of
Halko, Martinsson and Tropp, SIAM Review 2011. It is fitted on the corpus, knows every language, and
its fitted state is numbers and words only, so that a query can be placed later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

from explorer.core.arrays import Vectors
from explorer.core.embedding.base import Encoded, EncoderCard
from explorer.core.embedding.lexical_terms import DIMENSION, MOST_TERMS, least_documents, terms
from explorer.core.progress import Progress
from explorer.core.storage import ResultStore, StageResult

_OVERSAMPLES = 10
_ITERATIONS = 5
_NEGLIGIBLE = 1e-6
"""A projection this short (of a TF-IDF row of length 1) is rounding: the space knows nothing of the text."""
_BATCH = 512


@dataclass(frozen=True)
class Fitted:
    """words : t terms, by column. idf : (t,) float64. components : (r, t) float64, orthonormal rows, r <= DIMENSION."""

    words: tuple[str, ...]
    idf: NDArray[np.float64]
    components: NDArray[np.float64]


def fit(texts: Sequence[str], seed: int, progress: Progress) -> Fitted:
    """Learn terms, their weights and the space from ``texts``; a corpus without any term gives an empty space."""
    progress.report(0.0, "Counting words")
    counted = _count(texts)
    if counted is None:
        return Fitted((), np.zeros(0), np.zeros((0, 0)))
    vectorizer, weights = counted
    progress.report(0.5, "Finding the main directions")
    # Sums inside the matrix library depend on its number of threads.
    with threadpool_limits(limits=1):
        components = _main_directions(weights, seed)
    progress.report(1.0)
    return Fitted(tuple(vectorizer.get_feature_names_out().tolist()), np.asarray(vectorizer.idf_), components)


def _count(texts: Sequence[str]) -> tuple[Any, csr_matrix] | None:
    """The fitted vectoriser and the (n, t) TF-IDF weights; None when no text has a term."""
    for least in sorted({least_documents(len(texts)), 1}, reverse=True):
        vectorizer = TfidfVectorizer(analyzer=terms, sublinear_tf=True, min_df=least, max_features=MOST_TERMS)
        try:
            return vectorizer, vectorizer.fit_transform(texts)
        except ValueError:  # scikit-learn's word for "no terms remain"
            continue
    return None


def _main_directions(weights: csr_matrix, seed: int) -> NDArray[np.float64]:
    rank = min(DIMENSION, *weights.shape)
    _, sizes, directions = randomized_svd(
        weights, rank, n_oversamples=_OVERSAMPLES, n_iter=_ITERATIONS, random_state=seed
    )
    return np.ascontiguousarray(directions[sizes > _NEGLIGIBLE * max(float(sizes[0]), 1.0)])


class LexicalEncoder:
    """TF-IDF + SVD over a fitted space; vectors have length 1, or 0 where no word of the text is known."""

    def __init__(self, card: EncoderCard, fitted: Fitted) -> None:
        self._card = card
        self._fitted = fitted
        self._vectorizer = _vectorizer(fitted) if fitted.words else None

    @property
    def card(self) -> EncoderCard:
        return self._card

    def encode(self, texts: Sequence[str], progress: Progress) -> Encoded:
        """Vectors (m, DIMENSION). Reports after every batch; raises ``Cancelled`` between two."""
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            some = texts[start : start + _BATCH]
            vectors[start : start + len(some)] = self._project(some)
            done = start + len(some)
            progress.report(done / len(texts), "Embedding", done=done, total=len(texts), unit="texts")
        return Encoded(vectors, np.zeros(len(texts), dtype=np.bool_))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors (m, DIMENSION) in the same space."""
        return self._project(texts)

    def _project(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        if self._vectorizer is None or len(texts) == 0:
            return vectors
        components = self._fitted.components
        # Sparse times dense sums each row by itself, in one thread: independent of the batch.
        projected = np.asarray(self._vectorizer.transform(texts) @ components.T)
        norms = np.linalg.norm(projected, axis=1, keepdims=True)
        known = norms > _NEGLIGIBLE
        vectors[:, : components.shape[0]] = np.where(known, projected / np.where(known, norms, 1.0), 0.0)
        return vectors


def _vectorizer(fitted: Fitted) -> Any:
    vectorizer = TfidfVectorizer(analyzer=terms, sublinear_tf=True, vocabulary=list(fitted.words))
    vectorizer.idf_ = fitted.idf
    return vectorizer


def save_fitted(store: ResultStore, card: EncoderCard, fitted: Fitted) -> None:
    """Keep a fitted space as two arrays and a list of words. Raises ``OutputError``."""
    arrays = {"idf": fitted.idf, "components": fitted.components}
    store.save("lexical", card.digest, arrays, {"words": list(fitted.words)})


def load_fitted(store: ResultStore, card: EncoderCard) -> Fitted | None:
    """The space saved for this card; None when there is none or it is damaged."""
    saved = store.load("lexical", card.digest)
    return _restored(saved) if saved is not None else None


def _restored(saved: StageResult) -> Fitted | None:
    words = saved.meta.get("words")
    if not isinstance(words, list) or not {"idf", "components"} <= set(saved.arrays):
        return None
    return Fitted(tuple(words), np.array(saved.arrays["idf"]), np.array(saved.arrays["components"]))
