"""The store: every practice's resources, their versions and their change numbers."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import sqlalchemy as sa

from practice.clock import Clock
from practice.store.stored import Commit, Tree
from practice.store.tables import metadata
from practice.store.unit import Unit

T = TypeVar("T")


class Store:
    """Keeps resources in one database; one writer, several readers.

    Args:
        url: SQLAlchemy URL, `sqlite:////path/to/practice.db`.
        clock: where `unit.now` comes from.
        readers: how many reads may run at once.
    """

    metadata: sa.MetaData = metadata
    """The tables of all rooms; another room declares its tables on it."""

    def __init__(self, url: str, clock: Clock, *, readers: int = 4) -> None:
        self.url = url
        self.clock = clock

    def open(self) -> None:
        """Migrate the database and start the threads."""
        raise NotImplementedError

    def close(self) -> None:
        """Finish what is queued, then stop the threads."""
        raise NotImplementedError

    async def write(self, ods: str, fn: Callable[[Unit], T], *, agent: str | None = None) -> T:
        """Run *fn* on the writer thread; answers after its commit, raises what *fn* raises."""
        raise NotImplementedError

    async def read(self, ods: str, fn: Callable[[Unit], T]) -> T:
        """Run *fn* on a reader thread, on one consistent state."""
        raise NotImplementedError

    def write_now(self, ods: str, fn: Callable[[Unit], T], *, agent: str | None = None) -> T:
        """`write` for callers without an event loop."""
        raise NotImplementedError

    def read_now(self, ods: str, fn: Callable[[Unit], T]) -> T:
        """`read` for callers without an event loop."""
        raise NotImplementedError

    def on_commit(self, callback: Callable[[Commit], None]) -> None:
        """Call *callback* after each commit, in commit order, on the running event loop."""
        raise NotImplementedError

    def load(
        self, ods: str, trees: Iterable[Tree], progress: Callable[[int], None] | None = None
    ) -> int:
        """Store many new resources with ids of their own at once, without rules.

        Every tree carries its `id`. *progress* hears how many are stored. Answers the number.
        """
        raise NotImplementedError

    def found(self, ods: str) -> None:
        """Make the practice known; nothing happens if it is."""
        raise NotImplementedError

    def knows(self, ods: str) -> bool:
        """Whether the practice is kept here."""
        raise NotImplementedError
