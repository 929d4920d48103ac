"""The menu of a cell by keyboard: X11 tells of the Menu key as asking for one, of Shift+F10 not."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from reception.ui.board_page import BoardPage

# A menu that pops up offscreen says so; on a screen it does.
pytestmark = pytest.mark.qt_log_ignore(
    "does not support grabbing the keyboard", r"does not support raise\(\)", extend=True
)


def test_shift_f10_opens_the_menu_of_the_cell_once(page: BoardPage) -> None:
    view, menu = page.pane.view, page.menus.menu
    QTest.keyClick(view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    shown = menu.shown
    assert shown is not None
    lines = {line.data() for line in shown.actions() if line.data() is not None}
    assert {about for _, about in lines} == {view.current_key}
    # Windows tells of the same stroke as asking for a menu as well.
    at = view.rect().center()
    reason = QContextMenuEvent.Reason.Keyboard
    QApplication.sendEvent(view, QContextMenuEvent(reason, at, view.mapToGlobal(at)))
    assert menu.shown is shown
    shown.close()
