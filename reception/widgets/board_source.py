"""What the board reads of the desk, and the cells and columns that follow from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from PySide6.QtCore import SignalInstance

from contract.core_hours import day_bounds
from reception.desk.practice_time import PracticeTime
from reception.desk.store import RecordStore
from reception.desk.stores import AppointmentStore
from reception.records import Appointment, Practitioner, Session, Slot
from reception.records.tree import EPOCH
from reception.widgets.board_cell import Cell, CellState

LEAST = timedelta(minutes=5)
"""Drawn length of an appointment whose own times make no sense."""


class BoardSource(Protocol):
    """What the board needs of the desk."""

    @property
    def sessions(self) -> RecordStore[Session]:
        """The day's sessions."""

    @property
    def slots(self) -> RecordStore[Slot]:
        """Their slots."""

    @property
    def appointments(self) -> AppointmentStore:
        """The day's appointments."""

    @property
    def practitioners(self) -> RecordStore[Practitioner]:
        """Everybody who works here."""

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
    """One clinician's day: their sessions below one another.

    Attributes:
        key: the clinician's id, or the session's reference where nobody is named.
        clinician: the name above it.
        sessions: by start; empty for somebody who only has appointments.
    """

    key: str
    clinician: str
    sessions: tuple[Session, ...]

    @property
    def rank(self) -> tuple[bool, str, str]:
        """Where it stands: doctors first, then by name."""
        doctor = self.clinician.startswith("Dr ")
        return not doctor, self.clinician.casefold(), self.key

    @property
    def session_names(self) -> str:
        """The names of the sessions, each once."""
        return ", ".join(dict.fromkeys(filter(None, (s.name for s in self.sessions))))


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

    def columns(self, cells: Iterable[Cell]) -> dict[str, Column]:
        """The columns of the day in their order, *cells* and sessions together."""
        sessions: dict[str, list[Session]] = {}
        for session in self._source.sessions:
            if session.active and self._today(session.start, session.end):
                sessions.setdefault(column_of(session), []).append(session)
        for cell in cells:
            sessions.setdefault(cell.column, [])
        columns = (self._column(key, held) for key, held in sessions.items())
        return {column.key: column for column in sorted(columns, key=lambda c: c.rank)}

    def all(self) -> list[Cell]:
        """Every cell of the day, in no order."""
        keys = [f"Slot/{slot.id}" for slot in self._source.slots]
        keys += [f"Appointment/{held.id}" for held in self._source.appointments]
        return [cell for key in keys if (cell := self.at(key)) is not None]

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
        return self._at_slot_cell(record_id) if kind == "Slot" else self._loose(record_id)

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
        column = self._column_key(slot) if slot is not None else appointment.practitioner_id
        end = max(appointment.end, appointment.start + LEAST)
        return Cell(appointment.reference, column, appointment.start, end, slot, appointment)

    def _booked(self, slot: Slot, appointment: Appointment) -> Cell:
        start, end = appointment.start, appointment.end
        if end <= start:
            start, end = slot.start, slot.end
        return Cell(slot.reference, self._column_key(slot), start, end, slot, appointment)

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
        return column_of(session) if session is not None else ""

    def _column(self, key: str, sessions: list[Session]) -> Column:
        sessions.sort(key=lambda s: (s.start, s.id))
        named = next((s.practitioner_name for s in sessions if s.practitioner_name), "")
        if not named:
            known = self._source.practitioners.get(key)
            named = known.name if known is not None else ""
        if not named:
            named = next((s.name for s in sessions if s.name), "") or "No clinician"
        return Column(key, named, tuple(sessions))

    def _today(self, start: datetime, end: datetime) -> bool:
        day = self._source.day
        if day != self._bounds_of:
            self._bounds_of, self._bounds = day, day_bounds(day)
        return start < self._bounds[1] and end > self._bounds[0]


def column_of(session: Session) -> str:
    """Key of the column that *session* stands in."""
    return session.practitioner_id or session.reference


def facts_of(cells: Iterable[Cell], now: datetime) -> ColumnFacts:
    """What the header over a column of *cells* tells at *now*."""
    held = list(cells)
    states = [cell.state(now) for cell in held]
    free = [c for c, s in zip(held, states, strict=True) if s is CellState.FREE]
    return ColumnFacts(
        waiting=states.count(CellState.ARRIVED),
        with_clinician=states.count(CellState.SENT_IN) + states.count(CellState.CALLING),
        seen=states.count(CellState.LEFT),
        missed=states.count(CellState.DID_NOT_ATTEND) + states.count(CellState.NO_ANSWER),
        to_come=states.count(CellState.BOOKED) + states.count(CellState.OVERDUE),
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
