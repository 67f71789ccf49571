"""What the map says about itself in words: its layout, how far to trust it, how much is shown."""

from __future__ import annotations

import math

from PySide6.QtCore import QLocale

from explorer.app.state import UNDER_WAY, AppState, JobView
from explorer.core.projection.base import LAYOUTS
from explorer.core.projection.trust import Trust
from explorer.gui.parts import counted, number, selected_words, snippet
from explorer.gui.widgets.map.label_places import RegionPlace
from explorer.gui.widgets.map.tools import SelectionMode

HOVER = 120
"""Characters of the text under the pointer."""


def drawing(state: AppState) -> JobView | None:
    """The work that draws the map now; None when nothing does."""
    if _is_drawn(state) or not _can_be_drawn(state):
        return None
    jobs = (job for job in reversed(state.jobs) if job.can_pause and not job.lasting and job.status in UNDER_WAY)
    return next(jobs, None)


def is_stopped(state: AppState) -> bool:
    """Whether the map that the plan asks for is not finished and nobody works on it."""
    return state.results.positions is not None and not _is_drawn(state) and not state.is_computing


def _is_drawn(state: AppState) -> bool:
    return any(record.stage == "layout" for record in state.results.records)


def _can_be_drawn(state: AppState) -> bool:
    """What is computed before the layout is there."""
    results = state.results
    tried = {*results.scores, *results.failed}
    return results.graph is not None and tried.issuperset(state.plan.detectors)


def run_words(state: AppState) -> str:
    """``running``, ``paused``, ``stopped``, or what is shown until the layout comes; "" when it is finished."""
    job = drawing(state)
    if job is not None:
        return "paused" if job.status == "paused" else "running"
    if state.results.positions is None or _is_drawn(state):
        return ""
    if is_stopped(state):
        return "stopped"
    return "first picture" if state.results.layout is None else "earlier map"


def layout_words(state: AppState) -> str:
    """Which map is shown, and whether it is finished: ``Neighbour map, running``."""
    if state.results.positions is None:
        return ""
    run = run_words(state)
    if run == "first picture":
        return f"{LAYOUTS['pca']}, {run}"
    return ", ".join(filter(None, (LAYOUTS[state.plan.layout], run)))


# --- trust --------------------------------------------------------------------------------------


def share(value: float) -> str:
    """``0.87``; a dash where it is not known."""
    return "–" if math.isnan(value) else QLocale().toString(value, "f", 2)


def trust_words(state: AppState) -> str:
    """``trust 0.87``; ``trust …`` while it is not measured."""
    trust = state.results.trust
    return "trust …" if trust is None else f"trust {share(trust.mean)}"


def trust_tip(trust: Trust | None) -> str:
    """What the number means and what else was measured, on how many texts."""
    if trust is None:
        return "How far the map can be trusted is measured when it is finished."
    lines = [
        f"Of the {trust.k} nearest neighbours of a text, a share of {share(trust.mean)} on average are also among "
        "its nearest on this map. No map in the plane keeps them all."
    ]
    if trust.sampled and not math.isnan(trust.trustworthiness):
        lines.append(
            f"Trustworthiness {share(trust.trustworthiness)}: lowered by strangers that the map puts near.\n"
            f"Continuity {share(trust.continuity)}: lowered by neighbours that it tears apart.\n"
            f"Both measured on {number(trust.sampled)} texts; 1 is perfect."
        )
    lines.append("Click to colour the map by it.")
    return "\n".join(lines)


# --- what is shown ------------------------------------------------------------------------------


def status_words(state: AppState, shown: int, pointed: str = "") -> str:
    """``48,210 shown · 37 selected · 12 found``, and what the pointer is on."""
    parts = [f"{number(shown)} shown"]
    if shown != state.rows:
        parts[0] = f"{number(shown)} of {number(state.rows)} shown"
    if state.selection.size:
        parts.append(selected_words(state))
    if state.search.found is not None:
        parts.append(f"{number(state.search.of)} found")
    return " · ".join((*parts, pointed) if pointed else parts)


def text_words(state: AppState, row: int) -> str:
    """``#1042 Refund to a …``; "" without a text there."""
    if not 0 <= row < state.rows or state.corpus is None:
        return ""
    return f"#{row} {snippet(state.corpus.text(row), HOVER)}"


def region_words(place: RegionPlace, mode: SelectionMode) -> str:
    """What a click on the name of a region does: ``card · payment: click selects 1,204 texts``."""
    deed = {
        "replace": "click selects {0}",
        "add": "click adds {0} to the selection",
        "subtract": "click takes {0} out of the selection",
        "intersect": "click keeps what is among {0} selected",
    }[mode]
    return f"{' · '.join(place.words)}: {deed.format(counted(place.size, 'text'))}"


def current_words(state: AppState) -> str:
    """The current text, for a screen reader; "" without one."""
    if state.current is None or state.corpus is None:
        return ""
    return f"Text {state.current}: {snippet(state.corpus.text(state.current))}"


def waiting_words(state: AppState) -> tuple[str, str]:
    """What the map is waiting for, and the action that brings it; "" while it comes by itself."""
    if not state.is_computing and state.corpus is not None:
        return "The texts are not all embedded yet.", "Go on"
    return "It appears as soon as the texts are embedded.", ""
