"""A recommendation without labels in the real window: asked for, read, used, undone, measured, stopped, refused."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmark_hand import LEFT, cells_of, item, pages, panel, press, said, tick
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QTableView
from window_driver import Driver, choose

from explorer.app.headless import run_corpus
from explorer.app.recommend_view import RecommendView, pair_words, reliability_sentence
from explorer.app.recommending import DETECTORS
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from explorer.gui.benchmark.cells import encoder_words
from explorer.gui.benchmark.form import BenchmarkForm
from explorer.gui.benchmark.ticks import TickList
from explorer.gui.widgets.elided import ElidedLine
from explorer.gui.widgets.empty_state import EmptyState
from tests.conftest import sample_rows

ADVICE = 3
SOME = ("knn", "lof", "ecod")
TABLE = "Encoders and detectors compared"


def bare(path: Path, count: int) -> Path:
    """Questions and nothing besides: no column could be a label."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, ["question"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(sample_rows(count))
    return path


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unlabelled")
    plan = Plan(encoder="lexical", detectors=("lof",), layout="pca", quality=False)
    return run_corpus(bare(folder / "questions.csv", 160), folder, Roles(("question",)), plan).project


@pytest.fixture
def driver(make_window_driver: Callable[..., Driver], project: Path, tmp_path: Path) -> Driver:
    made = make_window_driver()
    made.window.resize(1280, 800)
    made.open_project(Path(shutil.copytree(project, tmp_path / "questions.textmap")))
    made.window.panels.show("Benchmark")
    made.until(lambda: "could be the label" in said(made))
    tick(made, "Encoders", "lexical")
    tick(made, "Detectors", *SOME)
    return made


def view(driver: Driver) -> RecommendView:
    shown = driver.state.recommendation
    assert shown is not None
    return shown


def ended(driver: Driver) -> bool:
    return driver.state.recommendation is not None and not view(driver).jobs


def ranking(driver: Driver) -> QTableView:
    return driver.control(QTableView, TABLE)


def said_whole(driver: Driver) -> list[str]:
    """What lines say that may be too narrow for it."""
    return [line.words for line in panel(driver).findChildren(ElidedLine)]


def use(driver: Driver) -> QPushButton:
    return driver.control(QPushButton, "Use this encoder and detector")


def empty(driver: Driver) -> EmptyState:
    shown = [each for each in panel(driver).findChildren(EmptyState) if each.isVisible()]
    assert len(shown) == 1
    return shown[0]


def recommended(driver: Driver) -> None:
    press(driver, "Recommend")
    driver.until(lambda: ended(driver))


def test_without_a_label_nothing_can_be_measured_but_one_is_recommended_with_its_reasons(driver: Driver) -> None:
    assert not driver.control(QPushButton, "Measure").isEnabled() and "Without labels: Recommend…" in said(driver)
    recommended(driver)
    assert pages(driver).currentIndex() == ADVICE
    (found,) = view(driver).found.values()
    assert found.out is not None
    with found.out.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    shown = cells_of(ranking(driver))
    assert [cells[:3] for cells in shown] == [[row["rank"], "Lexical", row["detector"]] for row in rows]
    assert {cells[2] for cells in shown} == {*SOME, "consensus"}
    assert [cells[3] for cells in shown] == [f"{float(row['value']):.2f}" for row in rows]
    assert [cells[4] for cells in shown] == [f"{row['agrees_with']} of {row['others']}" for row in rows]
    title = f"Recommended: {pair_words(found.best, encoder_words)}, right within 0.02 in 4 of 17 labelled tasks"
    assert title in said_whole(driver)
    assert f"Why: {found.best.why}." in said(driver)
    assert reliability_sentence(found, encoder_words) in said(driver)
    assert "4 combinations compared." in said(driver)
    assert [job.title for job in driver.state.jobs if job.lasting] == ["Recommending for questions"]


def test_what_is_selected_is_used_for_the_open_corpus_and_undone_in_one_step(driver: Driver) -> None:
    recommended(driver)
    place = next(row for row, cells in enumerate(cells_of(ranking(driver))) if cells[2] == "ecod")
    driver.click_row(ranking(driver), place)
    rank = cells_of(ranking(driver))[place][0]
    assert ("Recommended: ecod on Lexical, " if rank == "1" else f"Selected: ecod on Lexical, rank {rank}") in said(
        driver
    )
    press(driver, "Use this encoder and detector")
    driver.until(driver.complete)
    assert driver.state.plan.detectors == ("ecod", "lof") and driver.state.detector == "ecod"
    assert not use(driver).isEnabled() and "already" in use(driver).toolTip()
    driver.session.undo()
    driver.until(driver.complete)
    assert driver.state.plan.detectors == ("lof",) and use(driver).isEnabled()


def test_a_click_on_a_title_sorts_and_the_row_that_is_chosen_stays_chosen(driver: Driver) -> None:
    recommended(driver)
    table = ranking(driver)
    driver.click_row(table, 1)
    chosen = cells_of(table)[1][:3]
    header = table.horizontalHeader()
    x = header.sectionViewportPosition(6) + 8
    for _ in range(2):
        driver.qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(x, header.height() // 2))
    apart = [float(cells[6]) for cells in cells_of(table)]
    assert apart in (sorted(apart), sorted(apart, reverse=True))
    row = table.currentIndex().row()
    assert cells_of(table)[row][:3] == chosen


def test_what_was_compared_fills_the_form(driver: Driver) -> None:
    recommended(driver)
    pages(driver).setCurrentIndex(0)
    tick(driver, "Encoders", "minilm")
    press(driver, "Tick all detectors")
    pages(driver).setCurrentIndex(ADVICE)
    press(driver, "Benchmark these")
    assert pages(driver).currentIndex() == 0
    assert driver.control(TickList, "Encoders").chosen == ("lexical",)
    assert set(driver.control(TickList, "Detectors").chosen) == set(SOME)
    assert driver.control(TickList, "Corpora").chosen == tuple(map(str, view(driver).corpora))


def test_what_is_ticked_is_compared_and_the_usual_detectors_while_nobody_has_chosen(driver: Driver) -> None:
    form = panel(driver).findChildren(BenchmarkForm)[0]
    (asked,) = form.recommend_requests()
    assert (asked.encoders, asked.detectors, asked.text) == (("lexical",), (*SOME, "consensus"), ("question",))
    tick(driver, "Detectors", "hbos")
    assert form.recommend_requests()[0].detectors == ("hbos",)
    press(driver, "Tick all detectors")
    assert form.recommend_requests()[0].detectors == DETECTORS
    assert not form.recommend_requests()[0].allow_download


def test_a_stop_keeps_what_there_is_and_says_how_to_go_on(driver: Driver) -> None:
    pages(driver).setCurrentIndex(ADVICE)
    assert "can be compared without labels" in said(driver)
    driver.qtbot.mouseClick(empty(driver).button, LEFT)
    assert not driver.control(QPushButton, "Measure").isEnabled()
    assert not driver.control(QPushButton, "Recommend").isEnabled()
    assert "Comparing encoders and detectors" in said(driver) and not empty(driver).button.isVisible()
    press(driver, "Stop measuring")
    driver.until(lambda: ended(driver))
    assert "Stopped. What was computed is kept." in said(driver)
    driver.qtbot.mouseClick(empty(driver).button, LEFT)
    driver.until(lambda: ended(driver) and bool(view(driver).found))
    assert not view(driver).stopped and len(cells_of(ranking(driver))) == 4


def test_several_corpora_have_a_recommendation_each_and_one_that_fails_says_why(driver: Driver, tmp_path: Path) -> None:
    for path in (bare(tmp_path / "few.csv", 12), bare(tmp_path / "others.csv", 60)):
        driver.save_as(path)
        press(driver, "Add a corpus")
        driver.until(lambda path=path: str(path) in driver.control(TickList, "Corpora").keys)
    recommended(driver)
    which = driver.control(QComboBox, "Recommended for")
    assert [which.itemText(place) for place in range(which.count())] == ["questions", "few", "others"]
    assert use(driver).isEnabled()
    choose(which, None, place=1)
    assert "12 texts are too few to tell detectors apart. Use a corpus of at least 20 texts." in said(driver)
    assert empty(driver).button.text() == "Recommend…"
    choose(which, None, place=2)
    assert len(cells_of(ranking(driver))) == 4
    assert not use(driver).isEnabled()
    assert use(driver).toolTip() == "Only for the corpus that is open. Open others.csv first"


def test_what_is_missing_is_said_before_anything_starts(driver: Driver) -> None:
    button = driver.control(QPushButton, "Recommend")
    press(driver, "Tick no detector")
    assert not button.isEnabled() and button.toolTip() == "No detector is ticked. Tick at least one."
    item(driver.control(TickList, "Detectors"), "knn").setCheckState(Qt.CheckState.Checked)
    assert button.isEnabled()
    tick(driver, "Corpora")
    assert not button.isEnabled() and button.toolTip() == "No corpus is ticked. Tick one, or add a file."
    pages(driver).setCurrentIndex(ADVICE)
    driver.qtbot.mouseClick(empty(driver).button, LEFT)
    assert pages(driver).currentIndex() == 0 and driver.state.recommendation is None


def test_the_ranking_is_saved_elsewhere(driver: Driver, tmp_path: Path) -> None:
    recommended(driver)
    (found,) = view(driver).found.values()
    driver.save_as(tmp_path / "ranking")
    press(driver, "Save the results")
    driver.until(lambda: (tmp_path / "ranking.csv").is_file())
    assert found.out is not None and (tmp_path / "ranking.csv").read_bytes() == found.out.read_bytes()
