"""Passwords: argon2 hashes, made and checked off the event loop, two at a time."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 10
LONGEST: Final = 256
AT_ONCE: Final = 2
"""Each check takes 64 MB and a core for a moment: more at once would starve the desk."""


QUEUE: Final = 64
"""More than this many waiting is an attack or an accident, and nobody else should wait for it."""


class TooBusy(Exception):
    """Too many passwords are being checked already."""


class Passwords:
    """Hashes and checks passwords. The same work is done for a name that does not exist.

    Args:
        hasher: how costly a hash is; argon2-cffi's own choice if None.
        queue: how many may wait.
    """

    def __init__(self, hasher: PasswordHasher | None = None, queue: int = QUEUE) -> None:
        self._hasher = hasher or PasswordHasher()
        self._queue = queue
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._waiting = 0

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe())

    async def warm(self) -> None:
        """Make what is compared with for a name that does not exist, so that it takes no longer."""
        await self.matches(None, "")

    def hash(self, password: str) -> str:
        """The hash of *password* to keep."""
        return self._hasher.hash(password)

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether *password* is the one behind the hash; False, as slowly, for None.

        Raises:
            TooBusy: too many others are waiting.
        """
        if self._waiting >= self._queue:
            raise TooBusy
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, self._check, password_hash, password)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _check(self, password_hash: str | None, password: str) -> bool:
        try:
            self._hasher.verify(password_hash or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None


def invented() -> str:
    """A password for a new account, shown once: four groups that can be read out."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
