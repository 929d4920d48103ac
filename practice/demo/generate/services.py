"""What the practice offers by slot type: the name that patients read, and the release rule."""

from collections.abc import Iterator
from typing import Any

from contract import systems
from contract.codes import BookingAccess, SlotType
from practice.demo.generate import wire
from practice.demo.generate.clinicians import POOL, PRACTICE_NAME, Staff

Tree = dict[str, Any]

_OFFERED: tuple[tuple[SlotType, str, str], ...] = (
    (SlotType.GP_ROUTINE, "Doctor, face to face", "14d"),
    (SlotType.GP_URGENT, "Urgent, on the day", "on-the-day"),
    (SlotType.PHONE_CALL, "Doctor, telephone call", "48h"),
    (SlotType.NURSE, "Practice nurse", "14d"),
    (SlotType.HCA, "Blood tests and checks", ""),
    (SlotType.PHARMACIST, "Pharmacist, telephone call", "48h"),
    (SlotType.PHYSIO, "Physiotherapist: backs, joints and muscles", "14d"),
    (SlotType.VISIT, "Home visit", "on-the-day"),
)
"""Most slots of a type follow its rule, or one that somebody chose for them; breaks have none."""


def trees(staff: Staff) -> Iterator[Tree]:
    """One HealthcareService for each slot type that patients come for."""
    for kind, name, rule in _OFFERED:
        codes = [BookingAccess.RECEPTION.value, *filter(None, [rule])]
        yield {
            "resourceType": "HealthcareService",
            "id": f"type-{kind.value}",
            "active": True,
            "providedBy": {"reference": POOL, "display": PRACTICE_NAME},
            "type": [wire.concept(systems.SLOT_TYPE, kind)],
            "name": name,
            "location": [{"reference": f"Location/{site.id}"} for site in staff.sites],
            "characteristic": wire.access(tuple(codes)),
        }
