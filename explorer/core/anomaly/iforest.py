"""Isolation forest (Liu, Ting & Zhou 2008), fitted by scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import DetectorInput, Scores, positive
from explorer.core.arrays import Vectors
from explorer.core.progress import SILENT, Progress

SAMPLES = 256
"""Rows each tree is grown on, as in the paper, scikit-learn and PyOD."""
CHUNK = 4096
"""Rows scored between two chances to cancel."""


@dataclass(frozen=True)
class IsolationForest:
    """How few random splits it takes to set a row apart from ``SAMPLES`` others, averaged over ``n_trees`` trees.

    The scores are those of scikit-learn (``-score_samples``) for the same vectors and seed, 0 to 1, about 0.5 for an
    ordinary row. Reads the vectors, not the graph. Raises ``OptionError`` for ``n_trees`` below 1.
    """

    n_trees: int = 100
    name: str = "iforest"
    summary: str = "Finds texts that are extreme along single dimensions; weaker than neighbours on embeddings."

    def __post_init__(self) -> None:
        positive("n_trees", self.n_trees)

    @property
    def parameters(self) -> Mapping[str, int | float | str]:
        return {"n_trees": self.n_trees, "samples": SAMPLES}

    @property
    def k_needed(self) -> int:
        return 0

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        """Scores of all valid rows. The fit cannot be cancelled; it takes a second or so at 50,000 rows."""
        from sklearn.ensemble import IsolationForest as Forest

        progress.report(0.0, "Isolation forest: growing trees")
        scores = np.full(len(data.vectors), np.nan)
        if not data.valid.any():
            return scores
        forest = Forest(n_estimators=self.n_trees, max_samples="auto", random_state=data.seed)
        forest.fit(_rows(data.vectors, data.valid))
        for start in range(0, len(scores), CHUNK):
            chunk = slice(start, start + CHUNK)
            valid = data.valid[chunk]
            if valid.any():
                scores[chunk][valid] = -forest.score_samples(_rows(data.vectors[chunk], valid))
            progress.report(0.3 + 0.7 * min(start + CHUNK, len(scores)) / len(scores), "Isolation forest")
        return scores


def mean_splits(scores: Scores, scored: int) -> Scores:
    """The average number of splits behind ``scores`` (any shape) of a corpus with ``scored`` scored rows.

    Inverts ``score = 2 ** (-splits / c(m))`` where m rows went into each tree and c(m) is the average depth of an
    unsuccessful search in a binary tree of m nodes (equation 1 of the paper).
    """
    return np.asarray(-np.log2(scores) * _unsuccessful_search(min(SAMPLES, scored)))


def _unsuccessful_search(rows: int) -> float:
    if rows <= 2:
        return float(max(rows - 1, 0))
    return 2.0 * (float(np.log(rows - 1.0)) + float(np.euler_gamma)) - 2.0 * (rows - 1.0) / rows


def _rows(vectors: Vectors, valid: NDArray[np.bool_]) -> Vectors:
    """The valid rows; the very array where all are, which spares a copy of a memory-mapped file."""
    return np.asarray(vectors if valid.all() else vectors[valid], np.float32)
