"""What a cell of a benchmark says: in the heat map, in the table, in a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QLocale

from explorer.app.benchmark_view import BenchmarkView, Guess, Span
from explorer.core.benchmark.grid import Place
from explorer.gui.parts import counted, significant
from explorer.gui.plan_form import ENCODERS
from explorer.gui.widgets.heat_map import HeatCell

MEASURE_WORDS: Mapping[str, str] = {
    "auroc": "AUROC",
    "average_precision": "Average precision",
    "f1": "F1 of the flagged",
}
MEASURE_TIPS: Mapping[str, str] = {
    "auroc": "How often an odd text scores above a normal one: 1 = always, 0.5 = chance",
    "average_precision": "Mean precision at each odd text found; chance is the share of odd texts",
    "f1": "Precision and recall of the texts above the detector's own threshold, as one number",
}
STANDING_WORDS = {"": "", "best": "the best", "level": "no", "behind": "yes"}
NOT_MEASURED = "not measured"


def digits(value: float, places: int = 3) -> str:
    """A measure between 0 and 1; "" for NaN."""
    return "" if math.isnan(value) else QLocale().toString(value, "f", places)


def span_words(span: Span) -> str:
    """``0.871 (0.842 to 0.899)``."""
    between = "" if math.isnan(span.low) else f" ({digits(span.low)} to {digits(span.high)})"
    return f"{digits(span.value)}{between}"


def guess_words(guess: Guess, between: str = " ") -> str:
    """``0.87 ± 0.03``; a third digit where the error would be 0.00 without it."""
    places = 2 if guess.error >= 0.01 else 3
    return f"{digits(guess.value, places)}{between}± {digits(guess.error, places)}"


def encoder_words(name: str) -> str:
    """A built-in encoder by its name, a model's folder by the last part of its path."""
    if name in ENCODERS:
        return ENCODERS[name][0].partition(":")[0]
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2] or name


def row_words(view: BenchmarkView, corpus: str, encoder: str) -> str:
    """The name of a row: the encoder, and the corpus where there are several."""
    return encoder_words(encoder) if len(view.corpora) < 2 else f"{corpus} · {encoder_words(encoder)}"


def named_place(view: BenchmarkView, place: Place) -> str:
    """``MiniLM with knn``, and on which corpus where there are several."""
    corpus, encoder, detector = place
    where = f" on {corpus}" if len(view.corpora) > 1 else ""
    return f"{encoder_words(encoder)} with {detector}{where}"


def place_tip(view: BenchmarkView, place: Place, measure: str) -> str:
    """Everything that is known of a cell, in a sentence or three."""
    name = named_place(view, place)
    cell, guess = view.cells.get(place), view.guesses.get(place)
    if cell is not None and cell.failed:
        return f"{name}: could not be measured. {cell.failed}"
    if cell is not None:
        span = cell.measures.get(measure)
        said = "not given" if span is None else span_words(span)
        runs = f" over {counted(cell.seeds, 'seed')}" if cell.seeds > 1 else ""
        return (
            f"{name}: {MEASURE_WORDS[measure]} {said}{runs}. {significant(cell.seconds, 2)} s.{_behind(cell.standing)}"
        )
    if guess is not None and measure == "auroc":
        return f"{name}: not measured. AUROC predicted as {guess_words(guess)} (expected error)."
    return f"{name}: {NOT_MEASURED}."


def _behind(standing: str) -> str:
    return {
        "best": " The best of its corpus by AUROC.",
        "level": " Not really behind the best by AUROC.",
        "behind": " Really behind the best by AUROC.",
    }.get(standing, "")


def heat_cell(view: BenchmarkView, place: Place, measure: str) -> HeatCell:
    """A cell as the heat map shows it."""
    cell, guess, tip = view.cells.get(place), view.guesses.get(place), place_tip(view, place, measure)
    if cell is not None and cell.failed:
        return HeatCell("failed", words="failed", tip=tip)
    if cell is not None and (span := cell.measures.get(measure)) is not None:
        best, level = cell.standing == "best", cell.standing == "level"
        by_auroc = measure == "auroc"
        return HeatCell("measured", span.value, digits(span.value), tip, best and by_auroc, level and by_auroc)
    if guess is not None and cell is None and measure == "auroc":
        return HeatCell("guessed", guess.value, guess_words(guess, "\n"), tip)
    return HeatCell(tip=tip)
