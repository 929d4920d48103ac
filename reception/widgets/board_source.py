"""What the board reads of the desk, and the cells and columns that follow from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from PySide6.QtCore import SignalInstance

from contract.core_hours import day_bounds
from reception.desk.cues import Cues
from reception.desk.practice_time import PracticeTime
from reception.desk.store import RecordStore
from reception.desk.stores import AppointmentStore, SlotStore
from reception.records import Appointment, Place, Practitioner, PractitionerRole, Session, Slot
from reception.records.tree import EPOCH
from reception.widgets.board_cell import MISSED, SEEN, TO_COME, Cell, CellState
from reception.widgets.board_filter import BoardFilter, Columns

LEAST = timedelta(minutes=5)
"""Drawn length of an appointment whose own times make no sense."""


class BoardSource(Protocol):
    """What the board needs of the desk."""

    @property
    def sessions(self) -> RecordStore[Session]:
        """The day's sessions."""

    @property
    def slots(self) -> SlotStore:
        """Their slots."""

    @property
    def appointments(self) -> AppointmentStore:
        """The day's appointments."""

    @property
    def practitioners(self) -> RecordStore[Practitioner]:
        """Everybody who works here."""

    @property
    def roles(self) -> RecordStore[PractitionerRole]:
        """As what they work."""

    @property
    def places(self) -> RecordStore[Place]:
        """Sites and rooms."""

    @property
    def cues(self) -> Cues:
        """What to know of who is booked."""

    @property
    def time(self) -> PracticeTime:
        """The practice's clock."""

    @property
    def saving(self) -> set[str]:
        """References of what is on its way to the practice."""

    @property
    def day(self) -> date:
        """The London day that is open."""

    @property
    def saving_changed(self) -> SignalInstance:
        """Told the reference of what began or ceased to be saved."""

    @property
    def day_changed(self) -> SignalInstance:
        """Another day is open."""


@dataclass(frozen=True, slots=True)
class Column:
    """One clinician's day, or a room's: the sessions below one another.

    Attributes:
        key: stable while it is shown.
        clinician: the name above it; a room's where columns are rooms.
        sessions: by start; empty for somebody who only has appointments.
        role: as what the clinician works; empty where that is not known.
        group: the site, where columns stand by site.
    """

    key: str
    clinician: str
    sessions: tuple[Session, ...]
    role: str = ""
    group: str = ""

    @property
    def rank(self) -> "ColumnRank":
        """Where it stands: by site, doctors first, then by name."""
        doctor = self.clinician.startswith("Dr ")
        return self.group.casefold(), not doctor, self.clinician.casefold(), self.key

    @property
    def about(self) -> str:
        """What is told under the name: sessions, site and role."""
        return " · ".join(filter(None, (self.group, self.session_names, self.role)))

    @property
    def session_names(self) -> str:
        """The names of the sessions, each once."""
        return ", ".join(dict.fromkeys(filter(None, (s.name for s in self.sessions))))


ColumnRank = tuple[str, bool, str, str]


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What the header over a column tells.

    Attributes:
        late_min: how far the clinician is behind, whole minutes.
    """

    waiting: int
    with_clinician: int
    seen: int
    missed: int
    to_come: int
    free: int
    online: int
    late_min: int


class BoardCells:
    """The cells that follow from the stores, at one place or all of them.

    An appointment stands at the first of its slots that the board knows and covers the others;
    a second appointment on a slot, or one without a slot, stands by itself.
    """

    def __init__(self, source: BoardSource) -> None:
        self._source = source
        self._bounds_of: date | None = None
        self._bounds = (EPOCH, EPOCH)
        self.kind = Columns.CLINICIANS
        self.filter = BoardFilter()

    def columns(self, cells: Iterable[Cell]) -> dict[str, Column]:
        """The columns of the day in their order, *cells* and sessions together.

        A filter that chooses among cells leaves out columns that have none.
        """
        sessions: dict[str, list[Session]] = {}
        for session in self._source.sessions:
            if session.active and self._today(session.start, session.end):
                sessions.setdefault(self.column_of(session), []).append(session)
        shown = {cell.column for cell in cells}
        if not self.filter.is_of_cells:
            shown.update(k for k, held in sessions.items() if any(map(self._takes_session, held)))
        columns = (self._column(key, sessions.get(key, [])) for key in shown)
        return {column.key: column for column in sorted(columns, key=lambda c: c.rank)}

    def column_of(self, session: Session) -> str:
        """Key of the column that *session* stands in."""
        clinician = session.practitioner_id or session.reference
        if self.kind is Columns.CLINICIANS:
            return clinician
        if self.kind is Columns.ROOMS:
            return f"Location/{session.location_id}"
        return f"{self._site_of(session.location_id)}|{clinician}"

    def clinician_of(self, cell: Cell) -> str:
        """The name of whose patient *cell* is for, whatever the columns are."""
        if cell.appointment is not None and cell.appointment.practitioner_name:
            return cell.appointment.practitioner_name
        slot = cell.slot
        session = self._source.sessions.get(slot.schedule_id) if slot is not None else None
        return self._name_of(session) if session is not None else ""

    def everything_in(self, column: Column) -> list[Cell]:
        """Every cell of *column*, those too that a filter leaves out."""
        filtered, self.filter = self.filter, BoardFilter()
        try:
            slots = [s for one in column.sessions for s in self._source.slots.of_session(one.id)]
            held = [a for slot in slots for a in self._source.appointments.in_slot(slot.id)]
            held += [a for a in self._source.appointments if self._anchor(a) is None]
            keys = dict.fromkeys(record.reference for record in (*slots, *held))
            cells = (self.at(key) for key in keys)
            return [cell for cell in cells if cell is not None and cell.column == column.key]
        finally:
            self.filter = filtered

    def all(self) -> list[Cell]:
        """Every cell of the day, in no order."""
        return [cell for key in self.keys() if (cell := self.at(key)) is not None]

    def keys(self) -> list[str]:
        """Wherever a cell may stand."""
        keys = [f"Slot/{slot.id}" for slot in self._source.slots]
        return keys + [f"Appointment/{held.id}" for held in self._source.appointments]

    def touched_by_slot(self, slot_id: str) -> set[str]:
        """Keys of the cells that may change with a slot."""
        keys = {f"Slot/{slot_id}"}
        for appointment in self._source.appointments.in_slot(slot_id):
            keys.add(appointment.reference)
            keys.update(f"Slot/{other}" for other in appointment.slot_ids)
        return keys

    def touched_by_appointment(self, *copies: Appointment) -> set[str]:
        """Keys of the cells that may change with an appointment, before and after."""
        keys: set[str] = set()
        for copy in copies:
            keys.add(copy.reference)
            for slot_id in copy.slot_ids:
                keys |= self.touched_by_slot(slot_id)
        return keys

    def at(self, key: str) -> Cell | None:
        """What stands at *key*, or None if nothing does."""
        kind, _, record_id = key.partition("/")
        cell = self._at_slot_cell(record_id) if kind == "Slot" else self._loose(record_id)
        if cell is None or not self.filter.is_on:
            return cell
        shown = self.filter.takes(cell, self._source.time.now()) and self._takes_place(cell)
        return cell if shown else None

    def _at_slot_cell(self, slot_id: str) -> Cell | None:
        slot = self._source.slots.get(slot_id)
        if slot is None or not self._placeable(slot):
            return None
        held = self._source.appointments.in_slot(slot_id)
        live = self._first(a for a in held if a.holds_its_place)
        if live is not None:
            return self._booked(slot, live) if self._anchor(live) == slot_id else None
        if slot.status == "entered-in-error":
            return None
        gone = self._first(a for a in held if a.status == "cancelled")
        if slot.status == "busy" and gone is not None and self._anchor(gone) == slot_id:
            return self._booked(slot, gone)
        return Cell(slot.reference, self._column_key(slot), slot.start, slot.end, slot, None)

    def _loose(self, appointment_id: str) -> Cell | None:
        appointment = self._source.appointments.get(appointment_id)
        if appointment is None or not appointment.holds_its_place:
            return None
        if not self._today(appointment.start, appointment.end):
            return None
        anchor = self._anchor(appointment)
        if anchor is not None:
            first = self._first(
                a for a in self._source.appointments.in_slot(anchor) if a.holds_its_place
            )
            if first is not None and first.id == appointment_id:
                return None
        slot = self._source.slots.get(anchor) if anchor is not None else None
        column = self._column_key(slot) if slot is not None else self._column_without(appointment)
        end = max(appointment.end, appointment.start + LEAST)
        cues = self._source.cues.of(appointment)
        return Cell(appointment.reference, column, appointment.start, end, slot, appointment, cues)

    def _booked(self, slot: Slot, appointment: Appointment) -> Cell:
        start, end = appointment.start, appointment.end
        if end <= start:
            start, end = slot.start, slot.end
        cues = self._source.cues.of(appointment)
        return Cell(slot.reference, self._column_key(slot), start, end, slot, appointment, cues)

    def _anchor(self, appointment: Appointment) -> str | None:
        for slot_id in appointment.slot_ids:
            slot = self._source.slots.get(slot_id)
            if slot is not None and self._placeable(slot):
                return slot_id
        return None

    @staticmethod
    def _first(appointments: Iterable[Appointment]) -> Appointment | None:
        def order(held: Appointment) -> tuple[bool, datetime, str]:
            return held.status == "cancelled", held.created or held.last_updated, held.id

        return min(appointments, key=order, default=None)

    def _placeable(self, slot: Slot) -> bool:
        session = self._source.sessions.get(slot.schedule_id)
        return (
            session is not None
            and session.active
            and slot.end > slot.start
            and self._today(slot.start, slot.end)
        )

    def _column_key(self, slot: Slot) -> str:
        session = self._source.sessions.get(slot.schedule_id)
        return self.column_of(session) if session is not None else ""

    def _column_without(self, appointment: Appointment) -> str:
        """Column of an appointment without a slot: where its clinician is at that time."""
        theirs = [
            session
            for session in self._source.sessions
            if session.active
            and session.practitioner_id == appointment.practitioner_id
            and self._today(session.start, session.end)
        ]
        if self.kind is Columns.CLINICIANS or not theirs:
            return appointment.practitioner_id
        nearest = min(theirs, key=lambda s: (abs(s.start - appointment.start), s.id))
        inside = (s for s in theirs if s.start <= appointment.start < s.end)
        return self.column_of(next(inside, nearest))

    def _column(self, key: str, sessions: list[Session]) -> Column:
        sessions.sort(key=lambda s: (s.start, s.id))
        whole = Column(key, self._clinician(key, sessions), tuple(sessions))
        first = sessions[0] if sessions else None
        person = first.practitioner_id if first is not None else key
        if self.kind is Columns.ROOMS and first is not None:
            place = self._source.places.get(first.location_id)
            return replace(whole, clinician=place.name if place else "No room")
        whole = replace(whole, role=self._role_of(person))
        if self.kind is Columns.SITES:
            site = self._source.places.get(key.partition("|")[0])
            return replace(whole, group=site.name if site is not None else "No site")
        return whole

    def _clinician(self, key: str, sessions: list[Session]) -> str:
        named = next((s.practitioner_name for s in sessions if s.practitioner_name), "")
        if not named:
            known = self._source.practitioners.get(key)
            named = known.name if known is not None else ""
        return named or next((s.name for s in sessions if s.name), "") or "No clinician"

    def _name_of(self, session: Session) -> str:
        known = self._source.practitioners.get(session.practitioner_id)
        return session.practitioner_name or (known.name if known is not None else session.name)

    def _role_of(self, practitioner_id: str) -> str:
        held = (r for r in self._source.roles if r.practitioner_id == practitioner_id and r.active)
        return next((role.name for role in held), "")

    def _site_of(self, location_id: str) -> str:
        place = self._source.places.get(location_id)
        return place.part_of_id if place is not None and place.part_of_id else location_id

    def _takes_session(self, session: Session) -> bool:
        sites = frozenset({session.location_id, self._site_of(session.location_id)})
        return self.filter.takes_session(sites, self._role_of(session.practitioner_id))

    def _takes_place(self, cell: Cell) -> bool:
        if not self.filter.site and not self.filter.role:
            return True
        session = self._source.sessions.get(cell.slot.schedule_id) if cell.slot else None
        if session is not None:
            return self._takes_session(session)
        held = cell.appointment
        role = self._role_of(held.practitioner_id) if held is not None else ""
        return not self.filter.site and self.filter.role == role

    def _today(self, start: datetime, end: datetime) -> bool:
        day = self._source.day
        if day != self._bounds_of:
            self._bounds_of, self._bounds = day, day_bounds(day)
        return start < self._bounds[1] and end > self._bounds[0]


def facts_of(cells: Iterable[Cell], now: datetime) -> ColumnFacts:
    """What the header over a column of *cells* tells at *now*."""
    held = list(cells)
    states = [cell.state(now) for cell in held]
    free = [c for c, s in zip(held, states, strict=True) if s is CellState.FREE]
    return ColumnFacts(
        waiting=states.count(CellState.ARRIVED),
        with_clinician=states.count(CellState.SENT_IN) + states.count(CellState.CALLING),
        seen=sum(state in SEEN for state in states),
        missed=sum(state in MISSED for state in states),
        to_come=sum(state in TO_COME for state in states),
        free=len(free),
        online=sum(c.slot is not None and c.slot.is_online for c in free),
        late_min=late_min(_people(held), now),
    )


def late_min(appointments: Iterable[Appointment], now: datetime) -> int:
    """Whole minutes a clinician is behind at *now*.

    The longest that somebody who is here has waited past their booked time; with nobody waiting,
    how long past its end the present consultation runs. 0 for a clinician who is on time.
    """
    held = list(appointments)
    waits = [a.waiting_min(now) or 0 for a in held if a.status == "arrived"]
    if waits:
        return max(waits)
    over = [int((now - a.end) / timedelta(minutes=1)) for a in held if a.status == "checked-in"]
    return max([0, *over])


def _people(cells: Iterable[Cell]) -> Iterator[Appointment]:
    return (cell.appointment for cell in cells if cell.appointment is not None)
