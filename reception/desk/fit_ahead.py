"""The soonest suitable slots of the coming days, not of the open day alone.

Source: docs/contract.md 5; domain words 1 (Book or offer a slot from the request).
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from contract.core_hours import day_bounds, is_core_day
from reception.api.network import NetworkThread
from reception.api.wire import Wire
from reception.desk.fit import ClinicianOf, Fit, Fitting, Wish, ranked
from reception.desk.loading import parsed
from reception.desk.practice_time import PracticeTime
from reception.desk.slots import Slots
from reception.desk.stores import Stores
from reception.records import Appointment, Record, Request, Session, Slot
from reception.records.tree import wire_time

CORE_DAYS = 4
"""Core-hours days that are looked through for any clinician, today among them."""
GP_DAYS = 14
"""Days that are looked through for the patient's usual GP."""


class FitAhead:
    """Looks further than the board does."""

    def __init__(
        self,
        wire: Wire,
        network: NetworkThread,
        stores: Stores,
        time: PracticeTime,
        slots: Slots,
        fitting: Fitting,
    ) -> None:
        self._wire, self._network = wire, network
        self._stores, self._time = stores, time
        self._slots, self._fitting = slots, fitting

    async def fits(
        self, request: Request, *, more: str = "", way: str = "", count: int = 6
    ) -> list[Fit]:
        """The soonest suitable slots for *request*, the best first.

        The patient's usual GP is among them once, where they have time within a fortnight.

        Args:
            request: the request, of a known patient.
            more: further words of theirs: the answers of a form.
            way: `person`, `phone` or `visit`, where that is decided; else what they ask for.
            count: how many.

        Raises:
            Problem: the days ahead could not be read.
        """
        wish = self._fitting.wish(request, more, way)
        today = self._time.today()
        end = _end_of(today)
        anybody, gps, booked = await asyncio.gather(
            self._read("Slot", self._any_slots(wish, end)),
            self._gp_records(wish, today),
            self._read("Appointment", self._booked(request)),
        )
        records = [*anybody, *gps]
        sessions = {r.id: r for r in records if isinstance(r, Session)}
        busy = [
            (a.start, a.end) for a in booked if isinstance(a, Appointment) and a.holds_its_place
        ]
        found = {slot.id: slot for slot in self._free(records, wish, way)}
        # What the board holds is the newest there is: it takes the place of what was just read.
        for slot in list(found.values()):
            held = self._stores.slots.newest(slot.id)
            if held is not None and held.supersedes(slot):
                found.pop(slot.id)
        found |= {slot.id: slot for slot in self._fitting.open_to(request, wish, way)}
        open_slots = [
            slot
            for slot in found.values()
            if not any(slot.start < ended and begun < slot.end for begun, ended in busy)
        ]
        named = self._named(sessions)
        best = ranked(open_slots, wish, named, count)
        return _with_usual_gp(best, open_slots, wish, named)

    def _any_slots(self, wish: Wish, end: datetime) -> list[tuple[str, str]]:
        return [
            ("status", "free"),
            ("start", f"ge{wire_time(self._time.now())}"),
            ("start", f"lt{wire_time(end)}"),
            ("service-type", ",".join(sorted(wish.kinds))),
            ("_include", "Slot:schedule"),
            ("_count", "1000"),
        ]

    async def _gp_records(self, wish: Wish, today: date) -> list[Record]:
        if not wish.usual_gp or wish.urgent:
            return []
        first, last = day_bounds(today)[0], day_bounds(today + timedelta(days=GP_DAYS))[1]
        sessions = await self._read(
            "Schedule",
            [
                ("actor", f"Practitioner/{wish.usual_gp}"),
                ("date", f"ge{wire_time(first)}"),
                ("date", f"lt{wire_time(last)}"),
                ("active", "true"),
            ],
        )
        if not sessions:
            return []
        slots = await self._read(
            "Slot",
            [
                ("status", "free"),
                ("start", f"ge{wire_time(self._time.now())}"),
                ("schedule", ",".join(session.reference for session in sessions)),
                ("_count", "1000"),
            ],
        )
        return [*sessions, *slots]

    def _booked(self, request: Request) -> list[tuple[str, str]]:
        return [
            ("patient", f"Patient/{request.patient_id}"),
            ("date", f"ge{wire_time(self._time.now())}"),
        ]

    async def _read(self, kind: str, params: list[tuple[str, str]]) -> list[Record]:
        return await self._network.call(parsed(await self._wire.search(kind, params)))

    def _free(self, records: Iterable[Record], wish: Wish, way: str) -> list[Slot]:
        now = self._time.now()
        return [
            record
            for record in records
            if isinstance(record, Slot)
            and record.is_bookable(now)
            and record.start >= now
            and wish.takes(record, way)
        ]

    def _named(self, sessions: dict[str, Session]) -> ClinicianOf:
        def clinician_of(slot: Slot) -> tuple[str, str]:
            known = self._slots.clinician_of(slot)
            session = sessions.get(slot.schedule_id)
            if known[0] or session is None:
                return known
            person = self._stores.practitioners.get(session.practitioner_id)
            name = session.practitioner_name or (person.name if person is not None else "")
            return session.practitioner_id, name

        return clinician_of


def _with_usual_gp(
    best: list[Fit], slots: Sequence[Slot], wish: Wish, named: ClinicianOf
) -> list[Fit]:
    """*best*, with the usual GP's first slot as the last of them where none is among them."""
    if not wish.usual_gp or any(fit.clinician_id == wish.usual_gp for fit in best):
        return best
    theirs = ranked([s for s in slots if named(s)[0] == wish.usual_gp], wish, named, 1)
    return [*best[: max(len(best) - 1, 0)], *theirs] if theirs else best


def _end_of(today: date) -> datetime:
    """The end of the last of the core-hours days that are looked through."""
    day, left = today, CORE_DAYS
    while left:
        left -= is_core_day(day)
        day += timedelta(days=1)
    return day_bounds(day)[0]
