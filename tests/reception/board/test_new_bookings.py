"""New bookings through the window: by keyboard, squeezed in, doubled, walked in, repeated."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from contract.codes import Channel
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.records import Appointment, Patient, Slot
from reception.ui.board_page import BoardPage
from tests.reception.conftest import Finish, Until
from tests.reception.desk.picks import booked, free_slots
from tests.reception.desks import Desks

Key = Qt.Key
AHEAD = timedelta(days=10)
"""A day of which hardly anything is booked yet."""


@pytest.fixture
def ahead(desk: Desk, finish: Finish, page: BoardPage, until: Until) -> Desk:
    finish(desk.open_day(desk.time.today() + AHEAD))
    until(lambda: bool(page.pane.model.columns))
    return desk


def strike(page: BoardPage, reference: str, key: Qt.Key, *, shift: bool = False) -> None:
    """Put the keyboard on a cell and strike a key."""
    page.pane.view.go_to(reference)
    page.pane.view.setFocus()
    more = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(page.pane.view, key, more)


def somebody(desk: Desk, finish: Finish, number: int = 0) -> Patient:
    """A patient with no near-twin and nothing booked on the open day."""
    start = free_slots(desk)[0]
    people = sorted((p for p in desk.patients if not p.deceased), key=lambda p: p.id)
    for person in people[number * 10 :]:
        if not finish(desk.twins_of(person)) and not finish(
            desk.clashes(person.id, start.start, start.end)
        ):
            return person
    raise LookupError


def find(page: BoardPage, person: Patient, until: Until) -> None:
    """Find a patient by typing, and choose."""
    field = page.booking.search.field
    until(lambda: field.hasFocus() or field.isVisible())
    field.setFocus()
    QTest.keyClicks(field, person.nhs_number)
    until(lambda: page.booking.search.current is not None)
    QTest.keyClick(field, Key.Key_Return)
    until(lambda: page.booking.patient is not None)


def booking_of(desk: Desk, person: Patient) -> list[Appointment]:
    return [a for a in desk.appointments.of_patient(person.id) if a.status in ("booked", "arrived")]


def type_and_book(page: BoardPage, words: str) -> None:
    """Type the reason where the keyboard is, and book with Ctrl+Enter."""
    focus = QApplication.focusWidget()
    assert focus is not None
    assert page.booking.reason.isAncestorOf(focus) or focus is page.booking.reason
    QTest.keyClicks(focus, words)
    QTest.keyClick(focus, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def pair(desk: Desk) -> tuple[Slot, Slot]:
    """Two free slots that can be booked as one."""
    return next((s, after) for s in free_slots(desk) if (after := desk.following(s)) is not None)


def held_by(desk: Desk, slot: Slot) -> str:
    held = desk.slots.get(slot.id)
    return held.hold if held is not None else "?"


def test_slot_first_by_keyboard_alone(
    page: BoardPage, ahead: Desk, finish: Finish, until: Until
) -> None:
    person, slot = somebody(ahead, finish, 1), free_slots(ahead)[0]
    strike(page, slot.reference, Key.Key_B)
    find(page, person, until)
    type_and_book(page, "Knee pain")
    until(lambda: booking_of(ahead, person))
    assert booking_of(ahead, person)[0].slot_ids == (slot.id,)
    assert booking_of(ahead, person)[0].description == "Knee pain"


def test_patient_first_by_keyboard_alone(
    page: BoardPage, ahead: Desk, finish: Finish, until: Until
) -> None:
    person, slot = somebody(ahead, finish, 2), free_slots(ahead)[1]
    page.focus_search()
    find(page, person, until)
    strike(page, slot.reference, Key.Key_B)
    assert page.booking.patient is not None
    type_and_book(page, "Rash")
    until(lambda: booking_of(ahead, person))
    assert booking_of(ahead, person)[0].slot_ids == (slot.id,)


def test_the_mode_is_changed_for_one_booking(
    page: BoardPage, ahead: Desk, finish: Finish, until: Until
) -> None:
    person = somebody(ahead, finish, 3)
    slot = next(s for s in free_slots(ahead) if s.channel == Channel.IN_PERSON)
    strike(page, slot.reference, Key.Key_B)
    assert page.booking.shape.channel is Channel.IN_PERSON
    find(page, person, until)
    page.booking.shape.mode.button(1).click()
    page.booking.book.click()
    until(lambda: booking_of(ahead, person))
    assert booking_of(ahead, person)[0].channel == Channel.TELEPHONE
    held = ahead.slots.get(slot.id)
    assert held is not None
    assert held.channel == Channel.IN_PERSON


def test_another_booking_that_day_is_shown_and_both_are_kept(
    page: BoardPage, ahead: Desk, finish: Finish, until: Until
) -> None:
    flow, person = page.booking, somebody(ahead, finish, 4)
    first, second = free_slots(ahead)[2:4]
    other = finish(ahead.book([first.id], person, reason="Blood pressure"))
    strike(page, second.reference, Key.Key_B)
    find(page, person, until)
    until(flow.clashes.isVisible)
    for part in ("Blood pressure", other.practitioner_name, person.name):
        assert part in flow.clashes.said.text()
    type_and_book(page, "Cough")
    assert flow.clashes.keep.hasFocus()  # asked, not booked
    assert len(booking_of(ahead, person)) == 1
    QTest.keyClick(flow.clashes.keep, Key.Key_K)
    assert flow.clashes.isHidden()
    QTest.keyClick(flow.book, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    until(lambda: len(booking_of(ahead, person)) == 2)


def test_the_other_booking_is_swapped_for_this_one(
    page: BoardPage, ahead: Desk, finish: Finish, until: Until
) -> None:
    told: list[Notice] = []
    ahead.told.connect(told.append)
    flow, person = page.booking, somebody(ahead, finish, 5)
    first, second = free_slots(ahead)[2:4]
    other = finish(ahead.book([first.id], person))
    strike(page, second.reference, Key.Key_B)
    find(page, person, until)
    until(flow.clashes.isVisible)
    type_and_book(page, "")
    QTest.keyClick(flow.clashes.keep, Key.Key_S)
    until(lambda: [a.slot_ids for a in booking_of(ahead, person)] == [(second.id,)])
    until(page.side.isHidden)
    finish(ahead.undo(told[-1].undo_id))
    assert [a.id for a in booking_of(ahead, person)] == [other.id]


def test_a_booking_made_meanwhile_is_found_as_it_is_booked(
    page: BoardPage, ahead: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    """A colleague books the same patient after we looked: the flow stops and shows it."""
    flow, person = page.booking, somebody(ahead, finish, 6)
    first, second = free_slots(ahead)[2:4]
    strike(page, second.reference, Key.Key_B)
    find(page, person, until)
    until(lambda: not page.tasks.running)
    assert flow.clashes.isHidden()
    rival = finish(desks.open("receptionist", 1))
    finish(rival.open_day(ahead.day))
    finish(rival.book([first.id], person))
    type_and_book(page, "Cough")
    until(flow.clashes.isVisible)
    assert len(booking_of(ahead, person)) == 1
    assert flow.book.isEnabled()
    flow.close_flow()


def test_squeezing_in_asks_why(page: BoardPage, desk: Desk, finish: Finish, until: Until) -> None:
    flow, it, person = page.booking, booked(desk), somebody(desk, finish, 7)
    strike(page, f"Slot/{it.slot_ids[0]}", Key.Key_B, shift=True)
    assert flow.why.isVisible()
    assert flow.aim.is_extra
    find(page, person, until)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus is flow.why.field
    assert not flow.book.isEnabled()
    QTest.keyClicks(focus, "Agreed with the doctor")
    QTest.keyClick(focus, Key.Key_Return)
    until(lambda: booking_of(desk, person))
    extra = desk.slots.get(booking_of(desk, person)[0].slot_ids[0])
    assert extra is not None
    assert (extra.overbooked, extra.comment) == (True, "Agreed with the doctor")
    until(page.side.isHidden)


def test_nobody_is_squeezed_in_where_it_is_free(page: BoardPage, ahead: Desk) -> None:
    told: list[Notice] = []
    ahead.told.connect(told.append)
    strike(page, free_slots(ahead)[0].reference, Key.Key_B, shift=True)
    assert page.side.isHidden()
    assert "book it with B" in told[-1].sentence


def test_two_slots_are_held_and_booked_as_one(
    page: BoardPage, ahead: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    flow, person = page.booking, somebody(ahead, finish, 8)
    first, second = pair(ahead)
    rival = finish(desks.open("receptionist", 1))
    finish(rival.open_day(ahead.day))
    strike(page, first.reference, Key.Key_B)
    QTest.keyClick(flow.search.field, Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert [slot.id for slot in flow.aim.slots] == [first.id, second.id]
    assert f"{first.minutes + second.minutes} min" in flow.where.text()

    def seen_elsewhere() -> bool:
        slots = [rival.slots.get(slot.id) for slot in (first, second)]
        return all(s is not None and s.comment == ahead.me.display for s in slots)

    until(seen_elsewhere)
    find(page, person, until)
    type_and_book(page, "Long")
    until(lambda: booking_of(ahead, person))
    assert booking_of(ahead, person)[0].slot_ids == (first.id, second.id)


def test_a_double_whose_second_half_goes_is_a_single_again(
    page: BoardPage, ahead: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    flow = page.booking
    first, second = pair(ahead)
    rival = finish(desks.open("receptionist", 1))
    finish(rival.open_day(ahead.day))
    strike(page, first.reference, Key.Key_B)
    flow.shape.count.setValue(2)
    until(lambda: not page.tasks.running)
    assert len(flow.aim.slots) == 2
    finish(ahead.drop_hold(second.id))  # as when its two minutes are over
    until(lambda: held_by(rival, second) == "")
    finish(rival.hold_slot(second.id))
    until(lambda: len(flow.aim.slots) == 1)
    assert flow.slot_id == first.id
    assert "single one again" in flow.banner.sentence
    flow.close_flow()
    finish(rival.drop_hold(second.id))
    until(lambda: not page.tasks.running)


def test_a_walk_in_waits_in_the_clinicians_column(
    page: BoardPage, desk: Desk, finish: Finish, until: Until
) -> None:
    flow, it, person = page.booking, booked(desk), somebody(desk, finish, 9)
    strike(page, f"Slot/{it.slot_ids[0]}", Key.Key_I)
    assert "Walk-in now" in flow.where.text()
    find(page, person, until)
    type_and_book(page, "Cut hand")
    until(lambda: booking_of(desk, person))
    made = booking_of(desk, person)[0]
    assert (made.status, made.practitioner_id) == ("arrived", it.practitioner_id)
    cell = page.pane.model.cell(made.reference)
    assert cell is not None
    assert page.pane.model.clinician(cell) == it.practitioner_name


def test_a_series_is_shown_and_booked(
    page: BoardPage, ahead: Desk, finish: Finish, until: Until
) -> None:
    told: list[Notice] = []
    ahead.told.connect(told.append)
    flow, person = page.booking, somebody(ahead, finish, 10)
    strike(page, free_slots(ahead)[4].reference, Key.Key_B)
    find(page, person, until)
    flow.repeat.on.click()
    until(lambda: flow.repeat.is_found)
    assert flow.repeat.days.count() == flow.repeat.times.value() == 2
    count = len(flow.repeat.slots)
    assert f"{count} times" in flow.book.text()
    flow.book.click()
    until(page.side.isHidden)
    until(lambda: any(f"is booked {count} times" in notice.sentence for notice in told))


def test_the_hold_is_counted_down(page: BoardPage, ahead: Desk, until: Until) -> None:
    strike(page, free_slots(ahead)[0].reference, Key.Key_B)
    until(lambda: "left)" in page.booking.held.text())
    before = page.booking.hold.ends()
    assert before is not None
    page.booking.close_flow()
    assert page.booking.hold.ends() is None
    until(lambda: not page.tasks.running)


def test_the_button_is_in_sight_whatever_is_shown(page: BoardPage, ahead: Desk) -> None:
    strike(page, free_slots(ahead)[0].reference, Key.Key_B)
    flow = page.booking
    flow.why.show()
    flow.clashes.show()
    bottom = flow.book.mapTo(page, flow.book.rect().bottomLeft()).y()
    assert 0 < bottom <= page.height()
    flow.close_flow()
