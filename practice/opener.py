"""Does what slots' rules say when their time comes: the service's own clock, no desk needed."""

import asyncio
import heapq
import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from practice.clock import Clock
from practice.rules.opening import AT_ONCE, Found, act_on, due_time, look, may_act, searches
from practice.store import Commit, Query, Store, Stored, Unit

log = logging.getLogger(__name__)

_SHORTEST_S, _LONGEST_S = 0.01, 5.0
"""Bounds of one pause, on the wall's clock: a machine that slept is noticed soon after."""
_MANY = 200
"""More changed slots than this are read off the event loop, which would stand still meanwhile."""

_Key = tuple[str, str]


class Opener:
    """Opens embargoed slots and lets restricted ones fall back, each at its moment.

    Once, at start, it looks through the slots to come, and does what was due while nothing ran.
    From then on every commit tells it of the slots that have changed, and it sleeps until the
    next moment.

    Args:
        store: where slots are.
        practices: the ODS codes served.
        clock: the practice's time.
        speed: how much faster than the wall's that clock runs.
    """

    def __init__(
        self, store: Store, practices: Sequence[str], clock: Clock, speed: float = 1.0
    ) -> None:
        self._store, self._practices = store, frozenset(practices)
        self._clock, self._speed = clock, speed
        self._task: asyncio.Task[None] | None = None
        self._heap: list[tuple[datetime, _Key]] = []
        self._moments: dict[_Key, datetime] = {}
        self._fresh: list[tuple[str, Stored]] = []
        self._woken = asyncio.Event()
        self._is_looked_through = False
        self._task_name = "opener"

    def start(self) -> None:
        """Begin, on the running event loop."""
        self._store.on_commit(self._on_commit)
        self._task = asyncio.create_task(self._run(), name=self._task_name)

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _on_commit(self, commit: Commit) -> None:
        if commit.ods in self._practices:
            fresh = [(commit.ods, stored) for stored in commit.changes if self._may_act(stored)]
            if fresh:
                self._fresh += fresh
                self._woken.set()

    async def _run(self) -> None:
        while True:
            try:
                if not self._is_looked_through:
                    self._is_looked_through = True  # what is asked for meanwhile is not forgotten
                    await self._look_through()
                await self._take_fresh()
                await self._act()
            except Exception:
                log.exception("what was due could not be done; trying again")
                self._is_looked_through = False
                await asyncio.sleep(_LONGEST_S)
            await self._wait()

    def _look_again(self) -> None:
        self._is_looked_through = False
        self._woken.set()

    async def _look_through(self) -> None:
        for ods in sorted(self._practices):
            for query in await self._searches(ods):
                page: Query | None = query
                while page is not None:
                    found = await self._store.read(ods, partial(self._look, query=page))
                    self._note(ods, found.times)
                    page = found.next

    async def _take_fresh(self) -> None:
        while self._fresh:
            fresh, self._fresh = self._fresh, []
            if len(fresh) > _MANY:
                moments = await asyncio.to_thread(self._moments_of, fresh)
            else:
                moments = self._moments_of(fresh)
            for ods, slot_id, when in moments:
                self._note(ods, [(slot_id, when)])

    def _note(self, ods: str, times: Sequence[tuple[str, datetime]]) -> None:
        for slot_id, when in times:
            key = (ods, slot_id)
            if self._moments.get(key) != when:
                self._moments[key] = when
                heapq.heappush(self._heap, (when, key))

    async def _act(self) -> None:
        """Do what is due. Each slot is read again first: it may have changed meanwhile."""
        due: dict[str, list[str]] = {}
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            when, key = heapq.heappop(self._heap)
            if self._moments.get(key) == when:
                del self._moments[key]
                due.setdefault(key[0], []).append(key[1])
        for ods, slot_ids in due.items():
            for first in range(0, len(slot_ids), AT_ONCE):
                some = slot_ids[first : first + AT_ONCE]
                await self._act_on(ods, some)

    async def _wait(self) -> None:
        """Until the next moment, or until slots have changed."""
        pause_s = _LONGEST_S
        if self._heap:
            left_s = (self._heap[0][0] - self._clock.now()).total_seconds()
            pause_s = min(_LONGEST_S, max(_SHORTEST_S, left_s / self._speed))
        try:
            async with asyncio.timeout(pause_s):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()

    # What is its own: a subclass minds something else

    def _may_act(self, stored: Stored) -> bool:
        return may_act(stored)

    async def _searches(self, _ods: str) -> Sequence[Query]:
        return searches(self._clock.now())

    def _look(self, unit: Unit, query: Query) -> Found:
        return look(unit, query)

    def _moments_of(self, fresh: Sequence[tuple[str, Stored]]) -> list[tuple[str, str, datetime]]:
        """Practice, id and moment of those that a rule still changes."""
        now = self._clock.now()
        return [
            (ods, stored.id, when)
            for ods, stored in fresh
            if (when := due_time(stored, now)) is not None
        ]

    async def _act_on(self, ods: str, ids: Sequence[str]) -> None:
        changed = await self._store.write(ods, partial(act_on, slot_ids=ids))
        if changed:
            log.info("opened %d slots by their rules", changed)
