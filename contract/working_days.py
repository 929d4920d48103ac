"""How long something has waited, in the days on which the practice works.

Source: domain words 1 (repeat prescriptions: amber at 1, red at 2 working days).
"""

from datetime import UTC, date, datetime, time
from typing import Final

from contract.core_hours import LONDON, STANDARD, CoreHours

AMBER_DAYS: Final = 1
RED_DAYS: Final = 2


def working_day_at(received: datetime, days: int, hours: CoreHours = STANDARD) -> datetime:
    """When something received at *received* (aware) has waited *days* working days, as aware UTC.

    It is the same time of the wall clock, *days* core-hours days later, but never while the
    practice is shut. What comes before it opens counts from then; what comes after the close, at a
    weekend or on a bank holiday counts from the opening of the next core-hours day.

    Raises:
        ValueError: *days* is negative.
    """
    if days < 0:
        raise ValueError("nothing waits for fewer than no days")
    day, at = _counted_from(received, hours)
    for _ in range(days):
        day = hours.next_core_day(day)
    return _moment(day, at, hours)


def working_days(received: datetime, now: datetime, hours: CoreHours = STANDARD) -> int:
    """Whole working days from *received* to *now* (both aware); 0 where *now* is the earlier."""
    day, at = _counted_from(received, hours)
    days = -1
    while _moment(day, at, hours) <= now:
        day = hours.next_core_day(day)
        days += 1
    return max(0, days)


def _counted_from(received: datetime, hours: CoreHours) -> tuple[date, time]:
    local = received.astimezone(LONDON)
    day, at = local.date(), local.time()
    open_from_to = hours.on(day)
    if open_from_to is None or at >= open_from_to[1]:
        return hours.next_core_day(day), time()
    return day, at


def _moment(day: date, at: time, hours: CoreHours) -> datetime:
    open_from_to = hours.on(day)
    assert open_from_to is not None, "asked of core-hours days only"
    opens, closes = open_from_to
    return datetime.combine(day, min(max(at, opens), closes), LONDON).astimezone(UTC)
