"""The continuity pack: when it is due, and which days stand in it.

If the practice's system cannot be reached, reception works from the last pack. Both programs
write one: the desk as a PDF while it is open, the service as a page for any browser, always.

Source: domain words, printing (continuity pack at 07:30 and 13:00).
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from contract.core_hours import LONDON, london_day, next_core_day

WRITTEN_AT: Final = (time(7, 30), time(13, 0))
"""On the wall in London."""


def last_due(now: datetime) -> datetime:
    """The last time at or before *now* (aware) at which a pack was due, as aware UTC."""
    return max(due for due in _around(now) if due <= now)


def next_due(now: datetime) -> datetime:
    """The first time after *now* (aware) at which a pack is due, as aware UTC."""
    return min(due for due in _around(now) if due > now)


def is_due(now: datetime, written: datetime | None) -> bool:
    """Whether a pack of today is wanted at *now*, with the last one written for *written*.

    What was missed yesterday is over: that pack would be out of date.
    """
    due = last_due(now)
    return london_day(due) == london_day(now) and (written is None or written < due)


def pack_days(today: date) -> list[date]:
    """Today, tomorrow, and the next day the practice is open if that is not tomorrow."""
    return sorted({today, today + timedelta(days=1), next_core_day(today)})


def _around(now: datetime) -> list[datetime]:
    today = london_day(now)
    days = (today + timedelta(days=n) for n in (-1, 0, 1))
    return [datetime.combine(d, at, LONDON).astimezone(UTC) for d in days for at in WRITTEN_AT]
