"""Ways back from whole template weeks and from outcomes, and plain words where there is none."""

from datetime import date
from itertools import count

from contract.codes import SlotType
from contract.contact import ContactOutcome
from reception.desk.applying import Plan
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.session_pattern import Pattern, Recipe
from reception.desk.session_plan import Kind
from reception.records import Session, Slot
from reception.records.contact import about
from tests.reception.conftest import Finish, Until
from tests.reception.desk.picks import patient
from tests.reception.desks import Desks

FIRST = date(2027, 4, 12)
"""A Monday far beyond the demo's diary."""
_starts = count()


def listen(desk: Desk) -> list[Notice]:
    told: list[Notice] = []
    desk.told.connect(told.append)
    return told


def pieces(start_min: int, slots: int = 4, minutes: int = 10) -> Recipe:
    end = start_min + slots * minutes
    return Recipe(start_min, end, minutes, SlotType.GP_ROUTINE, "Doctor, face to face")


def template(desk: Desk, finish: Finish) -> Pattern:
    """A template of four slots at a time that no other test has."""
    turn = next(_starts)
    who = sorted(desk.practitioners, key=lambda p: p.id)[turn % 5]
    cut = pieces(3 * 60 + turn * 45).pieces()
    wanted = Pattern("", f"Early {turn}", who.id, who.name, "", 0, 0, cut)
    made: Pattern = finish(desk.templates.save(wanted))
    return made


def cut_otherwise(desk: Desk, finish: Finish, made: Pattern, **how: int) -> Pattern:
    fresh = pieces(made.start_min, **how).pieces()
    changed = Pattern(
        made.key,
        made.name,
        made.practitioner_id,
        made.practitioner_name,
        "",
        0,
        0,
        fresh,
        made.session_id,
    )
    stored: Pattern = finish(desk.templates.save(changed))
    return stored


def plan(desk: Desk, finish: Finish, made: Pattern) -> Plan:
    found: Plan = finish(desk.templates.plan([made], FIRST, 1))
    return found


def slots_of(desks: Desks, session_id: str) -> list[Slot]:
    signed = desks.practice.as_role("manager")
    trees = signed.search(f"Slot?schedule=Schedule/{session_id}&_count=1000")
    found = [Slot.from_tree(t) for t in trees]
    return sorted(
        (s for s in found if s.status != "entered-in-error"), key=lambda s: (s.start, s.id)
    )


def spans(slots: list[Slot]) -> list[tuple[object, object, str]]:
    return [(s.start, s.end, s.status) for s in slots]


def applied(desk: Desk, finish: Finish, made: Pattern) -> Session:
    """The session that applying *made* has opened."""
    finish(desk.templates.apply(plan(desk, finish, made)))
    (found,) = plan(desk, finish, made).differences
    assert found.session is not None
    return found.session


def test_a_new_session_goes_again_and_can_be_applied_once_more(
    desks: Desks, desk: Desk, finish: Finish
) -> None:
    told = listen(desk)
    made = template(desk, finish)
    session = applied(desk, finish, made)
    assert len(slots_of(desks, session.id)) == 4
    finish(desk.undo(told[-1].undo_id))
    assert told[-1].sentence == "The templates are taken back: the diary is as it was."
    assert slots_of(desks, session.id) == []
    assert [d.kind for d in plan(desk, finish, made).differences] == [Kind.ADDED]

    # Its keys are used up; applied again the same session is held, with slots of its own.
    again = applied(desk, finish, made)
    assert (again.id, again.active) == (session.id, True)
    assert told[-1].sentence == "Templates applied: 1 session added, 4 slots added."
    assert [s.status for s in slots_of(desks, session.id)] == ["free"] * 4
    finish(desk.templates.end(made))


def test_a_changed_session_is_cut_as_before_and_nobody_has_to_be_told(
    desks: Desks, desk: Desk, finish: Finish, until: Until
) -> None:
    told = listen(desk)
    made = template(desk, finish)
    session = applied(desk, finish, made)
    before = spans(slots_of(desks, session.id))
    held = finish(desk.book([slots_of(desks, session.id)[1].id], patient(desk, 20)))
    wider = cut_otherwise(desk, finish, made, slots=2, minutes=25)
    finish(desk.templates.apply(plan(desk, finish, wider)))
    notice = told[-1]
    assert notice.can_undo
    assert "1 patient to tell" in notice.sentence
    assert spans(slots_of(desks, session.id)) != before
    until(lambda: held.id in {about(r) for r in desk.contacts.waiting()})

    finish(desk.undo(notice.undo_id))
    assert told[-1].sentence == "The templates are taken back: the diary is as it was."
    after = spans(slots_of(desks, session.id))
    assert [(start, end) for start, end, _ in after] == [(start, end) for start, end, _ in before]
    assert [status for *_, status in after] == ["free", "busy", "free", "free"]
    until(lambda: held.id not in {about(r) for r in desk.contacts.waiting()})
    stands = Session.from_tree(
        desks.practice.as_role("manager").get(f"Schedule/{session.id}").json()
    )
    assert (stands.start, stands.end) == (session.start, session.end)
    finish(desk.templates.end(wider))


def test_whoever_was_booked_meanwhile_stays_and_that_is_said(
    desks: Desks, desk: Desk, finish: Finish
) -> None:
    theirs = finish(desks.open("receptionist", 1))
    told = listen(desk)
    made = template(desk, finish)
    session = applied(desk, finish, made)
    notice = told[-1]
    taken = slots_of(desks, session.id)[2]
    finish(theirs.book([taken.id], patient(theirs, 21)))
    finish(desk.undo(notice.undo_id))
    assert told[-1].sentence.endswith("as it was, but 1 slot booked or held since stays.")
    assert [(s.id, s.status) for s in slots_of(desks, session.id)] == [(taken.id, "busy")]
    kept = plan(desk, finish, made).differences[0].session
    assert kept is not None
    assert kept.active
    finish(desk.templates.end(made))


def test_applying_nothing_offers_no_way_back(desk: Desk, finish: Finish) -> None:
    told = listen(desk)
    made = template(desk, finish)
    applied(desk, finish, made)
    finish(desk.templates.apply(plan(desk, finish, made)))
    assert told[-1].sentence == "There was nothing to change."
    assert not told[-1].can_undo
    finish(desk.templates.end(made))


def test_an_outcome_that_takes_the_place_with_it_says_that_it_stands(
    desks: Desks, desk: Desk, finish: Finish, until: Until
) -> None:
    told = listen(desk)
    made = template(desk, finish)
    session = applied(desk, finish, made)
    held = finish(desk.book([slots_of(desks, session.id)[0].id], patient(desk, 22)))
    finish(desk.diary.cancel(session.id))
    (contact,) = [r for r in desk.contacts.waiting() if about(r) == held.id]
    finish(desk.contacts.finish(contact.id, ContactOutcome.CANCELLED))
    assert not told[-1].can_undo
    assert "It cannot be undone: the place went with the appointment" in told[-1].sentence
    finish(desk.templates.end(made))


def test_an_outcome_that_takes_no_place_is_taken_back_with_its_appointment(
    desks: Desks, desk: Desk, finish: Finish, until: Until
) -> None:
    told = listen(desk)
    clinician = next(s for s in desk.sessions if s.practitioner_id)
    held = finish(
        desk.walk_in(patient(desk, 23), clinician.practitioner_id, reason="Waits for a gap")
    )
    (entry,) = desk.contacts.entries([held], "is off", "taking-back")
    tree = {k: v for k, v in entry["resource"].items() if k != "input"}  # it has no slot
    made = desks.practice.as_role("receptionist").post(tree)
    assert made.status_code == 201, made.text
    contact_id = made.json()["id"]
    until(lambda: desk.requests.get(contact_id) is not None)
    finish(desk.contacts.finish(contact_id, ContactOutcome.CANCELLED))
    signed = desks.practice.as_role("receptionist")
    assert signed.get(held.reference).json()["status"] == "cancelled"

    finish(desk.undo(told[-1].undo_id))
    assert told[-1].sentence.endswith("is booked again, and on the contact list as before.")
    assert signed.get(held.reference).json()["status"] == held.status
    until(lambda: contact_id in {r.id for r in desk.contacts.waiting()})
    finish(desk.contacts.finish(contact_id, ContactOutcome.CANCELLED))


def test_a_booking_in_error_says_that_it_stands(desks: Desks, desk: Desk, finish: Finish) -> None:
    told = listen(desk)
    made = template(desk, finish)
    session = applied(desk, finish, made)
    held = finish(desk.book([slots_of(desks, session.id)[0].id], patient(desk, 24)))
    finish(desk.book_in_error(held.id))
    assert told[-1].sentence.endswith(
        "booked in error. It cannot be undone: book it again if it should stand."
    )
    assert not told[-1].can_undo
    finish(desk.templates.end(made))
