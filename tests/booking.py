"""Bookings as a desk sends them, for tests and benchmarks that want many at once."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from contract import systems
from tests.running import Signed

Tree = dict[str, Any]


def appointment(slot: Tree, patient_id: str, practitioner_id: str, key: str) -> Tree:
    """A booking of one slot."""
    return {
        "resourceType": "Appointment",
        "identifier": [{"system": systems.BOOKING_KEY, "value": key}],
        "status": "booked",
        "start": slot["start"],
        "end": slot["end"],
        "slot": [{"reference": f"Slot/{slot['id']}"}],
        "participant": [
            {"actor": {"reference": f"Patient/{patient_id}"}, "status": "accepted"},
            {
                "type": [{"coding": [{"system": systems.PARTICIPATION_TYPE, "code": "PPRF"}]}],
                "actor": {"reference": f"Practitioner/{practitioner_id}"},
                "status": "accepted",
            },
        ],
    }


def booking(slot: Tree, patient_id: str, practitioner_id: str, key: str = "") -> Tree:
    """The transaction of contract 5: the slot as it was read turns busy, with its booking."""
    key = key or str(uuid.uuid4())
    version = slot["meta"]["versionId"]
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": f"urn:uuid:{uuid.uuid4()}",
                "resource": {**slot, "status": "busy"},
                "request": {
                    "method": "PUT", "url": f"Slot/{slot['id']}", "ifMatch": f'W/"{version}"',
                },
            },
            {
                "fullUrl": f"urn:uuid:{key}",
                "resource": appointment(slot, patient_id, practitioner_id, key),
                "request": {
                    "method": "POST", "url": "Appointment",
                    "ifNoneExist": f"identifier={systems.BOOKING_KEY}|{key}",
                },
            },
        ],
    }  # fmt: skip


def open_session(desk: Signed, practitioner_id: str, count: int) -> list[Tree]:
    """A new session of *count* free five-minute slots, four weeks ahead, released by *desk*."""
    start = datetime(2026, 12, 21, 0, 0, tzinfo=UTC)
    end = start + timedelta(minutes=5 * count)
    key = str(uuid.uuid4())
    session = desk.post(
        {
            "resourceType": "Schedule",
            "identifier": [{"system": systems.SESSION_KEY, "value": key}],
            "active": True,
            "actor": [{"reference": f"Practitioner/{practitioner_id}"}],
            "planningHorizon": {"start": _instant(start), "end": _instant(end)},
        }
    )
    assert session.status_code == 201, session.text
    schedule = f"Schedule/{session.json()['id']}"
    trees = [_free_slot(schedule, key, start + timedelta(minutes=5 * n)) for n in range(count)]
    stored: list[Tree] = []
    for at in range(0, count, 40):
        entries = [
            {"resource": tree, "request": {"method": "POST", "url": "Slot"}}
            for tree in trees[at : at + 40]
        ]
        answer = desk.post({"resourceType": "Bundle", "type": "batch", "entry": entries})
        assert answer.status_code == 200, answer.text
        stored += [entry["resource"] for entry in answer.json()["entry"]]
    assert {slot["resourceType"] for slot in stored} == {"Slot"}
    return stored


def _free_slot(schedule: str, key: str, start: datetime) -> Tree:
    return {
        "resourceType": "Slot",
        "identifier": [{"system": systems.SLOT_KEY, "value": f"{key}|{_instant(start)}"}],
        "schedule": {"reference": schedule},
        "status": "free",
        "start": _instant(start),
        "end": _instant(start + timedelta(minutes=5)),
        "serviceCategory": [{"coding": [{"system": systems.BOOKING_ACCESS, "code": "reception"}]}],
        "serviceType": [
            {"coding": [{"system": systems.SLOT_TYPE, "code": "gp-routine"}], "text": "Routine GP"}
        ],
    }


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
