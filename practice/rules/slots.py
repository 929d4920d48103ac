"""Slots: who may turn which into what, and who holds one.

Source: docs/contract.md 4.2, 5, 6.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from contract import release
from contract.codes import BookingAccess
from contract.errors import ErrorCode
from contract.limits import HOLD_S
from contract.moves import slot_may_move
from contract.systems import (
    BOOKING_ACCESS,
    DELIVERY_CHANNEL,
    DELIVERY_CHANNEL_EXTENSION,
    HOLD,
    SLOT_TYPE,
)
from practice.refusal import Refusal
from practice.rules import claims, offers, templates
from practice.rules.act import Act
from practice.rules.caller import Caller, Right
from practice.rules.rights import require
from practice.rules.trees import (
    codes,
    extension,
    forbidden_move,
    identifier,
    invalid,
    last_updated,
    missing,
    moment,
    target,
    unknown,
    without_identifier,
)
from practice.store import Tree

_WORDS = {
    "free": "free",
    "busy": "booked",
    "busy-tentative": "held",
    "busy-unavailable": "blocked",
    "entered-in-error": "withdrawn",
}


def taken(text: str = "That slot has just been taken.") -> Refusal:
    """409: somebody else has the slot."""
    return Refusal(409, "duplicate", ErrorCode.DUPLICATE_REJECTED, text)


def access(slot: Tree) -> frozenset[str]:
    """Who may take the slot (booking-access codes)."""
    return frozenset(codes(slot.get("serviceCategory"), BOOKING_ACCESS))


def is_online(slot: Tree) -> bool:
    """Whether patients may book the slot."""
    return BookingAccess.ONLINE in access(slot)


def is_bookable_online(slot: Tree, now: datetime) -> bool:
    """Whether patients may take the slot as it is at *now*, its status left aside.

    Not while it is held back before its start, and never one that was squeezed in over another.
    """
    if not is_online(slot) or slot.get("overbooked"):
        return False
    closes = release.closes_online_at(access(slot), moment(slot.get("start"), "Slot.start"))
    return closes is None or now < closes


def span(slot: Tree) -> tuple[datetime, datetime]:
    """Start and end, aware UTC."""
    return moment(slot.get("start"), "Slot.start"), moment(slot.get("end"), "Slot.end")


def channel(tree: Tree) -> str | None:
    """The delivery channel, whichever of its two forms it is written in."""
    held = extension(tree, DELIVERY_CHANNEL_EXTENSION)
    if held is None:
        return None
    if "valueCode" in held:
        return str(held["valueCode"])
    found = codes(held.get("valueCodeableConcept"), DELIVERY_CHANNEL)
    return found[0] if found else None


def are_one(slots: Sequence[Tree]) -> bool:
    """Whether *slots* may be booked as one: touching, of one schedule, channel and type."""
    ordered = sorted(slots, key=span)
    kinds = {
        (target(s.get("schedule")), channel(s), tuple(codes(s.get("serviceType"), SLOT_TYPE)))
        for s in ordered
    }
    touching = all(span(early)[1] == span(late)[0] for early, late in pairwise(ordered))
    return len(kinds) == 1 and touching


def holder(slot: Tree) -> str | None:
    """Id of the practitioner whose hold the slot carries."""
    value = identifier(slot, HOLD)
    return value.partition("/")[0] if value else None


def is_holder(caller: Caller, slot: Tree) -> bool:
    """Whether the hold on the slot is the caller's."""
    return holder(slot) == caller.reference.partition("/")[2]


def hold_over(slot: Tree, now: datetime) -> bool:
    """Whether the hold on the slot has lapsed, by the service's own time."""
    offer = offers.offer_of(slot)
    if offer is not None:
        return offer.until <= now
    return now - last_updated(slot) >= timedelta(seconds=HOLD_S)


def held_by_other(act: Act, slot: Tree) -> bool:
    """Whether somebody else is booking the slot right now."""
    return (
        slot.get("status") == "busy-tentative"
        and not is_holder(act.caller, slot)
        and not hold_over(slot, act.now)
    )


def check_codes(before: Tree | None, after: Tree, element: str) -> None:
    """Refuse booking-access codes of *element* that say neither who nor when.

    What stood there before may stay.

    Raises:
        Refusal: 422 that names the element and shows what a rule looks like.
    """
    known = set(codes((before or {}).get(element), BOOKING_ACCESS))
    for code in codes(after.get(element), BOOKING_ACCESS):
        if not release.is_known(code) and code not in known:
            raise invalid(
                f"{after['resourceType']}.{element}",
                f"“{code[:40]}” says neither who may book nor when. "
                f"A rule reads like one of these: {release.EXAMPLES}.",
            )


def check_new(act: Act, tree: Tree) -> Tree:
    """A new slot. Squeezing one in to book it is part of booking; the rest is releasing.

    Raises:
        Refusal: 403 without the right; 422.
    """
    require(act.caller, Right.BOOK if tree.get("overbooked") else Right.RELEASE)
    _check_shape(act, tree)
    if tree.get("status") == "entered-in-error":
        raise invalid("Slot.status", "A new slot cannot be withdrawn already.")
    check_codes(None, tree, "serviceCategory")
    _check_hold(act, None, tree)
    return _tidy(tree)


def check_change(act: Act, before: Tree, after: Tree) -> Tree:
    """A slot's next version.

    Raises:
        Refusal: 403 without the right; 409 held by somebody else; 422 for a forbidden move.
    """
    was, will = str(before.get("status")), str(after.get("status"))
    if not slot_may_move(was, will):
        raise forbidden_move(
            f"A {_WORDS.get(was, was)} slot cannot become {_WORDS.get(will, will)}.",
            "Slot.status",
        )
    offers.check_change(act, before, after)
    if held_by_other(act, before) and offers.offer_of(before) is None:
        raise taken("Somebody else is booking that slot.")
    if _releases(before, after) or templates.is_part(before):
        require(act.caller, Right.RELEASE)
    _check_shape(act, after)
    check_codes(before, after, "serviceCategory")
    _check_hold(act, before, after)
    _check_booked(act, before, after)
    return _tidy(after)


def _releases(before: Tree, after: Tree) -> bool:
    """Whether a change makes or takes away time that others can book, or says who may."""
    was, will = before.get("status"), after.get("status")
    opened = was == "busy-unavailable" and will in ("free", "busy")
    withdrawn = will == "entered-in-error" and was != will and not before.get("overbooked")
    session, other = target(before.get("schedule")), target(after.get("schedule"))
    moved = span(before) != span(after) or session != other
    counted = bool(before.get("overbooked")) != bool(after.get("overbooked"))
    return opened or withdrawn or moved or counted or access(before) != access(after)


def _check_shape(act: Act, tree: Tree) -> None:
    start, end = span(tree)
    if not start < end:
        raise invalid("Slot.end", "A slot has to end after it begins.")
    schedule = target(tree.get("schedule"))
    session = act.after(schedule)
    if session is None:
        raise unknown("Slot.schedule", schedule)
    if templates.is_template(session) and not templates.is_part(tree):
        raise invalid("Slot.start", "The slots of a template lie in its reference weeks.")


def _check_hold(act: Act, before: Tree | None, after: Tree) -> None:
    if identifier(after, HOLD) is None:
        if after.get("status") == "busy-tentative":
            raise missing("Slot.identifier", "A held slot needs to say who holds it.")
        return
    fresh = before is None or _holds(before) != _holds(after)
    if fresh and not is_holder(act.caller, after):
        raise invalid("Slot.identifier", "A slot can be held only in one's own name.")
    if fresh and any("period" in held for held in _holds(after)):
        offers.check_new(act, before, after)


def _holds(slot: Tree) -> list[Tree]:
    return [held for held in slot.get("identifier", ()) if held.get("system") == HOLD]


def _check_booked(act: Act, before: Tree, after: Tree) -> None:
    frees = after.get("status") == "free" and before.get("status") != "free"
    moves = any(before.get(key) != after.get(key) for key in ("start", "end", "schedule"))
    counts = bool(before.get("overbooked")) != bool(after.get("overbooked"))
    if not (frees or moves or counts):
        return
    if claims.holders_after(act, str(before["id"])):
        if frees:
            raise forbidden_move(
                "That slot is booked: cancel or move its appointment first.", "Slot.status"
            )
        raise forbidden_move("A booked slot keeps its time, its session and its kind.")


def _tidy(tree: Tree) -> Tree:
    """A slot that nobody is booking carries no hold."""
    if tree.get("status") in ("busy-tentative", "busy"):
        return tree
    return without_identifier(tree, HOLD)
