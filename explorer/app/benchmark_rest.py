"""Predicting the cells of a benchmark that were not measured, from those that were; in the worker."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from explorer.app.benchmark_view import CellView, read_cells
from explorer.app.predicting import DatasetOutcome, Worth, predict_file
from explorer.core.benchmark.grid import Place
from explorer.core.report.csv_writer import harmless, write_csv

MATRIX, PREDICTED = "matrix.csv", "predicted.csv"


def predict_rest(folder: Path, places: Sequence[Place]) -> Mapping[str, Any]:
    """Predict the AUROC of ``places`` that were not measured, from the results in ``folder``.

    Writes ``matrix.csv``, what is known, and ``predicted.csv``. Returns, JSON-able, ``guesses`` as (place, value,
    error) and ``advice`` a corpus, as ``Advice`` has it. Raises ``MatrixError``, ``OutputError``.
    """
    cells = read_cells(folder)
    known = {place: cell for place, cell in cells.items() if not cell.failed}
    hopeless = _hopeless(cells)
    wanted = [place for place in dict.fromkeys([*known, *places]) if place in known or not hopeless(place)]
    rows = list(_matrix(wanted, known))
    write_csv(folder / MATRIX, ("dataset", "embedding", "detector", "auroc", "seconds"), rows, len(rows))
    outcome = predict_file(folder / MATRIX, folder / PREDICTED)
    open_cells = set(wanted) - set(cells)
    return {
        "guesses": list(_guesses(folder / PREDICTED, open_cells)),
        "advice": [_advice(dataset, open_cells) for dataset in outcome.datasets],
    }


def _hopeless(cells: Mapping[Place, CellView]) -> Callable[[Place], bool]:
    """Whether a place has an encoder or a detector that has only ever failed: nothing can be known of it."""

    def only_failed(part: int) -> set[str]:
        names = {place[part] for place in cells}
        return names - {place[part] for place, cell in cells.items() if not cell.failed}

    encoders, detectors = only_failed(1), only_failed(2)
    return lambda place: place[1] in encoders or place[2] in detectors


def _matrix(places: Sequence[Place], known: Mapping[Place, CellView]) -> Iterator[list[str]]:
    for place in places:
        cell = known.get(place)
        auroc, seconds = ("", "") if cell is None else (f"{cell.measures['auroc'].value:.6g}", f"{cell.seconds:.6g}")
        yield [*place, auroc, seconds]


def _guesses(path: Path, wanted: set[Place]) -> Iterator[tuple[Place, float, float]]:
    written = {tuple(map(_shown, place)): place for place in wanted}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            place = written.get((row["dataset"], row["embedding"], row["detector"]))
            if place is not None and row["predicted"]:
                yield place, float(row["predicted"]), float(row["error"])


def _shown(name: str) -> str:
    return name if name == "-" else harmless(name)


def _advice(dataset: DatasetOutcome, open_cells: set[Place]) -> Mapping[str, Any]:
    def place(worth: Worth) -> Place:
        return dataset.dataset, worth.embedding, worth.detector

    worth = next((worth for worth in dataset.measure_next if place(worth) in open_cells), None)
    return {
        "corpus": dataset.dataset,
        "next": None if worth is None else place(worth),
        "gain": 0.0 if worth is None else worth.gain,
        "error": dataset.expected_error or 0.0,
        "doubts": dataset.doubts,
        "remarks": dataset.remarks,
    }
