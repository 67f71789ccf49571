"""The map's compiled loops, once they are there: loaded in the background, so that no start has to wait for them.

Until then, NumPy does the same more slowly. ``python -m explorer.gui.widgets.map.compiled`` compiles them into numba's
cache at installation. A window that finds no cache has them compiled by another process first: the compiler would hold
up the window's thread, loading what it has made does not.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType

_MODULES = ("_grid_kernels", "_raster_kernels")
_ready = threading.Event()


def grid() -> ModuleType | None:
    """``_grid_kernels``, None until it is loaded."""
    if not _ready.is_set():
        return None
    from explorer.gui.widgets.map import _grid_kernels

    return _grid_kernels


def raster() -> ModuleType | None:
    """``_raster_kernels``, None until it is loaded."""
    if not _ready.is_set():
        return None
    from explorer.gui.widgets.map import _raster_kernels

    return _raster_kernels


def load() -> None:
    """Load the loops, and compile them first if no process has done so; returns when they are there."""
    from explorer.gui.widgets.map import _grid_kernels, _raster_kernels  # noqa: F401 - importing compiles or loads

    _ready.set()


def load_in_background() -> threading.Thread:
    """Start to load the loops on another thread. Call it once, after the window's first paint."""
    thread = threading.Thread(target=_load_or_compile, name="map-loops", daemon=True)
    thread.start()
    return thread


def _load_or_compile() -> None:
    if not _is_compiled():
        command, quiet = [sys.executable, "-m", "explorer.gui.widgets.map.compiled"], subprocess.DEVNULL
        subprocess.run(command, check=False, stdin=quiet, stdout=quiet, stderr=quiet)
    load()


def _is_compiled() -> bool:
    """Whether numba's cache beside the source is newer than it. It may also be elsewhere: then this is False."""
    here = Path(__file__).parent
    return all(
        any(
            index.stat().st_mtime > (here / f"{name}.py").stat().st_mtime
            for index in (here / "__pycache__").glob(f"{name}.*.nbi")
        )
        for name in _MODULES
    )


if __name__ == "__main__":
    load()
