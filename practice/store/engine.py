"""The database engines. Everything that is particular to one database stands here."""

import sqlite3
from typing import Any

import sqlalchemy as sa

ENOUGH, GROWN = 1_000, 4
"""From so many resources on it is worth a look; grown so many times, another one."""
BUSY_MS = 10_000
"""How long to wait for another process that writes (`practice staff`, `practice token`)."""


def writer_engine(url: str) -> sa.Engine:
    """The engine whose transactions write."""
    return _engine(url, begin="BEGIN IMMEDIATE", pool_size=1)


def reader_engine(url: str, readers: int) -> sa.Engine:
    """The engine whose transactions only read, each on one consistent state."""
    return _engine(url, begin="BEGIN", pool_size=readers, read_only=True)


def take_stock(engine: sa.Engine) -> None:
    """Let SQLite see how its tables are filled, the first time and whenever they have grown.

    Until it has, it takes a practice to hold ten resources, and reads all of them rather than look
    up a hundred ids: board loads took 2.4 times as long, bookings twice. It takes 0.6 s for 10,000
    patients. PostgreSQL looks by itself.
    """
    if engine.dialect.name != "sqlite":
        return
    with engine.begin() as connection:
        now = connection.exec_driver_sql("SELECT coalesce(sum(rows), 0) FROM practice").scalar_one()
        if now >= max(ENOUGH, GROWN * _counted(connection)):
            connection.exec_driver_sql("ANALYZE")


def _counted(connection: sa.Connection) -> int:
    """How many resources there were when SQLite last looked; 0 if it never did."""
    if not sa.inspect(connection).has_table("sqlite_stat1"):
        return 0
    seen = connection.exec_driver_sql(
        "SELECT stat FROM sqlite_stat1 WHERE tbl = 'resource' AND idx = 'resource'"
    ).scalar()
    return int(str(seen).split()[0]) if seen else 0


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
