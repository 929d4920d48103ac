"""The search parameters of each resource type: what they are called and what they look at.

Source: FHIR R4 search parameter registry; docs/contract.md 9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How a parameter compares (FHIR search parameter types)."""

    TOKEN = "token"  # noqa: S105 - a kind of parameter, no secret
    STRING = "string"
    DATE = "date"
    REFERENCE = "reference"
    URI = "uri"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One search parameter of one type.

    Attributes:
        type: resource type.
        name: as in a query string.
        kind: how it compares.
        paths: elements it looks at, from the resource down, lists flattened.
        targets: types a reference may point to; only those are indexed. Empty = any.
        form: how values are brought into one form: `code` (an element of type code, whose system
            is implied), `phone`, `email`, `telecom`, `postcode`, `exists` or empty.
        instant: a date that always has at least seconds, so an index range can bound it below.
    """

    type: str
    name: str
    kind: Kind
    paths: tuple[tuple[str, ...], ...]
    targets: tuple[str, ...] = ()
    form: str = ""
    instant: bool = False

    @property
    def key(self) -> str:
        """Its name in the search indexes."""
        return f"{self.type}.{self.name}"


def _spec(text: str) -> tuple[Kind, str, tuple[str, ...], str, bool]:
    kind, _, rest = text.partition(" ")
    paths, _, more = rest.partition(" ")
    targets: tuple[str, ...] = ()
    form, instant = "", False
    for word in more.split():
        if word == "instant":
            instant = True
        elif word[0].isupper():
            targets = tuple(word.split("|"))
        else:
            form = word
    return Kind(kind), paths, targets, form, instant


_IDENTIFIER = {"identifier": "token identifier"}
_SUBJECT = {"patient": "reference subject Patient", "subject": "reference subject"}
_PATIENT = {"patient": "reference patient Patient"}
_TELECOM = {
    "telecom": "token telecom telecom",
    "phone": "token telecom phone",
    "email": "token telecom email",
}
_ADDRESS = {
    "address": "string address",
    "address-city": "string address.city",
    "address-postalcode": "string address.postalCode postcode",
}
_PERSON = {
    "name": "string name",
    "gender": "token gender code",
    "active": "token active",
    **_TELECOM,
    **_ADDRESS,
    **_IDENTIFIER,
}

_TABLE: Final[Mapping[str, Mapping[str, str]]] = {
    "Appointment": {
        **_IDENTIFIER,
        "date": "date start instant",
        "status": "token status code",
        "patient": "reference participant.actor Patient",
        "practitioner": "reference participant.actor Practitioner",
        "location": "reference participant.actor Location",
        "actor": "reference participant.actor",
        "part-status": "token participant.status code",
        "slot": "reference slot Slot",
        "service-category": "token serviceCategory",
        "service-type": "token serviceType",
        "specialty": "token specialty",
        "appointment-type": "token appointmentType",
        "reason-code": "token reasonCode",
        "reason-reference": "reference reasonReference",
        "based-on": "reference basedOn",
        "supporting-info": "reference supportingInformation",
    },
    "Slot": {
        **_IDENTIFIER,
        "start": "date start instant",
        "status": "token status code",
        "schedule": "reference schedule Schedule",
        "service-category": "token serviceCategory",
        "service-type": "token serviceType",
        "specialty": "token specialty",
        "appointment-type": "token appointmentType",
    },
    "Schedule": {
        **_IDENTIFIER,
        "date": "date planningHorizon",
        "actor": "reference actor",
        "active": "token active",
        "service-category": "token serviceCategory",
        "service-type": "token serviceType",
        "specialty": "token specialty",
    },
    "Task": {
        **_IDENTIFIER,
        "status": "token status code",
        "code": "token code",
        "patient": "reference for Patient",
        "subject": "reference for",
        "owner": "reference owner",
        "requester": "reference requester",
        "priority": "token priority code",
        "intent": "token intent code",
        "business-status": "token businessStatus",
        "authored-on": "date authoredOn",
        "modified": "date lastModified",
        "period": "date executionPeriod",
        "focus": "reference focus",
        "group-identifier": "token groupIdentifier",
        "performer": "token performerType",
        "part-of": "reference partOf Task",
        "based-on": "reference basedOn",
        "encounter": "reference encounter Encounter",
    },
    "Communication": {
        **_IDENTIFIER,
        **_SUBJECT,
        "part-of": "reference partOf",
        "sent": "date sent",
        "received": "date received",
        "sender": "reference sender",
        "recipient": "reference recipient",
        "category": "token category",
        "status": "token status code",
        "medium": "token medium",
        "based-on": "reference basedOn",
        "encounter": "reference encounter Encounter",
    },
    "Patient": {
        **_PERSON,
        "family": "string name.family",
        "given": "string name.given",
        "birthdate": "date birthDate",
        "deceased": "token deceasedBoolean,deceasedDateTime exists",
        "death-date": "date deceasedDateTime",
        "general-practitioner": "reference generalPractitioner",
        "organization": "reference managingOrganization Organization",
        "language": "token communication.language",
        "link": "reference link.other",
    },
    "RelatedPerson": {
        **_PERSON,
        **_PATIENT,
        "birthdate": "date birthDate",
        "relationship": "token relationship",
    },
    "Practitioner": {
        **_PERSON,
        "family": "string name.family",
        "given": "string name.given",
        "communication": "token communication",
    },
    "PractitionerRole": {
        **_IDENTIFIER,
        **_TELECOM,
        "practitioner": "reference practitioner Practitioner",
        "organization": "reference organization Organization",
        "location": "reference location Location",
        "service": "reference healthcareService HealthcareService",
        "role": "token code",
        "specialty": "token specialty",
        "active": "token active",
        "date": "date period",
    },
    "Organization": {
        **_IDENTIFIER,
        **_ADDRESS,
        "name": "string name,alias",
        "active": "token active",
        "type": "token type",
        "partof": "reference partOf Organization",
    },
    "Location": {
        **_IDENTIFIER,
        **_ADDRESS,
        "name": "string name,alias",
        "status": "token status code",
        "operational-status": "token operationalStatus",
        "type": "token type",
        "organization": "reference managingOrganization Organization",
        "partof": "reference partOf Location",
    },
    "CareTeam": {
        **_IDENTIFIER,
        **_SUBJECT,
        "status": "token status code",
        "category": "token category",
        "participant": "reference participant.member",
        "date": "date period",
        "encounter": "reference encounter Encounter",
    },
    "HealthcareService": {
        **_IDENTIFIER,
        "name": "string name",
        "active": "token active",
        "organization": "reference providedBy Organization",
        "location": "reference location Location",
        "service-category": "token category",
        "service-type": "token type",
        "specialty": "token specialty",
        "characteristic": "token characteristic",
    },
    "MedicationRequest": {
        **_IDENTIFIER,
        **_SUBJECT,
        "status": "token status code",
        "intent": "token intent code",
        "priority": "token priority code",
        "category": "token category",
        "code": "token medicationCodeableConcept",
        "medication": "reference medicationReference Medication",
        "authoredon": "date authoredOn",
        "requester": "reference requester",
        "encounter": "reference encounter Encounter",
    },
    "Library": {
        **_IDENTIFIER,
        "name": "string name",
        "title": "string title",
        "status": "token status code",
        "type": "token type",
        "date": "date date",
    },
    "Flag": {
        **_IDENTIFIER,
        **_SUBJECT,
        "date": "date period",
        "author": "reference author",
        "encounter": "reference encounter Encounter",
    },
    "AllergyIntolerance": {
        **_IDENTIFIER,
        **_PATIENT,
        "clinical-status": "token clinicalStatus",
        "verification-status": "token verificationStatus",
        "code": "token code,reaction.substance",
        "category": "token category code",
        "criticality": "token criticality code",
        "type": "token type code",
        "date": "date recordedDate",
        "last-date": "date lastOccurrence",
        "recorder": "reference recorder",
        "asserter": "reference asserter",
    },
    "Condition": {
        **_IDENTIFIER,
        **_SUBJECT,
        "clinical-status": "token clinicalStatus",
        "verification-status": "token verificationStatus",
        "code": "token code",
        "category": "token category",
        "severity": "token severity",
        "onset-date": "date onsetDateTime,onsetPeriod",
        "abatement-date": "date abatementDateTime,abatementPeriod",
        "recorded-date": "date recordedDate",
        "asserter": "reference asserter",
        "encounter": "reference encounter Encounter",
    },
    "Immunization": {
        **_IDENTIFIER,
        **_PATIENT,
        "date": "date occurrenceDateTime",
        "status": "token status code",
        "status-reason": "token statusReason",
        "vaccine-code": "token vaccineCode",
        "lot-number": "string lotNumber",
        "location": "reference location Location",
        "performer": "reference performer.actor",
    },
    "Observation": {
        **_IDENTIFIER,
        **_SUBJECT,
        "date": "date effectiveDateTime,effectivePeriod,effectiveInstant",
        "status": "token status code",
        "code": "token code",
        "category": "token category",
        "value-concept": "token valueCodeableConcept",
        "value-date": "date valueDateTime,valuePeriod",
        "performer": "reference performer",
        "based-on": "reference basedOn",
        "has-member": "reference hasMember",
        "derived-from": "reference derivedFrom",
        "encounter": "reference encounter Encounter",
    },
    "DocumentReference": {
        **_IDENTIFIER,
        **_SUBJECT,
        "date": "date date instant",
        "status": "token status code",
        "type": "token type",
        "category": "token category",
        "contenttype": "token content.attachment.contentType code",
        "author": "reference author",
        "custodian": "reference custodian Organization",
        "period": "date context.period",
        "related": "reference context.related",
        "encounter": "reference context.encounter",
    },
    "Consent": {
        **_IDENTIFIER,
        **_PATIENT,
        "status": "token status code",
        "scope": "token scope",
        "category": "token category",
        "action": "token provision.action",
        "actor": "reference provision.actor.reference",
        "consentor": "reference performer",
        "organization": "reference organization Organization",
        "date": "date dateTime",
        "period": "date provision.period",
    },
    "Questionnaire": {
        **_IDENTIFIER,
        "name": "string name",
        "title": "string title",
        "publisher": "string publisher",
        "status": "token status code",
        "url": "uri url",
        "version": "token version",
        "code": "token item.code",
        "subject-type": "token subjectType code",
        "date": "date date",
    },
    "QuestionnaireResponse": {
        **_IDENTIFIER,
        **_SUBJECT,
        "questionnaire": "uri questionnaire",
        "status": "token status code",
        "authored": "date authored",
        "author": "reference author",
        "source": "reference source",
        "based-on": "reference basedOn",
        "part-of": "reference partOf",
        "encounter": "reference encounter Encounter",
    },
    "Binary": {},
    "Provenance": {
        "target": "reference target",
        "patient": "reference target Patient",
        "agent": "reference agent.who",
        "agent-role": "token agent.role",
        "agent-type": "token agent.type",
        "entity": "reference entity.what",
        "recorded": "date recorded instant",
        "when": "date occurredDateTime",
        "location": "reference location Location",
    },
    "AuditEvent": {
        "date": "date recorded instant",
        "agent": "reference agent.who",
        "agent-name": "string agent.name",
        "agent-role": "token agent.role",
        "entity": "reference entity.what",
        "entity-role": "token entity.role",
        "patient": "reference agent.who,entity.what Patient",
        "type": "token type",
        "subtype": "token subtype",
        "action": "token action code",
        "outcome": "token outcome code",
        "source": "reference source.observer",
    },
    "Subscription": {
        "status": "token status code",
        "criteria": "string criteria",
        "type": "token channel.type code",
        "payload": "token channel.payload code",
        "url": "uri channel.endpoint",
        "contact": "token contact",
    },
}


def _parameter(resource_type: str, name: str, text: str) -> Parameter:
    kind, paths, targets, form, instant = _spec(text)
    return Parameter(
        resource_type,
        name,
        kind,
        tuple(tuple(path.split(".")) for path in paths.split(",")),
        targets,
        form,
        instant,
    )


PARAMETERS: Final[Mapping[str, Mapping[str, Parameter]]] = {
    resource_type: {name: _parameter(resource_type, name, text) for name, text in table.items()}
    for resource_type, table in _TABLE.items()
}
"""Every type that is kept, with its parameters by name. `_id` and `_lastUpdated` go without."""

TYPES: Final = frozenset(PARAMETERS)
