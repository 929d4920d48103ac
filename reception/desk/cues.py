"""What to know of a patient before they are spoken to, as it stands beside their appointment.

Nothing here is recorded: it follows from the list, the diary and the appointments missed before.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from contract.codes import SlotType
from contract.core_hours import day_bounds
from reception.desk.practice_time import PracticeTime
from reception.desk.store import RecordStore
from reception.desk.stores import AppointmentStore, SlotStore
from reception.desk.time_left import TimeLeft
from reception.desk.words import clock
from reception.records import Appointment, Patient, Session, Tree
from reception.records.tree import wire_time

MISSED_OFTEN = 2
"""So many missed appointments in a year are worth a word."""
_YEAR = timedelta(days=365)
_AT_ONCE = 100
_PAUSE_MS = 50
_DOCTORS = frozenset({SlotType.GP_ROUTINE, SlotType.PHONE_CALL})
"""Care for which it matters that it is one's own doctor; who is on duty sees everybody."""


Search = Callable[[str, list[tuple[str, str]]], Awaitable[list[Tree]]]


class Known(Protocol):
    """The part of the stores that is read."""

    @property
    def patients(self) -> RecordStore[Patient]:
        """Everybody met so far."""

    @property
    def sessions(self) -> RecordStore[Session]:
        """The day's sessions."""

    @property
    def slots(self) -> SlotStore:
        """The day's slots."""

    @property
    def appointments(self) -> AppointmentStore:
        """The day's appointments."""


class CueKind(Enum):
    """What kind of thing there is to know."""

    TWIN = "near-twin"
    MISSED = "missed before"
    OTHER_GP = "not the usual GP"


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing to know, in words.

    Attributes:
        kind: what kind of thing.
        words: as it is told.
        is_sign: whether it is worth a sign in the cell: something can still be done about it.
    """

    kind: CueKind
    words: str
    is_sign: bool = True


class Cues(QObject):
    """Answers for the appointments of the open day.

    Args:
        search: asks for missed appointments, once for each patient (`Wire.search`).
        stores: the day, the patients, the clinicians.
        time: the practice's time.
        parent: the Qt parent.
    """

    changed = Signal(object)
    """There is something else to know of these patients: a frozenset of their ids."""

    def __init__(
        self, search: Search, stores: Known, time: PracticeTime, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._search, self._stores, self._time = search, stores, time
        self._missed: dict[str, int] = {}
        self._alike = stores.patients.index(_alike)
        self._fresh: set[str] = set()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)
        self._time_left = TimeLeft(stores, time, self)
        self._time_left.changed.connect(self._on_time_left)
        stores.patients.added.connect(self._on_patient)
        stores.patients.changed.connect(self._on_patient_changed)

    def of(self, appointment: Appointment) -> tuple[Cue, ...]:
        """What to know, what is most easily got wrong first."""
        found: list[Cue] = []
        patient = self._stores.patients.get(appointment.patient_id)
        if patient is not None:
            twins = [p for p in self._alike.of(_key(patient)) if p.is_near_twin_of(patient)]
            if twins:
                names = " and ".join(sorted(twin.name for twin in twins)[:2])
                found.append(Cue(CueKind.TWIN, f"near-twin of {names}: check the first name"))
        missed = self._missed.get(appointment.patient_id, 0)
        if missed >= MISSED_OFTEN:
            found.append(Cue(CueKind.MISSED, f"{missed} missed in the last year"))
        usual = self._usual_gp_in(patient, appointment) if patient is not None else ""
        if usual and patient is not None:
            found.append(self._of_usual_gp(usual, patient, appointment))
        return tuple(found)

    async def learn(self) -> None:
        """Ask how often the day's patients have missed an appointment; each is asked for once.

        Raises:
            Problem: it could not be asked; the next time asks again.
        """
        day = {a.patient_id for a in self._stores.appointments if a.patient_id}
        unknown = sorted(day - self._missed.keys())
        since = wire_time(day_bounds((self._time.now() - _YEAR).date())[0])
        for start in range(0, len(unknown), _AT_ONCE):
            some = unknown[start : start + _AT_ONCE]
            trees = await self._search(
                "Appointment",
                [
                    ("patient", ",".join(f"Patient/{patient_id}" for patient_id in some)),
                    ("status", "noshow"),
                    ("date", f"ge{since}"),
                    ("_count", "1000"),
                ],
            )
            missed = dict.fromkeys(some, 0)
            for tree in trees:
                patient_id = Appointment.from_tree(tree).patient_id
                if patient_id in missed:
                    missed[patient_id] += 1
            self._missed |= missed
            self._tell(i for i, count in missed.items() if count >= MISSED_OFTEN)

    def _usual_gp_in(self, patient: Patient, appointment: Appointment) -> str:
        """Name of the patient's own doctor, where they work today and see somebody else's list."""
        usual = patient.usual_gp_id
        if appointment.type_code not in _DOCTORS or usual in ("", appointment.practitioner_id):
            return ""
        here = (s for s in self._stores.sessions if s.practitioner_id == usual and s.active)
        return next((s.practitioner_name or patient.usual_gp_name for s in here), "")

    def _of_usual_gp(self, usual: str, patient: Patient, appointment: Appointment) -> Cue:
        """Who is seen by another doctor than their own; a sign only while that could be changed.

        On most days half of the list sees another doctor: a sign on each would be none.
        """
        words = f"usual GP {usual} is in"
        if appointment.status != "booked" or appointment.start <= self._time.now():
            return Cue(CueKind.OTHER_GP, words, is_sign=False)
        kind = appointment.type_code, appointment.channel
        free = self._time_left.next_free(patient.usual_gp_id, *kind)
        if free is None:
            return Cue(CueKind.OTHER_GP, f"{words}, but fully booked", is_sign=False)
        return Cue(CueKind.OTHER_GP, f"{words} and could see them at {clock(free)}")

    def _tell(self, patient_ids: Iterable[str]) -> None:
        fresh = frozenset(patient_ids)
        if fresh:
            self.changed.emit(fresh)

    @Slot(object)
    def _on_patient(self, patient: Patient) -> None:
        self._fresh.add(patient.id)
        self._fresh.update(other.id for other in self._alike.of(_key(patient)))
        self._pause.start()

    @Slot(object, object)
    def _on_patient_changed(self, before: Patient, after: Patient) -> None:
        self._on_patient(before)
        self._on_patient(after)

    @Slot(object)
    def _on_time_left(self, practitioner_ids: frozenset[str]) -> None:
        """Somebody's own doctor has time again, or no longer."""
        booked = (a.patient_id for a in self._stores.appointments if a.status == "booked")
        known = (self._stores.patients.get(patient_id) for patient_id in booked)
        self._tell(p.id for p in known if p is not None and p.usual_gp_id in practitioner_ids)

    @Slot()
    def _on_pause(self) -> None:
        fresh, self._fresh = self._fresh, set()
        self._tell(fresh)


def _key(patient: Patient) -> str:
    return f"{patient.family.casefold()}|{patient.born or ''}"


def _alike(patient: Patient) -> tuple[str, ...]:
    return (_key(patient),) if patient.family and patient.born else ()
