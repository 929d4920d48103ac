"""What one page hands to another: from the desk's board to the board page, an undo to who knows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from contract.codes import CancelReason
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.records import Appointment, Slot
from reception.ui.board_page import BoardPage
from reception.ui.desk_page import DeskPage
from reception.ui.main_window import MainWindow
from reception.ui.patients_page import PatientsPage
from reception.ui.window_state import WindowState
from reception.widgets.look import Look
from tests.reception.board.late_session import late_slots
from tests.reception.conftest import Finish
from tests.reception.conftest import Until as Wait
from tests.reception.desk.picks import free_slots, later, patient
from tests.reception.desks import Desks

# A menu that pops up offscreen says so; on a screen it does.
pytestmark = pytest.mark.qt_log_ignore(
    "does not support grabbing the keyboard", r"does not support raise\(\)", extend=True
)

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(desk: Desk, look: Look, tmp_path: Path, finish: Finish) -> Iterator[MainWindow]:
    """Desk and board, the desk in front with its board beside the queue."""
    beside = DeskPage(desk, look)
    pages = [beside, BoardPage(desk, look), PatientsPage(desk, look)]
    made = MainWindow(desk, look, WindowState(tmp_path / "window.ini"), pages)
    made.resize(1920, 1080)
    made.setWindowState(Qt.WindowState.WindowNoState)
    made.show()
    made.go_to(0)
    beside.board_button.setChecked(True)
    yield made
    finish(made.wound_up())
    made.close()
    made.deleteLater()


@pytest.fixture
def beside(window: MainWindow) -> DeskPage:
    page = window.pages[0]
    assert isinstance(page, DeskPage)
    return page


@pytest.fixture
def board(window: MainWindow) -> BoardPage:
    page = window.pages[1]
    assert isinstance(page, BoardPage)
    return page


@pytest.fixture
def told(desk: Desk) -> list[Notice]:
    heard: list[Notice] = []
    desk.told.connect(heard.append)
    return heard


def strike(page: DeskPage, key: str, letter: Qt.Key, *, shift: bool = False) -> None:
    """Strike a letter on a cell of the board beside the queue."""
    view = page.board.view
    view.setFocus()
    view.go_to(key)
    QTest.keyClick(view, letter, SHIFT if shift else Qt.KeyboardModifier.NoModifier)


def key_of(page: DeskPage, held: Appointment) -> str:
    key = page.board.model.key_of(held)
    assert key
    return key


def single(desk: Desk) -> Appointment:
    return later(desk, lambda a: len(a.slot_ids) == 1 and not a.is_visit and not a.is_phone)


def has_others(desk: Desk, held: Appointment) -> bool:
    """Whether there are free slots like the one of *held*."""
    slot = desk.slots.get(held.slot_ids[0])
    return slot is not None and bool(desk.nearest(slot, 3))


def test_a_booking_begun_beside_the_queue_goes_on_at_the_board(
    window: MainWindow, beside: DeskPage, board: BoardPage, desk: Desk, until: Wait
) -> None:
    slot = free_slots(desk)[-1]
    strike(beside, slot.reference, Key.Key_B)
    assert window.page is board
    assert board.booking.slot_id == slot.id
    assert board.booking.search.field.hasFocus()
    until(lambda: board.booking.hold.ends() is not None)
    board.booking.close_flow()
    until(lambda: not board.tasks.running)


def test_a_move_begun_beside_the_queue_goes_on_at_the_board(
    window: MainWindow, beside: DeskPage, board: BoardPage, desk: Desk
) -> None:
    held = single(desk)
    strike(beside, key_of(beside, held), Key.Key_M)
    assert window.page is board
    assert board.moving.is_carrying
    assert board.moving.held is not None
    assert board.moving.held.id == held.id
    assert board.pane.view.hasFocus()  # the arrows lead to the place at once
    board.moving.give_up()


def test_a_drop_beside_the_queue_is_shown_and_confirmed_at_the_board(
    window: MainWindow, beside: DeskPage, board: BoardPage, desk: Desk, until: Wait
) -> None:
    held = single(desk)
    target = next(s for s in reversed(free_slots(desk)) if s.id not in held.slot_ids)
    beside.board.view.appointment_dropped.emit(held.id, target.reference)
    assert window.page is board
    assert board.moving.confirm.isVisible()
    assert board.moving.confirm.hasFocus()
    QTest.keyClick(board.moving.confirm, Key.Key_Return)

    def moved() -> bool:
        now = desk.appointments.get(held.id)
        return now is not None and now.slot_ids == (target.id,)

    until(moved)


def test_cancelling_late_and_a_story_are_asked_for_at_the_board(
    window: MainWindow, beside: DeskPage, board: BoardPage, desk: Desk
) -> None:
    held = single(desk)
    key = key_of(beside, held)
    strike(beside, key, Key.Key_X)
    assert window.page is board
    assert board.panel.cancel.isVisible()  # not only the story: why is asked
    assert board.panel.key == key
    board.close_side()
    window.go_to(0)
    strike(beside, key, Key.Key_O, shift=True)
    assert window.page is board
    assert board.panel.late.isVisible()
    board.close_side()
    window.go_to(0)
    strike(beside, key, Key.Key_Return)
    assert window.page is board
    assert board.panel.isVisible()
    assert board.panel.key == key


def test_an_extra_and_a_walk_in_are_booked_at_the_board(
    window: MainWindow, beside: DeskPage, board: BoardPage, desk: Desk
) -> None:
    held = single(desk)
    key = key_of(beside, held)
    strike(beside, key, Key.Key_B, shift=True)
    assert window.page is board
    assert board.booking.aim.is_extra
    assert board.booking.slot_id == held.slot_ids[0]
    board.booking.close_flow()
    window.go_to(0)
    strike(beside, key, Key.Key_I)
    assert window.page is board
    assert board.booking.aim.is_walk_in
    assert board.booking.aim.practitioner_id == held.practitioner_id
    assert held.practitioner_name in board.booking.where.text()
    board.booking.close_flow()


def test_slots_are_closed_beside_the_queue_as_on_the_board(
    window: MainWindow, beside: DeskPage, board: BoardPage, desk: Desk, until: Wait
) -> None:
    slot = free_slots(desk)[-1]

    def now() -> Slot:
        held = desk.slots.get(slot.id)
        assert held is not None
        return held

    strike(beside, slot.reference, Key.Key_C)
    until(lambda: now().is_blocked)
    strike(beside, slot.reference, Key.Key_C)
    until(lambda: now().status == "free")
    strike(beside, slot.reference, Key.Key_Y)
    assert window.page.title == "Desk"  # there are no sessions in this window
    strike(beside, slot.reference, Key.Key_F10, shift=True)
    menu = beside.menus.menu.shown
    assert menu is not None
    line = next(a for a in menu.actions() if a.text().startswith("Somebody has walked in"))
    line.trigger()
    menu.close()
    assert window.page is board
    assert board.booking.aim.is_walk_in
    board.booking.close_flow()


def test_who_was_found_is_booked_at_the_board(
    window: MainWindow, board: BoardPage, desk: Desk, until: Wait
) -> None:
    """Patient first: the keyboard is on the board at once, since the place is what is missing."""
    patients, person = window.pages[2], patient(desk, 9)
    assert isinstance(patients, PatientsPage)
    window.go_to(2)
    patients.show_patient(person)
    until(lambda: not patients._tasks.running)
    QTest.mouseClick(patients.book, Qt.MouseButton.LeftButton)
    assert window.page is board
    flow = board.booking
    until(lambda: flow.patient is not None or flow.twins.isVisible())
    if flow.twins.isVisible():
        QTest.keyClicks(flow.twins, "1")
    assert flow.patient is not None
    assert board.pane.view.hasFocus()
    assert "Choose a free slot" in flow.where.text()
    QTest.keyClick(board.pane.view, Key.Key_Escape)
    flow.close_flow()
    until(lambda: not board.tasks.running)


def test_the_missed_are_looked_through_at_the_board(
    window: MainWindow,
    beside: DeskPage,
    board: BoardPage,
    desk: Desk,
    desks: Desks,
    finish: Finish,
    until: Wait,
) -> None:
    (slot_id,) = late_slots(desks.practice.as_role("manager"), desk.time.now(), 1)
    until(lambda: desk.slots.get(slot_id))
    held = finish(desk.book([slot_id], patient(desk, 5)))
    until(lambda: held.id in {a.appointment.id for a in desk.absences()})
    strike(beside, beside.board.view.current_key, Key.Key_D, shift=True)
    assert window.page is board
    assert board.missed.isVisible()
    assert board.missed.hasFocus() or board.missed.list.hasFocus()
    board.close_side()
    finish(desk.arrive(held.id))


def test_an_undo_whose_place_has_gone_is_handed_to_the_board(
    window: MainWindow,
    beside: DeskPage,
    board: BoardPage,
    desk: Desk,
    told: list[Notice],
    finish: Finish,
    until: Wait,
) -> None:
    """Z at the queue: the cancelled one cannot go back, so the board comes with other places."""
    held = later(desk, lambda a: len(a.slot_ids) == 1 and has_others(desk, a))
    finish(desk.cancel(held.id, CancelReason.PRACTICE))
    undo_id = told[-1].undo_id
    finish(desk.book([held.slot_ids[0]], patient(desk, 6)))
    assert not board.isVisible()
    window._undo_ids = [undo_id]  # the booking since then is not what is taken back
    QTest.keyClick(beside.queue.view, Key.Key_Z)
    until(board.isVisible)
    assert board.moving.offer.isVisible()
    assert 1 <= len(board.moving.offer.buttons) <= 3
    assert window.banner.isHidden()  # an offer, not an error
    QTest.keyClick(board.moving.offer.buttons[0], Key.Key_Space)
    QTest.keyClick(board.moving.confirm, Key.Key_Return)
    until(lambda: any(a.status == "booked" for a in desk.appointments.of_patient(held.patient_id)))


def test_z_while_something_is_being_saved_undoes_nothing(
    window: MainWindow, board: BoardPage, desk: Desk, finish: Finish, until: Wait
) -> None:
    """A on one patient, Z at once: the act before it, on somebody else, is not taken back."""
    one = single(desk)
    finish(desk.arrive(one.id))
    other = single(desk)
    window.go_to(1)
    assert board.pane.show_appointment(other.id)
    said: list[str] = []

    def strike_z(_reference: str) -> None:
        if desk.saving and not said:
            QTest.keyClick(board.pane.view, Key.Key_Z)
            said.append(window.toast.sentence)

    desk.saving_changed.connect(strike_z)
    QTest.keyClick(board.pane.view, Key.Key_A)

    def status(held: Appointment) -> str:
        now = desk.appointments.newest(held.id)
        return now.status if now is not None else ""

    until(lambda: status(other) == "arrived" and not desk.saving)
    desk.saving_changed.disconnect(strike_z)
    assert "still being saved" in said[0]
    assert status(one) == "arrived"
    until(lambda: not board.tasks.running)
    QTest.keyClick(board.pane.view, Key.Key_Z)
    until(lambda: status(other) == "booked")
    assert status(one) == "arrived"


def test_an_undo_that_nobody_knows_better_is_said(
    window: MainWindow,
    board: BoardPage,
    desk: Desk,
    told: list[Notice],
    finish: Finish,
    until: Wait,
) -> None:
    held = single(desk)
    finish(desk.arrive(held.id))
    undo_id = told[-1].undo_id
    finish(desk.undo(undo_id))
    window._undo_ids = [undo_id]
    QTest.keyClick(window, Key.Key_Z)
    until(window.banner.isVisible)
    assert "too late" in window.banner.sentence
    assert board.side.isHidden()


def test_the_loser_of_a_freed_slot_is_offered_the_nearest(
    board: BoardPage, desk: Desk, desks: Desks, finish: Finish, until: Wait
) -> None:
    freed, instead = board.foot.freed, board.foot.instead
    slot = next(s for s in free_slots(desk) if desk.fitting_requests(s.id) and desk.nearest(s, 3))
    board.foot.offer_freed(slot.id)
    assert len(freed.buttons) >= 1
    request_id = desk.fitting_requests(slot.id)[0].request.id
    rival = finish(desks.open("receptionist", 1))
    finish(rival.book([slot.id], patient(rival, 7)))
    until(lambda: not freed.slot_id)  # it is not offered any more
    freed.chosen.emit(request_id, slot.id)  # as if it had been pressed a moment before
    until(lambda: instead.buttons)
    assert len(instead.buttons) <= 3
    assert board.banner.isHidden()  # an offer, not an error
    assert not board.foot.freed.slot_id
    instead.buttons[0].click()

    def answered() -> bool:
        request = desk.requests.newest(request_id)
        return request is not None and not request.is_open

    until(answered)
    request = desk.requests.newest(request_id)
    assert request is not None
    made = [a for a in desk.appointments.of_patient(request.patient_id) if a.status == "booked"]
    assert any(slot.id not in a.slot_ids for a in made)
