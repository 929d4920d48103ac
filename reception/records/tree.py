"""Raw FHIR JSON trees, and how to read them without tripping over what is missing.

A tree that came from a server is treated as frozen: a change is made on a copy (`changed`), so
that whatever other systems put there goes back untouched.
"""

import copy
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

Tree = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: object) -> datetime | None:
    """A FHIR instant or dateTime with a zone as aware UTC; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.astimezone(UTC) if parsed.tzinfo is not None else None
    except (ValueError, OverflowError):  # the latter: in UTC it lies outside year 1 to 9999
        return None


def wire_time(at: datetime) -> str:
    """*at* (aware) as it is written on the wire: UTC, milliseconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def each(tree: object, *path: str) -> Iterable[Any]:
    """Every value at *path* below *tree*; lists on the way are walked, gaps are skipped."""
    if not path:
        if isinstance(tree, list):
            yield from tree
        elif tree is not None:
            yield tree
        return
    if isinstance(tree, list):
        for item in tree:
            yield from each(item, *path)
    elif isinstance(tree, Mapping):
        yield from each(tree.get(path[0]), *path[1:])


def maps(tree: object, *path: str) -> Iterable[Tree]:
    """Every object at *path* below *tree*; anything else there is skipped."""
    return (value for value in each(tree, *path) if isinstance(value, dict))


def first_map(tree: object, *path: str) -> Tree:
    """The first object at *path* below *tree*, or an empty one."""
    return next(iter(maps(tree, *path)), {})


def first(tree: object, *path: str) -> Any:
    """The first value at *path* below *tree*, or None."""
    return next(iter(each(tree, *path)), None)


def text_at(tree: object, *path: str) -> str:
    """The first string at *path* below *tree*, or an empty one."""
    value = first(tree, *path)
    return value if isinstance(value, str) else ""


def code_of(concepts: object, system: str) -> str:
    """The code of *system* in one or many CodeableConcepts, or an empty string."""
    for coding in each(concepts, "coding"):
        if isinstance(coding, Mapping) and coding.get("system") == system:
            code = coding.get("code")
            return code if isinstance(code, str) else ""
    return ""


def codes_of(concepts: object, system: str) -> frozenset[str]:
    """All codes of *system* in one or many CodeableConcepts."""
    return frozenset(
        coding["code"]
        for coding in each(concepts, "coding")
        if isinstance(coding, Mapping)
        and coding.get("system") == system
        and isinstance(coding.get("code"), str)
    )


def identifier_of(tree: object, system: str) -> str:
    """The value of the identifier of *system*, or an empty string."""
    for identifier in each(tree, "identifier"):
        if isinstance(identifier, Mapping) and identifier.get("system") == system:
            return text_at(identifier, "value")
    return ""


def extension_values(tree: object, url: str) -> list[Any]:
    """The values (whatever their type) of every extension *url* on *tree*."""
    return [
        value
        for extension in each(tree, "extension")
        if isinstance(extension, Mapping) and extension.get("url") == url
        for key, value in extension.items()
        if key.startswith("value")
    ]


def id_in(reference: object, resource_type: str) -> str:
    """The id in a literal reference to *resource_type*, or an empty string."""
    text = reference.get("reference") if isinstance(reference, Mapping) else reference
    if not isinstance(text, str):
        return ""
    parts = text.split("/_history/", 1)[0].rsplit("/", 2)
    return parts[-1] if len(parts) > 1 and parts[-2] == resource_type else ""


def concept(system: str, code: str, text: str = "") -> Tree:
    """A CodeableConcept of one coding."""
    made: Tree = {"coding": [{"system": system, "code": code}]}
    if text:
        made["text"] = text
    return made


def changed(tree: Tree, **elements: Any) -> Tree:
    """A deep copy of *tree* with *elements* set; None takes an element away."""
    fresh = copy.deepcopy(tree)
    for name, value in elements.items():
        if value is None:
            fresh.pop(name, None)
        else:
            fresh[name] = value
    return fresh
