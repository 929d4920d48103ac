"""Which slots suit a request, and why.

The patient's own words are read only to put slots into an order; nothing is decided by them.
"""

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
_WRONG_HOUR = timedelta(hours=4)
_WRONG_WAY = timedelta(hours=6)
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


class Fitting:
    """Looks for slots of the open day."""

    def __init__(self, stores: Stores, time: PracticeTime, slots: Slots) -> None:
        self._stores, self._time, self._slots = stores, time, slots

    def best_fit(self, request: Request, count: int = 5) -> list[Fit]:
        """The soonest suitable slots for *request*, the best first."""
        now = self._time.now()
        kinds = wanted_kinds(request)
        busy = [
            (a.start, a.end)
            for a in self._stores.appointments.of_patient(request.patient_id)
            if request.patient_id and a.holds_its_place
        ]
        open_slots = [
            slot
            for slot in self._stores.slots
            if slot.status in ("free", "busy-tentative")
            and slot.type_code in kinds
            and slot.start >= now
            and slot.is_bookable(now)
            and not any(slot.start < end and begin < slot.end for begin, end in busy)
        ]
        if not open_slots:
            return []
        usual_gp = self._usual_gp(request.patient_id)
        soonest = min(slot.start for slot in open_slots)
        ranked = sorted(
            open_slots, key=lambda s: (self._late_by(s, request, kinds, usual_gp), s.start, s.id)
        )
        return [self._fit(s, request, usual_gp, soonest) for s in ranked[:count]]

    def _late_by(
        self, slot: Slot, request: Request, kinds: tuple[str, ...], usual_gp: str
    ) -> datetime:
        """When it is, counted later for what speaks against it."""
        at = slot.start + _SECOND_CHOICE * kinds.index(slot.type_code)
        if _way(slot) not in wanted_ways(request):
            at += _WRONG_WAY
        if any(not _in_hours(slot, begin, end) for _, begin, end in wanted_hours(request)):
            at += _WRONG_HOUR
        if usual_gp and not request.is_urgent:
            at += timedelta() if self._slots.clinician_of(slot)[0] == usual_gp else _USUAL_GP
        return at

    def _fit(self, slot: Slot, request: Request, usual_gp: str, soonest: datetime) -> Fit:
        clinician_id, clinician = self._slots.clinician_of(slot)
        why = []
        if slot.start == soonest:
            why.append("soonest")
        if usual_gp and clinician_id == usual_gp:
            why.append("usual GP")
        asked_ways = wanted_ways(request)
        if len(asked_ways) == 1 and _way(slot) in asked_ways:
            why.append("by phone, as asked" if _way(slot) == "phone" else "in person, as asked")
        why.extend(
            said for said, begin, end in wanted_hours(request) if _in_hours(slot, begin, end)
        )
        if not why:
            why.append(slot.type_text or "suitable")
        return Fit(slot, clinician, tuple(why))

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
