"""After a lost answer: find out from the service whether it was stored, before telling anyone.

Each settler answers the stored trees if it was, None if it was not (so that the same request may
be sent again), and raises `ChangedElsewhere` where somebody else has been there in between.

Source: docs/contract.md 1 (idempotent replay), 5 (no answer).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol
from urllib.parse import parse_qsl

from reception.api.bundle import Entry
from reception.records.problem import ChangedElsewhere, NotFound
from reception.records.tree import Tree, text_at

_SERVICE_OWN = frozenset({"meta", "text", "lastModified"})


class Reader(Protocol):
    """What settling needs of the client."""

    async def read(self, resource_type: str, resource_id: str) -> Tree:
        """One resource."""
        ...

    async def find(self, resource_type: str, condition: str) -> Tree | None:
        """The one resource that matches an If-None-Exist *condition*, if it is there."""
        ...


Settler = Callable[[], Awaitable[list[Tree] | None]]


def says_the_same(stored: Any, meant: Any) -> bool:
    """Whether *stored* holds everything that was *meant*; the service may have added to it."""
    if isinstance(meant, dict):
        return isinstance(stored, dict) and all(
            says_the_same(stored.get(name), value)
            for name, value in meant.items()
            if name not in _SERVICE_OWN
        )
    if isinstance(meant, list):
        return (
            isinstance(stored, list)
            and len(stored) == len(meant)
            and all(says_the_same(s, m) for s, m in zip(stored, meant, strict=True))
        )
    return bool(stored == meant)


async def settle_put(reader: Reader, meant: Tree, version: str) -> Tree | None:
    """Whether the update of *version* to *meant* was stored."""
    stored = await reader.read(str(meant["resourceType"]), str(meant["id"]))
    if text_at(stored, "meta", "versionId") == version:
        return None
    if says_the_same(stored, meant):
        return stored
    raise ChangedElsewhere(theirs=stored)


async def settle_entries(reader: Reader, entries: Sequence[Entry]) -> list[Tree] | None:
    """Whether a transaction was stored: one of its keys tells for all of it."""
    posts = [entry for entry in entries if entry["request"]["method"] == "POST"]
    if not posts:
        return await _settle_puts(reader, entries)
    if await _find(reader, posts[0]) is None:
        return None
    stored = []
    for entry in entries:
        tree = await _stored(reader, entry)
        if tree is None:
            return None
        stored.append(tree)
    return stored


async def _settle_puts(reader: Reader, entries: Sequence[Entry]) -> list[Tree] | None:
    stored: list[Tree] = []
    for entry in entries:
        version = entry["request"]["ifMatch"].removeprefix('W/"').removesuffix('"')
        tree = await settle_put(reader, entry["resource"], version)
        if tree is None:
            return None
        stored.append(tree)
    return stored


async def _stored(reader: Reader, entry: Entry) -> Tree | None:
    if entry["request"]["method"] == "POST":
        return await _find(reader, entry)
    tree = entry["resource"]
    try:
        return await reader.read(str(tree["resourceType"]), str(tree["id"]))
    except NotFound:
        return None


async def _find(reader: Reader, entry: Entry) -> Tree | None:
    request = entry["request"]
    return await reader.find(str(request["url"]), str(request["ifNoneExist"]))


def condition_params(condition: str) -> list[tuple[str, str]]:
    """An If-None-Exist *condition* (`identifier=system|value`) as search parameters."""
    return [(name, value) for name, value in parse_qsl(condition, keep_blank_values=True)]
