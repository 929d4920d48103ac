"""An emergency rings at every desk until somebody on duty has acknowledged it."""

import asyncio
from collections.abc import Iterator

import pytest

from contract.codes import Outcome, Priority, RequestType
from reception.desk.desk import Desk
from reception.desk.order import queue_key
from reception.desk.problems import NotPossible
from reception.desk.red_flags import RedFlags, shipped_rules
from reception.records import Request
from reception.records.acknowledged import acknowledgement_of
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask, stored, write_back
from tests.reception.desks import Desks
from tests.running import RunningPractice

EXTRA = """
[[family]]
id = "zebra"
title = "Zebra bite"
raise = "stat"
phrases = ["bitten & zebra"]
"""


def now_of(desk: Desk, request_id: str) -> Request:
    held = desk.requests.get(request_id)
    assert held is not None
    return held


def rings(desk: Desk, request_id: str) -> bool:
    return request_id in {request.id for request in desk.alarm.ringing}


def test_danger_told_in_an_admin_form_rings_until_the_duty_doctor_acknowledges(
    desks: Desks, finish: Finish, until: Until
) -> None:
    front, duty = finish(desks.open()), finish(desks.open("prescriber"))
    words = "Please change my address. Been vomiting blood since Friday."
    request_id = ask(desks.practice, words, kind=RequestType.ADMIN)
    until(lambda: rings(front, request_id) and rings(duty, request_id), 30)
    assert now_of(front, request_id).priority == Priority.ROUTINE  # raised here, never written
    assert "bleeding" in front.alarm.about(now_of(front, request_id)).lower()
    assert not front.alarm.may_acknowledge
    with pytest.raises(NotPossible, match="on duty"):
        finish(front.acknowledge(request_id))

    finish(duty.acknowledge(request_id))
    until(lambda: not rings(front, request_id))
    assert not rings(duty, request_id)
    seen = acknowledgement_of(now_of(front, request_id))
    assert seen is not None
    assert (seen.by, seen.by_name) == (duty.me.reference, duty.me.display)
    assert now_of(front, request_id).status == "requested"
    assert len(stored(desks.practice.as_(account(desks)), f"Task/{request_id}")["input"]) == 1
    finish(duty.acknowledge(request_id))  # once is enough
    assert len(stored(desks.practice.as_(account(desks)), f"Task/{request_id}")["input"]) == 1


def account(desks: Desks) -> str:
    return desks.practice.account("receptionist")["user"]


def test_two_who_acknowledge_at_once_write_it_once(
    desks: Desks, finish: Finish, until: Until
) -> None:
    one, other = finish(desks.open("prescriber")), finish(desks.open("clinician"))
    request_id = ask(desks.practice, "I can't breathe properly", number=1)
    until(lambda: rings(one, request_id) and rings(other, request_id))

    async def both() -> None:
        await asyncio.gather(one.acknowledge(request_id), other.acknowledge(request_id))

    finish(both())
    until(lambda: not rings(one, request_id) and not rings(other, request_id))
    assert len(stored(desks.practice.as_(account(desks)), f"Task/{request_id}")["input"]) == 1


def test_an_emergency_that_a_colleague_names_rings_and_its_end_ends_it(
    desks: Desks, finish: Finish, until: Until
) -> None:
    front = finish(desks.open())
    request_id = ask(desks.practice, "My knee clicks", number=2)
    until(lambda: request_id in front.requests)
    assert not rings(front, request_id)
    finish(front.prioritise(request_id, Priority.STAT))
    until(lambda: rings(front, request_id))
    finish(front.complete(request_id, Outcome.EMERGENCY_SERVICES))
    until(lambda: not rings(front, request_id))


def test_danger_told_later_in_the_thread_raises_and_rings_again(
    desks: Desks, finish: Finish, until: Until
) -> None:
    front, duty = finish(desks.open()), finish(desks.open("prescriber"))
    practice = desks.practice
    request_id = ask(practice, "Chest pain since six this morning", number=3)
    until(lambda: rings(duty, request_id))
    finish(duty.acknowledge(request_id))
    until(lambda: not rings(front, request_id))

    thread = now_of(front, request_id).thread_id
    write_back(practice, thread, "Thank you. I am at home all day", number=3)
    write_back(practice, thread, "now I can't breathe and my lips are blue", number=3)
    until(lambda: rings(front, request_id) and rings(duty, request_id), 30)
    late = finish(desks.open("receptionist", 1))  # opened since: it reads the thread by itself
    until(lambda: rings(late, request_id))
    held = now_of(front, request_id)
    raised = front.red_flags.raised_for(held)
    assert raised is Priority.STAT
    assert queue_key(held, front.time.now(), raised)[0] <= 1

    finish(duty.acknowledge(request_id))
    until(lambda: not rings(front, request_id) and not rings(late, request_id))
    assert len(stored(practice.as_(account(desks)), f"Task/{request_id}")["input"]) == 2


def test_a_reply_of_ours_answers_what_was_told_before_it(
    desks: Desks, finish: Finish, until: Until
) -> None:
    front = finish(desks.open())
    request_id = ask(desks.practice, "My tablets make me sick", number=4)
    until(lambda: request_id in front.requests)
    thread = now_of(front, request_id).thread_id
    write_back(desks.practice, thread, "I have collapsed twice today", number=4)
    until(lambda: rings(front, request_id))
    finish(front.reply(request_id, "Please call 999 now."))
    until(lambda: not rings(front, request_id))


@pytest.fixture
def own_rules(desks: Desks, finish: Finish, until: Until) -> Iterator[Desk]:
    """A clinician's desk at which rules are changed; those that ship are back at the end."""
    duty = finish(desks.open("prescriber"))
    yield duty
    finish(duty.documents.use_shipped("red-flags"))
    until(lambda: RedFlags.shipped().found_in("bitten by a zebra") == [])


def test_rules_that_the_practice_changes_are_in_force_at_once_and_broken_ones_never(
    desks: Desks, own_rules: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    duty, front = own_rules, finish(desks.open())
    request_id = ask(practice, "I was bitten by a zebra")
    until(lambda: request_id in front.requests)
    assert not rings(front, request_id)
    finish(duty.documents.save("red-flags", shipped_rules() + EXTRA))
    until(lambda: rings(front, request_id))
    assert front.red_flag_watch.problem == ""

    broken = shipped_rules() + EXTRA.replace('["bitten & zebra"]', "[]")
    with pytest.raises(ValueError, match="would find nothing"):
        finish(duty.documents.save("red-flags", broken))
    assert rings(front, request_id)


def test_a_document_that_cannot_be_read_leaves_the_last_good_rules(
    desk: Desk, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service refuses such a document; another server may have let it in."""
    watch = desk.red_flag_watch
    monkeypatch.setattr(desk.documents, "text", lambda name: "[[family]]\nid = 3\n")
    finish(watch.take_rules())
    assert watch.problem == "The last good rules are in force. Line 1: This family needs id = “…”."
    assert [f.family for f in desk.red_flags.found_in("crushing chest pain")] == ["chest-pain"]
    monkeypatch.undo()
    finish(watch.take_rules())
    assert watch.problem == ""
