"""On-the-day slots open by themselves at 08:00, whether or not a desk is open.

Source: docs/contract.md 4.2 (Embargoed); domain words, release rules.
"""

from datetime import datetime

from contract.codes import BookingAccess
from contract.core_hours import day_bounds, london_day, opens_on
from contract.systems import BOOKING_ACCESS
from practice.clock import instant
from practice.rules.trees import codes, last_updated, moment
from practice.store import Query, Tree, Unit

_SAYS_WHEN = "Opens "
AT_ONCE = 200
"""Slots opened in one unit of work; more follow in the next."""


def opens_at(slot: Tree) -> datetime | None:
    """When an embargoed slot opens (aware UTC); None for a slot that is not embargoed.

    08:00 in London on the day it is for.
    """
    embargoed = slot.get("status") == "busy-unavailable" and BookingAccess.ON_THE_DAY in codes(
        slot.get("serviceCategory"), BOOKING_ACCESS
    )
    return opens_on(london_day(moment(slot.get("start"), "Slot.start"))) if embargoed else None


def is_due(slot: Tree, now: datetime) -> bool:
    """Whether *slot* opens by now, and nobody has shut it again since it did."""
    opens = opens_at(slot)
    return opens is not None and last_updated(slot) < opens <= now


def open_due(unit: Unit) -> int:
    """Open today's embargoed slots whose time has come; how many were opened, at most 200."""
    _, end = day_bounds(london_day(unit.now))
    query = Query.parse(
        "Slot",
        [
            ("status", "busy-unavailable"),
            ("service-category", f"{BOOKING_ACCESS}|{BookingAccess.ON_THE_DAY}"),
            ("start", f"ge{instant(unit.now)}"),
            ("start", f"lt{instant(end)}"),
            ("_count", "1000"),
        ],
    )
    held = [stored.tree() for stored in unit.search(query).matches]
    due = [slot for slot in held if is_due(slot, unit.now)][:AT_ONCE]
    for slot in due:
        if str(slot.get("comment", "")).startswith(_SAYS_WHEN):
            del slot["comment"]
        unit.update({**slot, "status": "free"})
    return len(due)
