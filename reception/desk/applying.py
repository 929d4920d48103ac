"""Template weeks applied to dates: what would change is shown first, then done.

Source: docs/contract.md 6 (apply a template); domain words, session templates.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contract import systems
from contract.contact import is_contact
from reception.api.bundle import Entry, post, put
from reception.desk.applying_undo import TakingBack, Trail
from reception.desk.contacts import Contacts
from reception.desk.diary import Breath, Days, days
from reception.desk.problems import NotPossible
from reception.desk.session_pattern import Pattern
from reception.desk.session_plan import (
    Dated,
    Difference,
    Kind,
    Skipped,
    Wanted,
    counterpart,
    dated,
    difference,
)
from reception.desk.sessions import ENTRIES, Progress, Sessions, cut_as, slot_tree
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Appointment, Request, Session, Slot
from reception.records.new_session import (
    horizon,
    new_session,
    slot_key,
    withdrawn,
)
from reception.records.tree import Tree, changed, identifier_of

MOST_WEEKS = 13
"""Weeks that are applied at a time: books open three months ahead."""
APPLYING = "Applying templates"
ASKED_AT_ONCE = 20
"""Keys in one question: they stand in its address."""


@dataclass(frozen=True)
class Plan:
    """What applying templates would do.

    Attributes:
        first: first day (London).
        last: last day.
        differences: one for each dated session.
        skipped: days without the session that a template means for them.
    """

    first: date
    last: date
    differences: tuple[Difference, ...]
    skipped: tuple[Skipped, ...]

    def of(self, kind: Kind) -> list[Difference]:
        """The sessions with which *kind* of thing happens."""
        return [d for d in self.differences if d.kind is kind]

    @property
    def touched(self) -> list[Appointment]:
        """Booked patients whose slot the templates do not have like this."""
        return [held for found in self.differences for held in found.touched]

    @property
    def writes(self) -> int:
        """How many things would be written."""
        new = len(self.of(Kind.ADDED))
        return new + sum(found.writes for found in self.differences) + len(self.touched)


@dataclass(frozen=True)
class Applied:
    """What applying came to.

    Attributes:
        sessions: how many were created.
        added: slots created.
        altered: slots changed.
        withdrawn: slots taken out.
        to_tell: patients put on the contact list.
        missed: slots that somebody had taken meanwhile, which stay as they are.
    """

    sessions: int
    added: int
    altered: int
    withdrawn: int
    to_tell: int
    missed: int


class Applying:
    """Plans what template weeks would change in the diary, and does it."""

    def __init__(self, bench: Workbench, sessions: Sessions, contacts: Contacts) -> None:
        self._bench, self._sessions, self._contacts = bench, sessions, contacts
        self._taking_back = TakingBack(bench, sessions)

    async def plan(
        self,
        patterns: Sequence[Pattern],
        first: date,
        weeks: int,
        progress: Progress | None = None,
    ) -> Plan:
        """What applying *patterns* for *weeks* weeks from *first* on would do; writes nothing."""
        if not patterns:
            raise NotPossible("There are no templates yet. Save a session as a template first.")
        if not 1 <= weeks <= MOST_WEEKS:
            raise NotPossible(f"Choose between 1 and {MOST_WEEKS} weeks.")
        last = first + timedelta(days=7 * weeks - 1)
        now = self._bench.time.now()
        wanted, skipped = dated(patterns, first, last, now)
        found: list[Difference] = []
        breath = Breath()
        for turn in range(weeks):
            begin = first + timedelta(days=7 * turn)
            end = begin + timedelta(days=6)
            diary = await days(self._bench.wire, begin, end)
            keys = {
                s.id: identifier_of(s.tree, systems.SESSION_KEY) for s in diary.sessions if s.active
            }
            booked = _by_slot(diary)
            for one in wanted:
                if begin <= one.day <= end:
                    found.append(_compared(one, diary, keys, booked, now))
                    await breath.taken()
            if progress is not None:
                progress(turn + 1, weeks)
        return Plan(first, last, tuple(found), tuple(skipped))

    async def apply(self, plan: Plan, progress: Progress | None = None) -> Applied:
        """Do what *plan* shows, at most forty writes at a time; all of it can be taken back.

        Everything has its key, so that doing it again after a break goes on where it stopped.
        Whoever is booked stays; those whom it touches go to the contact list.
        """
        steps = _Steps(plan.writes, progress)
        trail = Trail()
        contacts = [
            entry
            for found in plan.differences
            for entry in self._contacts.entries(
                found.touched, "may have to change", found.dated.session_key
            )
        ]
        sessions = await self._open_sessions(plan.of(Kind.ADDED), steps, trail)
        missed = 0
        posts: list[Entry] = []
        for found in plan.differences:
            session = found.session or sessions.get(found.dated.session_key)
            if session is not None and found.add:
                posts += await self._posts(found, session, fresh=session.id in trail.fresh)
        for found in plan.differences:
            if found.alter or found.withdraw:
                missed += await self._change_slots(found, steps, trail)
        for start in range(0, len(posts), ENTRIES):
            stored = await self._write(APPLYING, posts[start : start + ENTRIES])
            trail.added += [r for r in stored if isinstance(r, Slot)]
            steps.done(len(stored))
        for found in plan.of(Kind.CHANGED):
            await self._stretch(found, trail)
        for start in range(0, len(contacts), ENTRIES):
            stored = await self._write("Patients to tell", contacts[start : start + ENTRIES])
            trail.to_tell += [r for r in stored if isinstance(r, Request) and is_contact(r.tree)]
            steps.done(len(stored))
        steps.finish()
        done = Applied(
            len(trail.opened),
            len(trail.added),
            len(trail.altered),
            len(trail.withdrawn),
            len(trail.to_tell),
            missed,
        )

        async def take_back() -> str:
            return await self._taking_back.take_back(trail)

        self._bench.undos.tell(applied_words(done), None if trail.is_empty else take_back)
        return done

    # -- small parts

    async def _write(self, said: str, entries: Sequence[Entry]) -> Sequence[object]:
        return await self._bench.writer.transact(said, [], lambda _: entries)

    async def _posts(self, found: Difference, session: Session, *, fresh: bool) -> list[Entry]:
        """What creates the slots of one session that are not there yet; *fresh*: none are."""
        slots = () if fresh else (await self._sessions.one(session.id)).of(session.id)
        used = [identifier_of(s.tree, systems.SLOT_KEY) for s in slots]
        stands = {(s.start, s.end) for s in slots if s.status != "entered-in-error"}
        now = self._bench.time.now()
        return [
            post(
                slot_tree(want, session.id, slot_key(session.id, want.start, used), now),
                systems.SLOT_KEY,
            )
            for want in found.add
            if (want.start, want.end) not in stands
        ]

    async def _open_sessions(
        self, found: Sequence[Difference], steps: "_Steps", trail: Trail
    ) -> dict[str, Session]:
        """The sessions by their session-key: created, or taken up again where they were off."""
        made: dict[str, Session] = {}
        for start in range(0, len(found), ENTRIES):
            some = [each.dated for each in found[start : start + ENTRIES]]
            there = await self._there([one.session_key for one in some])
            new = [one for one in some if one.session_key not in there]
            entries = [post(_new(one), systems.SESSION_KEY) for one in new]
            stored = await self._write(APPLYING, entries)
            for session in stored:
                if isinstance(session, Session):
                    made[identifier_of(session.tree, systems.SESSION_KEY)] = session
                    trail.opened.append(session)
                    trail.fresh.add(session.id)
            for one in some:
                held = there.get(one.session_key)
                if held is not None and (held.active or await self._held_again(held, one, trail)):
                    made[one.session_key] = held
            steps.done(len(some))
        return made

    async def _there(self, keys: Sequence[str]) -> dict[str, Session]:
        """Those sessions that have been created already, by their session-key."""
        found: list[Session] = []
        for start in range(0, len(keys), ASKED_AT_ONCE):
            some = keys[start : start + ASKED_AT_ONCE]
            wanted = ",".join(f"{systems.SESSION_KEY}|{_escaped(key)}" for key in some)
            trees = await self._bench.wire.search("Schedule", [("identifier", wanted)])
            found += [Session.from_tree(t) for t in trees if t.get("resourceType") == "Schedule"]
        return {identifier_of(s.tree, systems.SESSION_KEY): s for s in found}

    async def _held_again(self, session: Session, one: Dated, trail: Trail) -> bool:
        """Take up a session that was cancelled or taken back since it was made."""
        self._bench.stores.take(session)

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Session, session.id)
            tree = changed(horizon(now, one.start, one.end), active=True, comment=None)
            return [put(tree, now.version)]

        stored = await self._bench.writer.transact(APPLYING, [session.reference], plan)
        trail.opened += [r for r in stored if isinstance(r, Session)]
        return True

    async def _change_slots(self, found: Difference, steps: "_Steps", trail: Trail) -> int:
        """Alter and withdraw; answers how many somebody had taken."""
        wishes: dict[str, Wanted | None] = {s.id: None for s in found.withdraw}
        wishes |= {slot.id: want for slot, want in found.alter}
        slots = [*found.withdraw, *(slot for slot, _ in found.alter)]
        missed = 0
        for start in range(0, len(slots), ENTRIES):
            some = slots[start : start + ENTRIES]
            for slot in some:
                self._bench.stores.take(slot)
            before: dict[str, Slot] = {}

            def plan(
                latest: Latest, some: Sequence[Slot] = some, before: dict[str, Slot] = before
            ) -> list[Entry]:
                before |= {s.id: latest.get(Slot, s.id) for s in some}
                return self._changes(latest, some, wishes)

            touching = [s.reference for s in some]
            stored = await self._bench.writer.transact(APPLYING, touching, plan)
            after = [s for s in stored if isinstance(s, Slot)]
            for slot in after:
                if slot.status == "entered-in-error":
                    trail.withdrawn.append(before[slot.id])
                else:
                    trail.altered.append((before[slot.id], slot))
            missed += len(some) - len(after)
            steps.done(len(some))
        return missed

    def _changes(
        self, latest: Latest, some: Sequence[Slot], wishes: dict[str, Wanted | None]
    ) -> list[Entry]:
        now = self._bench.time.now()
        entries = []
        for slot in (latest.get(Slot, s.id) for s in some):
            if slot.status in ("busy", "entered-in-error") or slot.is_held(now):
                continue  # somebody was quicker: it stays, and shows in the next difference
            want = wishes[slot.id]
            tree = withdrawn(slot) if want is None else cut_as(slot, want, want.status(now))
            entries.append(put(tree, slot.version))
        return entries

    async def _stretch(self, found: Difference, trail: Trail) -> None:
        """Let the session's own start and end agree with its slots."""
        session, one = found.session, found.dated
        if session is None or (session.start, session.end) == (one.start, one.end):
            return
        if not found.writes:
            return
        self._bench.stores.take(session)

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Session, session.id)
            start = min([one.start, *(a.start for a in found.touched)])
            end = max([one.end, *(a.end for a in found.touched)])
            return [put(horizon(now, start, end), now.version)]

        stored = await self._bench.writer.transact(APPLYING, [session.reference], plan)
        trail.stretched += [(session, r) for r in stored if isinstance(r, Session)]


def _new(one: Dated) -> Tree:
    """The session that a template means on a day, as it is posted."""
    pattern = one.pattern
    return new_session(
        key=one.session_key,
        key_system=systems.SESSION_KEY,
        name=pattern.name,
        practitioner_id=pattern.practitioner_id,
        practitioner_name=pattern.practitioner_name,
        location_id=pattern.location_id,
        start=one.start,
        end=one.end,
        template_key=pattern.key,
    )


def _escaped(value: str) -> str:
    r"""*value* as one of several in a search: `\\`, `,`, `|` and `$` part it there."""
    return re.sub(r"([\\,|$])", r"\\\1", value)


class _Steps:
    """Counts what is done, for a bar."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._done, self._progress = max(1, total), 0, progress

    def done(self, number: int) -> None:
        """So many more."""
        self._done = min(self._total, self._done + number)
        if self._progress is not None:
            self._progress(self._done, self._total)

    def finish(self) -> None:
        """All of it."""
        self.done(self._total)


def applied_words(done: Applied) -> str:
    """What was done, in a sentence or two."""
    parts = []
    if done.sessions:
        parts.append(f"{_count(done.sessions, 'session')} added")
    if done.added:
        parts.append(f"{_count(done.added, 'slot')} added")
    if done.altered:
        parts.append(f"{_count(done.altered, 'slot')} changed")
    if done.withdrawn:
        parts.append(f"{_count(done.withdrawn, 'slot')} withdrawn")
    words = f"Templates applied: {', '.join(parts)}." if parts else "There was nothing to change."
    if done.to_tell:
        words += f" {_count(done.to_tell, 'patient')} to tell: see To contact."
    if done.missed:
        words += f" {_count(done.missed, 'slot')} had been taken meanwhile and stay."
    return words


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def _by_slot(diary: Days) -> dict[str, list[Appointment]]:
    found: dict[str, list[Appointment]] = {}
    for held in diary.appointments:
        for slot_id in held.slot_ids:
            found.setdefault(slot_id, []).append(held)
    return found


def _compared(
    one: Dated,
    diary: Days,
    keys: dict[str, str],
    booked: dict[str, list[Appointment]],
    now: datetime,
) -> Difference:
    session = counterpart(one, diary.sessions, keys)
    slots = diary.of(session.id) if session is not None else ()
    people = {a.id: a for s in slots for a in booked.get(s.id, ())}
    return difference(one, session, slots, people.values(), now)
