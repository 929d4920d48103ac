"""Reading sessions, slots and appointments of any days, beside the open day's stores."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain

from contract.core_hours import day_bounds, london_day
from reception.api.wire import Wire
from reception.desk.stores import BREATH_S, SLICE_S
from reception.records import Appointment, Session, Slot, Tree
from reception.records.record import Record
from reception.records.tree import wire_time


@dataclass(frozen=True)
class Days:
    """What the service holds of some days: sessions, their slots, live appointments."""

    sessions: tuple[Session, ...]
    slots: dict[str, tuple[Slot, ...]]
    """By session id; withdrawn ones too."""
    appointments: tuple[Appointment, ...]

    def of(self, session_id: str) -> tuple[Slot, ...]:
        """The slots of a session, by time; withdrawn ones too."""
        return self.slots.get(session_id, ())

    def booked_in(self, session_id: str) -> list[Appointment]:
        """Live appointments in slots of a session, by time."""
        ids = {slot.id for slot in self.of(session_id)}
        found = [a for a in self.appointments if ids.intersection(a.slot_ids)]
        return sorted(found, key=lambda a: (a.start, a.id))

    def with_record(self, record: Session | Slot | Appointment, first: date, last: date) -> "Days":
        """These days, *first* to *last*, with *record* as it is now; themselves if it is no news.

        A session, slot or appointment that moves away or is given up leaves them.
        """
        known = self._known(record)
        if known is not None and not record.supersedes(known):
            return self
        is_here = first <= london_day(record.start) <= last
        if known is None and not is_here:
            return self
        if isinstance(record, Session):
            rest = [s for s in self.sessions if s.id != record.id]
            held = sorted([*rest, *([record] if is_here else [])], key=_by_time_and_name)
            return replace(self, sessions=tuple(held))
        if isinstance(record, Slot):
            return self._with_slot(record, known, is_here=is_here)
        others = tuple(a for a in self.appointments if a.id != record.id)
        stays = is_here and record.holds_its_place
        return replace(self, appointments=(*others, record) if stays else others)

    def _with_slot(self, slot: Slot, known: Record | None, *, is_here: bool) -> "Days":
        slots = dict(self.slots)
        if isinstance(known, Slot):
            before = slots[known.schedule_id]
            slots[known.schedule_id] = tuple(s for s in before if s.id != slot.id)
        if is_here:
            theirs = (*slots.get(slot.schedule_id, ()), slot)
            slots[slot.schedule_id] = tuple(sorted(theirs, key=lambda s: (s.start, s.id)))
        return replace(self, slots=slots)

    def _known(self, record: Session | Slot | Appointment) -> Record | None:
        held: Iterable[Record] = self.appointments
        if isinstance(record, Session):
            held = self.sessions
        elif isinstance(record, Slot):  # in its own session first: few ever leave theirs
            held = chain(self.of(record.schedule_id), *self.slots.values())
        return next((h for h in held if h.id == record.id), None)


def _by_time_and_name(session: Session) -> tuple[datetime, str, str]:
    return session.start, session.practitioner_name, session.id


async def days(wire: Wire, first: date, last: date, *, people: bool = True) -> Days:
    """Everything from *first* to *last* (London days, both included)."""
    begin, _ = day_bounds(first)
    _, end = day_bounds(last)
    between = [f"ge{wire_time(begin)}", f"lt{wire_time(end)}"]
    sessions, slots = await asyncio.gather(
        wire.search("Schedule", [*(("date", b) for b in between), ("_count", "200")]),
        wire.search("Slot", [*(("start", b) for b in between), ("_count", "1000")]),
    )
    booked: list[Tree] = []
    if people:
        booked = await wire.search(
            "Appointment", [*(("date", b) for b in between), ("_count", "1000")]
        )
    return await _days(sessions, slots, booked)


async def session_days(wire: Wire, session_id: str) -> Days:
    """One session with its slots and whoever is booked there."""
    tree = await wire.read("Schedule", session_id)
    session = Session.from_tree(tree)
    slots, booked = await asyncio.gather(
        wire.search("Slot", [("schedule", session.reference), ("_count", "1000")]),
        wire.search(
            "Appointment",
            [
                ("date", f"ge{wire_time(session.start)}"),
                ("date", f"lt{wire_time(session.end)}"),
                ("_count", "1000"),
            ],
        ),
    )
    return await _days([tree], slots, booked)


async def _days(sessions: Iterable[Tree], slots: Iterable[Tree], booked: Iterable[Tree]) -> Days:
    breath = Breath()
    by_session: dict[str, list[Slot]] = {}
    for tree in slots:
        slot = Slot.from_tree(tree)
        by_session.setdefault(slot.schedule_id, []).append(slot)
        await breath.taken()
    held = []
    for tree in booked:
        appointment = Appointment.from_tree(tree)
        if appointment.holds_its_place:
            held.append(appointment)
        await breath.taken()
    found = [Session.from_tree(t) for t in sessions if t.get("resourceType") == "Schedule"]
    found.sort(key=_by_time_and_name)
    return Days(
        tuple(found),
        {i: tuple(sorted(s, key=lambda x: (x.start, x.id))) for i, s in by_session.items()},
        tuple(held),
    )


class Breath:
    """Gives the window its turn between slices of work."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    async def taken(self) -> None:
        """Pause if the slice is used up."""
        if time.perf_counter() - self._since > SLICE_S:
            await asyncio.sleep(BREATH_S)
            self._since = time.perf_counter()
