"""Which slots suit a request, and why.

The patient's own words are read only to put slots into an order; nothing is decided by them.
"""

import heapq
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.codes import Channel, SlotType
from contract.core_hours import LONDON
from reception.desk.practice_time import PracticeTime
from reception.desk.slots import Slots
from reception.desk.stores import Stores
from reception.records import Request, Slot

_FOR_WORDS = (
    (r"blood (?:test|pressure)|bloods?\b|\becg\b|weigh", SlotType.HCA),
    (r"smear|cervical|dressing|wound|stitches|vaccin|\bjab\b|injection", SlotType.NURSE),
    (r"asthma review|diabet\w+ (?:check|review)|contracepti", SlotType.NURSE),
    (r"medic\w+ review|side effects?", SlotType.PHARMACIST),
    (r"(?:back|knee|shoulder|neck|hip|ankle) (?:pain|ache|injury)|physio|sprain", SlotType.PHYSIO),
    (r"house ?bound|home visit|cannot leave (?:the )?house", SlotType.VISIT),
)
_BY_PHONE = re.compile(
    r"\b(?:tele)?phone (?:call|appointment)|\bby phone|\bring me|\bcall me", re.I
)
_IN_PERSON = re.compile(r"\bin person|\bface[ -]to[ -]face|\bexamined?\b|\blook at (?:it|my)", re.I)
_HOURS = (
    (r"\bmornings?\b|\bbefore (?:work|school)\b", "in the morning, as asked", 0, 12),
    (r"\bafternoons?\b", "in the afternoon, as asked", 12, 24),
    (r"\bafter (?:work|school)\b|\bevenings?\b", "late in the day, as asked", 16, 24),
)
OPEN = ("free", "busy-tentative")
_WRONG_HOUR = timedelta(hours=9)
_WRONG_WAY = timedelta(hours=12)
_SECOND_CHOICE = timedelta(hours=2)
_USUAL_GP = timedelta(hours=3)
"""How much later a slot may be and still come before one without this virtue."""


@dataclass(frozen=True)
class Fit:
    """A slot that suits a request, and why in a few words.

    Attributes:
        slot: the slot, bookable a moment ago.
        clinician: the name of whose session it stands in.
        why: "soonest", "usual GP", "in the morning, as asked" ...
    """

    slot: Slot
    clinician: str
    why: tuple[str, ...]

    @property
    def text(self) -> str:
        """The reasons as one line."""
        return ", ".join(self.why)


@dataclass(frozen=True)
class _Wish:
    """What one request asks for."""

    kinds: dict[str, timedelta]
    ways: frozenset[str]
    hours: tuple[tuple[str, int, int], ...]
    usual_gp: str
    urgent: bool

    @classmethod
    def of(cls, request: Request, usual_gp: str) -> "_Wish":
        return cls(
            {kind: _SECOND_CHOICE * n for n, kind in enumerate(wanted_kinds(request))},
            wanted_ways(request),
            tuple(wanted_hours(request)),
            usual_gp,
            request.is_urgent,
        )

    def counted_from(self, slot: Slot, gp_sessions: set[str]) -> datetime:
        """When *slot* is, counted later for what speaks against it."""
        at = slot.start + self.kinds[slot.type_code]
        if _way(slot) not in self.ways:
            at += _WRONG_WAY
        if self.urgent:
            return at
        if any(not _in_hours(slot, begin, end) for _, begin, end in self.hours):
            at += _WRONG_HOUR
        if self.usual_gp and slot.schedule_id not in gp_sessions:
            at += _USUAL_GP
        return at

    def met_by(self, slot: Slot, *, soonest: bool, usual: bool) -> tuple[str, ...]:
        """What speaks for *slot*, in a few words."""
        why = ["soonest"] if soonest else []
        if usual:
            why.append("usual GP")
        if len(self.ways) == 1 and _way(slot) in self.ways:
            why.append("by phone, as asked" if _way(slot) == "phone" else "in person, as asked")
        why.extend(said for said, begin, end in self.hours if _in_hours(slot, begin, end))
        return tuple(why) or (slot.type_text or "suitable",)


class Fitting:
    """Looks for slots of the open day."""

    def __init__(self, stores: Stores, time: PracticeTime, slots: Slots) -> None:
        self._stores, self._time, self._slots = stores, time, slots

    def best_fit(self, request: Request, count: int = 5) -> list[Fit]:
        """The soonest suitable slots for *request*, the best first."""
        wish = _Wish.of(request, self._usual_gp(request.patient_id))
        open_slots = self._open_to(request, wish)
        if not open_slots:
            return []
        gp_sessions = {
            session.id
            for session in self._stores.sessions
            if wish.usual_gp and session.practitioner_id == wish.usual_gp
        }
        soonest = min(slot.start for slot in open_slots)
        best = heapq.nsmallest(
            count,
            open_slots,
            key=lambda slot: (wish.counted_from(slot, gp_sessions), slot.start, slot.id),
        )
        return [
            Fit(
                slot,
                self._slots.clinician_of(slot)[1],
                wish.met_by(
                    slot, soonest=slot.start == soonest, usual=slot.schedule_id in gp_sessions
                ),
            )
            for slot in best
        ]

    def _open_to(self, request: Request, wish: "_Wish") -> list[Slot]:
        now = self._time.now()
        busy = [
            (a.start, a.end)
            for a in self._stores.appointments.of_patient(request.patient_id)
            if request.patient_id and a.holds_its_place
        ]
        return [
            slot
            for slot in self._stores.slots
            if slot.status in OPEN
            and slot.start >= now
            and slot.type_code in wish.kinds
            and (slot.status == "free" or slot.is_bookable(now))
            and not any(slot.start < end and begin < slot.end for begin, end in busy)
        ]

    def _usual_gp(self, patient_id: str) -> str:
        patient = self._stores.patients.get(patient_id)
        return patient.usual_gp_id if patient is not None else ""


def wanted_kinds(request: Request) -> tuple[str, ...]:
    """Slot types that may suit, the best first; a doctor's always among them."""
    words = request.description.casefold()
    named = [kind for pattern, kind in _FOR_WORDS if re.search(pattern, words)]
    if request.is_urgent:
        usual = [SlotType.GP_URGENT, SlotType.PHONE_CALL, SlotType.GP_ROUTINE]
        return tuple(dict.fromkeys([*usual, *named]))
    usual = [SlotType.GP_ROUTINE, SlotType.PHONE_CALL, SlotType.GP_URGENT]
    return tuple(dict.fromkeys([*named, *usual]))


def wanted_ways(request: Request) -> frozenset[str]:
    """`phone`, `person` or both: how the patient asks to be seen."""
    by_phone = _BY_PHONE.search(request.description)
    in_person = _IN_PERSON.search(request.description)
    if by_phone and not in_person:
        return frozenset({"phone"})
    if in_person and not by_phone:
        return frozenset({"person"})
    return frozenset({"phone", "person"})


def wanted_hours(request: Request) -> list[tuple[str, int, int]]:
    """(in words, from hour, to hour) for each part of the day that the patient names."""
    return [
        (said, begin, end)
        for pattern, said, begin, end in _HOURS
        if re.search(pattern, request.description, re.IGNORECASE)
    ]


def _way(slot: Slot) -> str:
    return "person" if slot.channel == Channel.IN_PERSON else "phone"


def _in_hours(slot: Slot, begin: int, end: int) -> bool:
    return begin <= slot.start.astimezone(LONDON).hour < end
