"""The store: every practice's resources, their versions and their change numbers."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa

from practice.clock import Clock
from practice.store import loader
from practice.store.engine import reader_engine, take_stock, writer_engine
from practice.store.migrate import migrate
from practice.store.stored import Commit, Tree
from practice.store.tables import metadata, practice
from practice.store.unit import Unit
from practice.store.writer import Job, Writer

T = TypeVar("T")

_LOADED_AT_ONCE = 5_000


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
        self._write_engine = writer_engine(url)
        self._read_engine = reader_engine(url, readers)
        self._writer = Writer(self._write_engine, clock)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="store-reader")
        self._known: set[str] = set()

    def open(self) -> None:
        """Migrate the database and start the threads."""
        migrate(self._write_engine)
        take_stock(self._write_engine)
        with self._read_engine.connect() as connection:
            self._known = set(connection.execute(sa.select(practice.c.ods)).scalars())
        self._writer.start()

    def close(self) -> None:
        """Finish what is queued, then stop the threads."""
        self._readers.shutdown()
        self._writer.close()
        self._read_engine.dispose()
        self._write_engine.dispose()

    async def write(self, ods: str, fn: Callable[[Unit], T], *, agent: str | None = None) -> T:
        """Run *fn* on the writer thread; answers after its commit, raises what *fn* raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._writer.submit(Job(ods, fn, agent, announce=True, future=future, loop=loop))
        return await future

    async def read(self, ods: str, fn: Callable[[Unit], T]) -> T:
        """Run *fn* on a reader thread, on one consistent state."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self.read_now, ods, fn)

    def write_now(self, ods: str, fn: Callable[[Unit], T], *, agent: str | None = None) -> T:
        """`write` for callers without an event loop."""
        return self._write_now(ods, fn, agent, announce=True)

    def read_now(self, ods: str, fn: Callable[[Unit], T]) -> T:
        """`read` for callers without an event loop."""
        with self._read_engine.connect() as connection:
            return fn(Unit(ods, self.clock.now(), connection))

    def on_commit(self, callback: Callable[[Commit], None]) -> None:
        """Call *callback* after each commit, in commit order, on the running event loop."""
        self._writer.listen(asyncio.get_running_loop(), callback)

    def load(
        self, ods: str, trees: Iterable[Tree], progress: Callable[[int], None] | None = None
    ) -> int:
        """Store many new resources with ids of their own at once, without rules.

        Every tree carries its `id`. *progress* hears how many are stored. Answers the number.
        Listeners are not told: load before serving.
        """
        claims: list[dict[str, Any]] = []
        overbooked: set[str] = set()
        source, count = iter(trees), 0
        while some := list(islice(source, _LOADED_AT_ONCE)):
            self._write_now(ods, partial(loader.load, trees=some), None, announce=False)
            claims += loader.claims(ods, some)
            overbooked |= loader.overbooked(some)
            count += len(some)
            if progress is not None:
                progress(count)
        kept = [claim for claim in claims if claim["slot"] not in overbooked]
        self._write_now(ods, partial(loader.keep_claims, rows=kept), None, announce=False)
        self._known.add(ods)
        return count

    def found(self, ods: str) -> None:
        """Make the practice known; nothing happens if it is."""
        self._write_now(ods, lambda _unit: None, None, announce=False)
        self._known.add(ods)

    def knows(self, ods: str) -> bool:
        """Whether the practice is kept here."""
        return ods in self._known

    def _write_now(
        self, ods: str, fn: Callable[[Unit], T], agent: str | None, *, announce: bool
    ) -> T:
        future: Future[T] = Future()
        self._writer.submit(Job(ods, fn, agent, announce=announce, future=future, loop=None))
        return future.result()
