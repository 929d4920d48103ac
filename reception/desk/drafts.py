"""Half-written words, kept through anything."""


class Drafts:
    """One text per key (a thread, a patient), for one user, encrypted on disk.

    `keep` answers at once; the words are on the disk a moment later (`flushed`).
    """

    problem: str
    """A sentence if the file of last time could not be opened and was set aside, else empty."""

    def text(self, key: str) -> str: ...
    def keep(self, key: str, text: str) -> None: ...
    def drop(self, key: str) -> None: ...
    def keys(self) -> list[str]: ...
    async def flushed(self) -> None: ...
