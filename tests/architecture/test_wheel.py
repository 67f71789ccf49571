"""What is built is whole: the resources reach the wheel and are found where it is installed."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]

SAMPLE = "samples/bank_questions.csv"
FIND = f"import importlib.resources as r; print((r.files('explorer.resources') / '{SAMPLE}').is_file())"


def test_the_wheel_carries_the_resources_and_they_are_found(tmp_path: Path) -> None:
    words = ["-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(ROOT)]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    wheel = next(tmp_path.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    shipped = [path for path in (ROOT / "resources").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    for path in shipped:
        assert f"explorer/resources/{path.relative_to(ROOT / 'resources').as_posix()}" in names
    assert not [name for name in names if name.startswith("tests")]
    found = subprocess.run(
        [sys.executable, "-S", "-c", FIND], capture_output=True, text=True, check=False, cwd=tmp_path / "installed"
    )
    assert found.stdout.strip() == "True", found.stderr
