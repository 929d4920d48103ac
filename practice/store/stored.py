"""What the store hands out: stored versions, commits and pages of a search."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

Tree = dict[str, Any]
"""A FHIR resource as plain JSON: dicts, lists, strings, numbers, booleans."""

# FHIR decimals keep their precision: 7.10 is not 7.1.
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
encode = msgspec.json.Encoder(decimal_format="number").encode
"""JSON of anything made of trees."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of one resource, exactly as it is kept.

    Attributes:
        type: resource type.
        id: logical id, unique per practice and type.
        version: counts from 1; `meta.versionId` is the same as a string.
        last_updated: aware UTC, whole milliseconds; the same as `meta.lastUpdated`.
        change: the practice's change number; None for types that the live topic does not cover.
        method: how this version came to be: POST, PUT or DELETE.
        agent: reference of the caller who wrote it; None when the service itself did.
        raw: the JSON, `id` and `meta` included; empty for a DELETE.
    """

    type: str
    id: str
    version: int
    last_updated: datetime
    change: int | None
    method: str
    agent: str | None
    raw: bytes

    @property
    def reference(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"

    @property
    def etag(self) -> str:
        """The weak ETag of this version, `W/"3"`."""
        return f'W/"{self.version}"'

    def tree(self) -> Tree:
        """The resource as a tree of one's own, free to change.

        Raises:
            msgspec.DecodeError: this is a DELETE, which has no body.
        """
        tree: Tree = _decode(self.raw)
        return tree


@dataclass(frozen=True, slots=True)
class Commit:
    """What one unit of work changed, told after its commit. AuditEvents are not mentioned."""

    ods: str
    changes: tuple[Stored, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search.

    Attributes:
        matches: what the search found, in its order.
        included: what `_include` and `_revinclude` added; never also in *matches*.
        next: cursor of the following page, for `Query.cursor`; None on the last page.
        total: how many match on all pages; None where it was not counted.
    """

    matches: tuple[Stored, ...]
    included: tuple[Stored, ...] = ()
    next: str | None = None
    total: int | None = None


def decoded(body: bytes) -> Any:
    """The JSON in *body*.

    Raises:
        msgspec.DecodeError: it is not JSON.
        RecursionError: it is nested too deeply.
    """
    return _decode(body)


def encoded(tree: Tree, resource_id: str, version: int, last_updated: str) -> bytes:
    """The JSON of *tree* with its id and its meta, as it is kept and sent."""
    meta = {**tree.get("meta", {}), "versionId": str(version), "lastUpdated": last_updated}
    head = {"resourceType": tree["resourceType"], "id": resource_id, "meta": meta}
    rest = {name: value for name, value in tree.items() if name not in head}
    return encode({**head, **rest})
