"""Whether a resource is FHIR R4, element by element. Every write passes here.

Structure and types are fhirkit's work. Required codes and the invariants that fhirkit does not
know are checked here.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NoReturn

import fhirkit

from contract import nhs_number
from contract.errors import ErrorCode
from contract.systems import NHS_NUMBER
from practice.fhir.bindings import CODES, CONCEPTS, DATA_TYPES
from practice.fhir.interaction import ID
from practice.refusal import Refusal
from practice.store import Tree, dates
from practice.store.extract import leaves
from practice.store.stored import encode

_MISSING = "required element missing"
_ACTIVE_CONTENT = re.compile(
    r"<\s*(script|iframe|object|embed|form|link)|\son\w+\s*=|javascript:", re.I
)


def check(tree: Tree) -> None:
    """Refuse *tree* unless it is valid R4; the refusal names the element at fault.

    Raises:
        Refusal: 422 MISSING_VALUE, INVALID_VALUE or INVALID_RESOURCE; 400 INVALID_NHS_NUMBER.
    """
    kind = tree["resourceType"]
    for issue in fhirkit.validate(encode(tree)):
        if issue.severity == "error":
            _structure(issue.path, issue.message)
    _codes(kind, tree)
    contained = tree.get("contained", [])
    ids = {one.get("id") for one in contained}
    for one in contained:
        if "contained" in one:
            _refuse(f"{kind}.contained", "A contained resource cannot contain others (dom-2).")
        _codes(one["resourceType"], one)
        _invariants(one)
    for path, node in _objects(tree, kind):
        _object(path, node, ids)
    _invariants(tree)


def _structure(path: str, message: str) -> NoReturn:
    name = path.rpartition(".")[2]
    if message == _MISSING:
        _refuse(path, f"{name} is missing.", "required", ErrorCode.MISSING_VALUE)
    _refuse(path, f"{name}: {message}.", "structure", ErrorCode.INVALID_RESOURCE)


def _refuse(
    path: str,
    text: str,
    issue: str = "invariant",
    code: ErrorCode = ErrorCode.INVALID_RESOURCE,
) -> NoReturn:
    raise Refusal(422, issue, code, text, expression=path)


def _codes(kind: str, tree: Tree) -> None:
    for path, codes in CODES.get(kind, {}).items():
        for value in leaves(tree, path):
            _code(f"{kind}.{'.'.join(path)}", value, codes)
    for name, codes in CONCEPTS.get(kind, {}).items():
        for value in leaves(tree, (name, "coding", "code")):
            _code(f"{kind}.{name}", value, codes)


def _code(path: str, value: Any, codes: frozenset[str]) -> None:
    if value not in codes:
        name = path.rpartition(".")[2]
        text = f"{name} cannot be {value!r}; it is one of {', '.join(sorted(codes))}."
        _refuse(path, text, "code-invalid", ErrorCode.INVALID_VALUE)


def _objects(node: Any, path: str) -> Iterator[tuple[str, Tree]]:
    """Every object inside *node* with its path, the outermost first."""
    if isinstance(node, dict):
        yield path, node
        for name, value in node.items():
            if isinstance(value, (dict, list)):
                yield from _objects(value, f"{path}.{name}")
    elif isinstance(node, list):
        for at, value in enumerate(node):
            if isinstance(value, (dict, list)):
                yield from _objects(value, f"{path}[{at}]")


def _object(path: str, node: Tree, contained: set[Any]) -> None:
    """Rules of data types, wherever they stand."""
    if not node:
        _refuse(path, "An empty object says nothing; leave the element out (ele-1).")
    resource_id = node.get("id")
    if "resourceType" in node and resource_id is not None and not ID.fullmatch(resource_id):
        _refuse(f"{path}.id", f"{resource_id!r} is not an id.", "value", ErrorCode.INVALID_VALUE)
    name = path.rpartition(".")[2].partition("[")[0]
    for element, codes in DATA_TYPES.get(name, {}).items():
        if element in node:
            _code(f"{path}.{element}", node[element], codes)
    if name in ("extension", "modifierExtension"):
        values = [key for key in node if key.lstrip("_").startswith("value")]
        if bool(values) == ("extension" in node):
            _refuse(path, "An extension has a value or extensions, one of the two (ext-1).")
    reference = node.get("reference")
    if isinstance(reference, str) and reference.startswith("#") and reference[1:] not in contained:
        text = f"{reference} is not among the contained resources (ref-1)."
        _refuse(f"{path}.reference", text, "not-found", ErrorCode.REFERENCE_NOT_FOUND)
    if name == "text" and _ACTIVE_CONTENT.search(str(node.get("div", ""))):
        _refuse(f"{path}.div", "The narrative holds more than plain text and layout (txt-1).")
    _nhs_number(path, node)
    _order(path, node)


def _nhs_number(path: str, node: Tree) -> None:
    if node.get("system") == NHS_NUMBER and "value" in node:
        check_nhs_number(str(node["value"]), f"{path}.value")


def check_nhs_number(number: str, expression: str | None = None) -> None:
    """Refuse what is not an NHS number.

    Raises:
        Refusal: 400 INVALID_NHS_NUMBER.
    """
    if not nhs_number.is_valid(number):
        raise Refusal(
            400,
            "value",
            ErrorCode.INVALID_NHS_NUMBER,
            f"{number[:20]!r} is not an NHS number: it has ten digits, the last a check digit.",
            expression=expression,
        )


def _order(path: str, node: Tree) -> None:
    """A period or a slot does not end before it starts (per-1)."""
    start, end = node.get("start"), node.get("end")
    if (
        isinstance(start, str)
        and isinstance(end, str)
        and dates.bounds(start)[0] > dates.bounds(end)[1]
    ):
        _refuse(f"{path}.end", f"The end {end} is before the start {start}.")


def _appointment(tree: Tree) -> None:
    for participant in tree["participant"]:
        if "type" not in participant and "actor" not in participant:
            _refuse("Appointment.participant", "A participant needs a type or an actor (app-1).")
    if ("start" in tree) != ("end" in tree):
        _refuse("Appointment.end", "An appointment has both a start and an end, or none (app-2).")
    if "start" not in tree and tree["status"] not in ("proposed", "cancelled", "waitlist"):
        _refuse("Appointment.start", "A booked appointment needs a start and an end (app-3).")
    if "cancelationReason" in tree and tree["status"] not in ("cancelled", "noshow"):
        _refuse(
            "Appointment.cancelationReason",
            "A reason for cancelling needs the status cancelled or noshow (app-4).",
        )


def _task(tree: Tree) -> None:
    authored, modified = tree.get("authoredOn"), tree.get("lastModified")
    if authored and modified and dates.bounds(modified)[1] < dates.bounds(authored)[0]:
        _refuse("Task.lastModified", "A request cannot change before it was made (inv-1).")


def _patient(tree: Tree) -> None:
    for contact in tree.get("contact", []):
        if not {"name", "telecom", "address", "organization"} & contact.keys():
            _refuse("Patient.contact", "A contact needs a name, a number or an address (pat-1).")


def _consent(tree: Tree) -> None:
    if "policy" not in tree and "policyRule" not in tree:
        _refuse("Consent.policyRule", "A consent names its policy (ppc-1).")


def _condition(tree: Tree) -> None:
    wrong = "entered-in-error" in leaves(tree, ("verificationStatus", "coding", "code"))
    status = set(leaves(tree, ("clinicalStatus", "coding", "code")))
    abated = any(name.startswith("abatement") for name in tree)
    if abated and not status & {"inactive", "resolved", "remission"}:
        _refuse("Condition.clinicalStatus", "A problem that has ended is not active (con-4).")
    if wrong and "clinicalStatus" in tree:
        _refuse("Condition.clinicalStatus", "An entry in error has no clinical status (con-5).")


def _allergy(tree: Tree) -> None:
    wrong = "entered-in-error" in leaves(tree, ("verificationStatus", "coding", "code"))
    if wrong == ("clinicalStatus" in tree):
        _refuse(
            "AllergyIntolerance.clinicalStatus",
            "An allergy has a clinical status unless it was entered in error (ait-1, ait-2).",
        )


def _observation(tree: Tree) -> None:
    if "dataAbsentReason" in tree and any(name.startswith("value") for name in tree):
        _refuse("Observation.dataAbsentReason", "A result has a value or a reason (obs-6).")


_INVARIANTS: Final[Mapping[str, Callable[[Tree], None]]] = {
    "Appointment": _appointment,
    "Task": _task,
    "Patient": _patient,
    "Consent": _consent,
    "Condition": _condition,
    "AllergyIntolerance": _allergy,
    "Observation": _observation,
}


def _invariants(tree: Tree) -> None:
    if (rule := _INVARIANTS.get(tree["resourceType"])) is not None:
        rule(tree)
