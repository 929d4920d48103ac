"""Core hours and due times, over clock changes and bank holidays."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.core_hours import (
    CLOSES,
    LONDON,
    day_bounds,
    due_at,
    in_core_hours,
    is_core_day,
    london_day,
    next_core_day,
)

START = datetime(2024, 1, 1, tzinfo=UTC)
moments = st.integers(0, 8 * 365 * 86_400).map(lambda s: START + timedelta(seconds=s))
days = st.dates(date(2024, 1, 1), date(2032, 1, 1))

SHUT = [
    date(2026, 4, 3),  # Good Friday
    date(2026, 4, 6),  # Easter Monday
    date(2026, 5, 4),  # early May
    date(2026, 5, 25),  # spring
    date(2026, 8, 31),  # summer
    date(2026, 12, 25),
    date(2026, 12, 28),  # Boxing Day falls on a Saturday
    date(2027, 1, 1),
    date(2026, 11, 22),  # a Sunday
]


@pytest.mark.parametrize("day", SHUT)
def test_the_practice_is_shut(day: date) -> None:
    assert not is_core_day(day)


def test_scotlands_holidays_are_not_englands() -> None:
    assert is_core_day(date(2026, 11, 30))
    assert is_core_day(date(2026, 8, 3))


@pytest.mark.parametrize(
    ("received", "urgent", "due"),
    [
        # GMT: 18:30 London is 18:30 UTC
        ("2026-11-23T09:00Z", True, "2026-11-23T18:30Z"),
        ("2026-11-23T09:00Z", False, "2026-11-24T18:30Z"),
        ("2026-11-23T18:29:59Z", True, "2026-11-23T18:30Z"),
        ("2026-11-23T18:30Z", True, "2026-11-24T18:30Z"),
        ("2026-11-23T00:05Z", True, "2026-11-23T18:30Z"),
        ("2026-11-21T12:00Z", True, "2026-11-23T18:30Z"),  # Saturday
        ("2026-11-20T19:00Z", False, "2026-11-24T18:30Z"),  # Friday evening
        # summer time: 18:30 London is 17:30 UTC
        ("2026-07-01T17:29Z", True, "2026-07-01T17:30Z"),
        ("2026-07-01T17:30Z", True, "2026-07-02T17:30Z"),
        ("2026-06-30T23:30Z", True, "2026-07-01T17:30Z"),  # 00:30 on the 1st in London
        # the weekend the clocks go forward (29 March) and back (25 October)
        ("2026-03-27T12:00Z", False, "2026-03-30T17:30Z"),
        ("2026-03-29T00:59:59Z", True, "2026-03-30T17:30Z"),
        ("2026-10-23T12:00Z", False, "2026-10-26T18:30Z"),
        ("2026-10-25T00:30Z", True, "2026-10-26T18:30Z"),
        ("2026-10-25T01:30Z", True, "2026-10-26T18:30Z"),
        # Easter and Christmas
        ("2026-04-02T12:00Z", False, "2026-04-07T17:30Z"),
        ("2026-04-03T12:00Z", True, "2026-04-07T17:30Z"),
        ("2026-12-24T12:00Z", False, "2026-12-29T18:30Z"),
        ("2026-12-31T19:00Z", False, "2027-01-05T18:30Z"),
    ],
)
def test_due(received: str, urgent: bool, due: str) -> None:
    assert due_at(datetime.fromisoformat(received), urgent=urgent) == datetime.fromisoformat(due)


@given(moments)
def test_due_is_the_close_of_a_core_day_still_to_come(moment: datetime) -> None:
    urgent, routine = due_at(moment, urgent=True), due_at(moment, urgent=False)
    for due in (urgent, routine):
        local = due.astimezone(LONDON)
        assert due > moment
        assert local.time() == CLOSES
        assert is_core_day(local.date())
    assert london_day(routine) == next_core_day(london_day(urgent))


@given(moments, st.timedeltas(timedelta(0), timedelta(days=10)))
def test_who_comes_later_is_never_due_earlier(moment: datetime, later: timedelta) -> None:
    for urgent in (True, False):
        assert due_at(moment, urgent=urgent) <= due_at(moment + later, urgent=urgent)


@given(moments)
def test_an_urgent_request_in_core_hours_is_due_the_same_day(moment: datetime) -> None:
    if in_core_hours(moment):
        assert london_day(due_at(moment, urgent=True)) == london_day(moment)


@given(days)
def test_a_day_runs_from_midnight_to_midnight(day: date) -> None:
    start, end = day_bounds(day)
    for edge, which in ((start, day), (end, day + timedelta(days=1))):
        assert edge.astimezone(LONDON).time() == time()
        assert london_day(edge) == which
    assert london_day(end - timedelta(microseconds=1)) == day
    assert day_bounds(day + timedelta(days=1))[0] == end


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)]
)
def test_days_have_23_24_or_25_hours(day: date, hours: int) -> None:
    start, end = day_bounds(day)
    assert end - start == timedelta(hours=hours)


def test_a_summer_day_in_utc() -> None:
    assert [t.isoformat() for t in day_bounds(date(2026, 7, 1))] == [
        "2026-06-30T23:00:00+00:00",
        "2026-07-01T23:00:00+00:00",
    ]


def test_core_hours_begin_and_end() -> None:
    for text, inside in (
        ("2026-11-23T07:59:59Z", False),
        ("2026-11-23T08:00Z", True),
        ("2026-11-23T18:29:59Z", True),
        ("2026-11-23T18:30Z", False),
        ("2026-07-01T07:00Z", True),
        ("2026-11-22T12:00Z", False),
    ):
        assert in_core_hours(datetime.fromisoformat(text)) is inside, text
