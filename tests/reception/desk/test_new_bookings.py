"""New bookings beside others, squeezed in, doubled, walked in and repeated: undo and races."""

import asyncio
from datetime import timedelta

import pytest

from contract.codes import CancelReason, Channel, Role
from contract.limits import DESCRIPTION_CHARS
from reception.desk.clashes import clashes_among
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.problems import NotPossible, SlotTaken
from reception.records import Appointment, Slot
from reception.records.problem import ChangedElsewhere, Problem
from tests.reception.conftest import Finish, Until
from tests.reception.desk.evening import Evening
from tests.reception.desk.picks import booked, free_slots, patient
from tests.reception.desks import Desks
from tests.running import RunningPractice

AHEAD = 10


@pytest.fixture
def desk(desk: Desk, finish: Finish) -> Desk:
    """A desk that looks at a day to come, of which hardly anything is booked yet."""
    return look_ahead(desk, finish)


def look_ahead(desk: Desk, finish: Finish) -> Desk:
    finish(desk.open_day(desk.time.today() + timedelta(days=AHEAD)))
    return desk


def notices_of(desk: Desk) -> list[Notice]:
    told: list[Notice] = []
    desk.told.connect(told.append)
    return told


def two(desks: Desks, finish: Finish, *, live: bool = True) -> tuple[Desk, Desk]:
    """Two receptionists at that day; without *live* neither hears what the other does."""
    ours, theirs = (finish(desks.open(number=number, live=live)) for number in (0, 1))
    for desk in (ours, theirs):
        look_ahead(desk, finish)
        if not live:
            desk.freshness.caught_up()
    return ours, theirs


@pytest.fixture
def evening(practice: RunningPractice) -> Evening:
    """Four slots that touch, tonight, that nobody else's test knows of."""
    return Evening.begin(practice.as_role(Role.MANAGER), 4)


def pair(evening: Evening, finish: Finish, *desks: Desk) -> tuple[Slot, Slot]:
    """The first two of tonight's slots, as *desks* find them when they look at today."""
    for desk in desks:
        finish(desk.open_day(desk.time.today()))
    first, second = (desks[0].slots.get(slot_id) for slot_id in evening.slot_ids[:2])
    assert first is not None
    assert second is not None
    assert desks[0].following(first) is second
    return first, second


def status_of(desk: Desk, slot_id: str) -> str:
    slot = desk.slots.newest(slot_id)
    assert slot is not None
    return slot.status


# The day's other bookings


def test_another_booking_of_the_day_is_found(desk: Desk, finish: Finish) -> None:
    it = booked(desk)
    found = finish(desk.clashes(it.patient_id, it.start, it.end))
    assert it.id in {clash.other.id for clash in found}
    assert found[0].overlaps
    assert found[0].can_swap
    later = it.end + timedelta(minutes=5)
    found = finish(desk.clashes(it.patient_id, later, later + timedelta(minutes=5)))
    assert {(c.other.id, c.overlaps) for c in found} >= {(it.id, False)}
    week = timedelta(weeks=26)
    assert finish(desk.clashes(it.patient_id, it.start + week, it.end + week)) == []


def test_what_was_given_up_is_no_clash(desk: Desk, finish: Finish) -> None:
    slot, who = free_slots(desk)[0], patient(desk, 3)
    made = finish(desk.book([slot.id], who))
    assert made.id in {c.other.id for c in finish(desk.clashes(who.id, slot.start, slot.end))}
    finish(desk.cancel(made.id, CancelReason.PATIENT))
    left = finish(desk.clashes(who.id, slot.start, slot.end))
    assert made.id not in {c.other.id for c in left}


def test_touching_times_do_not_overlap(desk: Desk) -> None:
    it = booked(desk)
    span = it.end - it.start
    assert not clashes_among([it], it.end, it.end + span)[0].overlaps
    assert not clashes_among([it], it.start - span, it.start)[0].overlaps
    assert clashes_among([it], it.start - span, it.start + timedelta(minutes=1))[0].overlaps


def test_swapping_gives_the_other_up_and_undo_brings_both_back(desk: Desk, finish: Finish) -> None:
    told = notices_of(desk)
    first, second = free_slots(desk)[:2]
    who = patient(desk, 4)
    other = finish(desk.book([first.id], who))
    made = finish(desk.book_instead(other.id, [second.id], who, reason="Knee pain"))
    given_up = desk.appointments.get(other.id)
    assert given_up is not None
    assert (given_up.status, given_up.cancel_reason) == ("cancelled", CancelReason.MOVED)
    assert (status_of(desk, first.id), status_of(desk, second.id)) == ("free", "busy")
    finish(desk.undo(told[-1].undo_id))
    back = desk.appointments.get(other.id)
    assert back is not None
    assert (back.status, back.cancel_reason) == ("booked", "")
    assert desk.appointments.get(made.id) is None
    assert (status_of(desk, first.id), status_of(desk, second.id)) == ("busy", "free")


def test_who_loses_the_slot_of_a_swap_keeps_the_other(desks: Desks, finish: Finish) -> None:
    ours, theirs = two(desks, finish, live=False)
    first, second = free_slots(ours)[:2]
    who = patient(ours, 5)
    other = finish(ours.book([first.id], who))
    finish(theirs.book([second.id], patient(theirs, 6)))
    with pytest.raises(SlotTaken) as lost:
        finish(ours.book_instead(other.id, [second.id], who))
    assert 0 < len(lost.value.alternatives) <= 3
    kept = ours.appointments.get(other.id)
    assert kept is not None
    assert kept.status == "booked"
    assert status_of(ours, first.id) == "busy"


def test_an_other_that_has_been_cancelled_is_not_swapped(desks: Desks, finish: Finish) -> None:
    ours, theirs = two(desks, finish, live=False)
    first, second = free_slots(ours)[:2]
    who = patient(ours, 7)
    other = finish(ours.book([first.id], who))
    finish(theirs.reload())
    finish(theirs.cancel(other.id, CancelReason.PATIENT))
    with pytest.raises(ChangedElsewhere, match="cancelled"):
        finish(ours.book_instead(other.id, [second.id], who))
    assert status_of(ours, second.id) == "free"


def given_up_for(desk: Desk, other: Appointment) -> tuple[str, str]:
    held = desk.stores.appointments.newest(other.id)
    assert held is not None
    return held.status, held.cancel_reason


def test_a_walk_in_takes_the_place_of_a_later_booking_and_undo_gives_it_back(
    desk: Desk, finish: Finish
) -> None:
    told, slot, who = notices_of(desk), free_slots(desk)[0], patient(desk, 9)
    other = finish(desk.book([slot.id], who))
    finish(desk.open_day(desk.time.today()))
    clinician = min(desk.sessions, key=lambda s: s.id).practitioner_id
    made = finish(desk.walk_in(who, clinician, reason="Came early", instead_of=other.id))
    assert (made.status, made.slot_ids) == ("arrived", ())
    assert given_up_for(desk, other) == ("cancelled", CancelReason.MOVED)
    assert status_of(desk, slot.id) == "free"
    assert "was given up" in told[-1].sentence
    finish(desk.undo(told[-1].undo_id))
    assert given_up_for(desk, other) == ("booked", "")
    assert desk.appointments.get(made.id) is None
    assert status_of(desk, slot.id) == "busy"


def test_an_extra_takes_the_place_of_another_booking_or_neither_is_written(
    desks: Desks, finish: Finish
) -> None:
    ours, theirs = two(desks, finish, live=False)
    told, taken, who = notices_of(ours), booked(ours), patient(ours, 10)
    slot = free_slots(ours)[0]
    other = finish(ours.book([slot.id], who))
    made = finish(ours.overbook(taken.slot_ids[0], who, why="In pain", instead_of=other.id))
    assert given_up_for(ours, other) == ("cancelled", CancelReason.MOVED)
    finish(ours.undo(told[-1].undo_id))
    assert given_up_for(ours, other) == ("booked", "")
    assert ours.appointments.get(made.id) is None
    finish(theirs.reload())
    finish(theirs.cancel(other.id, CancelReason.PATIENT))
    before = {a.id for a in ours.appointments.of_patient(who.id)}
    with pytest.raises(ChangedElsewhere, match="cancelled"):
        finish(ours.overbook(taken.slot_ids[0], who, why="In pain", instead_of=other.id))
    assert {a.id for a in ours.appointments.of_patient(who.id)} == before


# Squeezed in


def test_squeezing_in_marks_an_extra_and_undo_withdraws_both(desk: Desk, finish: Finish) -> None:
    told = notices_of(desk)
    it, who = booked(desk), patient(desk, 8)
    made = finish(desk.overbook(it.slot_ids[0], who, why="Dr agreed on the phone", reason="Rash"))
    assert (made.start, made.end) == (it.start, it.end)
    assert made.practitioner_id == it.practitioner_id
    extra = desk.slots.get(made.slot_ids[0])
    assert extra is not None
    assert (extra.overbooked, extra.status, extra.comment) == (
        True, "busy", "Dr agreed on the phone",
    )  # fmt: skip
    assert not extra.is_online
    finish(desk.undo(told[-1].undo_id))
    assert desk.appointments.get(made.id) is None
    assert desk.slots.get(extra.id) is None
    assert status_of(desk, extra.id) == "entered-in-error"
    assert desk.appointments.get(it.id) is not None


def test_nobody_is_squeezed_in_without_a_reason_or_a_need(desk: Desk, finish: Finish) -> None:
    it, who = booked(desk), patient(desk, 8)
    with pytest.raises(NotPossible, match="why"):
        finish(desk.overbook(it.slot_ids[0], who, why="  "))
    with pytest.raises(NotPossible, match="fit"):
        finish(desk.overbook(it.slot_ids[0], who, why="x" * (DESCRIPTION_CHARS + 1)))
    with pytest.raises(NotPossible, match="Nobody has"):
        finish(desk.overbook(free_slots(desk)[0].id, who, why="Busy"))


def test_two_desks_squeeze_in_at_one_time(desks: Desks, finish: Finish) -> None:
    """Nobody loses: each makes an extra of its own."""
    ours, theirs = two(desks, finish, live=False)
    it = booked(ours)

    async def at_once() -> tuple[Appointment, Appointment]:
        return await asyncio.gather(
            ours.overbook(it.slot_ids[0], patient(ours, 9), why="Urgent"),
            theirs.overbook(it.slot_ids[0], patient(theirs, 10), why="Urgent too"),
        )

    one, other = finish(at_once())
    assert one.slot_ids != other.slot_ids


# Two slots as one


def test_a_double_is_held_and_booked_as_one(desk: Desk, evening: Evening, finish: Finish) -> None:
    told = notices_of(desk)
    first, second = pair(evening, finish, desk)
    finish(desk.hold_slot(first.id, second.id))
    assert {status_of(desk, first.id), status_of(desk, second.id)} == {"busy-tentative"}
    made = finish(desk.book([first.id, second.id], patient(desk, 11), channel=Channel.VIDEO))
    assert (made.start, made.end) == (first.start, second.end)
    assert made.slot_ids == (first.id, second.id)
    assert made.channel == Channel.VIDEO
    finish(desk.undo(told[-1].undo_id))
    assert {status_of(desk, first.id), status_of(desk, second.id)} == {"free"}


def test_a_double_of_which_half_has_gone_is_not_held_at_all(
    desks: Desks, evening: Evening, finish: Finish
) -> None:
    ours, theirs = two(desks, finish, live=False)
    first, second = pair(evening, finish, ours, theirs)
    finish(theirs.book([second.id], patient(theirs, 12)))
    with pytest.raises(SlotTaken):
        finish(ours.hold_slot(first.id, second.id))
    assert status_of(ours, first.id) == "free"
    with pytest.raises(SlotTaken):
        finish(ours.book([first.id, second.id], patient(ours, 13)))
    assert status_of(ours, first.id) == "free"


def test_a_hold_of_a_double_is_let_go_as_one(
    desks: Desks, evening: Evening, finish: Finish, until: Until
) -> None:
    ours, theirs = two(desks, finish)
    first, second = pair(evening, finish, ours, theirs)
    finish(ours.hold_slot(first.id, second.id))
    seen = [theirs.slots.get(slot.id) for slot in (first, second)]
    until(lambda: {status_of(theirs, s.id) for s in (first, second)} == {"busy-tentative"})
    seen = [theirs.slots.get(slot.id) for slot in (first, second)]
    assert {slot.comment for slot in seen if slot is not None} == {ours.me.display}
    with pytest.raises(SlotTaken, match="is booking"):
        finish(theirs.hold_slot(second.id))
    finish(ours.drop_hold(first.id, second.id))
    until(lambda: {status_of(theirs, s.id) for s in (first, second)} == {"free"})
    finish(theirs.hold_slot(second.id))
    finish(theirs.drop_hold(second.id))


def test_ones_own_hold_is_renewed(desk: Desk, finish: Finish) -> None:
    slot = free_slots(desk)[0]
    once = finish(desk.hold_slot(slot.id))
    again = finish(desk.hold_slot(slot.id))
    assert again.hold_ends > once.hold_ends
    finish(desk.drop_hold(slot.id))


# Without a slot


def test_a_walk_in_waits_at_once_and_undo_takes_it_back(desk: Desk, finish: Finish) -> None:
    told = notices_of(desk)
    finish(desk.open_day(desk.time.today()))
    session = min(desk.sessions, key=lambda s: s.id)
    who = patient(desk, 14)
    made = finish(desk.walk_in(who, session.practitioner_id, reason="Cut hand"))
    assert (made.letter, made.slot_ids, made.patient_id) == ("A", (), who.id)
    assert made.practitioner_id == session.practitioner_id
    assert made.tree["appointmentType"]["coding"][0]["code"] == "WALKIN"
    assert made.start <= desk.time.now() < made.end
    finish(desk.undo(told[-1].undo_id))
    assert desk.appointments.get(made.id) is None


def test_a_walk_in_needs_a_clinician_who_is_here(desk: Desk, finish: Finish) -> None:
    with pytest.raises(NotPossible, match="session today"):
        finish(desk.walk_in(patient(desk), "nobody"))


# Several at once


def test_a_series_is_found_booked_and_taken_back_as_one(desk: Desk, finish: Finish) -> None:
    told = notices_of(desk)
    slot, who = series_start(desk, finish), patient(desk, 15)
    found = finish(desk.find_series(slot, 1, 2))
    assert [f.occasion.start - slot.start for f in found] == [timedelta(0), timedelta(weeks=1)]
    slots = [f.slot for f in found if f.slot is not None]
    assert len(slots) == 2
    assert {(s.type_code, s.channel) for s in slots} == {(slot.type_code, slot.channel)}
    made = finish(desk.book_series(slots, who, clinician=desk.clinician_of(slot)))
    assert [a.slot_ids for a in made] == [(s.id,) for s in slots]
    assert {a.practitioner_id for a in made} == {desk.clinician_of(slot)[0]}
    finish(desk.undo(told[-1].undo_id))
    again = finish(desk.find_series(slot, 1, 2))
    assert [f.slot.id for f in again if f.slot is not None] == [s.id for s in slots]


def test_a_series_is_booked_whole_or_not_at_all(desks: Desks, finish: Finish) -> None:
    ours, theirs = two(desks, finish, live=False)
    slot = series_start(ours, finish)
    found = finish(ours.find_series(slot, 1, 2))
    slots = [f.slot for f in found if f.slot is not None]
    finish(theirs.book_series([slots[1]], patient(theirs, 16), clinician=theirs.clinician_of(slot)))
    with pytest.raises(SlotTaken, match="nothing was saved"):
        finish(ours.book_series(slots, patient(ours, 17), clinician=ours.clinician_of(slot)))
    assert status_of(ours, slot.id) == "free"
    fresh = finish(ours.find_series(slot, 1, 2))
    assert fresh[1].slot is None or fresh[1].slot.id != slots[1].id


def series_start(desk: Desk, finish: Finish) -> Slot:
    """A free slot that has its like a week later."""
    for slot in free_slots(desk):
        try:
            found = finish(desk.find_series(slot, 1, 2))
        except Problem:
            continue
        if found[1].slot is not None:
            return slot
    raise LookupError
