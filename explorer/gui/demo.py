"""The bundled sample: in the window where there is a display, else as files and a picture."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from explorer.core.progress import Progress
from explorer.gui.sample import sample_file


def has_display() -> bool:
    """Whether a window can be shown."""
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return False
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run_demo(out: Path, progress: Progress) -> list[Path]:
    """Report, manifest, project and a picture of the window in ``out``, made without a display. Returns their paths."""
    from explorer.app.headless import run_corpus
    from explorer.core.corpus.corpus import Roles
    from explorer.core.plan import Plan
    from explorer.gui.shots import screenshot

    roles = Roles(("question",), id="ticket", label="intent")
    outcome = run_corpus(sample_file(), out, roles, Plan(), progress=progress)
    picture = out / "window.png"
    screenshot(outcome.project, picture)
    return [outcome.report, outcome.manifest, outcome.project, picture]
