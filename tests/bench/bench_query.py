"""Filter, search and sort 1,000,000 texts: rows of the ``window`` group, as the window's person waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from explorer.core.corpus.corpus import Corpus, Roles, Source
from explorer.core.corpus.snapshot import open_snapshot, save_snapshot
from explorer.core.query.engine import Engine
from explorer.core.query.keywords import KeywordIndex, build_keywords
from explorer.core.query.predicates import Expression
from explorer.core.query.search import TextQuery, find
from tests.bench.bench_row import bench_row

row = partial(bench_row, "window")

ROWS = 1_000_000
VOCABULARY = 30_000
WORDS = (6, 16)
SEED = 0
COMMONEST = 0.1
"""Words in more texts than this share are not what anybody searches for."""

EXPRESSIONS = (
    "anomaly_score > 0.5 and lang = 'en'",
    "amount > 100 or flagged",
    "day >= '2026-03-01' and day < '2026-04-01'",
    "text ilike '%refund%' and x < 0.5",
    "length(text) > 60 and lang in ('de', 'fr')",
)
SORTED = ("text", "lang", "amount", "day", "anomaly_score")


def vocabulary() -> np.ndarray:
    """Made-up words, the commonest first, "refund" among them."""
    random = np.random.default_rng(SEED + 2)
    letters = np.array(list("etaoinshrdlucmfwypvbgk"))
    words = ["".join(random.choice(letters, random.integers(2, 10))) for _ in range(VOCABULARY)]
    words[200] = "refund"
    return np.array(words)


def synthetic_texts(random: np.random.Generator) -> list[str]:
    """Texts of 6 to 15 words whose frequencies fall as in a language (Zipf)."""
    share = 1 / np.arange(1, VOCABULARY + 1) ** 0.9
    lengths = random.integers(*WORDS, ROWS)
    words = vocabulary()[random.choice(VOCABULARY, int(lengths.sum()), p=share / share.sum())].tolist()
    ends = np.cumsum(lengths).tolist()
    return [" ".join(words[start:end]).capitalize() for start, end in zip([0, *ends], ends, strict=False)]


def synthetic_corpus(scratch: Path) -> Corpus:
    """A memory-mapped snapshot whose columns are strings, as a CSV file gives them."""
    random = np.random.default_rng(SEED)
    day = np.datetime64("2026-01-01") + random.integers(0, 300, ROWS)
    columns = {
        "question": synthetic_texts(random),
        "lang": random.choice(["en", "de", "fr", ""], ROWS).tolist(),
        "amount": [f"{value:.2f}" for value in random.normal(100, 30, ROWS)],
        "day": day.astype(str).tolist(),
    }
    table = pa.table({name: pa.array(values, pa.large_string()) for name, values in columns.items()})
    ids = pa.chunked_array([pa.array(np.arange(ROWS)).cast(pa.large_string())])
    texts = table["question"]
    made = Corpus(table, texts, texts, ids, Roles(("question",)), (), Source("", "", 0, "csv"))
    save_snapshot(made, scratch / "corpus.arrow")
    return open_snapshot(scratch / "corpus.arrow", verify=False)


def program_columns() -> dict[str, np.ndarray]:
    random = np.random.default_rng(SEED + 1)
    scores = random.random(ROWS)
    places = random.random((ROWS, 2)).astype(np.float32)
    return {"anomaly_score": scores, "flagged": scores > 0.98, "x": places[:, 0], "y": places[:, 1]}


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def slowest(asked: Iterable[str], work: Callable[[str], object]) -> tuple[float, str]:
    """The longest wait and all of them in words. Every question is new; nothing is answered from memory."""
    waits = {question: seconds(partial(work, question)) * 1000 for question in asked}
    return max(waits.values()), ", ".join(f"{question}: {wait:.0f}" for question, wait in waits.items())


def searches(corpus: Corpus) -> list[str]:
    """Searches for the commonest words that at most a tenth of the texts hold, and for rarer ones."""
    words = vocabulary().tolist()
    sample = [set(text.lower().split()) for text in corpus.texts.slice(0, 20_000).to_pylist()]
    share = [sum(word in text for text in sample) / len(sample) for word in words[:60]]
    common = [word for word, part in zip(words, share, strict=False) if part < COMMONEST][:2]
    first, second = common
    return [f"{first} ", f"{first} {second} ", f'"{first} {second}"', "refund ", f"{second} -refund"]


def rows(scratch: Path) -> Iterator[dict]:
    corpus = synthetic_corpus(scratch)
    engine = Engine(corpus)
    engine.set_columns(program_columns())
    engine.mask(Expression("row < 0"))  # DuckDB is loaded
    wait, each = slowest(EXPRESSIONS, lambda sql: engine.mask(Expression(sql)))
    yield row("filter_1m", wait, "ms", "< 300", wait < 300, f"slowest expression, columns of strings read ({each})")
    wait, each = slowest(SORTED, engine.order)
    yield row("sort_1m", wait, "ms", "< 500", wait < 500, f"slowest column ({each})")
    file = scratch / "keywords.sqlite"
    built = seconds(lambda: build_keywords(corpus.texts, file))
    index = KeywordIndex.open(file)
    wait, each = slowest(searches(corpus), lambda text: find(corpus, index, TextQuery(text)))
    against = f"slowest search, count and best 200 ({each}); {file.stat().st_size / 1e6:.0f} MB built in {built:.1f} s"
    yield row("keyword_1m", wait, "ms", "< 300", wait < 300, against)
