"""An invented day in real stores, without a practice behind it."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from PySide6.QtCore import QObject, Signal

from contract import systems
from contract.codes import Role
from contract.core_hours import LONDON
from reception.desk.cues import Cues
from reception.desk.freshness import Freshness
from reception.desk.me import Me
from reception.desk.practice_time import PracticeTime
from reception.desk.store import RecordStore
from reception.desk.stores import AppointmentStore, SlotStore
from reception.records import (
    Appointment,
    Patient,
    PatientFlag,
    Place,
    Practitioner,
    PractitionerRole,
    Session,
    Slot,
    Tree,
)
from reception.records.tree import concept, wire_time

MONDAY = date(2026, 11, 23)


def at(clock: str, day: date = MONDAY) -> datetime:
    """`09:10` on *day* by the practice's clock, aware UTC."""
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON).astimezone(UTC)


class Diary(QObject):
    """The stores of one day, and short ways to write into them."""

    day_changed = Signal(object)
    saving_changed = Signal(str)
    loaded = Signal()

    def __init__(self, now: datetime | None = None, day: date = MONDAY) -> None:
        super().__init__()
        self.day = day
        self.sessions: RecordStore[Session] = RecordStore(parent=self)
        self.slots = SlotStore(lambda _: True, lambda _: None, self)
        self.appointments = AppointmentStore(lambda _: True, lambda _: None, self)
        self.practitioners: RecordStore[Practitioner] = RecordStore(parent=self)
        self.roles: RecordStore[PractitionerRole] = RecordStore(parent=self)
        self.places: RecordStore[Place] = RecordStore(parent=self)
        self.clock = now or at("09:40", day)
        self.time = PracticeTime(lambda: self.clock, self)
        self.freshness = Freshness(self.time.now, self)
        self.freshness.caught_up()
        self.saving: set[str] = set()
        self.patients: RecordStore[Patient] = RecordStore(parent=self)
        self.flags: RecordStore[PatientFlag] = RecordStore(parent=self)
        self.missed: list[Tree] = []
        self.cues = Cues(self._search, self, self.time, self)
        self.me = Me("Practitioner/sam", "Sam", Role.RECEPTIONIST)
        self.is_loading = False
        self._version = 0

    def pass_time(self, minutes: int) -> None:
        """It is *minutes* later."""
        self.clock += timedelta(minutes=minutes)
        self.time.minute_passed.emit()

    def stop(self) -> None:
        """End the timers."""
        self.time.stop()
        self.freshness.stop()

    def save(self, reference: str, *, saving: bool) -> None:
        """Say that *reference* is, or is no longer, on its way."""
        (self.saving.add if saving else self.saving.discard)(reference)
        self.saving_changed.emit(reference)

    def session(
        self, key: str, name: str, clinician: str, start: str, end: str, **more: Any
    ) -> Session:
        """A session of *clinician* (also their id)."""
        tree = {
            "resourceType": "Schedule",
            "serviceCategory": [{"text": name}],
            "actor": [
                {"reference": f"Practitioner/{_id(clinician)}", "display": clinician},
            ],
            "planningHorizon": {
                "start": wire_time(at(start, self.day)),
                "end": wire_time(at(end, self.day)),
            },
            **more,
        }
        record = Session.from_tree(self._stamped(tree, key))
        self.sessions.take(record)
        return record

    def slot(
        self,
        key: str,
        session: str,
        start: datetime,
        minutes: int,
        *,
        status: str = "free",
        kind: tuple[str, str] = ("gp-routine", "Routine GP"),
        access: tuple[str, ...] = ("reception",),
        channel: str = "In-person",
        **more: Any,
    ) -> Slot:
        """A slot of *session*; a second call with the same key is a newer version."""
        tree = {
            "resourceType": "Slot",
            "schedule": {"reference": f"Schedule/{session}"},
            "status": status,
            "start": wire_time(start),
            "end": wire_time(start + timedelta(minutes=minutes)),
            "serviceType": [concept(systems.SLOT_TYPE, *kind)],
            "serviceCategory": [concept(systems.BOOKING_ACCESS, code) for code in access],
            "extension": [
                {
                    "url": systems.DELIVERY_CHANNEL_EXTENSION,
                    "valueCodeableConcept": concept(systems.DELIVERY_CHANNEL, channel),
                }
            ],
            **more,
        }
        record = Slot.from_tree(self._stamped(tree, key))
        self.slots.take(record)
        return record

    def appointment(
        self,
        key: str,
        slot: Slot | None,
        patient: str,
        *,
        status: str = "booked",
        marks: tuple[str, ...] = (),
        reason: str = "",
        clinician: str = "",
        more_slots: tuple[Slot, ...] = (),
        start: datetime | None = None,
        end: datetime | None = None,
        patient_period: Tree | None = None,
        clinician_period: Tree | None = None,
        **more: Any,
    ) -> Appointment:
        """An appointment of *patient*; a second call with the same key is a newer version."""
        slots = [s for s in (slot, *more_slots) if s is not None]
        first = start or slots[0].start
        last = end or slots[-1].end
        session = self.sessions.get(slots[0].schedule_id) if slots else None
        name = clinician or (session.practitioner_name if session is not None else "")
        who: Tree = {"actor": {"reference": f"Patient/{_id(patient)}", "display": patient}}
        doctor: Tree = {"actor": {"reference": f"Practitioner/{_id(name)}", "display": name}}
        if patient_period:
            who["period"] = patient_period
        if clinician_period:
            doctor["period"] = clinician_period
        tree = {
            "resourceType": "Appointment",
            "status": status,
            "start": wire_time(first),
            "end": wire_time(last),
            "slot": [{"reference": s.reference} for s in slots],
            "created": wire_time(first - timedelta(days=1)),
            "participant": [who, doctor],
            "extension": [
                *(
                    {
                        "url": systems.MARK_EXTENSION,
                        "valueCodeableConcept": concept(systems.RECEPTION_MARK, mark),
                    }
                    for mark in marks
                ),
                *(slots[0].tree.get("extension", []) if slots else []),
            ],
            "description": reason,
            **({"serviceType": slots[0].tree["serviceType"]} if slots else {}),
            **more,
        }
        record = Appointment.from_tree(self._stamped(tree, key))
        self.appointments.take(record)
        return record

    async def _search(self, _kind: str, _params: list[tuple[str, str]]) -> list[Tree]:
        return self.missed

    def _stamped(self, tree: Tree, key: str) -> Tree:
        self._version += 1
        seen = self.time.now() + timedelta(milliseconds=self._version)
        return {
            **tree,
            "id": key,
            "meta": {"versionId": str(self._version), "lastUpdated": wire_time(seen)},
        }


def _id(name: str) -> str:
    return name.lower().replace(" ", "-").replace(",", "")


_NAMES = (
    """
SMITH, Jane (Ms)|PATEL, Sunita (Mrs)|JONES, Alan (Mr)|OKAFOR, Chidi (Mr)|KOWALSKA, Ewa (Ms)
WILLIAMS, Rhys (Mr)|BROWN, Margaret (Mrs)|KHAN, Aisha (Miss)|DAVIES-MORGAN, Penelope (Ms)
TAYLOR, Oliver (Mr)|WALKER, Grace (Ms)|HUSSAIN, Imran (Mr)|EVANS, Sian (Ms)|WRIGHT, Tom (Mr)
NGUYEN, Linh (Ms)|ROBERTS, Ann (Mrs)|GREEN, Noah (Master)|HALL, Ivy (Miss)|CLARKE, Joe (Mr)
""".strip()
    .replace("\n", "|")
    .split("|")
)
_REASONS = (
    """
Knee pain, worse on stairs|Blood pressure review|Rash on both arms|Asthma review|Ear ache
Medication review|Back pain||Smear test|Follow-up of blood results|Cough for three weeks||
""".strip()
    .replace("\n", "|")
    .split("|")
)
_COLUMNS = (
    ("Dr N Grant", "Routine surgery", 13, 10, ("gp-routine", "Routine GP"), "In-person"),
    ("Dr S Mehta", "Routine surgery", 12, 15, ("gp-routine", "Routine GP"), "In-person"),
    ("Dr A Lindqvist", "Routine surgery", 13, 10, ("gp-routine", "Routine GP"), "In-person"),
    ("Dr P O'Hara", "Routine surgery", 12, 15, ("gp-routine", "Routine GP"), "In-person"),
    ("Dr T Adeyemi", "Registrar surgery", 8, 20, ("gp-routine", "Routine GP"), "In-person"),
    ("Dr F Rossi", "Duty doctor", 20, 7, ("phone-call", "Phone call"), "Telephone"),
    ("Para J Quinn", "Same-day clinic", 11, 15, ("gp-urgent", "Urgent on the day"), "In-person"),
    ("Nurse B Thompson", "Treatment room", 9, 20, ("nurse", "Nurse"), "In-person"),
    ("Nurse C Ellis", "Asthma clinic", 12, 15, ("nurse", "Nurse"), "In-person"),
    ("HCA D Novak", "Bloods", 17, 10, ("hca", "Blood test"), "In-person"),
    ("Pharm E Shah", "Medication reviews", 11, 15, ("pharmacist", "Pharmacist"), "Telephone"),
    ("Physio G Lee", "Physio", 8, 20, ("physio", "Physio"), "In-person"),
)


def busy_monday(diary: Diary, seed: int = 1, columns: int = 12) -> None:
    """Fill *diary* with a Monday as it stands at its present time."""
    chance = random.Random(seed)
    for number in range(columns):
        name, session, count, minutes, kind, channel = _COLUMNS[number % len(_COLUMNS)]
        if number >= len(_COLUMNS):
            name = f"{name} {number}"
        for half, (start, end) in enumerate((("08:30", "11:30"), ("14:30", "17:30"))):
            key = f"sc{number}-{half}"
            diary.session(key, session, name, start, end)
            _fill(diary, chance, key, at(start, diary.day), count, minutes, kind, channel)


def _fill(
    diary: Diary,
    chance: random.Random,
    session: str,
    start: datetime,
    count: int,
    minutes: int,
    kind: tuple[str, str],
    channel: str,
) -> None:
    now = diary.time.now()
    late = chance.choice((0, 0, 5, 12, 25))
    for place in range(count):
        key = f"{session}-{place}"
        if place == count * 2 // 3 and minutes >= 10:
            text = chance.choice(("Coffee", "Catch-up", "Team meeting"))
            diary.slot(
                key,
                session,
                start,
                minutes,
                status="busy-unavailable",
                comment=text,
                kind=("break", "Break"),
            )
        else:
            _one(diary, chance, key, session, start, minutes, kind, channel, now, late)
        start += timedelta(minutes=minutes)


def _one(
    diary: Diary,
    chance: random.Random,
    key: str,
    session: str,
    start: datetime,
    minutes: int,
    kind: tuple[str, str],
    channel: str,
    now: datetime,
    late: int,
) -> None:
    dice = chance.random()
    future = start > now
    if (future and dice < 0.30) or dice < 0.08:
        access = chance.choice((("reception",), ("reception", "online"), ("reception",)))
        status, more = "free", {}
        if future and dice < 0.05:
            status, access = "busy-unavailable", ("on-the-day",)
        elif future and dice < 0.08:
            status = "busy-tentative"
            more = {
                "comment": "Priya",
                "identifier": [{"system": systems.HOLD, "value": "priya/0001"}],
            }
        diary.slot(
            key,
            session,
            start,
            minutes,
            status=status,
            kind=kind,
            access=access,
            channel=channel,
            **more,
        )
        return
    slot = diary.slot(key, session, start, minutes, status="busy", kind=kind, channel=channel)
    marks = [chance.choice(("via-desk", "via-phone", "via-online"))]
    if chance.random() < 0.06:
        marks.append("quiet")
    status, patient, clinician = _progress(chance, slot, now, late)
    if status == "booked" and chance.random() < 0.05:
        marks.append("late")
    diary.appointment(
        f"a-{key}",
        slot,
        chance.choice(_NAMES),
        status=status,
        marks=tuple(marks),
        reason=chance.choice(_REASONS),
        patient_period=patient,
        clinician_period=clinician,
        comment="Needs the ground floor room" if chance.random() < 0.1 else None,
    )


def _progress(
    chance: random.Random, slot: Slot, now: datetime, late: int
) -> tuple[str, Tree | None, Tree | None]:
    arrived = slot.start + timedelta(minutes=chance.randint(-14, 4))
    sent = max(arrived, slot.start) + timedelta(minutes=late)
    left = sent + timedelta(minutes=slot.minutes)
    if slot.start < now and chance.random() < 0.06:
        return ("noshow" if slot.end < now else "booked"), None, None
    if left <= now:
        return (
            "fulfilled",
            {"start": wire_time(arrived), "end": wire_time(left)},
            {"start": wire_time(sent), "end": wire_time(left)},
        )
    if sent <= now:
        return "checked-in", {"start": wire_time(arrived)}, {"start": wire_time(sent)}
    if arrived <= now:
        return "arrived", {"start": wire_time(arrived)}, None
    return "booked", None, None
