"""The checks of texts on a small corpus in which everything is wrong somewhere, and all checks together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.readers import read_corpus
from explorer.core.progress import Cancelled, Progress
from explorer.core.quality.checks import KINDS, Check, arrays_of, bits_of, checks_from, facts_of, make_check, names_in
from explorer.core.quality.duplicates import find_duplicates
from explorer.core.quality.label_errors import Labels, find_label_errors
from explorer.core.quality.overview import all_checks
from explorer.core.quality.text_checks import check_texts
from tests.conftest import sample_rows
from tests.core.quality.small_graph import at_angles, graph_over

GERMAN = "Warum ist meine Karte nach zwei Wochen noch immer nicht bei mir angekommen?"
FRENCH = "Pourquoi ma carte n'est-elle toujours pas arrivée après deux semaines ?"
JAPANESE = "二週間待っているのに、カードがまだ届いていません。"


def corpus_of(folder: Path, *texts: str) -> Corpus:
    path = folder / "texts.txt"
    path.write_text("\n".join(texts), encoding="utf-8")
    return read_corpus(path)


def questions(count: int = 60) -> list[str]:
    return [row["question"] for row in sample_rows(count)[: count - 4]]


def found_in(corpus: Corpus, cut: np.ndarray | None = None) -> dict[str, Check]:
    checks = check_texts(corpus, np.zeros(corpus.rows, np.bool_) if cut is None else cut, 10)
    return {check.name: check for check in checks}


def test_each_check_finds_its_rows_and_nothing_else(tmp_path: Path) -> None:
    wrong = [
        "",
        GERMAN,
        FRENCH,
        "mail bob@example.org",
        "call +49 30 1234567",
        "4111 1111 1111 1111",
        "dÃ©jÃ  vu",
        JAPANESE,
    ]
    texts = questions()
    found = found_in(corpus_of(tmp_path, *texts, *wrong))
    at = len(texts)
    expected = {
        "empty": [at], "other_language": [at + 1, at + 2, at + 7], "email": [at + 3], "phone": [at + 4],
        "card_number": [at + 5], "garbled": [at + 6], "too_long": [],
    }  # fmt: skip
    assert {name: check.rows.tolist() for name, check in found.items()} == expected
    assert found["other_language"].details == "not in English, but in German: 1, French: 1, Japanese: 1"
    assert list(found) == [name for name in KINDS if name in found], "the worst first"


def test_the_three_numbers_of_a_check(tmp_path: Path) -> None:
    texts = questions()
    corpus = corpus_of(tmp_path, *texts, "", GERMAN)
    found = found_in(corpus)
    assert found["empty"].score == pytest.approx(1 - 1 / corpus.rows) and found["empty"].scores.tolist() == [0]
    foreign = found["other_language"]
    assert 0 <= foreign.scores[0] < 0.2 and foreign.score == pytest.approx(1 - (1 - foreign.scores[0]) / corpus.rows)
    assert found["email"].score == 1 and found["email"].count == 0


def test_identical_texts_are_all_found(tmp_path: Path) -> None:
    texts = questions()
    found = found_in(corpus_of(tmp_path, *texts, GERMAN, *texts[:3], GERMAN))
    assert found["other_language"].rows.tolist() == [len(texts), len(texts) + 4]
    assert "German: 2" in found["other_language"].details


def test_what_was_cut_is_scored_by_how_much_was_read(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, "short text here", "word " * 40, "word " * 400)
    found = found_in(corpus, np.array([False, True, True]))["too_long"]
    assert found.rows.tolist() == [1, 2] and 1 > found.scores[0] > found.scores[1] > 0
    assert found.details == "cut after 10 tokens"


def test_a_corpus_without_words_has_no_language(tmp_path: Path) -> None:
    found = found_in(corpus_of(tmp_path, "yes", "no", "", "ok"))
    assert found["other_language"].count == 0 and found["empty"].count == 1


def test_a_corpus_in_another_language_than_english(tmp_path: Path) -> None:
    german = [f"Meine Karte Nummer {i} ist nach zwei Wochen noch immer nicht angekommen." for i in range(40)]
    found = found_in(corpus_of(tmp_path, *german, "Why has my card not arrived after two weeks of waiting?"))
    assert found["other_language"].rows.tolist() == [40]


def test_checks_survive_the_disk(tmp_path: Path) -> None:
    made = tuple(found_in(corpus_of(tmp_path, *questions(), GERMAN, "a@b.de")).values())
    again = checks_from(arrays_of(made), facts_of(made))
    assert [(c.name, c.rows.tolist(), c.scores.tolist(), c.score, c.details) for c in again] == [
        (c.name, c.rows.tolist(), c.scores.tolist(), c.score, c.details) for c in made
    ]
    newer = {"checks": [*facts_of(made)["checks"], {"name": "of_the_future", "score": 1, "details": ""}]}
    assert len(checks_from(arrays_of(made), newer)) == len(made), "a check of a newer version is left out"


def test_it_stops_when_asked(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, *questions())
    with pytest.raises(Cancelled):
        check_texts(corpus, np.zeros(corpus.rows, np.bool_), 10, Progress(is_cancelled=lambda: True))


def test_the_names_of_the_checks_that_a_row_fails() -> None:
    checks = (make_check("email", np.array([0, 2]), 4), make_check("phone", np.array([2]), 4))
    assert [names_in(checks, bits) for bits in bits_of(checks, 4).tolist()] == [("email",), (), ("email", "phone"), ()]


def test_all_checks_together() -> None:
    """Five angles: two identical texts with different labels, a third one near them, and two others."""
    vectors = at_angles(0, 0, 0.2, 50, 120)
    first, graph = np.array([0, 0, 2, 3, 4], np.int32), graph_over(vectors)
    duplicates = find_duplicates(first, np.zeros(5, np.bool_), vectors, graph, share=0.5)
    labels = find_label_errors(
        Labels(("a", "b"), np.array([0, 1, 0, -1, 1], np.int32)), first, vectors, np.ones(5, np.bool_), graph,
        column="kind", seed=0,
    )  # fmt: skip
    texts = (make_check("email", np.array([4]), 5),)
    found = {check.name: check.rows.tolist() for check in all_checks(texts, duplicates, labels, 5)}
    assert found == {
        "label_error": [], "conflicting_labels": [0, 1], "email": [4], "missing_label": [3], "duplicate": [0, 1],
        "near_duplicate": [0, 1, 2], "rare_label": [],
    }  # fmt: skip
    assert all_checks(None, None, None, 5) == ()
