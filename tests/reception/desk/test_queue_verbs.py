"""What reception does with a request, against the real service."""

from datetime import timedelta

import pytest

from contract.codes import Mark, Outcome, Priority, Reject, RequestState
from contract.core_hours import due_at
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.problems import NotPossible, SlotTaken
from reception.records import Request
from reception.records.problem import ChangedElsewhere
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask, stored, write_back
from tests.reception.desk.picks import embargoed, free_slots, patient
from tests.reception.desks import Desks
from tests.running import RunningPractice


def asked(
    desk: Desk, practice: RunningPractice, until: Until, words: str, number: int = 0
) -> Request:
    """A request that a patient has just sent and that has arrived here."""
    request_id = ask(practice, words, number=number)
    until(lambda: request_id in desk.requests)
    made = desk.requests.get(request_id)
    assert made is not None
    return made


def now_of(desk: Desk, request: Request) -> Request:
    held = desk.requests.get(request.id)
    assert held is not None
    return held


def test_a_request_is_claimed_seen_and_handed_back(
    desks: Desks, finish: Finish, until: Until
) -> None:
    mine = finish(desks.open("receptionist", 0))
    theirs = finish(desks.open("receptionist", 1))
    request = asked(mine, desks.practice, until, "My knee hurts")
    opened = finish(mine.open_request(request.id))
    assert opened.viewer(mine.time.now()) == mine.me.reference
    until(lambda: bool(now_of(theirs, request).viewer(theirs.time.now())))
    with pytest.raises(ChangedElsewhere, match=f"{mine.me.display} has it open"):
        finish(theirs.open_request(request.id))
    with pytest.raises(ChangedElsewhere, match="has it open"):
        finish(theirs.complete(request.id, Outcome.SELF_CARE))
    again = finish(mine.open_request(request.id))
    assert again.version == opened.version  # a fresh claim is not written twice
    finish(mine.close_request(request.id))
    until(lambda: now_of(theirs, request).status == "requested")
    assert not now_of(theirs, request).owner
    finish(theirs.open_request(request.id))


def test_what_a_reply_brought_back_is_claimed_too_and_stays_brought_back(
    desks: Desks, finish: Finish, until: Until
) -> None:
    mine = finish(desks.open("receptionist", 0))
    theirs = finish(desks.open("receptionist", 1))
    request = asked(mine, desks.practice, until, "Can I have a sick note")
    finish(mine.complete(request.id, Outcome.FIT_NOTE))
    finish(mine.reopen(request.id))
    until(lambda: now_of(theirs, request).status == "in-progress")
    assert not now_of(theirs, request).owner
    finish(mine.open_request(request.id))
    until(lambda: bool(now_of(theirs, request).viewer(theirs.time.now())))
    with pytest.raises(ChangedElsewhere, match="has it open"):
        finish(theirs.open_request(request.id))
    finish(mine.close_request(request.id))
    until(lambda: now_of(theirs, request).status == "in-progress")
    assert now_of(theirs, request).state == "reopened"
    assert not now_of(theirs, request).owner


def test_closing_after_something_was_done_hands_nothing_back(
    desk: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    request = asked(desk, practice, until, "I need a note")
    finish(desk.open_request(request.id))
    done = finish(desk.complete(request.id, Outcome.FIT_NOTE))
    finish(desk.close_request(request.id))
    assert now_of(desk, request).version == done.version
    assert done.outcome == Outcome.FIT_NOTE


def test_an_emergency_is_first_and_lowered_only_with_a_reason(
    desk: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    told: list[Notice] = []
    desk.told.connect(told.append)
    request = asked(desk, practice, until, "Chest pain since this morning")
    finish(desk.prioritise(request.id, Priority.STAT))
    first = next(r for r in desk.queue() if r.id == request.id)
    before = [r for r in desk.queue() if desk.queue_key(r) < desk.queue_key(first)]
    assert all(r.is_emergency or desk.red_flags.raised_for(r) == "stat" for r in before)
    with pytest.raises(NotPossible, match="no longer an emergency"):
        finish(desk.prioritise(request.id, Priority.URGENT))
    lowered = finish(desk.prioritise(request.id, Priority.URGENT, "Spoke to her: a pulled muscle"))
    assert lowered.priority == "urgent"
    assert lowered.due == due_at(desk.time.now(), urgent=True)
    finish(desk.undo(told[-1].undo_id))
    assert now_of(desk, request).is_emergency


def test_assign_snooze_reject_and_their_undo(
    desk: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    told: list[Notice] = []
    desk.told.connect(told.append)
    request = asked(desk, practice, until, "Letter for my employer")
    team = next(iter(desk.teams))
    assigned = finish(desk.assign(request.id, team.reference, team.name))
    assert (assigned.owner, assigned.state) == (team.reference, RequestState.ASSIGNED)
    later = desk.time.now() + timedelta(hours=2)
    asleep = finish(desk.snooze(request.id, later))
    assert asleep.state == RequestState.SNOOZED
    assert desk.due_text(asleep).startswith("asleep until")
    finish(desk.undo(told[-1].undo_id))
    assert now_of(desk, request).status == "accepted"
    with pytest.raises(NotPossible, match="sentence to the patient"):
        finish(desk.reject(request.id, Reject.OTHER, " "))
    rejected = finish(desk.reject(request.id, Reject.OTHER, "Please ask your pharmacist."))
    assert rejected.reason_text == "Please ask your pharmacist."
    assert not rejected.is_open
    finish(desk.undo(told[-1].undo_id))
    assert now_of(desk, request).status == "in-progress"


def test_reply_waits_for_the_patient_and_their_answer_brings_it_back(
    desk: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    request = asked(desk, practice, until, "Can I have my results?")
    sent = finish(desk.reply(request.id, "They are normal."))
    assert now_of(desk, request).state == RequestState.AWAITING_PATIENT
    thread = finish(desk.open_thread(request.thread_id))
    assert [m.text for m in thread] == ["Can I have my results?", "They are normal."]
    assert thread[1].id == sent.id
    assert sent.tree["inResponseTo"] == [{"reference": thread[0].reference}]
    write_back(practice, request.thread_id, "Thank you. All of them?")
    until(lambda: now_of(desk, request).waits_for_us)
    assert now_of(desk, request).state == RequestState.REOPENED
    assert len(desk.messages.in_thread(request.thread_id)) == 3
    finish(desk.mark_read(request.thread_id))
    unread = [
        m
        for m in desk.messages.in_thread(request.thread_id)
        if m.from_patient and m.status == "in-progress"
    ]
    assert not unread
    finish(desk.reply(request.id, "Yes, all.", done=True))
    assert now_of(desk, request).outcome == Outcome.ADVICE
    finish(desk.reply(request.id, "And get well soon."))
    assert now_of(desk, request).state == RequestState.AWAITING_PATIENT


def test_a_note_is_for_colleagues_alone(
    desk: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    request = asked(desk, practice, until, "Please ring me")
    finish(desk.note(request.id, "Hard of hearing: ring twice"))
    finish(desk.note(request.id, "Rang once"))
    notes = finish(desk.notes(request.id))
    assert [n.text for n in notes] == ["Hard of hearing: ring twice", "Rang once"]
    assert all(n.is_internal for n in notes)
    theirs = practice.as_role("patient", 0)
    assert theirs.get(f"Communication/{notes[0].id}").status_code == 404


def test_a_new_thread_waits_for_the_patient(desk: Desk, finish: Finish) -> None:
    who = patient(desk, 3)
    first = finish(desk.write(who, "Your blood test", "Please come in for a blood test."))
    task = desk.requests.of_thread(first.header_id)
    assert task is not None
    assert (task.patient_id, task.state) == (who.id, RequestState.AWAITING_PATIENT)
    header = desk.messages.get(first.header_id)
    assert header is not None
    assert (header.topic, header.is_header) == ("Your blood test", True)


def test_book_from_the_request_in_one_write(
    desk: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    told: list[Notice] = []
    desk.told.connect(told.append)
    request = asked(desk, practice, until, "Please call me back about my tablets")
    finish(desk.open_online([s.id for s in embargoed(desk, "gp-urgent")[:2]]))
    fits = desk.best_fit(request)
    assert fits
    assert "by phone, as asked" in fits[0].why
    made = finish(desk.book_from_request(request.id, fits[0].slot.id, kept=None))
    closed = now_of(desk, request)
    assert made.patient_id == request.patient_id
    assert made.via == Mark.VIA_ONLINE
    assert made.tree["supportingInformation"] == [{"reference": request.reference}]
    assert (closed.status, closed.outcome) == ("completed", Outcome.BOOKED_PHONE)
    signed = practice.as_role("receptionist")
    outputs = stored(signed, request.reference)["output"]
    assert {"reference": made.reference} in [o.get("valueReference") for o in outputs]
    words = [m.text for m in finish(desk.open_thread(request.thread_id))]
    assert len(words) == 2
    assert "telephone call" in words[1]
    finish(desk.undo(told[-1].undo_id))
    assert now_of(desk, request).status == "in-progress"
    slot = desk.slots.get(fits[0].slot.id)
    assert slot is not None
    assert slot.status == "free"


def test_losing_the_slot_leaves_the_request_open(
    desks: Desks, finish: Finish, until: Until
) -> None:
    quick = finish(desks.open("receptionist", 0))
    slow = finish(desks.open("receptionist", 1, live=False))
    slow.freshness.caught_up()
    request = asked(quick, desks.practice, until, "An appointment please", 1)
    finish(slow.reload())
    slow.freshness.caught_up()
    slot = free_slots(slow)[0]
    finish(quick.book([slot.id], patient(quick, 4)))
    with pytest.raises(SlotTaken):
        finish(slow.book_from_request(request.id, slot.id, kept=None))
    signed = desks.practice.as_role("receptionist")
    assert stored(signed, request.reference)["status"] == "requested"
    assert len(finish(quick.open_thread(request.thread_id))) == 1


def test_a_finished_request_stays_for_today_and_a_refusal_is_a_sentence(
    desk: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    request = asked(desk, practice, until, "Change of address")
    finish(desk.complete(request.id, Outcome.ADMIN_ANSWERED))
    assert request.id in desk.requests
    assert request.id not in {r.id for r in desk.queue()}
    with pytest.raises(NotPossible, match="done"):
        finish(desk.assign(request.id, desk.me.reference, desk.me.display))
