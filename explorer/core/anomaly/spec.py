"""A detector with its parameters in one word: ``knn:k=4,aggregate=largest``. The same on all commands and in plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from explorer.core.anomaly.base import Parameter
from explorer.errors import OptionError

DECLARED = ("name", "summary")
"""Fields of a detector that say what it is; all others are its parameters."""


@dataclass(frozen=True)
class DetectorSpec:
    """options : parameters that differ from the detector's own, sorted by name."""

    name: str
    options: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def parse(words: str) -> DetectorSpec:
        """Read ``name`` or ``name:parameter=value,...``. Raises ``OptionError`` for other forms."""
        name, colon, rest = words.strip().partition(":")
        pairs = [part.partition("=") for part in rest.split(",")] if colon else []
        options = tuple(sorted((key.strip(), value.strip()) for key, _, value in pairs))
        if not name or any(not key or not value for key, value in options) or len(dict(options)) < len(options):
            raise OptionError(
                f"The detector {words!r} cannot be read.", "Write its name, or name:parameter=value,parameter=value."
            )
        return DetectorSpec(name, options)

    def __str__(self) -> str:
        return self.name + (":" + ",".join(f"{key}={value}" for key, value in self.options) if self.options else "")


class Declared:
    """What most detectors answer alike: their fields are their parameters, and one with a ``k`` reads so many
    neighbours."""

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        return declared(self)

    @property
    def k_needed(self) -> int:
        return int(getattr(self, "k", 0))


def declared(detector: Any) -> dict[str, Parameter]:
    """The parameters of a detector by name, as they are set."""
    return {field.name: getattr(detector, field.name) for field in fields(detector) if field.name not in DECLARED}


def typed(kind: type[Any], name: str, options: Mapping[str, str]) -> dict[str, Parameter]:
    """The options of a detector class as numbers or words, whichever its parameters are.

    Raises ``OptionError`` for a parameter that it does not have or a value of another kind.
    """
    known = {field.name: type(field.default) for field in fields(kind) if field.name not in DECLARED}
    return {key: _value(name, key, value, known) for key, value in options.items()}


def _value(name: str, key: str, value: str, known: Mapping[str, type]) -> Parameter:
    if key not in known:
        what = f"Its parameters are: {', '.join(known)}." if known else "It has none."
        raise OptionError(f"The detector {name} has no parameter {key!r}.", what)
    try:
        result: Parameter = known[key](value)
    except ValueError as error:
        kinds = {int: "a whole number", float: "a number"}
        raise OptionError(
            f"The parameter {key} of {name} cannot be {value!r}.", f"Use {kinds.get(known[key], 'a word')}."
        ) from error
    return result
