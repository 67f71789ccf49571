from __future__ import annotations

import numpy as np
import pytest
from map_driver import ALT, CTRL, LEFT, MIDDLE, NO, RIGHT, SHIFT
from PySide6.QtCore import QLocale, QPointF, Qt

from explorer.gui.widgets.map.hints import count_words, hint_lines
from explorer.gui.widgets.map.tools import Drag, DragKind, SelectionMode, Tool, drag_kind, drag_mode

BRITISH = QLocale("en_GB")


@pytest.mark.parametrize(
    ("tool", "button", "held", "kind"),
    [
        ("pan", LEFT, NO, "pan"),
        ("pan", LEFT, SHIFT, "box"),
        ("pan", LEFT, SHIFT | CTRL, "lasso"),
        ("pan", LEFT, CTRL, "pan"),
        ("pan", MIDDLE, SHIFT, "pan"),
        ("box", LEFT, NO, "box"),
        ("box", LEFT, SHIFT | CTRL, "box"),
        ("lasso", LEFT, SHIFT | ALT, "lasso"),
        ("lasso", MIDDLE, NO, "pan"),
        ("box", RIGHT, NO, None),
    ],
)
def test_what_dragging_does(tool: Tool, button: Qt.MouseButton, held: Qt.KeyboardModifier, kind: DragKind) -> None:
    assert drag_kind(tool, button, held, space=False, turns=False) == kind


def test_space_held_moves_and_a_map_in_space_can_be_turned() -> None:
    assert drag_kind("lasso", LEFT, NO, space=True, turns=False) == "pan"
    assert drag_kind("lasso", RIGHT, NO, space=False, turns=True) == "turn"
    assert drag_kind("pan", LEFT, NO, space=False, turns=True) == "turn"
    assert drag_kind("pan", LEFT, CTRL, space=False, turns=True) == "pan"
    assert drag_kind("pan", LEFT, SHIFT, space=False, turns=True) == "box"
    assert drag_kind("lasso", LEFT, CTRL, space=False, turns=True) == "turn"
    assert drag_kind("lasso", LEFT, NO, space=False, turns=True) == "lasso"
    assert drag_kind("pan", LEFT, CTRL | SHIFT, space=False, turns=True) == "lasso"


@pytest.mark.parametrize(
    ("held", "mode"), [(NO, "replace"), (SHIFT, "add"), (ALT, "subtract"), (SHIFT | ALT, "intersect")]
)
def test_keys_say_the_mode_in_the_selecting_tools(held: Qt.KeyboardModifier, mode: SelectionMode) -> None:
    assert drag_mode("box", held, "replace") == mode
    assert drag_mode("lasso", held, "replace") == mode
    assert drag_mode("pan", held, "subtract") == "subtract"


def test_without_a_key_the_chosen_mode_counts() -> None:
    assert drag_mode("lasso", NO, "intersect") == "intersect"


def test_a_lasso_gets_a_corner_only_where_the_pointer_has_moved() -> None:
    drag = Drag("lasso", LEFT, QPointF(0, 0), [(0.0, 0.0)], under_way=True)
    for x in (0.05, 0.1, 0.15, 0.3, 0.4):
        drag.extend((x, 0.0), scale=10)
    assert [x for x, _ in drag.path] == [0.0, 0.3]
    drag.extend((0.3, 1.0), scale=10)
    drag.extend((0.0, 1.0), scale=10)
    assert drag.holds(np.array([[0.1, 0.5], [0.5, 0.5]])).tolist() == [True, False]


def test_a_box_is_between_the_first_and_the_last_place() -> None:
    drag = Drag("box", LEFT, QPointF(0, 0), [(1.0, 1.0)], under_way=True)
    for place in ((9.0, 9.0), (0.0, 0.0)):
        drag.extend(place, scale=1)
    assert drag.holds(np.array([[0.5, 0.5], [5, 5]])).tolist() == [True, False]


def test_the_hint_names_all_modes_and_marks_one() -> None:
    first, modes = hint_lines("box", "subtract", 12345, BRITISH, exact=True)
    assert [part.text for part in first] == ["12,345 texts", "Esc: give up"]
    assert [(part.text, part.active) for part in modes] == [
        ("Replace", False), ("Shift: add", False), ("Alt: subtract", True), ("Shift+Alt: intersect", False)
    ]  # fmt: skip
    first, modes = hint_lines("pan", "add", 1, BRITISH, exact=True)
    assert [part.text for part in first] == ["1 text", "M: next mode", "Esc: give up"]
    assert [part.text for part in modes if part.active] == ["Add"]


def test_what_was_not_counted_to_the_last_says_so() -> None:
    assert count_words(123456, BRITISH, exact=False) == "about 120,000 texts"
    assert count_words(7, BRITISH, exact=False) == "about 7 texts"
    assert count_words(0, BRITISH, exact=True) == "0 texts"
