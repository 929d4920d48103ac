"""Which slots suit a request, and why.

The patient's own words are read only to put slots into an order; nothing is decided by them.
"""

import heapq
import re
from collections.abc import Callable, Sequence
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
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = re.compile(r"\b(" + "|".join(_DAYS) + r")s?\b", re.I)
_OF_THE_PAST = re.compile(r"\b(?:since|last|until|till|from|this past)\s+(?:\w+\s+)?$", re.I)
_NEVER = re.compile(r"\b(?:not|no|never|can'?t(?: do| make)?|cannot|except|apart from)\b", re.I)
_IS_FINE = re.compile(r"^s?\s+(?:is|are|would be|suits?|works?)", re.I)
_ASKS_GP = re.compile(
    r"\b(?:my|usual|own|same|regular) (?:usual |own |regular )?(?:gp|doctor|dr)\b", re.I
)
_WRONG_HOUR = timedelta(hours=20)
_WRONG_DAY = timedelta(days=3)
_WRONG_WAY = timedelta(hours=12)
_SECOND_CHOICE = timedelta(hours=2)
_USUAL_GP = timedelta(hours=3)
_GP_ASKED_FOR = timedelta(days=2)
"""How much later a slot may be and still come before one without this virtue."""

WAYS = {"person": "face to face", "phone": "phone", "visit": "home visit"}
"""How care can be given, as it is chosen for a booking."""

ClinicianOf = Callable[[Slot], tuple[str, str]]
"""Practitioner id and name of whose session a slot stands in."""


@dataclass(frozen=True)
class Fit:
    """A slot that suits a request, and why in a few words.

    Attributes:
        slot: the slot, bookable a moment ago.
        clinician: the name of whose session it stands in.
        why: "soonest", "usual GP", "in the morning, as asked" ...
        clinician_id: the practitioner.
    """

    slot: Slot
    clinician: str
    why: tuple[str, ...]
    clinician_id: str = ""

    @property
    def text(self) -> str:
        """The reasons as one line."""
        return ", ".join(self.why)


@dataclass(frozen=True)
class Wish:
    """What one request asks for, as far as its words tell."""

    kinds: dict[str, timedelta]
    ways: frozenset[str]
    hours: tuple[tuple[str, int, int], ...]
    usual_gp: str
    urgent: bool
    days: frozenset[int] = frozenset()
    not_days: frozenset[int] = frozenset()
    asks_gp: bool = False

    @classmethod
    def of(cls, request: Request, usual_gp: str, more: str = "", way: str = "") -> "Wish":
        """The wish of *request*.

        Args:
            request: the request.
            usual_gp: id of the patient's usual GP, or empty.
            more: further words of theirs: the answers of a form.
            way: `person`, `phone` or `visit`, where that is decided; else what they ask for.
        """
        text = f"{request.description}\n{more}"
        kinds = (SlotType.VISIT,) if way == "visit" else _kinds_in(text, urgent=request.is_urgent)
        if way in ("person", "phone"):
            kinds = tuple(kind for kind in kinds if kind != SlotType.VISIT)
        days, not_days = wanted_days(text)
        return cls(
            {kind: _SECOND_CHOICE * n for n, kind in enumerate(kinds)},
            frozenset({"phone", "person"}) if way == "visit" else _ways(text),
            tuple(_hours_in(text)),
            usual_gp,
            request.is_urgent,
            days,
            not_days,
            bool(_ASKS_GP.search(text)),
        )

    def takes(self, slot: Slot, way: str = "") -> bool:
        """Whether *slot* is of a kind that suits, and of *way* where that is decided."""
        if slot.type_code not in self.kinds:
            return False
        return way not in ("person", "phone") or _way(slot) == way

    def counted_from(self, slot: Slot, *, usual: bool) -> datetime:
        """When *slot* is, counted later for what speaks against it."""
        at = slot.start + self.kinds[slot.type_code]
        if _way(slot) not in self.ways:
            at += _WRONG_WAY
        if self.urgent:
            return at
        if any(not _in_hours(slot, begin, end) for _, begin, end in self.hours):
            at += _WRONG_HOUR
        day = slot.start.astimezone(LONDON).weekday()
        if day in self.not_days or (self.days and day not in self.days):
            at += _WRONG_DAY
        if self.usual_gp and not usual:
            at += _GP_ASKED_FOR if self.asks_gp else _USUAL_GP
        return at

    def met_by(self, slot: Slot, *, soonest: bool, usual: bool) -> tuple[str, ...]:
        """What speaks for *slot*, in a few words."""
        why = ["soonest"] if soonest else []
        if usual:
            why.append("usual GP, as asked" if self.asks_gp else "usual GP")
        if len(self.ways) == 1 and _way(slot) in self.ways:
            why.append("by phone, as asked" if _way(slot) == "phone" else "in person, as asked")
        why.extend(said for said, begin, end in self.hours if _in_hours(slot, begin, end))
        day = slot.start.astimezone(LONDON).weekday()
        if day in self.days:
            why.append(f"on {_DAYS[day].capitalize()}, as asked")
        return tuple(why) or (slot.type_text or "suitable",)


def ranked(slots: Sequence[Slot], wish: Wish, clinician_of: ClinicianOf, count: int) -> list[Fit]:
    """The best of *slots* (all of which suit) for *wish*, the best first."""
    if not slots:
        return []
    soonest = min(slot.start for slot in slots)
    named = {slot.schedule_id: clinician_of(slot) for slot in slots}

    def usual(slot: Slot) -> bool:
        return bool(wish.usual_gp) and named[slot.schedule_id][0] == wish.usual_gp

    best = heapq.nsmallest(
        count,
        slots,
        key=lambda slot: (wish.counted_from(slot, usual=usual(slot)), slot.start, slot.id),
    )
    return [
        Fit(
            slot,
            named[slot.schedule_id][1],
            wish.met_by(slot, soonest=slot.start == soonest, usual=usual(slot)),
            named[slot.schedule_id][0],
        )
        for slot in best
    ]


class Fitting:
    """Looks for slots of the open day."""

    def __init__(self, stores: Stores, time: PracticeTime, slots: Slots) -> None:
        self._stores, self._time, self._slots = stores, time, slots

    def best_fit(self, request: Request, count: int = 5) -> list[Fit]:
        """The soonest suitable slots for *request*, the best first."""
        wish = self.wish(request)
        return ranked(self.open_to(request, wish), wish, self._slots.clinician_of, count)

    def wish(self, request: Request, more: str = "", way: str = "") -> Wish:
        """What *request* asks for; see `Wish.of`."""
        patient = self._stores.patients.get(request.patient_id)
        return Wish.of(request, patient.usual_gp_id if patient is not None else "", more, way)

    def open_to(self, request: Request, wish: Wish, way: str = "") -> list[Slot]:
        """The open day's slots that *request* could be booked into."""
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
            and wish.takes(slot, way)
            and (slot.status == "free" or slot.is_bookable(now))
            and not any(slot.start < end and begin < slot.end for begin, end in busy)
        ]


def wanted_kinds(request: Request) -> tuple[str, ...]:
    """Slot types that may suit, the best first; a doctor's always among them."""
    return _kinds_in(request.description, urgent=request.is_urgent)


def _kinds_in(text: str, *, urgent: bool) -> tuple[str, ...]:
    words = text.casefold()
    named = [kind for pattern, kind in _FOR_WORDS if re.search(pattern, words)]
    if urgent:
        usual = [SlotType.GP_URGENT, SlotType.PHONE_CALL, SlotType.GP_ROUTINE]
        return tuple(dict.fromkeys([*usual, *named]))
    usual = [SlotType.GP_ROUTINE, SlotType.PHONE_CALL, SlotType.GP_URGENT]
    return tuple(dict.fromkeys([*named, *usual]))


def wanted_ways(request: Request) -> frozenset[str]:
    """`phone`, `person` or both: how the patient asks to be seen."""
    return _ways(request.description)


def _ways(text: str) -> frozenset[str]:
    by_phone = _BY_PHONE.search(text)
    in_person = _IN_PERSON.search(text)
    if by_phone and not in_person:
        return frozenset({"phone"})
    if in_person and not by_phone:
        return frozenset({"person"})
    return frozenset({"phone", "person"})


def wanted_hours(request: Request) -> list[tuple[str, int, int]]:
    """(in words, from hour, to hour) for each part of the day that the patient names."""
    return _hours_in(request.description)


def _hours_in(text: str) -> list[tuple[str, int, int]]:
    return [
        (said, begin, end)
        for pattern, said, begin, end in _HOURS
        if re.search(pattern, text, re.IGNORECASE)
    ]


def wanted_days(text: str) -> tuple[frozenset[int], frozenset[int]]:
    """The weekdays (Monday is 0) that a patient asks for, and those they cannot come on.

    A day that only tells since when something hurts is neither.
    """
    wanted: set[int] = set()
    never: set[int] = set()
    for clause in re.split(r"[.;\n]|\bbut\b", text):
        for found in _DAY.finditer(clause):
            ahead = clause[: found.start()]
            if _OF_THE_PAST.search(ahead):
                continue
            day = _DAYS.index(found[1].casefold())
            fine = _IS_FINE.search(clause[found.end(1) :]) and "," in ahead
            (never if _NEVER.search(ahead[-40:]) and not fine else wanted).add(day)
    return frozenset(wanted - never), frozenset(never)


def _way(slot: Slot) -> str:
    return "person" if slot.channel == Channel.IN_PERSON else "phone"


def _in_hours(slot: Slot, begin: int, end: int) -> bool:
    return begin <= slot.start.astimezone(LONDON).hour < end
