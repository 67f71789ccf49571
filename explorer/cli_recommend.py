"""``text-explorer benchmark recommend``: its words, and what it prints."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.app.recommend_view import Recommended

ABOUT = (
    "Recommend an encoder and a detector for a corpus without labels: by agreement, stability under resampling, "
    "separation, and what is known of them from labelled corpora; with how often that was right."
)
EXAMPLES = (
    "tickets.csv",
    "tickets.csv --out bench/recommended.csv",
    "mails.jsonl --text subject body --encoder minilm --detector knn lof ecod consensus --json",
)


def add_recommend_options(parser: argparse.ArgumentParser, path: Callable[[str], Path]) -> None:
    add = parser.add_argument
    add("corpus", type=path, help="a corpus file; no column but its texts is read, labels neither")
    add(
        "--out",
        type=path,
        metavar="FILE.csv",
        help="write all candidates; what was computed is kept in a folder work beside it, and a stopped call goes on",
    )
    several = {"nargs": "+", "action": "extend", "default": []}
    add("--text", **several, metavar="COL", help="text column(s) (default: guessed)")
    add("--encoder", **several, metavar="NAME", help="encoders (default: minilm lexical); they run at fp32")
    add("--allow-download", action="store_true", help="let models named by --encoder be fetched from their hub")
    add(
        "--detector",
        **several,
        metavar="NAME",
        help="detectors, each once (default: knn lof iforest pca ecod hbos cluster kde consensus)",
    )
    add("--seed", type=int, default=0, metavar="N", help="the only source of randomness (default 0)")


def recommended_lines(found: Recommended) -> Iterator[str]:
    """What is printed: the recommendation, why, how far to trust it, all candidates, the file."""
    from explorer.app.recommend_view import COLUMNS, pair_words, sentences

    yield f"Recommended: {pair_words(found.best)}."
    yield from (f"  {said}" for said in sentences(found))
    yield ""
    row = "{:>4}  {:<12} {:<12} {:>8} {:>8} {:>10} {:>6} {:>9}".format
    yield row("rank", "encoder", "detector", *(column.title for column in COLUMNS))
    for each in found.ranked:
        yield row(each.rank, each.encoder, each.detector, *(column.words(each) or "-" for column in COLUMNS))
    yield "; ".join(f"{column.title}: {column.tip}" for column in COLUMNS) + "."
    if found.out is not None:
        yield f"recommendation: {found.out}"
