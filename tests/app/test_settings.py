"""Settings survive; broken ones do no harm."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from explorer.app.settings import Settings, load_settings, save_settings


def test_they_come_back(tmp_path: Path) -> None:
    settings = replace(Settings(), theme="dark", projects_folder="/somewhere", geometry="abc")
    settings = settings.opened(Path("/a")).opened(Path("/b")).opened(Path("/a"))
    save_settings(settings, tmp_path / "new" / "s.json")
    assert load_settings(tmp_path / "new" / "s.json") == settings
    assert settings.recent == (str(Path("/a").absolute()), str(Path("/b").absolute()))


def test_only_the_last_projects_are_kept() -> None:
    settings = Settings()
    for number in range(30):
        settings = settings.opened(Path(f"/p{number}"))
    assert len(settings.recent) == 10 and settings.recent[0].endswith("p29")


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"version": "x"}', "\x00\xff"])
def test_a_broken_file_is_set_aside(tmp_path: Path, content: str) -> None:
    file = tmp_path / "s.json"
    file.write_text(content, encoding="utf-8")
    assert load_settings(file) == Settings()
    assert (tmp_path / "s.broken").exists() and not file.exists()


def test_values_of_the_wrong_type_take_the_default(tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_text('{"version": 1, "theme": "pink", "recent": [1, "/a"], "geometry": 5, "unknown": true}')
    assert load_settings(file) == replace(Settings(), recent=("/a",))


def test_a_place_that_cannot_be_written_does_not_stop_anybody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    save_settings(Settings(), tmp_path / "file" / "s.json")
