"""Booking a request whose patient is booked that day already: keep both, or swap."""

import pytest
from PySide6.QtCore import Qt

from reception.desk.clashes import OtherBookings
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.records import Appointment, Patient, Request, Slot
from reception.ui.board_foot import BoardFoot
from reception.ui.clash_ask import Wish
from reception.ui.desk_page import DeskPage
from reception.ui.tasks import Tasks
from reception.widgets.look import Look
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask
from tests.reception.desk.picks import free_slots
from tests.reception.queue.conftest import Hands
from tests.running import RunningPractice

NUMBER = 4
"""The patient account that only these tests use."""


@pytest.fixture
def request_(desk: Desk, practice: RunningPractice, until: Until) -> Request:
    request_id = ask(practice, "Could I be seen today, please?", number=NUMBER)
    until(lambda: desk.requests.get(request_id) is not None)
    return newest(desk, request_id)


@pytest.fixture
def other(desk: Desk, request_: Request, finish: Finish) -> Appointment:
    """What the patient has that day; whatever earlier tests booked for them is given up."""
    slots = free_slots(desk)
    for clash in finish(desk.clashes(request_.patient_id, slots[0].start, slots[0].end)):
        finish(desk.book_in_error(clash.other.id))
    who = Patient.from_tree(finish(desk._wire.read("Patient", request_.patient_id)))
    made: Appointment = finish(desk.book([slots[0].id], who))
    return made


def newest(desk: Desk, request_id: str) -> Request:
    held = desk.requests.get(request_id)
    assert held is not None
    return held


def status(desk: Desk, appointment: Appointment) -> str:
    held = desk.appointments.newest(appointment.id)
    assert held is not None
    return held.status


def wanted(desk: Desk) -> Slot:
    return free_slots(desk)[-1]


def booked_in(desk: Desk, slot: Slot) -> list[str]:
    return [a.patient_id for a in desk.appointments.in_slot(slot.id) if a.status == "booked"]


def test_a_second_booking_is_asked_about_and_kept_or_swapped(
    desk: Desk, request_: Request, other: Appointment, finish: Finish
) -> None:
    told: list[Notice] = []
    desk.told.connect(told.append)
    slot = wanted(desk)
    with pytest.raises(OtherBookings) as asked:
        finish(desk.book_from_request(request_.id, slot.id))
    assert [c.other.id for c in asked.value.clashes] == [other.id]
    assert asked.value.sentence.endswith("is booked that day already. Nothing was saved.")
    assert booked_in(desk, slot) == []
    assert newest(desk, request_.id).is_open

    made = finish(desk.book_from_request(request_.id, slot.id, instead_of=other.id))
    assert made.slot_ids == (slot.id,)
    assert status(desk, other) == "cancelled"
    assert not newest(desk, request_.id).is_open
    assert "was given up" in told[-1].sentence
    finish(desk.undo(told[-1].undo_id))
    assert status(desk, other) == "booked"
    assert newest(desk, request_.id).is_open
    assert booked_in(desk, slot) == []

    finish(desk.book_from_request(request_.id, slot.id, kept=[other.id]))
    assert status(desk, other) == "booked"
    assert booked_in(desk, slot) == [request_.patient_id]


def test_dropped_on_the_board_it_asks_and_keys_answer(
    desk_page: DeskPage,
    desk: Desk,
    request_: Request,
    other: Appointment,
    until: Until,
    hands: Hands,
) -> None:
    slot, panel = wanted(desk), desk_page.panel
    desk_page.board.request_dropped.emit(request_.id, slot.id)
    until(lambda: not panel.clashes.isHidden())
    assert panel.request is not None
    assert panel.request.id == request_.id
    assert panel.clashes.isAncestorOf(hands.at)
    assert "is booked that day." in panel.clashes.notice.said.text()
    hands.press(Qt.Key.Key_Escape)
    assert panel.clashes.isHidden()
    assert booked_in(desk, slot) == []

    panel.book_into(request_.id, slot.id)
    until(lambda: not panel.clashes.isHidden())
    hands.press("s")
    until(lambda: not newest(desk, request_.id).is_open)
    assert status(desk, other) == "cancelled"
    assert booked_in(desk, slot) == [request_.patient_id]
    until(lambda: panel.request is None)


def test_a_freed_slot_under_the_board_asks_too(
    desk: Desk, look: Look, request_: Request, other: Appointment, until: Until, finish: Finish
) -> None:
    slot = wanted(desk)
    tasks = Tasks()
    foot = BoardFoot(desk, look, tasks)
    foot.show()
    foot._book(Wish(request_.id, slot.id))
    until(lambda: not foot.clashes.isHidden())
    foot.clashes.notice.keep.click()
    until(lambda: not newest(desk, request_.id).is_open)
    assert status(desk, other) == "booked"
    assert booked_in(desk, slot) == [request_.patient_id]
    tasks.cancel_all()
    finish(tasks.drained())
    foot.close()
    foot.deleteLater()
    tasks.deleteLater()
