"""Toasts come and go, and leave the keyboard alone."""

import pytest
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from reception.widgets.toast import Toast


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    return made


def test_a_toast_goes_by_itself(window: QWidget, qtbot: QtBot) -> None:
    toast = Toast(Look(Scheme.LIGHT), window, shown_ms=20)
    toast.say("COOKE, Ashleigh at 08:30 arrived.", "undo-1")
    assert toast.sentence == "COOKE, Ashleigh at 08:30 arrived."
    qtbot.waitUntil(toast.isHidden, timeout=5_000)
    assert toast.sentence == ""


def test_a_toast_stays_while_the_mouse_is_on_it(window: QWidget, qtbot: QtBot) -> None:
    toast = Toast(Look(Scheme.LIGHT), window, shown_ms=20)
    toast.say("Done.", "undo-1")
    at = QPointF(5, 5)
    QApplication.sendEvent(toast, QEnterEvent(at, at, at))
    assert toast.underMouse()
    with qtbot.waitSignal(toast.timed_out, timeout=5_000):
        pass
    assert toast.isVisible()
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(toast.isHidden, timeout=5_000)


def test_a_toast_does_not_take_the_keyboard(window: QWidget, qtbot: QtBot) -> None:
    field = QLineEdit(window)
    field.show()
    toast = Toast(Look(Scheme.LIGHT), window)
    with qtbot.waitActive(window):
        window.activateWindow()
    field.setFocus()
    toast.say("Done.", "undo-1")
    field.setEnabled(False)  # Qt passes the focus on, as Tab would
    focus = QApplication.focusWidget()
    assert focus is None or not toast.isAncestorOf(focus)
