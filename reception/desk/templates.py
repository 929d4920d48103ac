"""Template weeks: kept as inactive sessions, applied to dates, with the difference shown first.

Source: docs/contract.md 2 (template-key), 6 (template week); domain words, session templates.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contract import systems
from contract.contact import is_contact
from contract.template import REFERENCE_MONDAY, REFERENCE_WEEKS
from reception.api.bundle import Entry, post, put
from reception.desk.contacts import Contacts
from reception.desk.diary import Breath, Days, days
from reception.desk.problems import NotPossible
from reception.desk.session_plan import (
    WEEKDAYS,
    BadPattern,
    Dated,
    Difference,
    Kind,
    Pattern,
    Skipped,
    Wanted,
    clock_of,
    counterpart,
    dated,
    difference,
    on_wall,
    pattern_of,
    reference_day,
    renamed,
)
from reception.desk.sessions import ENTRIES, Progress, Sessions, slot_tree
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Appointment, Request, Session, Slot
from reception.records.new_session import (
    ENDED,
    horizon,
    named,
    new_session,
    off,
    reshaped,
    slot_key,
    withdrawn,
)
from reception.records.tree import Tree, identifier_of

WEEK = "usual"
"""Name of the one template week, first part of every template-key."""
MOST_WEEKS = 13
"""Weeks that are applied at a time: books open three months ahead."""


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


class Templates:
    """Verbs on template weeks. Each raises only `Problem`s."""

    def __init__(self, bench: Workbench, sessions: Sessions, contacts: Contacts) -> None:
        self._bench, self._sessions, self._contacts = bench, sessions, contacts

    async def all(self) -> list[Pattern]:
        """Every template session that has not ended, by clinician and time of the week."""
        last = REFERENCE_MONDAY + timedelta(days=7 * REFERENCE_WEEKS - 1)
        diary = await days(self._bench.wire, REFERENCE_MONDAY, last, people=False)
        found = [
            pattern_of(session, diary.of(session.id))
            for session in diary.sessions
            if not session.active and identifier_of(session.tree, systems.TEMPLATE_KEY)
        ]
        alive = [p for p in found if p.pieces]
        return sorted(
            alive, key=lambda p: (p.practitioner_name, p.week, p.weekday, p.start_min, p.key)
        )

    async def save_session(self, session_id: str, week: int = 0) -> Pattern:
        """Make a template of a dated session, for its day of the week."""
        diary = await self._sessions.one(session_id)
        pattern = pattern_of(diary.sessions[0], diary.of(session_id))
        return await self.save(replace(pattern, key="", session_id="", week=week))

    async def save(self, pattern: Pattern) -> Pattern:
        """Store a template: a new one, or one that is there with its slots cut otherwise."""
        try:
            pattern.check()
        except BadPattern as bad:
            raise NotPossible(str(bad)) from bad
        known = await self.all()
        for other in known:
            if other.session_id != pattern.session_id and _clash(other, pattern):
                raise NotPossible(
                    f"{other.practitioner_name} has {template_words(other)} then. Change or end "
                    "that one first."
                )
        if not pattern.session_id:
            return await self._create(pattern)
        held = next((p for p in known if p.session_id == pattern.session_id), None)
        if held is None:
            raise NotPossible("That template has been ended meanwhile.")
        return await self._change(held, pattern)

    async def rename(self, pattern: Pattern, name: str) -> Pattern:
        """Give a template's session another name; what was made from it keeps its own."""
        try:
            fresh = renamed(pattern, name)
        except BadPattern as bad:
            raise NotPossible(str(bad)) from bad
        await self._put(
            f"Renaming a template to {fresh.name}",
            pattern,
            lambda session: named(session, fresh.name),
        )

        async def take_back() -> str:
            await self._put(
                f"Renaming a template back to {pattern.name}",
                pattern,
                lambda session: named(session, pattern.name),
            )
            return f"The template is called {pattern.name} again."

        self._bench.undos.tell(f"The template is called {fresh.name} now.", take_back)
        return fresh

    async def end(self, pattern: Pattern) -> None:
        """Let a template make no sessions any more; sessions already made stay."""
        diary = await self._sessions.one(pattern.session_id)
        stands = [s for s in diary.of(pattern.session_id) if s.status != "entered-in-error"]
        await self._write_slots(
            f"Ending {template_words(pattern)}",
            [put(withdrawn(s), s.version) for s in stands],
        )
        await self._put(
            f"Ending {template_words(pattern)}",
            pattern,
            lambda session: off(session, active=False, comment=ENDED),
        )

        async def take_back() -> str:
            again = await self._change(replace(pattern, pieces=()), pattern, quietly=True)
            return f"{template_words(again)} is a template again."

        self._bench.undos.tell(f"{template_words(pattern)} has ended as a template.", take_back)

    # -- applying

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
        """Do what *plan* shows, at most forty writes at a time.

        Everything has its key, so that doing it again after a break goes on where it stopped.
        Whoever is booked stays; those whom it touches go to the contact list.
        """
        steps = _Steps(plan.writes, progress)
        contacts = [
            entry
            for found in plan.differences
            for entry in self._contacts.entries(
                found.touched, "may have to change", found.dated.session_key
            )
        ]
        sessions = await self._create_sessions(plan.of(Kind.ADDED), steps)
        added = altered = gone = missed = 0
        posts: list[Entry] = []
        for found in plan.differences:
            session_id = (
                found.session.id if found.session else sessions.get(found.dated.session_key, "")
            )
            used = await self._used(found, session_id)
            posts += [
                post(self._tree(want, session_id, used), systems.SLOT_KEY) for want in found.add
            ]
        for found in plan.differences:
            if found.alter or found.withdraw:
                one, two, three = await self._change_slots(found, steps)
                altered, gone, missed = altered + one, gone + two, missed + three
        for start in range(0, len(posts), ENTRIES):
            stored = await self._write("Applying templates", posts[start : start + ENTRIES])
            added += sum(isinstance(r, Slot) for r in stored)
            steps.done(len(stored))
        for found in plan.of(Kind.CHANGED):
            await self._stretch(found)
        told = 0
        for start in range(0, len(contacts), ENTRIES):
            stored = await self._write("Patients to tell", contacts[start : start + ENTRIES])
            told += sum(isinstance(r, Request) and is_contact(r.tree) for r in stored)
            steps.done(len(stored))
        steps.finish()
        done = Applied(len(sessions), added, altered, gone, told, missed)
        self._bench.undos.tell(applied_words(done))
        return done

    # -- small parts

    async def _create(self, pattern: Pattern) -> Pattern:
        key = f"{WEEK}/{pattern.practitioner_id}/{uuid.uuid4()}"
        day = reference_day(pattern)
        tree = new_session(
            key=key,
            key_system=systems.TEMPLATE_KEY,
            name=pattern.name or "Session",
            practitioner_id=pattern.practitioner_id,
            practitioner_name=pattern.practitioner_name,
            location_id=pattern.location_id,
            start=on_wall(day, pattern.start_min),
            end=on_wall(day, pattern.end_min),
            active=False,
        )
        said = f"Saving {template_words(pattern)}"
        (stored,) = await self._bench.writer.transact(
            said, [], lambda _: [post(tree, systems.TEMPLATE_KEY)]
        )
        if not isinstance(stored, Session):
            raise TypeError("the service answered with something else than a session")
        made = replace(pattern, key=key, session_id=stored.id)
        await self._write_slots(said, self._posts(made, ()))

        async def take_back() -> str:
            await self.end(made)
            return f"{template_words(made)} is no template any more."

        self._bench.undos.tell(f"{template_words(made)} is a template now.", take_back)
        return made

    async def _change(self, held: Pattern, wanted: Pattern, *, quietly: bool = False) -> Pattern:
        """Cut the slots of a stored template as *wanted* has them."""
        diary = await self._sessions.one(held.session_id)
        slots = diary.of(held.session_id)
        day = reference_day(wanted)
        found = difference(Dated(wanted, day), diary.sessions[0], slots, [], self._bench.time.now())
        said = f"Saving {template_words(wanted)}"
        used = [identifier_of(s.tree, systems.SLOT_KEY) for s in slots]
        entries = [put(withdrawn(s), s.version) for s in found.withdraw]
        for slot, want in found.alter:
            entries.append(put(_reshaped(slot, want, _template_status(want)), slot.version))
        add = [w.piece for w in found.add]
        entries += self._posts(replace(wanted, pieces=tuple(add)), used)
        await self._write_slots(said, entries)

        def shaped(session: Session) -> Tree:
            start, end = on_wall(day, wanted.start_min), on_wall(day, wanted.end_min)
            tree = horizon(session, start, end)
            return named(Session.from_tree(tree), wanted.name) | {"comment": "Template"}

        await self._put(said, held, shaped)
        if not quietly:

            async def take_back() -> str:
                await self._change(wanted, held, quietly=True)
                return f"{template_words(held)} is as it was."

            self._bench.undos.tell(f"{template_words(wanted)} is saved.", take_back)
        return wanted

    def _posts(self, pattern: Pattern, used: Iterable[str]) -> list[Entry]:
        day = reference_day(pattern)
        taken = list(used)
        entries = []
        for want in Dated(pattern, day).wanted():
            key = slot_key(pattern.session_id, want.start, taken)
            tree = slot_tree(want, pattern.session_id, key, want.start)
            tree["status"] = _template_status(want)
            entries.append(post(tree, systems.SLOT_KEY))
        return entries

    async def _put(self, said: str, pattern: Pattern, make: Callable[[Session], Tree]) -> None:
        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Session, pattern.session_id)
            return [put(make(now), now.version)]

        reference = f"Schedule/{pattern.session_id}"
        await self._bench.writer.transact(said, [reference], plan)

    async def _write_slots(self, said: str, entries: Sequence[Entry]) -> None:
        for start in range(0, len(entries), ENTRIES):
            await self._write(said, entries[start : start + ENTRIES])

    async def _write(self, said: str, entries: Sequence[Entry]) -> Sequence[object]:
        return await self._bench.writer.transact(said, [], lambda _: entries)

    def _tree(self, want: Wanted, session_id: str, used: Iterable[str]) -> Tree:
        key = slot_key(session_id, want.start, used)
        return slot_tree(want, session_id, key, self._bench.time.now())

    async def _used(self, found: Difference, session_id: str) -> list[str]:
        """Keys that withdrawn slots of a session have; a session just made has none."""
        if found.session is None or not found.add:
            return []
        diary = await self._sessions.one(session_id)
        return [
            identifier_of(s.tree, systems.SLOT_KEY)
            for s in diary.of(session_id)
            if s.status == "entered-in-error"
        ]

    async def _create_sessions(
        self, found: Sequence[Difference], steps: "_Steps"
    ) -> dict[str, str]:
        """Ids of the sessions by their session-key; those that are there stay."""
        entries = []
        for one in (each.dated for each in found):
            pattern = one.pattern
            tree = new_session(
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
            entries.append(post(tree, systems.SESSION_KEY))
        made: dict[str, str] = {}
        for start in range(0, len(entries), ENTRIES):
            stored = await self._write("Applying templates", entries[start : start + ENTRIES])
            for session in stored:
                if isinstance(session, Session):
                    made[identifier_of(session.tree, systems.SESSION_KEY)] = session.id
            steps.done(len(stored))
        return made

    async def _change_slots(self, found: Difference, steps: "_Steps") -> tuple[int, int, int]:
        """Alter and withdraw; answers how many of each, and how many somebody had taken."""
        wishes: dict[str, Wanted | None] = {s.id: None for s in found.withdraw}
        wishes |= {slot.id: want for slot, want in found.alter}
        slots = [*found.withdraw, *(slot for slot, _ in found.alter)]
        altered = gone = 0
        for start in range(0, len(slots), ENTRIES):
            some = slots[start : start + ENTRIES]
            for slot in some:
                self._bench.stores.take(slot)

            def plan(latest: Latest, some: Sequence[Slot] = some) -> list[Entry]:
                return self._changes(latest, some, wishes)

            touching = [s.reference for s in some]
            stored = await self._bench.writer.transact("Applying templates", touching, plan)
            after = [s for s in stored if isinstance(s, Slot)]
            out = sum(s.status == "entered-in-error" for s in after)
            gone, altered = gone + out, altered + len(after) - out
            steps.done(len(some))
        return altered, gone, len(slots) - altered - gone

    def _changes(
        self, latest: Latest, some: Sequence[Slot], wishes: dict[str, Wanted | None]
    ) -> list[Entry]:
        now = self._bench.time.now()
        entries = []
        for slot in (latest.get(Slot, s.id) for s in some):
            if slot.status in ("busy", "entered-in-error") or slot.is_held(now):
                continue  # somebody was quicker: it stays, and shows in the next difference
            want = wishes[slot.id]
            tree = withdrawn(slot) if want is None else _reshaped(slot, want, want.status(now))
            entries.append(put(tree, slot.version))
        return entries

    async def _stretch(self, found: Difference) -> None:
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

        await self._bench.writer.transact("Applying templates", [session.reference], plan)


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


def template_words(pattern: Pattern) -> str:
    """`GP surgery of Dr Grant, Monday 08:30-11:30`."""
    name = pattern.name or "Session"
    at = f"{WEEKDAYS[pattern.weekday]} {clock_of(pattern.start_min)}-{clock_of(pattern.end_min)}"
    turn = " (second week)" if pattern.week else ""
    return f"{name} of {pattern.practitioner_name}, {at}{turn}"


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


def _clash(one: Pattern, other: Pattern) -> bool:
    return (
        one.practitioner_id == other.practitioner_id
        and (one.weekday, one.week) == (other.weekday, other.week)
        and one.start_min < other.end_min
        and other.start_min < one.end_min
    )


def _template_status(want: Wanted) -> str:
    return "busy-unavailable" if want.piece.is_break else "free"


def _reshaped(slot: Slot, want: Wanted, status: str) -> Tree:
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
