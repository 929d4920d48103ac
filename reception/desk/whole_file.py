"""Files that are there as a whole or not at all, and sentences for when they cannot be written."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from reception.records.problem import Problem

PART = ".part"

_REASONS = {
    errno.EACCES: "this computer's user may not write there",
    errno.EPERM: "this computer's user may not write there",
    errno.EROFS: "it can only be read",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "there is no room left for this user",
    errno.ENOENT: "the folder is not there",
    errno.ENOTDIR: "the folder is not there",
    errno.EISDIR: "a folder has that name",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EIO: "the disk or the network drive does not answer",
    errno.EHOSTDOWN: "the network drive does not answer",
    errno.ETIMEDOUT: "the network drive does not answer",
}


class NotWritten(Problem):
    """A file could not be written; what was there before is still there.

    Attributes:
        reason: why, in words that go on a sentence.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path.name} could not be written to {path.parent}: {reason}. "
            "Nothing was saved; choose another folder, or try again."
        )
        self.reason = reason


def write_whole(path: Path, content: bytes) -> None:
    """Put *content* at *path*: all of it, or nothing and what was there stays. Blocks.

    Raises:
        NotWritten: with the reason in words.
    """
    # Not by tempfile: what it makes, nobody else may read, and a colleague must.
    part = path.with_name(f".{path.name}.{uuid4().hex}{PART}")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise NotWritten(path, reason_of(error)) from error


def reason_of(error: OSError) -> str:
    """Why the disk said no, in words."""
    return _REASONS.get(error.errno or 0, "the disk refused it")
