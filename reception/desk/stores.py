"""Every store of the desk, and which record goes where."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import date, datetime
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

from contract.core_hours import day_bounds
from reception.desk.store import RecordStore
from reception.records import (
    Appointment,
    Medicine,
    Message,
    Organization,
    Patient,
    PatientFlag,
    Place,
    PracticeDocument,
    Practitioner,
    PractitionerRole,
    Record,
    Request,
    Service,
    Session,
    Slot,
    Team,
    Tree,
    record_of,
)
from reception.records.tree import EPOCH

SLICE_S = 0.005
"""How long merging may keep the window's loop before it lets others have a turn."""
BREATH_S = 0.001
"""A real pause: after `sleep(0)` qasync goes on at once, and no key or paint gets in between."""


class SessionStore(RecordStore[Session]):
    """The open day's sessions."""


class SlotStore(RecordStore[Slot]):
    """The open day's slots, also by session."""

    def __init__(
        self, belongs: Callable[[Slot], bool], reread: Callable[[Slot], None], parent: QObject
    ) -> None:
        super().__init__(belongs=belongs, reread=reread, parent=parent)
        self._by_session = self.index(lambda slot: (slot.schedule_id,))

    def of_session(self, session_id: str) -> list[Slot]:
        """The slots of one session, by time."""
        return sorted(self._by_session.of(session_id), key=_by_start)


class AppointmentStore(RecordStore[Appointment]):
    """The open day's appointments, also by slot and by patient; cancelled ones too."""

    def __init__(
        self,
        belongs: Callable[[Appointment], bool],
        reread: Callable[[Appointment], None],
        parent: QObject,
    ) -> None:
        super().__init__(belongs=belongs, reread=reread, parent=parent)
        self._by_slot = self.index(lambda appointment: appointment.slot_ids)
        self._by_patient = self.index(lambda appointment: (appointment.patient_id,))

    def in_slot(self, slot_id: str) -> list[Appointment]:
        """Every appointment made into *slot_id*, the newest last."""
        return sorted(self._by_slot.of(slot_id), key=_by_created)

    def of_patient(self, patient_id: str) -> list[Appointment]:
        """The patient's appointments of the open day, by time."""
        return sorted(self._by_patient.of(patient_id), key=_by_start)


class RequestStore(RecordStore[Request]):
    """Every open request and what was finished today, also by patient and by thread."""

    def __init__(
        self, belongs: Callable[[Request], bool], reread: Callable[[Request], None], parent: QObject
    ) -> None:
        super().__init__(belongs=belongs, reread=reread, parent=parent)
        self._by_patient = self.index(lambda request: (request.patient_id,))
        self._by_thread = self.index(
            lambda request: (request.thread_id,) if request.thread_id else ()
        )
        self._open = self.index(lambda request: ("open",) if request.is_open else ())

    def open_ones(self) -> list[Request]:
        """Every request that has not ended, in no promised order."""
        return self._open.of("open")

    def of_patient(self, patient_id: str) -> list[Request]:
        """The patient's requests, the oldest first."""
        return sorted(self._by_patient.of(patient_id), key=lambda r: (r.authored, r.id))

    def of_thread(self, header_id: str) -> Request | None:
        """The one request that a thread belongs to, or None."""
        return next(iter(self._by_thread.of(header_id)), None)


class MessageStore(RecordStore[Message]):
    """Thread headers and messages, also by thread."""

    def __init__(self, reread: Callable[[Message], None], parent: QObject) -> None:
        super().__init__(reread=reread, parent=parent)
        self._by_thread = self.index(lambda message: (message.header_id,))

    def in_thread(self, header_id: str) -> list[Message]:
        """The messages known of one thread, the oldest first; without the header."""
        return sorted((m for m in self._by_thread.of(header_id) if m.header_id), key=_by_sent)


class MedicineStore(RecordStore[Medicine]):
    """Repeat medicines and their issues, as far as they have been asked for; also by patient."""

    def __init__(self, reread: Callable[[Medicine], None], parent: QObject) -> None:
        super().__init__(reread=reread, parent=parent)
        self._by_patient = self.index(lambda medicine: (medicine.patient_id,))

    def of_patient(self, patient_id: str) -> list[Medicine]:
        """Plans and issues of one patient, in no promised order."""
        return self._by_patient.of(patient_id)


class Follower(Protocol):
    """Who hears of every record that the desk hears of, whatever its day."""

    def take(self, record: Record) -> object:
        """Merge one record."""

    def settle(self, truth: Record) -> object:
        """Hold *truth*, just read to decide between two copies of equal time."""


class Stores(QObject):
    """All stores, and the one way in for whatever the service sends.

    Args:
        today: the London day at the practice.
        reread: told the reference of a record that only a read can decide about.
        parent: the Qt parent.
    """

    diary_told = Signal(object)  # Session or Slot, of whatever day, that is news here

    def __init__(
        self,
        today: Callable[[], date],
        reread: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._today, self._reread = today, reread
        self._followers: list[Follower] = []
        self._day = today()
        self._bounds = day_bounds(self._day)
        self.sessions = SessionStore(
            belongs=self._session_belongs, reread=self._ask_again, parent=self
        )
        self.slots = SlotStore(self._slot_belongs, self._ask_again, self)
        self.appointments = AppointmentStore(self._appointment_belongs, self._ask_again, self)
        self.requests = RequestStore(self._request_belongs, self._ask_again, self)
        self.messages = MessageStore(self._ask_again, self)
        self.patients: RecordStore[Patient] = RecordStore(reread=self._ask_again, parent=self)
        self.practitioners: RecordStore[Practitioner] = RecordStore(
            reread=self._ask_again, parent=self
        )
        self.roles: RecordStore[PractitionerRole] = RecordStore(reread=self._ask_again, parent=self)
        self.teams: RecordStore[Team] = RecordStore(reread=self._ask_again, parent=self)
        self.places: RecordStore[Place] = RecordStore(reread=self._ask_again, parent=self)
        self.flags: RecordStore[PatientFlag] = RecordStore(reread=self._ask_again, parent=self)
        self.organizations: RecordStore[Organization] = RecordStore(
            reread=self._ask_again, parent=self
        )
        self.services: RecordStore[Service] = RecordStore(reread=self._ask_again, parent=self)
        self.documents: RecordStore[PracticeDocument] = RecordStore(
            reread=self._ask_again, parent=self
        )
        self.medicines = MedicineStore(self._ask_again, self)
        self._by_type: dict[str, RecordStore[Any]] = {
            "Schedule": self.sessions,
            "Slot": self.slots,
            "Appointment": self.appointments,
            "Task": self.requests,
            "Communication": self.messages,
            "Patient": self.patients,
            "Practitioner": self.practitioners,
            "PractitionerRole": self.roles,
            "CareTeam": self.teams,
            "Location": self.places,
            "Flag": self.flags,
            "Organization": self.organizations,
            "HealthcareService": self.services,
            "Library": self.documents,
            "MedicationRequest": self.medicines,
        }

    @property
    def day(self) -> date:
        """The open day (London)."""
        return self._day

    def show_day(self, day: date) -> None:
        """Empty the stores of the day and hold *day* from now on."""
        self._day, self._bounds = day, day_bounds(day)
        with ExitStack() as quiet:  # who reads several of them meets all empty, not one by one
            for store in (self.appointments, self.slots, self.sessions):
                quiet.enter_context(store.bulk())
                store.clear()

    def follow(self, follower: Follower) -> None:
        """Let *follower* hear of everything that is taken in from now on."""
        self._followers.append(follower)

    def take(self, record: Record) -> bool:
        """Merge one record; answers whether it changed anything."""
        for follower in self._followers:
            follower.take(record)
        store = self._by_type.get(record.resource_type)
        if store is None or not store.take(record):
            return False
        if isinstance(record, Slot | Session) and not store.in_bulk:
            self.diary_told.emit(record)
        return True

    def take_trees(self, trees: Iterable[Tree]) -> list[Record]:
        """Merge a few trees: the answer to a write, a page of a small search."""
        records = []
        for tree in trees:
            record = record_of(tree)
            if record is not None:
                records.append(record)
                self.take(record)
        return records

    async def merge(self, records: Iterable[Record]) -> None:
        """Merge many records in slices, so that the window never waits for it."""
        begun = time.perf_counter()
        for record in records:
            self.take(record)
            if time.perf_counter() - begun > SLICE_S:
                await asyncio.sleep(BREATH_S)
                begun = time.perf_counter()

    def settle(self, truth: Record) -> None:
        """Hold *truth*, just read to decide between two copies of equal time."""
        for follower in self._followers:
            follower.settle(truth)
        store = self._by_type.get(truth.resource_type)
        if store is not None:
            store.settle(truth)

    def newest(self, reference: str) -> Record | None:
        """The newest copy known of `Type/id`, of whatever day."""
        resource_type, _, record_id = reference.partition("/")
        store = self._by_type.get(resource_type)
        return store.newest(record_id) if store is not None else None

    def patient_name(self, record: Request | Appointment) -> str:
        """The name on a request or an appointment; a copy without one is named by its patient."""
        if record.patient_name:
            return record.patient_name
        patient = self.patients.get(record.patient_id)
        return patient.name if patient is not None else ""

    def sift_requests(self) -> None:
        """Put yesterday's finished requests aside: the day has changed."""
        self.requests.sift()

    def _ask_again(self, record: Record) -> None:
        self._reread(record.reference)

    def _session_belongs(self, session: Session) -> bool:
        begin, end = self._bounds
        return session.start < end and session.end > begin and session.active

    def _slot_belongs(self, slot: Slot) -> bool:
        begin, end = self._bounds
        return begin <= slot.start < end and slot.status != "entered-in-error"

    def _appointment_belongs(self, appointment: Appointment) -> bool:
        begin, end = self._bounds
        return begin <= appointment.start < end and appointment.status != "entered-in-error"

    def _request_belongs(self, request: Request) -> bool:
        if request.is_open:
            return True
        # Not when it was stored: a practice that is moved in stores its past all on one day.
        ended = request.modified if request.modified > EPOCH else request.last_updated
        return request.status != "entered-in-error" and ended >= day_bounds(self._today())[0]


def _by_start(record: Slot | Appointment) -> tuple[datetime, str]:
    return record.start, record.id


def _by_created(appointment: Appointment) -> tuple[datetime, str]:
    return appointment.created or appointment.last_updated, appointment.id


def _by_sent(message: Message) -> tuple[datetime, str]:
    return message.sent or message.last_updated, message.id
