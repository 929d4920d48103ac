"""How long something has waited, in the days on which the practice works.

Source: domain words 1 (repeat prescriptions: amber at 1, red at 2 working days).
"""

from datetime import UTC, date, datetime, time
from typing import Final

from contract.core_hours import CLOSES, LONDON, OPENS, is_core_day, next_core_day

AMBER_DAYS: Final = 1
RED_DAYS: Final = 2


def working_day_at(received: datetime, days: int) -> datetime:
    """When something received at *received* (aware) has waited *days* working days, as aware UTC.

    It is the same time of the wall clock, *days* core-hours days later. What comes before the
    practice opens counts from 08:00; what comes after the close, at a weekend or on a bank holiday
    counts from 08:00 of the next core-hours day.

    Raises:
        ValueError: *days* is negative.
    """
    if days < 0:
        raise ValueError("nothing waits for fewer than no days")
    day, at = _counted_from(received)
    for _ in range(days):
        day = next_core_day(day)
    return _moment(day, at)


def working_days(received: datetime, now: datetime) -> int:
    """Whole working days from *received* to *now* (both aware); 0 where *now* is the earlier."""
    day, at = _counted_from(received)
    days = -1
    while _moment(day, at) <= now:
        day = next_core_day(day)
        days += 1
    return max(0, days)


def _counted_from(received: datetime) -> tuple[date, time]:
    local = received.astimezone(LONDON)
    day, at = local.date(), local.time()
    if not is_core_day(day) or at >= CLOSES:
        day, at = next_core_day(day), OPENS
    return day, max(at, OPENS)


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LONDON).astimezone(UTC)
