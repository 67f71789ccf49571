"""The window is there before anything heavy is imported, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HEAVY = (
    *("torch", "transformers", "sentence_transformers", "sklearn", "scipy", "numba", "llvmlite", "pyod", "duckdb"),
    *("annoy", "openpyxl", "pandas", "faiss"),
)

SCRIPT = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QEventLoop, QTimer
from explorer.app.settings import Settings
from explorer.gui.application import make_application, make_window

app = make_application()
made = make_window(Settings(), lambda settings: None, projects=Path(sys.argv[1]))
made.window.show()
loop = QEventLoop()
QTimer.singleShot(200, loop.quit)
loop.exec()
assert made.window.isVisible() and not made.window.grab().isNull()
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
made.close()
"""


def test_first_paint_imports_nothing_heavy(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=True)
    loaded = set(json.loads(answer.stdout.splitlines()[-1]))
    assert "PySide6" in loaded
    assert not loaded.intersection(HEAVY)
