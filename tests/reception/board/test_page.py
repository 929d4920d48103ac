"""The board page at a real desk: every act from the keyboard, against the real service."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QRadioButton

from contract.core_hours import LONDON
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.records import Appointment, Patient, Slot
from reception.records.problem import Problem
from reception.ui.board_page import BoardPage
from reception.widgets.board_cell import CellState
from reception.widgets.look import Look
from tests.reception.conftest import Finish, Until
from tests.reception.desk.picks import booked, free_slots, patient
from tests.reception.desks import Desks
from tests.running import RunningPractice

Key = Qt.Key


def go_to(page: BoardPage, held: Appointment) -> str:
    assert page.pane.show_appointment(held.id)
    page.pane.view.setFocus()
    return page.pane.view.current_key


def state(page: BoardPage, key: str) -> CellState:
    cell = page.pane.model.cell(key)
    assert cell is not None
    return cell.state(page.pane.model.now())


def open_slot(page: BoardPage, slot: Slot) -> None:
    page.pane.view.go_to(slot.reference)
    page.pane.view.setFocus()
    QTest.keyClick(page.pane.view, Key.Key_B)


def found(desk: Desk, finish: Finish, which: Callable[[Patient], bool]) -> Patient:
    """A patient for whom *which* holds, with no near-twin on the list and no booking that day."""
    for person in sorted((p for p in desk.patients if which(p)), key=lambda p: p.id):
        if not desk.appointments.of_patient(person.id) and not finish(desk.twins_of(person)):
            return person
    raise LookupError


def test_today_is_on_the_board(page: BoardPage, desk: Desk) -> None:
    model = page.pane.model
    assert len(model.columns) >= 4
    assert {c.slot.id for c in model.cells() if c.slot is not None} <= {s.id for s in desk.slots}
    shown = {c.appointment.id for c in model.cells() if c.appointment is not None}
    assert {a.id for a in desk.appointments if a.holds_its_place} <= shown


def test_a_patient_goes_through_the_day_by_keys(page: BoardPage, desk: Desk, until: Until) -> None:
    it = booked(desk, lambda a: a.channel == "In-person")
    key = go_to(page, it)
    for letter, wanted in (
        (Key.Key_A, CellState.ARRIVED),
        (Key.Key_S, CellState.SENT_IN),
        (Key.Key_L, CellState.LEFT),
    ):
        QTest.keyClick(page.pane.view, letter)
        until(lambda wanted=wanted: state(page, key) is wanted)
        assert page.pane.view.current_key == key
    QTest.keyClick(page.pane.view, Key.Key_Return)
    assert page.side.isVisible()
    past = [page.panel.key, page.panel.name.text()]
    assert past == [key, it.patient_name]
    assert page.panel.buttons == []


def test_another_day_keeps_the_keyboard_and_the_hour(
    page: BoardPage, desk: Desk, finish: Finish, until: Until
) -> None:
    today, view = desk.day, page.pane.view
    view.show_time(datetime.combine(today, time(13), LONDON))
    top = view.verticalScrollBar().value()
    assert 0 < top < view.verticalScrollBar().maximum()
    finish(desk.open_day(today + timedelta(days=1)))
    until(lambda: page.pane.model.columns)
    assert view.hasFocus()
    finish(desk.open_day(today - timedelta(days=1)))  # a Sunday
    until(lambda: page.pane.said.text().startswith("No sessions"))
    assert (focus := QApplication.focusWidget()) is not None
    assert page.pane.isAncestorOf(focus)
    finish(desk.open_day(today))
    until(lambda: page.pane.model.columns)
    assert view.hasFocus()
    assert view.verticalScrollBar().value() == top


def test_what_cannot_be_is_said_in_a_sentence(page: BoardPage, desk: Desk, until: Until) -> None:
    told: list[Notice] = []
    desk.told.connect(told.append)
    it = booked(desk, lambda a: a.channel == "In-person")
    key = go_to(page, it)
    QTest.keyClick(page.pane.view, Key.Key_L)
    until(lambda: told)
    assert told[-1].sentence.endswith(".")
    assert state(page, key) is CellState.BOOKED
    QTest.keyClick(page.pane.view, Key.Key_B)
    assert "is not free" in told[-1].sentence
    assert all(notice.failed for notice in told)
    assert page.banner.isHidden()  # the board stays where it is under the mouse


def test_an_old_problem_goes_when_something_has_worked(
    page: BoardPage, desk: Desk, until: Until
) -> None:
    page.banner.show_problem(Problem("Cannot reach the practice."))
    go_to(page, booked(desk, lambda a: a.channel == "In-person"))
    QTest.keyClick(page.pane.view, Key.Key_A)
    until(page.banner.isHidden)


def test_cancelling_asks_for_a_reason_and_frees_the_slot(
    page: BoardPage, desk: Desk, until: Until
) -> None:
    it = booked(desk, lambda a: a.patient_id in desk.patients)
    key = go_to(page, it)
    QTest.keyClick(page.pane.view, Key.Key_X)
    strip = page.panel.cancel
    assert strip.isVisible()
    person = desk.patients.get(it.patient_id)
    assert person is not None
    assert person.born_text in strip.confirm.text()
    assert not strip.confirm.isEnabled()
    by_patient = strip.reasons.button(0)
    assert isinstance(by_patient, QRadioButton)
    by_patient.click()
    strip.confirm.click()
    until(lambda: state(page, key) is CellState.FREE)
    stored = desk.appointments.newest(it.id)
    assert stored is not None
    assert (stored.status, stored.cancel_reason) == ("cancelled", "pat")


def test_booking_from_the_board(
    page: BoardPage, desk: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    slot = free_slots(desk)[-3]
    person = found(desk, finish, lambda p: bool(p.nhs_number) and not p.deceased)
    open_slot(page, slot)
    flow = page.booking
    assert flow.isVisible()
    until(lambda: state(page, slot.reference) is CellState.HELD)  # every other board shows it too
    assert "Held for you until" in flow.held.text()
    assert not flow.book.isEnabled()
    flow.search.field.setFocus()
    QTest.keyClicks(flow.search.field, person.nhs_number)
    until(lambda: flow.search.current is not None)
    QTest.keyClick(flow.search.field, Key.Key_Return)
    until(lambda: flow.patient is not None)
    assert person.born_text in flow.person.text()
    assert person.spaced_nhs_number in flow.person.text()
    flow.reason.set_text("x" * 101)
    assert flow.reason.left.text() == "1 too many"
    assert not flow.book.isEnabled()
    flow.reason.set_text("Knee pain")
    for part in (person.name, person.born_text):
        assert part in flow.book.text()
    flow.how.button(1).click()
    flow.book.click()
    assert not flow.book.isEnabled()  # nothing can be pressed twice
    until(lambda: state(page, slot.reference) is CellState.BOOKED)
    cell = page.pane.model.cell(slot.reference)
    assert cell is not None
    assert cell.appointment is not None
    assert cell.appointment.patient_id == person.id
    assert cell.appointment.description == "Knee pain"
    assert cell.appointment.via == "via-phone"
    until(page.side.isHidden)
    assert page.pane.view.current_key == slot.reference
    assert page.pane.view.hasFocus()


def test_giving_up_lets_the_slot_go(page: BoardPage, desk: Desk, until: Until) -> None:
    slot = free_slots(desk)[-4]
    open_slot(page, slot)
    until(lambda: state(page, slot.reference) is CellState.HELD)
    QTest.keyClick(page.booking.search.field, Key.Key_Escape)
    until(lambda: state(page, slot.reference) is CellState.FREE)
    assert page.side.isHidden()


def test_a_lost_race_offers_the_nearest_and_keeps_what_was_written(
    page: BoardPage, desk: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    kinds = [s.type_code for s in free_slots(desk)]
    slot = next(s for s in reversed(free_slots(desk)) if kinds.count(s.type_code) > 3)
    rival = finish(desks.open("receptionist", 1))
    finish(rival.hold_slot(slot.id))
    until(lambda: state(page, slot.reference) is CellState.HELD)
    flow = page.booking
    page.pane.book_requested.emit(slot.id)  # as if the key had been struck a moment before
    person = found(desk, finish, lambda p: not p.deceased)
    flow.take_patient(person)
    until(lambda: flow.patient is not None)
    flow.reason.set_text("Back pain")
    flow.book.click()
    until(flow.offer.isVisible)
    assert 1 <= len(flow.offer.buttons) <= 3
    assert flow.banner.isHidden()  # an offer, not an error
    flow.offer.buttons[0].click()
    assert flow.slot_id not in ("", slot.id)
    assert flow.reason.text == "Back pain"
    assert flow.patient is person
    other = desk.slots.get(flow.slot_id)
    assert other is not None
    until(lambda: state(page, other.reference) is CellState.HELD)
    flow.book.click()
    until(lambda: state(page, other.reference) is CellState.BOOKED)


def test_near_twins_are_told_apart_before_anything_else(
    page: BoardPage, desk: Desk, practice: RunningPractice, until: Until
) -> None:
    trees = practice.as_role("receptionist").search("Patient?_count=1000")
    people = [p for p in map(Patient.from_tree, trees) if not p.deceased]
    twin, other = next((p, q) for p in people for q in people if p.is_near_twin_of(q))
    slot = free_slots(desk)[-2]
    open_slot(page, slot)
    flow = page.booking
    flow.take_patient(twin)
    until(flow.twins.isVisible)
    assert flow.patient is None
    assert not flow.book.isEnabled()
    assert flow.twins.hasFocus()
    QTest.keyClick(flow.twins, Key.Key_Return)  # a second Enter chooses nobody
    assert flow.patient is None
    number = next(n for n, b in enumerate(flow.twins.buttons, 1) if other.name in b.text())
    QTest.keyClicks(flow.twins, str(number))
    assert flow.patient is not None
    assert flow.reason.hasFocus() or flow.reason.isAncestorOf(QApplication.focusWidget())
    assert flow.patient.id == other.id
    assert other.name in flow.book.text()
    flow.close_flow()
    until(lambda: state(page, slot.reference) is CellState.FREE)


def test_an_answer_for_somebody_else_is_dropped(
    page: BoardPage, desk: Desk, finish: Finish, until: Until
) -> None:
    """The first person's twins are still being looked for when the second is chosen."""
    first, second = patient(desk, 0), found(desk, finish, lambda p: p.id != patient(desk, 0).id)
    flow = page.booking
    flow.take_patient(first)
    flow.take_patient(second)
    until(lambda: flow.patient is not None and not page.tasks.running)
    assert flow.patient is second


def test_a_silent_practice_locks_booking(page: BoardPage, desk: Desk, until: Until) -> None:
    told: list[Notice] = []
    desk.told.connect(told.append)
    slot = free_slots(desk)[-1]
    desk.freshness.lost()
    open_slot(page, slot)
    assert page.side.isHidden()
    assert "No contact with the practice" in told[-1].sentence
    desk.freshness.caught_up()
    open_slot(page, slot)
    assert page.booking.isVisible()
    until(lambda: state(page, slot.reference) is CellState.HELD)
    desk.freshness.lost()
    assert not page.booking.book.isEnabled()
    desk.freshness.caught_up()
    page.booking.close_flow()
    until(lambda: state(page, slot.reference) is CellState.FREE)


def test_a_colleague_s_change_arrives_by_itself(
    page: BoardPage, desk: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    it = booked(desk, lambda a: a.channel == "In-person")
    key = go_to(page, it)
    page.pane.opened.emit(key)
    rival = finish(desks.open("receptionist", 1))
    finish(rival.arrive(it.id))
    until(lambda: state(page, key) is CellState.ARRIVED)
    until(lambda: page.panel.state.text().startswith("Arrived"))
    assert page.pane.view.current_key == key


def test_the_list_shows_the_same_day(page: BoardPage, desk: Desk, until: Until) -> None:
    page.list_button.click()
    day = page.list
    assert day is not None
    spoken = Qt.ItemDataRole.AccessibleTextRole
    rows = [day.model().index(row, 0).data(spoken) for row in range(day.model().rowCount())]
    assert rows == sorted(rows, key=lambda words: words[:5])
    it = booked(desk, lambda a: a.channel == "In-person")
    words = next(
        r
        for r in range(len(rows))
        if it.patient_name.replace(",", "") in rows[r] and "booked" in rows[r]
    )
    day.setCurrentIndex(day.model().index(words, 0))
    QTest.keyClick(day, Key.Key_A)
    until(lambda: "arrived" in day.currentIndex().siblingAtColumn(0).data(spoken))
    page.list_button.click()
    assert page.pane.view.hasFocus()


def test_an_empty_day_says_so(page: BoardPage, desk: Desk, finish: Finish) -> None:
    sunday = desk.day.replace(day=22)
    finish(desk.open_day(sunday))
    assert page.pane.said.text() == "No sessions on Sunday 22 November"
    finish(desk.open_day(desk.time.today()))
    assert page.pane.model.columns
    assert page.pane.view.isVisible()


def test_keys_zoom_and_filter_and_the_page_is_remembered(
    page: BoardPage, desk: Desk, look: Look
) -> None:
    view, control = page.pane.view, Qt.KeyboardModifier.ControlModifier
    usual = view.place.px_per_min
    QTest.keyClick(view, Key.Key_Plus, control)
    assert view.place.px_per_min > usual
    QTest.keyClick(view, Key.Key_0, control)
    assert view.place.px_per_min == usual
    QTest.keyClick(view, Key.Key_Minus, control)
    assert view.place.px_per_min < usual

    QTest.keyClick(view, Key.Key_F)
    card = page.bar.card
    assert card.isVisible()
    card.free.click()
    QTest.keyClick(card, Key.Key_Escape)
    assert not card.isVisible()
    shown = {cell.state(page.pane.model.now()) for cell in page.pane.model.cells()}
    assert shown == {CellState.FREE}
    waiting = sum(a.status == "arrived" for a in desk.appointments)
    assert page.bar.shown.text() == f"Showing free only   {waiting} arrived elsewhere"

    again = BoardPage(desk, look)
    again.recall(page.kept())
    assert again.kept() == page.kept()
    assert again.pane.view.zoom is view.zoom
    again.deleteLater()

    QTest.keyClick(view, Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    assert not page.bar.shown.isVisible()
    assert len({cell.state(page.pane.model.now()) for cell in page.pane.model.cells()}) > 3
