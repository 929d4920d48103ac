"""When what is shut opens, and when what is kept for others falls back: a line for each moment."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from contract.codes import BookingAccess
from contract.core_hours import LONDON, london_day
from contract.release import falls_back_at, opening, opens_at
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
    """What happens at one moment to slots of one rule.

    Attributes:
        at: when, aware UTC; None for what is kept and has no time to fall back.
        falls_back: back to the practice, rather than open for the first time.
        slots: which, by time.
        who: who may book them, before they fall back or once they are open.
        rule: the rule in words, "at 08:00 on the day"; may be empty.
    """

    at: datetime | None
    falls_back: bool
    who: str
    rule: str
    slots: tuple[Slot, ...] = field(compare=False, default=())

    def words(self, today: date) -> str:
        """`Tomorrow 08:00: 24 on-the-day slots open, online and desk (12 Routine GP, ...)`."""
        count = len(self.slots)
        kinds = Counter(slot.type_text or slot.type_code or "Appointment" for slot in self.slots)
        what = ", ".join(f"{n} {kind}" for kind, n in kinds.most_common())
        slots = "1 slot" if count == 1 else f"{count} slots"
        if self.at is None:
            return f"No time set: {slots} kept for {self.who} ({what})"
        when = f"{_day(london_day(self.at), today)} {clock(self.at)}"
        one = count == 1
        if self.falls_back:
            does = "falls" if one else "fall"
            return f"{when}: {slots} kept for {self.who} {does} back to the practice ({what})"
        return f"{when}: {slots} {'opens' if one else 'open'}, {self.who} ({what})"


def openings(slots: Iterable[Slot], now: datetime) -> list[Opening]:
    """Every moment to come, the next first; what has no time stands last."""
    found: dict[Opening, list[Slot]] = {}
    for slot in slots:
        made = _opening_of(slot) if slot.start > now else None
        if made is not None:
            found.setdefault(made, []).append(slot)
    lines = [
        Opening(o.at, o.falls_back, o.who, o.rule, tuple(sorted(held, key=_by_start)))
        for o, held in found.items()
    ]
    late = now + timedelta(days=36_500)
    return sorted(lines, key=lambda o: (o.at or late, o.falls_back, o.who, o.rule))


def _opening_of(slot: Slot) -> Opening | None:
    if slot.is_embargoed:
        rule = opening(slot.access)
        at = opens_at(slot.access, slot.start)
        return Opening(at, False, _who(slot), rule.words if rule is not None else "")
    if slot.status == "free" and is_kept(slot):
        return Opening(falls_back_at(slot.access, slot.start), True, _who(slot), "")
    return None


def _who(slot: Slot) -> str:
    """`online and desk`; the desk has what nobody else is named for."""
    named = [words for code, words in _WHO.items() if code in slot.access]
    if slot.is_embargoed and "desk" not in named:
        named.append("desk")
    return " and ".join(named) or "desk"


def _day(day: date, today: date) -> str:
    away = (day - today).days
    return {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get(away, day_text(day))


def _by_start(slot: Slot) -> tuple[datetime, str]:
    return slot.start.astimezone(LONDON), slot.id
