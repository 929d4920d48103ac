"""When a series falls: by property, across both changes of the clocks and bank holidays."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.core_hours import LONDON, is_bank_holiday
from reception.desk.repeat_days import MOST_TIMES, MOST_WEEKS, occasions

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
TIMES = st.times(time(7, 0), time(20, 55)).map(lambda t: t.replace(second=0, microsecond=0))


def london(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LONDON).astimezone(UTC)


@given(DAYS, TIMES, st.integers(1, MOST_WEEKS), st.integers(1, MOST_TIMES))
def test_a_series_keeps_weekday_and_wall_time(day: date, at: time, weeks: int, times: int) -> None:
    found = occasions(london(day, at), weeks, times)
    assert len(found) == times
    assert found[0].start == london(day, at)
    for occasion in found:
        local = occasion.start.astimezone(LONDON)
        assert (local.weekday(), local.time()) == (day.weekday(), at)
        assert occasion.start.utcoffset() == timedelta(0)
        assert all(is_bank_holiday(skipped) for skipped in occasion.skipped)
    assert not any(is_bank_holiday(occasion.day) for occasion in found[1:])
    for before, after in pairwise(found):
        late = timedelta(weeks=len(after.skipped))
        assert after.day - before.day == timedelta(weeks=weeks) + late


@pytest.mark.parametrize(
    ("first", "hours_utc"),
    [(date(2026, 3, 24), (9, 8)), (date(2026, 10, 20), (8, 9))],
    ids=["clocks go forward", "clocks go back"],
)
def test_nine_o_clock_stays_nine_o_clock(first: date, hours_utc: tuple[int, int]) -> None:
    found = occasions(london(first, time(9, 0)), 1, 2)
    assert tuple(occasion.start.hour for occasion in found) == hours_utc


def test_a_bank_holiday_moves_the_series_on_by_a_week() -> None:
    """Mondays from 14 December 2026: the 28th is the substitute for Boxing Day."""
    found = occasions(london(date(2026, 12, 14), time(9, 20)), 2, 3)
    assert [occasion.day for occasion in found] == [
        date(2026, 12, 14), date(2027, 1, 4), date(2027, 1, 18),
    ]  # fmt: skip
    assert found[1].skipped == (date(2026, 12, 28),)


@pytest.mark.parametrize(("weeks", "times"), [(0, 3), (1, 0), (1, 13), (27, 2)])
def test_there_is_no_such_series(weeks: int, times: int) -> None:
    with pytest.raises(ValueError, match="times"):
        occasions(london(date(2026, 11, 23), time(9, 0)), weeks, times)
