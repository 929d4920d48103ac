"""A unit of work: what a plain function may do to one practice, all of it or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa

from practice.store.query import Query
from practice.store.stored import Page, Stored, Tree


class Unit:
    """One transaction on one practice. Lives only inside the function it is handed to.

    Attributes:
        ods: the practice; nothing of another practice can be seen or touched.
        now: one instant for the whole unit, aware UTC; becomes `meta.lastUpdated`.
        agent: reference of the caller, kept with every version; None for the service itself.
        connection: for rooms that keep tables of their own.
    """

    def __init__(
        self, ods: str, now: datetime, connection: sa.Connection, agent: str | None
    ) -> None:
        self.ods = ods
        self.now = now
        self.connection = connection
        self.agent = agent

    def get(self, resource_type: str, resource_id: str) -> Stored | None:
        """The current version; None when there is none or it was removed."""
        raise NotImplementedError

    def version(self, resource_type: str, resource_id: str, version: str) -> Stored | None:
        """One version by its `versionId`; a removal is a version with the method DELETE."""
        raise NotImplementedError

    def history(self, resource_type: str, resource_id: str) -> list[Stored]:
        """Every version, newest first; empty when the resource never was."""
        raise NotImplementedError

    def search(self, query: Query) -> Page:
        """One page of what *query* finds.

        Raises:
            Refusal: 400 INVALID_PARAMETER.
        """
        raise NotImplementedError

    def changes(self, after: int, limit: int) -> list[Stored]:
        """Versions with a change number above *after*, in order, at most *limit*."""
        raise NotImplementedError

    def counter(self) -> int:
        """The practice's change number as of now, writes of this unit included."""
        raise NotImplementedError

    def create(self, tree: Tree, resource_id: str | None = None) -> Stored:
        """Store a new resource; its id is *resource_id* or a new UUID, never the tree's own.

        Raises:
            Refusal: 409 DUPLICATE_REJECTED, an idempotency key in it is already in use.
        """
        raise NotImplementedError

    def update(self, tree: Tree) -> Stored:
        """Store *tree* as the next version of the resource it names (`resourceType`, `id`).

        Raises:
            Refusal: 404 NO_RECORD_FOUND; 409 DUPLICATE_REJECTED.
        """
        raise NotImplementedError

    def remove(self, resource_type: str, resource_id: str) -> Stored | None:
        """Remove a Subscription; answers its last version, a DELETE; None if there was none."""
        raise NotImplementedError

    def claim(self, slot_id: str, appointment_id: str) -> bool:
        """Take the slot for the appointment; False when another live appointment has it."""
        raise NotImplementedError

    def release(self, appointment_id: str) -> None:
        """Give back every slot that the appointment has claimed."""
        raise NotImplementedError

    def claimant(self, slot_id: str) -> str | None:
        """Id of the appointment that has claimed the slot."""
        raise NotImplementedError

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Work that is undone when it raises, while the unit itself goes on."""
        raise NotImplementedError
        yield
