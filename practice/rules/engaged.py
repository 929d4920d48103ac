"""When clinicians are with somebody: time that is theirs no longer, whatever their slots say.

Staff may squeeze a patient in over a free slot; online never overbooks, so that patients neither
find, see nor book a slot whose clinician is engaged over its time.

Source: docs/contract.md 5 (double booking by staff), 12.2 (free slots, book).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import msgspec

from contract.limits import PAGE, SEARCH_DAYS_PATIENT
from practice.clock import instant
from practice.rules.trees import bare, moment, target, targets
from practice.store import Query, Tree, Unit

THERE: Final = ("booked", "arrived", "checked-in")
"""States of a patient who is with the clinician, or will be."""
LONGEST: Final = timedelta(hours=4)
"""No appointment takes longer."""

Span = tuple[datetime, datetime]


class _Actor(msgspec.Struct):
    reference: str = ""


class _Participant(msgspec.Struct):
    actor: _Actor = msgspec.field(default_factory=_Actor)


class _Held(msgspec.Struct):
    """What is read of an appointment: a day has hundreds, and a patient waits."""

    start: datetime | None = None
    end: datetime | None = None
    participant: list[_Participant] = msgspec.field(default_factory=list)


_read = msgspec.json.Decoder(_Held).decode


def clinicians_of(session: Tree | None) -> tuple[str, ...]:
    """References of the clinicians whose session it is."""
    found = targets((session or {}).get("actor"))
    return tuple(one for one in found if one.startswith("Practitioner/"))


def are_engaged(unit: Unit, clinicians: Iterable[str], start: datetime, end: datetime) -> bool:
    """Whether one of *clinicians* has somebody over a part of [start, end)."""
    wanted = ",".join(clinicians)
    if not wanted:
        return False
    found = _held(unit, start - LONGEST, end, [("practitioner", wanted)])
    return any(begins < end and start < ends for _, begins, ends in found)


class Engaged:
    """The same question of many slots: what is booked on a day is read once for all of them.

    It does not hear of writes: `of` gives one that was made after the last.
    """

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._sessions: dict[str, tuple[str, ...]] = {}
        self._days: dict[date, Mapping[str, list[Span]]] = {}

    @classmethod
    def of(cls, unit: Unit) -> "Engaged":
        """The one of *unit* as it stands."""
        held = unit.worked_out.get(cls)
        if not isinstance(held, cls):
            held = unit.worked_out[cls] = cls(unit)
        return held

    def over(self, slot: Tree) -> bool:
        """Whether the clinician of *slot* has somebody over a part of its time."""
        start, end = moment(slot["start"], "Slot.start"), moment(slot["end"], "Slot.end")
        clinicians = self._clinicians(target(slot.get("schedule")))
        if not clinicians:
            return False
        spans = self._of_day(start.astimezone(UTC).date())
        return any(
            begins < end and start < ends
            for one in clinicians
            for begins, ends in spans.get(one, ())
        )

    def _clinicians(self, session: str) -> tuple[str, ...]:
        if session not in self._sessions:
            kind, _, session_id = session.partition("/")
            held = self._unit.get(kind, session_id) if session_id else None
            self._sessions[session] = clinicians_of(held.tree() if held else None)
        return self._sessions[session]

    def _of_day(self, day: date) -> Mapping[str, list[Span]]:
        """By clinician, when they have somebody; for slots that begin on *day* (UTC)."""
        if day not in self._days:
            first, last = day, day
            if self._days:  # not the only one: the others that a search reaches follow
                reach = timedelta(days=SEARCH_DAYS_PATIENT)
                one = next(iter(self._days))
                first = min(day, max(self._unit.now.date(), one - reach))
                last = max(day, one + reach)
            self._read(first, last)
        return self._days[day]

    def _read(self, first: date, last: date) -> None:
        """Read what is booked from *first* to *last* (UTC): one question, which costs the most."""
        days: dict[date, dict[str, list[Span]]] = {}
        day = first
        while day <= last:
            days[day] = {}
            day += timedelta(days=1)
        begin, end = datetime.combine(first, time(), UTC), datetime.combine(day, time(), UTC)
        for people, begins, ends in _held(self._unit, begin - LONGEST, end + LONGEST):
            # A slot that begins at midnight may lie under what began the day before, or reach
            # into what begins the day after.
            for near in {(begins - LONGEST).date(), begins.date(), (begins + LONGEST).date()}:
                for one in people if near in days else ():
                    days[near].setdefault(one, []).append((begins, ends))
        self._days |= days


def _held(
    unit: Unit, first: datetime, last: datetime, more: Iterable[tuple[str, str]] = ()
) -> Iterator[tuple[list[str], datetime, datetime]]:
    """Clinicians, start and end of the appointments that begin in [first, last) and still count."""
    pairs = [
        *more,
        ("status", ",".join(THERE)),
        ("date", f"ge{instant(first)}"),
        ("date", f"lt{instant(last)}"),
        ("_count", str(PAGE)),
        ("_total", "none"),
    ]
    query = Query.parse("Appointment", pairs)
    while True:
        page = unit.search(query)
        for match in page.matches:
            held = _read(match.raw)
            if held.start is not None and held.end is not None:
                actors = (bare(who.actor.reference) for who in held.participant)
                people = [one for one in actors if one.startswith("Practitioner/")]
                yield people, held.start.astimezone(UTC), held.end.astimezone(UTC)
        if page.next is None:
            return
        query = replace(query, cursor=page.next)
