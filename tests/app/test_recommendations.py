"""Recommendations without labels in a session: what the command says, so far, stopped, and used for a plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from desk import QUESTIONS, Desk

from explorer.app.opening import OpenRequest
from explorer.app.recommend_view import (
    Compared,
    Recommended,
    RecommendView,
    pair_words,
    reliability_sentence,
    right_words,
    sentences,
    used_plan,
)
from explorer.app.recommending import RecommendRequest, recommend_for
from explorer.cli import main
from explorer.core.plan import Plan
from tests.conftest import write_sample

QUICK = Plan(encoder="lexical", detectors=("lof",), map=False, quality=False)
CHEAP = ("knn", "lof", "ecod", "consensus")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample(tmp_path_factory.mktemp("unlabelled") / "questions.csv", 120)


@pytest.fixture(scope="module")
def found(corpus: Path) -> Recommended:
    return recommend_for(asked(corpus))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "projects")
    yield desk
    desk.session.close()


def asked(corpus: Path, *encoders: str, allow_download: bool = False) -> RecommendRequest:
    return RecommendRequest(corpus, encoders or ("lexical",), CHEAP, ("question",), allow_download=allow_download)


def view(desk: Desk) -> RecommendView:
    shown = desk.state.recommendation
    assert shown is not None
    return shown


def ended(desk: Desk) -> bool:
    return not view(desk).jobs


def row(found: Recommended, detector: str) -> Compared:
    return next(each for each in found.ranked if each.detector == detector)


def said_of(desk: Desk) -> list[str]:
    return [message.what for message in desk.state.messages if message.level == "error"]


# --- the job --------------------------------------------------------------------------------------


def test_the_window_is_told_what_the_command_says(
    desk: Desk, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.session.recommendations.ask([asked(corpus)], tmp_path / "out")
    assert [job.title for job in desk.state.jobs] == ["Recommending for questions"]
    assert desk.state.jobs[0].lasting and desk.state.jobs[0].can_pause
    desk.until(lambda: ended(desk))
    found, again = view(desk).found[corpus], tmp_path / "command.csv"
    assert found.out == tmp_path / "out" / "recommended-questions.csv"
    words = ["benchmark", "recommend", str(corpus), "--text", "question", "--encoder", "lexical"]
    assert main([*words, "--detector", *CHEAP, "--out", str(again), "--quiet"]) == 0
    assert again.read_bytes() == found.out.read_bytes()
    said = capsys.readouterr().out
    assert f"Recommended: {pair_words(found.best)}." in said
    assert all(sentence in said for sentence in sentences(found)) and len(sentences(found)) >= 2
    assert desk.state.messages[-1].what == f"Recommended for questions: {pair_words(found.best)}."


def test_what_is_compared_so_far_is_shown_stays_after_a_stop_and_is_not_computed_again(
    desk: Desk, corpus: Path, tmp_path: Path
) -> None:
    both = asked(corpus, "lexical", "minilm")
    desk.session.recommendations.ask([both], tmp_path / "out")
    desk.until(lambda: bool(view(desk).found))
    first = view(desk).found[corpus]
    assert first.to_come == ("minilm",) and {each.encoder for each in first.ranked} == {"lexical"}
    assert sentences(first)[0] == "So far only: minilm is not compared yet."
    assert not first.fixed and first.out is None
    desk.session.recommendations.cancel()
    desk.until(lambda: ended(desk))
    assert view(desk).stopped and view(desk).found[corpus] is first
    scored = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "work").rglob("scores.knn/*/*.npy")}
    assert scored
    desk.session.recommendations.ask([both], tmp_path / "out")
    assert not view(desk).found and not view(desk).stopped
    desk.until(lambda: ended(desk))
    whole = view(desk).found[corpus]
    assert whole.to_come == () and len(whole.ranked) == 2 * len(CHEAP)
    assert (whole.best.encoder, whole.best.detector, whole.fixed) == ("minilm", "knn", True)
    assert all(path.stat().st_mtime_ns == when for path, when in scored.items())


def test_one_corpus_that_is_too_small_leaves_the_others(desk: Desk, corpus: Path, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("question\n" + "\n".join(f"card fee of {place} pounds" for place in range(12)), encoding="utf-8")
    desk.session.recommendations.ask([asked(few), asked(corpus)], tmp_path / "out")
    desk.until(lambda: ended(desk))
    assert view(desk).corpora == (few, corpus) and set(view(desk).found) == {corpus}
    assert view(desk).problems == {
        few: "12 texts are too few to tell detectors apart. Use a corpus of at least 20 texts."
    }
    assert said_of(desk) == ["12 texts are too few to tell detectors apart."]


def test_it_goes_on_while_a_corpus_is_opened_and_stays(
    desk: Desk, corpus: Path, small_csv: Path, tmp_path: Path
) -> None:
    desk.session.recommendations.ask([asked(corpus, "lexical", "minilm")], tmp_path / "out")
    desk.session.open_corpus(OpenRequest(small_csv, QUESTIONS, plan=QUICK))
    desk.until(lambda: ended(desk) and desk.state.corpus is not None)
    assert desk.state.rows == 200 and len(view(desk).found[corpus].ranked) == 2 * len(CHEAP)


def test_a_new_question_ends_the_one_before(desk: Desk, corpus: Path, tmp_path: Path) -> None:
    desk.session.recommendations.ask([asked(corpus, "minilm")], tmp_path / "out")
    desk.session.recommendations.ask([asked(corpus)], tmp_path / "out")
    desk.until(lambda: ended(desk))
    assert {each.encoder for each in view(desk).found[corpus].ranked} == {"lexical"}
    assert not view(desk).stopped and [job.status for job in desk.state.jobs] == ["cancelled", "done"]


@pytest.mark.parametrize(("allowed", "said"), [(False, "on this machine"), (True, "cannot be fetched")])
def test_a_model_is_fetched_only_with_permission(
    desk: Desk, corpus: Path, tmp_path: Path, allowed: bool, said: str
) -> None:
    desk.session.recommendations.ask([asked(corpus, "nobody/no-such-model", allow_download=allowed)], tmp_path / "out")
    desk.until(lambda: ended(desk))
    assert said in view(desk).problems[corpus] and not view(desk).found


# --- words ----------------------------------------------------------------------------------------


def test_how_far_to_trust_it_depends_on_who_is_recommended(found: Recommended) -> None:
    told = found.reliability
    follows = f"within 0.02 AUROC of the best in {told['within']} of {told['corpora']} labelled tasks"
    assert not found.fixed and follows in reliability_sentence(found)
    assert right_words(found) == f"right within 0.02 in {told['within']} of {told['corpora']} labelled tasks"
    assert f"Always taking knn on minilm was that good in {told['fixed_within']}" in reliability_sentence(found)
    fixed = reliability_sentence(replace(found, fixed=True))
    assert f"within 0.02 AUROC of the best in {told['fixed_within']} of {told['corpora']} labelled tasks" in fixed
    assert f"Going by the measures was that good in {told['within']}" in fixed


def test_sentences_call_encoders_as_they_are_called_where_they_stand(found: Recommended) -> None:
    other = replace(found, by_measures=("lexical", "kde"), doubts=("Nobody agrees.",), to_come=("minilm",))
    said = " ".join(sentences(other, str.upper))
    assert "MINILM is not compared yet." in said and "it would be kde on LEXICAL." in said
    assert "This is a weak recommendation. Nobody agrees." in said


def test_it_travels_as_json(found: Recommended) -> None:
    assert Recommended.from_dict(found.as_dict()) == found


# --- using it -------------------------------------------------------------------------------------


def test_the_chosen_detector_leads_and_the_others_stay(found: Recommended) -> None:
    plan = Plan(detectors=("lof", "knn"), options=("knn:k=4", "lof:k=7"), threshold=1.5, vectors="mine.npy", k=12)
    used = used_plan(plan, found, row(found, "knn"))
    assert (used.encoder, used.vectors, used.detectors, used.options) == ("lexical", None, ("knn", "lof"), ("lof:k=7",))
    assert (used.threshold, used.k) == (None, 12)
    assert used_plan(used, found, row(found, "knn")) == used
    drawn = replace(used, threshold=2.0, allow_download=True)
    assert used_plan(drawn, found, row(found, "knn")) == drawn


def test_a_consensus_is_that_of_the_detectors_it_was_compared_as(found: Recommended) -> None:
    used = used_plan(Plan(detectors=("hbos",)), found, row(found, "consensus"))
    assert used.detectors == ("consensus", "ecod", "knn", "lof")


def test_using_it_computes_the_open_corpus_and_is_one_step_back(desk: Desk, corpus: Path, tmp_path: Path) -> None:
    desk.open(corpus, QUICK)
    desk.session.recommendations.ask([asked(corpus)], tmp_path / "out")
    desk.until(lambda: ended(desk))
    before, found = desk.state.plan, view(desk).found[corpus]
    desk.session.change_plan(used_plan(before, found, row(found, "ecod")))
    desk.until(desk.complete)
    assert desk.state.detector == "ecod" and desk.state.scores is not None
    assert desk.state.history.undo == "change of the parameters"
    desk.session.undo()
    desk.until(desk.complete)
    assert desk.state.plan == before and desk.state.detector == "lof"
