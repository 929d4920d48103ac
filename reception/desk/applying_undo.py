"""The way back from applying template weeks.

What nobody has touched since goes; whoever has been booked meanwhile stays, with their place.

Source: docs/contract.md 4.2 (a withdrawn slot stays withdrawn), 6 (apply a template).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from contract import systems
from reception.api.bundle import Entry, post, put
from reception.desk.sessions import ENTRIES, Sessions
from reception.desk.workbench import Workbench, restored
from reception.desk.writer import Latest
from reception.records import Record, Request, Session, Slot
from reception.records.contact import filed_in_error
from reception.records.new_session import horizon, like, off, slot_key, withdrawn
from reception.records.tree import identifier_of

R = TypeVar("R", bound=Record)

TAKING_BACK = "Taking templates back"
_SHAPE = ("status", "start", "end", "serviceCategory", "serviceType", "extension")


@dataclass
class Trail:
    """What applying has written so far.

    Attributes:
        opened: sessions created, or taken up again.
        fresh: ids of those that were created.
        added: slots created.
        altered: slots changed, before and after.
        withdrawn: slots taken out, as they were.
        stretched: sessions given another start or end, before and after.
        to_tell: patients put on the contact list.
    """

    opened: list[Session] = field(default_factory=list)
    fresh: set[str] = field(default_factory=set)
    added: list[Slot] = field(default_factory=list)
    altered: list[tuple[Slot, Slot]] = field(default_factory=list)
    withdrawn: list[Slot] = field(default_factory=list)
    stretched: list[tuple[Session, Session]] = field(default_factory=list)
    to_tell: list[Request] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to take back."""
        return not (
            self.opened
            or self.added
            or self.altered
            or self.withdrawn
            or self.stretched
            or self.to_tell
        )


class TakingBack:
    """Takes back what a `Trail` tells of; may be called again where it broke off."""

    def __init__(self, bench: Workbench, sessions: Sessions) -> None:
        self._bench, self._sessions = bench, sessions

    async def take_back(self, trail: Trail) -> str:
        """Undo it all but what somebody has got or changed since; a sentence that says so.

        Nobody has to be told any more first, then the slots, the sessions last: a break in
        between leaves no patient without a place.
        """
        kept = len(trail.to_tell) - await self._untell(trail.to_tell)
        stay = len(trail.added) - len(await self._withdraw(trail.added))
        as_they_are = len(trail.altered) - await self._reshape(trail.altered)
        await self._put_back(trail.withdrawn)
        for before, after in trail.stretched:
            await self._shrink(before, after)
        for session in trail.opened:
            await self._close(session)
        return _words(stay, as_they_are, kept)

    async def _untell(self, contacts: Sequence[Request]) -> int:
        """Take off the contact list whom nobody has rung yet; how many."""

        def plan_of(some: Sequence[Request]) -> Callable[[Latest], list[Entry]]:
            def plan(latest: Latest) -> list[Entry]:
                newest = [latest.get(Request, r.id) for r in some]
                alike = zip(newest, some, strict=True)
                return [
                    put(filed_in_error(now), now.version)
                    for now, was in alike
                    if now.version == was.version
                ]

            return plan

        return len(await self._written(contacts, plan_of))

    async def _withdraw(self, slots: Sequence[Slot]) -> list[Record]:
        """Withdraw those that nobody has got; the others stay."""

        def plan_of(some: Sequence[Slot]) -> Callable[[Latest], list[Entry]]:
            def plan(latest: Latest) -> list[Entry]:
                now = self._bench.time.now()
                newest = [latest.get(Slot, s.id) for s in some]
                return [
                    put(withdrawn(s), s.version)
                    for s in newest
                    if s.status not in ("busy", "entered-in-error") and not s.is_held(now)
                ]

            return plan

        return await self._written(slots, plan_of)

    async def _reshape(self, altered: Sequence[tuple[Slot, Slot]]) -> int:
        """Give slots their old shape, unless somebody has changed them since; how many."""
        before = {after.id: slot for slot, after in altered}

        def plan_of(some: Sequence[Slot]) -> Callable[[Latest], list[Entry]]:
            def plan(latest: Latest) -> list[Entry]:
                newest = [latest.get(Slot, s.id) for s in some]
                return [
                    put(restored(now.tree, before[now.id].to_free(), _SHAPE), now.version)
                    if before[now.id].status == "busy-tentative"
                    else put(restored(now.tree, before[now.id].tree, _SHAPE), now.version)
                    for now, was in zip(newest, some, strict=True)
                    if now.version == was.version
                ]

            return plan

        return len(await self._written([after for _, after in altered], plan_of))

    async def _put_back(self, gone: Sequence[Slot]) -> None:
        """Create withdrawn slots anew: they stay withdrawn themselves."""
        entries: list[Entry] = []
        for session_id in dict.fromkeys(slot.schedule_id for slot in gone):
            diary = await self._sessions.one(session_id)
            used = [identifier_of(s.tree, systems.SLOT_KEY) for s in diary.of(session_id)]
            for slot in gone:
                if slot.schedule_id == session_id:
                    key = slot_key(session_id, slot.start, used)
                    status = "free" if slot.status == "busy-tentative" else slot.status
                    tree = like(slot, key=key, start=slot.start, end=slot.end, status=status)
                    entries.append(post(tree, systems.SLOT_KEY))
                    used.append(key)
        for start in range(0, len(entries), ENTRIES):
            some = entries[start : start + ENTRIES]
            await self._bench.writer.transact(TAKING_BACK, [], _plan(some))

    async def _shrink(self, before: Session, after: Session) -> None:
        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Session, after.id)
            if (now.start, now.end) != (after.start, after.end):
                return []
            return [put(horizon(now, before.start, before.end), now.version)]

        await self._bench.writer.transact(TAKING_BACK, [after.reference], plan)

    async def _close(self, session: Session) -> None:
        """Close a session in which nothing stands any more."""
        diary = await self._sessions.one(session.id)
        if any(s.status != "entered-in-error" for s in diary.of(session.id)):
            return

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Session, session.id)
            return [put(off(now, active=False), now.version)]

        await self._bench.writer.transact(TAKING_BACK, [session.reference], plan)

    async def _written(
        self,
        records: Sequence[R],
        plan_of: Callable[[Sequence[R]], Callable[[Latest], list[Entry]]],
    ) -> list[Record]:
        """Write by forty; what was stored."""
        done: list[Record] = []
        for start in range(0, len(records), ENTRIES):
            some = records[start : start + ENTRIES]
            for record in some:
                self._bench.stores.take(record)
            touching = [record.reference for record in some]
            stored = await self._bench.writer.transact(TAKING_BACK, touching, plan_of(some))
            done += [record for record in stored if record is not None]
        return done


def _plan(entries: Sequence[Entry]) -> Callable[[Latest], Sequence[Entry]]:
    def plan(_: Latest) -> Sequence[Entry]:
        return entries

    return plan


def _words(stay: int, as_they_are: int, kept: int) -> str:
    """That it was taken back, and what was not."""
    rest = []
    if stay:
        rest.append(f"{_slots(stay)} booked or held since {_verb(stay, 'stays', 'stay')}")
    if as_they_are:
        rest.append(
            f"{_slots(as_they_are)} changed since {_verb(as_they_are, 'stays', 'stay')} as "
            f"{_verb(as_they_are, 'it is', 'they are')}"
        )
    if kept:
        people = "1 patient" if kept == 1 else f"{kept} patients"
        rest.append(f"{people} somebody has dealt with {_verb(kept, 'stays', 'stay')} on the list")
    words = "The templates are taken back: the diary is as it was"
    return f"{words}, but {'; '.join(rest)}." if rest else f"{words}."


def _slots(number: int) -> str:
    return "1 slot" if number == 1 else f"{number} slots"


def _verb(number: int, one: str, many: str) -> str:
    return one if number == 1 else many
