"""Novelty: learning from normal texts, in the corpus itself or in another project, without embedding twice."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.app.by_hand import ByHand, save_by_hand
from explorer.app.headless import rerun, run_corpus
from explorer.app.normal import reference_to
from explorer.app.project_folder import ProjectFolder
from explorer.cli import main
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from explorer.errors import OptionError, ProjectError
from tests.conftest import sample_rows
from tests.tiny_encoder import tiny_model_folder

QUESTIONS = Roles(("question",), id="ticket", label="source")
LABELLED = Plan(encoder="lexical", detectors=("knn", "lof", "ecod"), normal="label:banking77", map=False)


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def manifest(out: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_model_folder(tmp_path_factory.mktemp("models") / "tiny"))


def test_texts_with_a_label_are_what_is_learnt_from(small_csv: Path, tmp_path: Path) -> None:
    outcome = run_corpus(small_csv, tmp_path / "out", QUESTIONS, LABELLED)
    assert "Novelty: every text is compared with 196 texts labelled banking77." in outcome.remarks
    assert manifest(tmp_path / "out")["mode"] == "novelty"
    rows = table(tmp_path / "out/report.csv")
    flagged = [row for row in rows if row["flagged"] == "true"]
    assert all("normal text" in row["reason"] for row in flagged if row["score_knn"])
    again = rerun(tmp_path / "out/manifest.json", tmp_path / "again")
    assert again.identical is True


def test_a_label_that_nobody_has_is_said_with_those_there_are(small_csv: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"No text is labelled 'ham'.*banking77"):
        run_corpus(small_csv, tmp_path / "out", QUESTIONS, replace(LABELLED, normal="label:ham"))


def test_what_was_cleared_by_hand_is_fine_and_the_trash_is_not(small_csv: Path, tmp_path: Path) -> None:
    plan = replace(LABELLED, normal=None)
    run_corpus(small_csv, tmp_path / "out", QUESTIONS, plan)
    with pytest.raises(OptionError, match="No text counts as normal"):
        run_corpus(small_csv, tmp_path / "out", QUESTIONS, replace(plan, normal="fine"))
    trash = np.zeros(200, bool)
    trash[3] = True
    with ProjectFolder.open(tmp_path / "out/project.textmap") as project:
        made = ByHand(dict.fromkeys(range(60), False) | {70: True})
        save_by_hand(project, replace(made, marks=replace(made.marks, trash=trash)))
    outcome = run_corpus(small_csv, tmp_path / "out", QUESTIONS, replace(plan, normal="fine"))
    assert "Novelty: every text is compared with 59 texts named as normal." in outcome.remarks
    assert manifest(tmp_path / "out")["parameters"]["normal"] == "rows:0-2,4-59"  # type: ignore[index]


def test_next_weeks_texts_against_last_months_project(model: str, tmp_path: Path) -> None:
    old, new = sample_rows(150)[:120], sample_rows(150)[120:]
    plan = Plan(encoder=model, detectors=("knn", "lof", "hbos", "lunar"), options=("lunar:epochs=5",), map=False)
    run_corpus(write(tmp_path / "old.csv", old), tmp_path / "old", QUESTIONS, plan)
    reference = reference_to(tmp_path / "old/project.textmap")
    outcome = run_corpus(
        write(tmp_path / "new.csv", new), tmp_path / "new", QUESTIONS, replace(plan, reference=reference)
    )
    assert f"Novelty: every text is compared with {len(old)} texts of project.textmap." in outcome.remarks
    kept = {stage["stage"]: stage["facts"] for stage in manifest(tmp_path / "new")["stages"]}  # type: ignore[attr-defined]
    assert kept["vectors"]["computed"] <= len(new)
    assert all(row["score_lunar"] for row in table(tmp_path / "new/report.csv"))
    again = rerun(tmp_path / "new/manifest.json", tmp_path / "again")
    assert again.identical is True


def test_a_reference_with_another_encoder_or_without_vectors_is_refused(
    model: str, small_csv: Path, tmp_path: Path
) -> None:
    lexical = Plan(encoder="lexical", map=False)
    run_corpus(small_csv, tmp_path / "old", QUESTIONS, lexical)
    reference = reference_to(tmp_path / "old/project.textmap")
    with pytest.raises(ProjectError, match=r"embedded with lexical.*cannot be compared"):
        run_corpus(small_csv, tmp_path / "new", QUESTIONS, Plan(encoder=model, reference=reference, map=False))
    gone = replace(reference, path=str(tmp_path / "nowhere.textmap"))
    with pytest.raises(ProjectError, match="has no vectors"):
        run_corpus(small_csv, tmp_path / "new", QUESTIONS, Plan(encoder=model, reference=gone, map=False))


def test_flagged_and_thrown_away_texts_of_the_reference_teach_nothing(small_csv: Path, tmp_path: Path) -> None:
    run_corpus(small_csv, tmp_path / "old", QUESTIONS, Plan(encoder="lexical", map=False))
    with ProjectFolder.open(tmp_path / "old/project.textmap") as project:
        save_by_hand(project, ByHand({5: True, 6: False, 7: True}))
    assert reference_to(tmp_path / "old/project.textmap").without == "5,7"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--mode", "novelty"], "Novelty needs to know what is normal"),
        (["--mode", "unsupervised", "--normal", "fine"], "learns from no normal texts"),
        (["--normal", "those"], "Nothing says which rows 'those' are"),
        (["--normal", "fine"], "No text counts as normal"),
        (["--normal", "rows:0-900"], "names no rows of this corpus"),
        (["--detector", "consensus", "knn"], "needs at least two other detectors"),
        (["--detector", "knn:neighbours=4"], "has no parameter 'neighbours'"),
        (["--detector", "knn:k=many"], "cannot be 'many'. Use a whole number"),
    ],
)
def test_words_that_cannot_work(
    words: list[str], said: str, small_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["run", str(small_csv), "--out", str(tmp_path / "out"), "--encoder", "lexical", "--no-map", "--quiet"]
    assert main([*options, *words]) == 2
    assert said in capsys.readouterr().err
