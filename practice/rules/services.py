"""Release rules of slot types (HealthcareService): what new slots inherit, and changing a rule.

A rule is kept as the booking-access codes of `characteristic`: who may take slots of the type,
and when. The slots that follow it carry the same codes; what somebody decided for one slot alone
stays as it is.

Source: docs/contract.md 3 (HealthcareService), 6 (Change a rule); domain words, release rules.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from contract import release
from contract.codes import BookingAccess
from contract.systems import BOOKING_ACCESS, SLOT_TYPE
from practice.clock import instant
from practice.rules import slots, templates
from practice.rules.act import Act
from practice.rules.opening import acts_at
from practice.rules.trees import codes, invalid, reference_of, with_codes
from practice.store import Stored, Tree

_ELEMENT = "HealthcareService.characteristic"
_KINDS: tuple[tuple[str, Callable[[list[str]], object]], ...] = (
    ("opens", release.opening),
    ("closes to online booking", release.hold_back),
    ("falls back to the practice", release.fall_back),
)
_ONLINE = frozenset({BookingAccess.ONLINE.value})


def check_new(_act: Act, tree: Tree) -> Tree:
    """A new service of the practice.

    Raises:
        Refusal: 422 for a rule that is none, or two of one kind.
    """
    _check_rule(None, tree)
    return tree


def check_change(_act: Act, before: Tree, after: Tree) -> Tree:
    """A service's next version.

    Raises:
        Refusal: 422 for a rule that is none, or two of one kind.
    """
    _check_rule(before, after)
    return after


def _check_rule(before: Tree | None, after: Tree) -> None:
    slots.check_codes(before, after, "characteristic")
    found = codes(after.get("characteristic"), BOOKING_ACCESS)
    for what, rule in _KINDS:
        same = [code for code in found if rule([code]) is not None]
        if len(same) > 1:
            raise invalid(_ELEMENT, f"{_listed(same)} both say when a slot {what}: keep one.")


def _listed(found: list[str]) -> str:
    return " and ".join(f"“{code}”" for code in found)


def rule_of(service: Tree | None) -> frozenset[str]:
    """The codes that slots inherit; empty for a service that says nothing or is not offered."""
    if service is None or service.get("active") is False:
        return frozenset()
    found = frozenset(codes(service.get("characteristic"), BOOKING_ACCESS))
    if found and all(map(release.is_rule, found)):
        return found | {BookingAccess.RECEPTION.value}
    return found


def inherited(act: Act, slot: Tree) -> Tree:
    """A new slot with the rule of its type, and shut where that opens it later.

    A slot that says itself who may take it is left alone, and so are one that is squeezed in
    and one of a template week.
    """
    if slots.access(slot) or slot.get("overbooked") or templates.is_part(slot):
        return slot
    service = _service_for(act, _types(slot, "serviceType"))
    if service is None:
        return slot
    rule = rule_of(service)
    slot = _named(with_codes(slot, "serviceCategory", BOOKING_ACCESS, rule), service)
    shut = slot.get("status") == "free" and _opens_later(rule, slot, act.now)
    return {**slot, "status": "busy-unavailable"} if shut else slot


def follow_up(act: Act, before: Tree | None, stored: Stored) -> None:
    """Bring the slots to come that followed a rule in line with what it says now."""
    after = stored.tree()
    old, new = rule_of(before), rule_of(after)
    if before is None or not old or not new or old == new:
        return
    for kind in sorted(_types(before, "type") & _types(after, "type")):
        service = _service_for(act, {kind})
        if service is not None and service["id"] == after["id"]:
            for slot in list(_following(act, kind, old)):
                ruled = _ruled(slot, old, new, act.now)
                if ruled is not None:
                    act.unit.update(ruled)


def _following(act: Act, kind: str, old: frozenset[str]) -> Iterator[Tree]:
    """Slots of a type to come, neither booked nor held, that carry what the rule said."""
    found = act.find(
        "Slot",
        service_type=f"{SLOT_TYPE}|{kind}",
        status=("free", "busy-unavailable"),
        start=f"ge{instant(act.now)}",
    )
    for slot in found:
        if slot.get("overbooked") or reference_of(slot) in act.bundle.planned:
            continue
        # Opening one slot to patients, or taking it back, is no rule of its own.
        if slots.access(slot) ^ old <= _ONLINE:
            yield slot


def _ruled(slot: Tree, old: frozenset[str], new: frozenset[str], now: datetime) -> Tree | None:
    """*slot* under the *new* rule; None for one that is blocked."""
    held = slots.access(slot)
    wanted = new if held == old else (new - _ONLINE) | (held & _ONLINE)
    later = _opens_later(wanted, slot, now)
    if slot.get("status") == "free":
        released = _opens_later(held, slot, now)  # by hand, before its time
        status = "busy-unavailable" if later and not released else "free"
    elif acts_at(slot) is None:
        return None
    else:
        status = "busy-unavailable" if later else "free"
    return {**with_codes(slot, "serviceCategory", BOOKING_ACCESS, wanted), "status": status}


def _opens_later(rule: frozenset[str], slot: Tree, now: datetime) -> bool:
    opens = release.opens_at(rule, slots.span(slot)[0])
    return opens is not None and opens > now


def _types(tree: Tree, element: str) -> set[str]:
    return set(codes(tree.get(element), SLOT_TYPE))


def _service_for(act: Act, kinds: set[str]) -> Tree | None:
    """The service whose rule counts for slots of *kinds*: of several, the oldest that has one."""
    wanted = tuple(f"{SLOT_TYPE}|{kind}" for kind in sorted(kinds))
    if not wanted:
        return None
    known = {reference_of(t): t for t in act.find("HealthcareService", service_type=wanted)}
    known |= dict(act.bundle.of_type("HealthcareService"))
    fitting = (t for t in known.values() if rule_of(t) and _types(t, "type") & kinds)
    return next(fitting, None)


def _named(slot: Tree, service: Tree) -> Tree:
    """*slot* with the name that patients read, where it has none of its own."""
    first, *others = slot.get("serviceType") or [{}]
    if first.get("text") or not service.get("name"):
        return slot
    return {**slot, "serviceType": [{**first, "text": service["name"]}, *others]}
