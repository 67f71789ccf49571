"""The memory of what was used last."""

from __future__ import annotations

from explorer.core.query.recent import Recent


def test_the_least_recently_used_is_made_again() -> None:
    made: list[str] = []
    recent: Recent[str, int] = Recent(2)

    def ask(key: str) -> None:
        recent.get(key, lambda: made.append(key) or len(made))

    for key in "ababcba":
        ask(key)
    assert made == ["a", "b", "c", "a"]
    recent.forget(lambda key: key == "a")
    ask("b")
    ask("a")
    assert made == ["a", "b", "c", "a", "a"]
