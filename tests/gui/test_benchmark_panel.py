"""The benchmark panel in the real window, on real labelled texts: measured, stopped, gone on, predicted, sorted."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from benchmark_hand import (
    LEFT,
    ask_for,
    finished,
    heat,
    item,
    listed,
    pages,
    panel,
    press,
    results,
    said,
    table,
    tick,
    view,
)
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton
from window_driver import Driver, choose

from explorer.app.benchmarking import BenchmarkRequest, run_benchmark
from explorer.app.headless import run_corpus
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from explorer.gui.benchmark.ticks import TickList
from explorer.gui.parts import CountBox
from explorer.gui.widgets.empty_state import EmptyState
from tests.conftest import write_sample

ROWS = 240
LIGHT = ("knn", "lof", "iforest", "pca", "ecod", "hbos", "copod", "cluster")
SAID = "4 of 240 texts in question are odd (source: tatoeba)"


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished project whose file has a label column with two values."""
    folder = tmp_path_factory.mktemp("labelled")
    corpus = write_sample(folder / "questions.csv", ROWS)
    plan = Plan(encoder="lexical", detectors=("knn",), layout="pca", quality=False)
    return run_corpus(corpus, folder, Roles(("question",), id="ticket", label="intent"), plan).project


@pytest.fixture
def driver(make_window_driver: Callable[..., Driver], labelled: Path, tmp_path: Path) -> Iterator[Driver]:
    made = make_window_driver()
    made.window.resize(1280, 800)
    made.open_project(Path(shutil.copytree(labelled, tmp_path / "questions.textmap")))
    made.window.panels.show("Benchmark")
    made.until(lambda: SAID in said(made))
    yield made


def test_the_open_corpus_is_offered_with_its_label_and_every_detector_says_what_it_does(driver: Driver) -> None:
    ticks = driver.control(TickList, "Detectors")
    assert ticks.count() == 14 and ticks.chosen == ticks.keys
    assert all(len(ticks.item(place).text().split(": ", 1)[1]) > 20 for place in range(ticks.count()))
    assert driver.control(TickList, "Corpora").item(0).text() == "questions.csv (open)"
    assert driver.control(QComboBox, "Label column").currentData() == "source"
    assert driver.control(QLineEdit, "Folder for the results").text().startswith(str(driver.session.projects_folder))
    assert driver.control(QPushButton, "Measure").isEnabled()
    pages(driver).setCurrentIndex(1)
    empty = [shown for shown in panel(driver).findChildren(EmptyState) if shown.isVisible()]
    assert len(empty) == 1 and "label column" in said(driver)
    driver.qtbot.mouseClick(empty[0].button, LEFT)
    assert pages(driver).currentIndex() == 0


def test_cells_appear_one_by_one_with_the_numbers_of_the_file(driver: Driver) -> None:
    ask_for(driver, "knn", "lof", "iforest")
    seen: list[int] = []
    driver.session.store.subscribe(
        lambda state, _: seen.append(0 if state.benchmark is None else len(state.benchmark.cells))
    )
    press(driver, "Measure")
    assert pages(driver).currentIndex() == 1 and not driver.control(QPushButton, "Measure").isEnabled()
    driver.until(lambda: finished(driver) and len(view(driver).cells) == 3)
    assert set(seen) >= {1, 2, 3} and seen == sorted(seen)
    words = [heat(driver).cell((0, place)).words for place in range(3)]
    assert words == [f"{float(row['auroc']):.3f}" for row in results(driver)]
    assert "3 of 3 cells measured." in said(driver)
    job = next(job for job in driver.state.jobs if job.title == "Benchmark: 3 cells")
    assert job.status == "done"
    assert (view(driver).folder / "auroc.tex").is_file() and (view(driver).folder / "standings.csv").is_file()
    aurocs = [float(cells[3].split()[0]) for cells in listed(driver)]
    assert aurocs == sorted(aurocs, reverse=True)
    assert listed(driver)[0][7] == "the best" and {cells[7] for cells in listed(driver)[1:]} <= {"yes", "no"}


@pytest.mark.parametrize("button", ["Stop measuring", "Cancel the work under way"])
def test_what_is_stopped_is_kept_and_gone_on_with(driver: Driver, button: str) -> None:
    ask_for(driver, *LIGHT)
    press(driver, "Measure")
    driver.until(lambda: len(view(driver).cells) >= 1)
    press(driver, button)
    driver.until(lambda: finished(driver) and not driver.state.job)
    stopped = len(view(driver).cells)
    assert 1 <= stopped < len(LIGHT) and "What was measured is kept." in said(driver)
    before = results(driver)
    driver.until(driver.control(QPushButton, "Measure").isEnabled)
    press(driver, "Measure")
    for count in range(stopped + 1, len(LIGHT) + 1):  # each may take its time
        driver.until(lambda count=count: len(view(driver).cells) >= count)
    driver.until(lambda: finished(driver))
    assert results(driver)[: len(before)] == before  # the seconds too: what was measured stayed


def test_the_rest_is_predicted_with_its_error_and_the_next_cell_is_measured_at_a_click(driver: Driver) -> None:
    ask_for(driver, "knn", "lof", "iforest", "ecod", "hbos", "pca")
    choose(driver.control(QComboBox, "How much is measured"), 3)
    assert "2 cells to measure." in said(driver)
    press(driver, "Measure")
    driver.until(lambda: finished(driver) and len(view(driver).guesses) == 4)
    kinds = [heat(driver).cell((0, place)).kind for place in range(6)]
    assert kinds == ["measured", "guessed", "guessed", "measured", "guessed", "guessed"]
    assert "±" in heat(driver).cell((0, 1)).words
    assert "Not to be trusted. Only 2 cells measured" in said(driver) and "Worth measuring next: Lexical" in said(
        driver
    )
    choose(driver.control(QComboBox, "Measure shown"), "f1")
    assert [heat(driver).cell((0, place)).kind for place in range(2)] == ["measured", "missing"]
    wanted = view(driver).advice[0].next
    press(driver, "Measure the next cell")
    driver.until(lambda: finished(driver) and wanted in view(driver).cells and len(view(driver).guesses) == 3)
    assert len(results(driver)) == 3


def test_a_cell_chosen_with_the_arrows_is_chosen_in_the_table_and_back(driver: Driver) -> None:
    ask_for(driver, "knn", "lof", "iforest")
    press(driver, "Measure")
    driver.until(lambda: finished(driver) and len(view(driver).cells) == 3)
    heat(driver).setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right):
        driver.qtbot.keyClick(heat(driver), key)
    current = table(driver).currentIndex()
    assert current.siblingAtColumn(2).data() == "lof"
    pages(driver).setCurrentIndex(2)
    place = next(row for row, cells in enumerate(listed(driver)) if cells[2] == "iforest")
    driver.click_row(table(driver), place)
    assert heat(driver).current == (0, 2)


def test_a_click_on_a_title_sorts_and_what_has_no_number_stays_last(driver: Driver) -> None:
    ask_for(driver, "knn", "lof", "iforest", "ecod", "hbos", "pca")
    choose(driver.control(QComboBox, "How much is measured"), 3)
    press(driver, "Measure")
    driver.until(lambda: finished(driver) and len(view(driver).guesses) == 4)
    pages(driver).setCurrentIndex(2)
    header = table(driver).horizontalHeader()
    orders = []
    for _ in range(2):
        x = header.sectionViewportPosition(6) + 8
        driver.qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(x, header.height() // 2))
        seconds = [cells[6] for cells in listed(driver)]
        assert all(seconds[:2]) and not any(seconds[2:])
        orders.append([float(each) for each in seconds[:2]])
    assert orders[0] == orders[1][::-1]


def test_bad_input_is_one_sentence_beside_the_button_before_anything_starts(driver: Driver, tmp_path: Path) -> None:
    measure = driver.control(QPushButton, "Measure")
    press(driver, "Tick no detector")
    assert "No detector is ticked. Tick at least one." in said(driver) and not measure.isEnabled()
    press(driver, "Tick all detectors")
    tick(driver, "Encoders")
    assert "No encoder is ticked. Tick at least one." in said(driver) and not measure.isEnabled()
    tick(driver, "Encoders", "lexical")
    assert measure.isEnabled()
    choose(driver.control(QComboBox, "Label column"), "intent")
    driver.until(lambda: "a benchmark needs two, odd and normal" in said(driver))
    assert not measure.isEnabled()
    odd = driver.control(QComboBox, "Odd means")
    intent = odd.itemText(2)
    odd.setEditText(intent)
    driver.until(measure.isEnabled)
    assert f"(intent: {intent})" in said(driver)
    tick(driver, "Corpora")
    assert "No corpus is ticked." in said(driver) and not measure.isEnabled()
    assert driver.state.benchmark is None and not driver.state.job


def test_files_are_added_and_each_corpus_has_its_rows(driver: Driver, tmp_path: Path) -> None:
    ask_for(driver, "knn")
    plain = tmp_path / "plain.csv"
    plain.write_text("question,kind\n" + "\n".join(f"card fee of {row} pounds,a" for row in range(20)), "utf-8")
    driver.save_as(plain)
    press(driver, "Add a corpus")
    driver.until(lambda: "There is no column 'source'" in said(driver) or "no column in common" in said(driver))
    assert not driver.control(QPushButton, "Measure").isEnabled()
    tick(driver, "Corpora", driver.control(TickList, "Corpora").keys[0])
    driver.save_as(write_sample(tmp_path / "more.csv", 120))
    press(driver, "Add a corpus")
    driver.until(driver.control(QPushButton, "Measure").isEnabled)
    assert "2 cells to measure." in said(driver) and "more: 4 of 120 texts" in said(driver)
    press(driver, "Measure")
    driver.until(lambda: finished(driver) and len(view(driver).cells) == 2)
    assert [heat(driver).words_of((row, 0)).split(":")[0] for row in range(2)] == [
        "Lexical with knn on questions",
        "Lexical with knn on more",
    ]
    assert {cells[0] for cells in listed(driver)} == {"questions", "more"}


def test_results_of_the_command_line_are_opened_and_gone_on_with(
    driver: Driver, labelled: Path, tmp_path: Path
) -> None:
    folder, corpus = tmp_path / "bench", labelled.parent / "questions.csv"
    run_benchmark(
        BenchmarkRequest((corpus,), "source", ("lexical",), ("knn", "ecod", "pca"), text=("question",)), folder
    )
    driver.save_as(folder)
    press(driver, "Open results")
    driver.until(lambda: driver.state.benchmark is not None and len(view(driver).cells) == 3)
    driver.until(driver.control(QPushButton, "Measure").isEnabled)
    assert pages(driver).currentIndex() == 1
    assert driver.control(TickList, "Detectors").chosen == ("knn", "pca", "ecod")
    before = results(driver)
    item(driver.control(TickList, "Detectors"), "hbos").setCheckState(Qt.CheckState.Checked)
    press(driver, "Measure")
    driver.until(lambda: finished(driver) and len(view(driver).cells) == 4)
    assert results(driver)[:3] == before
    driver.save_as(tmp_path / "table.tex")
    press(driver, "Save the results")
    driver.until(lambda: (tmp_path / "table.tex").is_file())
    assert (tmp_path / "table.tex").read_bytes() == (folder / "auroc.tex").read_bytes()


def test_a_folder_without_results_is_said(driver: Driver, tmp_path: Path) -> None:
    driver.save_as(tmp_path)
    press(driver, "Open results")
    driver.until(lambda: bool(driver.state.messages))
    assert "no results of a benchmark" in driver.state.messages[-1].what
    assert driver.state.benchmark is None


def test_closing_the_window_while_it_measures_ends_it_and_keeps_what_is_measured(
    driver: Driver, make_window_driver: Callable[..., Driver]
) -> None:
    ask_for(driver, *LIGHT)
    press(driver, "Measure")
    driver.until(lambda: len(view(driver).cells) >= 1)
    folder = view(driver).folder
    driver.window.close()
    again = make_window_driver()
    again.window.panels.show("Benchmark")
    again.save_as(folder)
    press(again, "Open results")
    again.until(lambda: again.state.benchmark is not None and len(view(again).cells) >= 1)
    assert len(view(again).places()) == len(LIGHT)


def test_the_interval_of_several_seeds_is_that_of_the_command(driver: Driver) -> None:
    ask_for(driver, "knn", "iforest")
    driver.control(CountBox, "Seeds").setValue(3)
    press(driver, "Measure")
    driver.until(lambda: finished(driver) and len(view(driver).cells) == 2)
    with (view(driver).folder / "standings.csv").open(encoding="utf-8", newline="") as lines:
        forest = next(row for row in csv.DictReader(lines) if row["detector"] == "iforest")
    seeds = [row for row in results(driver) if row["detector"] == "iforest"]
    ends = ("auroc_low", "auroc_high")
    assert len(seeds) == 3 and float(forest[ends[0]]) != pytest.approx(
        sum(float(row[ends[0]]) for row in seeds) / 3, abs=1e-4
    )
    words = "{:.3f} ({:.3f} to {:.3f})".format(*(float(forest[name]) for name in ("auroc", *ends)))
    assert next(cells[3] for cells in listed(driver) if cells[2] == "iforest") == words


def test_a_model_that_is_elsewhere_is_fetched_only_with_permission_which_is_not_kept(driver: Driver) -> None:
    allow = driver.control(QCheckBox, "Allow to download this model")
    assert not allow.isVisible() and not allow.isChecked()
    ask_for(driver, "knn")
    driver.control(QLineEdit, "Another model").setText("nobody/no-such-model")
    press(driver, "Add a model")
    assert allow.isVisible() and not allow.isChecked()
    press(driver, "Measure")
    driver.until(lambda: finished(driver) and len(view(driver).cells) == 2)
    elsewhere = ("questions", "nobody/no-such-model", "knn")
    assert "no encoder 'nobody/no-such-model' on this machine" in view(driver).cells[elsewhere].failed
    pages(driver).setCurrentIndex(0)
    driver.qtbot.mouseClick(allow, LEFT, pos=QPoint(8, allow.height() // 2))
    driver.until(driver.control(QPushButton, "Measure").isEnabled)
    press(driver, "Measure")
    driver.until(lambda: finished(driver) and "cannot be fetched" in view(driver).cells[elsewhere].failed)
    kept = json.loads((view(driver).folder / "benchmark.json").read_text(encoding="utf-8"))
    assert kept["encoders"] == ["lexical", "nobody/no-such-model"] and kept["allow_download"] is False
    pages(driver).setCurrentIndex(0)
    tick(driver, "Encoders", "lexical")
    assert not allow.isVisible()
