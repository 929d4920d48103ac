"""Encrypted files on this computer, and the one thread that writes them."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import apsw

T = TypeVar("T")


class Disk:
    """One thread on which everything is written: an fsync takes 7 ms and more, a frame has 16."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="disk")

    async def run(self, work: Callable[[], T]) -> T:
        """Do *work* on the thread, after everything handed over before, and answer here."""
        return await asyncio.wrap_future(self._thread.submit(work))

    def post(self, work: Callable[[], T]) -> "Future[T]":
        """Do *work* on the thread; the future tells when."""
        return self._thread.submit(work)

    def stop(self) -> None:
        """Finish what was handed over, then end."""
        self._thread.shutdown(wait=True)


class Vault:
    """One encrypted SQLite file. A file that the key does not open is set aside, never deleted.

    Every commit is on the disk when it returns (WAL, `synchronous=FULL`).

    Args:
        path: the file; its folder is made.
        key: 32 bytes.
        schema: statements that make what is missing.
        holds: what is in it, for the sentence ("drafts").

    Raises:
        ValueError: the key is not 32 bytes.
    """

    problem: str = ""
    """A sentence if the file of last time had to be set aside, else empty."""

    def __init__(self, path: Path, key: bytes, schema: Iterable[str], holds: str) -> None:
        if len(key) != 32:
            raise ValueError("a vault's key has 32 bytes")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path, self._key, self._schema = path, key, list(schema)
        try:
            self._db = self._open()
        except apsw.NotADBError:
            aside = self._set_aside()
            self.problem = (
                f"The {holds} kept on this computer could not be opened with today's key. "
                f"They were set aside as {aside.name}."
            )
            self._db = self._open()

    def read(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return list(self._db.execute(statement, values))

    def write(self, statement: str, values: tuple[Any, ...] = ()) -> None:
        """One statement, committed."""
        self._db.execute(statement, values)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _open(self) -> apsw.Connection:
        self._path.touch(mode=0o600)
        db = apsw.Connection(str(self._path))
        try:
            db.pragma("key", f"raw:{self._key.hex()}")
            db.set_busy_timeout(5_000)
            db.pragma("journal_mode", "wal")
            db.pragma("synchronous", "full")
            for statement in self._schema:
                db.execute(statement)
        except apsw.Error:
            db.close()
            raise
        return db

    def _set_aside(self) -> Path:
        number = 1
        while (aside := self._path.with_name(f"{self._path.name}.unreadable-{number}")).exists():
            number += 1
        for ending in ("", "-wal", "-shm"):
            part = self._path.with_name(self._path.name + ending)
            if part.exists():
                part.rename(aside.with_name(aside.name + ending))
        return aside
