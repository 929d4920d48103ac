"""How many slots of which kind are free, booked, embargoed, online; and which to open next."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import NamedTuple

from contract.codes import SlotType
from contract.release import RESTRICTED
from reception.records import Slot

Named = Callable[[Slot], tuple[str, str]]
"""Practitioner id and name of whose session a slot stands in."""


class Kind(NamedTuple):
    """One line of the count: a clinician's slots of one type. Sorts as it is read."""

    clinician: str
    type_text: str
    practitioner_id: str
    type_code: str


@dataclass(frozen=True)
class Counts:
    """Slots of one kind by what they are now.

    Attributes:
        free: bookable, whoever may.
        online: those of the free that patients can book.
        embargoed: shut until their release time.
        held: being booked just now.
        booked: taken.
        blocked: kept free of patients.
        lapsed: their time came and nobody took them.
        kept: free, but for NHS 111 or a hub until they fall back to the practice.
    """

    free: int = 0
    online: int = 0
    kept: int = 0
    embargoed: int = 0
    held: int = 0
    booked: int = 0
    blocked: int = 0
    lapsed: int = 0

    @property
    def total(self) -> int:
        """All of them; `online` is a part of `free`."""
        shut = self.embargoed + self.blocked + self.kept
        return self.free + shut + self.held + self.booked + self.lapsed

    def __add__(self, other: "Counts") -> "Counts":
        both = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Counts)}
        return Counts(**both)

    def __mul__(self, number: int) -> "Counts":
        return Counts(**{f.name: getattr(self, f.name) * number for f in fields(Counts)})


_FREE, _ONLINE, _KEPT = Counts(free=1), Counts(free=1, online=1), Counts(kept=1)
_EMBARGOED, _HELD = Counts(embargoed=1), Counts(held=1)
_BLOCKED, _LAPSED = Counts(blocked=1), Counts(lapsed=1)
_BY_STATUS = {"entered-in-error": Counts(), "busy": Counts(booked=1)}


def count_of(slot: Slot, now: datetime) -> Counts:
    """What *slot* adds to the count at *now*."""
    settled = _BY_STATUS.get(slot.status)
    if settled is not None:
        return settled
    if slot.is_blocked:
        return _BLOCKED
    if slot.is_held(now):
        return _HELD
    return _LAPSED if slot.start <= now else _to_come(slot)


def _to_come(slot: Slot) -> Counts:
    if slot.is_embargoed:
        return _EMBARGOED
    if slot.is_online:
        return _ONLINE
    return _KEPT if is_kept(slot) else _FREE


def is_kept(slot: Slot) -> bool:
    """Whether *slot* is kept for others than the practice and its patients."""
    return not slot.is_online and bool(slot.access & RESTRICTED)


def kind_of(slot: Slot, named: Named) -> Kind:
    """The line *slot* is counted in."""
    practitioner_id, clinician = named(slot)
    return Kind(clinician, slot.type_text or slot.type_code, practitioner_id, slot.type_code)


def counted(slots: Iterable[Slot], named: Named, now: datetime) -> dict[Kind, Counts]:
    """All *slots* counted by kind, in the order in which it is read.

    Kinds that are only ever blocked (coffee, meetings) were never on offer and are left out.
    """
    table: dict[Kind, Counts] = {}
    # Alike slots are counted before they are added up: a booking anywhere counts the day anew.
    tally = Counter((kind_of(slot, named), count_of(slot, now)) for slot in slots)
    for (kind, counts), number in tally.items():
        if counts.total:
            table[kind] = table.get(kind, Counts()) + counts * number
    return {kind: counts for kind, counts in sorted(table.items()) if counts.total > counts.blocked}


@dataclass(frozen=True)
class Wish:
    """What somebody wants to open to online booking, or to take back.

    Attributes:
        opening: open if true, else withdraw.
        count: how many.
        start: from this time on (aware).
        end: before this time (aware).
        type_code: of this type only, or empty for any.
        practitioner_id: of this clinician only, or empty for any.
    """

    opening: bool
    count: int
    start: datetime
    end: datetime
    type_code: str = ""
    practitioner_id: str = ""

    def could_take(self, slot: Slot, named: Named, now: datetime) -> bool:
        """Whether *slot* is one that this wish may change."""
        if not (self.start <= slot.start < self.end and slot.start > now):
            return False
        if self.type_code and slot.type_code != self.type_code:
            return False
        if self.opening and not self.type_code and slot.type_code == SlotType.VISIT:
            return False  # nobody books a doctor to their home by chance: only when it is chosen
        if self.practitioner_id and named(slot)[0] != self.practitioner_id:
            return False
        return can_open(slot) if self.opening else slot.status == "free" and slot.is_online


def can_open(slot: Slot) -> bool:
    """Whether *slot* can be opened to online booking, should its time be to come.

    What is kept for others falls back to the practice first, or is given back by hand.
    """
    if is_kept(slot):
        return False
    return slot.is_embargoed or (slot.status == "free" and not slot.is_online)


def chosen(
    wish: Wish, slots: Iterable[Slot], named: Named, now: datetime
) -> tuple[list[Slot], int]:
    """The slots that *wish* would change, the earliest first, and how many it could change.

    At one time the clinicians take turns by name, so that the same wish always means the same.
    """
    able = [slot for slot in slots if wish.could_take(slot, named, now)]
    able.sort(key=lambda slot: (slot.start, named(slot)[1], slot.id))
    return able[: wish.count], len(able)
