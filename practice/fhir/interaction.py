"""Which FHIR interaction a method and a path ask for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from practice.fhir.outcome import not_found, not_offered
from practice.store.parameters import TYPES
from practice.store.unit import REMOVABLE

ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")


class Code(StrEnum):
    """Interactions, by their FHIR names (restful-interaction)."""

    READ = "read"
    VREAD = "vread"
    HISTORY = "history-instance"
    SEARCH = "search-type"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    TRANSACTION = "transaction"
    BATCH = "batch"
    CAPABILITIES = "capabilities"
    OPERATION = "operation"


LETTERS: Final = {
    Code.READ: "r",
    Code.VREAD: "r",
    Code.HISTORY: "r",
    Code.SEARCH: "s",
    Code.CREATE: "c",
    Code.UPDATE: "u",
    Code.DELETE: "d",
}
"""The letter of a SMART scope that each one needs."""

READING: Final = frozenset({Code.READ, Code.VREAD, Code.HISTORY, Code.SEARCH})
OPERATIONS: Final = frozenset({"$events", "$status", "$get-ws-binding-token"})
"""Operations on one Subscription; another room answers them."""
TYPE_OPERATIONS: Final = {
    "Slot": frozenset({"$demand"}),
    "Task": frozenset({"$forecast", "$waiting"}),
}
"""Operations on all of a type; they only read."""
SERVICE_ONLY: Final = frozenset({"AuditEvent"})
"""Types that only the service itself writes."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """One interaction; *type*, *id*, *version* and an operation's *name* as far as it has them."""

    code: Code
    type: str = ""
    id: str = ""
    version: str = ""
    name: str = ""


def interaction(method: str, segments: Sequence[str]) -> Interaction:
    """The interaction that *method* and the path below the base ask for.

    Raises:
        Refusal: 404, 405 or 501.
    """
    match (method, *segments):
        case ("GET", "metadata"):
            found = Interaction(Code.CAPABILITIES)
        case ("POST",):
            found = Interaction(Code.BATCH)  # the bundle says which of the two
        case ("GET", kind) | ("POST", kind, "_search"):
            found = Interaction(Code.SEARCH, kind)
        case ("POST", kind):
            found = Interaction(Code.CREATE, kind)
        case ("GET", kind, resource_id, "_history"):
            found = Interaction(Code.HISTORY, kind, resource_id)
        case ("GET", kind, resource_id, "_history", version):
            found = Interaction(Code.VREAD, kind, resource_id, version)
        case ("GET", "Subscription", resource_id, name) if name in OPERATIONS:
            found = Interaction(Code.OPERATION, "Subscription", resource_id, name=name)
        case ("GET", kind, name) if name in TYPE_OPERATIONS.get(kind, ()):
            found = Interaction(Code.OPERATION, kind, name=name)
        case ("GET", kind, resource_id):
            found = Interaction(Code.READ, kind, resource_id)
        case ("PUT", kind, resource_id):
            found = Interaction(Code.UPDATE, kind, resource_id)
        case ("DELETE", kind, resource_id):
            found = Interaction(Code.DELETE, kind, resource_id)
        case _:
            raise _unknown(method, segments)
    _check(found, method)
    return found


def _check(found: Interaction, method: str) -> None:
    if not found.type:
        return
    if found.type.startswith(("$", "_")) or found.id.startswith(("$", "_")):
        raise not_offered("That operation is not offered here.", 501)
    if found.type not in TYPES:
        raise not_found(f"There is nothing of the type {found.type!r} here.")
    if found.id and not ID.fullmatch(found.id):
        raise not_found(f"There is no {found.type} with that id.")
    if found.code is Code.DELETE and found.type not in REMOVABLE:
        raise not_offered(f"{found.type} resources are never deleted; mark it entered-in-error.")
    if found.code is Code.SEARCH and found.type == "Binary":
        raise not_offered("Attachments cannot be searched.")
    writes = found.code in (Code.CREATE, Code.UPDATE, Code.DELETE)
    if writes and found.type in SERVICE_ONLY:
        raise not_offered(f"{found.type} is written by the service alone; {method} is refused.")


def _unknown(method: str, segments: Sequence[str]) -> Exception:
    if any(segment.startswith("$") for segment in segments):
        return not_offered("That operation is not offered here.", 501)
    if segments and segments[-1] == "_history":
        return not_offered("Only the history of one resource is offered.", 501)
    if not segments or segments[0] in TYPES or segments[0] == "metadata":
        return not_offered(f"{method} is not offered here.")
    return not_found("There is nothing at this address.")
