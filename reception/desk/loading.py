"""Loading the day, the queue and the people of the practice.

Source: docs/contract.md 5 (Open), 7, 3 (24 h cache).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import Any

from contract.core_hours import day_bounds
from contract.moves import TASK_OPEN
from reception.api.network import NetworkThread
from reception.api.wire import Wire
from reception.desk.practice_time import PracticeTime
from reception.desk.store import RecordStore
from reception.desk.stores import Stores
from reception.records import Record, Request, Tree, record_of
from reception.records.problem import Refused
from reception.records.tree import wire_time

PEOPLE_KEPT = timedelta(hours=24)
OVERLAP = timedelta(seconds=30)
"""Copies this young may have been written while the search was running: they stay."""
PARSED_AT_ONCE = 100
ReadAhead = Callable[[Iterable[Request]], Awaitable[None]]


class Loading:
    """Fetches on the network thread, parses there, merges here in slices.

    *read_ahead* is given the requests of the queue before they are told of, to read their words.
    """

    def __init__(
        self,
        wire: Wire,
        network: NetworkThread,
        stores: Stores,
        time: PracticeTime,
        read_ahead: ReadAhead,
    ) -> None:
        self._read_ahead = read_ahead
        self._wire, self._network = wire, network
        self._stores, self._time = stores, time
        self._people_at: datetime | None = None
        self._turn = 0

    async def day(self, day: date, *, afresh: bool) -> bool:
        """Load the sessions, slots and appointments of *day*.

        *afresh*: the stores are empty, so that one `reset` tells it all. Otherwise what they hold
        is brought up to date record by record.

        Answers False where another day was asked for meanwhile.
        """
        self._turn += 1
        turn, asked_at = self._turn, self._time.now()
        answers = await asyncio.gather(
            *(self._records(kind, params) for kind, params in day_searches(day))
        )
        if turn != self._turn:
            return False
        stores = (self._stores.sessions, self._stores.slots, self._stores.appointments)
        await self._merge(answers, stores, asked_at, afresh=afresh)
        return turn == self._turn

    async def queue(self, *, afresh: bool) -> None:
        """Load every open request, and what was finished today."""
        asked_at = self._time.now()
        midnight = wire_time(day_bounds(self._time.today())[0])
        answers = await asyncio.gather(
            self._records(
                "Task",
                [
                    ("status", ",".join(sorted(TASK_OPEN))),
                    ("_include", "Task:patient"),
                    ("_include", "Task:focus"),
                    ("_sort", "authored-on"),
                    ("_count", "200"),
                ],
            ),
            self._records(
                "Task",
                [
                    ("status", "completed,rejected,cancelled,failed"),
                    ("modified", f"ge{midnight}"),
                    ("_count", "200"),
                ],
            ),
        )
        await self._read_ahead(r for records in answers for r in records if isinstance(r, Request))
        await self._merge(answers, (self._stores.requests,), asked_at, afresh=afresh)

    async def people(self) -> None:
        """Load who works here, teams, places and the practice, unless that was done today."""
        now = self._time.now()
        if self._people_at is not None and now - self._people_at < PEOPLE_KEPT:
            return
        answers = await asyncio.gather(
            *(
                self._records(kind, [("_count", "200")])
                for kind in ("Practitioner", "CareTeam", "Location", "Organization")
            ),
            self._roles(),
        )
        for records in answers:
            await self._stores.merge(records)
        self._people_at = now

    async def documents(self) -> None:
        """Load what the practice sets for itself; where none is kept, what ships is in force."""
        try:
            records = await self._records("Library", [("_count", "200")])
        except Refused:
            return
        await self._stores.merge(records)

    async def _roles(self) -> list[Record]:
        """As what people work here; the desk does without where it may not ask."""
        try:
            return await self._records("PractitionerRole", [("_count", "200")])
        except Refused:
            return []

    async def _records(self, resource_type: str, params: Sequence[tuple[str, str]]) -> list[Record]:
        trees = await self._wire.search(resource_type, params)
        return await self._network.call(parsed(trees))

    async def _merge(
        self,
        answers: Iterable[list[Record]],
        stores: Sequence[RecordStore[Any]],
        asked_at: datetime,
        *,
        afresh: bool,
    ) -> None:
        seen: set[str] = set()
        with ExitStack() as quiet:
            if afresh:
                for store in stores:
                    quiet.enter_context(store.bulk())
            for records in answers:
                seen.update(record.reference for record in records)
                await self._stores.merge(records)
        if afresh:
            return
        for store in stores:
            for record in store:
                if record.reference not in seen and record.last_updated < asked_at - OVERLAP:
                    store.forget(record.id)


def day_searches(day: date) -> tuple[tuple[str, list[tuple[str, str]]], ...]:
    """What to ask for all of one London day: sessions, slots, appointments with their patients."""
    begin, end = (wire_time(bound) for bound in day_bounds(day))
    between = [f"ge{begin}", f"lt{end}"]
    dates = [("date", bound) for bound in between]
    return (
        ("Schedule", [*dates, ("_include", "Schedule:actor"), ("_count", "200")]),
        ("Slot", [*(("start", bound) for bound in between), ("_count", "1000")]),
        ("Appointment", [*dates, ("_include", "Appointment:patient"), ("_count", "1000")]),
    )


async def parsed(trees: Sequence[Tree]) -> list[Record]:
    """The views of *trees*, made a few at a time so that the window's thread gets its turn."""
    records: list[Record] = []
    for start in range(0, len(trees), PARSED_AT_ONCE):
        some = trees[start : start + PARSED_AT_ONCE]
        records.extend(record for tree in some if (record := record_of(tree)) is not None)
        await asyncio.sleep(0.001)
    return records
