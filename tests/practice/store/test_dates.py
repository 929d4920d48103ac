from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.core_hours import day_bounds
from practice.clock import instant
from practice.store import dates

moments = st.integers(-2_000_000_000, 7_000_000_000).map(
    lambda seconds: (
        datetime(1970, 1, 1, tzinfo=UTC)
        + timedelta(seconds=seconds, microseconds=seconds % 1_000_000)
    )
)


@given(moments)
def test_an_instant_is_the_millisecond_it_names(moment: datetime) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert dates.bounds(instant(moment)) == (dates.ms(moment), dates.ms(moment))
    assert dates.moment(dates.ms(moment)) == moment


@given(moments, st.sampled_from(["seconds", "minutes"]), st.integers(-14 * 60, 14 * 60))
def test_less_precise_times_mean_all_of_the_second_or_minute(
    moment: datetime, precision: str, offset_min: int
) -> None:
    width = timedelta(seconds=1) if precision == "seconds" else timedelta(minutes=1)
    start = moment.replace(microsecond=0, second=0 if precision == "minutes" else moment.second)
    local = start + timedelta(minutes=offset_min)
    sign = "-" if offset_min < 0 else "+"
    zone = f"{sign}{abs(offset_min) // 60:02d}:{abs(offset_min) % 60:02d}"
    text = local.strftime("%Y-%m-%dT%H:%M" if precision == "minutes" else "%Y-%m-%dT%H:%M:%S")
    low, high = dates.bounds(text.zfill(len(text)) + zone)
    assert (low, high) == (dates.ms(start), dates.ms(start + width) - 1)


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_a_date_is_a_day_in_london(day: date) -> None:
    start, end = day_bounds(day)
    assert dates.bounds(day.isoformat()) == (dates.ms(start), dates.ms(end) - 1)


@given(st.integers(1971, 2100), st.integers(1, 12))
def test_months_and_years_are_made_of_their_days(year: int, month: int) -> None:
    first = date(year, month, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    month_bounds = (dates.bounds(first.isoformat())[0], dates.bounds(last.isoformat())[1])
    assert dates.bounds(f"{year}-{month:02d}") == month_bounds
    assert dates.bounds(str(year)) == (
        dates.bounds(f"{year}-01-01")[0],
        dates.bounds(f"{year}-12-31")[1],
    )


@pytest.mark.parametrize(
    "text", ["", "26", "2026-13", "2026-02-30", "2026-11-23T25:00:00Z", "today", "2026-1-1", "9999"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        dates.bounds(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        low, high = dates.bounds(text)
    except ValueError:
        return
    assert low <= high
