"""Qt's Python binding keeps count of the objects that are never freed.

6.12.0 on Python 3.10 and 3.11 loses a reference on None at every void call and aborts after some
5,000 calls; docs/dependencies.md pins 6.11.3 for that.
"""

import sys

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

CALLS = 200
STRAY = 20
"""References that the interpreter itself may take or drop meanwhile."""


class Sender(QObject):
    happened = Signal(object)
    turned = Signal(bool)


@pytest.mark.parametrize("immortal", [None, True, False], ids=str)
def test_calls_and_emits_lose_no_reference(qtbot: QtBot, immortal: object) -> None:
    heard: list[object] = []
    sender = Sender()
    sender.happened.connect(heard.append)
    sender.turned.connect(heard.append)
    before = sys.getrefcount(immortal)
    for _ in range(CALLS):
        sender.setObjectName("x")
        sender.blockSignals(False)
        sender.happened.emit(immortal)
        sender.turned.emit(True)
    assert len(heard) == 2 * CALLS
    heard.clear()
    assert abs(sys.getrefcount(immortal) - before) < STRAY
