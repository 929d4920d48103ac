"""What is true now, one kind of record at a time; the one path by which a record gets in."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from reception.records import Record

T = TypeVar("T", bound=Record)
A = TypeVar("A", bound=Record)

ASIDE_KEPT = 2_000
"""Newest copies of records that are not shown (another day's), so that older ones stay out."""


class Index(Generic[T]):
    """The records of one store under a key of theirs; kept by the store, before it signals."""

    def __init__(self, keys: Callable[[T], Iterable[str]]) -> None:
        self._keys = keys
        self._ids: dict[str, dict[str, T]] = {}

    def of(self, key: str) -> list[T]:
        """Every record under *key*, in no promised order."""
        return list(self._ids.get(key, {}).values())

    def __contains__(self, key: str) -> bool:
        return key in self._ids

    def put(self, record: T) -> None:
        """File *record* under its keys."""
        for key in self._keys(record):
            self._ids.setdefault(key, {})[record.id] = record

    def pull(self, record: T) -> None:
        """Take *record* out."""
        for key in self._keys(record):
            filed = self._ids.get(key)
            if filed is not None:
                filed.pop(record.id, None)
                if not filed:
                    del self._ids[key]

    def clear(self) -> None:
        """Forget everything."""
        self._ids.clear()


class RecordStore(QObject, Generic[T]):
    """The newest copy of each record of one kind. Every change leaves by one of four signals.

    A load, a push, a replay and the answer to a write of one's own all come in by `take`.
    Records for which *belongs* says no are kept aside, unseen, so that a late older copy of
    one cannot bring it back.

    Args:
        belongs: whether a record is to be seen here; everything, if not given.
        reread: told the record that a copy of equal time and another version contradicts;
            only the service can say which of the two is newer.
        parent: the Qt parent.
    """

    added = Signal(object)
    changed = Signal(object, object)  # before, after
    removed = Signal(object)
    reset = Signal()  # many changes at once: read the store afresh

    def __init__(
        self,
        *,
        belongs: Callable[[T], bool] | None = None,
        reread: Callable[[T], None] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._belongs = belongs
        self._reread = reread
        self._held: dict[str, T] = {}
        self._aside: OrderedDict[str, T] = OrderedDict()
        self._indexes: list[Index[T]] = []
        self._quiet = 0

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._held.values()))

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._held

    def get(self, record_id: str) -> T | None:
        """The record of that id, or None."""
        return self._held.get(record_id)

    def newest(self, record_id: str) -> T | None:
        """The newest copy known of that id, seen or kept aside, or None."""
        return self._held.get(record_id) or self._aside.get(record_id)

    def index(self, keys: Callable[[T], Iterable[str]]) -> Index[T]:
        """A new index of this store by *keys*."""
        made = Index(keys)
        for record in self._held.values():
            made.put(record)
        self._indexes.append(made)
        return made

    def take(self, fresh: T) -> bool:
        """Hold *fresh* unless what is known is as new; answers may come late or twice.

        Answers whether anything changed.
        """
        known = self.newest(fresh.id)
        if known is not None and not fresh.supersedes(known):
            if fresh.contradicts(known) and self._reread is not None:
                self._reread(known)
            return False
        before = self._held.get(fresh.id)
        if self._belongs is None or self._belongs(fresh):
            self._show(before, fresh)
        else:
            self._hide(before, fresh)
        return True

    def take_many(self, fresh: Iterable[T]) -> int:
        """`take` each; answers how many changed anything."""
        return sum(self.take(record) for record in fresh)

    def settle(self, truth: T) -> None:
        """Hold *truth*, just read from the service to decide between copies of equal time."""
        known = self.newest(truth.id)
        if known is None or truth.last_updated < known.last_updated:
            self.take(truth)
        elif truth.version != known.version:
            before = self._held.get(truth.id)
            if self._belongs is None or self._belongs(truth):
                self._show(before, truth)
            else:
                self._hide(before, truth)

    def sift(self) -> None:
        """Put aside every record that no longer belongs here (the day or the hour has moved on)."""
        if self._belongs is None:
            return
        for record in list(self._held.values()):
            if not self._belongs(record):
                self._hide(record, record)

    def retell(self, record_id: str) -> None:
        """Tell of a record again: what stands beside it gives it another meaning."""
        held = self._held.get(record_id)
        if held is not None and not self._quiet:
            self.changed.emit(held, held)

    def forget(self, record_id: str) -> None:
        """Take out a record that the service no longer counts here."""
        before = self._held.pop(record_id, None)
        if before is not None:
            self._unfile(before)
            if not self._quiet:
                self.removed.emit(before)

    def clear(self) -> None:
        """Forget everything, seen and aside."""
        self._held.clear()
        self._aside.clear()
        for index in self._indexes:
            index.clear()
        if not self._quiet:
            self.reset.emit()

    @property
    def in_bulk(self) -> bool:
        """Whether nothing is told at present: a `reset` follows."""
        return self._quiet > 0

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """Changes inside are told by one `reset` at the end instead of one by one."""
        self._quiet += 1
        try:
            yield
        finally:
            self._quiet -= 1
            if not self._quiet:
                self.reset.emit()

    def _show(self, before: T | None, fresh: T) -> None:
        self._aside.pop(fresh.id, None)
        self._held[fresh.id] = fresh
        if before is not None:
            self._unfile(before)
        for index in self._indexes:
            index.put(fresh)
        if self._quiet:
            return
        if before is None:
            self.added.emit(fresh)
        else:
            self.changed.emit(before, fresh)

    def _hide(self, before: T | None, fresh: T) -> None:
        self._aside[fresh.id] = fresh
        self._aside.move_to_end(fresh.id)
        while len(self._aside) > ASIDE_KEPT:
            self._aside.popitem(last=False)
        if before is not None:
            del self._held[fresh.id]
            self._unfile(before)
            if not self._quiet:
                self.removed.emit(before)

    def _unfile(self, record: T) -> None:
        for index in self._indexes:
            index.pull(record)
