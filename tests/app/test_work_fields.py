"""What a person decided comes back as it was, whether it is a few texts or a hundred thousand."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.app.work import FEW, WORK


@pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1, 100_000])
def test_decisions_come_back(count: int) -> None:
    field, random = WORK["overrides"], np.random.default_rng(count)
    rows = random.choice(200_000, count, replace=False).tolist()
    made = dict(zip(rows, random.random(count) < 0.3, strict=True))
    stored = field.encode({row: bool(flag) for row, flag in made.items()})
    assert dict(field.decode(stored, 200_000)) == made
    assert set(field.decode(stored, 100_000)) == {row for row in rows if row < 100_000}
    assert len(stored) < 60_000


def test_decisions_of_an_earlier_version_are_read() -> None:
    """Lists of any length."""
    import json
    import zlib

    listed = list(range(2_000))
    stored = zlib.compress(json.dumps({"flag": listed, "clear": [2_001]}).encode())
    found = WORK["overrides"].decode(stored, 3_000)
    assert [row for row, flag in found.items() if flag] == listed and found[2_001] is False
