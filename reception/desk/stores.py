"""Every store of the desk, and which record goes where."""

from datetime import date, datetime

from PySide6.QtCore import QObject, Signal

from collections.abc import Callable, Iterable

from contract.core_hours import day_bounds
from reception.desk.store import RecordStore
from reception.records import (
    Appointment,
    Message,
    Organization,
    Patient,
    PatientFlag,
    Place,
    Practitioner,
    Record,
    Request,
    Session,
    Slot,
    Team,
    Tree,
    record_of,
)


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
        return sorted(
            (m for m in self._by_thread.of(header_id) if m.header_id), key=_by_sent
        )


def _by_start(record: Slot | Appointment) -> tuple[datetime, str]:
    return record.start, record.id


def _by_created(appointment: Appointment) -> tuple[datetime, str]:
    return appointment.created or appointment.last_updated, appointment.id


def _by_sent(message: Message) -> tuple[datetime, str]:
    return message.sent or message.last_updated, message.id
