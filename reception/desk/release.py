"""Open slots to online booking, take them back, block and unblock.

Source: docs/contract.md 4.2, 6.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from contract.codes import BookingAccess, Role
from contract.release import RESTRICTED, after_fall_back, is_embargo, is_rule
from reception.api.bundle import Entry, put
from reception.desk.problems import NotPossible
from reception.desk.slots import Slots
from reception.desk.words import slot_words
from reception.desk.workbench import Workbench, restored
from reception.desk.writer import Latest
from reception.records import Slot, Tree
from reception.records.problem import ChangedElsewhere, Problem

ENTRIES = 40
"""Slots per batch (contract 6)."""
ELEMENTS = ("status", "serviceCategory")


RELEASERS = frozenset({Role.RECEPTIONIST, Role.MANAGER})
"""Roles with the right to release, so that the desk can say so beforehand; the service decides."""


def why_not_release(role: Role) -> str:
    """Why this role may not release slots, as the service would say it; empty where it may."""
    if role in RELEASERS:
        return ""
    having = " and ".join(f"{r.value}s" for r in Role if r in RELEASERS)
    return f"You need the right “Release slots”; {having} have it."


class Release:
    """Acts on many slots; each stands for itself, so that one taken slot does not sink the rest.

    Every verb answers which slots could not be changed, with a sentence each.
    """

    def __init__(self, bench: Workbench, slots: Slots) -> None:
        self._bench, self._slots = bench, slots

    async def open_online(self, slot_ids: Sequence[str]) -> dict[str, str]:
        """Let patients book these from now on; embargoed ones are released."""
        return await self._each(slot_ids, self._opened, "open to online booking")

    async def withdraw_online(self, slot_ids: Sequence[str]) -> dict[str, str]:
        """Keep these for reception again."""
        return await self._each(slot_ids, self._withdrawn, "withdrawn from online booking")

    async def share_online(self, opening: Sequence[str], closing: Sequence[str]) -> dict[str, str]:
        """Open some and withdraw others in one act, with one way back."""
        make = partial(self._shared, frozenset(opening))
        return await self._each([*opening, *closing], make, "changed for the online share")

    async def fall_back(self, slot_ids: Sequence[str]) -> dict[str, str]:
        """Give what is kept for NHS 111 and hubs to the practice now, before its time."""
        return await self._each(slot_ids, self._fallen_back, "back with the practice")

    async def block(self, slot_ids: Sequence[str]) -> dict[str, str]:
        """Keep these free of patients."""
        return await self._each(slot_ids, self._blocked, "blocked")

    async def unblock(self, slot_ids: Sequence[str]) -> dict[str, str]:
        """Make blocked ones free again."""
        return await self._each(slot_ids, _unblocked, "free again")

    def _opened(self, slot: Slot) -> Tree:
        if slot.status not in ("free", "busy-unavailable") or slot.is_blocked:
            raise NotPossible(self._why_not(slot))
        if slot.start <= self._bench.time.now():
            raise NotPossible(f"{_the(slot)} has begun.")
        open_to_all = slot.with_access({*slot.access, BookingAccess.ONLINE})
        return Slot.from_tree(open_to_all).to_free()

    def _withdrawn(self, slot: Slot) -> Tree:
        if slot.status != "free" and not slot.is_embargoed:
            raise NotPossible(self._why_not(slot))
        kept = slot.access - {BookingAccess.ONLINE}
        nobody = all(is_rule(code) for code in kept)
        return slot.with_access(kept | {BookingAccess.RECEPTION} if nobody else kept)

    def _shared(self, opening: frozenset[str], slot: Slot) -> Tree:
        return self._opened(slot) if slot.id in opening else self._withdrawn(slot)

    def _fallen_back(self, slot: Slot) -> Tree:
        if slot.status != "free":
            raise NotPossible(self._why_not(slot))
        if not slot.access & RESTRICTED:
            raise NotPossible(f"{_the(slot)} is the practice's already.")
        return slot.with_access(after_fall_back(slot.access))

    def _blocked(self, slot: Slot) -> Tree:
        if slot.status != "free":
            raise NotPossible(self._why_not(slot))
        shut = slot.with_access(code for code in slot.access if not is_embargo(code))
        return Slot.from_tree(shut).to_unavailable()

    def _why_not(self, slot: Slot) -> str:
        if slot.is_held(self._bench.time.now()):
            return f"{_the(slot)} is being booked just now."
        if slot.is_blocked:
            return f"{_the(slot)} is blocked."
        if slot.is_embargoed:
            return f"{_the(slot)} has not been released yet."
        booked = self._slots.appointment_in(slot)
        if booked is not None:
            return f"{_the(slot)} is now booked by {booked.patient_name}."
        return f"{_the(slot)} is now booked."

    async def _each(
        self, slot_ids: Sequence[str], make: Callable[[Slot], Tree], done: str
    ) -> dict[str, str]:
        before: dict[str, Slot] = {}
        failed: dict[str, str] = {}
        after: dict[str, Slot] = {}
        wanted = list(dict.fromkeys(slot_ids))
        for start in range(0, len(wanted), ENTRIES):
            some = wanted[start : start + ENTRIES]
            said = f"{_count(len(some))} {done}"
            stale = await self._round(said, some, make, before, after, failed)
            if stale:  # read them again, and change what still can be
                await self._reread(stale)
                still = await self._round(said, stale, make, before, after, failed)
                failed.update(dict.fromkeys(still, "Somebody changed it first."))
        self._tell(done, {i: before[i] for i in after}, after, failed)
        return failed

    async def _round(
        self,
        said: str,
        slot_ids: Sequence[str],
        make: Callable[[Slot], Tree],
        before: dict[str, Slot],
        after: dict[str, Slot],
        failed: dict[str, str],
    ) -> list[str]:
        """One batch; answers which slots somebody else had changed."""

        def plan(latest: Latest) -> list[Entry]:
            entries = []
            for slot_id in slot_ids:
                slot = latest.get(Slot, slot_id)
                try:
                    tree = make(slot)
                except NotPossible as not_possible:
                    failed[slot_id] = not_possible.sentence
                else:
                    before[slot_id] = slot
                    entries.append(put(tree, slot.version))
            return entries

        stale: list[str] = []
        touching = [f"Slot/{slot_id}" for slot_id in slot_ids]
        came = await self._bench.writer.each(said, touching, plan)
        for reference, outcome in came.items():
            slot_id = reference.partition("/")[2]
            if isinstance(outcome, Slot):
                after[slot_id] = outcome
            elif isinstance(outcome, ChangedElsewhere):
                stale.append(slot_id)
            elif isinstance(outcome, Problem):
                failed[slot_id] = outcome.sentence
        return stale

    async def _reread(self, slot_ids: Sequence[str]) -> None:
        trees = await asyncio.gather(*(self._bench.wire.read("Slot", i) for i in slot_ids))
        self._bench.stores.take_trees(trees)

    def _tell(
        self,
        done: str,
        before: dict[str, Slot],
        after: dict[str, Slot],
        failed: dict[str, str],
    ) -> None:
        if not after:
            return

        async def take_back() -> str:
            return await self._take_back(before, after)

        rest = f"; {_count(len(failed))} could not be changed" if failed else ""
        self._bench.undos.tell(f"{_count(len(after))} {done}{rest}.", take_back)

    async def _take_back(self, before: dict[str, Slot], after: dict[str, Slot]) -> str:
        def plan(latest: Latest) -> list[Entry]:
            entries = []
            for slot_id, changed_slot in after.items():
                now = latest.get(Slot, slot_id)
                if now.status == changed_slot.status:
                    tree = restored(now.tree, before[slot_id].tree, ELEMENTS)
                    entries.append(put(tree, now.version))
            return entries

        came = await self._bench.writer.each(
            "Taking slots back", [s.reference for s in after.values()], plan
        )
        back = sum(isinstance(outcome, Slot) for outcome in came.values())
        taken = len(after) - back
        rest = f" {_count(taken)} had been taken meanwhile." if taken else ""
        return f"{_count(back)} back as before.{rest}"


def _unblocked(slot: Slot) -> Tree:
    if not slot.is_blocked:
        raise NotPossible(f"{_the(slot)} is not blocked.")
    return slot.to_free()


def _the(slot: Slot) -> str:
    words = slot_words(slot)
    return words[0].upper() + words[1:]


def _count(number: int) -> str:
    return "1 slot" if number == 1 else f"{number} slots"
