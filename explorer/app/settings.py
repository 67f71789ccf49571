"""The person's settings: one described, typed table, kept as JSON in the system's settings folder.

``VERSION`` rises when a stored value changes its meaning; ``MIGRATIONS[n]`` turns version n into n + 1. A file
that cannot be read is set aside (``.broken``), never overwritten in silence.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

import platformdirs

from explorer.core.query.search import Mode
from explorer.core.storage import write_atomically
from explorer.errors import OutputError

APP = "text-anomaly-explorer"
VERSION = 1
RECENT = 10
SEARCHES = 20

ThemeChoice = Literal["system", "light", "dark"]

MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


@dataclass(frozen=True)
class Settings:
    """What the person chose.

    theme : light, dark, or as the system. projects_folder : where new projects are saved ("" = among the documents).
    recent : projects, opened last first. geometry, layout : the window's place and docks, as the window keeps them.
    unfinished : the project that was open, cleared when the window is closed: what a crash leaves behind.
    shortcuts : name of an action -> its keys, where the person changed them. tips : whether they are shown.
    searches : what was searched for, last first. search_mode : how.
    """

    theme: ThemeChoice = "system"
    projects_folder: str = ""
    recent: tuple[str, ...] = ()
    geometry: str = ""
    layout: str = ""
    unfinished: str = ""
    shortcuts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tips: bool = True
    searches: tuple[str, ...] = ()
    search_mode: Mode = "words"

    @property
    def projects(self) -> Path:
        if self.projects_folder:
            return Path(self.projects_folder)
        return Path(platformdirs.user_documents_dir()) / "Text Anomaly Explorer"

    def opened(self, project: Path) -> Settings:
        """With ``project`` first among the recent ones, and as the one that is open."""
        name = str(project.absolute())
        return replace(self, recent=_first(name, self.recent, RECENT), unfinished=name)

    def searched(self, text: str) -> Settings:
        """With ``text`` first among what was searched for."""
        return replace(self, searches=_first(text, self.searches, SEARCHES))


def _first(entry: str, others: tuple[str, ...], most: int) -> tuple[str, ...]:
    return (entry, *(other for other in others if other != entry))[:most]


def settings_file() -> Path:
    return Path(platformdirs.user_config_dir(APP, appauthor=False)) / "settings.json"


def log_file() -> Path:
    """Where the worker's standard error goes; made on demand."""
    folder = Path(platformdirs.user_log_dir(APP, appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "worker.log"


def load_settings(file: Path | None = None) -> Settings:
    """What is stored, values of the wrong type left at their default; the defaults if there is nothing."""
    path = file or settings_file()
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        for version in range(int(stored.get("version", 1)), VERSION):
            stored = MIGRATIONS[version](stored)
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".broken"))
        return Settings()
    return Settings(**{field.name: _checked(field.name, stored) for field in fields(Settings)})


def _checked(name: str, stored: dict[str, Any]) -> Any:
    default = getattr(Settings, name, {})
    value = stored.get(name, default)
    if name in ("recent", "searches"):
        return tuple(entry for entry in value if isinstance(entry, str)) if isinstance(value, list) else ()
    if name == "shortcuts":
        return _checked_shortcuts(value)
    if name in ("theme", "search_mode"):
        return value if value in get_args(ThemeChoice if name == "theme" else Mode) else default
    return value if isinstance(value, type(default)) else default


def _checked_shortcuts(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        return {}
    return {
        str(name): tuple(key for key in keys if isinstance(key, str))
        for name, keys in value.items()
        if isinstance(keys, list)
    }


def save_settings(settings: Settings, file: Path | None = None) -> None:
    """Write them; a settings folder that cannot be written must not stop anybody's work."""
    path = file or settings_file()
    values = {"version": VERSION, **asdict(settings)}
    with contextlib.suppress(OutputError, OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(values, indent=1).encode())
