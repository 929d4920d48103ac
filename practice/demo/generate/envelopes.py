"""Requests and messages on the wire: Task, thread header and messages (contract 3, 7, 8).

Used by the generator, with ids of its own; the patients who act build theirs the same way.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contract import systems
from contract.codes import REPEAT_RENEWAL, MessageCategory, Outcome, RequestState, RequestType
from contract.keys import notes_key
from practice.demo.generate import wire
from practice.demo.generate.clinicians import POOL, PRACTICE_NAME

Tree = dict[str, Any]

PRACTICE: Tree = {"reference": POOL, "display": PRACTICE_NAME}
_CATEGORY = {
    category: [wire.concept(systems.MESSAGE_CATEGORY, category)] for category in MessageCategory
}
_CODE = {kind: wire.concept(systems.REQUEST_TYPE, kind) for kind in RequestType}
_STATE = {state: wire.concept(systems.REQUEST_STATE, state) for state in RequestState}
_RENEWAL: Tree = {
    "coding": [
        {"system": systems.SNOMED, "code": REPEAT_RENEWAL, "display": "Renewal of prescription"}
    ]
}
_PHARMACY_INPUT = {
    "coding": [{"system": systems.PRESCRIPTION_ORDERING, "code": "preferred-performer"}]
}


@dataclass(frozen=True, slots=True)
class About:
    """Whom something is about, and who writes: FHIR references with their displays."""

    patient: Tree
    """`for` and `subject`; only a display where nobody has matched the person yet."""
    sender: Tree


def person_reference(reference: str, display: str) -> Tree:
    """A reference with its display."""
    return {"reference": reference, "display": display}


def header(about: About, subject: str) -> Tree:
    """The header of a thread between patient and practice."""
    return {
        "resourceType": "Communication",
        "status": "in-progress",
        "category": _CATEGORY[MessageCategory.PATIENT],
        "topic": {"text": subject},
        "subject": about.patient,
        "recipient": [PRACTICE],
    }


def notes_header(about: About, request: Tree, sender: Tree) -> Tree:
    """The header of what colleagues note beside a *request*, which no patient ever sees."""
    return {
        "resourceType": "Communication",
        "identifier": [{"system": systems.MESSAGE_KEY, "value": notes_key(request["id"])}],
        "status": "in-progress",
        "category": _CATEGORY[MessageCategory.INTERNAL],
        "topic": {"text": "Notes for colleagues"},
        "subject": about.patient,
        "about": [{"reference": f"Task/{request['id']}"}],
        "sender": sender,
    }


def note(
    about: About, header_reference: str, *, key: str, text: str, sent: datetime, sender: Tree
) -> Tree:
    """One note in the thread of *header_reference*."""
    tree = message(about, header_reference, key=key, text=text, sent=sent, sender=sender)
    del tree["recipient"]
    return {**tree, "category": _CATEGORY[MessageCategory.INTERNAL]}


def message(
    about: About,
    header_reference: str,
    *,
    key: str,
    text: str,
    sent: datetime,
    sender: Tree | None = None,
    received: datetime | None = None,
) -> Tree:
    """One message in the thread; *sender* is the patient's side unless said."""
    tree: Tree = {
        "resourceType": "Communication",
        "identifier": [{"system": systems.MESSAGE_KEY, "value": key}],
        "partOf": [{"reference": header_reference}],
        "status": "in-progress" if received is None else "completed",
        "category": _CATEGORY[MessageCategory.PATIENT],
        "subject": about.patient,
        "recipient": [PRACTICE if sender is None else about.patient],
        "sent": wire.z(sent),
        "sender": sender or about.sender,
        "payload": [{"contentString": text}],
    }
    if received is not None:
        tree["received"] = wire.z(received)
    return tree


def request(
    about: About,
    kind: RequestType,
    header_reference: str,
    *,
    key: str,
    words: str,
    authored: datetime,
    priority: str = "routine",
    status: str = "requested",
    state: RequestState | None = RequestState.NEW,
) -> Tree:
    """The Task of a request or thread."""
    tree: Tree = {
        "resourceType": "Task",
        "identifier": [{"system": systems.REQUEST_KEY, "value": key}],
        "status": status,
        "intent": "order",
        "priority": priority,
        "code": _CODE[kind],
        "description": words,
        "focus": {"reference": header_reference},
        "for": about.patient,
        "authoredOn": wire.z(authored),
        "lastModified": wire.z(authored),
        "requester": about.sender,
    }
    if state is not None:
        tree["businessStatus"] = _STATE[state]
    return tree


def repeat_item(
    about: About,
    nhs_number: str,
    medication: str,
    *,
    key: str,
    order: str,
    authored: datetime,
    note: str | None = None,
    pharmacy: str | None = None,
) -> Tree:
    """The Task of one item of a repeat order, in the shape of GP Connect."""
    tree: Tree = {
        "resourceType": "Task",
        "identifier": [{"system": systems.UUID_URN, "value": key}],
        "groupIdentifier": {"system": systems.ORDER, "value": order},
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "code": _RENEWAL,
        "focus": {"reference": medication},
        "for": {
            **about.patient,
            "identifier": {"system": systems.NHS_NUMBER, "value": nhs_number},
        },
        "authoredOn": wire.z(authored),
        "lastModified": wire.z(authored),
        "requester": about.sender,
    }
    if note is not None:
        tree["note"] = [{"authorString": "Patient", "text": note}]
    if pharmacy is not None:
        tree["input"] = [
            {
                "type": _PHARMACY_INPUT,
                "valueIdentifier": {
                    "system": systems.ODS_ORGANIZATION,
                    "value": pharmacy,
                    "assigner": {"display": "Quayside Pharmacy"},
                },
            }
        ]
    return tree


def in_state(tree: Tree, status: str, state: RequestState | None) -> None:
    """Set where a Task stands."""
    tree["status"] = status
    if state is None:
        tree.pop("businessStatus", None)
    else:
        tree["businessStatus"] = _STATE[state]


def done(tree: Tree, outcome: Outcome, at: datetime, result: str | None = None) -> None:
    """Finish a Task with its outcome and what came of it."""
    in_state(tree, "completed", None)
    tree["lastModified"] = wire.z(at)
    tree["output"] = [
        {
            "type": {"text": "Outcome"},
            "valueCodeableConcept": wire.concept(systems.REQUEST_OUTCOME, outcome),
        }
    ]
    if result is not None:
        tree["output"].append({"type": {"text": "Result"}, "valueReference": {"reference": result}})
