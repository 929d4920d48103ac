"""What the desk talks about: frozen views that keep their raw JSON. No Qt, no I/O."""

from reception.records.appointment import Appointment, new_appointment
from reception.records.diary import Session, Slot
from reception.records.document import PracticeDocument
from reception.records.medicine import Medicine
from reception.records.message import Attachment, Message, new_message
from reception.records.patient import (
    Organization,
    Patient,
    PatientFlag,
    Place,
    Practitioner,
    PractitionerRole,
    Team,
)
from reception.records.record import Record
from reception.records.request import Request
from reception.records.service import Service
from reception.records.tree import Tree

RECORDS: dict[str, type[Record]] = {
    kind.resource_type: kind
    for kind in (
        Session,
        Slot,
        Appointment,
        Request,
        Message,
        Medicine,
        Patient,
        PatientFlag,
        Practitioner,
        PractitionerRole,
        Place,
        Organization,
        Team,
        Service,
        PracticeDocument,
    )
}
"""The view of each resource type that the desk knows."""


def record_of(tree: Tree) -> Record | None:
    """The typed view of *tree*, or None where the desk has no use for its type."""
    kind = RECORDS.get(str(tree.get("resourceType")))
    if kind is None or not isinstance(tree.get("id"), str) or not tree["id"]:
        return None
    return kind.from_tree(tree)


__all__ = [
    "RECORDS",
    "Appointment",
    "Attachment",
    "Medicine",
    "Message",
    "Organization",
    "Patient",
    "PatientFlag",
    "Place",
    "PracticeDocument",
    "Practitioner",
    "PractitionerRole",
    "Record",
    "Request",
    "Service",
    "Session",
    "Slot",
    "Team",
    "Tree",
    "new_appointment",
    "new_message",
    "record_of",
]
