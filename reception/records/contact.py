"""Contacts: patients to be told about their appointment (FHIR Task with a reason).

Source: contract/contact.py; docs/contract.md 6 (cancel a session).
"""

from datetime import datetime

from contract import systems
from contract.codes import Priority, RequestState, RequestType
from contract.contact import (
    ATTEMPT,
    OUTCOME_WORDS,
    REQUEST_INPUT,
    ContactOutcome,
    appointment_of,
    attempts_of,
    is_contact,
)
from reception.records.appointment import Appointment
from reception.records.request import Request
from reception.records.tree import (
    Tree,
    changed,
    concept,
    each,
    id_in,
    maps,
    moment,
    text_at,
    wire_time,
)

SLOT = "Slot"
"""`type.text` of the input that says where the patient was booked."""


def new_contact(
    appointment: Appointment,
    *,
    key: str,
    words: str,
    urgent: bool,
    requester: str,
    requester_name: str,
) -> Tree:
    """A Task to tell the patient of *appointment*, as it is posted.

    *words* can be read by the patient; *key* is the request-key.
    """
    return {
        "resourceType": "Task",
        "identifier": [{"system": systems.REQUEST_KEY, "value": key}],
        "status": "requested",
        "businessStatus": concept(systems.REQUEST_STATE, RequestState.NEW),
        "intent": "order",
        "priority": str(Priority.URGENT if urgent else Priority.ROUTINE),
        "code": concept(systems.REQUEST_TYPE, RequestType.ADMIN),
        "description": words,
        "for": {
            "reference": f"Patient/{appointment.patient_id}",
            "display": appointment.patient_name,
        },
        "requester": {"reference": requester, "display": requester_name},
        "reasonReference": {"reference": appointment.reference},
        "input": [
            {"type": {"text": SLOT}, "valueReference": {"reference": f"Slot/{slot_id}"}}
            for slot_id in appointment.slot_ids
        ],
    }


def is_on_contact_list(request: Request) -> bool:
    """Whether *request* is such a Task."""
    return is_contact(request.tree)


def about(request: Request) -> str:
    """Id of the appointment it is about, or an empty string."""
    return appointment_of(request.tree).partition("/")[2]


def old_slots(request: Request) -> tuple[str, ...]:
    """Ids of the slots in which the patient was booked when the contact was made."""
    return tuple(
        slot_id
        for each_input in maps(request.tree, "input")
        if text_at(each_input, "type", "text") == SLOT
        and (slot_id := id_in(each_input.get("valueReference"), "Slot"))
    )


def attempts(request: Request) -> int:
    """How many attempts are logged."""
    return attempts_of(request.tree)


def last_attempt(request: Request) -> tuple[datetime | None, str]:
    """When somebody last tried (aware UTC), and what they noted."""
    found: tuple[datetime | None, str] = (None, "")
    for each_input in maps(request.tree, "input"):
        if any(c.get("code") == ATTEMPT for c in maps(each_input, "type", "coding")):
            found = moment(each_input.get("valueDateTime")), text_at(each_input, "type", "text")
    return found


def attempted(request: Request, at: datetime, words: str) -> Tree:
    """*request* with one more attempt, at *at* (aware)."""
    entry = {"type": concept(REQUEST_INPUT, ATTEMPT, words), "valueDateTime": wire_time(at)}
    return changed(request.tree, input=[*each(request.tree, "input"), entry])


def told(request: Request, outcome: ContactOutcome, instead: str = "") -> Tree:
    """*request*, done; *instead* is the reference of the appointment the patient has now."""
    came = [
        *each(request.tree, "output"),
        {
            "type": {"text": "Outcome"},
            "valueCodeableConcept": concept(
                systems.REQUEST_OUTCOME, outcome, OUTCOME_WORDS[outcome]
            ),
        },
    ]
    if instead:
        came.append({"type": {"text": "Result"}, "valueReference": {"reference": instead}})
    return changed(request.tree, status="completed", businessStatus=None, output=came)


def filed_in_error(request: Request) -> Tree:
    """*request*, taken back: nobody has to be told after all."""
    return changed(request.tree, status="entered-in-error")
