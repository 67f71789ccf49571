"""An arrangement of panels in which a byte is wrong never reaches Qt, which would read past its end."""

from __future__ import annotations

import base64

from PySide6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from explorer.gui.docks import AREAS, Docks
from explorer.gui.sealed import sealed, unsealed


def test_every_change_of_a_saved_arrangement_is_noticed(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    docks = Docks(window, {title: QWidget() for title in AREAS})
    saved = docks.save()
    state = unsealed(saved)
    assert state is not None and sealed(state) == saved
    checksum, _, stored = saved.partition(" ")
    whole = base64.b64decode(stored)
    for place in range(len(whole)):
        spoilt = bytes([*whole[:place], whole[place] ^ 1, *whole[place + 1 :]])
        assert unsealed(f"{checksum} {base64.b64encode(spoilt).decode()}") is None
    for length in range(len(saved)):
        assert unsealed(saved[:length]) is None
    for junk in (None, 7, [], {}, "", " ", stored, "\u00e9 \u00e9", "00000000 @@"):
        assert unsealed(junk) is None
        docks.restore(junk)
    assert docks.save() == saved
