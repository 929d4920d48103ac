"""Reception's one act in the demo: at 08:00 it opens what the service has not opened yet."""

import asyncio
from datetime import date, timedelta
from typing import Any

from contract.core_hours import day_bounds
from practice.clock import Clock, instant
from practice.demo.generate.diary import Rule, plan_day
from practice.demo.generate.practice import Practice
from practice.demo.traffic.tally import Tally
from practice.demo.traffic.wire import Wire

Tree = dict[str, Any]

_OPENS_AHEAD = {Rule.ON_THE_DAY: 0, Rule.TWO_DAYS: 2, Rule.TWO_WEEKS: 14}
_AT_ONCE = 40
"""Entries of one batch (contract 6)."""


class ReleasingDesk:
    """A member of staff who releases slots by the practice's rules, over HTTPS like anybody.

    Args:
        practice: knows which slot opens when.
        call: the wire, with a staff token.
        clock: the practice's time.
        tally: what was released is counted there.
    """

    def __init__(self, practice: Practice, call: Wire, clock: Clock, tally: Tally) -> None:
        self._practice, self._call, self._clock, self._tally = practice, call, clock, tally

    async def open_due(self, today: date) -> None:
        """Open every slot whose rule says 08:00 today; today's first."""
        for rule, ahead in _OPENS_AHEAD.items():
            day = today + timedelta(days=ahead)
            practice = self._practice
            planned = await asyncio.to_thread(
                plan_day, practice.seed, practice.staff, practice.size, day
            )
            wanted = {opening.id for opening in planned.openings if opening.rule is rule}
            closed = [slot for slot in await self._closed(day) if slot["id"] in wanted]
            for first in range(0, len(closed), _AT_ONCE):
                await self._open(closed[first : first + _AT_ONCE])

    async def _closed(self, day: date) -> list[Tree]:
        begin, end = day_bounds(day)
        answer = await self._call.get(
            "Slot",
            [
                ("start", f"ge{instant(max(begin, self._clock.now()))}"),
                ("start", f"lt{instant(end)}"),
                ("status", "busy-unavailable"),
                ("_count", "1000"),
            ],
        )
        return answer.resources("Slot")

    async def _open(self, slots: list[Tree]) -> None:
        entries = []
        for slot in slots:
            free = {name: value for name, value in slot.items() if name != "comment"}
            version = slot.get("meta", {}).get("versionId", "")
            entries.append(
                {
                    "resource": {**free, "status": "free"},
                    "request": {
                        "method": "PUT",
                        "url": f"Slot/{slot['id']}",
                        "ifMatch": f'W/"{version}"',
                    },
                }
            )
        answer = await self._call.post(
            {"resourceType": "Bundle", "type": "batch", "entry": entries}
        )
        opened = [
            entry
            for entry in answer.tree.get("entry", ())
            if str(entry.get("response", {}).get("status", "")).startswith("2")
        ]
        self._tally.add("released", len(opened))
