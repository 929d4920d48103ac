"""Codes that R4 binds as required, for the types that are accepted.

Source: FHIR R4 definitions of the resources and data types.
"""

from collections.abc import Mapping
from typing import Final

_REQUEST_INTENTS = (
    "proposal plan order original-order reflex-order filler-order instance-order option"
)
_PRIORITIES = "routine urgent asap stat"
_GENDERS = "male female other unknown"
_EVENT = "preparation in-progress not-done on-hold stopped completed entered-in-error unknown"
_DAYS = "mon tue wed thu fri sat sun"


def codes(text: str) -> frozenset[str]:
    """The codes in *text*, parted by spaces."""
    return frozenset(text.split())


_CODES: Final[Mapping[str, str]] = {
    "Appointment.status": "proposed pending booked arrived fulfilled cancelled noshow "
    "entered-in-error checked-in waitlist",
    "Appointment.participant.status": "accepted declined tentative needs-action",
    "Appointment.participant.required": "required optional information-only",
    "Slot.status": "busy free busy-unavailable busy-tentative entered-in-error",
    "Task.status": "draft requested received accepted rejected ready cancelled in-progress "
    "on-hold failed completed entered-in-error",
    "Task.intent": f"unknown {_REQUEST_INTENTS}",
    "Task.priority": _PRIORITIES,
    "Communication.status": _EVENT,
    "Communication.priority": _PRIORITIES,
    "Patient.gender": _GENDERS,
    "Patient.contact.gender": _GENDERS,
    "Patient.link.type": "replaced-by replaces refer seealso",
    "RelatedPerson.gender": _GENDERS,
    "Practitioner.gender": _GENDERS,
    "PractitionerRole.availableTime.daysOfWeek": _DAYS,
    "HealthcareService.availableTime.daysOfWeek": _DAYS,
    "Location.hoursOfOperation.daysOfWeek": _DAYS,
    "Location.status": "active suspended inactive",
    "Location.mode": "instance kind",
    "CareTeam.status": "proposed active suspended inactive entered-in-error",
    "MedicationRequest.status": "active on-hold cancelled completed entered-in-error stopped "
    "draft unknown",
    "MedicationRequest.intent": _REQUEST_INTENTS,
    "MedicationRequest.priority": _PRIORITIES,
    "Library.status": "draft active retired unknown",
    "Flag.status": "active inactive entered-in-error",
    "AllergyIntolerance.type": "allergy intolerance",
    "AllergyIntolerance.category": "food medication environment biologic",
    "AllergyIntolerance.criticality": "low high unable-to-assess",
    "AllergyIntolerance.reaction.severity": "mild moderate severe",
    "Immunization.status": "completed entered-in-error not-done",
    "Observation.status": "registered preliminary final amended corrected cancelled "
    "entered-in-error unknown",
    "DocumentReference.status": "current superseded entered-in-error",
    "DocumentReference.docStatus": "preliminary final amended entered-in-error",
    "DocumentReference.relatesTo.code": "replaces transforms signs appends",
    "Consent.status": "draft proposed active rejected inactive entered-in-error",
    "Consent.provision.type": "deny permit",
    "Consent.provision.data.meaning": "instance related dependents authoredby",
    "Questionnaire.status": "draft active retired unknown",
    "Questionnaire.item.type": "group display boolean decimal integer date dateTime time string "
    "text url choice open-choice attachment reference quantity",
    "Questionnaire.item.enableBehavior": "all any",
    "QuestionnaireResponse.status": "in-progress completed amended entered-in-error stopped",
    "Provenance.entity.role": "derivation revision quotation source removal",
    "Subscription.status": "requested active error off",
    "Subscription.channel.type": "rest-hook websocket email sms message",
}

CODES: Final[Mapping[str, Mapping[tuple[str, ...], frozenset[str]]]] = {
    kind: {
        tuple(path.split(".")[1:]): codes(words)
        for path, words in _CODES.items()
        if path.startswith(f"{kind}.")
    }
    for kind in {path.partition(".")[0] for path in _CODES}
}
"""By type and element, the codes that may stand there."""

CONCEPTS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "Condition": {
        "clinicalStatus": codes("active recurrence relapse inactive remission resolved"),
        "verificationStatus": codes(
            "unconfirmed provisional differential confirmed refuted entered-in-error"
        ),
    },
    "AllergyIntolerance": {
        "clinicalStatus": codes("active inactive resolved"),
        "verificationStatus": codes("unconfirmed confirmed refuted entered-in-error"),
    },
}
"""By type and CodeableConcept element, the codes of which each coding must be one."""

DATA_TYPES: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "telecom": {
        "system": codes("phone fax email pager url sms other"),
        "use": codes("home work temp old mobile"),
    },
    "name": {"use": codes("usual official temp nickname anonymous old maiden")},
    "address": {
        "use": codes("home work temp old billing"),
        "type": codes("postal physical both"),
    },
    "identifier": {"use": codes("usual official temp secondary old")},
    "text": {"status": codes("generated extensions additional empty")},
}
"""By the name an element of a data type goes by everywhere, the codes inside it."""
