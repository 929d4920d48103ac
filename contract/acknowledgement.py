"""Emergencies that somebody on duty has acknowledged: who, and when, in Task.input.

Source: docs/contract.md 3 (Task), 7.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from contract.codes import Role
from contract.systems import CANONICAL

REQUEST_INPUT: Final = f"{CANONICAL}/CodeSystem/request-input"
ACKNOWLEDGED: Final = "emergency-acknowledged"
DUTY_ROLES: Final = frozenset({Role.CLINICIAN, Role.PRESCRIBER})
"""Who may acknowledge: whoever can judge it. Reception sees to it that somebody does."""


def acknowledged_input(reference: str, display: str, at: str) -> dict[str, Any]:
    """The input that says who acknowledged a request, and when (a UTC instant)."""
    who = {"reference": reference, "display": display}
    return {
        "type": {"coding": [{"system": REQUEST_INPUT, "code": ACKNOWLEDGED}]},
        "valueAnnotation": {
            "authorReference": who,
            "time": at,
            "text": f"Acknowledged by {display}",
        },
    }


def acknowledgements(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Each acknowledgement on a Task, the first first; what makes no sense is left out."""
    held = tree.get("input")
    for one in held if isinstance(held, list) else ():
        if is_acknowledgement(one) and isinstance(one.get("valueAnnotation"), dict):
            yield one


def is_acknowledgement(told: object) -> bool:
    """Whether an input of a Task is one."""
    kind = told.get("type") if isinstance(told, dict) else None
    codings = kind.get("coding") if isinstance(kind, dict) else None
    return isinstance(codings, list) and any(
        isinstance(c, dict) and c.get("system") == REQUEST_INPUT and c.get("code") == ACKNOWLEDGED
        for c in codings
    )
