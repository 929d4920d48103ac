"""Core hours, and when a request is due.

Core hours are Monday to Friday, 08:00-18:30 Europe/London, less the bank holidays of England.
An urgent request is dealt with the same day; any other by the end of the next core-hours day.

Source: docs/contract.md 3 (Task.restriction.period.end); domain words, due rule.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
OPENS = time(8, 0)
CLOSES = time(18, 30)


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_bank_holiday(day: date) -> bool:
    """Whether *day* is a bank holiday in England."""
    return day in _bank_holidays(day.year)


def is_core_day(day: date) -> bool:
    """Whether the practice must be open on *day* (a London calendar day)."""
    return day.weekday() < 5 and not is_bank_holiday(day)


def next_core_day(day: date) -> date:
    """The first core-hours day after *day*."""
    day += timedelta(days=1)
    while not is_core_day(day):
        day += timedelta(days=1)
    return day


def in_core_hours(moment: datetime) -> bool:
    """Whether *moment* (aware) lies in core hours; 18:30 itself does not."""
    local = moment.astimezone(LONDON)
    return is_core_day(local.date()) and OPENS <= local.time() < CLOSES


def london_day(moment: datetime) -> date:
    """The London calendar day of *moment* (aware)."""
    return moment.astimezone(LONDON).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The two London midnights around *day*, as aware UTC: [start, end). 23, 24 or 25 hours."""
    start = datetime.combine(day, time(), LONDON).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC)
    return start, end


def opens_on(day: date) -> datetime:
    """08:00 in London on *day*, as aware UTC."""
    return datetime.combine(day, OPENS, LONDON).astimezone(UTC)


def _close_of(day: date) -> datetime:
    return datetime.combine(day, CLOSES, LONDON).astimezone(UTC)


def due_at(received: datetime, *, urgent: bool) -> datetime:
    """When a request received at *received* (aware) must be dealt with, as aware UTC.

    A request that comes after the close, or on a day the practice is shut, counts as received
    on the next core-hours day.
    """
    local = received.astimezone(LONDON)
    day = local.date()
    if not is_core_day(day) or local.time() >= CLOSES:
        day = next_core_day(day)
    return _close_of(day if urgent else next_core_day(day))
