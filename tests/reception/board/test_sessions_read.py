"""The sessions page reads a week of the diary no more often than it must."""

from datetime import timedelta

from PySide6.QtCore import Qt, QTime
from PySide6.QtTest import QTest

from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.ui.sessions_page import SessionsPage
from reception.widgets.look import Look
from tests.reception.conftest import Finish, Until


def test_an_act_reads_the_week_once(desk: Desk, look: Look, finish: Finish, until: Until) -> None:
    """The act tells what it has done, and ends: one reading answers both."""
    told: list[Notice] = []
    desk.told.connect(told.append)
    page = SessionsPage(desk, look)
    page.resize(1366, 768)
    page.show()
    page.came_to_front()
    week = page.week
    until(lambda: week.rows.rowCount() > 0 and not page.tasks.running)
    week.form.name.setText("Read once")
    week.form.start.setTime(QTime(4, 0))
    week.form.end.setTime(QTime(4, 30))
    week.form.show_day(desk.day + timedelta(days=3))
    before = week._turn
    QTest.mouseClick(week.add, Qt.MouseButton.LeftButton)
    until(lambda: week.session is not None and week.session.name == "Read once", 30.0)
    until(lambda: not page.tasks.running)
    assert told
    assert week._turn == before + 1
    page.tasks.cancel_all()
    finish(page.tasks.drained())
    page.close()
    page.deleteLater()
