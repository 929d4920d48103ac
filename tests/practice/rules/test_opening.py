"""Slots open and fall back at their moment, once, also over both clock changes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.codes import BookingAccess
from contract.core_hours import LONDON, day_bounds
from contract.release import is_embargo
from contract.systems import BOOKING_ACCESS
from practice.clock import instant
from practice.rules.opening import acted, acts_at, falls_back_at, is_due, opens_at
from practice.store import Tree
from tests.practice.rules.surgery import IVAN, PRIYA, Surgery, access, hold


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


# Every rule

RULES = st.sampled_from(
    ["on-the-day", "24h", "48h", "72h", "7d", "14d", "90d", "90m", "7d@0800", "1d@1830"]
)


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001
    code=RULES,
    stored_s=st.integers(-200 * 86_400, 200 * 86_400),
    now_s=st.integers(-200 * 86_400, 200 * 86_400),
)
def test_what_the_service_does_and_when_it_wakes_agree(
    start: datetime, code: str, stored_s: int, now_s: int
) -> None:
    begins = start.replace(tzinfo=UTC)
    stored, now = begins + timedelta(seconds=stored_s), begins + timedelta(seconds=now_s)
    held = slot(begins, code=code, stored=stored)
    opens, wakes, after = opens_at(held), acts_at(held), acted(held, now)
    assert opens is not None
    assert wakes == (opens if stored < opens else None)
    due = wakes is not None and wakes <= now <= begins
    assert (after is not None) == due
    if after is not None:
        assert after == {**held, "status": "free"}
        assert acts_at(after) is None
        assert acted(after, now) is None


def tree(surgery: Surgery, minutes: int, *codes: str, **more: Any) -> Tree:
    kept = [access(code) for code in codes]
    return surgery.slot(minutes, serviceCategory=kept, **more)


def now_as(surgery: Surgery, slot: Tree) -> tuple[str, list[str]]:
    stored = surgery.get(f"Slot/{slot['id']}")
    return stored["status"], [c["coding"][0]["code"] for c in stored["serviceCategory"]]


def test_each_opens_at_its_own_moment(surgery: Surgery) -> None:
    day = 24 * 60
    shut = {
        code: tree(surgery, minutes, "reception", code, status="busy-unavailable")
        for code, minutes in (
            ("on-the-day", day + 60),
            ("24h", day + 61),
            ("48h", 2 * day + 62),
            ("7d@0800", 8 * day + 63),
            ("14d", 14 * day + 64),
            ("90d", 90 * day + 65),
        )
    }
    assert surgery.open_due() == 0
    surgery.clock.move(minutes=60)
    assert surgery.open_due() == 0
    for code in ("24h", "48h"):
        surgery.clock.move(minutes=1)
        assert surgery.open_due() == 1
        assert now_as(surgery, shut[code])[0] == "free"
    surgery.clock.move(minutes=2)
    assert surgery.open_due() == 1
    assert now_as(surgery, shut["14d"]) == ("free", ["reception", "14d"])
    surgery.clock.move(minutes=1)
    assert surgery.open_due() == 1
    assert now_as(surgery, shut["90d"])[0] == "free"
    surgery.clock.move(hours=22, minutes=55)  # 08:00 of the next day
    assert surgery.open_due() == 2
    for slot in shut.values():
        assert now_as(surgery, slot)[0] == "free"
    assert surgery.open_due() == 0


def test_what_was_shut_again_stays_shut(surgery: Surgery) -> None:
    slot = tree(surgery, 48 * 60 + 1, "reception", "48h", status="busy-unavailable")
    surgery.clock.move(minutes=1)
    assert surgery.open_due() == 1
    opened = surgery.get(f"Slot/{slot['id']}")
    surgery.update(IVAN, {**opened, "status": "busy-unavailable"})
    surgery.clock.move(hours=2)
    assert surgery.open_due() == 0
    assert now_as(surgery, slot)[0] == "busy-unavailable"


def test_blocked_booked_and_begun_slots_are_left_alone(surgery: Surgery) -> None:
    blocked = tree(surgery, 60, "reception", status="busy-unavailable")
    begun = tree(surgery, 10, "reception", "24h", status="busy-unavailable")
    given_away = tree(surgery, 60 * 48, "reception", "24h", status="busy-unavailable")
    surgery.update(PRIYA, {**given_away, "status": "busy"})
    surgery.clock.move(minutes=11)
    assert surgery.open_due() == 0
    surgery.clock.move(days=1)
    assert surgery.open_due() == 0
    for slot, status in ((blocked, "busy-unavailable"), (begun, "busy-unavailable")):
        assert now_as(surgery, slot)[0] == status
    assert now_as(surgery, given_away)[0] == "busy"


# Kept for others

KEPT = ("nhs111", "gp-connect", "until-90m")


def test_what_is_kept_for_others_falls_back(surgery: Surgery) -> None:
    slot = tree(surgery, 120, *KEPT)
    surgery.clock.move(minutes=29)
    assert surgery.open_due() == 0
    surgery.clock.move(minutes=1)
    assert surgery.open_due() == 1
    assert now_as(surgery, slot) == ("free", ["reception"])
    assert surgery.open_due() == 0


def test_without_a_time_it_never_falls_back(surgery: Surgery) -> None:
    slot = tree(surgery, 120, "nhs111")
    surgery.clock.move(minutes=119)
    assert surgery.open_due() == 0
    assert now_as(surgery, slot) == ("free", ["nhs111"])


def test_one_that_is_given_back_later_falls_back_then(surgery: Surgery) -> None:
    slot = tree(surgery, 120, *KEPT)
    booking = surgery.book(slot)
    surgery.clock.move(minutes=40)
    assert surgery.open_due() == 0
    assert now_as(surgery, slot) == ("busy", list(KEPT))
    reason = {"coding": [{"system": BOOKING_ACCESS, "code": "x"}]}
    surgery.update(PRIYA, {**booking, "status": "cancelled", "cancelationReason": reason})
    assert now_as(surgery, slot)[0] == "free"
    assert surgery.open_due() == 1
    assert now_as(surgery, slot) == ("free", ["reception"])


def test_a_hold_is_not_torn_away(surgery: Surgery) -> None:
    slot = tree(surgery, 120, *KEPT)
    surgery.clock.move(minutes=29)
    held = surgery.update(
        PRIYA, {**slot, "status": "busy-tentative", "identifier": hold("r1"), "comment": "Priya"}
    )
    surgery.clock.move(minutes=1)
    assert surgery.open_due() == 0
    assert surgery.get(f"Slot/{slot['id']}") == held
    surgery.clock.move(minutes=1)  # two minutes after she took it
    assert surgery.open_due() == 1
    after = surgery.get(f"Slot/{slot['id']}")
    assert now_as(surgery, slot) == ("free", ["reception"])
    assert "comment" not in after
    assert "identifier" not in after


def test_embargoed_first_and_kept_for_others_then(surgery: Surgery) -> None:
    codes = ("nhs111", "24h", "until-90m")
    slot = tree(surgery, 24 * 60 + 1, *codes, status="busy-unavailable")
    surgery.clock.move(minutes=1)
    assert surgery.open_due() == 1
    assert now_as(surgery, slot) == ("free", list(codes))
    surgery.clock.move(hours=22, minutes=30)
    assert surgery.open_due() == 1
    status, left = now_as(surgery, slot)
    assert (status, set(left)) == ("free", {"reception", "24h"})
    assert any(map(is_embargo, left))
    assert falls_back_at(surgery.get(f"Slot/{slot['id']}")) is None


def test_down_past_both_moments_it_is_receptions_at_once(surgery: Surgery) -> None:
    slot = tree(surgery, 24 * 60, "nhs111", "20h", "until-90m", status="busy-unavailable")
    surgery.clock.move(hours=23)
    assert surgery.open_due() == 1
    assert now_as(surgery, slot)[0] == "free"
    assert set(now_as(surgery, slot)[1]) == {"reception", "20h"}


def test_other_categories_of_a_slot_stay(surgery: Surgery) -> None:
    other = {"coding": [{"system": "https://example.org/hub", "code": "north"}]}
    slot = surgery.slot(120, serviceCategory=[other, *map(access, KEPT)])
    surgery.clock.move(minutes=30)
    assert surgery.open_due() == 1
    assert surgery.get(f"Slot/{slot['id']}")["serviceCategory"] == [other, access("reception")]
