"""One clinician's week, to look at beside the open day.

Source: docs/contract.md 5 (Open), for seven days and one clinician.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import Any

from PySide6.QtCore import QObject, Signal

from contract.core_hours import day_bounds
from reception.api.network import NetworkThread
from reception.api.wire import Wire
from reception.desk.cues import Cues
from reception.desk.loading import OVERLAP, parsed
from reception.desk.practice_time import PracticeTime
from reception.desk.store import RecordStore
from reception.desk.stores import (
    BREATH_S,
    SLICE_S,
    AppointmentStore,
    SessionStore,
    SlotStore,
    Stores,
)
from reception.desk.writer import Writer
from reception.records import Appointment, Record, Session, Slot
from reception.records.tree import EPOCH, wire_time

DAYS = 7


def monday_of(day: date) -> date:
    """The Monday on or before *day*."""
    return day - timedelta(days=day.weekday())


class Week(QObject):
    """The sessions, slots and appointments of one clinician from a Monday to its Sunday.

    Read only: who wants to act opens the day. Once open it hears every record that the desk hears,
    so that what others do shows here as it does on the day; `reload` fills a gap. The stores are
    its own, since those of the desk hold the open day alone.

    Args:
        wire: the service.
        network: the thread on which what was fetched is parsed.
        stores: the desk's, for names and for what the desk is told.
        writer: knows what is being saved.
        cues: what to know of patients.
        clock: the practice's.
        reread: told the reference of a record that only a read can decide about.
        parent: the Qt parent.
    """

    day_changed = Signal(object)  # date: another week, or another clinician's
    saving_changed = Signal(str)  # reference
    loaded = Signal()

    def __init__(
        self,
        wire: Wire,
        network: NetworkThread,
        stores: Stores,
        writer: Writer,
        cues: Cues,
        clock: PracticeTime,
        reread: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._wire, self._network, self._writer = wire, network, writer
        self._desk_stores, self._reread = stores, reread
        self.time, self.cues = clock, cues
        self.practitioner_id = ""
        self.day = monday_of(clock.today())
        self._bounds = (EPOCH, EPOCH)
        self._clinicians: dict[str, str] = {}
        self._turn = 0
        self._is_open = self._is_complete = False
        self.sessions = SessionStore(
            belongs=self._session_belongs, reread=self._ask_again, parent=self
        )
        self.slots = SlotStore(self._slot_belongs, self._ask_again, self)
        self.appointments = AppointmentStore(self._appointment_belongs, self._ask_again, self)
        self.practitioners, self.roles = stores.practitioners, stores.roles
        self.places = stores.places
        self._by_type: dict[str, RecordStore[Any]] = {
            "Schedule": self.sessions,
            "Slot": self.slots,
            "Appointment": self.appointments,
        }
        writer.saving_changed.connect(self.saving_changed)
        stores.follow(self)

    @property
    def saving(self) -> set[str]:
        """References of what is on its way to the service."""
        return self._writer.saving

    @property
    def is_complete(self) -> bool:
        """Whether all of the week is here."""
        return self._is_complete

    @property
    def clinician(self) -> str:
        """The name of whose week it is, as far as it is known."""
        known = self.practitioners.get(self.practitioner_id)
        return self._clinicians.get(self.practitioner_id) or (known.name if known else "")

    @property
    def clinicians(self) -> list[tuple[str, str]]:
        """Practitioner id and name of everybody with a session in this week, doctors first.

        Whose week it is stands among them in any case.
        """
        known = dict(self._clinicians)
        if self.practitioner_id:
            known[self.practitioner_id] = self.clinician
        return sorted(known.items(), key=_by_title_and_name)

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The midnights around the week, aware UTC; before it is first open, nothing is inside."""
        return self._bounds

    @property
    def days(self) -> list[date]:
        """Monday to Sunday."""
        return [self.day + timedelta(days=n) for n in range(DAYS)]

    async def open(self, practitioner_id: str, day: date) -> None:
        """Hold the week of *day* (London) of one clinician from now on.

        Without a *practitioner_id* it is that of the first who has a session in it.

        Raises:
            Problem: it could not be loaded.
        """
        monday = monday_of(day)
        if monday != self.day:
            self._clinicians = {}
        self.practitioner_id, self.day = practitioner_id, monday
        self._bounds = day_bounds(monday)[0], day_bounds(monday + timedelta(days=DAYS - 1))[1]
        self._is_open = True
        self._empty()
        self.day_changed.emit(monday)
        await self._load(afresh=True)

    async def reload(self) -> None:
        """Bring the week up to date, record by record.

        Raises:
            Problem: it could not be loaded.
        """
        if self._is_open:
            await self._load(afresh=not self._is_complete)

    def close(self) -> None:
        """Hold nothing, hear nothing."""
        self._is_open = False
        self._turn += 1
        self._empty()

    def take(self, record: Record) -> None:
        """Merge what the desk was told."""
        store = self._by_type.get(record.resource_type) if self._is_open else None
        if store is not None:
            store.take(record)

    def settle(self, truth: Record) -> None:
        """Hold *truth*, just read to decide between two copies of equal time."""
        store = self._by_type.get(truth.resource_type) if self._is_open else None
        if store is not None:
            store.settle(truth)

    def _empty(self) -> None:
        self._is_complete = False
        with ExitStack() as quiet:
            for store in (self.appointments, self.slots, self.sessions):
                quiet.enter_context(store.bulk())
                store.clear()

    async def _load(self, *, afresh: bool) -> None:
        self._turn += 1
        turn, asked_at = self._turn, self.time.now()
        begin, end = (wire_time(bound) for bound in self._bounds)
        between = [f"ge{begin}", f"lt{end}"]
        dates = [("date", bound) for bound in between]
        sessions = await self._records("Schedule", [*dates, ("_count", "200")])
        if turn != self._turn:
            return
        self._name(sessions)
        if not self.practitioner_id:
            self.practitioner_id = next((i for i, _ in self.clinicians), "")
        theirs = [s.reference for s in sessions if self._is_theirs(s)]
        starts = [("start", bound) for bound in between]
        whose = ("practitioner", f"Practitioner/{self.practitioner_id}")
        held = await asyncio.gather(
            self._records("Slot", [("schedule", ",".join(theirs)), *starts, ("_count", "1000")])
            if theirs
            else _nothing(),
            self._records("Appointment", [*dates, whose, ("_count", "1000")])
            if self.practitioner_id
            else _nothing(),
        )
        if turn == self._turn:
            records = [*sessions, *(record for records in held for record in records)]
            await self._merge(records, turn, asked_at, afresh=afresh)

    async def _records(self, kind: str, params: Sequence[tuple[str, str]]) -> list[Record]:
        return await self._network.call(parsed(await self._wire.search(kind, params)))

    async def _merge(
        self, records: Sequence[Record], turn: int, asked_at: datetime, *, afresh: bool
    ) -> None:
        stores = (self.sessions, self.slots, self.appointments)
        with ExitStack() as quiet:
            for store in stores if afresh else ():
                quiet.enter_context(store.bulk())
            begun = time.perf_counter()
            for record in records:
                self.take(record)
                if time.perf_counter() - begun > SLICE_S:
                    await asyncio.sleep(BREATH_S)
                    if turn != self._turn:
                        return
                    begun = time.perf_counter()
        seen = {record.reference for record in records}
        for store in stores:
            for held in store:
                if held.reference not in seen and held.last_updated < asked_at - OVERLAP:
                    store.forget(held.id)
        self._is_complete = True
        self.loaded.emit()

    def _name(self, sessions: Sequence[Record]) -> None:
        for session in sessions:
            if isinstance(session, Session) and session.active and session.practitioner_id:
                known = self.practitioners.get(session.practitioner_id)
                name = session.practitioner_name or (known.name if known is not None else "")
                self._clinicians[session.practitioner_id] = name or session.name

    def _is_theirs(self, record: Record) -> bool:
        return isinstance(record, Session) and self._session_belongs(record)

    def _ask_again(self, record: Record) -> None:
        self._reread(record.reference)

    def _session_belongs(self, session: Session) -> bool:
        begin, end = self._bounds
        inside = session.start < end and session.end > begin
        return inside and session.active and session.practitioner_id == self.practitioner_id

    def _slot_belongs(self, slot: Slot) -> bool:
        """Of a session that is not known it may be theirs: the session may come after its slots."""
        begin, end = self._bounds
        if not begin <= slot.start < end or slot.status == "entered-in-error":
            return False
        session = self.sessions.newest(slot.schedule_id) or self._desk_stores.sessions.newest(
            slot.schedule_id
        )
        return session is None or session.practitioner_id == self.practitioner_id

    def _appointment_belongs(self, appointment: Appointment) -> bool:
        begin, end = self._bounds
        inside = begin <= appointment.start < end and appointment.status != "entered-in-error"
        return inside and appointment.practitioner_id == self.practitioner_id


async def _nothing() -> list[Record]:
    return []


def _by_title_and_name(pair: tuple[str, str]) -> tuple[bool, str, str]:
    practitioner_id, name = pair
    return not name.startswith("Dr "), name.casefold(), practitioner_id
