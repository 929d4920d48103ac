"""Requests made by hand, and a store of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contract import systems
from contract.codes import RequestState, RequestType
from reception.desk.store import RecordStore
from reception.records import Request
from reception.records.tree import concept, wire_time

NOW = datetime(2026, 11, 23, 8, 40, tzinfo=UTC)
ME = "Practitioner/me"


def request(
    name: str,
    *,
    version: int = 1,
    minutes_ago: int = 10,
    priority: str = "routine",
    status: str = "requested",
    kind: str = RequestType.CONSULTATION,
    patient: str = "p1",
    words: str = "My knee hurts.",
    owner: str = "",
    owner_name: str = "",
    state: str = RequestState.NEW,
    thread: str = "",
    about: str = "",
    **more: Any,
) -> Request:
    """One request as the service would send it."""
    tree: dict[str, Any] = {
        "resourceType": "Task",
        "id": name,
        "meta": {
            "versionId": str(version),
            "lastUpdated": wire_time(NOW - timedelta(seconds=100) + timedelta(seconds=version)),
        },
        "status": status,
        "intent": "order",
        "priority": priority,
        "code": concept(systems.REQUEST_TYPE, kind),
        "businessStatus": concept(systems.REQUEST_STATE, state),
        "description": words,
        "authoredOn": wire_time(NOW - timedelta(minutes=minutes_ago)),
        "for": {"reference": f"Patient/{patient}", "display": f"SMITH, {name}"}
        if patient
        else {"display": f"Somebody {name}"},
    }
    if owner:
        tree["owner"] = {"reference": owner, "display": owner_name}
    if about:
        tree["reasonReference"] = {"reference": about}
    tree.update(more)
    if thread:
        tree["focus"] = {"reference": f"Communication/{thread}"}
    return Request.from_tree(tree)


def store(*held: Request) -> RecordStore[Request]:
    """A store that holds *held*."""
    made: RecordStore[Request] = RecordStore()
    made.take_many(held)
    return made
