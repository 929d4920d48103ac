"""One day as a whole, to be printed: from the open stores, or read for itself.

A day that is read for itself goes past the stores: the open day, its board and its live updates
stay as they are.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from reception.api.network import NetworkThread
from reception.api.wire import Wire
from reception.desk.loading import day_searches, parsed
from reception.desk.practice_time import PracticeTime
from reception.desk.stores import Stores
from reception.records import Appointment, Patient, Place, Practitioner, Record, Session, Slot

T = TypeVar("T", bound=Record)


@dataclass(frozen=True)
class DayRecords:
    """What the practice holds of one London day.

    Attributes:
        day: the London day.
        as_at: when it was so (aware UTC, the service's time).
        is_whole: whether all of it is here; a day that is still being fetched is not whole.
        sessions, slots, appointments: of that day.
        patients, practitioners, places: who and what they name, by id, as far as known.
    """

    day: date
    as_at: datetime
    sessions: tuple[Session, ...]
    slots: tuple[Slot, ...]
    appointments: tuple[Appointment, ...]
    patients: Mapping[str, Patient]
    practitioners: Mapping[str, Practitioner]
    places: Mapping[str, Place]
    is_whole: bool = True

    @property
    def unmet(self) -> frozenset[str]:
        """Ids of patients who hold a place here and of whom only a name is known."""
        held = (a.patient_id for a in self.appointments if a.holds_its_place and a.patient_id)
        return frozenset(held) - self.patients.keys()


def open_day(stores: Stores, as_at: datetime, *, is_whole: bool) -> DayRecords:
    """The open day as the stores hold it now; *as_at* is when they were last in touch."""
    appointments = tuple(stores.appointments)
    named = {appointment.patient_id for appointment in appointments}
    return DayRecords(
        stores.day,
        as_at,
        tuple(stores.sessions),
        tuple(stores.slots),
        appointments,
        {patient.id: patient for patient in stores.patients if patient.id in named},
        {person.id: person for person in stores.practitioners},
        {place.id: place for place in stores.places},
        is_whole,
    )


class DayReading:
    """Reads whole days from the practice, past the stores of the open day."""

    def __init__(
        self, wire: Wire, network: NetworkThread, stores: Stores, time: PracticeTime
    ) -> None:
        self._wire, self._network = wire, network
        self._stores, self._time = stores, time

    async def read_day(self, day: date) -> DayRecords:
        """All of *day* (London) as the practice holds it now.

        Raises:
            Problem: it could not be read.
        """
        as_at = self._time.now()
        answers = await asyncio.gather(
            *(self._read(kind, params) for kind, params in day_searches(day))
        )
        records = [record for answer in answers for record in answer]
        people = {p.id: p for p in self._stores.practitioners}
        places = {p.id: p for p in self._stores.places}
        return DayRecords(
            day,
            as_at,
            tuple(s for s in _of(Session, records) if s.active),
            tuple(s for s in _of(Slot, records) if s.status != "entered-in-error"),
            tuple(a for a in _of(Appointment, records) if a.status != "entered-in-error"),
            {patient.id: patient for patient in _of(Patient, records)},
            people | {person.id: person for person in _of(Practitioner, records)},
            places | {place.id: place for place in _of(Place, records)},
        )

    async def _read(self, kind: str, params: list[tuple[str, str]]) -> list[Record]:
        return await self._network.call(parsed(await self._wire.search(kind, params)))


def _of(kind: type[T], records: Iterable[Record]) -> list[T]:
    return [record for record in records if isinstance(record, kind)]
