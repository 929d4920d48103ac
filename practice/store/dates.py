"""FHIR dates as ranges of milliseconds, so that every precision compares with every other."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from contract.core_hours import LONDON

MIN: Final = -(2**62)
MAX: Final = 2**62
"""Open ends of a period."""

_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_TIMED = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def ms(moment: datetime) -> int:
    """Whole milliseconds of *moment* (aware) since 1970 UTC."""
    return (moment - _EPOCH) // _MS


def moment(milliseconds: int) -> datetime:
    """The aware UTC time *milliseconds* after 1970."""
    return _EPOCH + milliseconds * _MS


def bounds(text: str) -> tuple[int, int]:
    """First and last millisecond that *text* (a FHIR date, dateTime or instant) can mean.

    A date without a time zone is a date in London.

    Raises:
        ValueError: no such date.
    """
    if timed := _TIMED.fullmatch(text):
        return _timed_bounds(timed)
    if (partial := _PARTIAL.fullmatch(text)) is None:
        raise ValueError(f"{text!r} is not a date")
    year, month, day = (int(part) if part else 0 for part in partial.groups())
    first = datetime(year, month or 1, day or 1, tzinfo=LONDON)
    try:
        if day:
            after = first + timedelta(days=1)
        elif month:
            after = first.replace(year=year + month // 12, month=month % 12 + 1)
        else:
            after = first.replace(year=year + 1)
    except OverflowError as beyond:
        raise ValueError(f"{text!r} is too late a date") from beyond
    return ms(first.astimezone(UTC)), ms(after.astimezone(UTC)) - 1


def _timed_bounds(match: re.Match[str]) -> tuple[int, int]:
    day, hour, minute, second, fraction, zone = match.groups()
    start = datetime.fromisoformat(f"{day}T{hour}:{minute}:{second or '00'}{zone or ''}")
    if start.tzinfo is None:
        start = start.replace(tzinfo=LONDON)
    low = ms(start.astimezone(UTC))
    if second is None:
        return low, low + 59_999
    if fraction is None:
        return low, low + 999
    digits = fraction[:3]
    low += int(digits.ljust(3, "0"))
    return low, low + 10 ** (3 - len(digits)) - 1
