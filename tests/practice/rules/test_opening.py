"""On-the-day slots open at 08:00 London time, once, also over both clock changes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.codes import BookingAccess
from contract.core_hours import LONDON, day_bounds
from contract.systems import BOOKING_ACCESS
from practice.clock import instant
from practice.rules.opening import is_due, opens_at


def slot(start: datetime, *, code: str = "on-the-day", status: str = "busy-unavailable",
         stored: datetime | None = None) -> dict[str, Any]:  # fmt: skip
    return {
        "resourceType": "Slot",
        "status": status,
        "start": instant(start),
        "meta": {"lastUpdated": instant(stored or start - timedelta(days=20))},
        "serviceCategory": [{"coding": [{"system": BOOKING_ACCESS, "code": code}]}],
    }


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (date(2026, 11, 23), "2026-11-23T08:00:00.000Z"),
        (date(2026, 7, 1), "2026-07-01T07:00:00.000Z"),
        (date(2026, 3, 29), "2026-03-29T07:00:00.000Z"),  # clocks go forward at 01:00
        (date(2026, 10, 25), "2026-10-25T08:00:00.000Z"),  # and back
    ],
)
def test_the_wall_clock_says_when(day: date, opens: str) -> None:
    found = opens_at(slot(datetime.combine(day, datetime.min.time(), LONDON).replace(hour=15)))
    assert found is not None
    assert instant(found) == opens


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001
    before_s=st.integers(1, 86_400),
    after_s=st.integers(0, 86_400),
)
def test_it_opens_on_its_own_day_once(start: datetime, before_s: int, after_s: int) -> None:
    held = slot(start.replace(tzinfo=UTC))
    opens = opens_at(held)
    assert opens is not None
    first, last = day_bounds(start.replace(tzinfo=UTC).astimezone(LONDON).date())
    assert first < opens < last
    assert opens.astimezone(LONDON).hour == 8
    assert not is_due(held, opens - timedelta(seconds=before_s))
    assert is_due(held, opens + timedelta(seconds=after_s))
    shut_again = slot(start.replace(tzinfo=UTC), stored=opens + timedelta(seconds=after_s))
    assert not is_due(shut_again, opens + timedelta(seconds=after_s + before_s))


@pytest.mark.parametrize("status", ["free", "busy", "busy-tentative", "entered-in-error"])
def test_only_an_embargoed_slot_opens(status: str) -> None:
    start = datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert opens_at(slot(start, status=status)) is None
    assert opens_at(slot(start, code=BookingAccess.RECEPTION)) is None
