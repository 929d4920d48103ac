"""Template weeks: kept as inactive sessions in their reference weeks.

Source: docs/contract.md 2 (template-key), 6 (template week); domain words, session templates.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from contract import systems
from contract.template import REFERENCE_MONDAY, REFERENCE_WEEKS
from reception.api.bundle import Entry, post, put
from reception.desk.applying import Applying
from reception.desk.contacts import Contacts
from reception.desk.diary import days
from reception.desk.problems import NotPossible
from reception.desk.session_pattern import (
    WEEKDAYS,
    BadPattern,
    Pattern,
    clock_of,
    on_wall,
    pattern_of,
    reference_day,
    renamed,
)
from reception.desk.session_plan import Dated, Wanted, difference
from reception.desk.sessions import ENTRIES, Sessions, cut_as, slot_tree
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Session
from reception.records.new_session import (
    ENDED,
    horizon,
    named,
    new_session,
    off,
    slot_key,
    withdrawn,
)
from reception.records.tree import Tree, identifier_of

WEEK = "usual"
"""Name of the one template week, first part of every template-key."""


class Templates:
    """Verbs on template weeks. Each raises only `Problem`s."""

    def __init__(self, bench: Workbench, sessions: Sessions, contacts: Contacts) -> None:
        self._bench, self._sessions = bench, sessions
        applying = Applying(bench, sessions, contacts)
        self.plan, self.apply = applying.plan, applying.apply

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
            entries.append(put(cut_as(slot, want, _template_status(want)), slot.version))
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


def template_words(pattern: Pattern) -> str:
    """`GP surgery of Dr Grant, Monday 08:30-11:30`."""
    name = pattern.name or "Session"
    at = f"{WEEKDAYS[pattern.weekday]} {clock_of(pattern.start_min)}-{clock_of(pattern.end_min)}"
    turn = " (second week)" if pattern.week else ""
    return f"{name} of {pattern.practitioner_name}, {at}{turn}"


def _clash(one: Pattern, other: Pattern) -> bool:
    return (
        one.practitioner_id == other.practitioner_id
        and (one.weekday, one.week) == (other.weekday, other.week)
        and one.start_min < other.end_min
        and other.start_min < one.end_min
    )


def _template_status(want: Wanted) -> str:
    return "busy-unavailable" if want.piece.is_break else "free"
