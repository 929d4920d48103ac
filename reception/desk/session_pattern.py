"""The pattern of a session: which slots it has, by the clock on the wall of a weekday.

Pure: nothing here knows the wire. All times are minutes of the London wall clock, so that 09:00
is 09:00 on both sides of a clock change.

Source: docs/contract.md 3 (Schedule, Slot), 6 (template week); domain words, session templates.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from contract.codes import BookingAccess, Channel, SlotType
from contract.core_hours import LONDON
from contract.systems import TEMPLATE_KEY
from contract.template import REFERENCE_MONDAY, REFERENCE_WEEKS
from reception.records import Session, Slot
from reception.records.tree import identifier_of

DAY_MIN = 24 * 60
BREAKS = frozenset({SlotType.BREAK, SlotType.CATCH_UP})
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class BadPattern(ValueError):
    """A pattern that cannot be a session; the text is a sentence for people."""


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """One slot of a pattern.

    Attributes:
        at_min: minutes after midnight on the London wall clock.
        minutes: its length.
        type_code: `SlotType`.
        type_text: what patients read.
        channel: `Channel`.
        access: codes of booking-access: who may take it, and when it opens.
        is_break: kept free of patients.
    """

    at_min: int
    minutes: int
    type_code: str
    type_text: str = ""
    channel: str = Channel.IN_PERSON
    access: frozenset[str] = frozenset({BookingAccess.RECEPTION.value})
    is_break: bool = False

    @property
    def end_min(self) -> int:
        """Minutes after midnight at which it ends."""
        return self.at_min + self.minutes


@dataclass(frozen=True, slots=True)
class Pattern:
    """One session of a template week.

    Attributes:
        key: the template-key; empty while it has none.
        name: the session's name, "GP surgery".
        practitioner_id: whose it is.
        practitioner_name: the name others see.
        location_id: where, or empty.
        weekday: 0 is Monday.
        week: 0, or 1 for the second of two weeks that alternate.
        pieces: its slots by time.
        session_id: id of the Schedule that holds it; empty while it is not stored.
    """

    key: str
    name: str
    practitioner_id: str
    practitioner_name: str
    location_id: str
    weekday: int
    week: int
    pieces: tuple[Piece, ...]
    session_id: str = ""

    @property
    def start_min(self) -> int:
        """When it begins, minutes after midnight."""
        return min(piece.at_min for piece in self.pieces)

    @property
    def end_min(self) -> int:
        """When it ends, minutes after midnight."""
        return max(piece.end_min for piece in self.pieces)

    def check(self) -> None:
        """Refuse what cannot be a session.

        Raises:
            BadPattern: with a sentence.
        """
        if not self.practitioner_id:
            raise BadPattern("Choose a clinician.")
        if not self.pieces:
            raise BadPattern("Not one slot fits between start and end.")
        if not 0 <= self.weekday < 7 or not 0 <= self.week < REFERENCE_WEEKS:
            raise BadPattern("Choose a day of the week.")
        for piece in self.pieces:
            if piece.at_min < 0 or piece.end_min > DAY_MIN or piece.minutes < 1:
                raise BadPattern("A session stays within one day.")
        for early, late in pairwise(sorted(self.pieces)):
            if early.end_min > late.at_min:
                raise BadPattern(f"Two slots overlap at {clock_of(late.at_min)}.")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a session is cut into slots when somebody sets it up by hand."""

    start_min: int
    end_min: int
    slot_min: int
    type_code: str
    type_text: str = ""
    channel: str = Channel.IN_PERSON
    access: frozenset[str] = frozenset({BookingAccess.RECEPTION.value})
    break_at_min: int | None = None
    break_minutes: int = 15

    def pieces(self) -> tuple[Piece, ...]:
        """Slots one after another, around the break; what does not fit whole is left out.

        Raises:
            BadPattern: there is no room, or the times are the wrong way round.
        """
        if self.end_min <= self.start_min:
            raise BadPattern("A session has to end after it begins.")
        if self.slot_min < 1:
            raise BadPattern("A slot takes at least a minute.")
        has_break = self.break_at_min is not None and (
            self.start_min <= self.break_at_min < self.end_min
        )
        pause = self.break_at_min if has_break else None
        made: list[Piece] = []
        at = self.start_min
        while True:
            if pause is not None and at + self.slot_min > pause:
                length = min(self.break_minutes, self.end_min - pause)
                made.append(Piece(pause, length, SlotType.BREAK, "Break", is_break=True))
                at, pause = pause + length, None
            if at + self.slot_min > self.end_min:
                break
            made.append(
                Piece(at, self.slot_min, self.type_code, self.type_text, self.channel, self.access)
            )
            at += self.slot_min
        if not any(not piece.is_break for piece in made):
            raise BadPattern("Not one slot fits between start and end.")
        return tuple(made)


def clock_of(at_min: int) -> str:
    """`09:05` for 545."""
    return f"{at_min // 60 % 24:02d}:{at_min % 60:02d}"


def on_wall(day: date, at_min: int) -> datetime:
    """That time of day in London as aware UTC; one that the clock skips counts from the gap."""
    wall = datetime.combine(day, time()) + timedelta(minutes=at_min)
    return wall.replace(tzinfo=LONDON).astimezone(UTC)


def minute_of(at: datetime) -> int:
    """Minutes after midnight of *at* on the London wall clock."""
    local = at.astimezone(LONDON)
    return local.hour * 60 + local.minute


# -- patterns from what is stored


def piece_of(slot: Slot) -> Piece:
    """A slot as a piece of a pattern."""
    return Piece(
        minute_of(slot.start),
        slot.minutes,
        slot.type_code,
        slot.type_text,
        slot.channel,
        slot.access,
        is_break=slot.is_blocked or slot.type_code in BREAKS,
    )


def pattern_of(session: Session, slots: Iterable[Slot]) -> Pattern:
    """The pattern of a stored session: a template's own, or that of a dated session."""
    day = session.start.astimezone(LONDON).date()
    stands = [s for s in slots if s.status != "entered-in-error" and not s.overbooked]
    return Pattern(
        key=identifier_of(session.tree, TEMPLATE_KEY),
        name=session.name,
        practitioner_id=session.practitioner_id,
        practitioner_name=session.practitioner_name,
        location_id=session.location_id,
        weekday=day.weekday(),
        week=max(0, (day - REFERENCE_MONDAY).days // 7) if _is_reference(day) else 0,
        pieces=tuple(sorted(piece_of(s) for s in stands)),
        session_id=session.id,
    )


def reference_day(pattern: Pattern) -> date:
    """Where a template's slots lie."""
    return REFERENCE_MONDAY + timedelta(days=7 * pattern.week + pattern.weekday)


def _is_reference(day: date) -> bool:
    return 0 <= (day - REFERENCE_MONDAY).days < 7 * REFERENCE_WEEKS


def renamed(pattern: Pattern, name: str) -> Pattern:
    """*pattern* under another name.

    Raises:
        BadPattern: an empty name.
    """
    if not name.strip():
        raise BadPattern("Give the session a name.")
    return replace(pattern, name=name.strip())
