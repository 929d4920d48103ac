"""A session whose slots began half an hour ago and are not over: who is booked there is late."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from contract import systems
from contract.codes import BookingAccess, Channel, SlotType
from reception.records.tree import concept, wire_time
from tests.running import Signed

BEGAN = timedelta(minutes=30)
_numbers = count(1)


def late_slots(manager: Signed, now: datetime, slots: int = 3) -> list[str]:
    """Ids of *slots* free slots that began half an hour before *now*, side by side."""
    number = next(_numbers)
    begin = now.replace(second=0, microsecond=0) - BEGAN
    span = {"start": wire_time(begin), "end": wire_time(begin + 2 * BEGAN)}
    clinician = manager.practice.account("clinician")["reference"]
    session = {
        "resourceType": "Schedule",
        "identifier": [{"system": systems.SESSION_KEY, "value": f"late-{number}"}],
        "active": True,
        "actor": [{"reference": clinician, "display": "Dr L Ate"}],
        "planningHorizon": span,
        "serviceCategory": [{"text": "Late surgery"}],
    }
    session_id = _made(manager, session)["id"]
    return [_made(manager, _slot(session_id, n, span))["id"] for n in range(slots)]


def _slot(session_id: str, number: int, span: dict[str, str]) -> dict[str, Any]:
    return {
        "resourceType": "Slot",
        "identifier": [{"system": systems.SLOT_KEY, "value": f"{session_id}|{number}"}],
        "extension": [
            {
                "url": systems.DELIVERY_CHANNEL_EXTENSION,
                "valueCodeableConcept": concept(systems.DELIVERY_CHANNEL, Channel.IN_PERSON),
            }
        ],
        "schedule": {"reference": f"Schedule/{session_id}"},
        "serviceCategory": [concept(systems.BOOKING_ACCESS, BookingAccess.RECEPTION)],
        "serviceType": [concept(systems.SLOT_TYPE, SlotType.GP_ROUTINE, "Routine GP")],
        "status": "free",
        **span,
    }


def _made(manager: Signed, tree: dict[str, Any]) -> dict[str, Any]:
    answer = manager.post(tree)
    assert answer.status_code == 201, answer.text
    held: dict[str, Any] = answer.json()
    return held
