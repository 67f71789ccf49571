"""``text-explorer benchmark recommend``: its words, and what it prints."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.app.recommending import RecommendOutcome

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
    add(
        "--detector",
        **several,
        metavar="NAME",
        help="detectors, each once (default: knn lof iforest pca ecod hbos cluster kde consensus)",
    )
    add("--seed", type=int, default=0, metavar="N", help="the only source of randomness (default 0)")


def _number(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "-"


def recommended_lines(outcome: RecommendOutcome) -> Iterator[str]:
    """What is printed: the recommendation, why, how far to trust it, all candidates, the file."""
    found = outcome.recommendation
    yield f"Recommended: {found.best.detector} on {found.best.encoder}."
    yield f"  Why: {found.best.why}."
    if found.is_weak:
        yield f"  This is a weak recommendation. {' '.join(found.doubts)}"
    if found.nothing_apart:
        yield "  Its scores set no texts apart: there may be nothing odd, or the odd texts shade into the others."
    if (other := found.by_measures) is not found.best:
        yield f"  By the measures of this corpus alone it would be {other.detector} on {other.encoder}."
    yield f"  {outcome.reliability}"
    yield ""
    row = "{:>4}  {:<12} {:<12} {:>8} {:>7} {:>10} {:>6} {:>9}".format
    yield row("rank", "encoder", "detector", "measures", "agrees", "keeps", "apart", "elsewhere")
    for each in found.ranked:
        facts = each.facts
        agrees = f"{facts.agreement.agrees} of {facts.agreement.others}"
        keeps = f"{facts.stability.kept} of {facts.stability.top}" if facts.stability.top else "-"
        apart, elsewhere = f"{facts.separation.deviations:.1f}", _number(facts.elsewhere)
        yield row(each.rank, facts.encoder, facts.detector, f"{each.value:.2f}", agrees, keeps, apart, elsewhere)
    yield (
        "measures: all together, 0 to 1; agrees: with how many others; keeps: of its strangest texts when half of the "
        "texts are taken; apart: deviations of the strangest 5 % above the median; elsewhere: mean AUROC on labelled "
        "corpora."
    )
    if outcome.out is not None:
        yield f"recommendation: {outcome.out}"
