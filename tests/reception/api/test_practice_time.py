"""The estimate of the service's clock: close, never back, and led by the service alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reception.api.practice_time import PracticeTime, date_header

MONDAY = datetime(2026, 11, 23, 7, 58, tzinfo=UTC)
LONG_AGO, FAR_AHEAD = (datetime(year, 7, 1, 12, tzinfo=UTC) for year in (2001, 2101))


class Stopwatch:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def off_s(clock: PracticeTime, true: datetime) -> float:
    return (clock.now() - true).total_seconds()


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.floats(0.001, 0.4),  # under way
            st.floats(0.001, 0.4),  # and back
            st.floats(0.01, 7.3),  # pause
        ),
        min_size=1,
        max_size=40,
    )
)
def test_the_estimate_stays_within_what_a_date_header_can_tell(
    exchanges: list[tuple[float, float, float]],
) -> None:
    watch = Stopwatch()
    clock = PracticeTime(watch)
    began_s, last = watch.now_s, MONDAY

    def true() -> datetime:
        return MONDAY + timedelta(seconds=watch.now_s - began_s)

    for there_s, back_s, pause_s in exchanges:
        sent_s = watch.now_s
        watch.now_s += there_s
        date = true().replace(microsecond=0)
        watch.now_s += back_s
        clock.saw_date(date, sent_s, watch.now_s)
        assert -1.0 - back_s - 0.001 <= off_s(clock, true()) <= 1.0 + there_s
        now = clock.now()
        assert now >= last
        last = now
        watch.now_s += pause_s


@pytest.mark.parametrize("monday", [LONG_AGO, FAR_AHEAD])
def test_a_heartbeat_brings_it_to_milliseconds_whatever_the_computer_thinks(
    monday: datetime,
) -> None:
    watch = Stopwatch()
    clock = PracticeTime(watch)
    assert not clock.known
    clock.saw_date(monday, watch.now_s, watch.now_s)
    assert clock.known
    watch.now_s += 10
    at = monday + timedelta(seconds=10, milliseconds=734)
    clock.saw_timestamp(at, watch.now_s + 0.002)
    watch.now_s += 0.002
    assert abs(off_s(clock, at + timedelta(milliseconds=2))) <= 0.003


def test_it_waits_rather_than_going_back_a_little() -> None:
    watch = Stopwatch()
    clock = PracticeTime(watch)
    clock.saw_timestamp(MONDAY, watch.now_s)
    before = clock.now()
    clock.saw_date(MONDAY - timedelta(seconds=2), watch.now_s, watch.now_s)  # now at most -1 s
    assert clock.now() == before
    watch.now_s += 5
    assert clock.now() > before


def test_it_follows_a_clock_that_was_set() -> None:
    watch = Stopwatch()
    clock = PracticeTime(watch)
    told: list[datetime] = []
    clock.on_moved(told.append)
    clock.saw_timestamp(MONDAY, watch.now_s)
    clock.saw_timestamp(MONDAY - timedelta(hours=1), watch.now_s)
    assert abs(off_s(clock, MONDAY - timedelta(hours=1))) <= 1.0
    assert len(told) == 2


def test_a_date_header_is_read_and_rubbish_is_not() -> None:
    assert date_header("Mon, 23 Nov 2026 07:58:00 GMT") == MONDAY
    for rubbish in ("", "now", "Mon, 23 Nov 2026 07:58:00 +0000", "Mon, 99 Nov 2026 07:58:00 GMT"):
        assert date_header(rubbish) is None
