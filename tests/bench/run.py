"""``make bench``: runs the bench modules, prints a table, writes bench.json.

Each ``bench_GROUP.py`` yields rows {"group", "name", "value", "unit", "target", "ok", "against"}. Ratios are
measured in one run against a named yardstick; nothing here is asserted, the table says which targets are met.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

GROUPS = (
    "embed",
    "graph",
    "anomaly",
    "map",
    "frames",
    "lasso",
    "window",
    "query",
    "million",
    "soak",
    "predict",
    "recommend",
    "job",
)
PACKAGES = (
    "numpy",
    "torch",
    "sentence-transformers",
    "scikit-learn",
    "numba",
    "PySide6-Essentials",
    "duckdb",
    "faiss-cpu",
    "pyod",
)


def machine() -> str:
    """The machine and the versions that the numbers belong to."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text().splitlines()
        cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), cpu)
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; {packages}"


def show(row: dict) -> str:
    mark = {True: "ok", False: "MISSED", None: ""}[row["ok"]]
    value = f"{row['value']:.4g}" if isinstance(row["value"], float) else str(row["value"])
    target = row["target"] or ""
    return (
        f"{row['group'] + '.' + row['name']:<34} {value:>10} {row['unit']:<10} {target:<14} {mark:<7} {row['against']}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=GROUPS)
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    options = parser.parse_args()
    print(machine())
    found = []
    for group in GROUPS if options.only is None else (options.only,):
        module = importlib.import_module(f"tests.bench.bench_{group}")
        with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
            for row in module.rows(Path(scratch)):
                print(show(row), flush=True)
                found.append(row)
    options.out.write_text(json.dumps(found, indent=1))
    missed = [f"{row['group']}.{row['name']}" for row in found if row["ok"] is False]
    says = f" missed: {', '.join(missed)}" if missed else " missed"
    print(f"{len(found)} rows, {len(missed)}{says}. Written to {options.out}.")


if __name__ == "__main__":
    main()
