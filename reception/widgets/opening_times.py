"""When what is shut opens, and when what is kept for others falls back: a line for each moment."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from contract.codes import BookingAccess
from contract.core_hours import london_day
from contract.release import Moment, fall_back, falls_back_at, opening, opens_at
from reception.desk.words import clock, day_text
from reception.records import Slot
from reception.widgets.slot_counts import is_kept

_WHO = {
    BookingAccess.ONLINE: "online",
    BookingAccess.RECEPTION: "desk",
    BookingAccess.NHS111: "NHS 111",
    BookingAccess.GP_CONNECT: "hubs",
}


@dataclass(frozen=True)
class Opening:
    """What happens to slots of one rule: at one moment, or one after the other on one day.

    Attributes:
        day: on which it happens (London); None for what is kept and has no time to fall back.
        at: the moment, where it is the same for all; None where each slot has its own.
        falls_back: back to the practice, rather than open for the first time.
        who: who may book them, before they fall back or once they are open.
        rule: the rule in words, "48 hours before"; may be empty.
        slots: which, by time.
    """

    day: date | None
    at: datetime | None
    falls_back: bool
    who: str
    rule: str
    slots: tuple[Slot, ...] = field(compare=False, default=())
    first: datetime | None = field(compare=False, default=None)

    def words(self, today: date) -> str:
        """`Tomorrow 08:00: 24 slots open, online and desk (12 Routine GP, ...)`."""
        count = len(self.slots)
        kinds = Counter(slot.type_text or slot.type_code or "Appointment" for slot in self.slots)
        what = ", ".join(f"{n} {kind}" for kind, n in kinds.most_common())
        slots = "1 slot" if count == 1 else f"{count} slots"
        if self.day is None:
            return f"No time set: {slots} kept for {self.who} ({what})"
        when = _day(self.day, today)
        if self.at is not None:
            when = f"{when} {clock(self.at)}"
        elif self.first is not None:
            when = f"{when} {'at' if count == 1 else 'from'} {clock(self.first)}"
            what = f"{self.rule}: {what}"
        if self.falls_back:
            does = "falls" if count == 1 else "fall"
            return f"{when}: {slots} kept for {self.who} {does} back to the practice ({what})"
        return f"{when}: {slots} {'opens' if count == 1 else 'open'}, {self.who} ({what})"


Grouped = dict[Opening, list[tuple[datetime | None, Slot]]]


def grouped(slots: Iterable[Slot], now: datetime) -> Grouped:
    """What happens to *slots*: a day's at a time, so that nobody waits for a fortnight's."""
    found: Grouped = {}
    for slot in slots:
        if slot.status not in ("free", "busy-unavailable") or slot.start <= now:
            continue
        kept = slot.status == "free" and is_kept(slot)
        if kept or slot.is_embargoed:
            line, at = _line(slot.access, slot.start, kept=kept)
            found.setdefault(line, []).append((at, slot))
    return found


def openings(days: Iterable[Grouped], now: datetime) -> list[Opening]:
    """Everything to come, the next first; what has no time stands last."""
    found: Grouped = {}
    for day in days:
        for line, held in day.items():
            found.setdefault(line, []).extend(held)
    lines = []
    for line, held in found.items():
        first = min((at for at, _ in held if at is not None), default=None)
        slots = sorted((slot for _, slot in held), key=_by_start)
        lines.append(replace(line, slots=tuple(slots), first=first))
    late = now + timedelta(days=36_500)
    return sorted(lines, key=lambda o: (o.first or late, o.falls_back, o.who, o.rule))


@lru_cache(maxsize=8192)
def _line(
    access: frozenset[str], start: datetime, *, kept: bool
) -> tuple[Opening, datetime | None]:
    """The line that a slot belongs to, and its own moment."""
    rule = fall_back(access) if kept else opening(access)
    at = falls_back_at(access, start) if kept else opens_at(access, start)
    day = None if at is None else london_day(at)
    same = at if rule is not None and rule.at is not None else None
    return Opening(day, same, kept, _who(access, desk=not kept), _words(rule)), at


def _words(rule: Moment | None) -> str:
    return rule.words if rule is not None else ""


def _who(access: frozenset[str], *, desk: bool) -> str:
    """`online and desk`; the desk may take what opens, whoever else is named."""
    named = [words for code, words in _WHO.items() if code in access]
    if desk and "desk" not in named:
        named.append("desk")
    return " and ".join(named) or "desk"


def _day(day: date, today: date) -> str:
    away = (day - today).days
    return {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get(away, day_text(day))


def _by_start(slot: Slot) -> tuple[datetime, str]:
    return slot.start, slot.id
