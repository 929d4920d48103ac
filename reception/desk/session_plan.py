"""From weekly templates to dated sessions: which days, which slots, and what would change.

Pure: nothing here knows the wire. A dated slot is aware UTC.

Source: docs/contract.md 3 (Schedule, Slot), 6 (template week); domain words, session templates.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from itertools import pairwise

import holidays

from contract import release
from contract.codes import BookingAccess
from contract.template import REFERENCE_MONDAY, REFERENCE_WEEKS
from reception.desk.session_pattern import BadPattern, Pattern, Piece, minute_of, on_wall
from reception.records import Appointment, Session, Slot

# -- which days


@cache
def _holidays(year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year))


def holiday_on(day: date) -> str:
    """The bank holiday of England on *day* by name, or an empty string."""
    return _holidays(day.year).get(day, "")


class Skip(Enum):
    """Why a day that a template means gets no session."""

    HOLIDAY = "bank holiday"
    PAST = "over"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day without the session that a template means for it."""

    pattern: Pattern
    day: date
    why: Skip
    words: str


@dataclass(frozen=True, slots=True)
class Dated:
    """A template on one day."""

    pattern: Pattern
    day: date

    @property
    def session_key(self) -> str:
        """The key by which it is created once, whoever applies it and how often."""
        return f"{self.pattern.key}|{self.day.isoformat()}"

    @property
    def start(self) -> datetime:
        """When the session begins, aware UTC."""
        return on_wall(self.day, self.pattern.start_min)

    @property
    def end(self) -> datetime:
        """When it ends, aware UTC."""
        return on_wall(self.day, self.pattern.end_min)

    def wanted(self) -> tuple["Wanted", ...]:
        """Its slots. What the clock skips on the night it goes forward is left out."""
        found = []
        for piece in self.pattern.pieces:
            start = on_wall(self.day, piece.at_min)
            end = start + timedelta(minutes=piece.minutes)
            if minute_of(start) == piece.at_min:
                found.append(Wanted(piece, start, end))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A slot as it should stand on its day."""

    piece: Piece
    start: datetime
    end: datetime

    def status(self, now: datetime) -> str:
        """Free, or shut: a break, or not released yet."""
        if self.piece.is_break:
            return "busy-unavailable"
        opens = release.opens_at(self.piece.access, self.start)
        return "busy-unavailable" if opens is not None and now < opens else "free"

    def matches(self, slot: Slot) -> bool:
        """Whether *slot* is it already. What the day has made of it since stays as it is."""
        piece = self.piece
        if (slot.start, slot.end) != (self.start, self.end):
            return False
        if (slot.type_code, slot.channel) != (piece.type_code, piece.channel):
            return False
        if piece.is_break or slot.status == "busy":
            return True
        fallen = release.after_fall_back(piece.access)
        return _who(slot) in (_codes(piece.access, slot), _codes(fallen, slot))


def _who(slot: Slot) -> frozenset[str]:
    return _codes(slot.access, slot)


def _codes(access: Iterable[str], slot: Slot) -> frozenset[str]:
    """Codes that a template decides: online comes and goes by the day, a blocked slot opens not."""
    return frozenset(
        code
        for code in access
        if code != BookingAccess.ONLINE and not (slot.is_blocked and release.is_embargo(code))
    )


def weeks_since_reference(day: date) -> int:
    """Whole weeks from the reference Monday to the week of *day*."""
    return (day - REFERENCE_MONDAY).days // 7


def dated(
    patterns: Sequence[Pattern], first: date, last: date, now: datetime
) -> tuple[list[Dated], list[Skipped]]:
    """Every session that *patterns* mean from *first* to *last*, and every one that is left out.

    A clinician who has a session in the second reference week works in two weeks that alternate,
    counted from the reference Monday; everybody else works every week alike.
    """
    turning = {p.practitioner_id for p in patterns if p.week}
    found: list[Dated] = []
    skipped: list[Skipped] = []
    for day in _days(first, last):
        turn = weeks_since_reference(day) % REFERENCE_WEEKS
        for pattern in patterns:
            if pattern.weekday != day.weekday() or not pattern.pieces:
                continue
            if pattern.practitioner_id in turning and pattern.week != turn:
                continue
            one = Dated(pattern, day)
            if holiday := holiday_on(day):
                skipped.append(Skipped(pattern, day, Skip.HOLIDAY, f"bank holiday: {holiday}"))
            elif one.start <= now:
                skipped.append(Skipped(pattern, day, Skip.PAST, "has begun already"))
            else:
                found.append(one)
    found.sort(key=lambda d: (d.day, d.pattern.practitioner_name, d.start))
    return found, skipped


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


# -- what would change


class Kind(Enum):
    """What applying a template does on one day."""

    ADDED = "new session"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Difference:
    """One dated session beside what stands in the diary.

    Attributes:
        dated: what is meant.
        session: what stands there, or None.
        add: slots to create.
        alter: slots to give another time, type or access.
        withdraw: slots to take out.
        touched: appointments in slots that the template does not have like this; slots and
            appointments stay, the patients go to the contact list.
    """

    dated: Dated
    session: Session | None
    add: tuple[Wanted, ...] = ()
    alter: tuple[tuple[Slot, Wanted], ...] = ()
    withdraw: tuple[Slot, ...] = ()
    touched: tuple[Appointment, ...] = ()

    @property
    def kind(self) -> Kind:
        """What it comes to."""
        if self.session is None:
            return Kind.ADDED
        changes = self.add or self.alter or self.withdraw or self.touched
        return Kind.CHANGED if changes else Kind.UNCHANGED

    @property
    def writes(self) -> int:
        """How many slots it changes."""
        return len(self.add) + len(self.alter) + len(self.withdraw)


def counterpart(
    one: Dated, sessions: Iterable[Session], key_of: Mapping[str, str]
) -> Session | None:
    """The session of the diary that a template means on a day, or None.

    By its session-key, else one of the same clinician that overlaps it by half of its time:
    whoever set that up by hand meant the same surgery.
    """
    best: tuple[timedelta, Session] | None = None
    for session in sessions:
        if key_of.get(session.id) == one.session_key:
            return session
        if not session.active or session.practitioner_id != one.pattern.practitioner_id:
            continue
        shared = min(session.end, one.end) - max(session.start, one.start)
        if shared * 2 >= min(session.end - session.start, one.end - one.start) and (
            best is None or shared > best[0]
        ):
            best = shared, session
    return best[1] if best is not None else None


def difference(
    one: Dated,
    session: Session | None,
    slots: Iterable[Slot],
    appointments: Iterable[Appointment],
    now: datetime,
) -> Difference:
    """What it takes to make the diary agree with a template, without touching who is booked.

    Args:
        one: what is meant.
        session: its counterpart in the diary, or None.
        slots: the slots of *session*, whatever their status.
        appointments: the live appointments of that day.
        now: the practice's time, for holds.
    """
    wanted = list(one.wanted())
    if session is None:
        return Difference(one, None, add=tuple(wanted))
    booked: dict[str, list[Appointment]] = {}
    for held in appointments:
        if held.holds_its_place:
            for slot_id in held.slot_ids:
                booked.setdefault(slot_id, []).append(held)
    stands = [s for s in slots if s.status != "entered-in-error" and not s.overbooked]
    stays = [s for s in stands if is_kept(s, s.id in booked, now)]
    loose = {s.id: s for s in stands if s not in stays}
    settled = {w for w in wanted for s in stays if w.matches(s)}
    odd = [s for s in stays if not any(w.matches(s) for w in wanted)]
    room = [w for w in wanted if w not in settled and not any(_overlap(w, s) for s in stays)]
    add: list[Wanted] = []
    alter: list[tuple[Slot, Wanted]] = []
    for want in room:
        there = [s for s in loose.values() if s.start == want.start]
        exact = next((s for s in there if want.matches(s) and _agrees(want, s)), None)
        if exact is not None:
            loose.pop(exact.id)
        elif there:
            alter.append((loose.pop(there[0].id), want))
        else:
            add.append(want)
    touched: dict[str, Appointment] = {}
    for slot in odd:
        for held in booked.get(slot.id, ()):
            touched[held.id] = held
    return Difference(
        one,
        session,
        tuple(add),
        tuple(alter),
        tuple(sorted(loose.values(), key=lambda s: (s.start, s.id))),
        tuple(sorted(touched.values(), key=lambda a: (a.start, a.id))),
    )


def is_kept(slot: Slot, is_booked: bool, now: datetime) -> bool:
    """Whether nobody may change *slot*: somebody is booked there, or being booked."""
    return is_booked or slot.status == "busy" or slot.is_held(now)


def _agrees(want: Wanted, slot: Slot) -> bool:
    """A break that is shut, or a slot that is not one: blocked by hand counts as it stands."""
    return slot.is_blocked or not want.piece.is_break


def _overlap(one: Wanted | Slot, other: Slot) -> bool:
    return one.start < other.end and other.start < one.end


# -- splitting and merging


def halves(slot: Slot, at: datetime | None = None) -> tuple[datetime, datetime, datetime]:
    """Start, cut and end of a slot that is split at *at*, or in two halves.

    A half that is no whole minute makes the first part the longer one.

    Raises:
        BadPattern: there is nothing to split, or *at* lies outside.
    """
    if slot.minutes < 2:
        raise BadPattern("A slot of one minute cannot be split.")
    cut = at or slot.start + timedelta(minutes=(slot.minutes + 1) // 2)
    if not slot.start < cut < slot.end:
        raise BadPattern("Choose a time within the slot.")
    return slot.start, cut, slot.end


def why_not_merged(slots: Sequence[Slot], now: datetime) -> str:
    """Why *slots* (by time) cannot become one, in a sentence; empty where they can."""
    if len(slots) < 2:
        return "There is no free slot after it to merge with."
    kinds = {(s.schedule_id, s.type_code, s.channel, s.overbooked) for s in slots}
    if len(kinds) > 1:
        return "Only slots of one session, type and mode can be merged."
    for early, late in pairwise(slots):
        if early.end != late.start:
            return "Only slots that touch can be merged."
    for slot in slots:
        if slot.status != "free" and not (
            slot.status == "busy-tentative" and slot.is_bookable(now)
        ):
            return "Only free slots can be merged."
    return ""


# -- longer and shorter


def longer(
    slots: Iterable[Slot], until: datetime, length_min: int
) -> list[tuple[datetime, datetime]]:
    """The slots that stand between the last one of *slots* and *until*, each *length_min* long."""
    at = max((s.end for s in slots if s.status != "entered-in-error"), default=None)
    made: list[tuple[datetime, datetime]] = []
    if at is None or length_min < 1:
        return made
    step = timedelta(minutes=length_min)
    while at + step <= until:
        made.append((at, at + step))
        at += step
    return made
