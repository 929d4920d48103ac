"""A unit of work: what a plain function may do to one practice, all of it or nothing."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from contract.errors import ErrorCode
from contract.systems import LIVE_TYPES
from practice.clock import instant
from practice.refusal import Refusal
from practice.store import dates, indexing
from practice.store.extract import Entries, entries
from practice.store.ledger import Ledger
from practice.store.query import Query
from practice.store.savepoint import savepoint
from practice.store.search import CURRENT, Searcher, stored
from practice.store.stored import Page, Stored, Tree, encoded
from practice.store.tables import practice, resource, resource_version, slot_claim, unique_key

REMOVABLE = frozenset({"Subscription"})
"""All other types keep their rows; a wrong one is marked `entered-in-error`."""

_ONE = CURRENT.add_columns(resource.c.removed).where(
    resource.c.ods == sa.bindparam("ods"),
    resource.c.type == sa.bindparam("type"),
    resource.c.id == sa.bindparam("id"),
)
_THERE = sa.select(resource.c.row).where(
    resource.c.ods == sa.bindparam("ods"),
    resource.c.type == sa.bindparam("type"),
    resource.c.id == sa.bindparam("id"),
    resource.c.removed.is_(False),
)
_VERSIONS = sa.select(
    resource.c.row,
    resource.c.type,
    resource.c.id,
    resource_version.c.version,
    resource_version.c.last_updated,
    resource_version.c.change,
    resource_version.c.method,
    resource_version.c.agent,
    resource_version.c.body,
).join(
    resource_version,
    (resource_version.c.ods == resource.c.ods) & (resource_version.c.row == resource.c.row),
)
_HISTORY = _VERSIONS.where(
    resource.c.ods == sa.bindparam("ods"),
    resource.c.type == sa.bindparam("type"),
    resource.c.id == sa.bindparam("id"),
).order_by(resource_version.c.version.desc())
_ONE_VERSION = _HISTORY.where(resource_version.c.version == sa.bindparam("version"))
_CHANGES = (
    _VERSIONS.where(
        resource_version.c.ods == sa.bindparam("ods"),
        resource_version.c.change > sa.bindparam("after"),
    )
    .order_by(resource_version.c.change)
    .limit(sa.bindparam("most"))
)
_ADVANCE = (
    sa.update(resource)
    .where(resource.c.ods == sa.bindparam("of"), resource.c.row == sa.bindparam("at"))
    .values(
        version=sa.bindparam("version"),
        last_updated=sa.bindparam("last_updated"),
        change=sa.bindparam("change"),
        removed=sa.bindparam("removed"),
    )
)


_BY_KEY = CURRENT.join(
    unique_key,
    (unique_key.c.ods == resource.c.ods) & (unique_key.c.row == resource.c.row),
).where(
    unique_key.c.ods == sa.bindparam("ods"),
    unique_key.c.type == sa.bindparam("type"),
    unique_key.c.system == sa.bindparam("system"),
    unique_key.c.value == sa.bindparam("value"),
)

_CLAIMANT = sa.select(slot_claim.c.appointment).where(
    slot_claim.c.ods == sa.bindparam("ods"), slot_claim.c.slot == sa.bindparam("slot")
)
_LET_GO = sa.delete(slot_claim).where(
    slot_claim.c.ods == sa.bindparam("of"), slot_claim.c.appointment == sa.bindparam("by")
)

_Row = sa.Row[*tuple[Any, ...]]


class Unit:
    """One transaction on one practice. Lives only inside the function it is handed to.

    Attributes:
        ods: the practice; nothing of another practice can be seen or touched.
        now: one instant for the whole unit, aware UTC; becomes `meta.lastUpdated`.
        agent: reference of the caller, kept with every version; None for the service itself.
        connection: for rooms that keep tables of their own.
        changes_made: what this unit has written so far, AuditEvents left out.
        worked_out: what rooms above have worked out from all that stands; emptied by a write.
    """

    def __init__(
        self,
        ods: str,
        now: datetime,
        connection: sa.Connection,
        agent: str | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.ods = ods
        self.now = now
        self.agent = agent
        self.connection = connection
        self.changes_made: list[Stored] = []
        self.worked_out: dict[object, object] = {}
        self._ledger = ledger
        self._rows: dict[tuple[str, str], _Row | None] = {}

    def get(self, resource_type: str, resource_id: str) -> Stored | None:
        """The current version; None when there is none or it was removed."""
        row = self._row(resource_type, resource_id)
        return None if row is None or row.removed else stored(row[:-1])

    def by_key(self, resource_type: str, system: str, value: str) -> Stored | None:
        """The one resource with an idempotency key; *system* is one of `KEY_SYSTEMS`."""
        wanted = {"ods": self.ods, "type": resource_type, "system": system, "value": value}
        row = self.connection.execute(_BY_KEY, wanted).first()
        return None if row is None else stored(row)

    def has(self, resource_type: str, resource_id: str) -> bool:
        """Whether there is such a resource now."""
        if (resource_type, resource_id) in self._rows:
            return self.get(resource_type, resource_id) is not None
        wanted = {"ods": self.ods, "type": resource_type, "id": resource_id}
        return self.connection.execute(_THERE, wanted).first() is not None

    def version(self, resource_type: str, resource_id: str, version: str) -> Stored | None:
        """One version by its `versionId`; a removal is a version with the method DELETE."""
        if not (version.isascii() and version.isdigit() and len(version) < 10):
            return None
        row = self.connection.execute(
            _ONE_VERSION,
            {"ods": self.ods, "type": resource_type, "id": resource_id, "version": int(version)},
        ).first()
        return None if row is None else stored(row)

    def history(self, resource_type: str, resource_id: str) -> list[Stored]:
        """Every version, newest first; empty when the resource never was."""
        rows = self.connection.execute(
            _HISTORY, {"ods": self.ods, "type": resource_type, "id": resource_id}
        )
        return [stored(row) for row in rows]

    def search(self, query: Query) -> Page:
        """One page of what *query* finds.

        Raises:
            Refusal: 400 INVALID_PARAMETER.
        """
        return Searcher(self.ods, self.connection).search(query)

    def changes(self, after: int, limit: int) -> list[Stored]:
        """Versions with a change number above *after*, in order, at most *limit*."""
        rows = self.connection.execute(_CHANGES, {"ods": self.ods, "after": after, "most": limit})
        return [stored(row) for row in rows]

    def counter(self) -> int:
        """The practice's change number as of now, writes of this unit included."""
        if self._ledger is not None:
            return self._ledger.counter
        counter = self.connection.execute(
            sa.select(practice.c.counter).where(practice.c.ods == self.ods)
        ).scalar()
        return int(counter or 0)

    def create(self, tree: Tree, resource_id: str | None = None) -> Stored:
        """Store a new resource; its id is *resource_id* or a new UUID, never the tree's own.

        Raises:
            Refusal: 409 DUPLICATE_REJECTED, an idempotency key in it is already in use.
            IntegrityError: *resource_id* is already in use.
        """
        resource_id = resource_id or str(uuid.uuid4())
        resource_type = tree["resourceType"]
        row = self.ledger.next_row()
        held = self._next_version(tree, resource_id, 1, "POST")
        self._put_entries(row, resource_type, Entries(), entries(self.ods, tree))
        self.connection.execute(
            sa.insert(resource),
            {
                "ods": self.ods,
                "row": row,
                "type": resource_type,
                "id": resource_id,
                "version": 1,
                "last_updated": dates.ms(self.now),
                "change": held.change,
                "removed": False,
            },
        )
        self._put_version(row, held)
        return held

    def update(self, tree: Tree) -> Stored:
        """Store *tree* as the next version of the resource it names (`resourceType`, `id`).

        Raises:
            Refusal: 404 NO_RECORD_FOUND; 409 DUPLICATE_REJECTED.
        """
        resource_type, resource_id = tree["resourceType"], tree["id"]
        row = self._row(resource_type, resource_id)
        if row is None or row.removed:
            raise Refusal(
                404,
                "not-found",
                ErrorCode.NO_RECORD_FOUND,
                f"There is no {resource_type} with the id {resource_id}.",
            )
        before = stored(row[:-1])
        held = self._next_version(tree, resource_id, before.version + 1, "PUT")
        self._put_entries(
            row.row, resource_type, entries(self.ods, before.tree()), entries(self.ods, tree)
        )
        self._advance(row.row, held)
        return held

    def remove(self, resource_type: str, resource_id: str) -> Stored | None:
        """Remove a Subscription; answers its last version, a DELETE; None if there was none.

        Raises:
            ValueError: resources of that type are never removed.
        """
        if resource_type not in REMOVABLE:
            raise ValueError(f"a {resource_type} is never removed")
        row = self._row(resource_type, resource_id)
        if row is None or row.removed:
            return None
        before = stored(row[:-1])
        held = self._next_version(None, resource_id, before.version + 1, "DELETE", resource_type)
        self._put_entries(row.row, resource_type, entries(self.ods, before.tree()), Entries())
        self._advance(row.row, held)
        return held

    def claim(self, slot_id: str, appointment_id: str) -> bool:
        """Take the slot for the appointment; False when another live appointment has it."""
        holder = self.claimant(slot_id)
        if holder is None:
            self.connection.execute(
                sa.insert(slot_claim),
                {"ods": self.ods, "slot": slot_id, "appointment": appointment_id},
            )
        return holder in (None, appointment_id)

    def release(self, appointment_id: str) -> None:
        """Give back every slot that the appointment has claimed."""
        self.connection.execute(_LET_GO, {"of": self.ods, "by": appointment_id})

    def claimant(self, slot_id: str) -> str | None:
        """Id of the appointment that has claimed the slot."""
        return self.connection.execute(_CLAIMANT, {"ods": self.ods, "slot": slot_id}).scalar()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Work that is undone when it raises, while the unit itself goes on."""
        ledger = self.ledger
        kept, made = ledger.copy(), len(self.changes_made)
        try:
            with savepoint(self.connection):
                yield
        except BaseException:
            ledger.restore(kept)
            self._rows.clear()
            self.worked_out.clear()
            del self.changes_made[made:]
            raise

    @property
    def ledger(self) -> Ledger:
        """The practice's running numbers.

        Raises:
            RuntimeError: this unit only reads.
        """
        if self._ledger is None:
            raise RuntimeError("this unit only reads")
        return self._ledger

    def _row(self, resource_type: str, resource_id: str) -> _Row | None:
        """A current version as its database row; rules ask for the same one again and again."""
        name = (resource_type, resource_id)
        if name not in self._rows:
            self._rows[name] = self.connection.execute(
                _ONE, {"ods": self.ods, "type": resource_type, "id": resource_id}
            ).first()
        return self._rows[name]

    def _next_version(
        self,
        tree: Tree | None,
        resource_id: str,
        version: int,
        method: str,
        resource_type: str | None = None,
    ) -> Stored:
        kind = resource_type or (tree["resourceType"] if tree else "")
        self._rows.pop((kind, resource_id), None)
        ledger = self.ledger
        ledger.last_updated = dates.ms(self.now)
        change = ledger.next_change() if kind in LIVE_TYPES else None
        raw = b"" if tree is None else encoded(tree, resource_id, version, instant(self.now))
        held = Stored(kind, resource_id, version, self.now, change, method, self.agent, raw)
        if kind != "AuditEvent":
            self.changes_made.append(held)
            self.worked_out.clear()
        return held

    def _put_version(self, row: int, held: Stored) -> None:
        self.connection.execute(
            sa.insert(resource_version),
            {
                "ods": self.ods,
                "row": row,
                "version": held.version,
                "last_updated": dates.ms(held.last_updated),
                "change": held.change,
                "method": held.method,
                "agent": held.agent,
                "body": held.raw,
            },
        )

    def _advance(self, row: int, held: Stored) -> None:
        self.connection.execute(
            _ADVANCE,
            {
                "of": self.ods,
                "at": row,
                "version": held.version,
                "last_updated": dates.ms(held.last_updated),
                "change": held.change,
                "removed": held.method == "DELETE",
            },
        )
        self._put_version(row, held)

    def _put_entries(self, row: int, resource_type: str, before: Entries, after: Entries) -> None:
        for system, value in after.keys - before.keys:
            if indexing.key_is_taken(self.connection, self.ods, resource_type, system, value):
                raise _duplicate(f"Another {resource_type} has the {system}|{value} already.")
        indexing.change(self.connection, self.ods, row, resource_type, before, after)


def _duplicate(text: str) -> Refusal:
    return Refusal(409, "duplicate", ErrorCode.DUPLICATE_REJECTED, text)
