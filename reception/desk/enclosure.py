"""A file that goes along with a message: read once, checked, and never run."""

from dataclasses import dataclass
from pathlib import Path

from contract.attachment import TAKEN, TEXT, kind_of
from contract.limits import ATTACHMENT_BYTES
from reception.desk.problems import NotPossible

MOST = 6
"""Files that one message can carry."""


@dataclass(frozen=True)
class Enclosure:
    """One file to be sent.

    Attributes:
        name: how it is called, without a folder.
        kind: its media type, by its own bytes.
        data: the bytes.
    """

    name: str
    kind: str
    data: bytes

    @property
    def words(self) -> str:
        """`knee.jpg, 240 KB`."""
        return f"{self.name}, {size_text(len(self.data))}"


def size_text(size: int) -> str:
    """`640 bytes`, `240 KB`, `4.8 MB`."""
    if size < 1024:
        return f"{size} bytes"
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / (1024 * 1024):.1f} MB"


def read_file(path: Path) -> Enclosure:
    """The file at *path*, if it may be sent. Blocks: call it on a thread.

    Raises:
        NotPossible: it cannot be read, is too large, empty, or of a kind that is not taken.
    """
    try:
        size = path.stat().st_size
        if size > ATTACHMENT_BYTES:
            raise NotPossible(
                f"{path.name} is {size_text(size)}; at most "
                f"{ATTACHMENT_BYTES // (1024 * 1024)} MB can be sent."
            )
        data = path.read_bytes()
    except OSError as fault:
        raise NotPossible(f"{path.name} could not be read: {fault.strerror}.") from fault
    return enclosed(path.name, data)


def enclosed(name: str, data: bytes) -> Enclosure:
    """*data* as a file to be sent.

    Raises:
        NotPossible: it is too large, empty, or of a kind that is not taken.
    """
    if not data:
        raise NotPossible(f"{name} is empty.")
    if len(data) > ATTACHMENT_BYTES:
        raise NotPossible(f"{name} is too large: {size_text(len(data))}.")
    kind = kind_of(data)
    if not kind:
        raise NotPossible(f"{name} is no file that can be sent. {TAKEN} are taken.")
    return Enclosure(name, kind, data)


@dataclass(frozen=True)
class Received:
    """One file of a message, as it has come.

    Attributes:
        title: the name the message gives it.
        kind: what its own bytes say; empty where that is nothing we show.
        said: the kind that the message names.
        data: the bytes.
    """

    title: str
    kind: str
    said: str
    data: bytes

    @property
    def is_what_it_says(self) -> bool:
        """Whether its bytes are of the kind that the message names."""
        return bool(self.kind) and self.kind == self.said.partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """Its words, where it is plain text."""
        return self.data.decode("utf-8-sig", "replace") if self.kind == TEXT else ""
