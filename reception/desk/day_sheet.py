"""What stands on a printed day list: pure, from the day's records.

Everybody who holds a place stands on it exactly once, whatever the board leaves out of sight.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from contract.codes import Channel, Mark
from contract.core_hours import LONDON, day_bounds, london_day
from reception.desk.day_records import DayRecords
from reception.records import Appointment, Patient, Session, Slot

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
"""By name here: what `strftime` writes follows the language of the computer."""
_MODES: dict[str, str] = {
    Channel.IN_PERSON: "In person",
    Channel.TELEPHONE: "Phone",
    Channel.VIDEO: "Video",
}
_BOOKED: dict[str, str] = {
    Mark.VIA_DESK: "Desk",
    Mark.VIA_PHONE: "Phone",
    Mark.VIA_ONLINE: "Online",
    Mark.VIA_111: "NHS 111",
}
STATES = {
    "A": "arrived",
    "S": "sent in",
    "Q": "called in quietly",
    "L": "left",
    "D": "did not attend",
    "W": "walked out",
    "T": "being called",
    "H": "no answer",
    "V": "visited",
    "N": "not seen",
    "\N{EN DASH}": "late, said so",
    "!": "overdue",
}
"""What the letters of the states stand for."""
NOT_NAMED = "No name"


class Kind(Enum):
    """What a row of the sheet is."""

    PATIENT = "patient"
    FREE = "free"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Choice:
    """What is to stand on a sheet.

    Attributes:
        clinician_id: the one clinician's; empty for the whole practice.
        free: also slots that nobody has taken.
        blocked: also time that is kept free of patients.
        phones: patients' telephone numbers.
    """

    clinician_id: str = ""
    free: bool = False
    blocked: bool = False
    phones: bool = False


@dataclass(frozen=True)
class SheetRow:
    """One line: a patient, or a slot without one.

    Attributes:
        key: reference of the appointment or slot, unique on its sheet.
        start: aware UTC.
        time: the same on the wall in London; the day's second 01:10 of October is told apart.
        letter: the state's letter, or empty while only booked.
        state: the state in words.
        name: whose it is, or what the slot is.
        identity: birth date and NHS number, or empty.
        phones: telephone numbers, or empty.
        type_text, mode, booked: what care, how, and how it was booked.
        reason: why, in the words of who booked.
        notes: what else there is to know, a sentence each.
    """

    key: str
    kind: Kind
    start: datetime
    time: str
    letter: str
    state: str
    name: str
    identity: str = ""
    phones: str = ""
    type_text: str = ""
    mode: str = ""
    booked: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """One clinician's day.

    Attributes:
        key: the clinician's id, with the day; unique in a sheet.
        clinician: the name.
        about: sessions with their times and rooms.
        rows: by time.
    """

    key: str
    day: date
    clinician: str
    about: str
    rows: tuple[SheetRow, ...]

    @property
    def totals(self) -> str:
        """`14 patients, 3 free`."""
        return totals_of(self.rows)


@dataclass(frozen=True)
class DaySheet:
    """A day list, or several days', ready to be laid out.

    Attributes:
        title: what the document is.
        practice: whose it is.
        sections: each begins on a page of its own.
        printed_at: aware UTC, the service's time.
        printed_by: who asked for it.
        as_at: when the data was so.
        warning: what the reader must know about the data, or empty.
        phones: whether there is a line for telephone numbers.
    """

    title: str
    practice: str
    sections: tuple[Section, ...]
    printed_at: datetime
    printed_by: str
    as_at: datetime
    warning: str = ""
    phones: bool = False

    @property
    def rows(self) -> list[SheetRow]:
        """Every row, section by section."""
        return [row for section in self.sections for row in section.rows]


def long_day(day: date) -> str:
    """`Monday 23 November 2026`."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """`Mon 23 Nov 2026`."""
    return f"{_DAYS[day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def wall_clock(at: datetime) -> str:
    """`09:10` in London; the hour that comes twice in October is marked the second time."""
    local = at.astimezone(LONDON)
    again = " again" if local.fold else ""
    return f"{local.hour:02d}:{local.minute:02d}{again}"


def totals_of(rows: Iterable[SheetRow]) -> str:
    """How many patients, and how much is free, in words."""
    kinds = [row.kind for row in rows]
    patients, free = kinds.count(Kind.PATIENT), kinds.count(Kind.FREE)
    words = "1 patient" if patients == 1 else f"{patients} patients"
    return f"{words}, {free} free" if free else words


def clinicians_of(records: DayRecords) -> list[tuple[str, str]]:
    """Id and name of everybody with a session or an appointment that day; doctors first."""
    day = _Day(records)
    ids = {s.practitioner_id for s in records.sessions}
    ids |= {day.clinician_of(a) for a in records.appointments if a.holds_its_place}
    named = [(clinician_id, day.name_of(clinician_id)) for clinician_id in ids]
    return sorted(named, key=_rank)


def day_sheet(
    days: Sequence[DayRecords],
    choice: Choice,
    *,
    title: str,
    practice: str,
    printed_at: datetime,
    printed_by: str,
    warning: str = "",
) -> DaySheet:
    """The sheet of one or several *days* as *choice* says; at least one section a day."""
    sections = [s for records in days for s in _sections(records, choice, printed_at)]
    return DaySheet(
        title=title,
        practice=practice,
        sections=tuple(sections),
        printed_at=printed_at,
        printed_by=printed_by,
        as_at=min((records.as_at for records in days), default=printed_at),
        warning=warning,
        phones=choice.phones,
    )


def _sections(records: DayRecords, choice: Choice, now: datetime) -> list[Section]:
    day = _Day(records)
    by_clinician: dict[str, list[SheetRow]] = {}
    for appointment in records.appointments:
        if appointment.holds_its_place:
            whose = by_clinician.setdefault(day.clinician_of(appointment), [])
            whose.append(_patient_row(day, appointment, now, phones=choice.phones))
    for slot in records.slots:
        row = _slot_row(day, slot, now, choice)
        if row is not None:
            by_clinician.setdefault(day.clinician_of_slot(slot), []).append(row)
    found = [
        Section(
            f"{records.day} {clinician_id}",
            records.day,
            name,
            day.about(clinician_id),
            tuple(sorted(by_clinician.get(clinician_id, []), key=_by_time)),
        )
        for clinician_id, name in _listed(records, day, by_clinician)
        if choice.clinician_id in ("", clinician_id)
    ]
    return found or [Section(f"{records.day} ", records.day, "Nobody", "No sessions", ())]


def _listed(
    records: DayRecords, day: "_Day", by_clinician: dict[str, list[SheetRow]]
) -> list[tuple[str, str]]:
    known = clinicians_of(records)
    more = by_clinician.keys() - {clinician_id for clinician_id, _ in known}
    return sorted([*known, *((c, day.name_of(c)) for c in more)], key=_rank)


def _rank(named: tuple[str, str]) -> tuple[bool, str, str]:
    clinician_id, name = named
    return not name.startswith("Dr "), name.casefold(), clinician_id


def _by_time(row: SheetRow) -> tuple[datetime, str, str]:
    return row.start, row.name, row.key


class _Day:
    """Who stands where on one day."""

    def __init__(self, records: DayRecords) -> None:
        self.records = records
        self.slots = {slot.id: slot for slot in records.slots}
        self.sessions = {session.id: session for session in records.sessions}
        self.taken = {
            slot_id for a in records.appointments if a.holds_its_place for slot_id in a.slot_ids
        }
        self.named = {slot_id for a in records.appointments for slot_id in a.slot_ids}

    def clinician_of(self, appointment: Appointment) -> str:
        """Id of whose list the appointment stands on: whose slot it is in, else who is named."""
        for slot_id in appointment.slot_ids:
            slot = self.slots.get(slot_id)
            if slot is not None and (whose := self.clinician_of_slot(slot)):
                return whose
        return appointment.practitioner_id

    def clinician_of_slot(self, slot: Slot) -> str:
        """Id of whose session the slot is in, or empty."""
        session = self.sessions.get(slot.schedule_id)
        return session.practitioner_id if session is not None else ""

    def name_of(self, clinician_id: str) -> str:
        """The clinician's name, as the sessions, the practice or the appointments say it."""
        for session in sorted(self._sessions_of(clinician_id), key=lambda s: (s.start, s.id)):
            if session.practitioner_name:  # the earliest, as on the board
                return session.practitioner_name
        known = self.records.practitioners.get(clinician_id)
        if known is not None and known.name:
            return known.name
        named = (
            a.practitioner_name
            for a in self.records.appointments
            if a.practitioner_id == clinician_id and a.practitioner_name
        )
        return next(named, "") or "No clinician"

    def about(self, clinician_id: str) -> str:
        """`Routine surgery 08:30-11:30, Room 3; Duty doctor 14:00-17:00`."""
        words = []
        for session in sorted(self._sessions_of(clinician_id), key=lambda s: (s.start, s.id)):
            place = self.records.places.get(session.location_id)
            times = f"{wall_clock(session.start)}-{wall_clock(session.end)}"
            named = " ".join(filter(None, (session.name, times)))
            words.append(f"{named}, {place.name}" if place is not None and place.name else named)
        return "; ".join(words)

    def _sessions_of(self, clinician_id: str) -> list[Session]:
        return [s for s in self.records.sessions if s.practitioner_id == clinician_id]


def _patient_row(day: _Day, held: Appointment, now: datetime, *, phones: bool) -> SheetRow:
    patient = day.records.patients.get(held.patient_id)
    letter, state = _state(held, now)
    name = held.patient_name or (patient.name if patient is not None else NOT_NAMED)
    return SheetRow(
        key=held.reference,
        kind=Kind.PATIENT,
        start=held.start,
        time=wall_clock(held.start),
        letter=letter,
        state=state,
        name=name,
        identity=_identity(patient),
        phones=_phones(patient) if phones else "",
        type_text=held.type_text or _type_of(day, held),
        mode="Visit" if held.is_visit else _MODES.get(held.channel, held.channel),
        booked=_BOOKED.get(held.via, ""),
        reason=held.description,
        notes=_notes(day, held),
    )


def _type_of(day: _Day, held: Appointment) -> str:
    slots = (day.slots.get(slot_id) for slot_id in held.slot_ids)
    return next((slot.type_text for slot in slots if slot is not None), "")


def _identity(patient: Patient | None) -> str:
    """Birth date and NHS number; neither is broken at the end of a line."""
    if patient is None:
        return "Birth date and NHS number not known here"
    number = f"NHS {patient.spaced_nhs_number}" if patient.nhs_number else "No NHS number"
    return ", ".join(_unbroken(part) for part in (patient.born_text, number))


def _phones(patient: Patient | None) -> str:
    if patient is None:
        return "Telephone number not known here"
    if not patient.phones:
        return "No telephone number"
    return ", ".join(_unbroken(f"Tel {number}") for number in patient.phones)


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _state(held: Appointment, now: datetime) -> tuple[str, str]:
    """The letter of the state and its words; a past time with nobody here is overdue."""
    if held.is_overdue(now):
        return "!", STATES["!"]
    letter = held.letter.replace("-", "\N{EN DASH}")  # a hyphen is lost in its shape
    return letter, STATES.get(letter, held.status)


def _notes(day: _Day, held: Appointment) -> tuple[str, ...]:
    words = []
    if Mark.LATE in held.marks:
        until = held.late_until
        expected = f", expected at {wall_clock(until)}" if until is not None else ""
        words.append(f"Said they will be late{expected}")
    if held.calls_tried:
        words.append(f"{held.calls_tried} of 3 calls tried")
    if len(held.slot_ids) > 1:
        words.append(f"Until {wall_clock(held.end)}")
    slots = [day.slots[slot_id] for slot_id in held.slot_ids if slot_id in day.slots]
    if any(slot.overbooked for slot in slots):
        words.append("Extra")
    if held.comment:
        words.append(f"Note: {held.comment}")
    return tuple(words)


def _slot_row(day: _Day, slot: Slot, now: datetime, choice: Choice) -> SheetRow | None:
    """The row of a slot without a patient, where such rows are wanted."""
    begin, end = day_bounds(day.records.day)
    if slot.id in day.taken or slot.schedule_id not in day.sessions:
        return None
    if not begin <= slot.start < end:
        return None
    kind, name, state = _empty_words(day, slot, now)
    wanted = {Kind.FREE: choice.free, Kind.BLOCKED: choice.blocked}.get(kind, True)
    if not name or not wanted:
        return None
    minutes = "1 minute" if slot.minutes == 1 else f"{slot.minutes} minutes"
    return SheetRow(
        key=slot.reference,
        kind=kind,
        start=slot.start,
        time=wall_clock(slot.start),
        letter="",
        state=state,
        name=name,
        type_text=slot.type_text if slot.type_text != name else "",
        mode=_MODES.get(slot.channel, slot.channel) if kind is not Kind.BLOCKED else "",
        notes=(minutes,),
    )


def _empty_words(day: _Day, slot: Slot, now: datetime) -> tuple[Kind, str, str]:
    """What a slot without a live appointment is; no name for what is not worth a line."""
    if slot.is_blocked:
        return Kind.BLOCKED, slot.comment or slot.type_text or "Blocked", "blocked"
    if slot.status == "busy":  # a cancelled appointment that has begun keeps its slot
        named = "" if slot.id in day.named else "Taken, by whom is not known here"
        return Kind.PATIENT, named, "booked"
    if slot.status == "entered-in-error" or slot.end <= now:
        return Kind.FREE, "", "not used"
    if slot.is_embargoed:
        return Kind.FREE, _opening(slot), "not released yet"
    if slot.is_held(now):
        return Kind.FREE, _holder(slot), "held"
    return Kind.FREE, "Free, online" if slot.is_online else "Free", "free"


def _holder(slot: Slot) -> str:
    """Who is booking it, or whom it is offered to."""
    if slot.offer_until is not None:
        return slot.comment or "Offered to a patient"
    return f"{slot.comment or 'A colleague'} is booking"


def _opening(slot: Slot) -> str:
    """`Free, opens at 08:00`, with the day where it is not the slot's own."""
    at = slot.opens_at
    if at is None:
        return "Free, not released yet"
    day = london_day(at)
    on = f" on {short_day(day)}" if day != london_day(slot.start) else ""
    return f"Free, opens at {wall_clock(at)}{on}"


def file_name(practice: str, day: date, clinician: str = "") -> str:
    """`Otterbrook Surgery Mon 23 Nov 2026.pdf`, fit for every file system."""
    words = " ".join(filter(None, (practice, clinician, short_day(day))))
    return f"{safe(words)}.pdf"


def safe(text: str) -> str:
    """*text* without what a file name may not hold on one of our systems."""
    kept = "".join(c if c.isalnum() or c in " -_.'()&," else " " for c in text)
    return " ".join(kept.split()).strip(". ")[:120] or "Reception"
