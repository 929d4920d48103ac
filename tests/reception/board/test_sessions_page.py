"""The sessions page and the board's menu at a real desk, by key and by mouse."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

import pytest
from PySide6.QtCore import QDate, QPoint, Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView

from contract.contact import ContactOutcome
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.session_pattern import Pattern
from reception.desk.session_plan import Kind
from reception.records import Request, Session
from reception.records import Slot as SlotRecord
from reception.records.contact import about, attempts
from reception.ui.board_page import BoardPage
from reception.ui.sessions_page import SessionsPage
from reception.widgets.board_menu import SEPARATOR, Act
from reception.widgets.look import Look
from tests.reception.conftest import Finish, Until
from tests.reception.desk.picks import patient
from tests.reception.desk.test_sessions import booking, of, pattern
from tests.reception.desks import Desks

# A menu that pops up offscreen says so; on a screen it does.
pytestmark = pytest.mark.qt_log_ignore(
    "does not support grabbing the keyboard", r"does not support raise\(\)", extend=True
)

Key = Qt.Key
DAY = date(2026, 11, 23)
FAR = date(2027, 4, 12)
_evenings = count()


@pytest.fixture
def page(desk: Desk, look: Look, finish: Finish) -> Iterator[SessionsPage]:
    made = SessionsPage(desk, look)
    made.resize(1366 - 90, 768 - 60)
    made.show()
    made.came_to_front()
    yield made
    made.tasks.cancel_all()
    finish(made.tasks.drained())
    made.close()
    made.deleteLater()


@pytest.fixture
def board(desk: Desk, look: Look, finish: Finish) -> Iterator[BoardPage]:
    made = BoardPage(desk, look)
    made.resize(1366, 768)
    made.show()
    made.came_to_front()
    yield made
    made.tasks.cancel_all()
    finish(made.tasks.drained())
    made.close()
    made.deleteLater()


@pytest.fixture
def evening(desk: Desk, finish: Finish, until: Until) -> Session:
    """Four free slots of ten minutes this evening."""
    start = 20 * 60 + next(_evenings) % 5 * 45
    session: Session = finish(desk.diary.add(of(desk, pattern(start)), DAY))
    until(lambda: len(desk.slots.of_session(session.id)) == 4)
    return session


def told_by(desk: Desk) -> list[Notice]:
    told: list[Notice] = []
    desk.told.connect(told.append)
    return told


def asked(desk: Desk, request_id: str) -> Request:
    held = desk.requests.get(request_id)
    assert held is not None
    return held


def chosen(page: SessionsPage, session: Session, until: Until) -> None:
    page.show_reference(f"Schedule/{session.id}")
    until(lambda: page.week.session is not None and page.week.session.id == session.id)


def test_the_week_shows_every_session_of_the_diary(
    page: SessionsPage, desk: Desk, until: Until
) -> None:
    until(lambda: page.week.rows.rowCount() > len(desk.sessions))
    rows = {row.key: row for row in page.week.rows.rows}
    for session in desk.sessions:
        assert rows[session.id].cells[2] == session.practitioner_name
    assert len({row.cells[0] for row in rows.values()}) == 5
    assert "sessions of" in page.week.said.text()


def test_a_session_is_added_extended_shortened_and_cancelled_by_hand(
    page: SessionsPage, desk: Desk, finish: Finish, until: Until
) -> None:
    told = told_by(desk)
    week = page.week
    until(lambda: week.rows.rowCount() > 0)
    form = week.form
    form.clinician.setCurrentIndex(next(_evenings) % form.clinician.count())
    form.name.setText("Late clinic")
    form.start.setTime(QTime(5, 0))
    form.end.setTime(QTime(5, 50))
    tomorrow = DAY + timedelta(days=1)
    form.show_day(tomorrow)
    assert form.said.text() == "5 slots of 10 minutes, 05:00 to 05:50."
    assert week.add.isEnabled()
    QTest.mouseClick(week.add, Qt.MouseButton.LeftButton)
    until(lambda: week.session is not None and week.session.name == "Late clinic")
    assert told[-1].undo_id

    def slots() -> int:
        session = week.session
        assert session is not None
        diary = finish(desk.diary.one(session.id))
        return sum(s.status != "entered-in-error" for s in diary.of(session.id))

    assert slots() == 5
    week.until.setTime(QTime(6, 20))
    assert week.change.text() == "Extend to 06:20 (E)"
    QTest.mouseClick(week.change, Qt.MouseButton.LeftButton)
    until(lambda: "goes on until 06:20" in told[-1].sentence)
    until(lambda: week.until.time() == QTime(6, 20) and week.cancel.isEnabled())
    assert slots() == 8
    week.until.setTime(QTime(5, 30))
    assert week.change.text() == "Shorten to 05:30 (E)"
    QTest.mouseClick(week.change, Qt.MouseButton.LeftButton)
    until(lambda: "ends at 05:30" in told[-1].sentence)
    until(lambda: week.until.time() == QTime(5, 30) and week.cancel.isEnabled())
    assert slots() == 3
    # Cancelled by key: the first press asks, the second does it.
    week.table.setFocus()
    QTest.keyClick(week.table, Key.Key_X)
    assert week.cancel.text() == "Really cancel (X)"
    assert "cancelled" not in told[-1].sentence
    QTest.keyClick(week.table, Key.Key_X)
    until(lambda: "cancelled, 3 slots withdrawn" in told[-1].sentence)
    until(lambda: all(row.cells[3] != "Late clinic" for row in week.rows.rows))


def test_a_form_that_cannot_be_a_session_says_why(page: SessionsPage) -> None:
    form = page.week.form
    form.start.setTime(QTime(12, 0))
    form.end.setTime(QTime(11, 0))
    assert form.said.text() == "A session has to end after it begins."
    assert not page.week.add.isEnabled()
    form.end.setTime(QTime(12, 5))
    assert form.said.text() == "Not one slot fits between start and end."
    form.end.setTime(QTime(14, 0))
    form.has_pause.setChecked(True)
    form.pause_at.setTime(QTime(13, 0))
    assert form.said.text() == "10 slots of 10 minutes and 1 break, 12:00 to 13:55."


def test_cancelling_names_whom_it_touches_and_the_list_is_worked_off_by_key(
    page: SessionsPage, desk: Desk, evening: Session, finish: Finish, until: Until
) -> None:
    told = told_by(desk)
    slots = desk.slots.of_session(evening.id)
    people = [finish(desk.book([s.id], patient(desk, n + 20))) for n, s in enumerate(slots[:2])]
    chosen(page, evening, until)
    until(lambda: people[1].patient_name in page.week.people.text())
    page.show_reference(f"Cancel/{evening.id}")
    until(lambda: page.week.cancel.text() == "Really cancel: 2 patients to tell (X)")
    assert people[0].patient_name in page.week.people.text()
    QTest.mouseClick(page.week.cancel, Qt.MouseButton.LeftButton)
    until(lambda: {a.id for a in people} <= {about(r) for r in desk.contacts.waiting()})

    QTest.keyClick(page, Key.Key_3)
    sheet = page.contacts
    assert page.stack.currentWidget() is sheet
    mine = {about(r): r for r in desk.contacts.waiting()}
    until(lambda: all(sheet.rows.row_of(mine[a.id].id) >= 0 for a in people))
    first = mine[people[0].id]
    sheet.table.choose(first.id)
    row = sheet.rows.rows[sheet.rows.row_of(first.id)]
    known = desk.patients.get(first.patient_id)
    assert known is not None
    assert row.cells[0] == people[0].patient_name
    assert row.cells[2] == (", ".join(known.phones) or "no number")
    for tried in range(3):
        QTest.keyClick(sheet.table, Key.Key_U)
        until(lambda number=tried: f"{number} of 3" in told[-1].sentence)
        QTest.keyClick(sheet.table, Key.Key_T)
        until(lambda number=tried: attempts(asked(desk, first.id)) == number + 1)
    QTest.keyClick(sheet.table, Key.Key_U)
    until(lambda: sheet.rows.row_of(first.id) < 0)
    second = mine[people[1].id]
    sheet.table.choose(second.id)
    QTest.keyClick(sheet.table, Key.Key_C)
    until(lambda: sheet.rows.row_of(second.id) < 0)
    assert asked(desk, second.id).status == "completed"
    assert booking(desk, people[1].id).status == "cancelled"
    assert booking(desk, people[0].id).status == "booked"


def test_templates_are_shown_with_their_difference_before_anything_is_written(
    page: SessionsPage, desk: Desk, finish: Finish, until: Until
) -> None:
    made: Pattern = finish(desk.templates.save(of(desk, pattern(5 * 60 + 15))))
    QTest.keyClick(page, Key.Key_2)
    sheet = page.templates
    until(lambda: sheet.rows.row_of(made.session_id) >= 0)
    sheet.table.choose(made.session_id)
    assert sheet.form_title.text() == "Change this template"
    assert sheet.form.pattern().pieces == made.pieces
    sheet.showing_first(FAR)
    sheet.weeks.setValue(2)
    sheet.whose.setCurrentIndex(sheet.whose.findData(made.practitioner_id))
    QTest.mouseClick(sheet.show_plan, Qt.MouseButton.LeftButton)
    until(lambda: sheet.plan is not None and sheet.apply.isEnabled())
    plan = sheet.plan
    assert plan is not None
    mine = [d for d in plan.differences if d.dated.pattern.key == made.key]
    assert [d.kind for d in mine] == [Kind.ADDED, Kind.ADDED]
    assert finish(desk.diary.of_days(FAR, FAR)).sessions == ()
    assert "No booked patient is touched." in sheet.said.text()
    sheet.weeks.setValue(1)
    assert sheet.plan is None, "a plan for other dates is not applied"
    QTest.mouseClick(sheet.show_plan, Qt.MouseButton.LeftButton)
    until(sheet.apply.isEnabled)
    QTest.mouseClick(sheet.apply, Qt.MouseButton.LeftButton)
    until(lambda: sheet.said.text().startswith("Applied."))
    cut = [
        s
        for s in finish(desk.diary.of_days(FAR, FAR)).sessions
        if (s.practitioner_id, s.name) == (made.practitioner_id, made.name)
    ]  # the practice's own templates may make them one more that day
    assert len(cut) == 1
    until(sheet.end.isEnabled)
    sheet.table.choose(made.session_id)
    QTest.keyClick(sheet.table, Key.Key_X)
    until(lambda: sheet.rows.row_of(made.session_id) < 0)


def act(board: BoardPage, slot: SlotRecord, name: str) -> Act | None:
    cell = board.pane.model.cell(slot.reference)
    assert cell is not None
    found = (a for a in board.menus.menu.acts_of(cell) if a is not SEPARATOR)
    return next((a for a in found if a.name == name), None)


def test_slots_are_closed_parted_and_joined_by_key(
    board: BoardPage, desk: Desk, evening: Session, finish: Finish, until: Until
) -> None:
    told = told_by(desk)
    view = board.pane.view

    def slots() -> list[SlotRecord]:
        return desk.slots.of_session(evening.id)

    view.setFocus()
    view.go_to(slots()[0].reference)
    QTest.keyClick(view, Key.Key_C)
    until(lambda: slots()[0].is_blocked)
    QTest.keyClick(view, Key.Key_C)
    until(lambda: slots()[0].status == "free")
    QTest.keyClick(view, Key.Key_P)
    until(lambda: [s.minutes for s in slots()] == [5, 5, 10, 10, 10])
    QTest.keyClick(view, Key.Key_G)
    until(lambda: [s.minutes for s in slots()] == [10, 10, 10, 10])
    # What patients could book online is swallowed only after a word.
    finish(desk.open_online([slots()[1].id]))
    until(lambda: slots()[1].is_online)
    QTest.keyClick(view, Key.Key_G)
    assert told[-1].sentence.startswith("That swallows the ")
    assert len(slots()) == 4
    QTest.keyClick(view, Key.Key_G)
    until(lambda: [s.minutes for s in slots()] == [20, 10, 10])
    held = finish(desk.book([slots()[0].id], patient(desk, 25)))
    until(lambda: slots()[0].status == "busy")
    QTest.keyClick(view, Key.Key_P)
    until(lambda: f"booked by {held.patient_name}" in told[-1].sentence)


def test_the_menu_offers_what_can_be_done_and_does_it(
    board: BoardPage, desk: Desk, evening: Session, finish: Finish, until: Until
) -> None:
    slot = desk.slots.of_session(evening.id)[0]
    view = board.pane.view
    view.go_to(slot.reference)
    rect = view.visualRect(view.currentIndex())
    view.scrollTo(view.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)
    QTest.keyClick(view, Key.Key_Menu)
    cell = board.pane.model.cell(slot.reference)
    assert cell is not None
    board.menus.menu.show_for_cell(cell, view.viewport().mapToGlobal(rect.center()))
    menu = board.menus.menu.shown
    assert menu is not None
    lines = {a.data()[0]: a for a in menu.actions() if a.data() is not None}
    assert {"b", "close", "online", "part", "join", "session"} <= set(lines)
    assert lines["part"].text() == "Part it in two\tP"
    lines["part"].trigger()
    menu.close()
    until(lambda: len(desk.slots.of_session(evening.id)) == 5)
    held = finish(desk.book([slot.id], patient(desk, 26)))
    until(lambda: desk.appointment_in(slot) is not None)
    until(lambda: act(board, slot, "a") is not None)
    assert act(board, slot, "part") is None
    board.menus.do("a", slot.reference)
    until(lambda: booking(desk, held.id).status == "arrived")


def test_a_column_leads_to_its_sessions(
    board: BoardPage, desk: Desk, evening: Session, until: Until
) -> None:
    wanted: list[tuple[str, str]] = []
    board.page_requested.connect(lambda title, what: wanted.append((title, what)))
    slot = desk.slots.of_session(evening.id)[0]
    board.menus.do("session", slot.reference)
    assert wanted[-1] == ("Sessions", f"Schedule/{evening.id}")
    until(lambda: any(evening.id in {s.id for s in c.sessions} for c in board.pane.model.columns))
    column = next(c for c in board.pane.model.columns if evening.id in {s.id for s in c.sessions})
    acts = [a for a in board.menus.menu.acts_of_column(column) if a.about == evening.id]
    assert [a.name for a in acts] == ["session", "cancel-session", "template"]
    board.menus.menu.show_for_column(column, QPoint(10, 10))
    menu = board.menus.menu.shown
    assert menu is not None
    line = next(a for a in menu.actions() if a.data() == ("cancel-session", evening.id))
    line.trigger()
    menu.close()
    assert wanted[-1] == ("Sessions", f"Cancel/{evening.id}")


def test_a_clinician_is_told_which_right_is_missing(
    desks: Desks, look: Look, evening: Session, finish: Finish, until: Until
) -> None:
    clinician = finish(desks.open("clinician"))
    made = SessionsPage(clinician, look)
    made.show()
    made.came_to_front()
    try:
        until(lambda: made.week.rows.rowCount() > 0)
        made.week.form.show_day(FAR + timedelta(days=28))
        until(made.week.add.isEnabled)
        QTest.mouseClick(made.week.add, Qt.MouseButton.LeftButton)
        until(lambda: "Release slots" in made.banner.sentence)
        assert "receptionists and managers have it" in made.banner.sentence
    finally:
        made.tasks.cancel_all()
        finish(made.tasks.drained())
        made.close()
        made.deleteLater()


def test_outcomes_have_a_key_each(page: SessionsPage) -> None:
    outcomes = {str(b.property("outcome")) for b in page.contacts.outcomes}
    assert outcomes == {str(outcome) for outcome in ContactOutcome}
    assert QDate(2026, 11, 23) == page.week.form.day.date()
