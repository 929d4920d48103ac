"""SMART v2 scopes: what a role may hold, and what a request for some of it comes to.

Source: docs/contract.md 12.
"""

from collections.abc import Iterable
from typing import Final

from contract.codes import Role

_PLAIN_STAFF: Final = frozenset({"openid", "fhirUser", "offline_access"})
_PLAIN_PATIENT: Final = _PLAIN_STAFF | {"launch/patient"}
_ORDER: Final = "cruds"

_STAFF: Final = {
    "Appointment": "crus",
    "Slot": "crus",
    "Schedule": "crus",
    "Task": "crus",
    "Communication": "crus",
    "Consent": "crus",
    "Patient": "rs",
    "Practitioner": "rs",
    "PractitionerRole": "rs",
    "Location": "rs",
    "Organization": "rs",
    "CareTeam": "rs",
    "HealthcareService": "rs",
    "RelatedPerson": "rs",
    "Questionnaire": "rs",
    "QuestionnaireResponse": "rs",
    "MedicationRequest": "rs",
    "Flag": "crus",
    "Library": "crus",  # practice documents; the right to write one depends on which
    "AllergyIntolerance": "rs",  # part of the banner, which every role sees (contract 3)
    "Binary": "cr",
    "Provenance": "c",
    "Subscription": "cruds",
}
_RECORD: Final = {
    "Condition": "rs",
    "AllergyIntolerance": "rs",
    "Immunization": "rs",
    "Observation": "rs",
    "DocumentReference": "rs",
}
_RELEASE: Final = {"HealthcareService": "crus"}
"""Of the roles with the right to release: the rules of slot types."""
_PATIENT: Final = {
    "Slot": "rs",
    "Schedule": "rs",
    "Practitioner": "rs",
    "Appointment": "crus",
    "Task": "crus",
    "Communication": "crus",
    "MedicationRequest": "rs",
    "QuestionnaireResponse": "cr",  # the answers of a form travel with the request (12.2)
    "Binary": "cr",
    "Patient": "r",
    **_RECORD,  # the patient's Consent decides on each read (contract 12.2)
}
_MAY: Final[dict[Role, dict[str, str]]] = {
    Role.RECEPTIONIST: _STAFF | _RELEASE,
    Role.CLINICIAN: _STAFF | _RECORD,
    # A prescriber issues: MedicationRequest `order`, then the task is completed (contract 7); and
    # cancels what was issued a moment ago.
    Role.PRESCRIBER: _STAFF | _RECORD | {"MedicationRequest": "crus"},
    Role.MANAGER: _STAFF | _RELEASE | _RECORD | {"AuditEvent": "rs", "Provenance": "crs"},
    Role.PATIENT: _PATIENT,
}


def context_of(role: Role) -> str:
    """`patient` or `user`: the first part of a resource scope."""
    return "patient" if role is Role.PATIENT else "user"


def allowed(role: Role) -> frozenset[str]:
    """All that *role* may hold."""
    context = context_of(role)
    plain = _PLAIN_PATIENT if role is Role.PATIENT else _PLAIN_STAFF
    return plain | {f"{context}/{name}.{letters}" for name, letters in _MAY[role].items()}


def every() -> list[str]:
    """All that anybody may hold, for the discovery document."""
    return sorted(frozenset().union(*(allowed(role) for role in Role)))


def known(requested: Iterable[str], roles: Iterable[Role]) -> bool:
    """Whether any of *requested* could be granted to one of *roles*."""
    wanted = list(requested)
    return any(grant(wanted, role) for role in roles)


def grant(requested: Iterable[str], role: Role) -> list[str]:
    """What a request for *requested* comes to: its overlap with what *role* may hold.

    `user/*.rs` becomes one scope for each type that the role may read or search. The order of
    the request is kept; nothing is granted twice.
    """
    plain = _PLAIN_PATIENT if role is Role.PATIENT else _PLAIN_STAFF
    granted: dict[str, str] = {}
    kept: dict[str, None] = {}
    for scope in requested:
        if scope in plain:
            kept[scope] = None
            continue
        for name, letters in _overlap(scope, role):
            both = granted.get(name, "") + letters
            granted[name] = "".join(letter for letter in _ORDER if letter in both)
    context = context_of(role)
    return [*kept, *(f"{context}/{name}.{letters}" for name, letters in granted.items())]


def _overlap(scope: str, role: Role) -> list[tuple[str, str]]:
    context, _, what = scope.partition("/")
    name, _, letters = what.partition(".")
    # RFC: the letters of a scope stand in the order "cruds"; anything else is no v2 scope.
    in_order = "".join(letter for letter in _ORDER if letter in letters)
    if context != context_of(role) or not letters or in_order != letters:
        return []
    may = _MAY[role]
    names = list(may) if name == "*" else [name] if name in may else []
    found = [(each, "".join(one for one in letters if one in may[each])) for each in names]
    return [(each, both) for each, both in found if both]
