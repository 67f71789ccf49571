"""The keyword index: what it finds, in which order, and that no text or query can break it."""

from __future__ import annotations

import csv
import importlib.resources
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from query_corpus import strings

from explorer.core.progress import Cancelled, Progress
from explorer.core.query import keywords
from explorer.core.query.keywords import KeywordIndex, build_keywords, scan
from explorer.core.query.terms import phrase_of, terms_of
from explorer.errors import OutputError, ProjectError

TEXTS = [
    "I want a refund for my card payment",
    "Refund! refund! refund!",
    "The card was refunded, my card",
    "我要申请退款，谢谢",
    "退货和付款",
    "ขอเงินคืนด้วยค่ะ",
    "Straße und Café 🙂",
    "مرحبا بالعالم",
    "my payment card",
    "quotes \" and ' and ; DROP TABLE words; --",
    "",
    "हिन्दी भाषा",
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> KeywordIndex:
    file = tmp_path_factory.mktemp("words") / "keywords.sqlite"
    build_keywords(strings(TEXTS), file)
    return KeywordIndex.open(file)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("refund ", [0, 1]),
        ("refund", [0, 1, 2]),
        ("REFUND card ", [0]),
        ('"payment card"', [8]),
        ('"card payment"', [0]),
        ("card -refund ", [2, 8]),
        ("card -refund", [2, 8]),
        ("-card -refund ", [3, 4, 5, 6, 7, 9, 10, 11]),
        ("退款", [3]),
        ("款", [3, 4]),
        ("เงิน", [5]),
        ("strasse cafe", [6]),
        ("🙂", [6]),
        ("مَرحبا", [7]),
        ("हिन्", [11]),
        ("हि ", []),
        ("drop table", [9]),
        ("nothing like it", []),
        ("", []),
        ('" ! " *', []),
    ],
)
def test_what_is_found_by_index_and_by_scan(index: KeywordIndex, query: str, rows: list[int]) -> None:
    found = index.match(query)
    assert sorted(found.rows.tolist()) == rows
    assert found.count == len(rows)
    assert np.flatnonzero(found.mask).tolist() == rows
    assert np.flatnonzero(scan(strings(TEXTS), terms_of(query))).tolist() == rows


def test_the_best_come_first(index: KeywordIndex) -> None:
    found = index.match("refund ")
    assert found.rows.tolist() == [1, 0] and found.ranked == 2
    one = index.match("refund", best=1)
    assert one.rows.tolist() == [1, 0, 2] and one.ranked == 1
    assert index.match("card", best=0).ranked == 0


def test_of_too_many_hits_only_the_first_are_ranked(index: KeywordIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keywords, "RANKED", 2)
    found = index.match("card ")
    assert sorted(found.rows[: found.ranked].tolist()) == [0, 2] and found.rows.tolist()[2:] == [8]


def test_a_phrase_is_words_in_order(index: KeywordIndex) -> None:
    assert index.match("my CARD", phrase=True).rows.tolist() == [2, 0]
    assert index.match('"; drop', phrase=True).rows.tolist() == [9]
    assert index.match("...", phrase=True).count == 0
    assert index.match("refun", phrase=True).count == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.text(st.sampled_from("ab*\"'()-+:^{}~ ,NEARORAND退🙂\\") | st.characters(), max_size=30), st.booleans())
def test_nothing_typed_is_an_error(index: KeywordIndex, query: str, phrase: bool) -> None:
    found = index.match(query, phrase=phrase)
    terms = phrase_of(query) if phrase else terms_of(query)
    assert (found.mask == scan(strings(TEXTS), terms)).all()
    assert sorted(found.rows.tolist()) == np.flatnonzero(found.mask).tolist()


def test_long_queries_are_no_error(index: KeywordIndex) -> None:
    assert index.match("card " * 200).count == 3
    assert index.match(" ".join(f"-w{i}" for i in range(200))).count == len(TEXTS)
    assert index.match("payment " * 20_000, phrase=True).count == 0


def test_real_texts(tmp_path: Path) -> None:
    sample = importlib.resources.files("explorer.resources") / "samples" / "bank_questions.csv"
    with sample.open(encoding="utf-8", newline="") as lines:
        texts = [row["question"] for row in csv.DictReader(lines)]
    file = tmp_path / "keywords.sqlite"
    build_keywords(strings(texts), file)
    found = KeywordIndex.open(file).match("card payment ")
    expected = [row for row, text in enumerate(texts) if {"card", "payment"} <= set(text.lower().split())]
    assert found.count >= len(expected) > 0
    assert found.mask[expected].all()


def test_an_empty_corpus(tmp_path: Path) -> None:
    file = tmp_path / "keywords.sqlite"
    build_keywords(strings([]), file)
    index = KeywordIndex.open(file)
    assert index.rows == 0 and index.match("a -b").count == 0 and index.match("-b").count == 0


def test_a_cancelled_build_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "keywords.sqlite"
    build_keywords(strings(TEXTS), file)
    with pytest.raises(Cancelled):
        build_keywords(strings(["other"]), file, Progress(is_cancelled=lambda: True))
    assert [path.name for path in tmp_path.iterdir()] == ["keywords.sqlite"]
    with_progress: list[float] = []
    build_keywords(strings(["other"] * 40_000), file, Progress(lambda report: with_progress.append(report.fraction)))
    assert len(with_progress) == 3
    assert KeywordIndex.open(file).match("other").count == 40_000


def test_files_that_are_no_index_are_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "keywords.sqlite"
    with pytest.raises(ProjectError, match="cannot be read"):
        KeywordIndex.open(file)
    file.write_bytes(b"no database at all" * 100)
    with pytest.raises(ProjectError, match="damaged"):
        KeywordIndex.open(file)
    build_keywords(strings(TEXTS * 500), file)
    data = bytearray(file.read_bytes())
    data[8192:] = bytes(len(data) - 8192)
    file.write_bytes(data)
    with pytest.raises(ProjectError):
        KeywordIndex.open(file).match("refund")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        build_keywords(strings(TEXTS), tmp_path / "nowhere" / "keywords.sqlite")


def test_an_index_is_used_from_another_thread(index: KeywordIndex) -> None:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(index.match("refund").count))
    thread.start()
    thread.join()
    index.interrupt()
    assert found == [3] and index.match("refund").count == 3
