"""``text-explorer benchmark predict``: its words, and what it prints."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.app.predicting import Compared, DatasetOutcome, PredictionOutcome, Worth

ABOUT = (
    "Predict the AUROC of every combination of encoder and detector that was not measured, each with its expected "
    "absolute error, from the cells that were measured and from six published matrices."
)
COLUMNS = (
    "a CSV with columns dataset, embedding, pooling, detector, auroc (percent or 0-1), one row a cell; a blank auroc "
    "or a missing row is a cell not measured; results.csv of benchmark run will do"
)
WRITTEN = (
    "where to write the cells not measured, with columns predicted and error (the expected absolute error), in the "
    "matrix's unit; may be left out with --hidden"
)
HIDDEN = (
    "hide this share of each dataset's measured cells (0.5 is half), predict them, and print the mean absolute error "
    "and MAPE over the hidden cells alone, beside those of the additive model"
)
EXAMPLES = (
    "matrix.csv --out predicted.csv",
    "matrix.csv --hidden 0.5 --seed 1",
    "matrix.csv --out predicted.csv --cost seconds --json",
)


def add_predict_options(parser: argparse.ArgumentParser, path: Callable[[str], Path]) -> None:
    add = parser.add_argument
    add("matrix", type=path, metavar="MATRIX.csv", help=COLUMNS)
    add("--out", type=path, metavar="PREDICTED.csv", help=WRITTEN)
    add("--hidden", type=float, metavar="SHARE", help=HIDDEN)
    add("--seed", type=int, default=0, metavar="N", help="which cells --hidden hides (default 0)")
    add("--cost", metavar="COL", help="column with what measuring a cell costs, for the next cell worth measuring")


def predicted_lines(outcome: PredictionOutcome) -> list[str]:
    """What is printed: a paragraph for each dataset, a table where cells were hidden, the file."""
    lines = [line for dataset in outcome.datasets for line in _dataset_lines(dataset)]
    if outcome.compared is not None:
        lines += ["", *_table(outcome.datasets, outcome.compared), ""]
    return lines if outcome.out is None else [*lines, f"predicted: {outcome.out}"]


def _dataset_lines(dataset: DatasetOutcome) -> Iterator[str]:
    off = "" if dataset.expected_error is None else f", expected error {dataset.expected_error:.3g} ({dataset.unit})"
    yield f"{dataset.dataset or 'the dataset'}: {dataset.measured} measured, {dataset.predicted} predicted{off}"
    if not dataset.trusted:
        yield f"  Not to be trusted. {' '.join(dataset.doubts)}"
    if dataset.measure_next:
        worth = dataset.measure_next[0]
        yield f"  Measure next: {_named(worth)} (the errors of all cells together fall by {worth.gain:.3g})"
    if dataset.measure_next_for_best:
        worth = dataset.measure_next_for_best[0]
        yield f"  To find the best: {_named(worth)} (expected to surpass the best by {worth.gain:.3g})"


def _named(worth: Worth) -> str:
    return f"{' '.join(filter(None, (worth.embedding, worth.pooling)))} with {worth.detector}"


def _table(datasets: Sequence[DatasetOutcome], overall: Compared) -> Iterator[str]:
    row = "{:<20} {:>6}  {:>19} {:>8}  {:>14} {:>8}  {:>6}  {:>14}".format
    yield row("", "hidden", "mean absolute error", "MAPE", "additive model", "MAPE", "ratio", "expected error")
    every = [(dataset.dataset, dataset.compared) for dataset in datasets if dataset.compared is not None]
    for name, found in [*every, *([("all", overall)] if len(every) > 1 else [])]:
        ours = f"{found.mean_absolute_error:.4g}", _number(found.mape, ".2f", " %")
        additive = f"{found.additive_mean_absolute_error:.4g}", _number(found.additive_mape, ".2f", " %")
        yield row(name[:20], found.hidden, *ours, *additive, _number(found.ratio, ".3f"), f"{found.expected_error:.4g}")
    yield f"Over the hidden cells alone, in {overall.unit}; the additive model (encoder + detector) saw the same cells."


def _number(value: float | None, form: str, unit: str = "") -> str:
    return "-" if value is None else f"{value:{form}}{unit}"
