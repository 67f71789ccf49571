"""The page for people: complete, safe whatever the texts say, readable by machines that read to people."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from explorer.core.corpus.checks import CorpusCheck
from explorer.core.report.html_parts import BINS, duplicates, histogram
from explorer.core.report.html_report import Facts, Key, Picture, html_page, write_html
from explorer.core.report.marks import Marks
from explorer.core.report.visible import SNIPPET, visible
from explorer.errors import OutputError

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """Elements with their attributes, and the text by element; fails where tags do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def check() -> CorpusCheck:
    return CorpusCheck(10, np.array([7]), np.array([6]), 1, 37, 1, (), ("a notice <b>",), "en", 0.9, "")


@pytest.fixture
def facts(made) -> Facts:
    when = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
    return Facts(made.plan, check(), when, "", "Neighbour map", "On average half is kept.")


@pytest.fixture
def page(made, marks: Marks, facts: Facts) -> str:
    picture = Picture("Map <1>", PNG, 'Map of "10" texts', (Key("card <b>", 3, "#3c96ff"),))
    return html_page(made.report({1: True, 9: False}, marks), [picture], facts)


def test_every_part_is_there(page: str) -> None:
    said = Page(page).text
    for words in (
        "Anomaly report: mails.csv", "2026-11-23 09:05 UTC", "Text Anomaly Explorer",
        "the strangest 20 % of the scored texts", "On average half is kept.",
        "flagged by hand", "cleared by hand", "spam", "Copies of another text", "same twin",
        "3 cells instead of 4", "a notice <b>", "Share to flag", "numpy", "only their beginning was judged",
        "In the trash", "no probabilities", "0" * 64, "English (90% of a sample)",
    ):  # fmt: skip
        assert words in said, words


def test_a_strangers_text_is_text(page: str) -> None:
    parsed = Page(page)
    assert "<script>alert(1)</script>" in parsed.text and "<i>odd" in parsed.text
    assert parsed.all("script") == [] and parsed.all("i") == [] and parsed.all("b") == []
    assert "\u202e" not in page and "[U+202E]" in page
    assert not [name for _, found in parsed.elements for name in found if name.startswith("on")]


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    parsed = Page(page)
    assert parsed.all("link") == parsed.all("iframe") == []
    targets = [value or "" for _, found in parsed.elements for name, value in found.items() if name in ("src", "href")]
    assert targets and all(target.startswith(("#", "data:image/png;base64,")) for target in targets)
    assert "url(" not in page and "@import" not in page
    assert any("default-src 'none'" in (meta.get("content") or "") for meta in parsed.all("meta"))
    image = next(target for target in targets if target.startswith("data:"))
    assert base64.b64decode(image.partition(",")[2]) == PNG


def test_it_can_be_read_out(page: str) -> None:
    parsed = Page(page)
    assert parsed.all("html") == [{"lang": "en"}]
    assert [len(parsed.all(tag)) for tag in ("header", "nav", "main", "footer", "h1")] == [1] * 5
    assert all(image["alt"] for image in parsed.all("img"))
    assert all("scope" in cell for cell in parsed.all("th"))
    assert len(parsed.all("caption")) == len(parsed.all("table"))
    ids = [found["id"] for _, found in parsed.elements if "id" in found]
    assert len(set(ids)) == len(ids)
    wanted = {word for _, found in parsed.elements for word in (found.get("aria-labelledby") or "").split()}
    wanted |= {(link["href"] or "")[1:] for link in parsed.all("a")}
    assert wanted <= set(ids)


def test_colours_can_be_told_from_the_ground() -> None:
    """Contrast of text to ground, light and dark, at least 4.5:1 (WCAG 2.2)."""
    template = Path(__file__).parents[3] / "resources/report/report.html.j2"
    schemes = re.findall(r":root \{([^}]*)\}", template.read_text(encoding="utf-8"))
    assert len(schemes) == 3, "light, dark, print"
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#\w{6})", scheme))
        for ground in ("ground", "panel"):
            for name in ("text", "muted", "accent", "flag"):
                assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)


def contrast(one: str, other: str) -> float:
    light = sorted((luminance(one), luminance(other)), reverse=True)
    return (light[0] + 0.05) / (light[1] + 0.05)


def luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_page_without_picture_labels_or_duplicates(made, facts: Facts) -> None:
    report = made.report()
    texts = pa.chunked_array([pa.array([f"text {row}" for row in range(10)], pa.large_string())])
    report = replace(report, corpus=replace(report.corpus, texts=texts))
    said = Page(html_page(report, [], replace(facts, no_picture="No map was computed."))).text
    assert "No map was computed." in said and "No two texts are the same." in said
    assert "Labelled" not in said and "In the trash" not in said


def test_a_huge_text_is_cut_and_says_so() -> None:
    shown = visible("x" * 1_000_000)
    assert shown == "x" * SNIPPET + "…"
    assert visible(" a\n\t b ") == "a b" and visible("a\x00\x1b[2J") == "a[U+0000][U+001B][2J"
    assert visible("\ud800\uffff") == "\ufffd[U+FFFF]"
    assert visible("👩‍👩‍👧 e\u0301 مرحبا") == "👩‍👩‍👧 e\u0301 مرحبا", "joiners and combining signs are no danger"


def test_duplicates_come_with_the_largest_group_first(made) -> None:
    groups, count = duplicates(made.report())
    assert count == 1 and groups[0].count == 2 and groups[0].rows == (5, 6)


def test_bars_hold_every_score_and_the_line_stands_where_it_should() -> None:
    scores = np.array([*np.linspace(0.2, 0.4, 500), 30.0, np.nan])
    found = histogram(scores, 0.38)
    assert found is not None and len(found.bars) == BINS
    assert sum(bar.count for bar in found.bars) == 501 and found.cut and found.high < 30
    over = [bar for bar in found.bars if bar.beyond]
    assert found.line == pytest.approx((0.38 - found.low) / (found.high - found.low))
    assert over and min(bar.high for bar in over) >= 0.38
    same = histogram(np.full(5, 0.5), 0.6)
    assert same is not None and same.low < 0.5 < same.high and sum(bar.count for bar in same.bars) == 5
    assert histogram(np.array([np.nan]), 0.0) is None


def test_it_is_written_whole_or_not_at_all(made, facts: Facts, out: Path) -> None:
    write_html(made.report(), [], facts, out / "r.html")
    assert (out / "r.html").read_bytes().startswith(b"<!DOCTYPE html>")
    blocked = out / "file"
    blocked.write_text("in the way")
    with pytest.raises(OutputError):
        write_html(made.report(), [], facts, blocked / "r.html")
