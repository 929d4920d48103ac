"""The desk loads the day from the real service."""

from tests.reception.conftest import Finish
from tests.reception.desks import Desks


def test_the_day_is_complete_and_live(desks: Desks, finish: Finish) -> None:
    desk = finish(desks.open())
    signed = desks.practice.as_role("receptionist")
    day = "start=ge2026-11-23T00:00:00Z&start=lt2026-11-24T00:00:00Z"
    slots = signed.search(f"Slot?{day}&_count=1000")
    there = {
        s["id"] for s in slots if s["status"] != "entered-in-error"
    }  # others have withdrawn some
    assert {s.id for s in desk.slots} == there
    assert len(desk.sessions) > 5
    assert all(desk.clinician_of(slot)[1] for slot in desk.slots)
    assert len(desk.appointments) > 50
    assert desk.freshness.can_book
    assert desk.organization is not None
    assert len(desk.practitioners) > 10
    queue = desk.queue()
    assert queue
    assert all(r.is_open for r in queue)
