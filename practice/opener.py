"""Opens on-the-day slots when their time comes: the service's own clock, no desk needed."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from contract.core_hours import london_day, opens_on
from practice.clock import Clock
from practice.rules.opening import AT_ONCE, open_due
from practice.store import Store

log = logging.getLogger(__name__)

_SHORTEST_S, _LONGEST_S = 0.01, 5.0
"""Bounds of one pause, on the wall's clock: a machine that slept is noticed soon after."""


class Opener:
    """Runs once at start, for what was due while nothing ran, and at 08:00 of every day.

    Args:
        store: where slots are.
        practices: the ODS codes served.
        clock: the practice's time.
        speed: how much faster than the wall's that clock runs.
    """

    def __init__(
        self, store: Store, practices: Sequence[str], clock: Clock, speed: float = 1.0
    ) -> None:
        self._store, self._practices = store, practices
        self._clock, self._speed = clock, speed
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, on the running event loop."""
        self._task = asyncio.create_task(self._run(), name="opener")

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._open_all()
            await self._wait_for_opening()

    async def _open_all(self) -> None:
        for ods in self._practices:
            opened = at_once = AT_ONCE
            while opened == at_once:
                opened = await self._store.write(ods, open_due)
                if opened:
                    log.info("opened %d on-the-day slots", opened)

    async def _wait_for_opening(self) -> None:
        now = self._clock.now()
        today = london_day(now)
        opens = opens_on(today)
        if opens <= now:
            opens = opens_on(today + timedelta(days=1))
        while True:
            left_s = (opens - self._clock.now()).total_seconds()
            if left_s <= 0:
                return
            pause_s = left_s / self._speed
            await asyncio.sleep(min(_LONGEST_S, max(_SHORTEST_S, pause_s)))
