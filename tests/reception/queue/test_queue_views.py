"""Filters and saved views in the window: by keyboard, kept for the user, encrypted."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from reception.desk.desk import Desk
from reception.ui.desk_page import DeskPage
from reception.widgets.look import Look
from reception.widgets.queue_lane import Lane
from tests.reception.conftest import Finish, Until
from tests.reception.queue.conftest import Hands, Show

pytestmark = pytest.mark.qt_log_ignore(
    "does not support grabbing the keyboard", r"does not support raise\(\)", extend=True
)


def test_a_view_is_saved_by_name_and_shown_again_by_its_number(
    desk_page: DeskPage,
    desk: Desk,
    hands: Hands,
    until: Until,
    look: Look,
    show: Show,
    finish: Finish,
) -> None:
    queue = desk_page.queue
    queue.show_lane(Lane.ADMIN)
    hands.press(Qt.Key.Key_Slash)
    hands.type("older: 1m -is: urgent")
    wanted = list(queue.model.ids)
    assert wanted == [
        r.id
        for r in desk.queue()
        if Lane.ADMIN.takes(r, desk.me.reference) and r.id in wanted
    ]  # fmt: skip
    hands.press(Qt.Key.Key_Down)
    hands.type("v")
    menu = queue.views.menu_shown
    assert menu is not None
    until(menu.isVisible)
    QTest.keyClick(menu, Qt.Key.Key_S)
    until(queue.views.name.hasFocus)
    queue.views.name.clear()
    hands.type("Old admin")
    hands.press(Qt.Key.Key_Return)
    assert queue.view.hasFocus()
    finish(desk.drafts.flushed())

    other = show(DeskPage(desk, look))
    assert isinstance(other, DeskPage)
    hands.type("v")
    menu = other.queue.views.menu_shown
    assert menu is not None
    until(menu.isVisible)
    assert menu.actions()[0].text().endswith("(Admin: older: 1m -is: urgent)")
    QTest.keyClick(menu, Qt.Key.Key_1)
    until(lambda: other.queue.lane is Lane.ADMIN)
    assert other.queue.filter.text() == "older: 1m -is: urgent"
    assert list(other.queue.model.ids) == wanted
    other.queue.views.saved.forget("Old admin")
    assert other.queue.views.saved.all() == []


def test_what_cannot_be_read_is_said_and_the_rows_stay(desk_page: DeskPage, hands: Hands) -> None:
    queue = desk_page.queue
    before = list(queue.model.ids)
    assert before
    hands.press(Qt.Key.Key_Slash)
    hands.type("older: soon")
    assert queue.complaint.isVisible()
    assert queue.complaint.text().startswith("“soon” is no length of time")
    assert list(queue.model.ids) == before
    hands.press(Qt.Key.Key_Escape)
    assert not queue.complaint.isVisible()
