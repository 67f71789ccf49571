"""The person's settings: one described, typed table, kept as JSON in the system's settings folder.

``VERSION`` rises when a stored value changes its meaning; ``MIGRATIONS[n]`` turns version n into n + 1. A file
that cannot be read is set aside (``.broken``), never overwritten in silence.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

import platformdirs

from explorer.core.storage import write_atomically
from explorer.errors import OutputError

APP = "text-anomaly-explorer"
VERSION = 1
RECENT = 10

ThemeChoice = Literal["system", "light", "dark"]

MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


@dataclass(frozen=True)
class Settings:
    """What the person chose.

    theme : light, dark, or as the system. projects_folder : where new projects are saved ("" = among the documents).
    recent : projects, opened last first. geometry, layout : the window's place and docks, as Qt's base64.
    """

    theme: ThemeChoice = "system"
    projects_folder: str = ""
    recent: tuple[str, ...] = ()
    geometry: str = ""
    layout: str = ""

    @property
    def projects(self) -> Path:
        if self.projects_folder:
            return Path(self.projects_folder)
        return Path(platformdirs.user_documents_dir()) / "Text Anomaly Explorer"

    def opened(self, project: Path) -> Settings:
        """With ``project`` first among the recent ones."""
        name = str(project.absolute())
        others = (other for other in self.recent if other != name)
        return replace(self, recent=(name, *others)[:RECENT])


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
    default = getattr(Settings, name)
    value = stored.get(name, default)
    if name == "recent":
        return tuple(entry for entry in value if isinstance(entry, str)) if isinstance(value, list) else ()
    if name == "theme":
        return value if value in get_args(ThemeChoice) else default
    return value if isinstance(value, str) else default


def save_settings(settings: Settings, file: Path | None = None) -> None:
    """Write them; a settings folder that cannot be written must not stop anybody's work."""
    path = file or settings_file()
    values = {"version": VERSION, **asdict(settings), "recent": list(settings.recent)}
    with contextlib.suppress(OutputError, OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(values, indent=1).encode())
