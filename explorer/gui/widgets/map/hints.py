"""What is said beside the pointer while a selection is drawn."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from explorer.gui.widgets.map.overlay import HintPart
from explorer.gui.widgets.map.tools import MODES, SelectionMode, Tool


def hint_lines(tool: Tool, active: SelectionMode, count: int, locale: QLocale, *, exact: bool) -> list[list[HintPart]]:
    """How many texts there are inside and which keys there are; below, all modes with the active one marked."""
    first = [count_words(count, locale, exact=exact), _tr("Esc: give up")]
    words = {"replace": _tr("Replace"), "add": _tr("Add"), "subtract": _tr("Subtract"), "intersect": _tr("Intersect")}
    if tool == "pan":
        first.insert(1, _tr("M: next mode"))
    else:
        words["add"] = _tr("Shift: add")
        words["subtract"] = _tr("Alt: subtract")
        words["intersect"] = _tr("Shift+Alt: intersect")
    return [[HintPart(part, False) for part in first], [HintPart(words[mode], mode == active) for mode in MODES]]


def count_words(count: int, locale: QLocale, *, exact: bool) -> str:
    """``1 text``, ``12,345 texts``; what was not counted to the last is rounded to two digits and says so."""
    if exact:
        return (_tr("1 text") if count == 1 else _tr("{0} texts")).format(locale.toString(count))
    rounded = round(count, 2 - len(str(count)))
    return _tr("about {0} texts").format(locale.toString(rounded))


def _tr(words: str) -> str:
    return QCoreApplication.translate("MapView", words)
