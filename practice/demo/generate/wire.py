"""Pieces that many trees have in common, built once and shared: nobody changes a tree."""

from datetime import datetime
from functools import cache
from typing import Any

from contract import systems
from contract.codes import Channel, Mark, SlotType

Tree = dict[str, Any]


def z(moment: datetime) -> str:
    """*moment* (aware UTC) to the second, `2026-11-23T09:10:00Z`."""
    return moment.isoformat()[:19] + "Z"


def concept(system: str, code: str, text: str | None = None) -> Tree:
    """A CodeableConcept of one coding."""
    tree: Tree = {"coding": [{"system": system, "code": code}]}
    if text is not None:
        tree["text"] = text
    return tree


@cache
def access(codes: tuple[str, ...]) -> list[Tree]:
    """Slot.serviceCategory: who may take it, and when it opens or falls back."""
    return [concept(systems.BOOKING_ACCESS, code) for code in codes]


@cache
def service_type(kind: SlotType, text: str) -> list[Tree]:
    """Slot.serviceType."""
    return [concept(systems.SLOT_TYPE, kind, text)]


@cache
def delivery(channel: Channel) -> Tree:
    """The delivery channel extension."""
    return {
        "url": systems.DELIVERY_CHANNEL_EXTENSION,
        "valueCodeableConcept": concept(systems.DELIVERY_CHANNEL, channel),
    }


@cache
def mark(code: Mark) -> Tree:
    """A reception-mark extension."""
    return {
        "url": systems.MARK_EXTENSION,
        "valueCodeableConcept": concept(systems.RECEPTION_MARK, code),
    }


@cache
def booked_by(organization: str) -> Tree:
    """The booking organisation extension."""
    return {
        "url": systems.BOOKING_ORGANIZATION_EXTENSION,
        "valueReference": {"reference": organization},
    }


PERFORMER = [
    {"coding": [{"system": systems.PARTICIPATION_TYPE, "code": "PPRF"}]},
]
"""Participant type of the clinician."""

DEFAULT_KIND = SlotType.GP_ROUTINE
"""What a slot is taken for that does not say."""


def slot_kinds(slot: Tree) -> list[SlotType]:
    """The kinds of care that a Slot says it is for."""
    known = {kind.value for kind in SlotType}
    return [
        SlotType(coding["code"])
        for kind in slot.get("serviceType", ())
        for coding in kind.get("coding", ())
        if coding.get("code") in known
    ]
