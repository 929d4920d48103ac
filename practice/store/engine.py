"""The database engines. Everything that is particular to one database stands here."""

import sqlite3
from typing import Any

import sqlalchemy as sa

BUSY_MS = 10_000
"""How long to wait for another process that writes (`practice staff`, `practice token`)."""


def writer_engine(url: str) -> sa.Engine:
    """The engine whose transactions write."""
    return _engine(url, begin="BEGIN IMMEDIATE", pool_size=1)


def reader_engine(url: str, readers: int) -> sa.Engine:
    """The engine whose transactions only read, each on one consistent state."""
    return _engine(url, begin="BEGIN", pool_size=readers, read_only=True)


def _engine(url: str, *, begin: str, pool_size: int, read_only: bool = False) -> sa.Engine:
    engine = sa.create_engine(
        url,
        poolclass=sa.QueuePool,
        pool_size=pool_size,
        max_overflow=8,
        connect_args={"cached_statements": 512} if url.startswith("sqlite") else {},
        hide_parameters=True,  # or a failure would write patients' details into the log
    )
    if engine.dialect.name != "sqlite":
        return engine

    def on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        # pysqlite would begin and commit by itself, and break savepoints; see SQLAlchemy,
        # "SQLite transactions and the sqlite3 driver".
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-32768",
            "wal_autocheckpoint=4000",
            f"query_only={'ON' if read_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    sa.event.listen(engine, "connect", on_connect)
    sa.event.listen(engine, "begin", on_begin)
    return engine
