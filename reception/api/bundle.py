"""Entries of a transaction or a batch, as they are posted.

Source: docs/contract.md 1, 5; FHIR R4 Bundle.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from reception.records.tree import Tree, identifier_of

Entry = dict[str, Any]


def put(tree: Tree, version: str) -> Entry:
    """The update of *tree* if the service still holds *version* (an opaque `meta.versionId`)."""
    url = f"{tree['resourceType']}/{tree['id']}"
    request = {"method": "PUT", "url": url, "ifMatch": etag(version)}
    return {"fullUrl": url, "resource": tree, "request": request}


def post(tree: Tree, system: str, *, full_url: str = "") -> Entry:
    """The creation of *tree* unless one with its identifier of *system* is there already.

    *full_url* (`urn:uuid:...`) lets other entries refer to it; a fresh one is made if empty.

    Raises:
        ValueError: *tree* has no identifier of *system*.
    """
    condition = only_if_new(tree, system)
    request = {"method": "POST", "url": str(tree["resourceType"]), "ifNoneExist": condition}
    return {"fullUrl": full_url or urn(), "resource": tree, "request": request}


def transaction(entries: Sequence[Entry]) -> Tree:
    """The Bundle that is stored as a whole or not at all."""
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def batch(entries: Sequence[Entry]) -> Tree:
    """The Bundle whose entries stand each for themselves."""
    return {"resourceType": "Bundle", "type": "batch", "entry": list(entries)}


def urn() -> str:
    """A fresh `urn:uuid:` by which entries of one transaction refer to each other."""
    return f"urn:uuid:{uuid.uuid4()}"


def etag(version: str) -> str:
    r"""*version* as it stands in If-Match: `W/"3"`."""
    return f'W/"{version}"'


def only_if_new(tree: Tree, system: str) -> str:
    """The If-None-Exist condition of *tree*: `identifier=<system>|<value>`.

    Raises:
        ValueError: *tree* has no identifier of *system*.
    """
    value = identifier_of(tree, system)
    if not value:
        raise ValueError(f"a {tree.get('resourceType')} to create needs an identifier of {system}")
    return f"identifier={system}|{value}"
