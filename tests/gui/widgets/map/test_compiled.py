from __future__ import annotations

import subprocess

import pytest
from map_loops import loops

from explorer.gui.widgets.map import compiled


def test_loops_are_there_once_they_are_loaded() -> None:
    with loops("numpy"):
        assert compiled.grid() is None
        assert compiled.raster() is None
        compiled.load()
        assert compiled.grid().nearest
        assert compiled.raster().density


@pytest.mark.parametrize("cached", [True, False])
def test_another_process_compiles_where_there_is_no_cache(monkeypatch: pytest.MonkeyPatch, cached: bool) -> None:
    started = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: started.append((command[1:], compiled.grid())))
    monkeypatch.setattr(compiled, "_is_compiled", lambda: cached)
    with loops("numpy"):
        compiled.load_in_background().join(60)
        assert started == ([] if cached else [(["-m", "explorer.gui.widgets.map.compiled"], None)])
        assert compiled.raster() is not None
