"""The patients' day: starts their acts along the hours, by the practice's clock."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Coroutine
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from contract.codes import RequestType
from contract.core_hours import LONDON, OPENS, is_core_day, london_day, next_core_day
from practice.clock import PracticeClock
from practice.demo.generate.chance import stream
from practice.demo.generate.diary import opened_like_monday
from practice.demo.profile import Profile
from practice.demo.run import Demo, Say
from practice.demo.traffic import rates
from practice.demo.traffic.crowd import Crowd
from practice.demo.traffic.rates import Act
from practice.demo.traffic.rush import Rush, book_any
from practice.demo.traffic.tally import Tally
from practice.identity import Identity

log = logging.getLogger("practice.demo")

_AT_ONCE = 12
"""Acts under way at a time; the service is on the same machine as the desk."""
_MOST_WAITING = 200
_LONGEST_STEP_S = 20.0
"""Of practice time: after it the rates are looked at anew."""
_LEAVE_S = 0.8
_TIMEOUT_S = 20.0


class Traffic:
    """Everything the patients do while the demo runs.

    Args:
        demo: from `load`.
        base: the practice's FHIR base URL.
        ca: file with the service's CA certificate.
        clock: the practice's time and how fast it runs.
        identity: gives each patient their own token.
        say: tells a person what came of it, once, at the end.
    """

    def __init__(
        self,
        demo: Demo,
        *,
        base: str,
        ca: Path,
        clock: PracticeClock,
        identity: Identity,
        say: Say,
    ) -> None:
        self._demo, self._base, self._ca = demo, base, ca
        self._clock, self._identity, self._say = clock, identity, say
        self._rng = stream(demo.practice.seed, "traffic")
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._acting: set[asyncio.Task[None]] = set()
        self.tally = Tally()

    async def run(self) -> None:
        """Act until cancelled. Profile.OFF is done at once, and nothing was sent."""
        if self._demo.profile is Profile.OFF:
            return
        # It would log addresses, and in them who the patients are.
        logging.getLogger("httpx2").setLevel(logging.WARNING)
        context = ssl.create_default_context(cafile=str(self._ca))
        async with httpx2.AsyncClient(
            verify=context,
            timeout=_TIMEOUT_S,
            limits=httpx2.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE),
        ) as http:
            crowd = Crowd(
                self._demo.practice,
                http,
                self._base,
                self._identity,
                self._clock,
                self.tally,
                self._rng,
            )
            try:
                async with asyncio.TaskGroup() as day:
                    day.create_task(self._mornings(crowd))
                    day.create_task(self._hours(crowd))
            finally:
                await self._leave()
                self._say(self.tally.line())

    async def _leave(self) -> None:
        """Let nobody begin anything more; what is under way has a moment to end."""
        for task in self._acting:
            task.cancel()
        if self._acting:
            await asyncio.wait(self._acting, timeout=_LEAVE_S)

    # By the clock

    async def _mornings(self, crowd: Crowd) -> None:
        """At 08:00 of every core-hours day slots open, and the rush begins."""
        practice = self._demo.practice
        rush = Rush(crowd, practice, self._rng, self._pause, self._start)
        # From the moment the practice was made: when time runs fast, eight may be over already.
        day = london_day(practice.at)
        if not is_core_day(day) or _opening(day) <= practice.at:
            day = next_core_day(day)
        while True:
            await self._until(_opening(day))
            rush.begin(monday=opened_like_monday(day))
            day = next_core_day(day)

    async def _hours(self, crowd: Crowd) -> None:
        """Acts come one by one, as often as the hour has them."""
        profile, size = self._demo.profile, self._demo.practice.size
        while True:
            now = self._clock.now()
            each = [rates.per_second(act, now, profile, size) for act in Act]
            looks = rates.looks_per_second(crowd.involved, self._clock.speed)
            each[list(Act).index(Act.LOOK)] = looks
            total = sum(each)
            wait_s = self._rng.expovariate(total) if total > 0 else _LONGEST_STEP_S
            if wait_s >= _LONGEST_STEP_S:
                await self._pause(_LONGEST_STEP_S)
                continue
            await self._pause(wait_s)
            act = self._rng.choices(list(Act), each)[0]
            self._start(self._do(act, crowd))

    async def _until(self, moment: datetime) -> None:
        while (left := moment - self._clock.now()) > timedelta(0):
            await self._pause(min(left.total_seconds() + 0.05, 600.0))

    async def _pause(self, seconds: float) -> None:
        """Wait for so many seconds of the practice's time."""
        await asyncio.sleep(seconds / self._clock.speed)

    # Acting

    def _start(self, act: Coroutine[Any, Any, None]) -> None:
        if len(self._acting) >= _MOST_WAITING:
            act.close()
            self.tally.add("left out")
            return
        task = asyncio.create_task(self._safely(act))
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)

    async def _safely(self, act: Coroutine[Any, Any, None]) -> None:
        """An act that fails is counted: no patient may stop the demo."""
        try:
            await act
        except Exception as fault:  # noqa: BLE001 - whatever it is, the others go on
            self.tally.add("gave up")
            log.warning("a patient gave up: %s", type(fault).__name__)

    async def _do(self, act: Act, crowd: Crowd) -> None:
        doers: dict[Act, Callable[[Crowd], Coroutine[Any, Any, None]]] = {
            Act.REQUEST: self._request,
            Act.ORDER: self._order,
            Act.MESSAGE: self._message,
            Act.BOOK: self._book,
            Act.CANCEL: self._cancel,
            Act.LOOK: self._look,
        }
        async with self._gate:
            await doers[act](crowd)

    async def _request(self, crowd: Crowd) -> None:
        patient = crowd.asker()
        if patient is not None:
            kind, said = crowd.request_of(patient)
            if await patient.ask(kind, said):
                crowd.involve(patient)

    async def _order(self, crowd: Crowd) -> None:
        patient = crowd.taker()
        if patient is not None:
            await patient.order(crowd.note_of(patient))

    async def _message(self, crowd: Crowd) -> None:
        patient = crowd.writer()
        if patient is not None and await patient.ask(RequestType.THREAD, crowd.thread_of(patient)):
            crowd.involve(patient)

    async def _book(self, crowd: Crowd) -> None:
        patient = crowd.booker()
        if patient is not None:
            await book_any(patient, self._rng, days=13)

    async def _cancel(self, crowd: Crowd) -> None:
        patient = crowd.canceller()
        if patient is not None:
            await patient.cancel_one()

    async def _look(self, crowd: Crowd) -> None:
        patient = crowd.reader()
        if patient is not None:
            ready = self._rng.random() < rates.ANSWERS
            await patient.look(crowd.reply_of(patient) if ready else None)


def _opening(day: date) -> datetime:
    return datetime.combine(day, OPENS, LONDON)
