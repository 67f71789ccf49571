"""The quality panel in the real window: checks, duplicates, leakage and doubtful labels, with mouse and keys."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QTableView,
    QTreeWidget,
    QTreeWidgetItem,
)
from window_driver import Driver, choose, control

from explorer.app.headless import run_corpus
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from explorer.gui.exporting import CorrectedDialog
from explorer.gui.panels.quality_panel import QualityPanel
from explorer.gui.parts import ShareBox
from tests.conftest import sample_rows

INTENTS, EACH = 6, 30
FLIPPED = (5, 40, 75, 110)
COPIES = (20, 50, 80)
LEFT = Qt.MouseButton.LeftButton


def spoilt_rows() -> list[dict[str, str]]:
    """180 questions about six things: four have another's label, three are row 0 again, one holds an address."""
    by_intent: dict[str, list[str]] = {}
    for row in sample_rows(3_000):
        by_intent.setdefault(row["intent"], []).append(row["question"])
    large = [(name, texts) for name, texts in by_intent.items() if name and len(texts) >= EACH]
    chosen = list(islice(large, INTENTS))
    assert len(chosen) == INTENTS
    rows = [
        {"question": texts[place], "intent": name, "split": "test" if place % 3 == 0 else "train"}
        for place in range(EACH)
        for name, texts in chosen
    ]
    for row in FLIPPED:
        rows[row]["intent"] = chosen[(row + 3) % INTENTS][0]
    for row in COPIES:
        rows[row] = {**rows[0], "split": "train"}
    rows[7]["question"] += " Write to jane@example.org"
    rows[9]["intent"] = ""
    return rows


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quality")
    rows = spoilt_rows()
    with (folder / "questions.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    plan = Plan(encoder="lexical", detectors=("knn",), layout="pca")
    return run_corpus(folder / "questions.csv", folder, Roles(("question",), label="intent"), plan).project


@pytest.fixture
def driver(make_window_driver: Callable[..., Driver], spoilt: Path, tmp_path: Path) -> Iterator[Driver]:
    made = make_window_driver()
    made.open_project(Path(shutil.copytree(spoilt, tmp_path / "questions.textmap")))
    made.window.panels.show("Quality")
    made.until(lambda: control(made.window, QTreeWidget, "Checks").topLevelItemCount() > 5)
    yield made


def checks(driver: Driver) -> QTreeWidget:
    return driver.control(QTreeWidget, "Checks")


def item_called(tree: QTreeWidget, title: str) -> QTreeWidgetItem:
    found = [tree.topLevelItem(place) for place in range(tree.topLevelItemCount())]
    return next(item for item in found if item.text(2) == title)


def click_check(driver: Driver, title: str) -> None:
    tree = checks(driver)
    where = tree.visualItemRect(item_called(tree, title)).center()
    driver.qtbot.mouseClick(tree.viewport(), LEFT, pos=where)


def said(driver: Driver) -> str:
    """Everything that the panel says in sentences."""
    panel = driver.window.findChildren(QualityPanel)[0]
    return " | ".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def listed(table: QTableView) -> list[list[str]]:
    model = table.model()
    return [
        [str(model.index(row, place).data()) for place in range(model.columnCount())] for row in range(model.rowCount())
    ]


def press(driver: Driver, name: str) -> None:
    driver.qtbot.mouseClick(driver.control(QPushButton, name), LEFT)


def test_one_click_selects_the_texts_that_fail_a_check(driver: Driver) -> None:
    tree = checks(driver)
    email = item_called(tree, "E-mail addresses")
    assert (email.text(0), email.text(1)) == ("1", "Medium")
    click_check(driver, "E-mail addresses")
    assert driver.state.selection.tolist() == [7]
    table = driver.control(QTableView, "Texts that fail the check")
    assert len(listed(table)) == 1 and "jane@example.org" in listed(table)[0][1]
    driver.click_row(table, 0)
    assert driver.state.current == 7
    click_check(driver, "Identical texts")
    assert driver.state.selection.tolist() == [0, *COPIES]
    assert item_called(tree, "Payment card numbers").isDisabled()


def test_one_of_each_group_is_kept_and_undo_brings_the_rest_back(driver: Driver) -> None:
    click_check(driver, "Identical texts")
    driver.control(QCheckBox, "Identical texts only").setChecked(True)
    table = driver.control(QTableView, "Duplicate groups")
    remove = driver.control(QPushButton, "Move the others to the trash")
    driver.until(lambda: len(listed(table)) == 4 and remove.isEnabled())
    assert [cells[1] for cells in listed(table)] == ["stays", *["to the trash"] * 3]
    assert [int(cells[4]) for cells in listed(table)] == [0, *COPIES]
    assert "1 group: one text of each stays, 3 would go" in said(driver)
    press(driver, "Move the others to the trash")
    assert driver.state.trashed.nonzero()[0].tolist() == list(COPIES)
    driver.until(lambda: "one text of each group is left" in said(driver))
    assert listed(table) == [] and not remove.isEnabled()
    driver.window.actions_by_name["undo"].trigger()
    assert driver.state.trash_count == 0
    driver.until(lambda: len(listed(table)) == 4)


def test_a_wider_threshold_finds_more_and_another_policy_keeps_another_text(driver: Driver) -> None:
    click_check(driver, "Near-duplicates")
    table, policy = driver.control(QTableView, "Duplicate groups"), driver.control(QComboBox, "Which text stays")
    narrow = driver.state.results.duplicates
    assert narrow is not None
    driver.until(lambda: len(listed(table)) == narrow.rows.size)
    driver.control(ShareBox, "Near-duplicate threshold").setValue(80.0)
    assert driver.state.plan.duplicate_share == 0.8
    driver.until(driver.complete)
    wide = driver.state.results.duplicates
    assert wide is not None and wide.rows.size > narrow.rows.size
    driver.until(lambda: len(listed(table)) == wide.rows.size)

    def keeps_the_longest() -> bool:
        corpus, groups = driver.state.corpus, {}
        assert corpus is not None
        for group, fate, _, _, row in listed(table):
            groups.setdefault(group, []).append((len(corpus.text(int(row))), fate == "stays"))
        return all(max(group)[0] == next(length for length, stays in group if stays) for group in groups.values())

    assert not keeps_the_longest()
    choose(policy, "longest")
    driver.until(keeps_the_longest)


def test_what_leaks_across_a_split_is_counted_and_selected(driver: Driver) -> None:
    click_check(driver, "Identical texts")
    split = driver.control(QComboBox, "Split column")
    driver.until(split.isEnabled)
    assert [split.itemText(place) for place in range(split.count())] == ["None", "split", "intent"]
    choose(split, "split")
    driver.until(lambda: "across it:" in said(driver))
    press(driver, "Select the leaking texts")
    assert {0, *COPIES} <= set(driver.state.selection.tolist())


def test_labels_are_accepted_and_rejected_by_key_and_written_out(driver: Driver, tmp_path: Path, spoilt: Path) -> None:
    click_check(driver, "Labels that are probably wrong")
    table = driver.control(QTableView, "Doubtful labels")
    found = driver.state.results.labels
    assert found is not None and len(listed(table)) == found.flagged.size >= 3
    assert set(FLIPPED) & set(found.flagged.tolist())
    first, second = found.flagged[:2].tolist()
    driver.click_row(table, 0, 0)
    assert driver.state.current == first and not driver.state.selected.size, "one text, not all that were selected"
    given, suggested = listed(table)[0][:2]
    assert given and suggested and given != suggested and listed(table)[0][5], "with the neighbours' labels"
    driver.key(Qt.Key.Key_A)
    assert dict(driver.state.corrections) == {first: suggested} and listed(table)[0][2] == f"now {suggested}"
    assert driver.state.current == second, "the next one that is open"
    driver.key(Qt.Key.Key_R)
    assert driver.state.corrections[second] == found.names[found.given[second]]
    assert listed(table)[1][2] == "right as it is" and "2 decided" in said(driver)
    driver.window.actions_by_name["undo"].trigger()
    assert dict(driver.state.corrections) == {first: suggested}
    out = tmp_path / "clean.csv"
    driver.save_as(out)
    driver.window.actions_by_name["export_corrected"].trigger()
    dialog = driver.window.findChildren(CorrectedDialog)[0]
    assert "1 label in intent is corrected." in [label.text() for label in dialog.findChildren(QLabel)]
    dialog.accept()
    driver.until(out.exists)
    with out.open(encoding="utf-8", newline="") as lines:
        written = list(csv.DictReader(lines, delimiter=";"))
    with (spoilt.parent / "questions.csv").open(encoding="utf-8", newline="") as lines:
        expected = list(csv.DictReader(lines, delimiter=";"))
    expected[first]["intent"] = suggested
    assert written == expected


def test_what_was_computed_without_checks_is_checked_at_a_click(
    make_window_driver: Callable[..., Driver], tmp_path: Path
) -> None:
    lines = tmp_path / "questions.txt"
    lines.write_text("\n".join(row["question"] for row in spoilt_rows()), encoding="utf-8")
    plan = Plan(encoder="lexical", detectors=("knn",), map=False, quality=False)
    project = run_corpus(lines, tmp_path, Roles(("text",)), plan).project
    driver = make_window_driver()
    driver.open_project(project)
    driver.window.panels.show("Quality")
    panel = driver.window.findChildren(QualityPanel)[0]
    now = next(button for button in panel.findChildren(QPushButton) if button.text() == "Check now")
    assert now.isVisible() and not checks(driver).isVisible()
    driver.qtbot.mouseClick(now, LEFT)
    driver.until(lambda: driver.complete() and checks(driver).topLevelItemCount() > 5)
    named = [checks(driver).topLevelItem(place).text(2) for place in range(checks(driver).topLevelItemCount())]
    assert "Identical texts" in named and not [title for title in named if "label" in title]
