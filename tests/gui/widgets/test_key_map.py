from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from explorer.gui.widgets.key_map import KeyMap, ShortcutEntry

KEYS = ("Ctrl+A", "Ctrl+K", "Ctrl+K, Ctrl+C", "F3", "N")


def _map() -> KeyMap:
    described = (("open", ("Ctrl+O",)), ("next", ("N", "F8")), ("chord", ("Ctrl+K, Ctrl+C",)), ("none", ()))
    return KeyMap([ShortcutEntry(name, name.title(), "Menu", keys, keys) for name, keys in described])


def test_a_key_that_another_action_has_is_refused() -> None:
    keys = _map()
    assert keys.set_keys("open", ("F8",)) == "next"
    assert keys.keys("open") == ("Ctrl+O",)
    assert keys.set_keys("open", ("F9", "F9", "F10")) is None
    assert keys.keys("open") == ("F9", "F10")
    assert keys.set_keys("open", ("f10",)) is None  # its own


def test_a_chord_clashes_with_its_beginning_only() -> None:
    keys = _map()
    assert keys.owner("Ctrl+K") == "chord"
    assert keys.owner("Ctrl+K, Ctrl+C, X") == "chord"
    assert keys.owner("Ctrl+K, Ctrl+D") is None
    assert keys.owner("Ctrl+C") is None


def test_swapping_gives_the_other_the_freed_keys() -> None:
    keys = _map()
    keys.swap("open", "F8")
    assert (keys.keys("open"), keys.keys("next")) == (("F8",), ("N", "Ctrl+O"))
    keys.swap("none", "F8")
    assert (keys.keys("none"), keys.keys("open")) == (("F8",), ())


def test_reset_refuses_while_another_has_the_key_and_reset_all_does_not() -> None:
    keys = _map()
    keys.swap("none", "Ctrl+O")
    assert keys.reset("open") == "none"
    assert not keys.is_default("open")
    assert keys.reset("none") is None
    assert keys.reset("open") is None
    keys.swap("none", "N")
    keys.reset_all()
    assert keys.mapping() == _map().mapping()


@given(st.lists(st.tuples(st.sampled_from(("open", "next", "chord", "none")), st.sampled_from(KEYS), st.booleans())))
def test_no_change_leaves_a_key_with_two(changes: list[tuple[str, str, bool]]) -> None:
    keys = _map()
    for name, key, swap in changes:
        if swap:
            keys.swap(name, key)
        else:
            keys.set_keys(name, (key,))
        for one, own in keys.mapping().items():
            assert all(keys.owner(key, but=one) is None for key in own)
