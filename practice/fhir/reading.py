"""Read, vread and instance history."""

from typing import Any

import msgspec

from contract.errors import ErrorCode
from practice.clock import instant
from practice.fhir.interaction import Code, Interaction
from practice.fhir.outcome import not_found
from practice.fhir.result import Result
from practice.fhir.turn import Turn
from practice.refusal import Refusal
from practice.store import Stored
from practice.store.stored import encode


def read(turn: Turn, asked: Interaction) -> Result:
    """The current version of one resource.

    Raises:
        Refusal: 403, 404, 410.
    """
    turn.allow(asked)
    stored = turn.unit.get(asked.type, asked.id)
    if stored is None:
        if turn.unit.history(asked.type, asked.id):
            raise _gone(asked)
        raise _missing(asked)
    return _shown(turn, asked, stored)


def vread(turn: Turn, asked: Interaction) -> Result:
    """One version of one resource.

    Raises:
        Refusal: 403, 404, 410.
    """
    turn.allow(asked)
    stored = turn.unit.version(asked.type, asked.id, asked.version)
    if stored is None:
        raise _missing(asked)
    if not stored.raw:
        raise _gone(asked)
    return _shown(turn, asked, stored)


def history(turn: Turn, asked: Interaction) -> Result:
    """Every version of one resource, newest first.

    Raises:
        Refusal: 403, 404.
    """
    turn.allow(asked)
    entries = []
    for stored in turn.unit.history(asked.type, asked.id):
        body = shown(turn, stored) if stored.raw else b""
        if body is None:
            continue
        response = {
            "status": {"POST": "201", "PUT": "200", "DELETE": "204"}[stored.method],
            "etag": stored.etag,
            "lastModified": instant(stored.last_updated),
        }
        url = asked.type if stored.method == "POST" else stored.reference
        entry: dict[str, Any] = {
            "fullUrl": f"{turn.base}/{stored.reference}",
            "request": {"method": stored.method, "url": url},
            "response": response,
        }
        if body:
            entry["resource"] = msgspec.Raw(body)
        entries.append(entry)
        turn.trace.saw(turn.unit.ods, stored)
    if not entries:
        raise _missing(asked)
    link = f"{turn.base}/{asked.type}/{asked.id}/_history"
    bundle = {
        "resourceType": "Bundle",
        "type": "history",
        "total": len(entries),
        "link": [{"relation": "self", "url": link}],
        "entry": entries,
    }
    return Result(200, encode(bundle))


def shown(turn: Turn, stored: Stored) -> bytes | None:
    """The JSON of *stored* as the caller may see it; None where they may not know of it."""
    if turn.gate.shows_all(turn.caller, stored.type):
        return stored.raw
    tree = turn.gate.show(turn.unit, turn.caller, stored.tree())
    return None if tree is None else encode(tree)


def _shown(turn: Turn, asked: Interaction, stored: Stored) -> Result:
    body = shown(turn, stored)
    if body is None:
        raise _missing(asked)
    turn.trace.saw(turn.unit.ods, stored)
    return Result(200, body, stored)


def _missing(asked: Interaction) -> Refusal:
    if asked.code is Code.VREAD:
        return not_found(f"There is no version {asked.version} of {asked.type}/{asked.id}.")
    if asked.type == "Patient":
        return not_found(
            f"There is no patient with the id {asked.id}.", ErrorCode.PATIENT_NOT_FOUND
        )
    return not_found(f"There is no {asked.type} with the id {asked.id}.")


def _gone(asked: Interaction) -> Refusal:
    return Refusal(
        410,
        "deleted",
        ErrorCode.NO_RECORD_FOUND,
        f"The {asked.type} with the id {asked.id} has been removed.",
    )
