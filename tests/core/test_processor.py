from __future__ import annotations

from pathlib import Path

import pytest

from explorer.core.processor import bfloat16_instructions


def test_processor_flags_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    info = tmp_path / "cpuinfo"
    info.write_text("model name : x\nflags\t\t: fpu avx512_bf16 amx_bf16\n")
    assert bfloat16_instructions(info) == ("amx_bf16", "avx512_bf16")
    info.write_text("flags\t\t: fpu avx2\n")
    assert bfloat16_instructions(info) == ()
    assert bfloat16_instructions(tmp_path / "absent") == ()
    info.write_text("flags\t\t: fpu avx512_bf16\n")
    assert bfloat16_instructions(info) == ("avx512_bf16",)
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    assert bfloat16_instructions(info) == ()
