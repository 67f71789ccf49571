"""The benchmark of the window without a window: measured, gone on with, read back, predicted; and what files say."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from desk import Desk

from explorer.app.benchmark_look import NO_LABEL, look
from explorer.app.benchmark_view import is_same_question, read_folder, spread
from explorer.app.benchmarking import BenchmarkRequest, run_benchmark
from explorer.core.benchmark.grid import Measured
from explorer.core.progress import Cancelled, Progress
from explorer.errors import MatrixError, OptionError
from tests.conftest import write_sample

DETECTORS = ("knn", "lof", "iforest", "ecod", "hbos", "pca")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample(tmp_path_factory.mktemp("labelled") / "questions.csv", 150)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "projects")
    yield desk
    desk.session.close()


def asked(corpus: Path, *detectors: str, **more: object) -> BenchmarkRequest:
    return BenchmarkRequest((corpus,), "source", ("lexical",), detectors, protocol="unsupervised", **more)  # type: ignore[arg-type]


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "results.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


# --- the files ------------------------------------------------------------------------------------


def test_only_some_cells_are_measured_in_the_order_asked_for(corpus: Path, tmp_path: Path) -> None:
    only = [("questions", "lexical", "ecod"), ("questions", "lexical", "knn")]
    run_benchmark(asked(corpus, "knn", "lof", "ecod", only=only), tmp_path)
    assert [row["detector"] for row in rows_of(tmp_path)] == ["ecod", "knn"]
    view = read_folder(tmp_path)
    assert view.open_places() == [("questions", "lexical", "lof")]
    assert view.request is not None and view.request.only == tuple(only)


def test_a_run_that_is_stopped_leaves_all_three_tables(corpus: Path, tmp_path: Path) -> None:
    measured: list[Measured] = []
    progress = Progress(is_cancelled=lambda: len(measured) == 2)
    with pytest.raises(Cancelled):
        run_benchmark(asked(corpus, *DETECTORS), tmp_path, progress, on_cell=measured.append)
    assert [row["detector"] for row in rows_of(tmp_path)] == ["knn", "lof"]
    assert (tmp_path / "auroc.tex").read_text(encoding="utf-8").count("&") == 4
    assert sorted(cell.standing for cell in read_folder(tmp_path).cells.values())[0] in ("behind", "best")


def test_going_on_never_takes_back_what_is_written(corpus: Path, tmp_path: Path) -> None:
    run_benchmark(asked(corpus, "knn", "lof", "ecod"), tmp_path)
    before = rows_of(tmp_path)
    only = [("questions", "lexical", name) for name in ("knn", "lof", "ecod", "hbos")]
    seen: list[int] = []
    run_benchmark(
        asked(corpus, "knn", "lof", "ecod", "hbos", only=only), tmp_path,
        on_cell=lambda _: seen.append(len(rows_of(tmp_path))),
    )  # fmt: skip
    assert seen == [3, 3, 3, 4]
    assert rows_of(tmp_path)[:3] == before  # the seconds too: nothing was measured again


def test_seeds_are_averaged_and_a_failure_says_why(corpus: Path, tmp_path: Path) -> None:
    missing = str(tmp_path / "no-such-model")
    request = BenchmarkRequest((corpus,), "source", ("lexical", missing), ("iforest",), seeds=3)
    outcome = run_benchmark(request, tmp_path / "out")
    view = read_folder(tmp_path / "out")
    cell, failed = view.cells["questions", "lexical", "iforest"], view.cells["questions", missing, "iforest"]
    each = [float(row["auroc"]) for row in rows_of(tmp_path / "out") if row["auroc"]]
    assert cell.seeds == len(each) == 3
    assert cell.measures["auroc"].value == pytest.approx(sum(each) / 3)
    assert failed.failed and not failed.measures
    assert view.measured_count() == 1
    together = outcome.ranked[0].quality
    for name, span in cell.measures.items():
        said = getattr(together, name)
        assert (span.value, span.low, span.high) == pytest.approx((said.value, said.low, said.high), abs=1e-5)


def test_results_of_several_seeds_without_their_common_interval_show_none(corpus: Path, tmp_path: Path) -> None:
    run_benchmark(asked(corpus, "iforest", "knn", seeds=2), tmp_path)
    (tmp_path / "standings.csv").unlink()
    cells = read_folder(tmp_path).cells
    forest, nearest = (cells["questions", "lexical", name].measures["auroc"] for name in ("iforest", "knn"))
    assert math.isfinite(forest.value) and math.isnan(forest.low) and math.isnan(forest.high)
    assert nearest.low <= nearest.value <= nearest.high


def test_permission_to_download_is_handed_on_but_never_kept(desk: Desk, corpus: Path, tmp_path: Path) -> None:
    request = replace(asked(corpus, "knn", allow_download=True), encoders=("nobody/no-such-model",))
    run_benchmark(replace(request, allow_download=False), tmp_path)
    assert "on this machine" in rows_of(tmp_path)[0]["failed"]
    run_benchmark(request, tmp_path)
    assert "cannot be fetched" in rows_of(tmp_path)[0]["failed"]
    assert json.loads((tmp_path / "benchmark.json").read_text(encoding="utf-8"))["allow_download"] is False
    without = replace(request, allow_download=False)
    assert is_same_question(request, without)
    assert desk.session.benchmarks.folder_for(request) == desk.session.benchmarks.folder_for(without)


def test_a_folder_without_results_says_so(tmp_path: Path) -> None:
    with pytest.raises(MatrixError, match="no results of a benchmark"):
        read_folder(tmp_path)
    (tmp_path / "results.csv").write_text("some,thing\n1,2\n", encoding="utf-8")
    with pytest.raises(MatrixError, match="not what a benchmark writes"):
        read_folder(tmp_path)


def test_what_is_measured_makes_no_other_question_but_the_label_does(corpus: Path) -> None:
    one = asked(corpus, "knn")
    assert is_same_question(one, asked(corpus, "lof", only=[("questions", "lexical", "lof")]))
    assert is_same_question(one, BenchmarkRequest((corpus,), "source", (), ()))  # unsupervised unless it says else
    assert not is_same_question(one, BenchmarkRequest((corpus,), "intent", ("lexical",), ("knn",)))
    assert not is_same_question(one, asked(corpus, "knn", seeds=2))
    assert not is_same_question(one, None)


def test_every_row_and_column_has_a_cell_that_is_measured() -> None:
    found = spread(["mails"], ["minilm", "lexical", "third"], list("abcdef"), 3)
    assert len(found) == 6
    assert {place[1] for place in found} == {"minilm", "lexical", "third"} and {place[2] for place in found} == set(
        "abcdef"
    )


# --- looking at labels ----------------------------------------------------------------------------


def test_the_label_is_guessed_where_a_column_has_two_values(corpus: Path) -> None:
    found = look([corpus], ("question",), "", None)
    assert (found.label, found.problem) == ("source", "")
    assert found.values == ("banking77", "tatoeba")
    assert found.said == ("questions: 4 of 150 texts in question are odd (source: tatoeba).",)
    assert "question" not in found.columns and "intent" in found.columns


def test_what_is_wrong_with_a_label_is_a_sentence(corpus: Path, tmp_path: Path) -> None:
    found = look([corpus], ("question",), "intent", None)
    assert "a benchmark needs two, odd and normal" in found.problem
    assert len(found.values) > 10
    assert "No text has the label 'eggs'" in look([corpus], ("question",), "source", "eggs").problem
    assert "There is no column 'nothing'" in look([corpus], ("question",), "nothing", None).problem
    assert "none.csv" in look([tmp_path / "none.csv"], (), "", None).problem


def test_several_corpora_share_their_label_column(corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "mails.csv"
    other.write_text("body,kind\n" + "\n".join(f"card fee of {row} pounds,{row % 3}" for row in range(20)), "utf-8")
    assert look([corpus, other], (), "", None).problem.startswith("The corpora have no column in common")
    other.write_text("body,source\n" + "\n".join(f"card fee of {row} pounds,x" for row in range(20)), "utf-8")
    found = look([corpus, other], (), "", None)
    assert (found.columns, found.problem) == (("source",), NO_LABEL)
    assert look([corpus, other], (), "source", None).problem.startswith("mails: The column 'source' has 1 value")


def test_odd_still_says_how_on_the_command_line(corpus: Path, tmp_path: Path) -> None:
    request = BenchmarkRequest((corpus,), "intent", ("lexical",), ("knn",))
    with pytest.raises(OptionError) as caught:
        run_benchmark(request, tmp_path)
    assert "--odd" in caught.value.hint


# --- in a session ---------------------------------------------------------------------------------


def idle(desk: Desk) -> bool:
    view = desk.state.benchmark
    return view is not None and view.job is None and not any(job.status == "running" for job in desk.state.jobs)


def test_one_cell_more_is_measured_beside_what_is_there_and_the_rest_is_predicted_anew(
    desk: Desk, corpus: Path
) -> None:
    benchmarks, request = desk.session.benchmarks, asked(corpus, *DETECTORS)
    folder = benchmarks.folder_for(request)
    benchmarks.measure(request, folder, spread(["questions"], ["lexical"], DETECTORS, 3))
    desk.until(lambda: idle(desk) and bool(desk.state.benchmark.guesses))
    view = desk.state.benchmark
    assert view is not None
    assert {place[2] for place in view.cells} == {"knn", "ecod"}
    assert {place[2] for place in view.guesses} == {"lof", "iforest", "hbos", "pca"}
    advice = view.advice[0]
    assert advice.next in view.guesses and "Only 2 cells measured" in advice.doubts[0]
    assert view.request is not None
    benchmarks.measure(view.request, folder, [advice.next])
    desk.until(lambda: idle(desk) and len(desk.state.benchmark.cells) == 3 and len(desk.state.benchmark.guesses) == 3)
    assert [row["detector"] for row in rows_of(folder)] == ["knn", "ecod", advice.next[2]]


def test_another_start_goes_on_with_what_lies_in_the_folder(desk: Desk, corpus: Path, tmp_path: Path) -> None:
    request = asked(corpus, "knn", "lof")
    run_benchmark(asked(corpus, "knn", "hbos"), tmp_path / "out")
    before = rows_of(tmp_path / "out")
    desk.session.benchmarks.measure(request, tmp_path / "out")
    desk.until(lambda: idle(desk) and len(desk.state.benchmark.cells) == 3)
    assert rows_of(tmp_path / "out")[:2] == before
    assert desk.state.benchmark.open_places() == []


def test_a_benchmark_goes_on_while_a_corpus_is_opened(desk: Desk, corpus: Path, small_csv: Path) -> None:
    request = asked(corpus, *DETECTORS)
    benchmarks = desk.session.benchmarks
    benchmarks.measure(request, benchmarks.folder_for(request))
    desk.until(lambda: bool(desk.state.benchmark.cells))
    desk.open(small_csv)
    desk.until(lambda: idle(desk) and len(desk.state.benchmark.cells) == len(DETECTORS))
    assert not [message for message in desk.state.messages if message.level == "error"]


def test_what_cannot_be_measured_is_said_and_nothing_is_left_running(desk: Desk, corpus: Path, tmp_path: Path) -> None:
    request = BenchmarkRequest((corpus,), "intent", ("lexical",), ("knn",))
    desk.session.benchmarks.measure(request, tmp_path / "out")
    desk.until(lambda: idle(desk) and bool(desk.state.benchmark.problem))
    assert "a benchmark needs two, odd and normal" in desk.state.benchmark.problem
    assert not (tmp_path / "out" / "results.csv").exists()
