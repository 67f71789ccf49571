"""The whole job without a window, on real texts with the lexical encoder."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.app.adding import add_to_project
from explorer.app.by_hand import ByHand, read_by_hand, save_by_hand
from explorer.app.headless import export, neighbours, rerun, run_corpus
from explorer.app.project_folder import ProjectFolder
from explorer.core.corpus.corpus import Roles
from explorer.core.pipeline import run
from explorer.core.plan import Plan
from explorer.core.progress import Cancelled, Progress, Report
from explorer.core.report.marks import Marks
from explorer.errors import ExplorerError, ManifestError, OptionError, ProjectError

LEXICAL = Plan(encoder="lexical", detectors=("knn", "lof", "iforest"))
QUESTIONS = Roles(("question",), id="ticket", label="intent")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def done(small_csv: Path, tmp_path: Path) -> Path:
    run_corpus(small_csv, tmp_path / "out", QUESTIONS, LEXICAL)
    return tmp_path / "out"


def test_report_has_the_columns_and_order_that_others_rely_on(done: Path) -> None:
    text = (done / "report.csv").read_bytes()
    assert not text.startswith(b"\xef\xbb\xbf")
    header = text.split(b"\r\n")[0].decode().split(",")
    assert header == [
        "row", "id", "text", "ticket", "question", "intent", "source", "x", "y", "anomaly_score", "anomaly_rank",
        "flagged", "override", "triage", "labels", "note", "trashed", "reason", "outlier_kind", "alike_group",
        "score_knn", "score_lof", "score_iforest",
        "neighbor_rows", "neighbor_distances", "duplicate_of",
        "duplicate_group", "suggested_label", "label_quality", "corrected_label", "checks",
    ]  # fmt: skip
    rows = table(done / "report.csv")
    assert [row["row"] for row in rows] == [str(i) for i in range(200)]
    assert all(row["id"] == row["ticket"] and row["text"] == row["question"] for row in rows)


def test_scores_ranks_flags_and_neighbours_agree_with_each_other(done: Path) -> None:
    rows = table(done / "report.csv")
    scored = [row for row in rows if row["anomaly_score"]]
    by_rank = sorted(scored, key=lambda row: int(row["anomaly_rank"]))
    scores = [float(row["anomaly_score"]) for row in by_rank]
    assert scores == sorted(scores, reverse=True)
    assert [row["anomaly_score"] for row in rows] == [row["score_knn"] for row in rows]
    flags = [row["flagged"] for row in by_rank]
    assert flags == sorted(flags, reverse=True) and set(flags) <= {"true", "false"}
    assert all(bool(row["reason"]) == (row["flagged"] == "true") for row in scored)
    for row in scored:
        near = row["neighbor_rows"].split()
        distances = [float(d) for d in row["neighbor_distances"].split()]
        assert row["row"] not in near and len(near) == len(distances) <= 15
        assert distances == sorted(distances)


def test_a_second_run_reuses_every_stage_and_gives_the_same_bytes(done: Path, small_csv: Path) -> None:
    before = (done / "report.csv").read_bytes()
    outcome = run_corpus(small_csv, done, QUESTIONS, LEXICAL)
    assert (done / "report.csv").read_bytes() == before
    assert set(outcome.reused) == set(outcome.seconds)


def test_another_k_recomputes_only_what_depends_on_k(done: Path, small_csv: Path) -> None:
    outcome = run_corpus(small_csv, done, QUESTIONS, replace(LEXICAL, k=20))
    assert {"vectors", "pca", "index"} <= set(outcome.reused)
    assert not {"graph", "scores.knn"} & set(outcome.reused)


def test_a_run_stopped_anywhere_goes_on_to_the_same_bytes(done: Path, small_csv: Path, tmp_path: Path) -> None:
    undisturbed = (done / "report.csv").read_bytes()
    for number in range(1, 60, 7):
        reports: list[Report] = []

        def stop(reports: list[Report] = reports, number: int = number) -> bool:
            return len(reports) >= number

        try:
            run_corpus(small_csv, tmp_path / "stopped", QUESTIONS, LEXICAL, progress=Progress(reports.append, stop))
        except Cancelled:
            continue
    run_corpus(small_csv, tmp_path / "stopped", QUESTIONS, LEXICAL)
    assert (tmp_path / "stopped/report.csv").read_bytes() == undisturbed


def test_manifest_says_what_was_done_and_reruns_to_the_same_bytes(done: Path, tmp_path: Path) -> None:
    manifest = json.loads((done / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["loaded"] == 200
    assert manifest["encoder"]["name"] == "lexical" and manifest["seed"] == 0
    assert manifest["threshold"]["rule"] and len(manifest["corpus"]["digest"]) == 64
    assert {stage["stage"] for stage in manifest["stages"]} >= {"vectors", "graph", "layout", "scores.knn", "index"}
    assert all(stage["seconds"] >= 0 and stage["peak_mb"] >= 0 for stage in manifest["stages"])
    outcome = rerun(done / "manifest.json", tmp_path / "again")
    assert outcome.identical is True
    assert (tmp_path / "again/report.csv").read_bytes() == (done / "report.csv").read_bytes()


def test_rerun_refuses_a_corpus_that_has_changed(done: Path, small_csv: Path, tmp_path: Path) -> None:
    small_csv.write_text(small_csv.read_text(encoding="utf-8") + "Q9,one more,x,y\r\n", encoding="utf-8")
    with pytest.raises(ManifestError, match="content differs"):
        rerun(done / "manifest.json", tmp_path / "again")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 99}', "[" * 5000, '{"corpus": 3}'])
def test_a_manifest_that_is_none_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(content)
    with pytest.raises(ManifestError):
        rerun(tmp_path / "m.json", tmp_path / "again")


def test_overrides_reach_the_export_and_survive_scoring_again(done: Path, small_csv: Path, tmp_path: Path) -> None:
    with ProjectFolder.open(done / "project.textmap") as project:
        save_by_hand(project, ByHand({3: True, 4: False}))
    run_corpus(small_csv, done, QUESTIONS, replace(LEXICAL, k=10))
    export(done / "project.textmap", tmp_path / "export.csv")
    rows = table(tmp_path / "export.csv")
    assert (rows[3]["flagged"], rows[3]["override"]) == ("true", "flag")
    assert (rows[4]["flagged"], rows[4]["override"]) == ("false", "clear")
    assert rows[3]["reason"].startswith("flagged by hand")
    assert rerun(tmp_path / "export.manifest.json", tmp_path / "again").identical is True


def marked(project_path: Path) -> ByHand:
    """Decisions, labels, notes and trash of all kinds, saved in the project."""
    bits, trash = np.zeros(200, np.uint64), np.zeros(200, np.bool_)
    bits[3:9], bits[8] = 1, 3
    trash[7] = True
    made = ByHand({3: True}, Marks(("spam", "odd; really"), bits, {3: "=see\nhere", 9: "ünïcødé"}, trash, {4: "age"}))
    with ProjectFolder.open(project_path) as project:
        save_by_hand(project, made)
    return made


def test_labels_notes_and_trash_reach_the_export_and_rerun_to_the_same_bytes(done: Path, tmp_path: Path) -> None:
    made = marked(done / "project.textmap")
    outcome = export(done / "project.textmap", tmp_path / "export.csv")
    rows = table(tmp_path / "export.csv")
    assert (rows[8]["labels"], rows[3]["note"], rows[7]["trashed"]) == ("spam; odd; really", "'=see\nhere", "true")
    assert [row["corrected_label"] for row in rows[3:6]] == ["", "age", ""]
    assert len(rows) == 200 and outcome.counts["trashed"] == 1 and any("trash" in said for said in outcome.remarks)
    manifest = json.loads((tmp_path / "export.manifest.json").read_text(encoding="utf-8"))
    assert manifest["format"] == 3 and manifest["trash"]["rows"] == "7"
    assert manifest["labels"]["definitions"] == ["spam", "odd; really"]
    assert manifest["labels"]["assignments"][0]["rows"] == "3-8"
    assert rerun(tmp_path / "export.manifest.json", tmp_path / "again").identical is True
    with ProjectFolder.open(tmp_path / "again/project.textmap") as project:
        assert read_by_hand(project, 200)[1].same_as(made)
    assert rerun(tmp_path / "export.manifest.json", tmp_path / "again").identical is True, "into its own folder"
    with pytest.raises(ProjectError, match="other decisions"):
        rerun(done / "manifest.json", tmp_path / "again")


def test_a_manifest_of_format_1_still_runs(done: Path, tmp_path: Path) -> None:
    manifest = json.loads((done / "manifest.json").read_text(encoding="utf-8"))
    del manifest["notes"], manifest["trash"]
    (tmp_path / "old.json").write_text(json.dumps({**manifest, "format": 1, "labels": []}), encoding="utf-8")
    assert rerun(tmp_path / "old.json", tmp_path / "again").identical is True


def test_marks_on_rows_that_do_not_exist_are_refused(done: Path, tmp_path: Path) -> None:
    manifest = json.loads((done / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "m.json").write_text(json.dumps({**manifest, "trash": {"rows": "0-200"}}), encoding="utf-8")
    with pytest.raises(ManifestError, match="no row 200"):
        rerun(tmp_path / "m.json", tmp_path / "again")


def test_a_project_with_decisions_is_not_given_to_another_corpus(done: Path, tmp_path: Path) -> None:
    with ProjectFolder.open(done / "project.textmap") as project:
        save_by_hand(project, ByHand({3: True}))
    other = tmp_path / "other.txt"
    other.write_text("one text here\nand another text\n")
    with pytest.raises(ProjectError, match="decisions made by hand"):
        run_corpus(other, done, Roles(()), LEXICAL)
    with ProjectFolder.open(done / "project.textmap") as project:
        assert project.corpus().rows == 200 and read_by_hand(project, 200)[1].overrides == {3: True}


def test_flag_share_flags_that_share(small_csv: Path, tmp_path: Path) -> None:
    outcome = run_corpus(small_csv, tmp_path / "out", QUESTIONS, replace(LEXICAL, flag_share=0.05))
    assert outcome.counts["flagged"] == 10


def test_no_map_leaves_positions_empty(small_csv: Path, tmp_path: Path) -> None:
    run_corpus(small_csv, tmp_path / "out", QUESTIONS, replace(LEXICAL, map=False))
    assert {(row["x"], row["y"]) for row in table(tmp_path / "out/report.csv")} == {("", "")}


def test_neighbours_of_a_row_and_of_a_text(done: Path) -> None:
    project = done / "project.textmap"
    near_row = neighbours(project, row=0, k=5)
    rows = table(done / "report.csv")
    assert [str(n["row"]) for n in near_row.found] == rows[0]["neighbor_rows"].split()[:5]
    near_text = neighbours(project, query="my card payment was declined", k=5)
    assert "card" in " ".join(n["text"] for n in near_text.found).lower()
    assert near_text.source == "exact"
    with pytest.raises(OptionError, match="no row 200"):
        neighbours(project, row=200)


def test_precomputed_vectors_replace_the_encoder(small_csv: Path, tmp_path: Path) -> None:
    vectors = np.random.default_rng(1).normal(size=(200, 12)).astype(np.float32)
    np.save(tmp_path / "v.npy", vectors)
    plan = replace(LEXICAL, vectors=str(tmp_path / "v.npy"), metric="euclidean")
    run_corpus(small_csv, tmp_path / "out", QUESTIONS, plan)
    row = table(tmp_path / "out/report.csv")[7]
    distances = np.linalg.norm(vectors - vectors[7], axis=1)
    expected = np.argsort(distances)[1:16]
    assert row["neighbor_rows"].split() == [str(i) for i in expected]
    with pytest.raises(OptionError, match="precomputed"):
        neighbours(tmp_path / "out/project.textmap", query="a text")


def test_tiny_and_degenerate_corpora_are_answered_with_what_there_is(tmp_path: Path) -> None:
    cases = {
        "one": ["only text here"],
        "same": ["the same text"] * 30,
        "few": ["a cat sat", "a dog sat", "a bird flew"],
    }
    for name, texts in cases.items():
        path = tmp_path / f"{name}.txt"
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        outcome = run_corpus(path, tmp_path / name, Roles(()), LEXICAL)
        rows = table(outcome.report)
        assert len(rows) == len(texts)
        assert outcome.remarks
        assert all(row["anomaly_score"] for row in rows)
    same = table(tmp_path / "same/report.csv")
    assert {row["flagged"] for row in same} == {"false"}
    assert [row["duplicate_of"] for row in same] == ["", *["0"] * 29]


def test_empty_texts_keep_their_row_without_a_score(tmp_path: Path) -> None:
    path = tmp_path / "mail.csv"
    path.write_text('id,body\n1,hello there friend\n2,\n3,"  "\n4,hello my old friend\n', encoding="utf-8")
    outcome = run_corpus(path, tmp_path / "out", Roles(("body",), id="id"), LEXICAL)
    rows = table(outcome.report)
    assert [row["id"] for row in rows] == ["1", "2", "3", "4"]
    for empty in (rows[1], rows[2]):
        assert (empty["anomaly_score"], empty["anomaly_rank"], empty["flagged"]) == ("", "", "false")
        assert (empty["x"], empty["neighbor_rows"]) == ("", "")
        assert "not scored" in empty["reason"]
    assert not any(row["neighbor_rows"].split().count(n) for row in rows for n in ("1", "2"))
    assert any("empty" in remark for remark in outcome.remarks)


def test_output_that_cannot_be_written_is_a_clear_error(small_csv: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(ExplorerError, match="Cannot write"):
        run_corpus(small_csv, blocked, QUESTIONS, LEXICAL)
    with pytest.raises(ExplorerError, match="Cannot write"):
        run_corpus(small_csv, Path("/proc/none"), QUESTIONS, LEXICAL)


def test_rerun_never_replaces_decisions_made_since(done: Path) -> None:
    with ProjectFolder.open(done / "project.textmap") as project:
        save_by_hand(project, ByHand({3: True}))
    with pytest.raises(ProjectError, match="other decisions"):
        rerun(done / "manifest.json", done)
    with ProjectFolder.open(done / "project.textmap") as project:
        assert read_by_hand(project, 200)[1].overrides == {3: True}


def test_a_report_lists_as_many_neighbours_as_the_scores_used(small_csv: Path, tmp_path: Path) -> None:
    run_corpus(small_csv, tmp_path / "out", QUESTIONS, replace(LEXICAL, k=5, flag_share=0.1))
    rows = table(tmp_path / "out/report.csv")
    assert {len(row["neighbor_rows"].split()) for row in rows if row["anomaly_score"]} == {5}
    assert any("5 neighbours" in row["reason"] for row in rows)


def test_an_unfinished_project_is_not_exported(small_csv: Path, tmp_path: Path) -> None:
    def stop() -> bool:
        return (tmp_path / "out/project.textmap/graph").exists()

    with pytest.raises(Cancelled):
        run_corpus(small_csv, tmp_path / "out", QUESTIONS, LEXICAL, progress=Progress(is_cancelled=stop))
    with pytest.raises(ProjectError, match="Not everything"):
        export(tmp_path / "out/project.textmap", tmp_path / "early.csv")
    assert not (tmp_path / "early.csv").exists()


def test_texts_added_are_computed_and_the_report_can_be_made_again(small_csv: Path, tmp_path: Path) -> None:
    lines = small_csv.read_text(encoding="utf-8").splitlines()
    first, more = tmp_path / "first.csv", tmp_path / "more.csv"
    first.write_text("\n".join(lines[:171]) + "\n", encoding="utf-8")
    more.write_text("\n".join([lines[0], *lines[171:]]) + "\n", encoding="utf-8")
    roles, plan = Roles(("question",), id="ticket", label="intent"), Plan(encoder="lexical")
    done = run_corpus(first, tmp_path / "out", roles, plan)
    assert add_to_project(done.project, more) == 30
    with ProjectFolder.open(done.project) as project:
        corpus = project.corpus()
        before = run(corpus, plan, project.store)
    assert corpus.rows == 200
    report = export(done.project, tmp_path / "report.csv")
    assert report.counts["loaded"] == 200
    again = rerun(report.manifest, tmp_path / "again")
    assert again.identical, "placed on the same map in the same way"
    more.write_text("\n".join([lines[0], *lines[181:]]) + "\n", encoding="utf-8")
    with pytest.raises(ManifestError, match="content differs"):
        rerun(report.manifest, tmp_path / "third")
    assert before.layout is not None and np.isfinite(before.layout).all()
