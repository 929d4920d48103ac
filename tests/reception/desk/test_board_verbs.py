"""What reception does on the board, against the real service: each act, its undo, its races."""

import asyncio

import pytest

from contract.codes import CancelReason, Mark
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.problems import NotPossible, SlotTaken
from reception.records.problem import ChangedElsewhere
from tests.reception.board.late_session import late_slots
from tests.reception.conftest import Finish, Until
from tests.reception.desk.picks import booked, embargoed, free_slots, patient
from tests.reception.desks import Desks


def notices_of(desk: Desk) -> list[Notice]:
    told: list[Notice] = []
    desk.told.connect(told.append)
    return told


def test_a_patient_goes_through_the_day(desk: Desk, finish: Finish) -> None:
    told = notices_of(desk)
    it = booked(desk, lambda a: a.channel == "In-person")
    saving: list[str] = []
    desk.saving_changed.connect(saving.append)
    arrived = finish(desk.arrive(it.id))
    assert (arrived.letter, arrived.arrived_at is not None) == ("A", True)
    assert saving == [it.reference, it.reference]  # on its way, then stored
    assert desk.saving == set()
    sent_in = finish(desk.send_in(it.id, quiet=True))
    assert sent_in.letter == "Q"
    left = finish(desk.leave(it.id))
    assert left.letter == "L"
    held = desk.appointments.get(it.id)
    assert held is not None
    assert held.version == left.version
    assert [n.can_undo for n in told] == [True, True, True]
    with pytest.raises(NotPossible, match="seen and gone"):
        finish(desk.did_not_attend(it.id))
    finish(desk.undo(told[-1].undo_id))
    back = desk.appointments.get(it.id)
    assert back is not None
    assert back.letter == "Q"
    assert back.left_at is None
    with pytest.raises(NotPossible, match="too late"):
        finish(desk.undo(told[2].undo_id))


def test_undo_leads_back_step_by_step(desk: Desk, finish: Finish) -> None:
    told = notices_of(desk)
    it = booked(desk)
    finish(desk.arrive(it.id))
    finish(desk.undo(told[-1].undo_id))
    back = desk.appointments.get(it.id)
    assert back is not None
    assert (back.status, back.arrived_at) == ("booked", None)


def test_nobody_has_missed_what_is_still_to_come(
    desk: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    told = notices_of(desk)
    it = booked(desk)
    with pytest.raises(NotPossible, match="has not come yet"):
        finish(desk.did_not_attend(it.id))
    assert not told
    (slot_id,) = late_slots(desks.practice.as_role("manager"), desk.time.now(), 1)
    until(lambda: desk.slots.get(slot_id))
    missed = finish(desk.book([slot_id], patient(desk, 9)))
    assert finish(desk.did_not_attend(missed.id)).status == "noshow"
    finish(desk.undo(told[-1].undo_id))
    again = desk.appointments.get(missed.id)
    assert again is not None
    assert again.status == "booked"
    finish(desk.arrive(missed.id))


def test_lateness_is_noted_beside_what_is_there(desk: Desk, finish: Finish) -> None:
    it = booked(desk)
    late = finish(desk.note_late(it.id))
    assert late.status == "booked"
    assert late.marks == it.marks | {Mark.LATE}


def test_book_and_take_it_back(desk: Desk, finish: Finish) -> None:
    told = notices_of(desk)
    slot, who = free_slots(desk)[0], patient(desk)
    made = finish(desk.book([slot.id], who, reason="Knee pain", via=Mark.VIA_PHONE))
    assert (made.patient_id, made.slot_ids, made.via) == (who.id, (slot.id,), "via-phone")
    assert made.practitioner_id == desk.clinician_of(slot)[0]
    taken = desk.slots.get(slot.id)
    assert taken is not None
    assert taken.status == "busy"
    assert desk.appointment_in(taken) is desk.appointments.get(made.id)
    finish(desk.undo(told[-1].undo_id))
    freed = desk.slots.get(slot.id)
    assert freed is not None
    assert freed.status == "free"
    assert desk.appointments.get(made.id) is None


def test_the_reason_line_is_never_trimmed(desk: Desk, finish: Finish) -> None:
    slot = free_slots(desk)[0]
    with pytest.raises(NotPossible, match="101 characters; 100 fit"):
        finish(desk.book([slot.id], patient(desk), reason="x" * 101))


def test_who_loses_a_slot_is_offered_the_nearest(desks: Desks, finish: Finish) -> None:
    """Two desks book the same slot; the slower one has an out-of-date copy and is told so."""
    quick = finish(desks.open("receptionist", 0))
    slow = finish(desks.open("receptionist", 1, live=False))
    slow.freshness.caught_up()
    assert not finish(quick.open_online([s.id for s in embargoed(slow, "gp-urgent")[:6]]))
    finish(slow.reload())
    slot = free_slots(slow, type_code="gp-urgent")[2]
    finish(quick.book([slot.id], patient(quick)))
    with pytest.raises(SlotTaken) as lost:
        finish(slow.book([slot.id], patient(slow, 1)))
    offered = lost.value.alternatives
    assert len(offered) == 3
    assert all((s.type_code, s.channel) == (slot.type_code, slot.channel) for s in offered)
    gaps = [abs(s.start - slot.start) for s in offered]
    assert gaps == sorted(gaps)
    seen = slow.slots.get(slot.id)
    assert seen is not None
    assert seen.status == "busy"
    finish(slow.book([offered[0].id], patient(slow, 1)))  # and the offer holds


def test_no_booking_on_a_silent_board(desk: Desk, finish: Finish) -> None:
    desk.freshness.lost()
    with pytest.raises(NotPossible, match="booking is locked"):
        finish(desk.book([free_slots(desk)[0].id], patient(desk)))


def test_a_hold_is_seen_elsewhere_and_let_go(desks: Desks, finish: Finish, until: Until) -> None:
    mine = finish(desks.open("receptionist", 0))
    theirs = finish(desks.open("receptionist", 1))
    slot = free_slots(mine)[0]
    finish(mine.hold_slot(slot.id))

    def held_there() -> bool:
        seen = theirs.slots.get(slot.id)
        return seen is not None and seen.is_held(theirs.time.now())

    until(held_there)
    with pytest.raises(SlotTaken, match=f"{mine.me.display} is booking"):
        finish(theirs.book([slot.id], patient(theirs)))
    finish(mine.drop_hold(slot.id))
    until(lambda: not held_there())
    finish(mine.hold_slot(slot.id))
    made = finish(mine.book([slot.id], patient(mine)))
    assert made.slot_ids == (slot.id,)


def test_cancelling_frees_the_slot_and_undo_takes_it_again(desk: Desk, finish: Finish) -> None:
    told = notices_of(desk)
    it = booked(desk)
    gone = finish(desk.cancel(it.id, CancelReason.PATIENT))
    assert (gone.status, gone.cancel_reason, gone.holds_its_place) == ("cancelled", "pat", False)
    slot = desk.slots.get(it.slot_ids[0])
    assert slot is not None
    assert slot.status == "free"
    finish(desk.undo(told[-1].undo_id))
    back, slot = desk.appointments.get(it.id), desk.slots.get(it.slot_ids[0])
    assert back is not None
    assert slot is not None
    assert (back.status, back.cancel_reason, slot.status) == ("booked", "", "busy")


def test_a_cancellation_cannot_be_undone_into_a_taken_slot(desk: Desk, finish: Finish) -> None:
    told = notices_of(desk)
    it = booked(desk)
    finish(desk.cancel(it.id, CancelReason.PRACTICE))
    cancelled = told[-1]
    finish(desk.book([it.slot_ids[0]], patient(desk, 2)))
    with pytest.raises(SlotTaken):
        finish(desk.undo(cancelled.undo_id))


def test_walking_out_is_not_a_missed_appointment(desk: Desk, finish: Finish) -> None:
    told = notices_of(desk)
    it = booked(desk)
    finish(desk.arrive(it.id))
    gone = finish(desk.walk_out(it.id))
    assert gone.letter == "W"
    finish(desk.undo(told[-1].undo_id))
    back = desk.appointments.get(it.id)
    assert back is not None
    assert back.status == "arrived"


def test_moving_takes_the_new_slot_as_it_frees_the_old(desk: Desk, finish: Finish) -> None:
    told = notices_of(desk)
    it = booked(desk, lambda a: len(a.slot_ids) == 1)
    target = free_slots(desk)[-1]
    moved = finish(desk.move(it.id, target.id))
    assert (moved.id, moved.slot_ids, moved.start) == (it.id, (target.id,), target.start)
    assert moved.practitioner_id == desk.clinician_of(target)[0]
    old, new = desk.slots.get(it.slot_ids[0]), desk.slots.get(target.id)
    assert old is not None
    assert new is not None
    assert (old.status, new.status) == ("free", "busy")
    finish(desk.undo(told[-1].undo_id))
    back = desk.appointments.get(it.id)
    assert back is not None
    assert back.slot_ids == it.slot_ids


def test_a_colleagues_change_is_read_and_the_act_applied_again(
    desks: Desks, finish: Finish
) -> None:
    """A stale copy is no reason to refuse what is still possible."""
    first = finish(desks.open("receptionist", 0))
    stale = finish(desks.open("receptionist", 1, live=False))
    it = booked(first)
    finish(first.note_late(it.id))
    arrived = finish(stale.arrive(it.id))
    assert arrived.status == "arrived"
    assert Mark.LATE in arrived.marks


def test_what_is_no_longer_possible_says_what_became_of_it(desks: Desks, finish: Finish) -> None:
    first = finish(desks.open("receptionist", 0))
    stale = finish(desks.open("receptionist", 1, live=False))
    it = booked(first)
    finish(first.cancel(it.id, CancelReason.PATIENT))
    with pytest.raises(ChangedElsewhere, match="is cancelled by now") as lost:
        finish(stale.arrive(it.id))
    assert it.patient_name in lost.value.sentence
    seen = stale.appointments.get(it.id)
    assert seen is not None
    assert seen.status == "cancelled"


def test_two_keys_in_a_row_wait_for_each_other(desk: Desk, finish: Finish) -> None:
    """Arrive and send in, struck before the first was answered: both are stored, in order."""
    it = booked(desk)

    async def both() -> None:
        await asyncio.gather(desk.arrive(it.id), desk.send_in(it.id))

    finish(both())
    held = desk.appointments.get(it.id)
    assert held is not None
    assert held.status == "checked-in"
    assert held.arrived_at is not None


def test_closing_the_page_does_not_lose_the_write(
    desk: Desk, finish: Finish, until: Until, desks: Desks
) -> None:
    it = booked(desk)

    async def close_at_once() -> None:
        task = asyncio.get_running_loop().create_task(desk.arrive(it.id))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    finish(close_at_once())
    until(lambda: not desk.saving)
    signed = desks.practice.as_role("receptionist")
    assert signed.get(f"Appointment/{it.id}").json()["status"] == "arrived"
