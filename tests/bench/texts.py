"""Short real texts in any number: the sample's questions, then pairs of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from explorer.gui.sample import sample_file


def short_texts(count: int) -> Iterator[str]:
    """``count`` texts, all different: the sample's questions, then each with another one behind it."""
    with sample_file().open(encoding="utf-8", newline="") as lines:
        questions = list(dict.fromkeys(row["question"] for row in csv.DictReader(lines)))
    for number in range(count):
        lap, place = divmod(number, len(questions))
        other = questions[(place * 7 + lap * 131) % len(questions)]
        yield questions[place] if lap == 0 else f"{questions[place]} {other}"


def corpus_file(scratch: Path, count: int) -> Path:
    """A CSV of ``count`` short texts with a number and a label."""
    path = scratch / f"texts-{count}.csv"
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["id", "question", "group"])
        writer.writerows((number, text, f"g{number % 30}") for number, text in enumerate(short_texts(count)))
    return path
