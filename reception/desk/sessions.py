"""Sessions by hand: add, extend, shorten, cancel.

Whoever is booked stays booked: what would take a place away puts its patient on the contact list.

Source: docs/contract.md 6; domain words, sessions and slots.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from contract import release, systems
from contract.core_hours import london_day
from reception.api.bundle import Entry, post, put
from reception.desk.contacts import Contacts
from reception.desk.diary import Days, days, session_days
from reception.desk.problems import NotPossible
from reception.desk.session_pattern import BadPattern, Pattern
from reception.desk.session_plan import Dated, Wanted, longer
from reception.desk.slot_shapes import used_keys
from reception.desk.words import clock, day_text, slot_words
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Appointment, Request, Session, Slot
from reception.records.contact import filed_in_error
from reception.records.new_session import (
    horizon,
    like,
    new_session,
    new_slot,
    off,
    reshaped,
    slot_key,
    withdrawn,
)
from reception.records.tree import Tree, changed, identifier_of

ENTRIES = 40
"""Writes in one transaction (contract 1, 6)."""
Progress = Callable[[int, int], object]
"""Told how much of how much is done."""


@dataclass(frozen=True)
class Cancelled:
    """What cancelling a session came to.

    Attributes:
        session: as it stands now.
        withdrawn: how many free slots were taken out.
        to_tell: whoever is booked, now on the contact list.
    """

    session: Session
    withdrawn: int
    to_tell: tuple[Appointment, ...]


class Sessions:
    """Verbs on whole sessions. Each raises only `Problem`s."""

    def __init__(self, bench: Workbench, contacts: Contacts) -> None:
        self._bench, self._contacts = bench, contacts

    async def of_days(self, first: date, last: date) -> Days:
        """The sessions of some days with their slots and whoever is booked."""
        return await days(self._bench.wire, first, last)

    async def one(self, session_id: str) -> Days:
        """One session with its slots and whoever is booked."""
        return await session_days(self._bench.wire, session_id)

    # -- whole sessions

    def _called(self, pattern: Pattern) -> str:
        """The clinician's name as their other sessions have it, so that a column keeps its name."""
        others = (s for s in self._bench.stores.sessions if s.active and s.practitioner_name)
        theirs = (
            s.practitioner_name for s in others if s.practitioner_id == pattern.practitioner_id
        )
        return next(theirs, pattern.practitioner_name)

    async def add(self, pattern: Pattern, day: date) -> Session:
        """Hold a session on *day*, cut as *pattern* says."""
        try:
            pattern.check()
        except BadPattern as bad:
            raise NotPossible(str(bad)) from bad
        one = Dated(replace(pattern, weekday=day.weekday()), day)
        if one.end <= self._bench.time.now():
            raise NotPossible("That time is over. Choose a later one.")
        await self._must_be_clear(pattern, one.start, one.end)
        tree = new_session(
            key=str(uuid.uuid4()),
            key_system=systems.SESSION_KEY,
            name=pattern.name or "Extra session",
            practitioner_id=pattern.practitioner_id,
            practitioner_name=self._called(pattern),
            location_id=pattern.location_id,
            start=one.start,
            end=one.end,
            template_key=pattern.key,
        )
        said = f"Adding {_of(pattern)}"
        stored = await self._bench.writer.transact(
            said, [], lambda _: [post(tree, systems.SESSION_KEY)]
        )
        session = _session(stored[0])
        made = await self.create_slots(said, session.id, one.wanted(), ())

        async def take_back() -> str:
            return await self._take_out(session, made)

        at = f"{clock(session.start)} to {clock(session.end)}, {day_text(day)}"
        self._bench.undos.tell(f"{_of(pattern)} added: {at}, {_count(len(made))}.", take_back)
        return session

    async def create_slots(
        self,
        said: str,
        session_id: str,
        wanted: Sequence[Wanted],
        used_keys: Sequence[str],
        progress: Progress | None = None,
    ) -> list[Slot]:
        """Create the slots of a session, at most forty at a time; those that are there stay."""
        now = self._bench.time.now()
        entries = [
            post(
                slot_tree(want, session_id, slot_key(session_id, want.start, used_keys), now),
                systems.SLOT_KEY,
            )
            for want in wanted
        ]
        made: list[Slot] = []
        for start in range(0, len(entries), ENTRIES):
            some = entries[start : start + ENTRIES]
            stored = await self._bench.writer.transact(said, [], _plan_of(some))
            made += [slot for slot in stored if isinstance(slot, Slot)]
            if progress is not None:
                progress(len(made), len(entries))
        return made

    async def extend(self, session_id: str, until: datetime) -> list[Slot]:
        """Let a session go on until *until*, in slots like its last one; answers the new ones."""
        diary = await self.one(session_id)
        session = _held(diary)
        stands = [s for s in diary.of(session_id) if s.status != "entered-in-error"]
        last = next((s for s in reversed(stands) if not s.is_blocked and not s.overbooked), None)
        if last is None:
            raise NotPossible("There is no slot left to go on from. Add a session instead.")
        spans = longer(stands, until, last.minutes)
        if not spans:
            ends = clock(max(s.end for s in stands))
            raise NotPossible(
                f"It ends at {ends}; another slot of {last.minutes} minutes does not fit."
            )
        pattern = _whose(session)
        await self._must_be_clear(pattern, spans[0][0], spans[-1][1], but=session_id)
        used = _keys(diary.of(session_id))
        now = self._bench.time.now()
        trees = []
        for start, end in spans:
            tree = like(
                last,
                key=slot_key(session_id, start, used),
                start=start,
                end=end,
                status="free",
            )
            fresh = Slot.from_tree({**tree, "id": "new"})
            opens = _opens(fresh, now)
            trees.append(changed(tree, status="busy-unavailable") if opens else tree)

        def plan(latest: Latest) -> list[Entry]:
            held = latest.get(Session, session_id)
            end = max(held.end, spans[-1][1])
            return [
                put(horizon(held, held.start, end), held.version),
                *(post(tree, systems.SLOT_KEY) for tree in trees[: ENTRIES - 1]),
            ]

        said = f"Extending {_of(pattern)} to {clock(spans[-1][1])}"
        stored = await self._bench.writer.transact(said, [session.reference], plan)
        made = [slot for slot in stored if isinstance(slot, Slot)]

        async def take_back() -> str:
            await self._withdraw(made, session_id, session.start, session.end)
            return f"{_of(pattern)} ends at {clock(session.end)} again."

        self._bench.undos.tell(
            f"{_of(pattern)} goes on until {clock(spans[-1][1])}: {_count(len(made))} more.",
            take_back,
        )
        return made

    async def shorten(self, session_id: str, until: datetime) -> Cancelled:
        """Let a session end at *until*; whoever is booked after it goes to the contact list."""
        diary = await self.one(session_id)
        session = _held(diary)
        stands = [s for s in diary.of(session_id) if s.status != "entered-in-error"]
        late = [s for s in stands if s.end > until]
        if not late:
            raise NotPossible(f"It ends by {clock(until)} already.")
        if len(late) == len(stands):
            raise NotPossible("Nothing would be left of it. Cancel the session instead.")
        return await self._take_away(diary, session, late, until, "is off: the session ends early")

    async def cancel(self, session_id: str) -> Cancelled:
        """Take a session out of the diary; whoever is booked goes to the contact list."""
        diary = await self.one(session_id)
        session = _held(diary)
        now = self._bench.time.now()
        if session.end <= now:
            raise NotPossible("That session is over.")
        late = [s for s in diary.of(session_id) if s.status != "entered-in-error" and s.end > now]
        return await self._take_away(diary, session, late, None, "is off: the session is cancelled")

    async def _take_away(
        self,
        diary: Days,
        session: Session,
        late: Sequence[Slot],
        until: datetime | None,
        why: str,
    ) -> Cancelled:
        """Withdraw the free slots among *late* and put the patients of the others on the list."""
        self._bench.stores.take(session)
        for slot in late:
            self._bench.stores.take(slot)
        taken = {slot_id for a in diary.booked_in(session.id) for slot_id in a.slot_ids}
        free = [s for s in late if s.id not in taken and s.status != "busy"]
        gone: list[Slot] = []
        for start in range(0, len(free), ENTRIES):
            some = free[start : start + ENTRIES]
            gone += await self._withdraw_free(f"Taking slots out of {session.name}", some)
        diary = await self.one(session.id)  # whoever was quicker is booked now
        ids = {slot.id for slot in late}
        booked = [
            a
            for a in diary.booked_in(session.id)
            if ids.intersection(a.slot_ids) and a.status in ("booked", "arrived")
        ]
        contacts = self._contacts.entries(booked, why, str(uuid.uuid4()))
        stays = any(s.status != "entered-in-error" for s in diary.of(session.id))
        held = [s for s in diary.of(session.id) if s.id in ids and s.status == "busy-tentative"]

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Session, session.id)
            ends = horizon(now, now.start, until) if until else off(now, active=stays)
            return [put(ends, now.version), *contacts[: ENTRIES - 1]]

        who = _of(_whose(session))
        said = f"Cancelling {who}" if until is None else f"Shortening {who}"
        stored: list[object] = []
        stored += await self._bench.writer.transact(said, [session.reference], plan)
        for start in range(ENTRIES - 1, len(contacts), ENTRIES):
            some_more = contacts[start : start + ENTRIES]
            stored += await self._bench.writer.transact(said, [], _plan_of(some_more))
        after = _session(stored[0])
        done = "cancelled" if until is None else f"ends at {clock(until)}"
        people = f" {_people(len(booked))} to tell: see Sessions, To contact." if booked else ""
        if held:
            people += f" {_the(held[0])} is being booked just now: cancel again in two minutes."
        made = [r for r in stored[1:] if isinstance(r, Request)]

        async def take_back() -> str:
            return await self._put_back(session, after, gone, made)

        self._bench.undos.tell(f"{who} {done}, {_count(len(gone))} withdrawn.{people}", take_back)
        return Cancelled(after, len(gone), tuple(booked))

    # -- small parts

    async def _must_be_clear(
        self, pattern: Pattern, start: datetime, end: datetime, *, but: str = ""
    ) -> None:
        day = london_day(start)
        diary = await days(self._bench.wire, day, day, people=False)
        for session in diary.sessions:
            if session.id == but or session.practitioner_id != pattern.practitioner_id:
                continue
            for slot in diary.of(session.id):
                if slot.status != "entered-in-error" and slot.start < end and start < slot.end:
                    online = ", which patients can book online" if slot.is_online else ""
                    raise NotPossible(
                        f"{pattern.practitioner_name} has {session.name} from "
                        f"{clock(session.start)} to {clock(session.end)} then: it would swallow "
                        f"{slot_words(slot)}{online}."
                    )

    async def _withdraw_free(self, said: str, some: Sequence[Slot]) -> list[Slot]:
        """Withdraw those of *some* that nobody has got meanwhile."""
        for slot in some:
            self._bench.stores.take(slot)

        def plan(latest: Latest) -> list[Entry]:
            now = self._bench.time.now()
            held = [latest.get(Slot, s.id) for s in some]
            return [
                put(withdrawn(s), s.version)
                for s in held
                if s.status not in ("busy", "entered-in-error") and not s.is_held(now)
            ]

        stored = await self._bench.writer.transact(said, [s.reference for s in some], plan)
        done = {s.id for s in stored if isinstance(s, Slot)}
        return [s for s in some if s.id in done]

    async def _withdraw(
        self, made: Sequence[Slot], session_id: str, start: datetime, end: datetime
    ) -> None:
        gone = await self._withdraw_free("Taking slots back", made)
        if len(gone) < len(made):
            raise NotPossible(
                f"{_count(len(made) - len(gone))} had been taken meanwhile; the rest is gone."
            )

        def plan(latest: Latest) -> list[Entry]:
            held = latest.get(Session, session_id)
            return [put(horizon(held, start, end), held.version)]

        reference = f"Schedule/{session_id}"
        await self._bench.writer.transact("Taking a session back", [reference], plan)

    async def _take_out(self, session: Session, made: Sequence[Slot]) -> str:
        gone: list[Slot] = []
        for start in range(0, len(made), ENTRIES):
            some = made[start : start + ENTRIES]
            gone += await self._withdraw_free("Taking a session back", some)
        if len(gone) < len(made):
            return f"{_count(len(made) - len(gone))} had been booked meanwhile and stay."

        def plan(latest: Latest) -> list[Entry]:
            held = latest.get(Session, session.id)
            return [put(off(held, active=False), held.version)]

        await self._bench.writer.transact("Taking a session back", [session.reference], plan)
        return f"{_of(_whose(session))} is gone again."

    async def _put_back(
        self,
        before: Session,
        after: Session,
        gone: Sequence[Slot],
        contacts: Sequence[Request],
    ) -> str:
        """Hold a session after all: withdrawn slots come anew, nobody has to be told."""
        used = await used_keys(self._bench, before.id)

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Session, before.id)
            tree = changed(
                horizon(now, before.start, before.end),
                active=before.active,
                comment=before.tree.get("comment"),
            )
            asked = [latest.get(Request, r.id) for r in contacts]
            return [
                put(tree, now.version),
                *(put(filed_in_error(r), r.version) for r in asked if r.is_open),
            ]

        touching = [after.reference, *(r.reference for r in contacts)]
        await self._bench.writer.transact("Undoing a cancelled session", touching, plan)
        trees = [
            like(s, key=slot_key(before.id, s.start, used), start=s.start, end=s.end) for s in gone
        ]
        for start in range(0, len(trees), ENTRIES):
            entries = [post(t, systems.SLOT_KEY) for t in trees[start : start + ENTRIES]]
            await self._bench.writer.transact("Putting slots back", [], _plan_of(entries))
        return f"{_of(_whose(before))} is held after all; {_count(len(gone))} are back."


def slot_tree(want: Wanted, session_id: str, key: str, now: datetime) -> Tree:
    """A wanted slot as it is posted at *now*."""
    piece = want.piece
    return new_slot(
        key=key,
        session_id=session_id,
        start=want.start,
        end=want.end,
        status=want.status(now),
        type_code=piece.type_code,
        type_text=piece.type_text,
        channel=piece.channel,
        access=piece.access,
    )


def cut_as(slot: Slot, want: Wanted, status: str) -> Tree:
    """*slot* with the time, type and access of a wanted one."""
    piece = want.piece
    return reshaped(
        slot,
        start=want.start,
        end=want.end,
        status=status,
        type_code=piece.type_code,
        type_text=piece.type_text,
        channel=piece.channel,
        access=piece.access,
    )


def _opens(slot: Slot, now: datetime) -> bool:
    """Whether a rule of *slot* still keeps it shut at *now*."""
    opens = release.opens_at(slot.access, slot.start)
    return opens is not None and now < opens


def _plan_of(entries: Sequence[Entry]) -> Callable[[Latest], Sequence[Entry]]:
    def plan(_: Latest) -> Sequence[Entry]:
        return entries

    return plan


def _held(diary: Days) -> Session:
    session = diary.sessions[0]
    if not session.active:
        raise NotPossible("That session has been cancelled already.")
    return session


def _whose(session: Session) -> Pattern:
    return Pattern(
        "",
        session.name,
        session.practitioner_id,
        session.practitioner_name,
        session.location_id,
        0,
        0,
        (),
        session.id,
    )


def _of(pattern: Pattern) -> str:
    name = pattern.name or "The session"
    return f"{name} of {pattern.practitioner_name}" if pattern.practitioner_name else name


def _keys(slots: Sequence[Slot]) -> list[str]:
    return [identifier_of(s.tree, systems.SLOT_KEY) for s in slots]


def _the(slot: Slot) -> str:
    words = slot_words(slot)
    return words[0].upper() + words[1:]


def _count(number: int) -> str:
    return "1 slot" if number == 1 else f"{number} slots"


def _people(number: int) -> str:
    return "1 patient" if number == 1 else f"{number} patients"


def _session(stored: object) -> Session:
    if not isinstance(stored, Session):
        raise TypeError("the service answered with something else than a session")
    return stored
