"""What was asked for and is not known to be stored: on the disk before it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from reception.api.bundle import Entry
from reception.desk.vault import Disk, Vault
from reception.records.tree import EPOCH, moment, wire_time

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS write (id TEXT PRIMARY KEY, owner TEXT NOT NULL, "
    "made_at TEXT NOT NULL, said TEXT NOT NULL, entries BLOB NOT NULL, whole INTEGER NOT NULL) "
    "WITHOUT ROWID",
)


@dataclass(frozen=True)
class Write:
    """One act of a user on its way to the service.

    Attributes:
        id: the X-Request-Id (a UUID).
        said: what it does, in words ("Booking 09:10 for SMITH, Jane").
        entries: what is sent.
        made_at: when, by the service's clock.
        whole: all or nothing (a transaction) rather than each for itself (a batch).
    """

    id: str
    said: str
    entries: tuple[Entry, ...]
    made_at: datetime
    whole: bool = True

    @property
    def subjects(self) -> tuple[str, ...]:
        """References of what it changes; what it creates has none yet."""
        return tuple(
            entry["request"]["url"] for entry in self.entries if entry["request"]["method"] == "PUT"
        )


class Outbox:
    """The writes of one user whose end is not known, encrypted on disk.

    Args:
        path: the file, `outbox.db`.
        key: 32 bytes from the keychain.
        owner: whose writes: practice and user.
        disk: the thread that writes.
    """

    def __init__(self, path: Path, key: bytes, owner: str, disk: Disk) -> None:
        self._vault = Vault(path, key, SCHEMA, "unsent changes")
        self._owner, self._disk = owner, disk

    @property
    def problem(self) -> str:
        """A sentence if the file of last time could not be opened and was set aside."""
        return self._vault.problem

    async def put(self, write: Write) -> None:
        """Keep *write*; it is on the disk when this answers."""
        body = msgspec.json.encode(write.entries)
        values = (write.id, self._owner, wire_time(write.made_at), write.said, body, write.whole)
        await self._disk.run(
            lambda: self._vault.write(
                "INSERT OR REPLACE INTO write (id, owner, made_at, said, entries, whole) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )
        )

    async def drop(self, write_id: str) -> None:
        """Forget a write: how it ended is known."""
        await self._disk.run(
            lambda: self._vault.write("DELETE FROM write WHERE id = ?", (write_id,))
        )

    async def pending(self) -> Sequence[Write]:
        """Every write whose end is not known, the oldest first."""
        rows = await self._disk.run(
            lambda: self._vault.read(
                "SELECT id, said, made_at, entries, whole FROM write WHERE owner = ? "
                "ORDER BY made_at, id",
                (self._owner,),
            )
        )
        return [
            Write(
                id=str(write_id),
                said=str(said),
                entries=tuple(msgspec.json.decode(entries)),
                made_at=moment(made_at) or EPOCH,
                whole=bool(whole),
            )
            for write_id, said, made_at, entries, whole in rows
        ]

    def close(self) -> None:
        """Close the file."""
        self._disk.post(self._vault.close).result()
