"""A session without a window: opened, computed in the worker, decided, closed, opened again."""

from __future__ import annotations

import csv
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from desk import LEXICAL, QUESTIONS, Desk

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.explain import explain
from explorer.app.opening import OpenRequest
from explorer.core.plan import Plan
from explorer.core.query.predicates import Expression, Filters
from explorer.core.query.search import TextQuery


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "projects")
    yield desk
    desk.session.close()


def test_a_corpus_is_saved_from_the_start_and_computed(desk: Desk, small_csv: Path) -> None:
    seen: list[Changes] = []
    desk.session.store.subscribe(lambda _, changes: seen.append(changes))
    desk.open(small_csv)
    state = desk.state
    assert state.project is not None and state.project.name == "questions.textmap"
    assert state.flag_count == int(state.flagged.sum()) and state.ranks.max() == 200
    assert state.results.layout is not None and state.results.pca is not None
    desk.until(lambda: desk.state.explainer is not None)
    assert explain(desk.state, int(np.argmin(np.where(state.ranks > 0, state.ranks, 999))))
    later = [changes for changes in seen if not changes & Changes.CORPUS]
    first_picture = next(i for i, changes in enumerate(later) if changes & Changes.POSITIONS)
    first_scores = next(i for i, changes in enumerate(later) if changes & Changes.SCORES)
    assert first_picture < first_scores


def test_a_run_changes_nothing_that_is_shown_already(desk: Desk, small_csv: Path) -> None:
    desk.open(small_csv, Plan(encoder="lexical", layout="pca"))
    desk.until(lambda: desk.state.explainer is not None)
    before, seen = desk.state, Changes.NONE

    def note(_: object, changes: Changes) -> None:
        nonlocal seen
        seen |= changes

    desk.session.store.subscribe(note)
    desk.session.compute()
    desk.until(lambda: desk.state.job is None)
    assert desk.state.results.scores["knn"] is before.results.scores["knn"]
    assert desk.state.explainer is before.explainer and desk.state.ranking is before.ranking
    assert seen & Changes.JOB and not seen & (Changes.SCORES | Changes.FLAGS | Changes.VECTORS | Changes.POSITIONS)


def test_reopening_finds_everything_and_computes_nothing(desk: Desk, small_csv: Path, tmp_path: Path) -> None:
    desk.open(small_csv)
    store = desk.session.store
    store.dispatch(op.set_current(row=17))
    store.dispatch(op.set_colour(colour_by="intent"))
    store.dispatch(op.override_flags(rows=[3, 5], flag=True))
    store.dispatch(op.override_flags(rows=[8], flag=False))
    store.dispatch(op.set_threshold(value=0.5))
    desk.until(lambda: desk.state.neighbours.source != "")
    before = desk.state
    desk.session.close()

    again = Desk(tmp_path / "projects")
    again.session.open_project(before.project)
    again.until(again.complete)
    again.until(lambda: again.state.neighbours.source != "")
    after = again.state
    assert again.session.runner.worker_pid is None, "nothing was computed"
    assert (after.current, after.colour_by, after.plan) == (17, "intent", before.plan)
    assert dict(after.overrides) == {3: True, 5: True, 8: False}
    np.testing.assert_array_equal(after.flagged, before.flagged)
    np.testing.assert_array_equal(after.results.layout, before.results.layout)
    np.testing.assert_array_equal(after.neighbours.rows, before.neighbours.rows)
    again.session.close()


def test_neighbours_follow_the_current_row_k_and_metric(desk: Desk, small_csv: Path) -> None:
    desk.open(small_csv)
    desk.session.store.dispatch(op.set_current(row=4))
    desk.until(lambda: desk.state.neighbours.source == "exact")
    graph = desk.state.results.graph
    np.testing.assert_array_equal(desk.state.neighbours.rows, graph.ids[4][:15])
    desk.session.store.dispatch(op.set_neighbours(k=3, metric="euclidean"))
    desk.until(lambda: len(desk.state.neighbours.rows) == 3)
    vectors = np.asarray(desk.state.results.vectors, dtype=np.float64)
    distances = np.linalg.norm(vectors - vectors[4], axis=1)
    np.testing.assert_allclose(desk.state.neighbours.distances, np.sort(distances)[1:4], rtol=1e-4)
    desk.session.store.dispatch(op.set_neighbours(method="annoy", metric="cosine"))
    desk.until(lambda: "Annoy, recall@" in desk.state.neighbours.source)


def test_cancelling_answers_at_once_and_going_on_finishes(desk: Desk, small_csv: Path) -> None:
    desk.session.open_corpus(OpenRequest(small_csv, QUESTIONS, plan=LEXICAL))
    desk.until(lambda: desk.state.results.vectors is not None)
    desk.session.cancel()
    assert desk.state.job is None, "the answer does not wait for the worker"
    desk.session.compute()
    desk.until(desk.complete)


def test_a_worker_killed_while_computing_is_told_and_work_goes_on(desk: Desk, small_csv: Path) -> None:
    desk.session.open_corpus(OpenRequest(small_csv, QUESTIONS, plan=LEXICAL))
    desk.until(lambda: desk.session.runner.worker_pid is not None)
    pid = desk.session.runner.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    desk.until(lambda: any(message.level == "error" for message in desk.state.messages))
    assert "ended" in desk.state.messages[-1].what
    desk.open(small_csv)
    desk.until(desk.complete)


def test_other_parameters_recompute_and_overrides_survive(desk: Desk, small_csv: Path) -> None:
    desk.open(small_csv)
    desk.session.store.dispatch(op.override_flags(rows=[3], flag=True))
    vectors = desk.state.results.vectors
    desk.session.change_plan(replace(desk.state.plan, k=20, detectors=("lof", "knn")))
    desk.until(desk.complete)
    assert desk.state.results.graph.k == 20
    assert desk.state.flagged[3] and desk.state.overrides[3] is True
    assert desk.state.detector == "lof" and desk.state.scores is desk.state.results.scores["lof"]
    np.testing.assert_array_equal(desk.state.results.vectors, vectors)


def test_the_report_from_the_session_is_the_state_on_screen(desk: Desk, small_csv: Path, tmp_path: Path) -> None:
    desk.open(small_csv)
    desk.session.store.dispatch(op.set_threshold(share=0.1))
    desk.session.store.dispatch(op.override_flags(rows=[0], flag=True))
    done: list[Path] = []
    desk.session.export_report(tmp_path / "report.csv", on_done=done.append)
    desk.until(lambda: bool(done))
    with done[0].open(encoding="utf-8", newline="") as lines:
        flags = [row["flagged"] == "true" for row in csv.DictReader(lines)]
    np.testing.assert_array_equal(flags, desk.state.flagged)
    assert (tmp_path / "report.manifest.json").exists()


def test_a_file_that_cannot_be_read_leaves_what_is_shown(desk: Desk, small_csv: Path, tmp_path: Path) -> None:
    desk.open(small_csv)
    (tmp_path / "bad.csv").write_bytes(bytes(range(256)) * 50)
    desk.session.open_corpus(OpenRequest(tmp_path / "bad.csv"))
    desk.until(lambda: bool(desk.state.messages))
    assert desk.state.messages[-1].level == "error"
    assert desk.state.corpus is not None and desk.state.corpus.rows == 200
    assert not (tmp_path / "projects/bad.textmap").exists()


def test_a_project_open_elsewhere_is_refused_with_a_message(desk: Desk, small_csv: Path, tmp_path: Path) -> None:
    desk.open(small_csv)
    other = Desk(tmp_path / "projects")
    other.session.open_project(desk.state.project)
    assert "open in another window" in other.state.messages[-1].what
    other.session.close()


def test_a_damaged_result_is_computed_again(desk: Desk, small_csv: Path, tmp_path: Path) -> None:
    desk.open(small_csv)
    project, layout = desk.state.project, np.array(desk.state.results.layout)
    desk.session.close()
    file = next(project.glob("layout/*/positions.npy"))
    data = bytearray(file.read_bytes())
    data[-3] ^= 0xFF
    file.write_bytes(data)
    again = Desk(tmp_path / "projects")
    again.session.open_project(project)
    again.until(again.complete)
    np.testing.assert_array_equal(again.state.results.layout, layout)
    again.session.close()


def test_a_second_file_dropped_while_the_first_loads_is_the_one_that_opens(
    desk: Desk, small_csv: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_bytes(small_csv.read_bytes())
    desk.session.open_corpus(OpenRequest(small_csv, QUESTIONS, plan=LEXICAL))
    desk.session.open_corpus(OpenRequest(other, QUESTIONS, plan=LEXICAL))
    desk.until(desk.complete)
    assert desk.state.project is not None and desk.state.project.name == "other.textmap"
    assert not [message for message in desk.state.messages if message.level == "error"]
    assert not (tmp_path / "projects/questions.textmap/corpus.arrow").exists()


def test_a_corpus_is_never_loaded_over_another_one(desk: Desk, small_csv: Path, tmp_path: Path) -> None:
    desk.open(small_csv)
    project = desk.state.project
    desk.session.store.dispatch(op.override_flags(rows=[150], flag=True))
    short = tmp_path / "short.txt"
    short.write_text("one text\nanother text\n", encoding="utf-8")
    other = Desk(tmp_path / "projects")
    desk.session.close()
    other.session.open_corpus(OpenRequest(short, plan=LEXICAL, project=project))
    assert "holds a corpus already" in other.state.messages[-1].what
    other.session.open_project(project)
    other.until(other.complete)
    assert other.state.rows == 200 and dict(other.state.overrides) == {150: True}
    other.session.close()


def test_decisions_made_while_the_same_project_is_opened_again_are_kept(desk: Desk, small_csv: Path) -> None:
    desk.open(small_csv)
    desk.session.open_project(desk.state.project)
    desk.session.store.dispatch(op.override_flags(rows=[7], flag=True))
    desk.until(desk.complete)
    assert dict(desk.state.overrides) == {7: True}


def test_the_threshold_is_kept_when_another_project_is_opened_at_once(
    desk: Desk, small_csv: Path, tmp_path: Path
) -> None:
    desk.open(small_csv)
    first = desk.state.project
    desk.session.open_corpus(OpenRequest(small_csv, QUESTIONS, plan=LEXICAL))
    desk.until(lambda: desk.state.project != first and desk.complete())
    second = desk.state.project
    desk.session.store.dispatch(op.set_threshold(share=0.1))
    desk.session.open_project(first)
    desk.until(lambda: desk.state.project == first and desk.complete())
    desk.session.open_project(second)
    desk.until(lambda: desk.state.project == second and desk.complete())
    assert desk.state.plan.flag_share == 0.1 and desk.state.flag_count == 20


def test_another_encoder_replaces_everything_that_it_makes_untrue(desk: Desk, small_csv: Path, tmp_path: Path) -> None:
    from tests.tiny_encoder import tiny_model_folder

    desk.open(small_csv)
    desk.session.store.dispatch(op.set_threshold(value=0.2))
    desk.session.store.dispatch(op.set_current(row=4))
    desk.until(lambda: desk.state.neighbours.source != "")
    old = desk.state
    tiny = str(tiny_model_folder(tmp_path / "model"))
    desk.session.change_plan(replace(desk.state.plan, encoder=tiny))
    assert desk.state.results.scores == {} and desk.state.threshold is None and desk.state.neighbours.source == ""
    desk.until(desk.complete)
    assert desk.state.results.card is not None and desk.state.results.card.dimension == 32
    assert desk.state.plan.threshold is None and desk.state.threshold_by == "rule"
    desk.until(lambda: desk.state.neighbours.source != "")
    assert desk.state.neighbours.rows.tolist() == desk.state.results.graph.ids[4].tolist()
    assert desk.state.results.layout is not old.results.layout


def test_detectors_that_were_left_out_cannot_be_shown(desk: Desk, small_csv: Path) -> None:
    desk.open(small_csv)
    desk.session.change_plan(replace(desk.state.plan, detectors=("knn",), k=5))
    desk.until(desk.complete)
    desk.session.store.dispatch(op.show_detector(detector="lof"))
    assert desk.state.detector == "knn" and set(desk.state.results.scores) == {"knn"}


def test_a_finished_project_opens_without_its_model_and_on_another_processor(
    desk: Desk, small_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    from tests.tiny_encoder import tiny_model_folder

    model = tiny_model_folder(tmp_path / "model")
    desk.open(small_csv, replace(LEXICAL, encoder=str(model)))
    project = desk.state.project
    desk.session.close()
    shutil.rmtree(model)
    monkeypatch.setattr("explorer.core.embedding.registry._precision", lambda *_: "fp32")
    again = Desk(tmp_path / "projects")
    again.session.open_project(project)
    again.until(again.complete)
    assert again.session.runner.worker_pid is None, "nothing was computed"
    again.session.close()


def test_exporting_too_early_is_told(desk: Desk, small_csv: Path, tmp_path: Path) -> None:
    desk.session.open_corpus(OpenRequest(small_csv, QUESTIONS, plan=LEXICAL))
    desk.until(lambda: desk.state.corpus is not None)
    desk.session.cancel()
    desk.session.export_report(tmp_path / "early.csv")
    desk.until(lambda: bool(desk.state.messages))
    assert "needs" in desk.state.messages[-1].what and not (tmp_path / "early.csv").exists()


def test_an_export_that_a_change_overtakes_is_written_or_told_to_wait(
    desk: Desk, small_csv: Path, tmp_path: Path
) -> None:
    desk.open(small_csv)
    out = tmp_path / "report.csv"
    desk.session.export_report(out)
    desk.session.change_plan(replace(desk.state.plan, layout="pca"))
    desk.until(lambda: desk.complete() and (out.exists() or bool(desk.state.messages)))
    if not out.exists():
        (message,) = desk.state.messages
        assert message.level == "warning" and "Let it finish" in message.hint


def test_closing_while_a_corpus_loads_leaves_no_empty_project(desk: Desk, small_csv: Path, tmp_path: Path) -> None:
    desk.session.open_corpus(OpenRequest(small_csv, QUESTIONS, plan=LEXICAL))
    desk.session.close()
    assert not (tmp_path / "projects/questions.textmap/corpus.arrow").exists()
    assert not list((tmp_path / "projects").glob("*/project.sqlite"))


def test_added_texts_follow_and_the_map_stays(desk: Desk, small_csv: Path, tmp_path: Path) -> None:
    lines = small_csv.read_text(encoding="utf-8").splitlines()
    first, more = tmp_path / "first.csv", tmp_path / "more.csv"
    first.write_text("\n".join(lines[:181]) + "\n", encoding="utf-8")
    more.write_text("\n".join([lines[0], *lines[181:]]) + "\n", encoding="utf-8")
    desk.open(first)
    store = desk.session.store
    store.dispatch(marking.add_label(name="spam"))
    store.dispatch(marking.give_label(rows=np.array([7]), name="spam"))
    store.dispatch(op.override_flags(rows=[3], flag=True))
    before, project = desk.state.results.layout, desk.state.project
    desk.session.add_texts(more)
    desk.until(lambda: desk.state.rows == 200 and desk.complete())
    state = desk.state
    assert state.project == project and state.corpus.text(199) in lines[-1]
    np.testing.assert_array_equal(state.results.layout[:180], before)
    assert np.isfinite(state.results.layout).all() and state.overrides == {3: True}
    assert np.flatnonzero(state.label_bits).tolist() == [7] and state.label_bits.size == 200
    desk.session.undo()
    assert not desk.state.overrides and state.rows == 200


def test_filters_and_words_are_answered_and_what_is_wrong_is_said(desk: Desk, small_csv: Path) -> None:
    desk.open(small_csv)
    store, texts = desk.session.store, desk.state.corpus.texts.to_pylist()
    store.dispatch(filtering.add_filter(predicate=Expression("length(text) > 50")))
    desk.until(lambda: desk.state.shown is not None)
    assert desk.state.shown_count == sum(len(text) > 50 for text in texts)
    store.dispatch(filtering.add_filter(predicate=Expression("no such (")))
    desk.until(lambda: desk.state.filter_error != "")
    assert desk.state.shown_count == sum(len(text) > 50 for text in texts), "what is shown stays"
    store.dispatch(filtering.set_filters(filters=Filters()))
    desk.until(lambda: desk.state.shown is None and not desk.state.filter_error)
    for mode, text in (("words", "card"), ("phrase", "my card"), ("regex", r"\bcards?\b")):
        store.dispatch(filtering.search(query=TextQuery(text, mode)))
        desk.until(lambda: not desk.state.search.running)
        assert desk.state.search.of == desk.state.search.found.sum() > 0
        assert all("card" in texts[row].lower() for row in desk.state.search.rows)
    store.dispatch(filtering.search(query=TextQuery("(", "regex")))
    desk.until(lambda: desk.state.search.error != "")
    assert desk.state.search.found is None


def test_meaning_is_searched_with_the_encoder_of_the_project(desk: Desk, small_csv: Path) -> None:
    desk.open(small_csv)
    text = desk.state.corpus.text(11)
    desk.session.store.dispatch(filtering.search(query=TextQuery(text, "meaning")))
    desk.until(lambda: not desk.state.search.running)
    assert desk.state.search.error == "" and desk.state.search.rows[0] == 11


def test_rows_and_page_are_written_from_what_was_decided(desk: Desk, small_csv: Path, tmp_path: Path) -> None:
    desk.open(small_csv)
    desk.session.store.dispatch(marking.write_note(row=5, text="look again"))
    desk.session.export_rows(tmp_path / "some.csv", np.array([5, 9]))
    desk.session.export_page(tmp_path / "page.html", None)
    desk.until(lambda: sum("written to" in message.what for message in desk.state.messages) == 2)
    with (tmp_path / "some.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["row"] for row in rows] == ["5", "9"] and rows[0]["note"] == "look again"
    assert "<html" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_job_can_be_held_and_goes_on(desk: Desk, small_csv: Path) -> None:
    desk.session.open_corpus(OpenRequest(small_csv, QUESTIONS, plan=LEXICAL))
    desk.until(lambda: desk.state.job is not None and desk.state.job.can_pause)
    token = desk.state.job.token
    desk.session.pause_job(token)
    assert desk.state.job.status == "paused"
    time.sleep(1.0)
    assert desk.state.job is not None, "it waits"
    desk.session.pause_job(token, on=False)
    desk.until(desk.complete)
    assert [job.status for job in desk.state.jobs if job.token == token] == ["done"]


def test_another_layout_is_drawn_from_the_same_graph(desk: Desk, small_csv: Path) -> None:
    desk.open(small_csv)
    first, plan = desk.state.results, desk.state.plan
    for name, axes in (("tsne", 2), ("pca-3d", 3), ("umap-3d", 3), ("pca", 2)):
        desk.session.change_plan(replace(plan, layout=name))
        desk.until(desk.complete)
        now = desk.state.results
        assert now.layout.shape == (200, axes) and np.isfinite(now.layout).all() and now.trust.kept.shape == (200,)
        assert now.graph is first.graph or np.array_equal(now.graph.ids, first.graph.ids)
    desk.session.change_plan(plan)
    desk.until(desk.complete)
    np.testing.assert_array_equal(desk.state.results.layout, first.layout)
