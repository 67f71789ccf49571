"""The report as one HTML page for people: opens offline, loads nothing, runs nothing.

Everything in it that comes from a corpus is a stranger's text: it is escaped by the template engine, cut at a stated
length, and kept from reordering its surroundings. A content security policy in the page forbids all that it has no
need of, should something slip through.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2

import explorer
from explorer.core.corpus.checks import CorpusCheck
from explorer.core.corpus.languages import language_name
from explorer.core.plan import Plan
from explorer.core.progress import SILENT, Progress
from explorer.core.report import html_parts as parts
from explorer.core.report.manifest import counts, versions
from explorer.core.report.scoring_remarks import scoring_remarks
from explorer.core.report.table import Report, digits
from explorer.core.report.visible import SNIPPET, visible
from explorer.core.storage import output_errors, write_atomically

TEMPLATE = "report.html.j2"
REJECTED_SHOWN = 20

PARAMETERS = {
    "encoder": "Encoder",
    "precision": "Precision",
    "vectors": "Precomputed vectors",
    "k": "Neighbours (k)",
    "metric": "Distance",
    "standardise": "Standardised",
    "detectors": "Detectors",
    "options": "Parameters of detectors",
    "normal": "Texts that count as normal",
    "reference": "Reference project",
    "threshold": "Threshold set by hand",
    "flag_share": "Share to flag",
    "threshold_z": "Deviations above the median",
    "target_precision": "Precision wanted",
    "odd_value": "Label that means odd",
    "within": "Compared with",
    "learn": "Learned from decisions",
    "seed": "Seed",
    "map": "Map",
}


@dataclass(frozen=True)
class Key:
    """What one colour of a picture means: a name, how many rows have it, the colour as ``#rrggbb``."""

    name: str
    count: int
    colour: str


@dataclass(frozen=True)
class Picture:
    """A picture of the map. ``alt`` says in words what it shows; ``legend`` says the colours again as text."""

    title: str
    png: bytes
    alt: str
    legend: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What the page says that does not follow from the report's rows.

    made_at : when, with its time zone. layout : name of the map's layout, "" = there is no map.
    trust : how far the picture can be trusted, in a sentence; "" = not measured.
    no_picture : why there is no picture, in a sentence.
    """

    plan: Plan
    check: CorpusCheck
    made_at: datetime
    title: str = ""
    layout: str = ""
    trust: str = ""
    no_picture: str = ""


def write_html(
    report: Report, pictures: Sequence[Picture], facts: Facts, path: Path, progress: Progress = SILENT
) -> None:
    """Write the page whole or not at all. Raises ``OutputError``, ``Cancelled``."""
    progress.report(0, "Writing the report")
    page = html_page(report, pictures, facts)
    progress.report(0.9, "Writing the report")
    with output_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, page.encode("utf-8", "replace"))


def html_page(report: Report, pictures: Sequence[Picture], facts: Facts) -> str:
    """The page as text."""
    return _template().render(_content(report, pictures, facts))


def _template() -> jinja2.Template:
    folder = resources.files("explorer.resources") / "report"
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = "{:,}".format
    environment.filters["digits"] = lambda value: f"{value:.4g}"
    return environment.from_string((folder / TEMPLATE).read_text(encoding="utf-8"))


def _content(report: Report, pictures: Sequence[Picture], facts: Facts) -> dict[str, Any]:
    decisions, source = report.decisions, report.corpus.source
    groups, group_count = parts.duplicates(report)
    name = visible(Path(source.path).name, 120)
    return {
        "title": visible(facts.title, 120) or f"Anomaly report: {name}",
        "made_at": facts.made_at,
        "program": f"Text Anomaly Explorer {explorer.__version__}",
        "source": name,
        "counts": counts(report.corpus, report.results, decisions),
        "pictures": [_embedded(picture) for picture in pictures],
        "facts": facts,
        "threshold": decisions.threshold,
        "line": digits(decisions.threshold.value),
        "detector": decisions.detector,
        "histogram": parts.histogram(decisions.scores, decisions.threshold.value),
        "top": parts.strangest(report),
        "decided": parts.decided_elsewhere(report),
        "groups": groups,
        "group_count": group_count,
        "labels": parts.label_counts(report),
        "corpus": _corpus(report, facts.check),
        "rejected": report.corpus.rejected[:REJECTED_SHOWN],
        "remarks": [
            *([facts.check.language_warning] if facts.check.language_warning else []),
            *facts.check.notices,
            *scoring_remarks(report.results, facts.plan),
        ],
        "parameters": _parameters(report, facts.plan),
        "stages": report.results.records,
        "versions": {"text-anomaly-explorer": explorer.__version__, **versions()},
        "limits": _limits(report, facts),
        "cut_at": SNIPPET,
        "visible": visible,
    }


def _embedded(picture: Picture) -> dict[str, Any]:
    data = base64.b64encode(picture.png).decode("ascii")
    return {
        "title": picture.title,
        "alt": picture.alt,
        "legend": picture.legend,
        "uri": f"data:image/png;base64,{data}",
    }


def _corpus(report: Report, check: CorpusCheck) -> dict[str, str]:
    """Facts on the corpus by name."""
    corpus = report.corpus
    roles = {"Text": corpus.roles.text, "Id": corpus.roles.id, "Label": corpus.roles.label, "Date": corpus.roles.date}
    found = {
        "File": Path(corpus.source.path).name,
        "Read as": corpus.source.details or corpus.source.format,
        "SHA-256": corpus.source.digest,
        "Texts": f"{corpus.rows:,}",
        "Empty texts": f"{check.empty:,}",
        "Copies of another text": f"{check.duplicates:,}",
        "Lines or files not read": f"{len(corpus.rejected):,}",
        "Cut at the token limit": f"{report.results.cut:,}",
        "Longest text": f"{check.longest:,} characters (row {check.longest_row})",
        "Cleaning": ", ".join(corpus.cleaning) or "none",
    }
    if check.language is not None:
        found["Language"] = f"{language_name(check.language)} ({check.language_share:.0%} of a sample)"
    columns = {
        f"{name} column": names if isinstance(names, str) else ", ".join(names or ()) for name, names in roles.items()
    }
    return {name: visible(value) for name, value in (found | columns).items() if value}


def _parameters(report: Report, plan: Plan) -> dict[str, str]:
    """Every parameter that was set, then what came of it: the encoder's card and how neighbours were found."""
    set_ones = {name: value for name, value in plan.as_dict().items() if value not in (None, [])}
    found = {"Mode": plan.mode} | {
        PARAMETERS.get(name, name.capitalize()): _parameter(value) for name, value in set_ones.items()
    }
    card, graph = report.results.card, report.results.graph
    if card is not None:
        found["Encoder used"] = f"{card.name}, {card.dimension} dimensions, digest {card.digest[:16]}"
    if graph is not None:
        found["Neighbours found"] = f"{graph.method}; recall {graph.recall:.3g}, measured on {graph.recall_rows:,} rows"
    return {name: visible(value) for name, value in found.items()}


def _parameter(value: object) -> str:
    if isinstance(value, dict):
        return str(value["path"])
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _limits(report: Report, facts: Facts) -> list[str]:
    """What a reader must know before acting on the page."""
    limits = [
        "A flag says that a text is unlike the others in this corpus. Whether it is wrong, new or just rare is for a "
        "person to say.",
        "Scores compare texts of this corpus with each other. They are no probabilities and cannot be compared with "
        "those of another corpus, another encoder or another detector.",
        f"This page shows at most {parts.TOP} texts a table and the first {SNIPPET} characters of each; "
        "the CSV report holds every row in full.",
    ]
    if facts.layout:
        limits.append(
            "The map shows many dimensions in two: what lies together is mostly alike, but the distance between groups "
            "and the size of a group mean little. Scores and neighbours come from the original space, not from the map."
        )
    if report.results.cut:
        limits.append(
            f"{report.results.cut:,} of the texts were longer than the encoder reads: only their beginning was judged."
        )
    return limits
