"""How many requests the next hour brings, by what days like this one brought.

Source: docs/contract.md 7 (`Task/$forecast`); the hour weights are those of the domain's table of
volumes for a day.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from contract.core_hours import LONDON, STANDARD, CoreHours, is_core_day, london_day

LIKE_DAYS: Final = 6
LEAST_DAYS: Final = 3
"""With fewer days of history than this, the weights of an ordinary day are used, and said."""
QUARTER: Final = timedelta(minutes=15)
QUARTERS: Final = 4
_FURTHEST_DAYS: Final = 120
_ONLINE: Final = (
    (0, 6, 2.0), (6, 8, 8.0), (8, 8.5, 11.0), (8.5, 9, 8.0), (9, 10, 9.5), (10, 11, 9.0),
    (11, 12, 8.0), (12, 13, 7.0), (13, 14, 6.5), (14, 15, 6.0), (15, 16, 6.0), (16, 17, 6.0),
    (17, 18.5, 6.0), (18.5, 24, 7.0),
)  # fmt: skip
_MESSAGES: Final = (
    (0, 6, 2.0), (6, 8, 5.0), (8, 8.5, 5.0), (8.5, 9, 5.0), (9, 10, 8.0), (10, 11, 9.0),
    (11, 12, 9.0), (12, 13, 9.0), (13, 14, 7.0), (14, 15, 7.0), (15, 16, 7.0), (16, 17, 7.0),
    (17, 18.5, 9.0), (18.5, 24, 11.0),
)  # fmt: skip
"""(from hour, to hour, % of a weekday)."""
THREAD: Final = "thread"


@dataclass(frozen=True, slots=True)
class Expected:
    """How many requests of one type a quarter of an hour is expected to bring.

    Attributes:
        start: aware UTC.
        type_code: as on the request.
        requests: a mean, so rarely whole.
    """

    start: datetime
    type_code: str
    requests: float


def like_days(day: date, count: int = LIKE_DAYS) -> list[date]:
    """The last *count* days of the same kind as *day*, the latest first.

    A core-hours day after one that was none is like a Monday, whatever its name; any other is like
    its own weekday. Days that the practice is shut are like each other by name.
    """
    found: list[date] = []
    for back in range(1, _FURTHEST_DAYS + 1):
        if len(found) == count:
            break
        earlier = day - timedelta(days=back)
        if _kind(earlier) == _kind(day):
            found.append(earlier)
    return found


def _kind(day: date) -> tuple[bool, int]:
    core = is_core_day(day)
    if core and not is_core_day(day - timedelta(days=1)):
        return True, 0
    return core, day.weekday()


def on_day(moment: datetime, day: date) -> datetime:
    """The same time on the wall in London on *day*, as aware UTC."""
    local = moment.astimezone(LONDON)
    return datetime.combine(day, local.time(), LONDON).astimezone(UTC)


def quarters(now: datetime) -> list[datetime]:
    """When the quarters of the next hour begin."""
    return [now + QUARTER * number for number in range(QUARTERS)]


def from_history(now: datetime, days: Sequence[Sequence[tuple[datetime, str]]]) -> list[Expected]:
    """What is expected by what came in the same hour of *days*.

    Args:
        now: aware UTC.
        days: for each day, when (moved to today by `on_day`'s wall time) and of which type.
    """
    if not days:
        return []
    count: Counter[tuple[int, str]] = Counter()
    for day in days:
        for at, type_code in day:
            number = int((at - now) // QUARTER)
            if 0 <= number < QUARTERS:
                count[number, type_code] += 1
    return [
        Expected(now + QUARTER * number, type_code, round(times / len(days), 2))
        for (number, type_code), times in sorted(count.items())
    ]


def from_weights(now: datetime, per_day: Mapping[str, float]) -> list[Expected]:
    """What is expected by the weights of an ordinary day, where *per_day* come in one, by type."""
    return [
        Expected(start, type_code, round(number * share(start, start + QUARTER, type_code), 2))
        for start in quarters(now)
        for type_code, number in sorted(per_day.items())
        if number > 0
    ]


def share(start: datetime, end: datetime, type_code: str) -> float:
    """The share of a day's requests that comes from *start* to *end*, an hour at most."""
    table = _MESSAGES if type_code == THREAD else _ONLINE
    total = sum(weight for *_, weight in table)
    return (
        sum(
            weight * _overlap(low, high, begin, finish) / (high - low)
            for begin, finish in _hours(start, end)
            for low, high, weight in table
        )
        / total
    )


def _hours(start: datetime, end: datetime) -> Iterator[tuple[float, float]]:
    """Hours after London midnight; over midnight it is two spans."""
    begin = _hour(start)
    finish = begin + (end - start) / timedelta(hours=1)
    yield begin, min(finish, 24.0)
    if finish > 24:
        yield 0.0, finish - 24


def _hour(moment: datetime) -> float:
    local = moment.astimezone(LONDON)
    return local.hour + local.minute / 60 + local.second / 3600


def _overlap(a: float, b: float, c: float, d: float) -> float:
    return max(0.0, min(b, d) - max(a, c))


def core_minutes(start: datetime, end: datetime, hours: CoreHours = STANDARD) -> int:
    """Whole minutes of core hours from *start* to *end*; 0 where it ends before it begins."""
    total = timedelta()
    day = london_day(start)
    while day <= london_day(end):
        if bounds := hours.bounds(day):
            total += max(timedelta(), min(end, bounds[1]) - max(start, bounds[0]))
        day += timedelta(days=1)
    return int(total // timedelta(minutes=1))
