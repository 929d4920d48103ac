"""Small trees for tests that need no service."""

from datetime import datetime, timedelta
from typing import Any

from contract import systems
from contract.codes import Priority, RequestType
from reception.records import Request, Slot
from reception.records.tree import concept, wire_time


def slot_tree(
    slot_id: str,
    start: datetime,
    *,
    status: str = "free",
    type_code: str = "gp-routine",
    channel: str = "In-person",
    session: str = "sc1",
    version: str = "1",
    updated: datetime | None = None,
) -> dict[str, Any]:
    """A Slot of ten minutes."""
    return {
        "resourceType": "Slot",
        "id": slot_id,
        "meta": {"versionId": version, "lastUpdated": wire_time(updated or start)},
        "extension": [
            {
                "url": systems.DELIVERY_CHANNEL_EXTENSION,
                "valueCodeableConcept": concept(systems.DELIVERY_CHANNEL, channel),
            }
        ],
        "schedule": {"reference": f"Schedule/{session}"},
        "serviceType": [concept(systems.SLOT_TYPE, type_code, type_code)],
        "status": status,
        "start": wire_time(start),
        "end": wire_time(start + timedelta(minutes=10)),
    }


def a_slot(slot_id: str, start: datetime, **more: Any) -> Slot:
    """The record of `slot_tree`."""
    return Slot.from_tree(slot_tree(slot_id, start, **more))


def a_request(
    request_id: str,
    authored: datetime,
    *,
    priority: str = Priority.ROUTINE,
    status: str = "requested",
    state: str = "new",
    due: datetime | None = None,
    words: str = "",
    patient: str = "p1",
) -> Request:
    """A request."""
    tree: dict[str, Any] = {
        "resourceType": "Task",
        "id": request_id,
        "meta": {"versionId": "1", "lastUpdated": wire_time(authored)},
        "status": status,
        "businessStatus": concept(systems.REQUEST_STATE, state),
        "intent": "order",
        "priority": priority,
        "code": concept(systems.REQUEST_TYPE, RequestType.APPOINTMENT),
        "description": words,
        "for": {"reference": f"Patient/{patient}", "display": "SMITH, Jane"},
        "authoredOn": wire_time(authored),
        "lastModified": wire_time(authored),
    }
    if due is not None:
        tree["restriction"] = {"period": {"end": wire_time(due)}}
    return Request.from_tree(tree)
