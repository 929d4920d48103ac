"""Slots opened to online booking and taken back, against the real service."""

from reception.desk.notice import Notice
from tests.reception.conftest import Finish, Until
from tests.reception.desk.picks import embargoed, patient
from tests.reception.desks import Desks


def test_what_is_opened_patients_can_book_and_a_taken_slot_sinks_nothing(
    desks: Desks, finish: Finish
) -> None:
    mine = finish(desks.open("receptionist", 0))
    stale = finish(desks.open("receptionist", 1, live=False))
    told: list[Notice] = []
    stale.told.connect(told.append)
    three = [s.id for s in embargoed(stale, "gp-urgent")[-3:]]
    assert mine.slots.get(three[0]) is not None
    assert finish(mine.open_online(three[:1])) == {}
    booked = finish(mine.book([three[0]], patient(mine)))
    failed = finish(stale.open_online(three))
    assert set(failed) == {three[0]}
    assert failed[three[0]].endswith(f"now booked by {booked.patient_name}.") or failed[
        three[0]
    ].endswith("now booked.")
    assert told[-1].sentence == "2 slots open to online booking; 1 slot could not be changed."
    theirs = desks.practice.as_role("patient")
    window = "start=ge2026-11-23T08:00:00Z&start=lt2026-11-24T00:00:00Z"
    seen = {s["id"] for s in theirs.search(f"Slot?status=free&{window}")}
    assert set(three[1:]) <= seen
    assert three[0] not in seen
    assert finish(stale.withdraw_online(three[1:])) == {}
    seen = {s["id"] for s in theirs.search(f"Slot?status=free&{window}")}
    assert not set(three) & seen
    finish(stale.undo(told[-1].undo_id))
    seen = {s["id"] for s in theirs.search(f"Slot?status=free&{window}")}
    assert set(three[1:]) <= seen


def test_block_unblock_and_undo_are_seen_elsewhere(
    desks: Desks, finish: Finish, until: Until
) -> None:
    mine = finish(desks.open("manager"))
    theirs = finish(desks.open("receptionist", 1))
    told: list[Notice] = []
    mine.told.connect(told.append)
    slot_id = embargoed(mine, "gp-urgent")[0].id
    finish(mine.open_online([slot_id]))

    def there(status: str) -> bool:
        seen = theirs.slots.get(slot_id)
        return seen is not None and seen.status == status

    until(lambda: there("free"))
    assert finish(mine.block([slot_id])) == {}
    until(lambda: there("busy-unavailable"))
    blocked = theirs.slots.get(slot_id)
    assert blocked is not None
    assert blocked.is_blocked
    assert "is blocked" in finish(theirs.open_online([slot_id]))[slot_id]
    assert finish(theirs.unblock([slot_id])) == {}
    until(lambda: mine.slots.get(slot_id).status == "free")
    finish(mine.undo(told[0].undo_id))
    until(lambda: there("busy-unavailable"))


def test_a_role_without_the_right_is_told_so(desks: Desks, finish: Finish) -> None:
    clinician = finish(desks.open("clinician"))
    slot = embargoed(clinician, "gp-urgent")[0]
    failed = finish(clinician.open_online([slot.id]))
    assert "Release slots" in failed[slot.id]
    held = clinician.slots.get(slot.id)
    assert held is not None
    assert held.is_embargoed
