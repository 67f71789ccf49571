"""Properties of predicting a matrix of results that hold for any matrix: known names or not, any gaps, any numbers."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explorer.app.predicting import predict_file
from explorer.core.benchmark.prediction.hiding import hide, predict_hidden
from explorer.core.benchmark.prediction.predict import predict
from explorer.core.benchmark.prediction.tasks import Tasks, published

ENCODERS = (*published().encoders[::8], ("my model", "mean"), ("my model", ""), ("other", ""))
DETECTORS = (*published().detectors[::4], "mine", "k-NN")


@st.composite
def matrices(draw: st.DrawFn) -> Tasks:
    encoders = draw(st.lists(st.sampled_from(ENCODERS), min_size=1, max_size=5, unique=True))
    detectors = draw(st.lists(st.sampled_from(DETECTORS), min_size=1, max_size=4, unique=True))
    datasets = draw(st.lists(st.sampled_from(["a", "b", "imdb"]), min_size=1, max_size=2, unique=True))
    cell = st.sampled_from([0.0, 0.5, 1.0, np.nan]) | st.floats(0.02, 0.98)
    count = len(datasets) * len(encoders) * len(detectors)
    drawn = draw(st.lists(cell, min_size=count, max_size=count))
    auroc = np.array(drawn).reshape(len(datasets), len(encoders), len(detectors))
    assume(np.isfinite(auroc).any())
    return Tasks(tuple(datasets), tuple(encoders), tuple(detectors), auroc)


@settings(max_examples=30, deadline=None)
@given(matrices())
def test_cells_given_are_returned_untouched_and_all_others_predicted(tasks: Tasks) -> None:
    before = tasks.auroc.copy()
    for place, found in enumerate(predict(tasks)):
        measured = np.isfinite(before[place])
        assert np.array_equal(found.measured, measured)
        assert np.array_equal(found.auroc[measured], before[place][measured])
        assert (found.error[measured] == 0.0).all() and (found.gain[measured] == 0.0).all()
        assert ((found.auroc[~measured] > 0.0) & (found.auroc[~measured] < 1.0)).all()
        assert ((found.error[~measured] > 0.0) & (found.error[~measured] < 0.5)).all()
    assert np.array_equal(tasks.auroc, before, equal_nan=True)


@settings(max_examples=40, deadline=None)
@given(matrices(), st.floats(0.05, 0.95), st.integers(0, 2**32))
def test_masks_are_reproducible_hide_measured_cells_alone_and_leave_one(tasks: Tasks, share: float, seed: int) -> None:
    measured = np.isfinite(tasks.auroc)
    assume(any(round(share * count) and count > 1 for count in measured.sum((1, 2))))
    hidden = hide(tasks, share, seed)
    assert np.array_equal(hidden, hide(tasks, share, seed))
    changed = np.where(measured, 1.0 - tasks.auroc, np.nan)
    assert np.array_equal(hidden, hide(replace(tasks, auroc=changed), share, seed)), "the numbers choose nothing"
    assert not (hidden & ~measured).any()
    for gone, cells in zip(hidden.sum((1, 2)), measured.sum((1, 2)), strict=True):
        assert gone == max(min(round(share * cells), cells - 1), 0)


@settings(max_examples=15, deadline=None)
@given(matrices(), st.integers(0, 100))
def test_what_is_hidden_never_reaches_its_prediction(tasks: Tasks, seed: int) -> None:
    measured = np.isfinite(tasks.auroc)
    assume(measured.sum((1, 2)).max() > 2)
    first = predict_hidden(tasks, 0.5, seed)
    changed = np.where(first.hidden, 1.0 - tasks.auroc, tasks.auroc)
    second = predict_hidden(replace(tasks, auroc=changed), 0.5, seed)
    for one, other in zip(first.predictions, second.predictions, strict=True):
        assert np.array_equal(one.auroc, other.auroc) and np.array_equal(one.error, other.error)


def _predicted(folder: Path, tasks: Tasks, unit: float) -> dict[tuple[str, ...], tuple[float, float]]:
    matrix, out = folder / "matrix.csv", folder / f"predicted {unit:g}.csv"
    with matrix.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["dataset", "embedding", "pooling", "detector", "auroc"])
        for place, row, column in np.ndindex(tasks.auroc.shape):
            value = tasks.auroc[place, row, column] * unit
            names = tasks.datasets[place], *tasks.encoders[row], tasks.detectors[column]
            writer.writerow([*names, "" if np.isnan(value) else repr(float(value))])
    predict_file(matrix, out)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return {tuple(row[:4]): (float(row[4]), float(row[5])) for row in rows}


@settings(max_examples=15, deadline=None)
@given(matrices())
def test_percent_and_shares_are_answered_in_kind(tasks: Tasks) -> None:
    largest = np.nanmax(np.where(np.isfinite(tasks.auroc), tasks.auroc, -1.0), axis=(1, 2))
    assume((largest > 0.02).all() or (len(tasks.datasets) == 1 and largest[0] > 0.02))
    with TemporaryDirectory() as folder:
        shares, percents = (_predicted(Path(folder), tasks, unit) for unit in (1.0, 100.0))
    assert len(shares) == int(np.isnan(tasks.auroc).sum()) and shares.keys() == percents.keys()
    for names, (value, error) in shares.items():
        assert np.allclose(percents[names], (100.0 * value, 100.0 * error), rtol=1e-3, atol=1e-6)
