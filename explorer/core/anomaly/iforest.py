"""Isolation forest (Liu, Ting & Zhou 2008), fitted by scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from explorer.core.anomaly.base import DetectorInput, Parameter, Scores, positive
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.fitted import by_chunk, taken
from explorer.core.anomaly.spec import Declared
from explorer.core.progress import SILENT, Progress

SAMPLES = 256
"""Rows each tree is grown on, as in the paper, scikit-learn and PyOD."""


@dataclass(frozen=True)
class IsolationForest(Declared):
    """How few random splits it takes to set a row apart from ``SAMPLES`` others, averaged over ``n_trees`` trees.

    The scores are those of scikit-learn (``-score_samples``) for the same vectors and seed, 0 to 1, about 0.5 for an
    ordinary row. Reads the vectors, not the graph. Text-ADBench and PyOD: 100 trees, too. Raises ``OptionError`` for
    ``n_trees`` below 1.
    """

    n_trees: int = 100
    name: str = "iforest"
    summary: str = "Finds texts that are extreme along single dimensions; weaker than neighbours on embeddings."

    def __post_init__(self) -> None:
        positive("n_trees", self.n_trees)

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        return {"n_trees": self.n_trees, "samples": SAMPLES}

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        return Cost(1.0 + 1e-6 * self.n_trees * rows, fit_rows, fit_rows, False, 20.0)

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        """Scores of all valid rows. The fit cannot be cancelled; it takes a second or so at 50,000 rows."""
        from sklearn.ensemble import IsolationForest as Forest

        progress.report(0.0, "Isolation forest: growing trees")
        scores = np.full(len(data.vectors), np.nan)
        training = taken(data.fit.vectors, np.flatnonzero(data.fit.valid))
        if len(training):
            forest = Forest(n_estimators=self.n_trees, max_samples="auto", random_state=data.seed)
            forest.fit(np.asarray(training, np.float32))
            by_chunk(
                scores, data, lambda rows: -forest.score_samples(rows), "Isolation forest", progress.part(0.3, 1.0)
            )
        progress.report(1.0, "Isolation forest")
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
