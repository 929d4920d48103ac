"""Where a clinician's day has room for one more slot. Pure.

Source: docs/contract.md 6 (Release extra slots).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from reception.records import Session, Slot


@dataclass(frozen=True)
class Gap:
    """Room for one slot.

    Attributes:
        session: whose it would be.
        start: aware UTC.
        end: aware UTC.
    """

    session: Session
    start: datetime
    end: datetime

    @property
    def is_late(self) -> bool:
        """Whether the session is over by then as it stands."""
        return self.end > self.session.end


def gaps(
    sessions: Iterable[Session],
    slots: Iterable[Slot],
    length: timedelta,
    start: datetime,
    end: datetime,
) -> list[Gap]:
    """Room for slots of *length* between *start* and *end* (aware), the earliest first.

    Between the slots of a session, and after its last one until the next session begins. Breaks
    and blocked time are no gaps; what was withdrawn is none of the slots.

    Args:
        sessions: one clinician's, of one day.
        slots: all slots of these sessions.
        length: of one slot; nothing comes of one that is not positive.
        start: no slot begins before this.
        end: no slot ends after this.
    """
    held = sorted(sessions, key=lambda s: (s.start, s.id))
    taken = sorted((s.start, s.end) for s in slots if s.status != "entered-in-error")
    found: list[Gap] = []
    if length <= timedelta():
        return found
    at = start
    for number, session in enumerate(held):
        stop = min(end, held[number + 1].start) if number + 1 < len(held) else end
        at = max(at, session.start)
        while at + length <= stop:
            in_the_way = next((e for s, e in taken if s < at + length and e > at), None)
            if in_the_way is None:
                found.append(Gap(session, at, at + length))
                at += length
            else:
                at = in_the_way
    return found
