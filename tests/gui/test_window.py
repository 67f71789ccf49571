"""The whole job in the real window: open, read, go from text to text, decide, export."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDockWidget,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTableView,
)
from window_driver import Driver, choose, control

from explorer.app import operations as op
from explorer.app.explain import explain
from explorer.app.headless import run_corpus
from explorer.app.messages import Message
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from explorer.gui.panels.anomalies_panel import AnomaliesPanel
from explorer.gui.panels.report_panel import ReportPanel
from explorer.gui.plan_form import PlanDialog
from explorer.gui.welcome import Welcome
from explorer.gui.widgets.histogram import ScoreHistogram
from tests.conftest import sample_rows

MakeDriver = Callable[..., Driver]


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished project of 200 questions, made once; tests work on copies."""
    folder = tmp_path_factory.mktemp("computed")
    rows = sample_rows(200)
    with (folder / "questions.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    roles = Roles(("question",), id="ticket", label="intent")
    return run_corpus(folder / "questions.csv", folder, roles, Plan(encoder="lexical", flag_share=0.05)).project


@pytest.fixture
def project(computed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(computed, tmp_path / "questions.textmap"))


@pytest.fixture
def driver(make_window_driver: MakeDriver, project: Path) -> Driver:
    """A window with the finished project."""
    made = make_window_driver()
    made.open_project(project)
    return made


def text_shown(driver: Driver) -> str:
    return driver.control(QPlainTextEdit, "Text").toPlainText()


def labels(driver: Driver) -> str:
    return "\n".join(label.text() for label in driver.window.findChildren(QLabel) if label.isVisible())


# --- the first minute ---------------------------------------------------------------------------


def test_an_empty_window_says_what_to_do(make_window_driver: MakeDriver) -> None:
    driver = make_window_driver()
    welcome = driver.window.findChildren(Welcome)[0]
    assert welcome.isVisible()
    words = {button.text().replace("&", "") for button in welcome.findChildren(QPushButton) if button.isVisible()}
    assert {"Open a file…", "Try the sample"} <= words
    driver.key(Qt.Key.Key_N)
    driver.key(Qt.Key.Key_C)
    assert driver.state.current is None
    assert not driver.state.overrides


def test_the_window_fits_a_small_screen(driver: Driver) -> None:
    driver.session.say(Message("error", "Something long went wrong. " * 4, "Do this instead. " * 3, "cause"))
    for dock in driver.window.findChildren(QDockWidget):
        dock.raise_()
        smallest = driver.window.minimumSizeHint()
        assert smallest.width() <= 1280
        assert smallest.height() <= 760, dock.windowTitle()


def test_every_control_has_a_name(driver: Driver) -> None:
    kinds = (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit)
    nameless = []
    for kind in kinds:
        for widget in driver.window.findChildren(kind):
            inside = isinstance(widget.parent(), QAbstractSpinBox | QComboBox | QAbstractItemView | QDockWidget)
            own = widget.objectName().startswith("qt_") or "Private" in type(widget.parent()).__name__
            words = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            if widget.isVisible() and not (words or inside or own):
                nameless.append(widget)
    assert not nameless


def test_a_corpus_is_opened_through_the_dialog(make_window_driver: MakeDriver, small_csv: Path) -> None:
    driver = make_window_driver()
    driver.window.open_path(small_csv)
    dialog = driver.dialog()
    opening = next(button for button in dialog.findChildren(QPushButton) if button.text() == "&Open")
    assert not opening.isEnabled()
    driver.until(opening.isEnabled)
    table = control(dialog, QTableView, "First rows")
    assert table.model().rowCount() == 20
    columns = control(dialog, QListWidget, "Text columns")
    ticked = [i for i in range(columns.count()) if columns.item(i).checkState() == Qt.CheckState.Checked]
    assert [columns.item(i).text() for i in ticked] == ["question"]
    assert control(dialog, QComboBox, "Label column").currentData() == "intent"
    columns.item(ticked[0]).setCheckState(Qt.CheckState.Unchecked)
    assert not opening.isEnabled()
    columns.item(ticked[0]).setCheckState(Qt.CheckState.Checked)
    choose(control(dialog, QComboBox, "Encoder"), "lexical")
    kept = Path(control(dialog, QLineEdit, "Project folder").text())
    assert kept.parent == driver.session.projects_folder
    driver.until(lambda: any("on disk" in label.text() for label in dialog.findChildren(QLabel)))
    driver.qtbot.mouseClick(opening, Qt.MouseButton.LeftButton)
    driver.until(driver.complete)
    assert driver.state.project == kept
    assert driver.state.rows == 200
    assert driver.window.windowTitle().startswith("questions.csv")
    assert driver.map.isVisible()
    assert driver.saved[-1].recent == (str(kept),)
    ranking = driver.control(QTableView, "Ranking")
    assert ranking.model().rowCount() == 200
    assert "200 texts" in labels(driver)


def test_a_file_that_cannot_be_read_is_said_in_the_dialog(make_window_driver: MakeDriver, tmp_path: Path) -> None:
    junk = tmp_path / "junk.csv"
    junk.write_bytes(bytes(range(256)) * 40)
    driver = make_window_driver()
    driver.window.open_path(junk)
    dialog = driver.dialog()
    driver.until(lambda: any("binary data" in label.text() for label in dialog.findChildren(QLabel)))
    opening = next(button for button in dialog.findChildren(QPushButton) if button.text() == "&Open")
    assert not opening.isEnabled()
    dialog.reject()


def test_a_project_that_is_dropped_opens(make_window_driver: MakeDriver, project: Path) -> None:
    driver = make_window_driver()
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(project))])
    left, nothing = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    driver.window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, dropped, left, nothing))
    driver.until(driver.complete)
    assert driver.state.project == project


# --- where one is: everything follows -----------------------------------------------------------


def test_a_click_on_a_point_shows_its_text_and_neighbours(driver: Driver) -> None:
    positions = driver.state.results.positions
    assert positions is not None
    alone = int(np.argmax(np.abs(positions - np.median(positions, axis=0)).max(axis=1)))
    driver.click_point(alone)
    row = driver.state.current
    assert row is not None
    assert np.allclose(positions[row], positions[alone], atol=0.2)
    assert driver.state.corpus is not None
    assert text_shown(driver) == driver.state.corpus.text(row)
    assert f"#{row}" in labels(driver)
    driver.until(lambda: driver.state.explainer is not None)
    assert explain(driver.state, row) and explain(driver.state, row)[1:] in labels(driver)
    driver.until(lambda: bool(driver.state.neighbours.source))
    neighbours = driver.control(QTableView, "Neighbours")
    assert neighbours.model().rowCount() == 15
    assert "cosine distance in the original space" in labels(driver)
    nearest = int(driver.state.neighbours.rows[0])
    driver.click_row(neighbours, 0)
    assert driver.state.current == nearest
    documents = driver.control(QTableView, "Documents")
    assert documents.currentIndex().row() == nearest


def test_the_number_of_neighbours_and_the_metric_are_asked_anew(driver: Driver) -> None:
    driver.key(Qt.Key.Key_N)
    driver.control(QSpinBox, "Number of neighbours").setValue(4)
    neighbours = driver.control(QTableView, "Neighbours")
    driver.until(lambda: neighbours.model().rowCount() == 4)
    combos = [box for box in driver.window.findChildren(QComboBox) if box.accessibleName() == "Metric"]
    choose(combos[0], "euclidean")
    driver.until(lambda: driver.state.neighbours.metric == "euclidean" and bool(driver.state.neighbours.source))
    assert "euclidean distance" in labels(driver)


def test_the_documents_table_sorts_follows_and_selects(driver: Driver) -> None:
    documents = driver.control(QTableView, "Documents")
    score = next(c for c in range(9) if documents.model().headerData(c, Qt.Orientation.Horizontal) == "Score")
    documents.sortByColumn(score, Qt.SortOrder.DescendingOrder)
    assert driver.state.scores is not None
    strangest = int(np.nanargmax(driver.state.scores))
    driver.until(lambda: documents.model().row_at(documents.model().index(0, 0)) == strangest)
    driver.click_row(documents, 0)
    assert driver.state.current == strangest
    assert driver.state.selection.size == 0
    documents.selectionModel().clearSelection()
    documents.selectAll()
    assert driver.state.selection.size == 200
    driver.session.store.dispatch(op.select(rows=[3, 4, 5, 90]))
    shown = documents.selectionModel().selectedRows()
    assert len(shown) == 4
    driver.window.actions_by_name["filter_selection"].trigger()
    driver.until(lambda: documents.model().rowCount() == 4)
    assert driver.state.selection.tolist() == [3, 4, 5, 90]
    assert driver.state.current == strangest
    driver.window.actions_by_name["undo"].trigger()
    driver.until(lambda: documents.model().rowCount() == 200)


def test_a_box_on_the_map_selects_adds_and_removes(driver: Driver) -> None:
    driver.map.selection_dragged.emit(np.array([1, 2, 3]), "replace")
    driver.map.selection_dragged.emit(np.array([3, 9]), "add")
    driver.map.selection_dragged.emit(np.array([2]), "subtract")
    assert driver.state.selection.tolist() == [1, 3, 9]
    assert "3 selected" in labels(driver)
    driver.map.clicked.emit(9, Qt.KeyboardModifier.ControlModifier)
    assert driver.state.selection.tolist() == [1, 3]


def test_colours_come_from_scores_and_columns(driver: Driver) -> None:
    combo = driver.control(QComboBox, "Colour by")
    offered = [combo.itemData(place) for place in range(combo.count())]
    assert "intent" in offered
    assert "question" not in offered
    assert "ticket" not in offered
    choose(combo, "source")
    assert driver.state.colour_by == "source"

    def names() -> set[str]:
        return {button.accessibleName() for button in driver.window.findChildren(QAbstractButton)}

    driver.until(lambda: {"banking77, 196", "tatoeba, 4"} <= names())
    odd = driver.control(QAbstractButton, "tatoeba, 4")
    driver.qtbot.mouseClick(odd, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier)
    assert driver.state.selection.tolist() == [196, 197, 198, 199]


def test_the_text_before_comes_back(driver: Driver) -> None:
    for row in (5, 7, 9):
        driver.session.store.dispatch(op.set_current(row=row))
    driver.window.go_back()
    assert driver.state.current == 7
    driver.window.go_back()
    assert driver.state.current == 5
    driver.window.go_back()
    assert driver.state.current == 5


# --- what does not belong -----------------------------------------------------------------------


def test_keys_go_through_the_flagged_and_decide(driver: Driver) -> None:
    assert driver.state.ranks is not None
    driver.key(Qt.Key.Key_N)
    first = driver.state.current
    assert first is not None
    assert driver.state.ranks[first] == 1
    driver.key(Qt.Key.Key_C)
    assert dict(driver.state.overrides) == {first: True}
    driver.key(Qt.Key.Key_N)
    second = driver.state.current
    assert second is not None
    assert driver.state.ranks[second] == 2
    driver.key(Qt.Key.Key_F)
    assert driver.state.overrides[second] is False
    assert driver.state.flagged is not None
    assert not driver.state.flagged[second]
    driver.key(Qt.Key.Key_P)
    assert driver.state.current == first
    driver.key(Qt.Key.Key_U)
    assert first not in driver.state.overrides
    ranking = driver.control(QTableView, "Ranking")
    assert ranking.model().index(1, 3).data() == "dismissed"
    choose(driver.control(QComboBox, "Texts listed"), "by hand")
    assert ranking.model().rowCount() == 1


def test_the_threshold_is_dragged_and_everything_follows(driver: Driver) -> None:
    histogram = driver.window.findChildren(ScoreHistogram)[0]
    before = driver.state.flag_count
    cleared = int(np.flatnonzero(driver.state.ranks == 1)[0])
    driver.session.store.dispatch(op.override_flags(rows=[cleared], flag=False))
    assert driver.state.threshold is not None
    assert driver.state.scores is not None
    start = QPoint(round(histogram.x_of(driver.state.threshold.value)), histogram.height() // 2)
    wanted = float(np.nanmedian(driver.state.scores))
    end = QPoint(round(histogram.x_of(wanted)), histogram.height() // 2)
    driver.qtbot.mousePress(histogram, Qt.MouseButton.LeftButton, pos=start)
    driver.qtbot.mouseMove(histogram, end)
    driver.qtbot.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=end)
    driver.until(lambda: driver.state.threshold_by == "hand")
    driver.until(lambda: driver.state.flag_count > before + 20)
    assert not driver.state.flagged[cleared]  # type: ignore[index]
    assert f"{driver.state.flag_count} of 200 texts flagged" in labels(driver)
    share = driver.control(QDoubleSpinBox, "Share to flag")
    assert 40 < share.value() < 60
    share.setValue(10.0)
    assert driver.state.plan.flag_share == pytest.approx(0.1)
    driver.qtbot.mouseClick(driver.control(QPushButton, "Use the rule's threshold"), Qt.MouseButton.LeftButton)
    assert driver.state.threshold_by == "rule"
    assert not driver.state.flagged[cleared]  # type: ignore[index]


def test_another_detector_ranks_anew(driver: Driver) -> None:
    choose(driver.control(QComboBox, "Detector"), "lof")
    assert driver.state.detector == "lof"
    ranking = driver.control(QTableView, "Ranking")
    assert driver.state.ranks is not None
    driver.click_row(ranking, 0)
    assert driver.state.current is not None
    assert driver.state.ranks[driver.state.current] == 1
    assert "(lof)" in labels(driver)


def test_other_parameters_are_computed(driver: Driver) -> None:
    change = driver.control(QPushButton, "Change the parameters")
    driver.qtbot.mouseClick(change, Qt.MouseButton.LeftButton)
    dialog = driver.window.findChildren(PlanDialog)[0]
    control(dialog, QSpinBox, "Neighbours").setValue(5)
    for name in ("knn", "lof"):
        control(dialog, QCheckBox, f"Detector {name}").setChecked(False)
    compute = next(button for button in dialog.findChildren(QPushButton) if button.text() == "&Compute")
    assert not compute.isEnabled()
    control(dialog, QCheckBox, "Detector knn").setChecked(True)
    dialog.accept()
    assert driver.state.job is not None
    driver.until(driver.complete)
    assert driver.state.plan.k == 5
    assert driver.state.plan.detectors == ("knn",)
    assert "5 neighbours, cosine distance" in labels(driver)


# --- the end of the job ---------------------------------------------------------------------------


def test_the_report_is_written(driver: Driver, tmp_path: Path) -> None:
    out = tmp_path / "out" / "report"
    out.parent.mkdir()
    driver.window.findChildren(ReportPanel)[0].export_to(out)
    driver.until(lambda: any(message.level == "info" for message in driver.state.messages))
    with out.with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 200
    assert sum(row["flagged"] == "true" for row in rows) == driver.state.flag_count
    assert driver.control(QPushButton, "Open the folder of the report").isEnabled()


def test_a_panel_that_cannot_draw_takes_no_other_with_it(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("cannot draw")

    monkeypatch.setattr(driver.window.findChildren(AnomaliesPanel)[0], "show_state", broken)
    for row in (3, 4, 5):
        driver.session.store.dispatch(op.set_current(row=row))
    assert driver.state.corpus is not None
    assert driver.control(QPlainTextEdit, "Text").toPlainText() == driver.state.corpus.text(5)
    said = [message for message in driver.state.messages if "ZeroDivisionError" in message.what]
    assert len(said) == 1 and "Your work is saved" in said[0].hint
