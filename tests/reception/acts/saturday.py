"""A Saturday of one's own: a practice without a diary, and the few sessions that acts need."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from contract import systems
from contract.codes import BookingAccess, Channel, SlotType
from contract.core_hours import LONDON
from reception.records.tree import concept, wire_time
from tests.running import Signed

AT = "2026-11-28T09:12"
"""When the practice's clock begins: nobody works on a Saturday, so every slot is one of ours."""
TODAY = date(2026, 11, 28)
NEXT = date(2026, 12, 5)
"""A week on."""
MINUTES = 10
_numbers = count(1)

Tree = dict[str, Any]


def at(clock: str, day: date = TODAY) -> datetime:
    """`09:10` on *day* by the practice's clock."""
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


@dataclass(frozen=True)
class Surgery:
    """One session as it was made.

    Attributes:
        session_id: its Schedule.
        slot_ids: its slots, by time.
        practitioner_id: whose it is.
    """

    session_id: str
    slot_ids: tuple[str, ...]
    practitioner_id: str


def surgery(
    manager: Signed,
    who: tuple[str, str],
    start: datetime,
    slots: int,
    *,
    minutes: int = MINUTES,
    name: str = "Saturday surgery",
    kind: tuple[str, str] = (SlotType.GP_ROUTINE, "Routine GP"),
    channel: Channel = Channel.IN_PERSON,
    spare_min: int = 0,
) -> Surgery:
    """Make a session of *slots* free slots, one after another, and *spare_min* without slots.

    *who* is the reference and the name of its clinician.
    """
    reference, display = who
    end = start + timedelta(minutes=minutes * slots + spare_min)
    key = f"acts-{next(_numbers)}"
    session = {
        "resourceType": "Schedule",
        "identifier": [{"system": systems.SESSION_KEY, "value": key}],
        "active": True,
        "actor": [{"reference": reference, "display": display}],
        "planningHorizon": {"start": wire_time(start), "end": wire_time(end)},
        "serviceCategory": [{"text": name}],
    }
    answer = manager.post(session)
    assert answer.status_code == 201, answer.text
    session_id = answer.json()["id"]
    starts = [start + timedelta(minutes=minutes * n) for n in range(slots)]
    entries = [
        {
            "resource": _slot(session_id, key, begin, minutes, kind, channel),
            "request": {"method": "POST", "url": "Slot"},
        }
        for begin in starts
    ]
    ids: list[str] = []
    for first in range(0, slots, 40):
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": entries[first : first + 40]}
        answer = manager.post(bundle)
        assert answer.status_code == 200, answer.text
        ids += [entry["resource"]["id"] for entry in answer.json()["entry"]]
    return Surgery(session_id, tuple(ids), reference.removeprefix("Practitioner/"))


def _slot(
    session_id: str,
    key: str,
    start: datetime,
    minutes: int,
    kind: tuple[str, str],
    channel: Channel,
) -> Tree:
    return {
        "resourceType": "Slot",
        "identifier": [{"system": systems.SLOT_KEY, "value": f"{key}|{wire_time(start)}"}],
        "extension": [
            {
                "url": systems.DELIVERY_CHANNEL_EXTENSION,
                "valueCodeableConcept": concept(systems.DELIVERY_CHANNEL, channel),
            }
        ],
        "schedule": {"reference": f"Schedule/{session_id}"},
        "serviceCategory": [concept(systems.BOOKING_ACCESS, BookingAccess.RECEPTION)],
        "serviceType": [concept(systems.SLOT_TYPE, *kind)],
        "status": "free",
        "start": wire_time(start),
        "end": wire_time(start + timedelta(minutes=minutes)),
    }
