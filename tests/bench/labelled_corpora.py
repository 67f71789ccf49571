"""Labelled corpora on which detectors are measured: real texts, and who of them is odd.

Two come with the repository. More are read from the folder that the environment variable ``TEXT_EXPLORER_CORPORA``
names, where it has them: ``20newsgroups``, ``ag-news-test``, ``masakhanews-run``, ``stsb-multi-mt`` and ``tad-bench``
as their authors publish them (``olid.jsonl`` and so on). Where a corpus has topics, one topic is the ordinary one and a
few texts of the others are odd, as in Text-ADBench; of the bank questions one intent is odd among all others.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.gui.sample import sample_file

FOLDER = "TEXT_EXPLORER_CORPORA"
COVID = Path(__file__).parents[1] / "data" / "tad-bench" / "covid_fake.jsonl"
USUAL, ODD = 1_200, 60
"""Ordinary and odd texts of a task that is made of topics."""

TOPICS = {"comp": "comp.", "rec": "rec.", "sci": "sci.", "talk": "talk."}
ORDINARY = ("comp", "rec", "sci")
"""Groups whose posts are the ordinary ones of a task; long posts take long to embed."""

NEWS = {"1": "world", "2": "sports", "3": "business", "4": "science"}
INTENTS = 4


@dataclass(frozen=True)
class LabelledTask:
    """name : ``family_part``, the family being the texts that it is made of. odd : of each text."""

    name: str
    texts: tuple[str, ...]
    odd: tuple[bool, ...]

    def write(self, folder: Path) -> Path:
        """As a CSV file with the columns text and odd."""
        path = folder / f"{self.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["text", "odd"])
            writer.writerows([text, int(odd)] for text, odd in zip(self.texts, self.odd, strict=True))
        return path


def labelled_tasks() -> Iterator[LabelledTask]:
    """All that are there."""
    yield from _bank()
    yield _given("covid_fake", COVID)
    if (named := os.environ.get(FOLDER)) is None:
        return
    for folder, tasks in OTHERS.items():
        if (Path(named) / folder).is_dir():
            yield from tasks(Path(named) / folder)


def _bank() -> Iterator[LabelledTask]:
    """Sentences among bank questions; questions of one intent, which resemble each other, among those of others."""
    with sample_file().open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    strange = [row["question"] for row in rows if row["source"] == "tatoeba"]
    real = [row for row in rows if row["source"] != "tatoeba"]
    yield _mixed("banking_sentences", [row["question"] for row in real], strange)
    intents = sorted({row["intent"] for row in real})
    for intent in np.random.default_rng(0).choice(intents, INTENTS, replace=False).tolist():
        one = [row["question"] for row in real if row["intent"] == intent]
        yield _mixed(f"banking_{intent}", [row["question"] for row in real if row["intent"] != intent], one)


def _given(name: str, path: Path) -> LabelledTask:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return LabelledTask(name, tuple(row["text"] for row in rows), tuple(bool(row["label"]) for row in rows))


def _mixed(name: str, usual: Sequence[str], strange: Sequence[str]) -> LabelledTask:
    """A few odd texts among ordinary ones, at random places; empty texts and copies left out."""
    random = np.random.default_rng(0)
    drawn = [*_some(usual, USUAL, random), *_some(strange, ODD, random)]
    odd = np.arange(len(drawn)) >= len(drawn) - min(ODD, len(dict.fromkeys(filter(str.strip, strange))))
    order = random.permutation(len(drawn))
    return LabelledTask(name, tuple(drawn[place] for place in order), tuple(odd[order].tolist()))


def _some(texts: Sequence[str], count: int, random: np.random.Generator) -> list[str]:
    different = list(dict.fromkeys(filter(str.strip, texts)))
    return [different[place] for place in random.permutation(len(different))[:count]]


def _by_topic(family: str, texts: dict[str, list[str]], topics: Sequence[str]) -> Iterator[LabelledTask]:
    for topic in topics:
        others = [text for other, some in texts.items() if other != topic for text in some]
        yield _mixed(f"{family}_{topic}", texts[topic], others)


def _newsgroups(folder: Path) -> Iterator[LabelledTask]:
    """Posts of one top-level group without their headers, and a few of the others."""
    texts: dict[str, list[str]] = {topic: [] for topic in TOPICS}
    with gzip.open(folder / "20newsgroups.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            for topic, start in TOPICS.items():
                if row["label"].startswith(start):
                    texts[topic].append(row["text"].partition("\n\n")[2])
    yield from _by_topic("20newsgroups", texts, ORDINARY)


def _news(folder: Path) -> Iterator[LabelledTask]:
    texts: dict[str, list[str]] = {topic: [] for topic in NEWS.values()}
    with (folder / "test.csv").open(encoding="utf-8", newline="") as lines:
        for label, title, body in csv.reader(lines):
            texts[NEWS[label]].append(f"{title}. {body}")
    yield from _by_topic("agnews", texts, list(NEWS.values()))


def _kirundi(folder: Path) -> Iterator[LabelledTask]:
    """News in a language that MiniLM has not learnt, by headline and text."""
    texts: dict[str, list[str]] = {}
    for part in ("train", "dev", "test"):
        with (folder / f"{part}.tsv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                texts.setdefault(row["category"], []).append(f"{row['headline']}. {row['text']}")
    largest = sorted(texts, key=lambda topic: (-len(texts[topic]), topic))
    yield from _by_topic("masakhanews", texts, largest[:1])


def _languages(folder: Path) -> Iterator[LabelledTask]:
    """English sentences and a few in another language, which are not their translations."""

    def sentences(language: str, part: str) -> list[str]:
        with (folder / f"stsb-{language}-{part}.csv").open(encoding="utf-8", newline="") as lines:
            return [row[0] for row in csv.reader(lines)]

    for language in ("de", "fr"):
        yield _mixed(f"stsb_{language}", sentences("en", "train"), sentences(language, "test"))


def _tweets(folder: Path) -> Iterator[LabelledTask]:
    yield _given("olid", folder / "olid.jsonl")


OTHERS = {
    "20newsgroups": _newsgroups,
    "ag-news-test": _news,
    "masakhanews-run": _kirundi,
    "stsb-multi-mt": _languages,
    "tad-bench": _tweets,
}
