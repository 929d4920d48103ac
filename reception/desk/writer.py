"""The one way out: every change the user makes is kept, sent, merged, and settled if need be.

Source: docs/contract.md 1 (writes, idempotent replay), 5.
"""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from PySide6.QtCore import QObject, Signal

from contract.core_hours import london_day
from reception.api.bundle import Entry, etag
from reception.api.settle import says_the_same
from reception.api.wire import Wire
from reception.desk.notice import Notice
from reception.desk.outbox import Outbox, Write
from reception.desk.practice_time import PracticeTime
from reception.desk.problems import NotPossible
from reception.desk.stores import Stores
from reception.records import Record, Tree, record_of
from reception.records.problem import (
    ChangedElsewhere,
    NotFound,
    OutcomeUnknown,
    Problem,
    Refused,
)

R = TypeVar("R", bound=Record)
T = TypeVar("T")

ATTEMPTS = 3
"""Once, and twice more with what was re-read."""


class Latest:
    """The newest copies that a change is planned on: the stores', or what was just read."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._read: dict[str, Record] = {}
        self.again = False
        """Whether somebody else's change got in first, so that these were read anew."""

    def get(self, kind: type[R], record_id: str) -> R:
        """The newest copy.

        Raises:
            NotPossible: the record is not known here.
        """
        reference = f"{kind.resource_type}/{record_id}"
        held, read = self._stores.newest(reference), self._read.get(reference)
        newest = read if read is not None and (held is None or read.supersedes(held)) else held
        if not isinstance(newest, kind):
            raise NotPossible("It is no longer there. Nothing was saved.")
        return newest

    def knows(self, reference: str) -> bool:
        """Whether there is a copy at all."""
        return reference in self._read or self._stores.newest(reference) is not None

    def put(self, record: Record) -> None:
        """Hold what was just read."""
        self._read[record.reference] = record


Plan = Callable[[Latest], Sequence[Entry]]
"""What to send, given the newest copies. Raises a Problem where that is not possible (any more)."""


class Writer(QObject):
    """Carries out what verbs plan.

    Args:
        wire: where to send.
        stores: where answers go.
        outbox: where it is kept until its end is known.
        time: the practice's time.
        tell: shows what came of a write whose end was unknown.
        parent: the Qt parent.
    """

    saving_changed = Signal(str)  # reference

    def __init__(
        self,
        wire: Wire,
        stores: Stores,
        outbox: Outbox,
        time: PracticeTime,
        tell: Callable[[Notice], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._wire, self._stores, self._outbox = wire, stores, outbox
        self._time, self._tell = time, tell
        self._saving: dict[str, int] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._running: set[asyncio.Task[Any]] = set()
        self._unknown: set[str] = set()
        self._in_flight: set[str] = set()
        self._settling = asyncio.Lock()

    @property
    def saving(self) -> set[str]:
        """References of what is on its way to the service."""
        return set(self._saving)

    async def transact(self, said: str, touching: Iterable[str], plan: Plan) -> list[Record | None]:
        """Store what *plan* says, all or nothing, and merge the answer.

        A write goes on when its caller is cancelled: closing a page loses nothing.

        Args:
            said: what it does, in words.
            touching: references of what it reads and changes; they are read first where unknown.
            plan: what to send.

        Returns:
            For each entry the record as stored (None for types without a view); nothing is sent
            for a plan of nothing.
        """
        return await self._kept_alive(self._transact(said, sorted(set(touching)), plan))

    async def each(
        self, said: str, touching: Iterable[str], plan: Callable[[Latest], Sequence[Entry]]
    ) -> dict[str, Record | Problem]:
        """Store updates that each stand for themselves; by reference what came of each."""
        return await self._kept_alive(self._each(said, sorted(set(touching)), plan))

    async def add_each(self, said: str, entries: Sequence[Entry]) -> list[Record | Problem]:
        """Store creations that each stand for themselves; in their order what came of each.

        What is there already under the same key is answered as it stands.
        """
        if not entries:
            return []
        write = Write(str(uuid.uuid4()), said, tuple(entries), self._time.now(), whole=False)
        return await self._kept_alive(self._send(write))

    async def restore(self) -> None:
        """Show as "saving" what the last run left without an end."""
        for write in await self._outbox.pending():
            self._restored(write)

    async def settle(self) -> None:
        """Find out what became of every write whose end is not known, and finish it."""
        async with self._settling:
            for write in await self._outbox.pending():
                if write.id in self._in_flight:
                    continue
                self._restored(write)
                await self._settle(write)

    async def close(self, deadline_s: float = 1.0) -> None:
        """Wait a moment for what is under way; the rest is settled at the next start."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=deadline_s)
        for task in set(self._running):
            task.cancel()
        if self._running:
            await asyncio.wait(set(self._running), timeout=deadline_s)

    # -- one transaction

    async def _transact(
        self, said: str, touching: Sequence[str], plan: Plan
    ) -> list[Record | None]:
        async with AsyncExitStack() as held:
            latest = await self._take_up(held, touching)
            for attempt in range(ATTEMPTS):
                entries = tuple(plan(latest))
                if not entries:
                    return []
                write = Write(str(uuid.uuid4()), said, entries, self._time.now())
                try:
                    return await self._send(write)
                except ChangedElsewhere as stale:
                    if attempt == ATTEMPTS - 1:
                        raise
                    latest.again = True
                    await self._read(latest, write.subjects or touching, stale)
            raise AssertionError("the last attempt answers or raises")

    async def _send(self, write: Write) -> list[Any]:
        self._mark(write.subjects, 1)
        self._in_flight.add(write.id)
        known = True
        try:
            await self._outbox.put(write)
            try:
                stored = await self._over_the_wire(write)
            except OutcomeUnknown:
                known = False
                self._unknown.add(write.id)
                raise
            except Problem:
                await self._outbox.drop(write.id)
                raise
            await self._outbox.drop(write.id)
            return stored
        finally:
            self._in_flight.discard(write.id)
            if known:
                self._mark(write.subjects, -1)

    async def _over_the_wire(self, write: Write) -> list[Any]:
        if write.whole:
            return self._merged(await self._wire.transaction(write.entries, request_id=write.id))
        answers = await self._wire.batch(write.entries, request_id=write.id)
        return [a if isinstance(a, Problem) else self._merged([a])[0] for a in answers]

    async def _take_up(self, held: AsyncExitStack, touching: Sequence[str]) -> Latest:
        """Wait for one's turn at *touching* (one act on a record at a time), and know them."""
        for reference in touching:
            await held.enter_async_context(self._locks.setdefault(reference, asyncio.Lock()))
        latest = Latest(self._stores)
        await self._read(latest, [r for r in touching if not latest.knows(r)])
        return latest

    async def _read(
        self, latest: Latest, references: Iterable[str], stale: Problem | None = None
    ) -> None:
        for reference in references:
            resource_type, _, record_id = reference.partition("/")
            try:
                tree = await self._wire.read(resource_type, record_id)
            except NotFound:
                if stale is not None:
                    raise stale from None
                raise
            record = record_of(tree)
            if record is not None:
                self._stores.take(record)
                latest.put(record)

    async def _each(
        self, said: str, touching: Sequence[str], plan: Plan
    ) -> dict[str, Record | Problem]:
        async with AsyncExitStack() as held:
            latest = await self._take_up(held, touching)
            entries = tuple(plan(latest))
            if not entries:
                return {}
            write = Write(str(uuid.uuid4()), said, entries, self._time.now(), whole=False)
            answers = await self._send(write)
            return dict(zip(write.subjects, answers, strict=True))

    # -- writes whose end is unknown

    async def _settle(self, write: Write) -> None:
        try:
            saved = write.whole and await self._is_stored(write)
            if not saved and london_day(write.made_at) == self._time.today():
                # Sent again under the same X-Request-Id: stored once, whatever happened before.
                answers = await self._over_the_wire(write)
                saved = not any(isinstance(answer, Problem) for answer in answers)
                why = "Not all of it was possible."
            else:
                why = "The day it was for is over."
        except (ChangedElsewhere, NotFound):
            saved, why = False, "Somebody changed it first."
        except Refused as refused:
            saved, why = False, refused.sentence
        except Problem:
            return  # still out of reach: the next contact settles it
        await self._outbox.drop(write.id)
        self._unknown.discard(write.id)
        self._mark(write.subjects, -1)
        if saved:
            self._tell(Notice(f"Saved after all: {write.said}."))
        else:
            self._tell(Notice(f"Not saved: {write.said}. {why}", failed=True))
        await self._refresh(write.subjects)

    async def _is_stored(self, write: Write) -> bool:
        """Whether the transaction was stored; by its keys, else by what its updates meant."""
        created = [e for e in write.entries if e["request"]["method"] == "POST"]
        for entry in created or write.entries:
            looked_up = self._was_created(entry) if created else self._was_updated(entry)
            if not await looked_up:
                return False
        return True

    async def _was_created(self, entry: Entry) -> bool:
        name, _, value = str(entry["request"]["ifNoneExist"]).partition("=")
        found = await self._wire.search(entry["resource"]["resourceType"], [(name, value)])
        self._merged(found)
        return bool(found)

    async def _was_updated(self, entry: Entry) -> bool:
        meant: Tree = entry["resource"]
        now = await self._wire.read(meant["resourceType"], meant["id"])
        if says_the_same(now, meant):
            return True
        if etag(now.get("meta", {}).get("versionId", "")) == entry["request"]["ifMatch"]:
            return False
        versions = await self._wire.history(meant["resourceType"], meant["id"])
        return any(says_the_same(version, meant) for version in versions)

    async def _refresh(self, references: Iterable[str]) -> None:
        try:
            await self._read(Latest(self._stores), references)
        except Problem:
            return  # the next load or push brings it

    def _restored(self, write: Write) -> None:
        if write.id not in self._unknown and write.id not in self._in_flight:
            self._unknown.add(write.id)
            self._mark(write.subjects, 1)

    # -- small parts

    def _merged(self, trees: Iterable[Tree]) -> list[Record | None]:
        records: list[Record | None] = []
        for tree in trees:
            record = record_of(tree)
            records.append(record)
            if record is not None:
                self._stores.take(record)
        return records

    def _mark(self, references: Iterable[str], step: int) -> None:
        for reference in references:
            before = self._saving.get(reference, 0)
            after = max(0, before + step)
            if after:
                self._saving[reference] = after
            else:
                self._saving.pop(reference, None)
            if bool(before) != bool(after):
                self.saving_changed.emit(reference)

    async def _kept_alive(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._on_done)
        return await asyncio.shield(task)

    def _on_done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # seen here if the caller was cancelled; else raised to it
