"""Calls, visits, lateness, missed ones, moves and swaps, against the real service."""

from datetime import timedelta

import pytest

from contract import systems
from contract.codes import CancelReason, Channel, Mark, ReceptionFlag, SlotType
from reception.desk.desk import Desk
from reception.desk.missed import in_touch_today
from reception.desk.notice import Notice
from reception.desk.problems import NotPossible, SlotTaken, TooFewCalls
from reception.records import Appointment
from reception.records.problem import ChangedElsewhere
from reception.records.tree import concept
from tests.reception.board.late_session import late_slots
from tests.reception.conftest import Finish, Until
from tests.reception.desk.evening import Evening
from tests.reception.desk.picks import free_slots, later, patient
from tests.reception.desks import Desks


@pytest.fixture
def told(desk: Desk) -> list[Notice]:
    heard: list[Notice] = []
    desk.told.connect(heard.append)
    return heard


def newest(desk: Desk, held: Appointment) -> Appointment:
    found = desk.appointments.newest(held.id)
    assert found is not None
    return found


def by_phone(desk: Desk) -> Appointment:
    return later(desk, lambda a: a.is_phone and not a.calls_tried)


def test_each_call_is_counted_with_its_time(desk: Desk, told: list[Notice], finish: Finish) -> None:
    it = by_phone(desk)
    with pytest.raises(NotPossible, match="Nobody has rung"):
        finish(desk.no_answer(it.id))
    first = finish(desk.call(it.id))
    assert (first.letter, first.calls_tried) == ("T", 1)
    with pytest.raises(TooFewCalls, match="Only 1 of 3 calls has been tried"):
        finish(desk.no_answer(it.id))
    finish(desk.call(it.id))
    third = finish(desk.call(it.id))
    assert "call 3 of 3" in told[-1].sentence
    times = [at for at in third.call_times if at is not None]
    assert len(times) == 3
    assert times == sorted(times)
    with pytest.raises(NotPossible, match="Three calls"):
        finish(desk.call(it.id))
    finish(desk.undo(told[-1].undo_id))
    assert newest(desk, it).calls_tried == 2
    finish(desk.call(it.id))
    assert finish(desk.no_answer(it.id)).letter == "H"
    finish(desk.undo(told[-1].undo_id))
    assert newest(desk, it).letter == "T"
    assert finish(desk.leave(it.id)).letter == "L"


def test_a_call_is_given_up_early_only_when_sure(desk: Desk, finish: Finish) -> None:
    it = by_phone(desk)
    finish(desk.call(it.id))
    assert finish(desk.no_answer(it.id, sure=True)).letter == "H"
    seen = later(desk, lambda a: a.channel == Channel.IN_PERSON and not a.is_visit)
    with pytest.raises(NotPossible, match="no telephone"):
        finish(desk.call(seen.id))


def test_visits_end_as_seen_or_not(desk: Desk, told: list[Notice], finish: Finish) -> None:
    it = later(desk, lambda a: a.type_code == SlotType.VISIT)
    seen = finish(desk.visit_done(it.id))
    assert (seen.letter, seen.status, seen.left_at is not None) == ("V", "fulfilled", True)
    finish(desk.undo(told[-1].undo_id))
    back = newest(desk, it)
    assert (back.status, back.left_at) == ("booked", None)
    assert finish(desk.visit_missed(it.id)).letter == "N"
    finish(desk.undo(told[-1].undo_id))
    assert newest(desk, it).status == "booked"
    other = later(desk, lambda a: a.channel == Channel.IN_PERSON and not a.is_visit)
    with pytest.raises(NotPossible, match="no home visit"):
        finish(desk.visit_done(other.id))


def test_lateness_is_noted_with_its_hour(desk: Desk, told: list[Notice], finish: Finish) -> None:
    it = later(desk, lambda a: Mark.LATE not in a.marks)
    until = it.start + timedelta(minutes=25)
    late = finish(desk.note_late(it.id, until))
    assert (late.letter, late.late_until) == ("-", until)
    assert late.late_noted_at is not None
    assert not late.is_overdue(it.start + timedelta(minutes=20))
    finish(desk.undo(told[-1].undo_id))
    assert newest(desk, it).letter == ""


def test_an_undo_leaves_what_a_colleague_noted_since(
    desk: Desk, desks: Desks, told: list[Notice], finish: Finish, until: Until
) -> None:
    it = later(desk, lambda a: a.channel == Channel.IN_PERSON and not a.is_visit)
    finish(desk.note_late(it.id))
    noted = told[-1].undo_id
    rival = finish(desks.open("receptionist", 1))
    target = free_slots(rival)[-1]
    moved = finish(rival.move(it.id, target.id))
    until(lambda: newest(desk, it).version == moved.version)
    finish(desk.undo(noted))
    back = newest(desk, it)
    assert (back.letter, back.slot_ids) == ("", (target.id,))
    assert back.practitioner_id == moved.practitioner_id


def test_only_who_has_arrived_walks_out(desk: Desk, finish: Finish) -> None:
    it = later(desk)
    with pytest.raises(NotPossible, match="has not arrived"):
        finish(desk.walk_out(it.id))


def test_booked_in_error_frees_the_slot_for_good(
    desk: Desk, told: list[Notice], finish: Finish
) -> None:
    it = later(desk, lambda a: len(a.slot_ids) == 1)
    finish(desk.book_in_error(it.id))
    assert not told[-1].can_undo
    assert desk.appointments.get(it.id) is None
    slot = desk.slots.get(it.slot_ids[0])
    assert slot is not None
    assert slot.status == "free"


def test_a_flag_asks_for_a_quiet_call(desk: Desk, desks: Desks, finish: Finish) -> None:
    it = later(desk, lambda a: a.channel == Channel.IN_PERSON and not a.is_visit)
    flag = {
        "resourceType": "Flag",
        "status": "active",
        "code": concept(systems.RECEPTION_FLAG, ReceptionFlag.QUIET_CALL, "Do not say the name"),
        "subject": {"reference": f"Patient/{it.patient_id}"},
    }
    manager = desks.practice.as_role("manager")
    assert manager.post(flag).status_code == 201
    assert finish(desk.send_in(it.id)).letter == "Q"
    assert desk.asks_quiet(it.patient_id)


@pytest.fixture
def overdue(desk: Desk, desks: Desks, finish: Finish, until: Until) -> list[Appointment]:
    """Three who were to come half an hour ago: their slots are long, so they can be booked yet."""
    slot_ids = late_slots(desks.practice.as_role("manager"), desk.time.now())
    until(lambda: all(desk.slots.get(slot_id) for slot_id in slot_ids))
    asking = in_touch_today(desk.requests, desk.messages, desk.time.now())
    people = [p for p in sorted(desk.patients, key=lambda p: p.id) if p.id not in asking]
    alive = [p for p in people if not p.deceased and not desk.appointments.of_patient(p.id)]
    return [
        finish(desk.book([slot_id], person))
        for slot_id, person in zip(slot_ids, alive, strict=False)
    ]


def test_the_missed_are_marked_together_and_come_back_together(
    desk: Desk, told: list[Notice], overdue: list[Appointment], finish: Finish
) -> None:
    proposed = {a.appointment.id for a in desk.absences() if a.is_proposed}
    assert proposed >= {a.id for a in overdue}
    here, *rest = overdue
    finish(desk.arrive(here.id))
    left = finish(desk.mark_missed([a.id for a in overdue]))
    assert len(left) == 1
    assert here.patient_name in left[0].sentence
    assert {newest(desk, a).status for a in rest} == {"noshow"}
    assert newest(desk, here).status == "arrived"
    assert not {a.appointment.id for a in desk.absences()} & {a.id for a in overdue}
    finish(desk.undo(told[-1].undo_id))
    assert {newest(desk, a).status for a in rest} == {"booked"}
    assert told[-1].sentence == "2 patients are booked again."


def test_nobody_is_missed_on_a_board_that_may_be_out_of_date(
    desk: Desk, overdue: list[Appointment], finish: Finish
) -> None:
    desk.freshness.lost()
    assert desk.absences() == []
    with pytest.raises(NotPossible, match="No contact"):
        finish(desk.mark_missed([a.id for a in overdue]))
    assert {newest(desk, a).status for a in overdue} == {"booked"}


def test_a_move_takes_kind_and_way_of_the_new_slot_and_all_comes_back(
    desk: Desk, told: list[Notice], finish: Finish
) -> None:
    it = later(desk, lambda a: a.channel == Channel.IN_PERSON and len(a.slot_ids) == 1)
    target = next(s for s in free_slots(desk) if s.channel == Channel.TELEPHONE)
    preview = desk.preview_move(it, target.id)
    assert "By telephone instead of in person." in preview.warnings
    assert preview.before.where in preview.words
    assert preview.after.where in preview.words
    moved = finish(desk.move(it.id, target.id))
    assert (moved.channel, moved.type_code) == (Channel.TELEPHONE, target.type_code)
    finish(desk.undo(told[-1].undo_id))
    back = newest(desk, it)
    for name in ("start", "end", "slot_ids", "channel", "type_code", "practitioner_id", "marks"):
        assert getattr(back, name) == getattr(it, name), name


def test_a_move_to_another_day_and_back(desk: Desk, told: list[Notice], finish: Finish) -> None:
    it = later(desk, lambda a: a.channel == Channel.IN_PERSON and len(a.slot_ids) == 1)
    today = desk.day
    finish(desk.open_day(today + timedelta(days=1)))
    target = free_slots(desk)[-1]
    preview = desk.preview_move(it, target.id)
    assert "Tuesday 24 November" in preview.after.where
    moved = finish(desk.move(it.id, target.id))
    assert moved.start == target.start
    finish(desk.open_day(today))
    freed = desk.slots.get(it.slot_ids[0])
    assert freed is not None
    assert freed.status == "free"
    assert desk.appointments.get(it.id) is None
    finish(desk.undo(told[-1].undo_id))  # the other day's sessions are not open here
    back = newest(desk, it)
    assert (back.start, back.practitioner_name) == (it.start, it.practitioner_name)


def test_who_loses_the_target_is_offered_the_nearest(
    desk: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    evening = Evening.begin(desks.practice.as_role("manager"), 5)
    until(lambda: all(desk.slots.get(slot_id) for slot_id in evening.slot_ids))
    target = desk.slots.get(evening.slot_ids[0])
    assert target is not None
    slow = finish(desks.open("receptionist", 1, live=False))
    slow.freshness.caught_up()
    it = later(slow, lambda a: len(a.slot_ids) == 1)
    finish(desk.book([target.id], patient(desk)))
    with pytest.raises(SlotTaken) as lost:
        finish(slow.move(it.id, target.id))
    assert 1 <= len(lost.value.alternatives) <= 3
    assert newest(slow, it).slot_ids == it.slot_ids
    finish(slow.move(it.id, lost.value.alternatives[0].id))  # and the offer holds


def test_a_move_cannot_be_undone_into_a_taken_slot(
    desk: Desk, told: list[Notice], finish: Finish
) -> None:
    it = later(desk, lambda a: len(a.slot_ids) == 1)
    finish(desk.move(it.id, free_slots(desk)[-1].id))
    moved = told[-1].undo_id
    finish(desk.book([it.slot_ids[0]], patient(desk, 2)))
    with pytest.raises(SlotTaken) as lost:
        finish(desk.undo(moved))
    assert lost.value.instead_of is not None
    assert lost.value.instead_of.id == it.id


def test_two_change_places_and_back(desk: Desk, told: list[Notice], finish: Finish) -> None:
    one = later(desk, lambda a: len(a.slot_ids) == 1)
    other = later(
        desk,
        lambda a: len(a.slot_ids) == 1 and a.practitioner_id != one.practitioner_id,
    )
    first, second = desk.preview_swap(one, other)
    assert first.after.where == second.before.where
    finish(desk.swap(one.id, other.id))
    now = newest(desk, one), newest(desk, other)
    assert [a.slot_ids for a in now] == [other.slot_ids, one.slot_ids]
    assert [a.practitioner_id for a in now] == [other.practitioner_id, one.practitioner_id]
    assert {desk.slots.get(a.slot_ids[0]).status for a in now} == {"busy"}  # type: ignore[union-attr]
    finish(desk.undo(told[-1].undo_id))
    assert [newest(desk, a).slot_ids for a in (one, other)] == [one.slot_ids, other.slot_ids]


def test_who_is_seen_already_does_not_move(desk: Desk, desks: Desks, finish: Finish) -> None:
    it = later(desk, lambda a: a.channel == Channel.IN_PERSON and not a.is_visit)
    stale = finish(desks.open("receptionist", 1, live=False))
    stale.freshness.caught_up()
    finish(desk.send_in(it.id, quiet=False))
    with pytest.raises(ChangedElsewhere, match="sent in by now"):
        finish(stale.move(it.id, free_slots(stale)[-2].id))


def test_a_freed_slot_finds_who_wants_it(desk: Desk, finish: Finish) -> None:
    it = later(
        desk,
        lambda a: a.type_code == SlotType.GP_ROUTINE and len(a.slot_ids) == 1 and not a.is_phone,
    )
    assert desk.fitting_requests(it.slot_ids[0]) == []  # it is booked
    finish(desk.cancel(it.id, CancelReason.PATIENT, "Feels better"))
    assert newest(desk, it).cancel_text == "Feels better"
    found = desk.fitting_requests(it.slot_ids[0])
    assert 0 < len(found) <= 3
    slot_id, request = it.slot_ids[0], found[0].request
    made = finish(desk.book_from_request(request.id, slot_id, kept=None))
    assert made.patient_id == request.patient_id
