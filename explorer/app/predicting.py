"""Predicting the rest of a matrix of results, from a file to a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from explorer.core.benchmark.prediction.advice import NextCell, next_cells, trust
from explorer.core.benchmark.prediction.hiding import Errors, Hiding, predict_hidden
from explorer.core.benchmark.prediction.matrix import Matrix, read_matrix
from explorer.core.benchmark.prediction.names import Encoder
from explorer.core.benchmark.prediction.predict import Prediction, predict
from explorer.core.report.csv_writer import harmless, write_csv
from explorer.errors import OptionError

HEADER: Final = ("dataset", "embedding", "pooling", "detector", "predicted", "error")


@dataclass(frozen=True)
class Worth:
    """A cell worth measuring; the gain is in the unit of its dataset."""

    embedding: str
    pooling: str
    detector: str
    gain: float
    cost: float


@dataclass(frozen=True)
class Compared:
    """Over hidden cells. Errors are in ``unit``, MAPE in percent of the true AUROC, the ratio is to the additive model.

    MAPE is None where every true AUROC is zero, the ratio where the additive model makes no error.
    """

    unit: str
    hidden: int
    mean_absolute_error: float
    mape: float | None
    additive_mean_absolute_error: float
    additive_mape: float | None
    ratio: float | None
    expected_error: float


@dataclass(frozen=True)
class DatasetOutcome:
    """What was predicted of one dataset. Errors and gains are in ``unit``, ``percent`` or ``0-1``."""

    dataset: str
    unit: str
    measured: int
    predicted: int
    expected_error: float | None
    trusted: bool
    doubts: tuple[str, ...]
    remarks: tuple[str, ...]
    measure_next: tuple[Worth, ...]
    measure_next_for_best: tuple[Worth, ...]
    compared: Compared | None


@dataclass(frozen=True)
class PredictionOutcome:
    """out : the file written, None if none was asked for. compared : over all datasets, None if nothing was hidden."""

    out: Path | None
    datasets: tuple[DatasetOutcome, ...]
    compared: Compared | None
    remarks: tuple[str, ...]


def predict_file(
    file: Path, out: Path | None = None, *, hidden: float | None = None, seed: int = 0, cost: str | None = None
) -> PredictionOutcome:
    """Predict every cell of a matrix that was not measured, and write them to ``out``.

    hidden : hide this share of the measured cells first, and compare. cost : the column that says what measuring a
    cell costs. Raises ``MatrixError``, ``OptionError``, ``OutputError``.
    """
    matrix = read_matrix(file, cost)
    if hidden is None:
        hiding = Hiding(np.zeros(matrix.tasks.auroc.shape, bool), predict(matrix.tasks), [])
    else:
        hiding = predict_hidden(matrix.tasks, hidden, seed)
    if out is not None:
        rows = list(_rows(matrix, hiding))
        write_csv(out, HEADER if hidden is None else (*HEADER, "auroc"), rows, len(rows))
    compared = {errors.dataset: errors for errors in hiding.errors}
    datasets = tuple(
        _outcome(matrix, place, prediction, compared.get(matrix.tasks.datasets[place]))
        for place, prediction in enumerate(hiding.predictions)
    )
    return PredictionOutcome(out, datasets, _overall(hiding.errors, matrix.percent), matrix.remarks)


def _rows(matrix: Matrix, hiding: Hiding) -> Iterator[list[str]]:
    tasks = matrix.tasks
    for place, prediction in enumerate(hiding.predictions):
        unit = _times(matrix.percent[place])
        for row, column in np.argwhere(~prediction.measured).tolist():
            names = [_shown(name) for name in (tasks.datasets[place], *matrix.encoders[row], tasks.detectors[column])]
            values = [prediction.auroc[row, column], prediction.error[row, column]]
            if hiding.errors:
                values.append(tasks.auroc[place, row, column])
            yield [*names, *(f"{value * unit:.6g}" if np.isfinite(value) else "" for value in values)]


def _shown(name: str) -> str:
    """A name that a spreadsheet does not run; a lone ``-`` is nothing to run, and stays what the matrix calls it."""
    return name if name == "-" else harmless(name)


def _times(percent: bool) -> float:
    return 100.0 if percent else 1.0


def _unit(percent: bool) -> str:
    return "percent" if percent else "0-1"


def _outcome(matrix: Matrix, place: int, prediction: Prediction, errors: Errors | None) -> DatasetOutcome:
    tasks, percent = matrix.tasks, matrix.percent[place]
    costs = None if matrix.costs is None else matrix.costs[place]
    open_cells, trusted = ~prediction.measured, trust(prediction, tasks)

    def named(cells: Sequence[NextCell]) -> tuple[Worth, ...]:
        return tuple(_worth(cell, tasks.encoders, tasks.detectors, _times(percent)) for cell in cells)

    return DatasetOutcome(
        dataset=tasks.datasets[place],
        unit=_unit(percent),
        measured=int(prediction.measured.sum()),
        predicted=int(open_cells.sum()),
        expected_error=float(prediction.error[open_cells].mean()) * _times(percent) if open_cells.any() else None,
        trusted=trusted.trusted,
        doubts=trusted.doubts,
        remarks=trusted.remarks,
        measure_next=named(next_cells(prediction, costs)),
        measure_next_for_best=named(next_cells(prediction, costs, goal="best")),
        compared=None if errors is None else _compared([errors], percent),
    )


def _worth(cell: NextCell, encoders: Sequence[Encoder], detectors: Sequence[str], unit: float) -> Worth:
    return Worth(*encoders[cell.encoder], detectors[cell.detector], cell.gain * unit, cell.cost)


def _overall(errors: Sequence[Errors], percent: Sequence[bool]) -> Compared | None:
    return _compared(errors, any(percent)) if errors else None


def _compared(errors: Sequence[Errors], percent: bool) -> Compared:
    """Means over all hidden cells, whatever their dataset."""
    counts = np.array([each.hidden for each in errors], dtype=float)

    def mean(name: str) -> float:
        return float(counts @ [getattr(each, name) for each in errors] / counts.sum())

    error, by_sum, unit = mean("error"), mean("additive_error"), _times(percent)

    def relative(name: str) -> float | None:
        share = mean(name)
        return share * 100.0 if np.isfinite(share) else None

    return Compared(
        unit=_unit(percent),
        hidden=int(counts.sum()),
        mean_absolute_error=error * unit,
        mape=relative("mape"),
        additive_mean_absolute_error=by_sum * unit,
        additive_mape=relative("additive_mape"),
        ratio=error / by_sum if by_sum > 0.0 else None,
        expected_error=mean("expected") * unit,
    )


def checked_output(out: Path | None, hidden: float | None) -> None:
    """Raise ``OptionError`` where a prediction would go nowhere."""
    if out is None and hidden is None:
        raise OptionError("It is not said where to write.", "Give --out PREDICTED.csv, or --hidden SHARE to measure.")
