"""08:00: twenty patients chase ten slots inside a minute, and more come for what is left."""

from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

from practice.demo.generate.practice import Practice
from practice.demo.generate.volumes import scaled
from practice.demo.traffic import rates
from practice.demo.traffic.crowd import Crowd
from practice.demo.traffic.patient import OnlinePatient

Tree = dict[str, Any]
Pause = Callable[[float], Coroutine[Any, Any, None]]
Start = Callable[[Coroutine[Any, Any, None]], None]

_TRIES = 4
_FIRST_WITHIN_S = 25.0
_READS_S = (4.0, 18.0)
_TAKES_ANOTHER = 0.6
_LATER_WITHIN_S = 600.0


class Rush:
    """The minutes after eight.

    Args:
        crowd: who comes.
        practice: how big it is.
        rng: chance.
        pause: waits for seconds of the practice's time.
        start: runs a coroutine among the others.
    """

    def __init__(
        self, crowd: Crowd, practice: Practice, rng: Random, pause: Pause, start: Start
    ) -> None:
        self._crowd, self._rng, self._pause, self._start = crowd, rng, pause, start
        self._size = practice.size

    def begin(self, *, monday: bool) -> None:
        """Send everybody on their way; they arrive over the next minutes."""
        rng = self._rng
        first = max(rates.RUSH, round(scaled(rates.RUSH, self._size)))
        ten: list[str] = []
        for _ in range(first):
            self._start(self._chase(rng.uniform(0.5, _FIRST_WITHIN_S), ten))
        for _ in range(round(scaled(rates.FOLLOW[monday], self._size))):
            self._start(self._come_for_the_rest(rng.uniform(_FIRST_WITHIN_S, _LATER_WITHIN_S)))

    async def _chase(self, after_s: float, ten: list[str]) -> None:
        """Wants one of the ten soonest; when they are gone, any, or writes instead."""
        rng = self._rng
        await self._pause(after_s)
        patient = self._crowd.booker()
        if patient is None:
            return
        for _ in range(_TRIES):
            slots = await patient.free_slots(days=1)
            if not ten:  # the first to look sees which ten it will be about
                ten += [str(slot["id"]) for slot in slots[: rates.RUSH_SLOTS]]
            wanted = [slot for slot in slots if slot["id"] in ten]
            if not wanted:
                break
            await self._pause(rng.uniform(*_READS_S))  # and so do the others, meanwhile
            if await patient.book(wanted[min(rng.randrange(len(wanted)) for _ in range(2))]):
                return
        if rng.random() < _TAKES_ANOTHER and await book_any(patient, rng, days=1):
            return
        await self._write_instead(patient)

    async def _come_for_the_rest(self, after_s: float) -> None:
        await self._pause(after_s)
        patient = self._crowd.booker()
        if patient is not None:
            await book_any(patient, self._rng, days=1)

    async def _write_instead(self, patient: OnlinePatient) -> None:
        kind, said = self._crowd.request_of(patient)
        if await patient.ask(kind, said):
            self._crowd.involve(patient)


async def book_any(patient: OnlinePatient, rng: Random, *, days: int) -> bool:
    """Look for a slot and book one of the first that suit, up to a few times."""
    for _ in range(_TRIES):
        slots = await patient.free_slots(days=days)
        if not slots:
            return False
        if await patient.book(rng.choice(slots[:25])):
            return True
    return False
