"""What a slot's own codes say about when it opens, closes to patients and falls back."""

from datetime import UTC, datetime

import pytest

from contract.systems import BOOKING_ACCESS
from reception.records import Slot

START = datetime(2026, 11, 24, 15, 10, tzinfo=UTC)


def slot(*codes: str, status: str = "busy-unavailable") -> Slot:
    return Slot.from_tree(
        {
            "resourceType": "Slot",
            "id": "s1",
            "status": status,
            "start": "2026-11-24T15:10:00Z",
            "end": "2026-11-24T15:20:00Z",
            "serviceCategory": [
                {"coding": [{"system": BOOKING_ACCESS, "code": code}]} for code in codes
            ],
        }
    )


@pytest.mark.parametrize(
    ("code", "opens"),
    [
        ("on-the-day", "2026-11-24T08:00"),
        ("48h", "2026-11-22T15:10"),
        ("14d", "2026-11-10T15:10"),
        ("7d@0800", "2026-11-17T08:00"),
    ],
)
def test_every_embargo_shuts_a_slot_until_its_moment(code: str, opens: str) -> None:
    shut = slot("reception", code)
    assert shut.is_embargoed
    assert not shut.is_blocked
    assert shut.opens_at == datetime.fromisoformat(opens).replace(tzinfo=UTC)
    opened = slot("reception", code, status="free")
    assert not opened.is_embargoed
    assert opened.opens_at == shut.opens_at


@pytest.mark.parametrize("codes", [(), ("reception",), ("hold-back-1h",), ("nhs111", "until-1000")])
def test_other_codes_leave_it_blocked(codes: tuple[str, ...]) -> None:
    shut = slot(*codes)
    assert shut.is_blocked
    assert not shut.is_embargoed
    assert shut.opens_at is None


def test_what_is_held_back_and_what_falls_back() -> None:
    held_back = slot("online", "hold-back-1h", status="free")
    assert held_back.closes_online_at == datetime(2026, 11, 24, 14, 10, tzinfo=UTC)
    assert held_back.falls_back_at is None
    restricted = slot("nhs111", "until-1000", status="free")
    assert restricted.falls_back_at == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert restricted.closes_online_at is None
    assert slot("reception", "until-1000", status="free").falls_back_at is None
