"""Brings requests back when their time comes: the service's own clock, no desk needed."""

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from contract.documents import name_of
from practice.clock import Clock
from practice.opener import Opener
from practice.rules import returning
from practice.rules.opening import Found
from practice.rules.returning import Rules
from practice.store import Commit, Query, Store, Stored, Unit

log = logging.getLogger(__name__)


class Returner(Opener):
    """Wakes what slept, brings back what nobody answered, and what nobody has touched.

    It works like the `Opener`: it looks through what is open once, and again when the practice
    changes its core hours or its patience; in between it hears of what has changed.
    """

    def __init__(
        self, store: Store, practices: Sequence[str], clock: Clock, speed: float = 1.0
    ) -> None:
        super().__init__(store, practices, clock, speed)
        self._rules: dict[str, Rules] = {}
        self._task_name = "returner"

    def _on_commit(self, commit: Commit) -> None:
        if commit.ods in self._practices and any(
            stored.type == "Library" and name_of(stored.tree()) in returning.DOCUMENTS
            for stored in commit.changes
        ):
            self._look_again()
        super()._on_commit(commit)

    def _may_act(self, stored: Stored) -> bool:
        return returning.may_come_back(stored)

    async def _searches(self, ods: str) -> Sequence[Query]:
        self._rules[ods] = await self._store.read(ods, Rules.of)
        return returning.searches()

    def _look(self, unit: Unit, query: Query) -> Found:
        return returning.look(unit, query, self._rules[unit.ods])

    def _moments_of(self, fresh: Sequence[tuple[str, Stored]]) -> list[tuple[str, str, datetime]]:
        return [
            (ods, stored.id, when)
            for ods, stored in fresh
            if (when := returning.due_time(stored, self._rules[ods])) is not None
        ]

    async def _act_on(self, ods: str, ids: Sequence[str]) -> None:
        changed = await self._store.write(ods, partial(returning.bring_back, task_ids=ids))
        if changed:
            log.info("brought %d requests back", changed)
