"""Reading resource trees: the few questions every rule asks of plain FHIR JSON."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from contract.errors import ErrorCode
from practice.refusal import Refusal
from practice.store import Tree


def reference_of(tree: Tree) -> str:
    """`Slot/s1` of a resource tree that has an id."""
    return f"{tree['resourceType']}/{tree['id']}"


def bare(reference: str | None) -> str:
    """*reference* as `Type/id`: a full URL loses its base, a versioned one its version."""
    parts = (reference or "").split("/_history/", 1)[0].split("/")
    return "/".join(parts[-2:])


def target(holder: Any) -> str:
    """`Type/id` that a Reference element points at, or an empty string."""
    return bare(holder.get("reference")) if isinstance(holder, dict) else ""


def targets(holders: Iterable[Any] | None) -> list[str]:
    """`Type/id` of every Reference in a list, in order."""
    return [found for found in map(target, holders or ()) if found]


def id_of(reference: str, resource_type: str) -> str | None:
    """The id in `Type/id` when it is of *resource_type*, else None."""
    kind, _, logical_id = reference.partition("/")
    return logical_id if kind == resource_type and logical_id else None


def codings(concepts: Any) -> Iterator[tuple[str, str]]:
    """(system, code) of every coding of a CodeableConcept or of a list of them."""
    for concept in concepts if isinstance(concepts, list) else [concepts or {}]:
        for coding in concept.get("coding", ()):
            yield coding.get("system", ""), coding.get("code", "")


def codes(concepts: Any, system: str) -> list[str]:
    """The codes of *system* in a CodeableConcept or a list of them."""
    return [code for where, code in codings(concepts) if where == system]


def with_codes(tree: Tree, element: str, system: str, wanted: Iterable[str]) -> Tree:
    """*tree* with *wanted* as its codes of *system* in a list of CodeableConcepts; others stay."""
    others = [concept for concept in tree.get(element, ()) if not codes(concept, system)]
    ours = [{"coding": [{"system": system, "code": str(code)}]} for code in sorted(wanted)]
    rest = {name: value for name, value in tree.items() if name != element}
    return rest | {element: [*others, *ours]} if others or ours else rest


def identifier(tree: Tree, system: str) -> str | None:
    """The value of the first identifier of *system*."""
    for held in tree.get("identifier", ()):
        if held.get("system") == system:
            value = held.get("value")
            return str(value) if value else None
    return None


def without_identifier(tree: Tree, system: str) -> Tree:
    """*tree* less its identifiers of *system*; an empty list is left out."""
    kept = [i for i in tree.get("identifier", ()) if i.get("system") != system]
    rest = {k: v for k, v in tree.items() if k != "identifier"}
    return rest | {"identifier": kept} if kept else rest


def extension(tree: Tree, url: str) -> Tree | None:
    """The first extension with *url*."""
    for held in tree.get("extension", ()):
        if held.get("url") == url:
            return dict(held)
    return None


def moment(text: Any, expression: str) -> datetime:
    """A FHIR instant or dateTime with a time zone, as aware UTC.

    Raises:
        Refusal: 422 naming *expression*, where there is none or it is no such thing.
    """
    if not text:
        raise missing(expression)
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise invalid(expression, f"{expression} needs a date, a time and a time zone.")
    return read.astimezone(UTC)


def last_updated(tree: Tree) -> datetime:
    """When the service stored *tree*."""
    return moment(tree.get("meta", {}).get("lastUpdated"), "meta.lastUpdated")


def invalid(expression: str, text: str) -> Refusal:
    """422: an element holds something that is not allowed there."""
    return Refusal(422, "invalid", ErrorCode.INVALID_VALUE, text, expression=expression)


def missing(expression: str, text: str | None = None) -> Refusal:
    """422: an element that has to be there is not."""
    return Refusal(
        422,
        "required",
        ErrorCode.MISSING_VALUE,
        text or f"{expression} is missing.",
        expression=expression,
    )


def unknown(expression: str, reference: str) -> Refusal:
    """422: a reference that points at nothing."""
    return Refusal(
        422,
        "invalid",
        ErrorCode.REFERENCE_NOT_FOUND,
        f"{reference or 'What this points at'} is not known here.",
        expression=expression,
    )


def forbidden_move(text: str, expression: str | None = None) -> Refusal:
    """422: the practice's rules do not allow this change."""
    return Refusal(422, "business-rule", ErrorCode.INVALID_UPDATE, text, expression=expression)
