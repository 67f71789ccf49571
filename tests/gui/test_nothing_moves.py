"""What comes and goes in the window takes no room from anything that a person may be pointing at."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QComboBox, QDockWidget, QLabel, QPushButton, QScrollArea, QTableView, QToolButton, QWidget
from window_driver import Driver, choose

from explorer.app import filtering, marking, telling
from explorer.app import operations as op
from explorer.app.messages import Message
from explorer.app.settings import Settings
from explorer.app.state import JobView
from explorer.core.query.search import TextQuery
from explorer.gui.error_dialog import MessageBar
from explorer.gui.map.header import MapHeader
from explorer.gui.welcome import Unfinished, Welcome

LONG = JobView(999, "Computing", "Embedding the texts, one long word after the other " * 6, 0.3, can_pause=True)


def places(driver: Driver) -> dict[str, QRect]:
    """Where panels, tables and buttons are, those that the map's own header shows while it draws left out."""
    window = driver.window
    found: dict[str, QWidget] = {"window": window, "map": driver.map}
    found |= {dock.objectName(): dock for dock in window.findChildren(QDockWidget)}
    header = window.findChildren(MapHeader)[0]
    for kind in (QPushButton, QToolButton, QTableView):
        controls = (widget for widget in window.findChildren(kind) if not header.isAncestorOf(widget))
        found |= {widget.accessibleName(): widget for widget in controls}
    seen = {name: widget for name, widget in found.items() if not widget.visibleRegion().isEmpty()}
    return {name: QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()) for name, widget in seen.items()}


def assert_nothing_moved(driver: Driver, before: dict[str, QRect]) -> None:
    driver.qtbot.wait(50)  # layouts are made anew by events
    now = places(driver)
    moved = {name: (place, now[name]) for name, place in before.items() if name in now and now[name] != place}
    assert not moved


def test_work_messages_searches_and_selections_move_nothing(at_work: Driver) -> None:
    driver, dispatch = at_work, at_work.session.store.dispatch
    driver.window.resize(1280, 800)
    driver.window.panels.show("Documents")
    dispatch(marking.add_label(name="odd"))
    dispatch(op.set_current(row=5))
    driver.qtbot.wait(50)
    before = places(driver)
    assert len(before) > 20
    dispatch(telling.show_job(job=LONG))
    assert_nothing_moved(driver, before)
    driver.session.say(Message("error", "Something long went wrong. " * 6, "Do this instead. " * 5, "cause"))
    assert_nothing_moved(driver, before)
    dispatch(telling.show_job(job=JobView(999, "Computing", status="done")))
    driver.key(Qt.Key.Key_Escape)
    for query in (TextQuery("(", "regex"), TextQuery("card")):
        dispatch(filtering.search(query=query))
        driver.until(lambda: not driver.state.search.running)
        assert_nothing_moved(driver, before)
    dispatch(filtering.search(query=None))
    dispatch(op.select(rows=np.arange(0, 100, 3)))
    assert_nothing_moved(driver, before)
    dispatch(marking.put_in_trash(rows=np.array([9])))
    assert_nothing_moved(driver, before)


def test_a_message_is_seen_whole_over_the_map(at_work: Driver) -> None:
    at_work.session.say(Message("error", "Something long went wrong. " * 6, "Do this instead. " * 5, "cause"))
    bar = at_work.window.findChildren(MessageBar)[0]
    at_work.qtbot.wait(20)
    assert bar.isVisible() and bar.parentWidget().rect().contains(bar.geometry())
    for label in bar.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    at_work.window.resize(1500, 900)
    at_work.qtbot.wait(20)
    assert bar.parentWidget().rect().contains(bar.geometry())


def test_a_note_goes_by_itself_and_an_error_stays(at_work: Driver) -> None:
    bar = at_work.window.findChildren(MessageBar)[0]
    bar._read.setInterval(1)
    at_work.session.say(Message("error", "It went wrong."))
    at_work.session.say(Message("info", "Written."))
    at_work.until(lambda: bar.message == Message("error", "It went wrong."))
    at_work.qtbot.wait(50)
    assert bar.isVisible()


def test_no_sentence_of_the_first_page_is_cut(make_window_driver, tmp_path) -> None:
    projects = [tmp_path / f"a-project-with-quite-a-long-name-{number}.textmap" for number in range(5)]
    for project in projects:
        project.mkdir()
    names = tuple(map(str, projects))
    driver = make_window_driver(settings=Settings(unfinished=names[0], recent=names))
    driver.window.resize(1280, 800)
    driver.qtbot.wait(50)
    welcome = driver.window.findChildren(Welcome)[0]
    assert welcome.findChildren(Unfinished)[0].isVisible()
    labels = [label for label in welcome.findChildren(QLabel) if label.isVisible() and label.text()]
    assert len(labels) > 5
    for label in labels:
        assert label.height() >= label.heightForWidth(label.width()), label.text()
    inside = welcome.findChildren(QScrollArea)[0]
    assert inside.verticalScrollBar().maximum() == 0


def test_the_mode_of_a_search_is_kept(make_window_driver, own_project) -> None:
    driver = make_window_driver()
    driver.open_project(own_project)
    choose(driver.control(QComboBox, "How to search"), "phrase")
    assert driver.saved[-1].search_mode == "phrase"
    again = make_window_driver(settings=driver.saved[-1])
    assert again.control(QComboBox, "How to search").currentData() == "phrase"
