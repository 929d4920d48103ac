"""Practice documents: what a practice sets for itself, as text that both programs read.

One FHIR `Library` per name. A document that nobody has written, or that is retired, is the one
that ships with the programs.

Source: docs/contract.md 3 (Library).
"""

import base64
import binascii
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, Final

from contract import phrases, triagers, waiting_text
from contract.red_flag_rules import check_rules
from contract.systems import PRACTICE_DOCUMENT

TITLES: Final[Mapping[str, str]] = {
    "phrases": "Phrases for messages to patients",
    "red-flags": "Red-flag rules",
    "core-hours": "Core hours",
    "waiting-text": "What patients are told about waiting",
    "assignments": "When untouched assignments fall back",
    "prescription-phrases": "Phrases about prescriptions",
    "triagers": "Who is triaging",
}
"""The documents there are, by name."""

MOST_BYTES: Final = 256 * 1024
"""A document is text that people write, not a store."""

CONTENT_TYPE: Final = "application/toml"

CHECKS: Final[dict[str, Callable[[Mapping[str, Any]], object]]] = {
    "phrases": phrases.read,
    "red-flags": check_rules,
    "triagers": triagers.check,
    "waiting-text": waiting_text.check,
}
"""What else than TOML a document has to be, by name; each raises ValueError with a sentence."""

_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


def tree_of(name: str, text: str) -> dict[str, Any]:
    """A new Library that holds *text* as the document *name*."""
    return {
        "resourceType": "Library",
        "status": "active",
        "identifier": [{"system": PRACTICE_DOCUMENT, "value": name}],
        "type": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/library-type",
                    "code": "asset-collection",
                }
            ]
        },
        "title": TITLES[name],
        "content": [{"contentType": CONTENT_TYPE, "data": _packed(text)}],
    }


def with_text(tree: Mapping[str, Any], text: str) -> dict[str, Any]:
    """*tree* in force, with *text* as its content."""
    first, *others = tree.get("content") or [{}]
    content = [{**first, "contentType": CONTENT_TYPE, "data": _packed(text)}, *others]
    return {**tree, "status": "active", "content": content}


def name_of(tree: Mapping[str, Any]) -> str:
    """The name of the document that a Library holds; empty where it is none."""
    identifiers = tree.get("identifier")
    for held in identifiers if isinstance(identifiers, list) else ():
        if isinstance(held, Mapping) and held.get("system") == PRACTICE_DOCUMENT:
            return str(held.get("value") or "")
    return ""


def text_of(tree: Mapping[str, Any]) -> str:
    """The text in a Library.

    Raises:
        ValueError: there is none, it is too long, or it is no UTF-8 in base64; a sentence.
    """
    content = tree.get("content")
    first = content[0] if isinstance(content, list) and content else None
    data = first.get("data") if isinstance(first, Mapping) else None
    if not data or not isinstance(data, str):
        raise ValueError("The document has no text.")
    try:
        packed = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("The document's text is not in base64.") from None
    if len(packed) > MOST_BYTES:
        raise ValueError(f"The document is longer than {MOST_BYTES // 1024} KiB.")
    try:
        return packed.decode()
    except UnicodeDecodeError:
        raise ValueError("The document's text is not in UTF-8.") from None


def read(name: str, text: str) -> dict[str, Any]:
    """What *text* says as the document *name*.

    Raises:
        ValueError: it is broken; a sentence that names the line where that is known.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        where = _LINE.search(str(broken))
        what = _LINE.sub("", str(broken))
        raise ValueError(
            f"Line {where[1]}: {what}." if where else f"The text is cut short: {what}."
        ) from None
    check = CHECKS.get(name)
    if check is not None:
        check(said)
    return said


def _packed(text: str) -> str:
    # R4 has no empty base64Binary: a document that says nothing is an empty line.
    return base64.b64encode((text or "\n").encode()).decode()
