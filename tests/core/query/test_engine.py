"""Filters, expressions and orders over real kinds of columns, and what a hostile expression cannot do."""

from __future__ import annotations

import datetime
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from query_corpus import corpus_of

from explorer.core.corpus.corpus import Corpus
from explorer.core.progress import Cancelled
from explorer.core.query.engine import Engine
from explorer.core.query.keywords import KeywordIndex, build_keywords
from explorer.core.query.predicates import (
    Chip,
    Contains,
    Expression,
    Filters,
    Labelled,
    Moments,
    Pattern,
    Phrase,
    Predicate,
    Range,
    Rows,
    Values,
    Words,
)
from explorer.errors import OptionError

N = 8
DAYS = [datetime.date(2026, 10, 1) + datetime.timedelta(days=7 * i) for i in range(N)]


def corpus() -> Corpus:
    return corpus_of(
        ["Refund please", "my card", "退款", "مرحبا refund", "", '🙂 it\'s "odd"', "Émile", "zebra"],
        amount=["10", "9", "-1.5", "", "1e2", "10", "7", "8"],
        lang=["en", "en", "zh", "ar", "", " ", "fr", "en"],
        day=[day.isoformat() for day in DAYS],
        date=DAYS,
        count=[2**62 + i for i in range(N)],
        blank=[float("nan")] * N,
        score=[0.5, float("nan"), 2.5, None, -1.0, float("nan"), 1.0, 0.0],
        same=["x"] * N,
        paid=pa.array([True, False, None] * 2 + [True, False]),
        tags=pa.array([["a"], ["b", "c"], None, [], ["a"], ["a"], ["b"], []]),
        text=["own"] * N,
    )


@pytest.fixture
def engine() -> Engine:
    made = Engine(corpus())
    scores = np.array([0.1, 0.9, np.nan, 0.4, 0.5, 0.2, 0.95, 0.3])
    made.set_columns({"anomaly_score": scores, "flagged": scores > 0.8, "note": pa.array([None, "see"] * 4)})
    made.set_labels(["spam", "odd"], np.array([1, 2, 3, 0, 0, 0, 0, 0], np.uint64))
    return made


@pytest.mark.parametrize(
    ("predicate", "rows"),
    [
        (Values("lang", ("en",)), [0, 1, 7]),
        (Values("lang", ("en", "fr"), missing=True), [0, 1, 4, 5, 6, 7]),
        (Values("lang"), []),
        (Values("lang", ("\ud800", 'x" OR 1=1 --')), []),
        (Values("flagged", ("true",)), [1, 6]),
        (Values("paid", ("false",), missing=True), [1, 2, 4, 5, 7]),
        (Values("count", (str(2**62 + 3),)), [3]),
        (Values("blank", (), missing=True), list(range(N))),
        (Values("tags", ('["a"]',)), [0, 4, 5]),
        (Values("note", ("see",)), [1, 3, 5, 7]),
        (Values("labels", ("spam; odd",)), [2]),
        (Values("labels", (), missing=True), [3, 4, 5, 6, 7]),
        (Values("corpus_text", ("own",)), list(range(N))),
        (Contains("lang", "E"), [0, 1, 7]),
        (Contains("lang", "e."), []),
        (Contains("lang", "\ud800"), []),
        (Contains("flagged", "RU"), [1, 6]),
        (Contains("note", "ee"), [1, 3, 5, 7]),
        (Contains("tags", '"a"'), [0, 4, 5]),
        (Range("amount", 8, 10), [0, 1, 5, 7]),
        (Range("amount", high=0), [2]),
        (Range("amount"), [0, 1, 2, 4, 5, 6, 7]),
        (Range("anomaly_score", 0.4), [1, 3, 4, 6]),
        (Range("blank", 0), []),
        (Range("row", 2, 3), [2, 3]),
        (Range("score", 0), [0, 2, 6, 7]),
        (Expression("score > 0"), [0, 2, 6]),
        (Values("score", ("2.5",), missing=True), [1, 2, 3, 5]),
        (Moments("day", "2026-10-08", "2026-10-15"), [1]),
        (Moments("date", "2026-10-08", "2026-10-15"), [1]),
        (Moments("day", end="2026-10-08"), [0]),
        (Words("refund"), [0, 3]),
        (Words("退款"), [2]),
        (Phrase("it's"), [5]),
        (Pattern("^.$"), []),
        (Pattern("z.bra"), [7]),
        (Rows.of("mine", np.array([1, 5]), N), [1, 5]),
        (Labelled("spam"), [0, 2]),
        (Expression("amount > 9"), [0, 4, 5]),
        (Expression("day >= '2026-10-08' AND day < DATE '2026-10-16'"), [1, 2]),
        (Expression("date_part('month', date) = 11 and not flagged"), [5, 7]),
        (Expression("lang = 'en' or labels like '%odd%'"), [0, 1, 2, 7]),
        (Expression("text ilike '%refund%' -- what I want"), [0, 3]),
        (Expression("anomaly_score IS NULL"), [2]),
        (Expression("Amount = 10 and ROW > 0"), [5]),
        (Expression("corpus_text = 'own' and id in ('3', '4')"), [3, 4]),
        (Expression("len(tags) = 2"), [1]),
        (Expression("paid"), [0, 3, 6]),
        (Expression("null"), []),
        (Expression("row in (select 3)"), [3]),
        (Expression("lang = 'a;b' or text = '\"' or row = 1"), [1]),
    ],
)
def test_masks(engine: Engine, predicate: Predicate, rows: list[int]) -> None:
    assert np.flatnonzero(engine.mask(predicate)).tolist() == rows


def test_words_are_looked_up_in_the_index(engine: Engine, tmp_path: Path) -> None:
    build_keywords(engine.corpus.texts, tmp_path / "k.sqlite")
    engine.set_keywords(KeywordIndex.open(tmp_path / "k.sqlite"))
    assert np.flatnonzero(engine.mask(Words("refund -please"))).tolist() == [3]


def test_chips_are_combined(engine: Engine) -> None:
    en, cheap, off = Chip(Values("lang", ("en",))), Chip(Range("amount", high=9)), Chip(Words("x"), enabled=False)
    both = engine.filter(Filters((en, cheap, off)))
    assert both is not None and np.flatnonzero(both).tolist() == [1, 7]
    either = engine.filter(Filters((en, cheap), "any"))
    assert either is not None and np.flatnonzero(either).tolist() == [0, 1, 2, 6, 7]
    without = engine.filter(Filters((Chip(en.predicate, inverted=True),)))
    assert without is not None and np.flatnonzero(without).tolist() == [2, 3, 4, 5, 6]
    assert engine.filter(Filters()) is None
    assert engine.filter(Filters((off,))) is None


def test_columns_are_told_with_their_kinds(engine: Engine) -> None:
    kinds = {info.name: info.kind for info in engine.columns()}
    assert kinds == {
        "row": "number",
        "id": "number",
        "text": "text",
        "body": "text",
        "amount": "number",
        "lang": "text",
        "day": "date",
        "date": "date",
        "count": "number",
        "blank": "number",
        "score": "number",
        "same": "category",
        "paid": "boolean",
        "tags": "text",
        "corpus_text": "category",
        "anomaly_score": "number",
        "flagged": "boolean",
        "note": "category",
        "labels": "category",
    }
    own = {info.name: info.source for info in engine.columns() if info.own}
    assert own["corpus_text"] == "text" and own["amount"] == "amount" and "note" not in own


@pytest.mark.parametrize(
    ("column", "rising", "falling"),
    [
        ("amount", [2, 6, 7, 1, 0, 5, 4, 3], [4, 0, 5, 1, 7, 6, 2, 3]),
        ("count", list(range(N)), list(range(N))[::-1]),
        ("lang", [3, 0, 1, 7, 6, 2, 4, 5], [2, 6, 0, 1, 7, 3, 4, 5]),
        ("day", list(range(N)), list(range(N))[::-1]),
        ("same", list(range(N)), list(range(N))),
        ("blank", list(range(N)), list(range(N))),
        ("score", [4, 7, 0, 6, 2, 1, 3, 5], [2, 6, 0, 7, 4, 1, 3, 5]),
        ("anomaly_score", [0, 5, 7, 3, 4, 1, 6, 2], [6, 1, 4, 3, 7, 5, 0, 2]),
        ("flagged", [0, 2, 3, 4, 5, 7, 1, 6], [1, 6, 0, 2, 3, 4, 5, 7]),
        ("labels", [1, 0, 2, 3, 4, 5, 6, 7], [2, 0, 1, 3, 4, 5, 6, 7]),
        ("text", [6, 1, 0, 7, 3, 2, 5, 4], [5, 2, 3, 7, 0, 1, 6, 4]),
        ("tags", [0, 4, 5, 1, 6, 3, 7, 2], [3, 7, 6, 1, 0, 4, 5, 2]),
    ],
)
def test_orders_are_stable_with_missing_cells_last(
    engine: Engine, column: str, rising: list[int], falling: list[int]
) -> None:
    assert engine.order(column).tolist() == rising
    assert engine.order(column, descending=True).tolist() == falling
    some = np.array([7, 2, 0, 3])
    assert engine.order(column, rows=some).tolist() == [row for row in rising if row in some]


def test_texts_are_sorted_without_case_accents_and_leading_space() -> None:
    texts = [
        "émil",
        "  Anna",
        "\t\n",
        "emilie",
        "EMIL",
        "",
        " ",
        "\tzoe",
        "Ärger",
        "öde",
        "a" * 200 + "b",
        "a" * 200 + "a",
    ]
    engine = Engine(corpus_of(texts))
    assert [texts[row].strip()[:6] for row in engine.order("text")] == [
        *("aaaaaa", "aaaaaa", "Anna", "Ärger", "émil", "EMIL", "emilie", "öde", "zoe", "", "", "")
    ]
    assert engine.order("text")[:2].tolist() == [10, 11]
    assert engine.order("text", descending=True)[-3:].tolist() == [2, 5, 6]


def test_an_engine_of_no_rows() -> None:
    empty = Engine(corpus_of([], amount=[]))
    assert empty.order("amount").size == 0
    assert empty.mask(Expression("row > 3")).size == 0
    assert empty.mask(Words("a")).size == 0
    assert len(empty.columns()) == 5


def test_a_cell_that_does_not_fit_its_column_is_missing() -> None:
    engine = Engine(corpus_of(["a"] * 50, amount=["5"] * 49 + ["unknown"], day=["2026-01-01"] * 49 + ["2026-02-30"]))
    assert engine.mask(Range("amount", 0)).sum() == 49
    assert engine.mask(Expression("amount > 0")).sum() == 49
    assert engine.mask(Moments("day")).sum() == 49
    assert engine.mask(Values("amount", ("unknown",))).sum() == 1


def test_ten_thousand_categories() -> None:
    engine = Engine(corpus_of([""] * 20_000, kind=[f"kind {i % 10_000}" for i in range(20_000)]))
    wanted = tuple(f"kind {i}" for i in range(5_000))
    assert engine.mask(Values("kind", wanted)).sum() == 10_000
    assert engine.mask(Expression("kind = 'kind 77'")).sum() == 2
    assert engine.order("kind")[:2].tolist() == [0, 10_000]


def test_names_that_differ_by_case_only() -> None:
    engine = Engine(corpus_of(["a", "b"], ID=["7", "8"], Body=["x", "y"]))
    assert engine.mask(Expression("ID = 7")).tolist() == [True, False]
    assert engine.mask(Expression("id = 1")).tolist() == [False, True]
    assert engine.mask(Expression("Body = 'y'")).tolist() == [False, True]
    with pytest.raises(OptionError, match="id and ID differ only by case"):
        engine.mask(Expression('id = 1 and "ID" = 7'))


def test_odd_names_are_quoted() -> None:
    engine = Engine(corpus_of(["a", "b"], **{"my col": ["1", "2"], 'say "hi"': ["u", "v"], "列": ["3", "4"]}))
    assert engine.mask(Expression('"my col" = 2')).tolist() == [False, True]
    assert engine.mask(Expression('"say ""hi""" = \'u\'')).tolist() == [True, False]
    assert engine.mask(Expression("列 > 3")).tolist() == [False, True]


# --- bad questions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (" ", "is empty"),
        ("--", "cannot be used"),
        ("amount >", "syntax error at or near"),
        ("amonut > 3", "no column called amonut. Columns are amount"),
        ("amount > 'abc'", "Could not convert string 'abc'"),
        ("amount + 1", "neither true nor false"),
        ("'abc'", "neither true nor false"),
        ("true, false", "2 expressions|single expression"),
        ("sum(amount) > 3", "aggregates"),
        ("row_number() over () > 3", "window functions"),
        ("columns(*) is not null", "cannot be used|neither"),
        ("nosuch(amount)", "nosuch"),
        ("true; drop table x", "more than one statement"),
        ("true) or (true", "syntax error"),
        ("true from x", "FROM|syntax"),
        ("true) union select row from _rows_ where (true", "syntax error"),
        ("true /*", "cannot be used"),
        ("exists (select * from read_csv('/etc/passwd'))", "disabled by configuration"),
        ("exists (from '/etc/passwd')", "does not exist"),
        ("(select content from read_text('/etc/passwd')) <> ''", "disabled by configuration"),
        ("exists (select * from glob('/*'))", "disabled by configuration"),
        ("exists (select * from read_parquet('https://example.org/x'))", "cannot be used"),
        ("getenv('HOME') <> ''", "getenv"),
        ("(copy x to 'y') is null", "syntax error"),
        ("(set threads = 9) is null", "syntax error"),
        ("\ud800", "cannot be used|no column"),
        ("\x00", "cannot be used|no column"),
        ("len(repeat('a', 100000000000)) > 1", "cannot be used"),
    ],
)
def test_an_expression_that_cannot_be_used_is_one_line(engine: Engine, sql: str, reason: str) -> None:
    with pytest.raises(OptionError, match=reason) as refused:
        engine.mask(Expression(sql))
    assert "\n" not in refused.value.what and len(refused.value.what) < 300
    assert engine.mask(Expression("amount = 9")).sum() == 1


@given(st.text(st.sampled_from("amount'\"();-/*$ \n1><=,_rowtext") | st.characters(), max_size=25))
def test_any_expression_answers_or_is_refused(sql: str) -> None:
    engine = Engine(corpus_of(["a", "b"], amount=["1", "2"]))
    try:
        assert engine.mask(Expression(sql)).shape == (2,)
    except OptionError as refused:
        assert "\n" not in refused.what


@pytest.mark.parametrize(
    ("predicate", "reason"),
    [
        (Range("lang", 3), "lang holds no numbers"),
        (Range("nope", 3), "no column called nope"),
        (Moments("amount", "2026-01-01"), "amount holds no dates"),
        (Values("amonut", ("1",)), "Columns are amount"),
        (Labelled("gone"), "no label called gone"),
        (Pattern("("), "regular expression"),
    ],
)
def test_what_cannot_be_asked_is_said(engine: Engine, predicate: Predicate, reason: str) -> None:
    with pytest.raises(OptionError, match=reason):
        engine.mask(predicate)
    with pytest.raises(OptionError, match="no column called"):
        engine.order("nope")


# --- what is kept ---------------------------------------------------------------------------------


def test_masks_and_orders_follow_their_columns(engine: Engine) -> None:
    asked = [Range("anomaly_score", 0.4), Expression("anomaly_score >= 0.4"), Values("flagged", ("true",))]
    before = [engine.mask(predicate) for predicate in asked]
    lang = engine.mask(Values("lang", ("en",)))
    assert engine.mask(asked[0]) is before[0] and not before[0].flags.writeable
    engine.order("anomaly_score")
    other = np.linspace(1, 0, N)
    engine.set_columns({"anomaly_score": other, "flagged": other > 0.8})
    assert [engine.mask(predicate).sum() for predicate in asked] == [5, 5, 2]
    assert engine.mask(Values("lang", ("en",))) is lang
    assert engine.order("anomaly_score").tolist() == list(range(N))[::-1]
    with pytest.raises(OptionError):
        engine.mask(Values("note", ("see",)))


def test_the_same_cells_given_again_keep_what_is_known(engine: Engine) -> None:
    places = np.arange(2.0 * N).reshape(N, 2)
    notes = ["a", None] * 4
    engine.set_columns({"x": places[:, 0], "y": places[:, 1].copy(), "note": pa.array(notes)})
    asked = [Range("x", 3), Range("y", 3), Values("note", ("a",))]
    before = [engine.mask(predicate) for predicate in asked]
    engine.set_columns({"x": places[:, 0], "y": places[:, 1].copy(), "note": pa.array(notes)})
    assert all(engine.mask(predicate) is mask for predicate, mask in zip(asked, before, strict=True))
    engine.set_columns({"x": places[:, 1], "y": places[:, 1], "note": pa.array(notes[::-1])})
    kept = [engine.mask(predicate) is mask for predicate, mask in zip(asked, before, strict=True)]
    assert kept == [False, True, False]


def test_an_own_column_makes_way_for_one_of_the_program() -> None:
    engine = Engine(corpus_of(["a", "b"], score_knn=["5", "6"], note=["u", "v"]))
    asked = Range("score_knn", 5.5)
    assert engine.mask(asked).tolist() == [False, True]
    assert engine.mask(Values("corpus_note", ("u",))).tolist() == [True, False]
    engine.set_columns({"score_knn": np.array([9.0, 1.0])})
    assert engine.mask(asked).tolist() == [True, False]
    assert engine.mask(Range("corpus_score_knn", 5.5)).tolist() == [False, True]
    engine.set_columns({})
    assert engine.mask(asked).tolist() == [False, True]


def test_labels_follow_their_bits(engine: Engine) -> None:
    assert engine.mask(Labelled("odd")).sum() == 2
    engine.set_labels(["odd"], np.array([1] * N, np.uint64))
    assert engine.mask(Labelled("odd")).sum() == N
    engine.set_labels(["odd"], np.empty(0, np.uint64))
    assert engine.mask(Labelled("odd")).sum() == 0
    assert engine.mask(Expression("labels is null")).sum() == N


def test_a_dictionary_of_strings_is_a_column_of_text(engine: Engine) -> None:
    words = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 0, 1, None, 0, 1]), pa.array(["flag", "clear"]))
    engine.set_columns({"override": words})
    assert engine.mask(Expression("override = 'flag'")).sum() == 3
    assert engine.mask(Values("override", (), missing=True)).sum() == 2
    assert engine.order("override").tolist() == [1, 4, 7, 0, 3, 6, 2, 5]


def test_a_list_of_the_program_is_filtered_and_sorted_as_text(engine: Engine) -> None:
    engine.set_columns({"near": pa.array([[2, 1], [1], None, []] * 2)})
    assert engine.mask(Values("near", ("[1]",))).sum() == 2
    assert engine.mask(Expression("len(near) = 2")).sum() == 2
    assert engine.order("near").tolist() == [1, 5, 0, 4, 3, 7, 2, 6]


def test_a_column_of_another_length_is_a_mistake(engine: Engine) -> None:
    with pytest.raises(ValueError, match="each of 8 rows: x"):
        engine.set_columns({"x": np.zeros(3)})


def test_a_query_under_way_can_be_interrupted(engine: Engine) -> None:
    engine.mask(Expression("row > 3"))
    stop = threading.Thread(target=lambda: (time.sleep(0.2), engine.interrupt()))
    stop.start()
    with pytest.raises(Cancelled):
        engine.mask(Expression("(select count(*) from range(1000000000000) t(i) where i % 7 = row) > 3"))
    stop.join()
    assert engine.mask(Expression("row > 3")).sum() == 4
