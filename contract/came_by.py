"""How a request came to the practice: written online, told on the phone, or told at the counter.

One Task.input says so (`type` = `request-input|came-by`, `valueCodeableConcept` = HL7's
ParticipationMode). Where there is none, whoever asked wrote it.

Source: docs/contract.md 7 (phoned-in or walk-in request).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from contract.contact import REQUEST_INPUT
from contract.systems import PARTICIPATION_MODE

CAME_BY: Final = "came-by"


class CameBy(StrEnum):
    """Ways in, in reception's words."""

    ONLINE = "online"
    PHONE = "phone"
    WALK_IN = "walkin"


_MODES: Final[Mapping[CameBy, str]] = {CameBy.PHONE: "PHONE", CameBy.WALK_IN: "FACE"}


def input_of(way: CameBy) -> dict[str, Any]:
    """The Task.input that says *way*; for what was told to somebody at the practice."""
    return {
        "type": {"coding": [{"system": REQUEST_INPUT, "code": CAME_BY}], "text": "Came by"},
        "valueCodeableConcept": {
            "coding": [{"system": PARTICIPATION_MODE, "code": _MODES[way]}],
            "text": {CameBy.PHONE: "telephone", CameBy.WALK_IN: "at the counter"}[way],
        },
    }


def came_by(task: Mapping[str, Any]) -> CameBy:
    """How a Task came."""
    for each in task.get("input", ()):
        if not isinstance(each, Mapping) or not _has(each.get("type"), REQUEST_INPUT, CAME_BY):
            continue
        for way, mode in _MODES.items():
            if _has(each.get("valueCodeableConcept"), PARTICIPATION_MODE, mode):
                return way
    return CameBy.ONLINE


def _has(concept: object, system: str, code: str) -> bool:
    codings = concept.get("coding", ()) if isinstance(concept, Mapping) else ()
    return any(
        isinstance(c, Mapping) and (c.get("system"), c.get("code")) == (system, code)
        for c in codings
    )
