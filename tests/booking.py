"""Bookings as a desk sends them, for tests and benchmarks that want many at once."""

import uuid
from typing import Any

from contract import systems

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


def clinician_of(schedules: list[Tree], slot: Tree) -> str:
    """The id of the practitioner whose session *slot* is in."""
    schedule_id = slot["schedule"]["reference"].rpartition("/")[2]
    schedule = next(s for s in schedules if s["id"] == schedule_id)
    actors: list[str] = [a["reference"] for a in schedule["actor"]]
    return next(a.rpartition("/")[2] for a in actors if a.startswith("Practitioner/"))
