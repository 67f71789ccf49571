"""A short random session in the real window; the long one is ``make soak``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.soak import session


@pytest.mark.parametrize(("seed", "loops"), [(1, True), (2, False)])
def test_whatever_is_done_nothing_is_raised_and_nothing_leaks(
    tmp_path: Path, qapp: object, seed: int, loops: bool
) -> None:
    found = session(tmp_path, actions=150, rows=1_500, seed=seed, loops=loops)
    assert found.errors == []
    assert found.grown_windows == {}
    assert found.widgets_grown <= 40
