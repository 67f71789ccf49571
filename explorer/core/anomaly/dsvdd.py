"""Deep SVDD (Ruff et al. 2018): a network that pulls what is usual together. Trained by PyOD on torch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from explorer.core.anomaly.base import DetectorInput, Scores
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.fitted import Score, learn_and_score
from explorer.core.anomaly.spec import Declared
from explorer.core.anomaly.training import check_training, seeded, stoppable, weights_between, widths
from explorer.core.arrays import Vectors
from explorer.core.progress import SILENT, Progress


@dataclass(frozen=True)
class DeepSvdd(Declared):
    """How far a network that was trained to gather all texts at one place leaves a text from there.

    PyOD's defaults but for fewer epochs and larger batches. Text-ADBench (vectors of 768 numbers):
    ``layers=1024-512-512-256,activation=tanh,epochs=300,batch=1000,rate=1e-4,standard=0``, with a decoder besides.
    standard : 1 = dimensions are standardised first, as PyOD does. sample : texts that it is trained on at most; all
    are scored. Raises ``OptionError`` for impossible parameters.
    """

    layers: str = "64-32"
    activation: str = "relu"
    epochs: int = 20
    batch: int = 128
    rate: float = 1e-4
    standard: int = 1
    sample: int = 50_000
    name: str = "dsvdd"
    summary: str = "Learns one region for what is normal; needs normal texts to learn from, and is seldom the best."

    def __post_init__(self) -> None:
        check_training(self)

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        fitted = min(fit_rows, self.sample)
        sizes = (dimension, *widths(self.layers))
        weights = weights_between(sizes)
        seconds = 5.0 + self.epochs * fitted * (2e-5 + 3e-10 * weights) + rows * 2e-10 * weights
        return Cost(seconds, fitted, fit_rows, False, 100.0 + 5 * 4e-6 * fitted * dimension)

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        learn = partial(self._learn, seed=data.seed)
        return learn_and_score(data, "Deep SVDD", learn, progress, most=self.sample)

    def _learn(self, training: Vectors, progress: Progress, seed: int) -> Score:
        from pyod.models.deep_svdd import DeepSVDD, InnerDeepSVDD

        steps = 2 + self.epochs * -(-len(training) // self.batch)
        with seeded(seed), stoppable(InnerDeepSVDD, steps, "Deep SVDD: training", progress):
            network = DeepSVDD(
                n_features=training.shape[1],
                hidden_neurons=list(widths(self.layers)),
                hidden_activation=self.activation,
                epochs=self.epochs,
                batch_size=self.batch,
                learning_rate=self.rate,
                preprocessing=bool(self.standard),
                verbose=0,
                random_state=seed,
            )
            network.fit(training)
        return lambda rows: np.asarray(network.decision_function(rows), np.float64)
