"""The manifest beside a report: everything that is needed to make the same report again, and to check that it is.

JSON with a format number. ``read_manifest`` trusts nothing: a manifest is data from anywhere.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import explorer
from explorer.core.corpus.corpus import Corpus, Roles
from explorer.core.plan import Plan
from explorer.core.report.decisions import Decisions
from explorer.core.report.marks import Marks
from explorer.core.results import Results
from explorer.core.storage import write_atomically
from explorer.errors import ManifestError

FORMAT = 3
"""1: without notes and trash, and never with labels. 2: without corrections of labels."""

PACKAGES = (
    "annoy",
    "numba",
    "numpy",
    "pyarrow",
    "pyod",
    "scikit-learn",
    "scipy",
    "sentence-transformers",
    "torch",
    "transformers",
)
"""Packages whose version can change a result."""


@dataclass(frozen=True)
class Recipe:
    """What ``rerun`` needs from a manifest. ``marks`` as it stands there: it is read when the corpus is known."""

    corpus: Path
    corpus_digest: str
    roles: Roles
    cleaning: tuple[str, ...]
    plan: Plan
    card: Mapping[str, Any]
    overrides: dict[int, bool]
    raw: bool
    report_digest: str
    marks: Mapping[str, Any] = field(default_factory=dict)
    added: tuple[tuple[Path, str], ...] = ()
    """Files whose texts were added later, with their digests."""

    def marks_for(self, rows: int) -> Marks:
        """Labels, notes, trash and corrections for a corpus of so many rows. Raises ``ManifestError``."""
        try:
            return Marks.from_dict(self.marks, rows)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise _incomplete("This", error) from error


def build_manifest(
    corpus: Corpus, results: Results, decisions: Decisions, plan: Plan, *, raw: bool, report_digest: str
) -> dict[str, Any]:
    """The manifest of a report, JSON-able."""
    return {
        "format": FORMAT,
        "program": {"name": "text-anomaly-explorer", "version": explorer.__version__},
        "corpus": {
            **asdict(corpus.source),
            "roles": asdict(corpus.roles),
            "cleaning": list(corpus.cleaning),
            "fingerprint": corpus.fingerprint,
            "added": [asdict(source) for source in corpus.added],
            "rejected": [asdict(item) for item in corpus.rejected],
        },
        "encoder": None if results.card is None else asdict(results.card),
        "mode": plan.mode,
        "parameters": plan.as_dict(),
        "seed": plan.seed,
        "threshold": {"value": decisions.threshold.value, "rule": decisions.threshold.rule},
        "overrides": [_override(corpus, row, flag) for row, flag in sorted(decisions.overrides.items())],
        **decisions.marks.as_dict(corpus.ids),
        "counts": counts(corpus, results, decisions),
        "stages": [_stage(record) for record in results.records],
        "versions": versions(),
        "machine": _machine(),
        "report": {"sha256": report_digest, "raw": raw, "detector": decisions.detector},
        "failed": dict(results.failed),
    }


def counts(corpus: Corpus, results: Results, decisions: Decisions) -> dict[str, int]:
    """How many texts were loaded, rejected, cut at the token limit, scored, flagged, and worked on by hand."""
    marks = decisions.marks
    return {
        "loaded": corpus.rows,
        "rejected": len(corpus.rejected),
        "truncated": results.cut,
        "scored": int((decisions.ranks > 0).sum()),
        "flagged": int(decisions.flagged.sum()),
        "overridden": len(decisions.overrides),
        "labelled": marks.labelled_count,
        "noted": len(marks.notes),
        "trashed": marks.trashed_count,
        "corrected": len(marks.corrections),
    }


def _override(corpus: Corpus, row: int, flag: bool) -> dict[str, Any]:
    return {"row": row, "id": str(corpus.ids[row].as_py()), "override": "flag" if flag else "clear"}


def _stage(record: Any) -> dict[str, Any]:
    """Facts without lists: those of the regions name hundreds."""
    return {**asdict(record), "facts": {name: v for name, v in record.facts.items() if not isinstance(v, list)}}


def versions() -> dict[str, str]:
    """Of Python and of every package that can change a result."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _machine() -> dict[str, Any]:
    return {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()}


def write_manifest(manifest: Mapping[str, Any], path: Path) -> None:
    """Write it whole or not at all. Raises ``OutputError``."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False, default=str)
    write_atomically(path, text.encode("utf-8", "replace") + b"\n")


def read_manifest(path: Path) -> Recipe:
    """Check and read a manifest. Raises ``ManifestError``."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError(f"Cannot read {path} ({error.strerror}).", "Check the path.") from error
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"{path} is not a manifest: it is not valid JSON.", "Use a manifest.json.") from error
    if isinstance(values, dict) and isinstance(values.get("format"), int) and values["format"] > FORMAT:
        raise ManifestError(f"{path} was written by a newer version.", "Update the program to run it again.")
    try:
        return _recipe(values)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _incomplete(str(path), error) from error


def _incomplete(what: str, error: Exception) -> ManifestError:
    return ManifestError(f"{what} is not a complete manifest ({error}).", "Use a manifest.json as written.")


def _recipe(values: Mapping[str, Any]) -> Recipe:
    corpus, roles = values["corpus"], values["corpus"]["roles"]
    return Recipe(
        corpus=Path(corpus["path"]),
        corpus_digest=str(corpus["digest"]),
        roles=Roles(tuple(map(str, roles["text"])), roles["id"], roles["label"], roles["date"]),
        cleaning=tuple(map(str, corpus["cleaning"])),
        plan=Plan.from_dict(values["parameters"]),
        card=dict(values["encoder"]),
        overrides={int(made["row"]): made["override"] == "flag" for made in values["overrides"]},
        raw=bool(values["report"]["raw"]),
        report_digest=str(values["report"]["sha256"]),
        marks={name: values[name] for name in ("labels", "notes", "trash", "corrections") if name in values},
        added=tuple((Path(source["path"]), str(source["digest"])) for source in corpus.get("added", ())),
    )
