"""One row of the table that ``make bench`` prints."""

from __future__ import annotations


def bench_row(group: str, name: str, value: float, unit: str, target: str, ok: bool | None, against: str) -> dict:
    """``target`` in words, "" = none; ``ok`` None where there is nothing to meet; ``against`` names the yardstick."""
    return {"group": group, "name": name, "value": value, "unit": unit, "target": target, "ok": ok, "against": against}
