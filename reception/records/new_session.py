"""Sessions and slots as they are created and changed by hand or from a template.

Source: docs/contract.md 2 (session-key, template-key, slot-key), 3, 6.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contract import systems
from reception.records.diary import Session, Slot
from reception.records.tree import Tree, changed, concept, each, first_map, wire_time

CANCELLED = "Cancelled"
"""Schedule.comment of a session that is off while its patients are still being told."""
ENDED = "Ended"
"""Schedule.comment of a template that makes no sessions any more."""


def new_session(
    *,
    key: str,
    key_system: str,
    name: str,
    practitioner_id: str,
    practitioner_name: str,
    location_id: str,
    start: datetime,
    end: datetime,
    active: bool = True,
    template_key: str = "",
) -> Tree:
    """A Schedule as it is posted; *key* of *key_system* is what it is created once by.

    *template_key* says which template a dated session was made from.
    """
    identifiers = [{"system": key_system, "value": key}]
    if template_key and key_system != systems.TEMPLATE_KEY:
        identifiers.append({"system": systems.TEMPLATE_KEY, "value": template_key})
    actors: list[Tree] = [
        {"reference": f"Practitioner/{practitioner_id}", "display": practitioner_name}
    ]
    if location_id:
        actors.append({"reference": f"Location/{location_id}"})
    return {
        "resourceType": "Schedule",
        "identifier": identifiers,
        "active": active,
        "serviceCategory": [{"text": name}],
        "actor": actors,
        "planningHorizon": {"start": wire_time(start), "end": wire_time(end)},
    }


def new_slot(
    *,
    key: str,
    session_id: str,
    start: datetime,
    end: datetime,
    status: str,
    type_code: str,
    type_text: str,
    channel: str,
    access: Iterable[str],
) -> Tree:
    """A Slot as it is posted; *key* is its slot-key."""
    return {
        "resourceType": "Slot",
        "identifier": [{"system": systems.SLOT_KEY, "value": key}],
        "schedule": {"reference": f"Schedule/{session_id}"},
        "status": status,
        "start": wire_time(start),
        "end": wire_time(end),
        **_kind(type_code, type_text, channel, access),
    }


def slot_key(session_id: str, start: datetime, used: Iterable[str] = ()) -> str:
    """`<session>|<start>`; a number follows where *used* has it, by a slot since withdrawn."""
    plain = f"{session_id}|{wire_time(start)}"
    taken, key, turn = set(used), plain, 1
    while key in taken:
        turn += 1
        key = f"{plain}|{turn}"
    return key


def like(
    slot: Slot, *, key: str, start: datetime, end: datetime, status: str | None = None
) -> Tree:
    """A new slot like *slot* at another time, as it is posted."""
    tree = {k: v for k, v in slot.tree.items() if k not in ("id", "meta", "comment")}
    tree |= {"start": wire_time(start), "end": wire_time(end), "status": status or slot.status}
    tree["identifier"] = [{"system": systems.SLOT_KEY, "value": key}]
    return tree


def with_times(slot: Slot, start: datetime, end: datetime) -> Tree:
    """*slot* from *start* to *end*; a hold on it has run out."""
    return changed(slot.to_free(), start=wire_time(start), end=wire_time(end))


def reshaped(
    slot: Slot,
    *,
    start: datetime,
    end: datetime,
    status: str,
    type_code: str,
    type_text: str,
    channel: str,
    access: Iterable[str],
) -> Tree:
    """*slot* as a template has it; what other systems put there stays."""
    tree = changed(slot.to_free(), start=wire_time(start), end=wire_time(end), status=status)
    kind = _kind(type_code, type_text, channel, access)
    others = [
        e for e in each(tree, "extension") if e.get("url") != systems.DELIVERY_CHANNEL_EXTENSION
    ]
    kind["extension"] = [*others, *kind["extension"]]
    return tree | kind


def withdrawn(slot: Slot) -> Tree:
    """*slot*, taken out of the diary."""
    return changed(slot.to_free(), status="entered-in-error")


def horizon(session: Session, start: datetime, end: datetime) -> Tree:
    """*session* from *start* to *end*."""
    period = {**first_map(session.tree, "planningHorizon")}
    period |= {"start": wire_time(start), "end": wire_time(end)}
    return changed(session.tree, planningHorizon=period)


def named(session: Session, name: str) -> Tree:
    """*session* under another name."""
    others = [c for c in each(session.tree, "serviceCategory") if c.get("coding")]
    return changed(session.tree, serviceCategory=[*others, {"text": name}])


def off(session: Session, *, active: bool, comment: str = CANCELLED) -> Tree:
    """*session*, cancelled; *active* while somebody is still booked there."""
    return changed(session.tree, active=active, comment=comment)


def is_off(session: Session) -> bool:
    """Whether *session* is cancelled, though patients may still be booked there."""
    return session.tree.get("comment") in (CANCELLED, ENDED)


def _kind(type_code: str, type_text: str, channel: str, access: Iterable[str]) -> dict[str, Any]:
    return {
        "serviceCategory": [concept(systems.BOOKING_ACCESS, code) for code in sorted(access)],
        "serviceType": [concept(systems.SLOT_TYPE, type_code, type_text)],
        "extension": [
            {
                "url": systems.DELIVERY_CHANNEL_EXTENSION,
                "valueCodeableConcept": concept(systems.DELIVERY_CHANNEL, channel),
            }
        ],
    }
