"""A part of the real window that raises while it is painted: said once in the message bar, and everything goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from window_driver import Driver

from explorer.app import operations as op
from explorer.app.messages import Message
from explorer.gui.error_dialog import DetailsDialog, MessageBar, install_hooks
from explorer.gui.widgets.histogram import ScoreHistogram
from explorer.gui.widgets.map.canvas import MapCanvas
from explorer.gui.widgets.painting import PaintError
from explorer.gui.widgets.rows_selection import RowsSelection, RowsTable
from explorer.gui.widgets.timeline.strip import TimelineStrip


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """What was handed to the hook that was there before the program's own."""
    errors: list[BaseException] = []
    monkeypatch.setattr("sys.excepthook", lambda _kind, error, _trace: errors.append(error))
    return errors


@pytest.fixture
def driver(at_work: Driver, raised: list[BaseException]) -> Iterator[Driver]:
    restore = install_hooks(at_work.window, at_work.made.bridge.post, at_work.session.say)
    yield at_work
    restore()


def said(driver: Driver) -> list[Message]:
    return [message for message in driver.state.messages if "cannot be drawn" in message.what]


def paint_again(driver: Driver, part: QWidget, times: Callable[[], int]) -> None:
    before = times()
    part.update()
    driver.until(lambda: times() > before)


def picture(part: QWidget) -> QImage:
    return part.grab().toImage()


PARTS = (
    ("Corpus", MapCanvas, MapCanvas, "paint"),
    ("Anomalies", ScoreHistogram, ScoreHistogram, "_paint_bars"),
    ("Filters", TimelineStrip, TimelineStrip, "_background"),
    ("Documents", RowsTable, RowsSelection, "is_selected"),
)


@pytest.mark.parametrize(("panel", "kind", "owner", "method"), PARTS, ids=["map", "histogram", "timeline", "table"])
def test_it_is_said_once_and_the_others_go_on(
    qtbot: QtBot,
    driver: Driver,
    raised: list[BaseException],
    monkeypatch: pytest.MonkeyPatch,
    panel: str,
    kind: type[QWidget],
    owner: type,
    method: str,
) -> None:
    driver.window.panels.show(panel)
    look_at_the_first(driver)
    part = next(widget for widget in driver.window.findChildren(kind) if widget.isVisible())
    whole, calls = picture(part), [0]

    def fail(*_: object, **__: object) -> None:
        calls[0] += 1
        raise RuntimeError("cannot paint")

    with monkeypatch.context() as broken:
        broken.setattr(owner, method, fail)
        seen = part.viewport() if isinstance(part, RowsTable) else part
        for _ in range(3):
            paint_again(driver, seen, lambda: calls[0])
        driver.until(lambda: bool(said(driver)))
        failed = picture(part)  # asked for it, Qt neither raises nor dies
        assert failed != whole or kind is RowsTable  # Qt itself paints a cell whose look could not be asked for
        everything_else_goes_on(driver)
        (message,) = said(driver)
        assert message.level == "error" and "RuntimeError" in message.details and "cannot paint" in message.details
        assert driver.window.findChildren(MessageBar)[0].isVisible()
        assert not driver.window.findChildren(DetailsDialog)
        (error,) = raised
        assert isinstance(error, PaintError)
        nothing_is_painted_for_ever(qtbot, calls)
    driver.window.findChildren(MessageBar)[0].dismiss()
    look_at_the_first(driver)
    driver.until(lambda: not driver.window.findChildren(MessageBar)[0].isVisible())
    assert picture(part) == whole  # it is painted again as soon as it can


def look_at_the_first(driver: Driver) -> None:
    driver.session.store.dispatch(op.set_current(row=None))
    driver.session.store.dispatch(op.select(rows=[0, 1]))


def everything_else_goes_on(driver: Driver) -> None:
    driver.session.store.dispatch(op.set_current(row=2))
    driver.until(lambda: bool(driver.state.neighbours.source))
    assert not driver.window.grab().isNull() and driver.window.isVisible()


def nothing_is_painted_for_ever(qtbot: QtBot, calls: list[int]) -> None:
    qtbot.wait(300)  # the answers to what was done are painted
    before = calls[0]
    qtbot.wait(300)
    assert calls[0] == before
