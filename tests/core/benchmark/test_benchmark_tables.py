"""What a benchmark writes, read back."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from explorer.core.benchmark.grid import Cell, Measured
from explorer.core.benchmark.measures import Truth
from explorer.core.benchmark.tables import COLUMNS, holm, latex, results_csv, standings, standings_csv

ASKED = ("corpus", "encoder", "detector", "protocol", "seed", "auroc", "average_precision", "seconds")


def _cell(detector: str, seed: int = 0) -> Cell:
    return Cell("news, old", "minilm", detector, "unsupervised", seed)


@pytest.fixture(scope="module")
def measured() -> list[Measured]:
    """One good detector, one that is nearly as good, one bad one run with two seeds, and one that failed."""
    random = np.random.default_rng(1)
    odd = np.arange(1_000) < 100
    signal = random.normal(size=1_000) + 2.5 * odd
    scores = {
        ("good", 0): signal,
        ("near", 0): random.normal(size=1_000) + 2.5 * odd,
        ("bad_%", 0): random.normal(size=1_000) + 0.2 * odd,
        ("bad_%", 1): random.normal(size=1_000) + 0.2 * odd,
    }
    truth = Truth(odd, resamples=400)
    found = [
        Measured(
            Cell("news, old", "minilm", name, "unsupervised", seed), 1_000, 100, 1.25, truth.measure(each, each > 2)
        )
        for (name, seed), each in scores.items()
    ]
    failed = Measured(_cell("ocsvm"), 1_000, 100, failed="Out of memory.")
    return [*found, failed]


def test_results_are_a_row_a_cell(measured: list[Measured]) -> None:
    rows = list(csv.DictReader(io.StringIO(results_csv(measured))))
    assert tuple(rows[0])[: len(ASKED)] == ASKED
    assert tuple(rows[0]) == COLUMNS
    assert [row["detector"] for row in rows] == ["good", "near", "bad_%", "bad_%", "ocsvm"]
    assert rows[0]["corpus"] == "news, old"
    assert float(rows[0]["auroc_low"]) < float(rows[0]["auroc"]) < float(rows[0]["auroc_high"])
    assert rows[-1]["auroc"] == rows[-1]["seconds"] == ""
    assert (rows[-1]["failed"], rows[-1]["rows"]) == ("Out of memory.", "1000")


def test_standings_say_who_is_really_behind(measured: list[Measured]) -> None:
    found = {each.detector: each for each in standings(measured)}
    assert list(found) == ["good", "near", "bad_%"] or list(found) == ["near", "good", "bad_%"]
    assert found["bad_%"].is_really_behind
    best, second = list(found.values())[:2]
    assert best.behind is None
    assert not second.is_really_behind
    seeds = [each.quality.auroc.value for each in measured[2:4] if each.quality is not None]
    assert found["bad_%"].auroc.value == pytest.approx(np.mean(seeds))
    rows = list(csv.DictReader(io.StringIO(standings_csv(found.values()))))
    assert [row["real"] for row in rows] == ["best", "no", "yes"]


@pytest.mark.parametrize("measure", ["auroc", "average_precision", "f1"])
def test_the_interval_of_several_seeds_is_that_of_their_means_resample_by_resample(
    measured: list[Measured], measure: str
) -> None:
    rows = list(csv.DictReader(io.StringIO(standings_csv(standings(measured)))))
    row = next(row for row in rows if row["detector"] == "bad_%")
    seeds = [getattr(each.quality, measure) for each in measured[2:4]]
    low, high = np.percentile(np.mean([seed.resampled for seed in seeds], axis=0), [2.5, 97.5])
    assert float(row[measure]) == pytest.approx(np.mean([seed.value for seed in seeds]), abs=1e-6)
    assert (float(row[f"{measure}_low"]), float(row[f"{measure}_high"])) == pytest.approx((low, high), abs=1e-5)
    assert high - low < np.mean([seed.high - seed.low for seed in seeds])


def test_the_latex_table_escapes_names_and_marks_the_best(measured: list[Measured]) -> None:
    words = latex(standings(measured))
    assert r"bad\_\%" in words
    assert words.count(r"\textbf{") == 1
    assert words.count(r"\underline{") == 1
    assert words.count("{") == words.count("}")


def test_holm_corrects_in_order() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []
