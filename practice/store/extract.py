"""What the search indexes hold of a resource."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contract import systems
from contract.errors import ErrorCode
from practice.refusal import Refusal
from practice.store import dates, words
from practice.store.parameters import PARAMETERS, Kind, Parameter
from practice.store.stored import Tree

KEY_SYSTEMS: Final = frozenset(
    {
        systems.BOOKING_KEY,
        systems.REQUEST_KEY,
        systems.MESSAGE_KEY,
        systems.SLOT_KEY,
        systems.SESSION_KEY,
        systems.PRACTICE_DOCUMENT,
        systems.UUID_URN,
    }
)
"""Identifier systems of idempotency keys: one resource per type and value."""

_Path = tuple[str, ...]
_BY_ELEMENT: Final[Mapping[str, Mapping[str, list[tuple[Parameter, _Path]]]]] = {
    kind: {
        element: [
            (parameter, path[1:])
            for parameter in table.values()
            for path in parameter.paths
            if path[0] == element and parameter.form != "exists"
        ]
        for element in {path[0] for parameter in table.values() for path in parameter.paths}
    }
    for kind, table in PARAMETERS.items()
}
_EXISTENCE: Final = {
    kind: [parameter for parameter in table.values() if parameter.form == "exists"]
    for kind, table in PARAMETERS.items()
}
_NAME_PARTS = ("text", "family", "given", "prefix", "suffix")
_ADDRESS_PARTS = ("text", "line", "city", "district", "state", "postalCode", "country")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True, slots=True)
class Entries:
    """Rows of the search indexes without practice and row number; parameter key first."""

    tokens: set[tuple[str, str, str]] = field(default_factory=set)
    strings: set[tuple[str, str, str]] = field(default_factory=set)
    dates: set[tuple[str, int, int]] = field(default_factory=set)
    references: set[tuple[str, str, str]] = field(default_factory=set)
    keys: set[tuple[str, str]] = field(default_factory=set)


def entries(ods: str, tree: Tree) -> Entries:
    """Everything that *tree* can be found by.

    Raises:
        Refusal: 422 INVALID_VALUE, a date in it cannot be read.
    """
    found = Entries()
    kind = tree["resourceType"]
    for element, held in tree.items():
        for parameter, rest in _BY_ELEMENT[kind].get(element, ()):
            for value in leaves(held, rest):
                _add(found, ods, parameter, value, (element, *rest))
    for parameter in _EXISTENCE[kind]:
        there = any(v is not False for path in parameter.paths for v in leaves(tree, path))
        found.tokens.add((parameter.key, "true" if there else "false", ""))
    for identifier in tree.get("identifier") or ():
        if isinstance(identifier, dict) and identifier.get("system") in KEY_SYSTEMS:
            found.keys.add((identifier["system"], identifier.get("value", "")))
    return found


def leaves(node: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """The values at *path* below *node*, lists flattened."""
    for at, name in enumerate(path):
        if isinstance(node, list):
            for item in node:
                yield from leaves(item, path[at:])
            return
        if not isinstance(node, dict) or (node := node.get(name)) is None:
            return
    if isinstance(node, list):
        yield from node
    else:
        yield node


def _add(found: Entries, ods: str, parameter: Parameter, value: Any, path: tuple[str, ...]) -> None:
    key = parameter.key
    if parameter.kind is Kind.TOKEN:
        found.tokens.update((key, code, system) for system, code in _tokens(value, parameter.form))
    elif parameter.kind is Kind.STRING:
        fold = words.squeezed if parameter.form == "postcode" else words.folded
        found.strings.update(
            (key, fold(text), text[: words.KEPT_CHARS]) for text in _strings(value)
        )
    elif parameter.kind is Kind.DATE:
        found.dates.update((key, *span) for span in _spans(value, parameter, path))
    elif parameter.kind is Kind.REFERENCE:
        reference = value.get("reference") if isinstance(value, dict) else None
        if isinstance(reference, str):
            target_type, target_id = target(ods, reference)
            if not parameter.targets or target_type in parameter.targets:
                found.references.add((key, target_id, target_type))
    elif isinstance(value, str):
        found.tokens.add((key, value, ""))


def target(ods: str, reference: str) -> tuple[str, str]:
    """Type and id that *reference* points to; ("", reference) when it is not one of ours."""
    parts = reference.split("/")
    if len(parts) > 2:
        if parts[-2] == "_history":
            parts = parts[:-2]
        if len(parts) > 2 and "://" in reference and parts[-4:-2] == [ods, "fhir"]:
            parts = parts[-2:]
    if len(parts) == 2 and parts[0] in PARAMETERS and _ID.fullmatch(parts[1]):
        return parts[0], parts[1]
    return "", reference


def _tokens(value: Any, form: str) -> Iterator[tuple[str, str]]:
    if form in ("phone", "email", "telecom"):
        if isinstance(value, dict) and isinstance(text := value.get("value"), str):
            system = value.get("system", "")
            if form in ("telecom", system):
                yield "", contact(system, text)
    elif isinstance(value, bool):
        yield "", "true" if value else "false"
    elif isinstance(value, str):
        yield "", value
    elif isinstance(value, dict):
        if "value" in value:  # Identifier
            yield value.get("system", ""), str(value["value"])
        elif "code" in value:  # Coding
            yield value.get("system", ""), str(value["code"])
        for coding in value.get("coding") or ():
            if isinstance(coding, dict) and "code" in coding:
                yield coding.get("system", ""), str(coding["code"])


def contact(system: str, text: str) -> str:
    """A phone number or address of a contact point in the form it is compared in."""
    return words.phone(text) if system in ("phone", "fax", "sms") else text.strip().casefold()


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in _NAME_PARTS + _ADDRESS_PARTS[1:]:
            held = value.get(part)
            for text in held if isinstance(held, list) else (held,):
                if isinstance(text, str):
                    yield text


def _spans(value: Any, parameter: Parameter, path: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    try:
        if isinstance(value, str):
            yield dates.bounds(value)
        elif isinstance(value, dict) and (value.get("start") or value.get("end")):
            start, end = value.get("start"), value.get("end")
            low = dates.bounds(start)[0] if start else dates.MIN
            yield low, dates.bounds(end)[1] if end else dates.MAX
    except ValueError as bad:
        raise Refusal(
            422,
            "value",
            ErrorCode.INVALID_VALUE,
            f"A date cannot be read: {bad}.",
            expression=f"{parameter.type}.{'.'.join(path)}",
        ) from bad
