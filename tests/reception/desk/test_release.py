"""Slots opened to online booking and taken back, against the real service."""

from reception.desk.notice import Notice
from reception.records import Slot
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


def test_blocking_takes_away_whichever_embargo_there_was(
    desks: Desks, finish: Finish, until: Until
) -> None:
    """With its rule left on it, a blocked slot would look as if it opened by itself."""
    desk = finish(desks.open("receptionist"))
    told: list[Notice] = []
    desk.told.connect(told.append)
    slot = embargoed(desk, "gp-urgent")[1]
    rules = slot.with_access({"reception", "48h", "hold-back-30m"})
    assert desks.practice.as_role("manager").put({**rules, "status": "free"}).status_code == 200

    def held() -> Slot:
        seen: Slot | None = desk.slots.get(slot.id)
        assert seen is not None
        return seen

    until(lambda: "48h" in held().access)
    assert finish(desk.block([slot.id])) == {}
    assert held().is_blocked
    assert held().access == {"reception", "hold-back-30m"}
    finish(desk.undo(told[-1].undo_id))
    assert held().status == "free"
    assert held().access == {"reception", "48h", "hold-back-30m"}
    assert finish(desk.open_online([slot.id])) == {}
    assert finish(desk.withdraw_online([slot.id])) == {}
    assert held().access == {"reception", "48h", "hold-back-30m"}


def test_taken_back_from_patients_it_is_somebodys(
    desks: Desks, finish: Finish, until: Until
) -> None:
    """A slot that only patients had, by a rule, is reception's and not nobody's."""
    desk = finish(desks.open("receptionist"))
    slot = embargoed(desk, "gp-urgent")[2]
    only = slot.with_access({"online", "on-the-day"})
    assert desks.practice.as_role("manager").put(only).status_code == 200

    def access() -> frozenset[str]:
        seen = desk.slots.get(slot.id)
        return frozenset() if seen is None else seen.access

    until(lambda: access() == {"online", "on-the-day"})
    assert finish(desk.withdraw_online([slot.id])) == {}
    assert access() == {"reception", "on-the-day"}
