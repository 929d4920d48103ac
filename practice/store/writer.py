"""The one thread that writes: what has queued is committed together, with one flush to disk."""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from practice.clock import Clock
from practice.store import dates
from practice.store.ledger import Ledger
from practice.store.savepoint import savepoint
from practice.store.stored import Commit
from practice.store.unit import Unit

_GROUP_JOBS = 128
_GROUP_S = 0.02
"""A group takes no further job after this long, so that its first is not kept waiting."""


@dataclass(slots=True)
class Job:
    """A unit of work that waits for its turn, and the future that hears of its end."""

    ods: str
    fn: Callable[[Unit], Any]
    agent: str | None
    announce: bool
    future: "asyncio.Future[Any] | Future[Any]"
    loop: asyncio.AbstractEventLoop | None
    result: Any = None
    error: BaseException | None = None


@dataclass(slots=True)
class _Group:
    """What one transaction holds."""

    connection: sa.Connection
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    commits: list[Commit] = field(default_factory=list)


class StoreClosedError(RuntimeError):
    """The store is closing, or closed: nothing is written any more."""


class Writer:
    """Runs jobs one after the other, each in a savepoint of the group it is committed with."""

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._listeners: list[tuple[asyncio.AbstractEventLoop, Callable[[Commit], None]]] = []
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._lock = threading.Lock()
        self._closed = False

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue *job*.

        Raises:
            StoreClosedError: no more jobs are taken.
        """
        with self._lock:
            if self._closed:
                raise StoreClosedError("the store is closed")
            self._jobs.put(job)

    def close(self) -> None:
        """Finish what is queued and end the thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        if self._thread.ident is not None:  # it was started
            self._thread.join()

    def listen(self, loop: asyncio.AbstractEventLoop, callback: Callable[[Commit], None]) -> None:
        """Tell *callback* on *loop* of every commit from now on."""
        self._listeners.append((loop, callback))

    def _run(self) -> None:
        with self._engine.connect() as connection:
            more = True
            while more:
                first = self._jobs.get()
                if first is None:
                    return
                more = self._group(connection, first)

    def _group(self, connection: sa.Connection, first: Job) -> bool:
        """Run *first* and what follows it in one transaction; False when the end was reached."""
        jobs, more = [first], True
        group = _Group(connection)
        try:
            with connection.begin():
                until = time.monotonic() + _GROUP_S
                self._do(group, first)
                while len(jobs) < _GROUP_JOBS and time.monotonic() < until:
                    try:
                        job = self._jobs.get_nowait()
                    except queue.Empty:
                        break
                    if job is None:
                        more = False
                        break
                    jobs.append(job)
                    self._do(group, job)
                for ledger in group.ledgers.values():
                    ledger.write(connection)
        except Exception as failed:  # noqa: BLE001 - nothing was stored: every job must hear of it
            for job in jobs:
                job.error = job.error or failed
            group.commits.clear()
        self._tell(jobs, group.commits)
        return more

    def _do(self, group: _Group, job: Job) -> None:
        """Run one job in a savepoint; its failure is its own."""
        ledger = group.ledgers.get(job.ods)
        if ledger is None:
            ledger = group.ledgers[job.ods] = Ledger.read(group.connection, job.ods)
        kept = ledger.copy()
        # Times never go back: other processes write too, and the clock may be set at start.
        now = max(self._clock.now(), dates.moment(ledger.last_updated))
        unit = Unit(job.ods, now, group.connection, job.agent, ledger)
        try:
            with savepoint(group.connection):
                job.result = job.fn(unit)
        except BaseException as failed:  # noqa: BLE001 - handed to whoever waits for the job
            ledger.restore(kept)
            job.error = failed
        else:
            if unit.changes_made and job.announce:
                group.commits.append(Commit(job.ods, tuple(unit.changes_made)))

    def _tell(self, jobs: list[Job], commits: list[Commit]) -> None:
        """Announce the commits, then resolve the futures, with one wake-up per event loop."""
        told: dict[asyncio.AbstractEventLoop, list[Job]] = {}
        for job in jobs:
            if job.loop is None:
                _resolve(job)
            else:
                told.setdefault(job.loop, []).append(job)
        if commits:
            for loop, _ in self._listeners:
                told.setdefault(loop, [])
        for loop, waiting in told.items():
            callbacks = [callback for its, callback in self._listeners if its is loop]
            try:
                loop.call_soon_threadsafe(_deliver, callbacks, commits, waiting)
            except RuntimeError:  # the loop is closed: nobody waits any more
                continue


def _deliver(
    callbacks: list[Callable[[Commit], None]], commits: list[Commit], jobs: list[Job]
) -> None:
    loop = asyncio.get_running_loop()
    for job in jobs:
        loop.call_soon(_resolve, job)  # even if a listener fails
    for commit in commits:
        for callback in callbacks:
            callback(commit)


def _resolve(job: Job) -> None:
    if job.future.done():  # whoever waited has been cancelled
        return
    if job.error is not None:
        job.future.set_exception(job.error)
    else:
        job.future.set_result(job.result)
