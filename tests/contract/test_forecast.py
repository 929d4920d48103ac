"""Like days, shares of a day, and minutes of core hours."""

from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from contract import waiting_text
from contract.core_hours import is_core_day
from contract.forecast import (
    QUARTER,
    QUARTERS,
    core_minutes,
    from_history,
    from_weights,
    like_days,
    on_day,
    share,
)

days = st.dates(date(2025, 1, 10), date(2035, 12, 31))
NAIVE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
moments = st.integers(0, 3_000_000).map(
    lambda minutes: datetime(2025, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(days)
def test_like_days_are_six_earlier_ones_of_the_same_kind(day: date) -> None:
    found = like_days(day)
    assert len(found) <= 6
    assert found == sorted(found, reverse=True)
    assert all(earlier < day for earlier in found)
    after_closed = not is_core_day(day - timedelta(days=1))
    for earlier in found:
        assert is_core_day(earlier) == is_core_day(day)
        if is_core_day(day):
            assert (not is_core_day(earlier - timedelta(days=1))) == after_closed
    if day.weekday() == 2 and is_core_day(day) and not after_closed:
        assert {earlier.weekday() for earlier in found} == {2}


def test_a_tuesday_after_a_bank_holiday_is_like_a_monday() -> None:
    after_the_holiday = date(2026, 9, 1)
    assert like_days(after_the_holiday)[:2] == [date(2026, 8, 24), date(2026, 8, 17)]
    assert date(2026, 9, 1) in like_days(date(2026, 9, 7))


@given(days, st.sampled_from(["online-consultation", "thread"]))
def test_the_shares_of_a_day_add_up_to_all_of_it(day: date, kind: str) -> None:
    midnight = on_day(datetime(2026, 1, 5, 0, 0, tzinfo=UTC), day)
    quarters = [midnight + QUARTER * n for n in range(24 * 4)]
    total = sum(share(start, start + QUARTER, kind) for start in quarters)
    # On the two nights on which the clocks change an hour comes twice, or never.
    assert total == pytest.approx(1, abs=0.02)


@given(moments, st.dictionaries(st.sampled_from(["a", "thread"]), st.floats(0, 500), min_size=1))
def test_weights_tell_four_quarters_and_never_less_than_nothing(
    now: datetime, per_day: dict[str, float]
) -> None:
    told = from_weights(now, per_day)
    assert {one.start for one in told} <= {now + QUARTER * n for n in range(QUARTERS)}
    assert all(one.requests >= 0 for one in told)


@given(moments, st.lists(st.lists(st.integers(0, 59), max_size=20), min_size=1, max_size=6))
def test_history_tells_the_mean_of_the_days(now: datetime, minutes: list[list[int]]) -> None:
    came = [[(now + timedelta(minutes=m), "a") for m in day] for day in minutes]
    total = sum(one.requests for one in from_history(now, came))
    assert total == pytest.approx(sum(map(len, minutes)) / len(minutes), abs=0.03)
    assert from_history(now, []) == []


@given(moments, st.integers(0, 20 * 24 * 60))
def test_core_minutes_are_no_more_than_all_minutes_and_add_up(now: datetime, minutes: int) -> None:
    later, middle = now + timedelta(minutes=minutes), now + timedelta(minutes=minutes // 2)
    whole = core_minutes(now, later)
    assert 0 <= whole <= minutes
    assert abs(core_minutes(now, middle) + core_minutes(middle, later) - whole) <= 1
    assert core_minutes(later, now) == 0


def test_a_weekend_is_no_core_time() -> None:
    friday, monday = (datetime(2026, 11, day, 9, 0, tzinfo=UTC) for day in (20, 23))
    assert core_minutes(friday, monday) == 9 * 60 + 30 + 60


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (None, "longer than usual"),
        (0, "about 5 minutes"),
        (41, "about 45 minutes"),
        (60, "about 1 hour"),
        (61, "about 1½ hours"),
        (130, "about 2½ hours"),
        (600, "about 10 hours"),
    ],
)
def test_a_measured_time_is_rounded_up(minutes: int | None, words: str) -> None:
    assert waiting_text.in_words(minutes) == words


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"show": "yes", "text": "a"}, "true or false"),
        ({"text": ""}, "write a sentence"),
        ({"text": "x" * 501}, "longer than"),
        ({"text": "{name} waits"}, "only the places"),
        ({"text": "wait {"}, "stands alone"),
        ({"text": "{} waits"}, "only the places"),
        (
            {"text": "a", "until": NAIVE},
            "with its zone",
        ),
        ({"text": "a", "shown": True}, "not known"),
    ],
)
def test_a_broken_waiting_text_is_refused_in_a_sentence(told: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        waiting_text.read(told)


def test_the_waiting_text_ends_at_its_hour_and_says_what_was_measured() -> None:
    until = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    told = waiting_text.read({"show": True, "until": until, "text": "{waiting} wait {time}"})
    assert told.is_shown(until - timedelta(seconds=1))
    assert not told.is_shown(until)
    assert told.filled(75, 12) == "12 wait about 1½ hours"
