"""Half-written words, and the files that are to go with them, kept through anything."""

from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from reception.desk.enclosure import Enclosure
from reception.desk.vault import Disk, Vault

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS draft (owner TEXT NOT NULL, key TEXT NOT NULL, "
    "text TEXT NOT NULL, kept_at TEXT NOT NULL, PRIMARY KEY (owner, key)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS enclosure (owner TEXT NOT NULL, key TEXT NOT NULL, "
    "number INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, data BLOB NOT NULL, "
    "PRIMARY KEY (owner, key, number))",
)


class Drafts(QObject):
    """One text per key (a thread, a patient), for one user, encrypted on disk.

    `keep` answers at once; the words are on the disk a few milliseconds later (`flushed`).
    The caller decides what a pause in typing is.

    Args:
        path: the file, `drafts.db`.
        key: 32 bytes from the keychain.
        owner: whose drafts: practice and user.
        disk: the thread that writes.
    """

    changed = Signal(str)
    """What is kept under this key is something else now."""

    def __init__(self, path: Path, key: bytes, owner: str, disk: Disk) -> None:
        super().__init__()
        self._vault = Vault(path, key, SCHEMA, "drafts")
        self._owner, self._disk = owner, disk
        rows = self._vault.read("SELECT key, text FROM draft WHERE owner = ?", (owner,))
        self._texts: dict[str, str] = {str(key): str(text) for key, text in rows}
        self._files: dict[str, tuple[Enclosure, ...]] = {}
        for held, name, kind, data in self._vault.read(
            "SELECT key, name, kind, data FROM enclosure WHERE owner = ? ORDER BY key, number",
            (owner,),
        ):
            self._files[held] = (*self._files.get(held, ()), Enclosure(name, kind, data))
        self._last: Future[None] | None = None

    @property
    def problem(self) -> str:
        """A sentence if the file of last time could not be opened and was set aside."""
        return self._vault.problem

    def text(self, key: str) -> str:
        """The words kept under *key*, or an empty string."""
        return self._texts.get(key, "")

    def keys(self) -> list[str]:
        """Every key with words or files under it."""
        return sorted(self._texts.keys() | self._files.keys())

    def files(self, key: str) -> tuple[Enclosure, ...]:
        """What is to go along with the words under *key*."""
        return self._files.get(key, ())

    def enclose(self, key: str, files: tuple[Enclosure, ...]) -> None:
        """Have *files* go along with the words under *key*, and no others."""
        if files == self.files(key):
            return
        self._files[key] = files
        self._write("DELETE FROM enclosure WHERE owner = ? AND key = ?", (self._owner, key))
        for number, file in enumerate(files):
            self._write(
                "INSERT INTO enclosure (owner, key, number, name, kind, data) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (self._owner, key, number, file.name, file.kind, file.data),
            )
        if not files:
            del self._files[key]
        self.changed.emit(key)

    def keep(self, key: str, text: str) -> None:
        """Keep *text* under *key*; nothing but blanks forgets the text."""
        if not text.strip():
            self._forget(key)
        elif self._texts.get(key) != text:
            self._texts[key] = text
            self._write(
                "INSERT OR REPLACE INTO draft (owner, key, text, kept_at) VALUES (?, ?, ?, ?)",
                (self._owner, key, text, datetime.now(UTC).isoformat()),
            )
            self.changed.emit(key)

    def drop(self, key: str) -> None:
        """Forget what was kept under *key*: it was sent, or thrown away."""
        self._forget(key)
        self.enclose(key, ())

    def _forget(self, key: str) -> None:
        if self._texts.pop(key, None) is not None:
            self._write("DELETE FROM draft WHERE owner = ? AND key = ?", (self._owner, key))
            self.changed.emit(key)

    async def flushed(self) -> None:
        """Wait until everything kept so far is on the disk.

        Raises:
            apsw.Error: the last words could not be written.
        """
        last = self._last
        if last is not None:
            await self._disk.run(lambda: None)
            last.result()

    def close(self) -> None:
        """Finish writing and close the file."""
        self._disk.post(self._vault.close).result()

    def _write(self, statement: str, values: tuple[Any, ...]) -> None:
        self._last = self._disk.post(lambda: self._vault.write(statement, values))
