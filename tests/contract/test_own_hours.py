"""Core hours and patience as a practice sets them: read, refused in a sentence, and kept to."""

from datetime import UTC, date, datetime, timedelta
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import documents
from contract.assignments import Patience
from contract.core_hours import STANDARD, CoreHours, london_day

START = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 2 * 365 * 86_400).map(lambda s: START + timedelta(seconds=s))
minutes = st.integers(0, 3 * 24 * 60).map(lambda m: timedelta(minutes=m))
times = st.tuples(st.integers(0, 11), st.integers(12, 23)).map(lambda t: f"{t[0]:02}:15-{t[1]}:45")
days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@st.composite
def weeks(draw: st.DrawFn) -> CoreHours:
    week = {day: draw(st.one_of(st.just("closed"), times)) for day in days}
    week[draw(st.sampled_from(days))] = draw(times)
    closed = draw(st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=5))
    holiday = draw(st.sampled_from(["open", "closed"]))
    return CoreHours.of({**week, "bank-holidays": holiday, "closed-days": closed})


def test_what_ships_is_what_the_contract_says() -> None:
    def shipped(name: str) -> str:
        return (resources.files("resources") / name).read_text(encoding="utf-8")

    assert CoreHours.from_text(shipped("core_hours.toml")) == STANDARD
    assert Patience.from_text(shipped("assignments.toml")) == Patience()
    assert CoreHours.from_text(None) is STANDARD


@given(weeks(), moments)
def test_due_is_a_close_to_come_and_urgent_comes_first(hours: CoreHours, moment: datetime) -> None:
    urgent, routine = (hours.due_at(moment, urgent=u) for u in (True, False))
    assert moment < urgent < routine
    for due in (urgent, routine):
        bounds = hours.bounds(london_day(due))
        assert bounds is not None
        assert bounds[1] == due
    assert london_day(routine) == hours.next_core_day(london_day(urgent))
    if hours.is_open_at(moment):
        assert london_day(urgent) == london_day(moment)


@given(weeks(), moments, minutes, minutes)
def test_core_time_adds_up_and_never_ends_while_closed(
    hours: CoreHours, begin: datetime, one: timedelta, other: timedelta
) -> None:
    end = hours.after(begin, one)
    assert end >= begin + one
    assert hours.after(end, other) == hours.after(begin, one + other) or not other
    bounds = hours.bounds(london_day(end))
    assert bounds is not None
    assert bounds[0] <= end <= bounds[1]


def test_four_hours_from_friday_afternoon_end_on_monday() -> None:
    friday = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
    assert STANDARD.after(friday, timedelta(hours=4)) == datetime(2026, 11, 23, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("core-hours", 'mon = "08:00-18:30"', "“mon” is none of bank-holidays, closed-days, fri"),
        ("core-hours", 'monday = "8-6"', "“monday” is either “closed” or two times, “08:00-18:30”"),
        ("core-hours", 'monday = "08:00-25:00"', "“monday” is either “closed” or two times"),
        ("core-hours", 'monday = "18:00-08:00"', "On “monday” the practice closes before it op"),
        ("core-hours", "\n".join(f'{day} = "closed"' for day in days), "The practice has to be op"),
        ("core-hours", 'bank-holidays = "maybe"', "“bank-holidays” is either “open” or “closed”"),
        ("core-hours", 'closed-days = ["Christmas"]', "“Christmas” in “closed-days” is no date"),
        ("core-hours", "closed-days = 3", "“closed-days” is a list of at most 366 dates"),
        ("assignments", 'soon = "1h"', "“soon” is none of emergency, urgent, routine."),
        ("assignments", 'urgent = "1 week"', "“urgent” is “never”, or at least five minutes"),
        ("assignments", 'urgent = "1m"', "“urgent” is “never”, or at least five minutes"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(name: str, text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as refused:
        documents.read(name, text)
    assert str(refused.value).endswith(".")


def test_patience_is_by_priority_and_may_be_for_ever() -> None:
    patience = Patience.of({"urgent": "90m", "routine": "never"})
    assert patience.with_priority("asap") == timedelta(minutes=90)
    assert patience.with_priority("stat") == timedelta(minutes=15)
    assert patience.with_priority("routine") is None
