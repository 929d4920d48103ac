"""A message beside a move or a cancellation outlives a killed client, and goes once."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from contract.codes import CancelReason
from reception.desk.desk import Desk
from reception.desk.drafts import Drafts
from reception.desk.letters import PREFIX, TOPIC, Letter
from reception.desk.notice import Notice
from reception.desk.problems import NotPossible
from reception.desk.vault import Disk
from reception.records import Appointment, Patient
from reception.records.problem import OutcomeUnknown, Problem
from tests.reception.conftest import Finish, Until
from tests.reception.desk.picks import booked, free_slots
from tests.reception.desks import KEY, Desks


def letter_of(held: Appointment, words: str, slots: tuple[str, ...] | None = None) -> Letter:
    stands = held.slot_ids if slots is None else slots
    return Letter(
        str(uuid.uuid4()), held.patient_id, held.patient_name, words, held.id, tuple(stands)
    )


def received(desks: Desks, letter: Letter) -> list[dict[str, Any]]:
    """What lies in the patient's threads with these words."""
    found = desks.practice.as_role("receptionist").search(
        f"Communication?patient=Patient/{letter.patient_id}&_count=200"
    )
    return [tree for tree in found if letter.words in str(tree.get("payload"))]


async def killed_after(desk: Desk, letter: Letter) -> None:
    """The act is done, and then the client is no more."""
    async with desk.letters.beside([letter]):
        pass


def on_the_disk(folder: Path, desks: Desks) -> list[str]:
    """Keys that another process finds now."""
    disk = Disk()
    user = desks.practice.account("receptionist")["user"]
    drafts = Drafts(folder / "drafts.db", KEY, f"{desks.practice.base}|{user}", disk)
    keys = drafts.keys()
    drafts.close()
    disk.stop()
    return keys


def test_it_is_on_the_disk_before_the_act_and_offered_at_the_next_start(
    desks: Desks, finish: Finish, until: Until
) -> None:
    first = finish(desks.open(live=False))
    letter = letter_of(booked(first), "Please note the new time.")
    there: list[str] = []

    async def act() -> None:
        async with first.letters.beside([letter]):
            there.extend(on_the_disk(desks.folder, desks))
            assert first.letters.waiting == [], "it is under way, not left over"

    finish(act())
    assert PREFIX + letter.id in there
    finish(desks.shut(first))

    again = finish(desks.open(live=False))
    told: list[Notice] = []
    again.told.connect(told.append)
    assert again.letters.waiting == [letter]
    finish(again.letters.look())
    assert "not sent" in told[-1].sentence
    finish(again.letters.send(letter))
    assert again.letters.waiting == []
    assert len(received(desks, letter)) == 1
    finish(again.letters.send(letter))  # pressed twice
    assert len(received(desks, letter)) == 1


def test_one_that_had_gone_when_the_client_was_killed_goes_once(
    desks: Desks, finish: Finish
) -> None:
    first = finish(desks.open(live=False))
    letter = letter_of(booked(first), "It went, and nobody knew.")
    finish(killed_after(first, letter))
    who = Patient.from_tree(finish(first._wire.read("Patient", letter.patient_id)))
    finish(first.write(who, TOPIC, letter.words, key=letter.id))
    finish(desks.shut(first))
    again = finish(desks.open(live=False))
    assert again.letters.waiting == [letter]
    finish(again.letters.look())
    assert again.letters.waiting == []
    finish(again.write(who, TOPIC, letter.words, key=letter.id))
    assert len(received(desks, letter)) == 1


@pytest.mark.parametrize(
    ("problem", "waits"), [(NotPossible("It is over."), False), (OutcomeUnknown, True)]
)
def test_an_act_that_failed_takes_its_message_along(
    desk: Desk, finish: Finish, problem: Any, waits: bool
) -> None:
    letter = letter_of(booked(desk), "Never to be read.")
    fault = problem if isinstance(problem, Problem) else problem("Arrived")

    async def act() -> None:
        async with desk.letters.beside([letter]):
            raise fault

    with pytest.raises(Problem):
        finish(act())
    assert (desk.letters.waiting == [letter]) is waits


def test_words_that_are_no_longer_true_do_not_go(desks: Desks, desk: Desk, finish: Finish) -> None:
    it = booked(desk)
    elsewhere = letter_of(it, "You are moved.", (free_slots(desk)[-1].id,))
    cancelled = letter_of(it, "You are cancelled.", ())
    for letter in (elsewhere, cancelled):
        finish(killed_after(desk, letter))
        with pytest.raises(NotPossible, match="not as the message says"):
            finish(desk.letters.send(letter))
        assert received(desks, letter) == []
    assert {x.id for x in desk.letters.waiting} == {elsewhere.id, cancelled.id}
    finish(desk.cancel(it.id, CancelReason.PATIENT))
    finish(desk.letters.send(cancelled))
    assert len(received(desks, cancelled)) == 1

    told: list[Notice] = []
    desk.told.connect(told.append)
    desk.letters.throw_away(elsewhere)
    assert desk.letters.waiting == []
    finish(desk.undo(told[-1].undo_id))
    assert desk.letters.waiting == [elsewhere]
    desk.letters.throw_away(elsewhere)
