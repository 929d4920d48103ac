"""Who triages today: whoever has said so at a desk, for every desk to see.

Source: docs/contract.md 3 (Library, `triagers`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_KEYS = frozenset({"name", "reference", "since"})


@dataclass(frozen=True, slots=True)
class Triager:
    """One of them; *since* is aware UTC."""

    reference: str
    name: str
    since: datetime


def read(told: Mapping[str, Any]) -> list[Triager]:
    """What the document says, in its order.

    Raises:
        ValueError: it is none; a sentence.
    """
    unknown = set(told) - {"triager"}
    rows = told.get("triager", [])
    if unknown or not isinstance(rows, list):
        raise ValueError("This document holds [[triager]] tables and nothing else.")
    return [_triager(row) for row in rows]


def check(told: Mapping[str, Any]) -> None:
    """Refuse what cannot be read.

    Raises:
        ValueError: a sentence.
    """
    read(told)


def written(triagers: Iterable[Triager]) -> str:
    """The document that says so."""
    return "\n".join(
        f"[[triager]]\nname = {_quoted(one.name)}\nreference = {_quoted(one.reference)}\n"
        f"since = {one.since.astimezone(UTC).replace(tzinfo=None).isoformat('T', 'seconds')}Z\n"
        for one in triagers
    )


def _triager(row: object) -> Triager:
    if not isinstance(row, dict) or set(row) != _KEYS:
        raise ValueError("Each [[triager]] has a name, a reference and since.")
    name, reference, since = row["name"], row["reference"], row["since"]
    if not (isinstance(name, str) and isinstance(reference, str) and name and reference):
        raise ValueError("The name and the reference of a triager are words in quotes.")
    if not isinstance(since, datetime) or since.tzinfo is None:
        raise ValueError("“since” is a date and time with its zone, 2026-11-23T08:05:00Z.")
    return Triager(reference, name, since.astimezone(UTC))


def _quoted(text: str) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
