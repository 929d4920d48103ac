"""Picks what a test needs from an open desk's stores."""

from collections.abc import Callable
from datetime import timedelta

from reception.desk.desk import Desk
from reception.records import Appointment, Patient, Request, Slot


def free_slots(desk: Desk, *, type_code: str = "") -> list[Slot]:
    """Free slots to come, by time."""
    now = desk.time.now()
    found = [
        slot
        for slot in desk.slots
        if slot.status == "free" and slot.start > now and type_code in ("", slot.type_code)
    ]
    return sorted(found, key=lambda s: (s.start, s.id))


def embargoed(desk: Desk, type_code: str, channel: str = "Telephone") -> list[Slot]:
    """Slots to come that are still shut until their release time, by time."""
    now = desk.time.now()
    found = [
        slot
        for slot in desk.slots
        if slot.is_embargoed
        and slot.start > now
        and (slot.type_code, slot.channel) == (type_code, channel)
    ]
    return sorted(found, key=lambda s: (s.start, s.id))


def booked(desk: Desk, which: Callable[[Appointment], bool] = lambda _: True) -> Appointment:
    """A booked appointment to come that nobody has touched."""
    now = desk.time.now()
    return next(
        a
        for a in sorted(desk.appointments, key=lambda a: (a.start, a.id))
        if a.status == "booked" and a.start > now and a.slot_ids and which(a)
    )


def later(desk: Desk, which: Callable[[Appointment], bool] = lambda _: True) -> Appointment:
    """As `booked`, an hour ahead or more: its time does not come while a busy machine is slow."""
    soon = desk.time.now() + timedelta(hours=1)
    return booked(desk, lambda a: a.start > soon and which(a))


def patient(desk: Desk, number: int = 0) -> Patient:
    """A patient known to the desk."""
    return sorted((p for p in desk.patients if not p.deceased), key=lambda p: p.id)[number]


def request(desk: Desk, which: Callable[[Request], bool] = lambda _: True) -> Request:
    """An open request in the pool that *which* accepts, in the order of work."""
    return next(r for r in desk.queue() if r.status == "requested" and not r.is_repeat and which(r))
