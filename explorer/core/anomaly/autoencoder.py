"""Autoencoder: what a narrow network cannot rebuild is strange. Trained by PyOD on torch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from explorer.core.anomaly.base import DetectorInput, Scores
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.fitted import CHUNK, Score, learn_and_score
from explorer.core.anomaly.spec import Declared
from explorer.core.anomaly.training import check_training, seeded, stoppable, weights_between, widths
from explorer.core.arrays import Vectors
from explorer.core.progress import SILENT, Progress


@dataclass(frozen=True)
class Autoencoder(Declared):
    """How far a text's vector is from what a network with a bottleneck makes of it.

    layers : widths down to the bottleneck; the way back mirrors them. PyOD's defaults but for larger batches.
    Text-ADBench (vectors of 768 numbers): ``layers=1024-512-512-256,activation=tanh,epochs=300,batch=1000,rate=1e-4,
    standard=0``. standard : 1 = dimensions are standardised first, as PyOD does. sample : texts that it is trained on
    at most; all are scored. Raises ``OptionError`` for impossible parameters.
    """

    layers: str = "64-32"
    activation: str = "relu"
    epochs: int = 20
    batch: int = 128
    rate: float = 1e-3
    standard: int = 1
    sample: int = 50_000
    name: str = "autoencoder"
    summary: str = "Finds texts that lack what most texts share, by a small network; seldom better than distances."

    def __post_init__(self) -> None:
        check_training(self)

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        fitted = min(fit_rows, self.sample)
        weights = 2 * weights_between((dimension, *widths(self.layers)))
        seconds = 5.0 + self.epochs * fitted * (2e-5 + 3e-10 * weights) + rows * (2e-5 + 1e-10 * weights)
        return Cost(seconds, fitted, fit_rows, False, 100.0 + 3 * 4e-6 * fitted * dimension)

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        """Raises ``ValueError`` where training diverges."""
        learn = partial(self._learn, seed=data.seed)
        return learn_and_score(data, "Autoencoder", learn, progress, most=self.sample)

    def _learn(self, training: Vectors, progress: Progress, seed: int) -> Score:
        import torch
        from pyod.models.auto_encoder import AutoEncoder, AutoEncoderModel

        batch = min(self.batch, len(training))
        steps = self.epochs * (len(training) // batch) + -(-len(training) // batch)
        with seeded(seed), stoppable(AutoEncoderModel, steps, "Autoencoder: training", progress):
            network = AutoEncoder(
                preprocessing=bool(self.standard),
                lr=self.rate,
                epoch_num=self.epochs,
                batch_size=batch,
                device=torch.device("cpu"),
                random_state=seed,
                verbose=0,
                hidden_neuron_list=list(widths(self.layers)),
                hidden_activation_name=self.activation,
            )
            network.fit(training)

        def score(rows: Vectors) -> Scores:
            # A loader of torch draws a number even when it does not shuffle.
            with seeded(seed):
                return np.asarray(network.decision_function(rows, batch_size=CHUNK), np.float64)

        return score
