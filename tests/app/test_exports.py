"""Rows and pages out of a project, by function and by the command line."""

from __future__ import annotations

import importlib.resources
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from explorer.app.by_hand import ByHand, save_by_hand
from explorer.app.exports import export_html, export_project_rows
from explorer.app.headless import run_corpus
from explorer.app.project_folder import ProjectFolder
from explorer.cli import main
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from explorer.core.report.html_report import Picture
from explorer.core.report.marks import Marks
from explorer.core.report.table import Report
from explorer.errors import OptionError, ProjectError

PLAN = Plan(encoder="lexical", detectors=("knn",), flag_share=0.03)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 bank questions, six flagged, five labelled "spam", one of these in the trash."""
    folder = tmp_path_factory.mktemp("project")
    sample = importlib.resources.files("explorer.resources") / "samples" / "bank_questions.csv"
    lines = sample.read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "q.csv").write_text("".join(lines[:201]), encoding="utf-8")
    run_corpus(folder / "q.csv", folder / "out", Roles(("question",), id="ticket"), PLAN)
    bits, trash = np.zeros(200, np.uint64), np.zeros(200, np.bool_)
    bits[10:15] = 1
    trash[12] = True
    with ProjectFolder.open(folder / "out/project.textmap") as opened:
        save_by_hand(opened, ByHand({}, Marks(("spam", "never used"), bits, {10: "a note"}, trash)))
    return folder / "out/project.textmap"


def test_flagged_labelled_and_all_rows(project: Path, tmp_path: Path) -> None:
    assert export_project_rows(project, tmp_path / "f.jsonl", "flagged").rows == 6
    flagged = [json.loads(line) for line in (tmp_path / "f.jsonl").read_text(encoding="utf-8").splitlines()]
    assert all(row["flagged"] for row in flagged)
    assert export_project_rows(project, tmp_path / "s.parquet", "label:spam").rows == 5
    spam = pq.read_table(tmp_path / "s.parquet")
    assert spam["row"].to_pylist() == [10, 11, 12, 13, 14] and spam["trashed"].to_pylist().count(True) == 1
    assert export_project_rows(project, tmp_path / "n.csv", "label:never used").rows == 0
    assert export_project_rows(project, tmp_path / "a.parquet", "all").rows == 200


def test_wishes_that_nothing_fits_are_told_what_there_is(project: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="spam, never used"):
        export_project_rows(project, tmp_path / "x.csv", "label:ham")
    with pytest.raises(OptionError, match="flagged, all or label:NAME"):
        export_project_rows(project, tmp_path / "x.csv", "strange")
    with pytest.raises(ProjectError, match="not a project"):
        export_project_rows(tmp_path, tmp_path / "x.csv", "all")
    assert list(tmp_path.iterdir()) == []


def test_a_page_with_and_without_a_picture(project: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    def draw(report: Report, layout: str) -> list[Picture]:
        asked.append(f"{report.corpus.rows} {layout}")
        return [Picture("The map", b"\x89PNG", "a map")]

    done = export_html(project, tmp_path / "r.html", draw)
    assert asked == ["200 Neighbour map"] and done.rows == 200 and done.remarks == ()
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert 'alt="a map"' in page and "a note" in page and "nearest neighbours are among its nearest on the map" in page
    done = export_html(project, tmp_path / "w.html", no_picture="Nothing here can paint.")
    assert done.remarks == ("Nothing here can paint.",)
    assert "Nothing here can paint." in (tmp_path / "w.html").read_text(encoding="utf-8")


def test_the_command_line_writes_by_ending(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*words: str) -> dict[str, object]:
        assert main(["export", str(project), *words, "--json", "--quiet"]) == 0
        return dict(json.loads(capsys.readouterr().out))

    assert said("--out", str(tmp_path / "s.jsonl"), "--rows", "label:spam")["rows"] == 5
    assert said("--out", str(tmp_path / "F.CSV"), "--rows", "flagged")["rows"] == 6
    assert not (tmp_path / "F.manifest.json").exists(), "a manifest is about the whole report"
    assert said("--out", str(tmp_path / "r.csv"), "--rows", "all")["manifest"] == str(tmp_path / "r.manifest.json")
    assert main(["export", str(project), "--out", str(tmp_path / "p.parquet"), "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("200 texts: ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--out", "r.xlsx"], ".csv, .jsonl, .parquet or .html"),
        (["--out", "r"], ".csv, .jsonl, .parquet or .html"),
        (["--out", "r.html", "--rows", "flagged"], "whole corpus"),
        (["--out", "r.csv", "--rows", "label:ham"], "no label 'ham'"),
        (["--out", "r.jsonl", "--rows", "some"], "label:NAME"),
    ],
)
def test_the_command_line_refuses_in_one_line(
    words: list[str], told: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(project), *words, "--quiet"]) == 2
    out, err = capsys.readouterr()
    assert told in err and err.count("\n") == 1 and out == ""


def test_a_page_from_the_command_line_shows_the_map_without_a_display(project: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "explorer", "export", str(project), "--out", str(tmp_path / "r.html")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert 'src="data:image/png;base64,' in page and "Coloured by Anomaly score (knn)" in page


def test_a_page_says_why_it_has_no_picture(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "explorer.gui.map.shots", None)
    assert main(["export", str(project), "--out", str(tmp_path / "r.html")]) == 0
    assert "There is no picture of the map" in capsys.readouterr().err
    assert "There is no picture of the map" in (tmp_path / "r.html").read_text(encoding="utf-8")
