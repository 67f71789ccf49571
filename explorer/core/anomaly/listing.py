"""All detectors for a reader: what they are good at, what they cost, how they are set."""

from __future__ import annotations

from typing import Any

from explorer.core.anomaly.detectors import DETECTORS, detector

USUAL_K = 15


def described(rows: int, dimension: int) -> list[dict[str, Any]]:
    """One entry a detector, JSON-able; the cost is for a corpus of so many vectors."""
    return [_entry(name, rows, dimension) for name in DETECTORS]


def _entry(name: str, rows: int, dimension: int) -> dict[str, Any]:
    chosen = detector(name, USUAL_K)
    cost = chosen.cost(rows, rows, dimension)
    growth = "with the square of the texts it is fitted on" if cost.quadratic else "with the number of texts"
    return {
        "name": name,
        "good_at": chosen.summary,
        "cost": f"{cost.words} for {rows:,} texts; grows {growth}",
        "seconds": round(cost.seconds, 1),
        "megabytes": round(cost.megabytes),
        "quadratic": cost.quadratic,
        "fitted_on": cost.fitted_on,
        "reads_graph": chosen.k_needed > 0,
        "parameters": dict(chosen.parameters),
    }
