"""Sessions from templates and by hand, split and merged slots, and the contact list, for real."""

from datetime import date, datetime, timedelta
from itertools import count

import pytest

from contract import systems
from contract.codes import CancelReason, Outcome, SlotType
from contract.contact import ContactOutcome
from contract.core_hours import LONDON
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.problems import NotPossible
from reception.desk.session_pattern import Pattern, Recipe
from reception.desk.session_plan import Kind
from reception.records import Appointment, Session, Slot
from reception.records.contact import about, attempts
from reception.records.problem import Problem, Refused
from reception.records.tree import identifier_of
from tests.reception.conftest import Finish, Until
from tests.reception.desk.picks import patient
from tests.reception.desks import Desks

DAY = date(2026, 11, 23)
"""The Monday of the demo practice."""
FAR = date(2027, 3, 22)
"""A Monday far beyond the demo's diary, in the week before the clocks go forward."""
_turns, _evenings = count(), count()


def pattern(
    start: int = 19 * 60, *, name: str = "", slots: int = 4, minutes: int = 10, weekday: int = 0
) -> Pattern:
    """An evening session of a clinician of its own: tests share the practice."""
    turn = next(_turns)
    recipe = Recipe(
        start, start + slots * minutes, minutes, SlotType.GP_ROUTINE, "Doctor, face to face"
    )
    return Pattern("", name or f"Evening {turn}", "", "", "", weekday, 0, recipe.pieces())


def of(desk: Desk, made: Pattern, number: int | None = None) -> Pattern:
    """*made*, for one of the practice's clinicians."""
    people = sorted(desk.practitioners, key=lambda p: p.id)
    who = people[next(_turns) % len(people) if number is None else number]
    return Pattern(made.key, made.name, who.id, who.name, "", made.weekday, made.week, made.pieces)


def listen(desk: Desk) -> list[Notice]:
    told: list[Notice] = []
    desk.told.connect(told.append)
    return told


def slots_of(desks: Desks, session_id: str) -> list[Slot]:
    trees = desks.practice.as_role("manager").search(
        f"Slot?schedule=Schedule/{session_id}&_count=1000"
    )
    return sorted((Slot.from_tree(t) for t in trees), key=lambda s: (s.start, s.id))


def live(desks: Desks, session_id: str) -> list[Slot]:
    return [s for s in slots_of(desks, session_id) if s.status != "entered-in-error"]


def session_now(desks: Desks, session_id: str) -> Session:
    return Session.from_tree(desks.practice.as_role("manager").get(f"Schedule/{session_id}").json())


def booking(desk: Desk, appointment_id: str) -> Appointment:
    held = desk.appointments.get(appointment_id)
    assert held is not None
    return held


def wall(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


def tonight() -> int:
    """A start this evening at which no other test has the same clinician (minutes)."""
    return 20 * 60 + next(_evenings) % 5 * 45


@pytest.fixture
def evening(desk: Desk, finish: Finish) -> Session:
    """Four free slots of ten minutes this evening, added by hand; all desks see them."""
    session: Session = finish(desk.diary.add(of(desk, pattern(tonight())), DAY))
    return session


def test_a_session_added_by_hand_is_seen_elsewhere_and_taken_back(
    desks: Desks, desk: Desk, finish: Finish, until: Until
) -> None:
    theirs = finish(desks.open("receptionist", 1))
    told = listen(desk)
    session = finish(desk.diary.add(of(desk, pattern(tonight())), DAY))
    until(lambda: len(theirs.slots.of_session(session.id)) == 4)
    assert [s.minutes for s in theirs.slots.of_session(session.id)] == [10] * 4
    assert told[-1].sentence.endswith("Monday 23 November, 4 slots.")
    finish(desk.undo(told[-1].undo_id))
    until(lambda: theirs.sessions.get(session.id) is None)
    assert live(desks, session.id) == []


def test_a_session_over_another_of_the_same_clinician_is_refused(
    desks: Desks, desk: Desk, finish: Finish
) -> None:
    held = next(s for s in desk.sessions if s.practitioner_id and s.end > s.start)
    mine = pattern(10 * 60)
    over = Pattern("", "Extra", held.practitioner_id, "Dr X", "", 0, 0, mine.pieces)
    with pytest.raises(NotPossible, match="it would swallow the"):
        finish(desk.diary.add(over, DAY))


def test_without_the_right_to_release_nothing_is_added(desks: Desks, finish: Finish) -> None:
    clinician = finish(desks.open("clinician"))
    with pytest.raises(Refused, match=r"Release slots.*receptionists and managers have it"):
        finish(clinician.diary.add(of(clinician, pattern()), FAR))
    with pytest.raises(Refused, match=r"Release slots.*receptionists and managers have it"):
        finish(clinician.templates.save(of(clinician, pattern(6 * 60))))


def test_longer_shorter_and_back(
    desks: Desks, desk: Desk, evening: Session, finish: Finish
) -> None:
    told = listen(desk)
    more = finish(desk.diary.extend(evening.id, evening.end + timedelta(minutes=25)))
    assert [s.minutes for s in more] == [10, 10]
    assert len(live(desks, evening.id)) == 6
    assert session_now(desks, evening.id).end == evening.end + timedelta(minutes=20)
    finish(desk.undo(told[-1].undo_id))
    assert len(live(desks, evening.id)) == 4
    assert session_now(desks, evening.id).end == evening.end
    shorter = evening.end - timedelta(minutes=20)
    done = finish(desk.diary.shorten(evening.id, shorter))
    assert (done.withdrawn, done.to_tell) == (2, ())
    assert [s.end <= shorter for s in live(desks, evening.id)] == [True, True]
    # A key that a withdrawn slot has is not used again.
    again = finish(desk.diary.extend(evening.id, evening.end))
    assert len(again) == 2
    assert [s.status for s in again] == ["free", "free"]
    keys = [identifier_of(s.tree, systems.SLOT_KEY) for s in slots_of(desks, evening.id)]
    assert len(set(keys)) == len(keys)


def test_a_cancelled_session_loses_its_free_slots_and_no_patient(
    desks: Desks, desk: Desk, evening: Session, finish: Finish, until: Until
) -> None:
    theirs = finish(desks.open("receptionist", 1))
    told = listen(desk)
    until(lambda: len(desk.slots.of_session(evening.id)) == 4)
    first, second, *_ = desk.slots.of_session(evening.id)
    one, two = (
        finish(desk.book([s.id], patient(desk, n + 3))) for n, s in enumerate((first, second))
    )
    done = finish(desk.diary.cancel(evening.id))
    assert done.withdrawn == 2
    assert {a.id for a in done.to_tell} == {one.id, two.id}
    assert {s.id for s in live(desks, evening.id)} == {first.id, second.id}
    assert booking(desk, one.id).status == "booked"
    assert session_now(desks, evening.id).active, "somebody is still booked there"
    until(lambda: {about(r) for r in theirs.contacts.waiting()} >= {one.id, two.id})
    assert all(r.is_urgent for r in theirs.contacts.waiting() if about(r) == one.id)
    # Cancelled again, nobody is on the list twice.
    finish(desk.diary.cancel(evening.id))
    waiting = [about(r) for r in desk.contacts.waiting()]
    assert (waiting.count(one.id), waiting.count(two.id)) == (1, 1)
    undo = next(n for n in told if "2 slots withdrawn" in n.sentence)
    finish(desk.undo(undo.undo_id))
    assert len(live(desks, evening.id)) == 4
    assert not {one.id, two.id} & {about(r) for r in desk.contacts.waiting()}


def test_nobody_leaves_the_contact_list_without_an_outcome(
    desks: Desks, desk: Desk, evening: Session, finish: Finish, until: Until
) -> None:
    until(lambda: len(desk.slots.of_session(evening.id)) == 4)
    slots = desk.slots.of_session(evening.id)
    people = [finish(desk.book([s.id], patient(desk, n + 6))) for n, s in enumerate(slots)]
    finish(desk.diary.cancel(evening.id))
    contacts = {about(r): r for r in desk.contacts.waiting()}
    told_off, moved, silent, hasty = (contacts[a.id] for a in people)

    # Told and cancelled: the appointment ends, and its slot with it.
    finish(desk.contacts.finish(told_off.id, ContactOutcome.CANCELLED))
    gone = booking(desk, people[0].id)
    assert (gone.status, gone.cancel_reason) == ("cancelled", CancelReason.PRACTICE)
    assert slots[0].id not in {s.id for s in live(desks, evening.id)}

    # Rebooked: only once there is another time; the old place is not left to be booked.
    with pytest.raises(NotPossible, match="not rebooked yet"):
        finish(desk.contacts.finish(moved.id, ContactOutcome.REBOOKED))
    elsewhere = finish(desk.diary.add(of(desk, pattern(tonight(), slots=1)), DAY))
    until(lambda: len(desk.slots.of_session(elsewhere.id)) == 1)
    finish(desk.move(people[1].id, desk.slots.of_session(elsewhere.id)[0].id))
    after = finish(desk.contacts.finish(moved.id, ContactOutcome.REBOOKED))
    assert after.status == "completed"
    assert booking(desk, people[1].id).status == "booked"
    assert slots[1].id not in {s.id for s in live(desks, evening.id)}

    # Not reached: after three attempts, each logged; the appointment stays.
    for tried in range(3):
        with pytest.raises(NotPossible, match=f"{tried} of 3"):
            finish(desk.contacts.finish(silent.id, ContactOutcome.NOT_REACHED))
        assert attempts(finish(desk.contacts.tried(silent.id, "rang, no answer"))) == tried + 1
    finish(desk.contacts.finish(silent.id, ContactOutcome.NOT_REACHED))
    assert booking(desk, people[2].id).status == "booked"

    # Nor by the queue's own keys, nor over the wire.
    with pytest.raises(Problem, match="told"):
        finish(desk.complete(hasty.id, Outcome.ADMIN_ANSWERED))
    signed = desks.practice.as_role("receptionist")
    tree = signed.get(f"Task/{hasty.id}").json()
    output = [
        {
            "type": {"text": "Outcome"},
            "valueCodeableConcept": {
                "coding": [{"system": systems.REQUEST_OUTCOME, "code": "not-reached"}]
            },
        }
    ]
    for change in (
        {"status": "completed", "output": output},
        {"status": "rejected", "statusReason": {"text": "No"}},
        {"reasonReference": {"reference": f"Appointment/{people[0].id}"}},
    ):
        assert signed.put({**tree, **change}).status_code == 422
    finish(desk.contacts.finish(hasty.id, ContactOutcome.CANCELLED))
    assert not {r.id for r in contacts.values()} & {r.id for r in desk.contacts.waiting()}


def test_the_last_patient_told_closes_the_session(
    desks: Desks, desk: Desk, evening: Session, finish: Finish, until: Until
) -> None:
    until(lambda: len(desk.slots.of_session(evening.id)) == 4)
    slot = desk.slots.of_session(evening.id)[0]
    held = finish(desk.book([slot.id], patient(desk, 11)))
    finish(desk.diary.cancel(evening.id))
    (contact,) = [r for r in desk.contacts.waiting() if about(r) == held.id]
    finish(desk.contacts.finish(contact.id, ContactOutcome.CANCELLED))
    assert live(desks, evening.id) == []
    assert not session_now(desks, evening.id).active


def test_split_merge_and_undo_on_two_desks(
    desks: Desks, desk: Desk, evening: Session, finish: Finish, until: Until
) -> None:
    theirs = finish(desks.open("receptionist", 1))
    told = listen(desk)
    until(lambda: len(theirs.slots.of_session(evening.id)) == 4)
    slot = theirs.slots.of_session(evening.id)[0]
    parts = finish(desk.split_slot(slot.id))
    assert [p.minutes for p in parts] == [5, 5]
    until(lambda: len(theirs.slots.of_session(evening.id)) == 5)
    finish(desk.undo(told[-1].undo_id))
    until(lambda: len(theirs.slots.of_session(evening.id)) == 4)
    whole = finish(theirs.merge_slot(slot.id))
    assert (whole.id, whole.minutes) == (slot.id, 20)
    until(lambda: len(desk.slots.of_session(evening.id)) == 3)
    cut = finish(desk.split_slot(slot.id, whole.start + timedelta(minutes=15)))
    assert [p.minutes for p in cut] == [15, 5]
    booked = finish(theirs.book([cut[1].id], patient(theirs, 12)))
    with pytest.raises(NotPossible, match=f"booked by {booked.patient_name}"):
        finish(theirs.split_slot(cut[1].id))
    with pytest.raises(NotPossible, match="booked"):
        finish(theirs.merge_slot(slot.id))
    clinician = finish(desks.open("clinician"))
    with pytest.raises(Refused, match="Release slots"):
        finish(clinician.split_slot(slot.id))


def test_a_template_is_kept_changed_renamed_and_ended(
    desks: Desks, desk: Desk, finish: Finish
) -> None:
    told = listen(desk)
    made = finish(desk.templates.save(of(desk, pattern(5 * 60 + 5))))
    theirs = finish(desks.open("manager", live=False))

    def found() -> list[Pattern]:
        kept: list[Pattern] = finish(theirs.templates.all())
        return [p for p in kept if p.session_id == made.session_id]

    def stored() -> Pattern:
        (one,) = found()
        return one

    assert stored().pieces == made.pieces
    assert not session_now(desks, made.session_id).active
    longer = pattern(5 * 60 + 5, slots=5, minutes=7).pieces
    finish(
        desk.templates.save(
            Pattern(
                made.key,
                made.name,
                made.practitioner_id,
                made.practitioner_name,
                "",
                0,
                0,
                longer,
                made.session_id,
            )
        )
    )
    assert stored().pieces == longer
    finish(desk.undo(told[-1].undo_id))
    assert stored().pieces == made.pieces
    finish(desk.templates.rename(made, "Early clinic"))
    assert stored().name == "Early clinic"
    with pytest.raises(NotPossible, match="has Early clinic"):
        finish(
            desk.templates.save(
                Pattern(
                    "", "Twin", made.practitioner_id, made.practitioner_name, "", 0, 0, made.pieces
                )
            )
        )
    finish(desk.templates.end(stored()))
    assert found() == []
    finish(desk.undo(told[-1].undo_id))
    assert stored().pieces == made.pieces
    finish(desk.templates.end(stored()))


def test_a_template_is_applied_once_whoever_applies_it_and_how_often(
    desks: Desks, desk: Desk, finish: Finish, until: Until
) -> None:
    theirs = finish(desks.open("manager"))
    told = listen(desk)
    made = finish(desk.templates.save(of(desk, pattern(6 * 60))))
    plan = finish(desk.templates.plan([made], FAR, 2))
    # Monday 29 March 2027 is Easter Monday.
    assert [(d.dated.day, d.kind) for d in plan.differences] == [(FAR, Kind.ADDED)]
    assert [s.words for s in plan.skipped] == ["bank holiday: Easter Monday"]
    steps: list[tuple[int, int]] = []
    done = finish(desk.templates.apply(plan, lambda n, of_all: steps.append((n, of_all))))
    assert (done.sessions, done.added, done.to_tell) == (1, 4, 0)
    assert steps[-1][0] == steps[-1][1]
    assert told[-1].sentence == "Templates applied: 1 session added, 4 slots added."
    # Applied from an old plan on another desk: nothing comes twice.
    finish(theirs.templates.apply(plan))
    again = finish(theirs.templates.plan([made], FAR, 1))
    assert [d.kind for d in again.differences] == [Kind.UNCHANGED]
    (session,) = [d.session for d in again.differences]
    standing = live(desks, session.id)
    assert [s.start for s in standing] == [
        wall(FAR, 6) + timedelta(minutes=10 * n) for n in range(4)
    ]
    # The week after the clocks have gone forward, it is six on the wall again.
    later = finish(desk.templates.plan([made], FAR + timedelta(14), 1))
    finish(desk.templates.apply(later))
    (after,) = finish(desk.diary.of_days(FAR + timedelta(14), FAR + timedelta(14))).sessions
    assert after.start == wall(FAR + timedelta(14), 6)
    assert after.start.hour == 5

    # Somebody is booked; the template changes: the place stays, and the patient is told.
    held = finish(desk.book([standing[1].id], patient(desk, 14)))
    shorter = finish(
        desk.templates.save(
            Pattern(
                made.key,
                made.name,
                made.practitioner_id,
                made.practitioner_name,
                "",
                0,
                0,
                pattern(6 * 60, slots=3, minutes=15).pieces,
                made.session_id,
            )
        )
    )
    change = finish(desk.templates.plan([shorter], FAR, 1))
    (found,) = change.differences
    assert found.kind is Kind.CHANGED
    assert [a.id for a in found.touched] == [held.id]
    finish(desk.templates.apply(change))
    assert standing[1].id in {s.id for s in live(desks, session.id)}
    until(lambda: held.id in {about(r) for r in theirs.contacts.waiting()})
    settled = finish(desk.templates.plan([shorter], FAR, 1))
    assert [d.writes for d in settled.differences] == [0]
    (contact,) = [r for r in desk.contacts.waiting() if about(r) == held.id]
    finish(desk.contacts.finish(contact.id, ContactOutcome.KEEPS))
    finish(desk.templates.end(shorter))


def test_a_session_of_the_diary_becomes_a_template(
    desks: Desks, desk: Desk, evening: Session, finish: Finish, until: Until
) -> None:
    until(lambda: len(desk.slots.of_session(evening.id)) == 4)
    made = finish(desk.templates.save_session(evening.id))
    assert [p.minutes for p in made.pieces] == [10] * 4
    assert (made.weekday, made.practitioner_id) == (0, evening.practitioner_id)
    plan = finish(desk.templates.plan([made], DAY, 2))
    # Today's was set up by hand: it is met as what the template means.
    assert [d.kind for d in plan.differences] == [Kind.UNCHANGED, Kind.ADDED]
    finish(desk.templates.end(made))


def test_the_template_week_meets_the_diary_that_is_cut_like_it(desk: Desk, finish: Finish) -> None:
    week = [p for p in finish(desk.templates.all()) if p.key.count("-") and p.pieces]
    assert len(week) > 20
    plan = finish(desk.templates.plan(week, DAY + timedelta(days=1), 1))
    assert len(plan.differences) > 20
    assert plan.of(Kind.ADDED) == []
    # Cut alike: what differs is who may take a slot, and when; nobody is touched by it.
    assert not [s for d in plan.differences for s in (*d.add, *d.withdraw)]
    assert plan.touched == []
