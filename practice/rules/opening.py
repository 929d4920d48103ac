"""What a slot's own rules make of it when their time comes, whether or not a desk is open.

An embargoed slot opens; what is kept for NHS 111 or a hub falls back to the practice.

Source: docs/contract.md 4.2 (Embargoed, Restricted); domain words, release rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from contract import release
from contract.limits import HOLD_S, OFFER_H
from contract.systems import BOOKING_ACCESS, HOLD
from practice.clock import instant
from practice.refusal import Refusal
from practice.rules import offer_ends, offers
from practice.rules.offers import Offer
from practice.rules.trees import codes, last_updated, moment, with_codes, without_identifier
from practice.store import Param, Query, Stored, Tree, Unit

AT_ONCE: Final = 200
"""Slots changed in one unit of work; more follow in the next."""
_PAGE: Final = 1000
_SAYS_WHEN = "Opens "
_MARKS = (b'"busy-unavailable"', b'"until-', b'"period"')
"""What the stored bytes of a slot hold that a rule may still change."""


def opens_at(slot: Tree) -> datetime | None:
    """When an embargoed slot opens (aware UTC); None for a slot that is not embargoed."""
    if slot.get("status") != "busy-unavailable":
        return None
    return release.opens_at(_codes(slot), moment(slot.get("start"), "Slot.start"))


def falls_back_at(slot: Tree) -> datetime | None:
    """When a slot that is kept for others, and nobody has, falls back to the practice.

    A slot that is held at that time falls back when the hold has run out.
    """
    status = slot.get("status")
    if status not in ("free", "busy-tentative"):
        return None
    when = release.falls_back_at(_codes(slot), moment(slot.get("start"), "Slot.start"))
    if when is None or status == "free":
        return when
    offer = offers.offer_of(slot)
    if offer is not None:
        return max(when, offer.until)
    return max(when, last_updated(slot) + timedelta(seconds=HOLD_S))


def acts_at(slot: Tree) -> datetime | None:
    """When the service will change *slot* by itself; None where it never will.

    What somebody has shut again since it opened stays shut.
    """
    if (offer := _offer(slot)) is not None:
        return offer.until
    opens = opens_at(slot)
    if opens is not None:
        return opens if last_updated(slot) < opens else None
    return falls_back_at(slot)


def is_due(slot: Tree, now: datetime) -> bool:
    """Whether *slot* opens by now, and nobody has shut it again since it did."""
    opens = opens_at(slot)
    return opens is not None and last_updated(slot) < opens <= now


def acted(slot: Tree, now: datetime) -> Tree | None:
    """*slot* as its rules make it by *now*; None where there is nothing to do, or it is too late.

    An opened slot that was kept for others may fall back at once.
    """
    after = slot
    if (offer := _offer(slot)) is not None and offer.until <= now:
        after = offer_ends.freed(slot)
    if moment(slot.get("start"), "Slot.start") < now:
        return None if after is slot else after
    if is_due(after, now):
        after = {**after, "status": "free"}
        if str(after.get("comment", "")).startswith(_SAYS_WHEN):
            del after["comment"]
    falls_back = falls_back_at(after)
    if falls_back is not None and falls_back <= now:
        ours = release.after_fall_back(_codes(after))
        if after.get("status") == "busy-tentative":
            after = {k: v for k, v in without_identifier(after, HOLD).items() if k != "comment"}
        after = {**with_codes(after, "serviceCategory", BOOKING_ACCESS, ours), "status": "free"}
    return None if after is slot else after


def may_act(stored: Stored) -> bool:
    """Whether a version may be one that a rule still changes; cheap, and never wrongly no."""
    return stored.type == "Slot" and any(mark in stored.raw for mark in _MARKS)


def due_time(stored: Stored, now: datetime) -> datetime | None:
    """When the service has to look at a stored slot again; None where it never has to."""
    slot = stored.tree()
    try:
        over = moment(slot.get("start"), "Slot.start") < now and _offer(slot) is None
        return None if over else acts_at(slot)
    except Refusal:  # a slot without a time, brought in without rules
        return None


def act_on(unit: Unit, slot_ids: Iterable[str]) -> int:
    """Do what is due with these slots; how many were changed."""
    changed = 0
    for slot_id in slot_ids:
        stored = unit.get("Slot", slot_id)
        if stored is None or due_time(stored, unit.now) is None:
            continue
        after = acted(stored.tree(), unit.now)
        if after is not None:
            offer = _offer(stored.tree())
            unit.update(after)
            changed += 1
            if offer is not None:
                offer_ends.lapse(unit, offer)
    return changed


@dataclass(frozen=True, slots=True)
class Found:
    """Part of a look through the slots to come.

    Attributes:
        times: slot id and when it has to be looked at.
        next: the search that goes on from here; None at the end.
    """

    times: tuple[tuple[str, datetime], ...]
    next: Query | None


def searches(now: datetime) -> tuple[Query, ...]:
    """The searches that find every slot that a rule may change from *now* on."""
    ahead = Param("start", (f"ge{instant(now)}",))
    since = now - timedelta(hours=OFFER_H)  # an offer that ended while the service was down
    kept = tuple(f"{BOOKING_ACCESS}|{code.value}" for code in sorted(release.RESTRICTED))
    return (
        _query(Param("status", ("busy-unavailable",)), ahead),
        _query(Param("status", ("free", "busy-tentative")), Param("service-category", kept), ahead),
        _query(Param("status", ("busy-tentative",)), Param("start", (f"ge{instant(since)}",))),
    )


def look(unit: Unit, query: Query) -> Found:
    """One page of *query*: when each slot has to be looked at."""
    page = unit.search(query)
    times = tuple(
        (stored.id, when)
        for stored in page.matches
        if may_act(stored) and (when := due_time(stored, unit.now)) is not None
    )
    return Found(times, replace(query, cursor=page.next) if page.next else None)


def _query(*params: Param) -> Query:
    return Query("Slot", params, count=_PAGE, total="none")


def _offer(slot: Tree) -> Offer | None:
    return offers.offer_of(slot) if slot.get("status") == "busy-tentative" else None


def _codes(slot: Tree) -> list[str]:
    return codes(slot.get("serviceCategory"), BOOKING_ACCESS)
