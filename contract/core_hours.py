"""Core hours, and when a request is due.

Core hours are Monday to Friday, 08:00-18:30 Europe/London, less the bank holidays of England; a
practice may set its own (`CoreHours.from_text`). An urgent request is dealt with the same day; any
other by the end of the next core-hours day.

Source: docs/contract.md 3 (Task.restriction.period.end; Library); domain words, due rule.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import holidays

from contract import documents

LONDON = ZoneInfo("Europe/London")
OPENS = time(8, 0)
CLOSES = time(18, 30)

DOCUMENT: Final = "core-hours"
"""The practice document in which a practice sets its own."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)")
_MOST_CLOSED = 366

Hours = tuple[time, time]


@dataclass(frozen=True)
class CoreHours:
    """When a practice is open, on the wall in London.

    Attributes:
        week: from when to when on each day of the week, Monday first; None: closed.
        open_on_bank_holidays: whether bank holidays are like any other day.
        closed: single days on which it is closed.
    """

    week: tuple[Hours | None, ...] = ((OPENS, CLOSES),) * 5 + (None, None)
    open_on_bank_holidays: bool = False
    closed: frozenset[date] = frozenset()

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "CoreHours":
        """What a `core-hours` document says; what it leaves out is as the contract has it.

        Raises:
            ValueError: it makes no sense; a sentence that names the entry.
        """
        known = {*_DAYS, "bank-holidays", "closed-days"}
        for name in said:
            if name not in known:
                raise ValueError(f"“{name}” is none of {', '.join(sorted(known))}.")
        week = tuple(
            _hours(day, said[day]) if day in said else STANDARD.week[number]
            for number, day in enumerate(_DAYS)
        )
        if not any(week):
            raise ValueError("The practice has to be open on at least one day of the week.")
        holiday = said.get("bank-holidays", "closed")
        if holiday not in ("open", "closed"):
            raise ValueError("“bank-holidays” is either “open” or “closed”.")
        closed = said.get("closed-days", [])
        if not isinstance(closed, list) or len(closed) > _MOST_CLOSED:
            raise ValueError(f"“closed-days” is a list of at most {_MOST_CLOSED} dates.")
        return cls(week, holiday == "open", frozenset(_date(day) for day in closed))

    @classmethod
    @cache
    def from_text(cls, text: str | None) -> "CoreHours":
        """What the text of a document says; those of the contract for None, or broken text."""
        if text is None:
            return STANDARD
        try:
            return cls.of(documents.read(DOCUMENT, text))
        except ValueError:  # brought in without rules: the service refuses to store it
            return STANDARD

    def on(self, day: date) -> Hours | None:
        """From when to when it is open on *day* (a London calendar day); None: closed."""
        if day in self.closed or (not self.open_on_bank_holidays and is_bank_holiday(day)):
            return None
        return self.week[day.weekday()]

    def is_core_day(self, day: date) -> bool:
        """Whether the practice is open on *day*."""
        return self.on(day) is not None

    def next_core_day(self, day: date) -> date:
        """The first core-hours day after *day*."""
        day += timedelta(days=1)
        while self.on(day) is None:
            day += timedelta(days=1)
        return day

    def bounds(self, day: date) -> tuple[datetime, datetime] | None:
        """When it opens and closes on *day*, as aware UTC; None: closed."""
        hours = self.on(day)
        if hours is None:
            return None
        opens, closes = (datetime.combine(day, at, LONDON).astimezone(UTC) for at in hours)
        return opens, closes

    def is_open_at(self, moment: datetime) -> bool:
        """Whether *moment* (aware) lies in core hours; the minute of closing does not."""
        bounds = self.bounds(london_day(moment))
        return bounds is not None and bounds[0] <= moment < bounds[1]

    def due_at(self, received: datetime, *, urgent: bool) -> datetime:
        """When a request received at *received* (aware) must be dealt with, as aware UTC.

        A request that comes after the close, or on a day the practice is shut, counts as received
        on the next core-hours day.
        """
        day = london_day(received)
        bounds = self.bounds(day)
        if bounds is None or received >= bounds[1]:
            day = self.next_core_day(day)
        return self._close_of(day if urgent else self.next_core_day(day))

    def after(self, begin: datetime, length: timedelta) -> datetime:
        """When *length* of core time has passed since *begin* (aware), as aware UTC.

        Time outside core hours does not count: four hours after a Friday's 17:30 is Monday 11:00.
        """
        left = length
        for opens, closes in self._spans_from(begin):
            start = max(opens, begin)
            if closes - start >= left:
                return start + left
            left -= closes - start
        raise AssertionError("there is always another day")

    def _spans_from(self, begin: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = london_day(begin)
        while True:
            bounds = self.bounds(day)
            if bounds is not None and bounds[1] > begin:
                yield bounds
            day = self.next_core_day(day)

    def _close_of(self, day: date) -> datetime:
        bounds = self.bounds(day)
        assert bounds is not None, "asked of core-hours days only"
        return bounds[1]


STANDARD: Final = CoreHours()
"""The hours of the contract."""


def is_bank_holiday(day: date) -> bool:
    """Whether *day* is a bank holiday in England."""
    return day in _bank_holidays(day.year)


def is_core_day(day: date) -> bool:
    """Whether a practice must be open on *day* (a London calendar day)."""
    return STANDARD.is_core_day(day)


def next_core_day(day: date) -> date:
    """The first core-hours day of the contract after *day*."""
    return STANDARD.next_core_day(day)


def in_core_hours(moment: datetime) -> bool:
    """Whether *moment* (aware) lies in the contract's core hours; 18:30 itself does not."""
    return STANDARD.is_open_at(moment)


def due_at(received: datetime, *, urgent: bool) -> datetime:
    """`CoreHours.due_at` by the hours of the contract."""
    return STANDARD.due_at(received, urgent=urgent)


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


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def _hours(day: str, said: object) -> Hours | None:
    if said == "closed":
        return None
    found = _HOURS.fullmatch(said) if isinstance(said, str) else None
    try:
        if found is None:
            raise ValueError
        numbers = [int(number) for number in found.groups()]
        opens, closes = time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
    except ValueError:
        raise ValueError(f"“{day}” is either “closed” or two times, “08:00-18:30”.") from None
    if opens >= closes:
        raise ValueError(f"On “{day}” the practice closes before it opens.")
    return opens, closes


def _date(said: object) -> date:
    if type(said) is date:
        return said
    try:
        return date.fromisoformat(said if isinstance(said, str) else "")
    except ValueError:
        raise ValueError(f"“{said}” in “closed-days” is no date such as 2026-12-24.") from None


documents.CHECKS[DOCUMENT] = CoreHours.of
