"""When the appointments of a series fall: every n weeks at the same time on the wall in London.

A bank holiday is not booked: that one falls a week later, and the next is counted from there.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from contract.core_hours import LONDON, is_bank_holiday

MOST_TIMES = 12
MOST_WEEKS = 26


@dataclass(frozen=True)
class Occasion:
    """One appointment of a series as it is wished for.

    Attributes:
        start: aware UTC.
        skipped: bank holidays it would have fallen on, the earliest first.
    """

    start: datetime
    skipped: tuple[date, ...] = ()

    @property
    def day(self) -> date:
        """The London day."""
        return self.start.astimezone(LONDON).date()


def occasions(first: datetime, every_weeks: int, times: int) -> list[Occasion]:
    """The wished starts of a series of *times* appointments, *first* (aware) being the first.

    All on the weekday of *first* and at its London wall time, also across a change of the clocks;
    at least *every_weeks* weeks apart; none but the first on a bank holiday.

    Raises:
        ValueError: there is no such series.
    """
    if not (1 <= times <= MOST_TIMES and 1 <= every_weeks <= MOST_WEEKS):
        raise ValueError(f"{times} times, every {every_weeks} weeks")
    local = first.astimezone(LONDON)
    day, wall = local.date(), local.time()
    found = [Occasion(first.astimezone(UTC))]
    while len(found) < times:
        day += timedelta(weeks=every_weeks)
        skipped: list[date] = []
        while is_bank_holiday(day):
            skipped.append(day)
            day += timedelta(weeks=1)
        start = datetime.combine(day, wall, LONDON).astimezone(UTC)
        found.append(Occasion(start, tuple(skipped)))
    return found
