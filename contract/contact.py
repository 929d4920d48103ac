"""The contact list: patients to be told that their session is off, and how that may end.

A contact is a Task `admin-query` whose `reasonReference` is the Appointment. Nobody leaves the list
without an outcome of their own; "could not be reached" needs three attempts, each logged.

Source: docs/contract.md 6 (cancel a session); domain words, risk 17.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from contract.systems import CANONICAL, REQUEST_OUTCOME

REQUEST_INPUT: Final = f"{CANONICAL}/CodeSystem/request-input"
ATTEMPT: Final = "contact-attempt"
"""Code of a Task.input that logs one attempt: `valueDateTime` says when, `type.text` what."""
ATTEMPTS_NEEDED: Final = 3
"""Attempts before somebody counts as not reached."""


class ContactOutcome(StrEnum):
    """What came of telling a patient (Task.output, request-outcome)."""

    REBOOKED = "told-rebooked"
    CANCELLED = "told-cancelled"
    KEEPS = "told-keeps-another"
    NOT_REACHED = "not-reached"


OUTCOME_WORDS: Final[Mapping[str, str]] = {
    ContactOutcome.REBOOKED: "told and rebooked",
    ContactOutcome.CANCELLED: "told and cancelled",
    ContactOutcome.KEEPS: "told, and keeps another appointment",
    ContactOutcome.NOT_REACHED: "could not be reached",
}


def is_contact(task: Mapping[str, Any]) -> bool:
    """Whether a Task stands on the contact list."""
    return bool(appointment_of(task))


def appointment_of(task: Mapping[str, Any]) -> str:
    """`Appointment/<id>` that a contact is about, or an empty string."""
    reason = task.get("reasonReference")
    reference = reason.get("reference") if isinstance(reason, Mapping) else None
    named = isinstance(reference, str) and reference.startswith("Appointment/")
    return str(reference) if named else ""


def attempts_of(task: Mapping[str, Any]) -> int:
    """How many attempts are logged."""
    return sum(
        (REQUEST_INPUT, ATTEMPT) in set(_codings(each.get("type")))
        for each in task.get("input", ())
        if isinstance(each, Mapping)
    )


def outcome_of(task: Mapping[str, Any]) -> ContactOutcome | None:
    """The outcome that a contact carries, or None."""
    known = {str(outcome) for outcome in ContactOutcome}
    for each in task.get("output", ()):
        for system, code in _codings(each.get("valueCodeableConcept")):
            if system == REQUEST_OUTCOME and code in known:
                return ContactOutcome(code)
    return None


def why_not_done(task: Mapping[str, Any]) -> str:
    """Why a contact cannot be completed as it stands, in a sentence; empty where it can."""
    outcome = outcome_of(task)
    if outcome is None:
        return "Say on the contact list what came of it: this patient has to be told."
    tried = attempts_of(task)
    if outcome is ContactOutcome.NOT_REACHED and tried < ATTEMPTS_NEEDED:
        more = "1 more attempt" if tried == ATTEMPTS_NEEDED - 1 else f"{3 - tried} more attempts"
        return f"{more} before “could not be reached”: {tried} of {ATTEMPTS_NEEDED} are logged."
    return ""


def _codings(concept: object) -> Iterable[tuple[str, str]]:
    if isinstance(concept, Mapping):
        for coding in concept.get("coding", ()):
            if isinstance(coding, Mapping):
                yield str(coding.get("system")), str(coding.get("code"))
