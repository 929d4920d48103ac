"""Half-written words, kept through anything."""

from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

from reception.desk.vault import Disk, Vault

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS draft (owner TEXT NOT NULL, key TEXT NOT NULL, "
    "text TEXT NOT NULL, kept_at TEXT NOT NULL, PRIMARY KEY (owner, key)) WITHOUT ROWID",
)


class Drafts:
    """One text per key (a thread, a patient), for one user, encrypted on disk.

    `keep` answers at once; the words are on the disk a few milliseconds later (`flushed`).
    The caller decides what a pause in typing is.

    Args:
        path: the file, `drafts.db`.
        key: 32 bytes from the keychain.
        owner: whose drafts: practice and user.
        disk: the thread that writes.
    """

    def __init__(self, path: Path, key: bytes, owner: str, disk: Disk) -> None:
        self._vault = Vault(path, key, SCHEMA, "drafts")
        self._owner, self._disk = owner, disk
        rows = self._vault.read("SELECT key, text FROM draft WHERE owner = ?", (owner,))
        self._texts: dict[str, str] = {str(key): str(text) for key, text in rows}
        self._last: Future[None] | None = None

    @property
    def problem(self) -> str:
        """A sentence if the file of last time could not be opened and was set aside."""
        return self._vault.problem

    def text(self, key: str) -> str:
        """The words kept under *key*, or an empty string."""
        return self._texts.get(key, "")

    def keys(self) -> list[str]:
        """Every key with words under it."""
        return sorted(self._texts)

    def keep(self, key: str, text: str) -> None:
        """Keep *text* under *key*; nothing but blanks is the same as `drop`."""
        if not text.strip():
            self.drop(key)
        elif self._texts.get(key) != text:
            self._texts[key] = text
            self._write(
                "INSERT OR REPLACE INTO draft (owner, key, text, kept_at) VALUES (?, ?, ?, ?)",
                (self._owner, key, text, datetime.now(UTC).isoformat()),
            )

    def drop(self, key: str) -> None:
        """Forget what was kept under *key*: it was sent, or thrown away."""
        if self._texts.pop(key, None) is not None:
            self._write("DELETE FROM draft WHERE owner = ? AND key = ?", (self._owner, key))

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

    def _write(self, statement: str, values: tuple[str, ...]) -> None:
        self._last = self._disk.post(lambda: self._vault.write(statement, values))
