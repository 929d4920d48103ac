"""Calls, lateness, the missed, moves and cancellations at the page: by keyboard and by mouse."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPointF, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest

from contract.codes import CancelReason, Channel, SlotType
from reception.desk.desk import Desk
from reception.desk.missed import in_touch_today
from reception.desk.notice import Notice
from reception.desk.problems import SlotTaken
from reception.records import Appointment, Slot
from reception.ui.board_page import BoardPage
from reception.widgets.board_cell import CellState
from reception.widgets.board_gestures import APPOINTMENT_MIME
from tests.reception.board.afternoon import some_to_open
from tests.reception.board.late_session import late_slots
from tests.reception.conftest import Finish
from tests.reception.conftest import Until as Wait
from tests.reception.desk.evening import Evening
from tests.reception.desk.picks import free_slots, later, patient
from tests.reception.desks import Desks
from tests.running import RunningPractice

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def until(until: Wait) -> Wait:
    """As patient as a machine with other work may need."""

    def wait(condition: Callable[[], object]) -> None:
        until(condition, 25.0)

    return wait


@pytest.fixture
def told(desk: Desk) -> list[Notice]:
    heard: list[Notice] = []
    desk.told.connect(heard.append)
    return heard


def go_to(page: BoardPage, held: Appointment) -> str:
    assert page.pane.show_appointment(held.id)
    page.pane.view.setFocus()
    return page.pane.view.current_key


def state(page: BoardPage, key: str) -> CellState:
    cell = page.pane.model.cell(key)
    assert cell is not None
    return cell.state(page.pane.model.now())


def newest(desk: Desk, held: Appointment) -> Appointment:
    found = desk.appointments.newest(held.id)
    assert found is not None
    return found


def single(desk: Desk) -> Appointment:
    return later(
        desk,
        lambda a: len(a.slot_ids) == 1 and a.channel == Channel.IN_PERSON and not a.is_visit,
    )


def far_slot(desk: Desk, held: Appointment) -> Slot:
    return next(s for s in reversed(free_slots(desk)) if s.id not in held.slot_ids)


def drop(page: BoardPage, appointment_id: str, key: str) -> bool:
    view = page.pane.view
    view.go_to(key)
    mime = QMimeData()
    mime.setData(APPOINTMENT_MIME, QByteArray(appointment_id.encode()))
    point = QPointF(view.visualRect(view.board.index_of(key)).center())
    how = (Qt.DropAction.MoveAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0))
    view.dragMoveEvent(QDragMoveEvent(point.toPoint(), *how))
    point = QPointF(view.visualRect(view.board.index_of(key)).center())  # it may have scrolled
    event = QDropEvent(point, *how)
    event.setAccepted(False)
    view.dropEvent(event)
    return event.isAccepted()


def test_three_calls_and_no_answer_by_keys(
    page: BoardPage, desk: Desk, told: list[Notice], until: Wait
) -> None:
    it = later(desk, lambda a: a.is_phone and not a.calls_tried)
    key = go_to(page, it)
    QTest.keyClick(page.pane.view, Key.Key_T)
    until(lambda: state(page, key) is CellState.CALLING)
    QTest.keyClick(page.pane.view, Key.Key_Return)
    words = [b.text() for b in page.panel.buttons]
    assert any("Call again, 2 of 3" in text for text in words)
    until(lambda: page.panel.state.text() == "Being called, call 1 of 3")
    QTest.keyClick(page.pane.view, Key.Key_H)
    until(lambda: any("Only 1 of 3 calls" in n.sentence for n in told))
    assert state(page, key) is CellState.CALLING
    QTest.keyClick(page.pane.view, Key.Key_T)  # another call: the question is over
    until(lambda: newest(desk, it).calls_tried == 2)
    QTest.keyClick(page.pane.view, Key.Key_H)
    until(lambda: any("Only 2 of 3 calls" in n.sentence for n in told))
    QTest.keyClick(page.pane.view, Key.Key_H)
    until(lambda: state(page, key) is CellState.NO_ANSWER)


def test_a_visit_by_its_keys(
    page: BoardPage, desk: Desk, told: list[Notice], finish: Finish, until: Wait
) -> None:
    it = later(desk, lambda a: a.type_code == SlotType.VISIT)
    key = go_to(page, it)
    QTest.keyClick(page.pane.view, Key.Key_A)
    until(lambda: told)
    assert "home visit" in told[-1].sentence
    QTest.keyClick(page.pane.view, Key.Key_N, SHIFT)
    until(lambda: state(page, key) is CellState.NOT_AT_HOME and told[-1].can_undo)
    finish(desk.undo(told[-1].undo_id))
    QTest.keyClick(page.pane.view, Key.Key_V)
    until(lambda: state(page, key) is CellState.SEEN_AT_HOME and told[-1].can_undo)
    finish(desk.undo(told[-1].undo_id))


def test_late_at_once_or_until_a_chosen_hour(page: BoardPage, desk: Desk, until: Wait) -> None:
    it = single(desk)
    key = go_to(page, it)
    QTest.keyClick(page.pane.view, Key.Key_O)
    until(lambda: state(page, key) is CellState.LATE)
    assert newest(desk, it).late_until is None
    QTest.keyClick(page.pane.view, Key.Key_O, SHIFT)
    strip = page.panel.late
    assert strip.isVisible()
    QTest.keyClick(strip, Key.Key_4)
    until(lambda: newest(desk, it).late_until == it.start + timedelta(minutes=20))
    assert strip.isHidden()
    assert "expected at" in page.panel.state.text() or page.side.isVisible()


def test_walked_out_by_its_key(page: BoardPage, desk: Desk, until: Wait) -> None:
    it = single(desk)
    key = go_to(page, it)
    QTest.keyClick(page.pane.view, Key.Key_A)
    until(lambda: state(page, key) is CellState.ARRIVED)
    QTest.keyClick(page.pane.view, Key.Key_W)
    until(lambda: state(page, key) is CellState.WALKED_OUT)


def test_moved_by_keyboard_alone(
    page: BoardPage, desk: Desk, told: list[Notice], finish: Finish, until: Wait
) -> None:
    it = single(desk)
    go_to(page, it)
    target = far_slot(desk, it)
    view, flow = page.pane.view, page.moving
    QTest.keyClick(view, Key.Key_M)
    assert flow.is_carrying
    assert view.hasFocus()
    view.go_to(target.reference)
    QTest.keyClick(view, Key.Key_Return)
    assert flow.confirm.isVisible()
    assert flow.confirm.hasFocus()
    card = flow.cards[0]
    assert it.practitioner_name in card.before.text()
    assert desk.clinician_of(target)[1] in card.after.text()
    assert "No message is sent by itself" in card.tell.true.text()
    person = desk.patients.get(it.patient_id)
    assert person is not None
    assert person.born_text in flow.confirm.text()
    assert newest(desk, it).slot_ids == it.slot_ids  # nothing is done before it is confirmed
    QTest.keyClick(flow.confirm, Key.Key_Return)
    until(lambda: newest(desk, it).slot_ids == (target.id,))
    until(page.side.isHidden)
    assert view.current_key == target.reference
    finish(desk.undo(told[-1].undo_id))
    assert newest(desk, it).slot_ids == it.slot_ids


def test_escape_leaves_it_where_it_is(page: BoardPage, desk: Desk) -> None:
    it = single(desk)
    go_to(page, it)
    QTest.keyClick(page.pane.view, Key.Key_M)
    QTest.keyClick(page.pane.view, Key.Key_Escape)
    assert page.moving.held is None
    assert page.side.isHidden()


@pytest.mark.parametrize("letter", ["B", "i"])
def test_who_is_being_moved_stays_when_somebody_else_is_booked(
    page: BoardPage, desk: Desk, letter: str
) -> None:
    it = later(desk)
    assert page.pane.show_appointment(it.id)
    page.pane.view.setFocus()
    QTest.keyClick(page.pane.view, Key.Key_M)
    assert page.moving.is_carrying
    page.pane.act(letter, page.pane.view.current_key)
    assert not page.moving.is_carrying
    assert page.side.currentWidget() is page.booking
    page.booking.close_flow()
    held = desk.appointments.get(it.id)
    assert held is not None
    assert held.version == it.version


def test_cut_on_one_day_put_down_on_another(
    page: BoardPage, desk: Desk, finish: Finish, until: Wait
) -> None:
    it, today = single(desk), desk.day
    go_to(page, it)
    QTest.keyClick(page.pane.view, Key.Key_M)
    finish(desk.open_day(today + timedelta(days=1)))
    until(lambda: page.pane.model.columns)
    target = free_slots(desk)[-1]
    page.pane.view.go_to(target.reference)
    QTest.keyClick(page.pane.view, Key.Key_Return)
    assert "Tuesday 24 November" in page.moving.cards[0].after.text()
    page.moving.confirm.click()
    until(lambda: (a := desk.appointments.get(it.id)) is not None and a.start == target.start)
    finish(desk.open_day(today))


def test_dragged_onto_a_free_slot_with_a_message(
    page: BoardPage, desk: Desk, desks: Desks, until: Wait
) -> None:
    it = single(desk)
    target = far_slot(desk, it)
    assert drop(page, it.id, target.reference)
    card = page.moving.cards[0]
    card.tell.tick.click()
    assert card.tell.message == (card.preview.words if card.preview else None)
    card.tell.text.set_text("")
    assert not page.moving.confirm.isEnabled()  # an empty message is none
    card.tell.text.set_text("Please come at the new time.")
    page.moving.confirm.click()
    until(lambda: newest(desk, it).slot_ids == (target.id,))

    def sent() -> bool:
        found = desks.practice.as_role("receptionist").search(
            f"Communication?patient=Patient/{it.patient_id}&_count=200"
        )
        return any("Please come at the new time." in str(m.get("payload")) for m in found)

    until(sent)
    assert page.foot.teller.unsent == []


def test_dropped_on_another_they_change_places(page: BoardPage, desk: Desk, until: Wait) -> None:
    one = single(desk)
    other = later(
        desk,
        lambda a: len(a.slot_ids) == 1 and a.practitioner_id != one.practitioner_id,
    )
    assert drop(page, one.id, f"Slot/{other.slot_ids[0]}")
    assert all(card.isVisible() for card in page.moving.cards)
    assert page.moving.confirm.text().startswith("Swap")
    page.moving.confirm.click()
    until(lambda: newest(desk, one).slot_ids == other.slot_ids)
    assert newest(desk, other).slot_ids == one.slot_ids


def test_a_place_that_has_gone_is_answered_with_the_nearest(
    page: BoardPage, desk: Desk, desks: Desks, finish: Finish, until: Wait
) -> None:
    it = single(desk)
    evening = Evening.begin(desks.practice.as_role("manager"), 5)
    until(lambda: all(desk.slots.get(slot_id) for slot_id in evening.slot_ids))
    target = desk.slots.get(evening.slot_ids[0])
    assert target is not None
    assert drop(page, it.id, target.reference)
    rival = finish(desks.open("receptionist", 1))
    finish(rival.book([target.id], patient(rival, 3)))  # while it is being looked at
    flow = page.moving
    until(flow.offer.isVisible)
    assert 1 <= len(flow.offer.buttons) <= 3
    assert flow.banner.isHidden()  # an offer, not an error
    assert flow.confirm.isHidden()
    flow.offer.buttons[0].click()
    assert flow.confirm.isVisible()
    QTest.keyClick(flow.confirm, Key.Key_Return)
    until(lambda: newest(desk, it).slot_ids != it.slot_ids)


def test_an_undo_into_a_taken_slot_offers_others(
    page: BoardPage,
    desk: Desk,
    practice: RunningPractice,
    told: list[Notice],
    finish: Finish,
    until: Wait,
) -> None:
    it = single(desk)
    some_to_open(practice, [desk], until, type_code=it.type_code, channel=it.channel)
    page.pane.view.setFocus()
    finish(desk.cancel(it.id, CancelReason.PRACTICE))
    undo = told[-1].undo_id
    finish(desk.book([it.slot_ids[0]], patient(desk, 4)))
    with pytest.raises(SlotTaken) as lost:
        finish(desk.undo(undo))
    assert page.take_problem(lost.value)
    assert page.moving.offer.isVisible()
    page.moving.offer.buttons[0].click()
    page.moving.confirm.click()
    until(lambda: any(a.status == "booked" for a in desk.appointments.of_patient(it.patient_id)))
    until(page.side.isHidden)


def test_another_reason_needs_words_and_an_error_has_no_undo(
    page: BoardPage, desk: Desk, told: list[Notice], until: Wait
) -> None:
    it = single(desk)
    key = go_to(page, it)
    QTest.keyClick(page.pane.view, Key.Key_X)
    strip = page.panel.cancel
    strip.reasons.button(2).click()
    assert not strip.confirm.isEnabled()
    strip.words.setText("Clinician is ill")
    assert strip.confirm.isEnabled()
    strip.reasons.button(3).click()
    strip.confirm.click()
    until(lambda: state(page, key) is CellState.FREE and told)
    assert not told[-1].can_undo


def test_a_freed_slot_is_offered_and_booked_from_a_request(
    page: BoardPage, desk: Desk, until: Wait
) -> None:
    it = later(
        desk,
        lambda a: a.type_code == SlotType.GP_ROUTINE and len(a.slot_ids) == 1 and not a.is_phone,
    )
    go_to(page, it)
    QTest.keyClick(page.pane.view, Key.Key_X)
    page.panel.cancel.reasons.button(0).click()
    page.panel.cancel.confirm.click()
    freed = page.foot.freed
    until(freed.isVisible)
    assert "is free again" in freed.words.text()
    assert 1 <= len(freed.buttons) <= 3
    freed.buttons[0].click()
    assert freed.isHidden()
    until(lambda: any(a.status == "booked" for a in desk.appointments.in_slot(it.slot_ids[0])))


def test_the_missed_are_proposed_reviewed_and_taken_with_one_key(
    page: BoardPage,
    desk: Desk,
    desks: Desks,
    told: list[Notice],
    finish: Finish,
    until: Wait,
) -> None:
    slot_ids = late_slots(desks.practice.as_role("manager"), desk.time.now(), 2)
    until(lambda: all(desk.slots.get(slot_id) for slot_id in slot_ids))
    asking = in_touch_today(desk.requests, desk.messages, desk.time.now())
    quiet = [
        p
        for p in sorted(desk.patients, key=lambda p: p.id)
        if not p.deceased and p.id not in asking and not desk.appointments.of_patient(p.id)
    ]
    one, other = (
        finish(desk.book([slot_id], person))
        for slot_id, person in zip(slot_ids, quiet, strict=False)
    )
    bar, review = page.foot.missed, page.missed
    key = go_to(page, later(desk))
    until(lambda: {one.id, other.id} <= {a.appointment.id for a in page.foot.absences})
    assert bar.isVisible()
    assert "like did-not-attend" in bar.words.text()
    assert page.pane.view.current_key == key  # the line comes without moving the keyboard
    assert page.pane.view.hasFocus()
    QTest.keyClick(page.pane.view, Key.Key_D, SHIFT)
    assert review.isVisible()
    ids = list(review.ticked)
    assert {one.id, other.id} <= set(ids)
    for appointment_id in ids:  # whoever else the morning left is not ours to mark here
        row = ids.index(appointment_id)
        if appointment_id != one.id:
            review.list.setCurrentIndex(review.rows.index(row, 0))
            QTest.keyClick(review.list, Key.Key_Space)
    assert review.ticked == [one.id]
    QTest.keyClick(review.list, Key.Key_Return)
    until(lambda: "as not attended" in told[-1].sentence)
    assert newest(desk, one).status == "noshow"
    assert newest(desk, other).status == "booked"
    assert page.side.isHidden()
    finish(desk.undo(told[-1].undo_id))
    assert newest(desk, one).status == "booked"
    finish(desk.arrive(one.id))
    finish(desk.arrive(other.id))
    until(lambda: not {one.id, other.id} & {a.appointment.id for a in page.foot.absences})
