"""The operating system's keychain: one refresh token per user, one key for what is kept on disk.

Source: design 4 (keyring on a worker thread with its own deadline).
"""

import asyncio
import concurrent.futures
import queue
import secrets
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")

SERVICE_NAME = "Reception"
DEADLINE_S = 5.0
"""A Secret Service that does not start blocks for 120 s and then raises something of its own."""
SETTLE_S = 0.7
"""At the end of the program: closing the window ends within two seconds."""
KEY_BYTES = 32
_KEY_NAME = "data key"
_UNUSABLE = (
    "This computer's keychain cannot be used, so you will have to sign in again next time, and "
    "drafts are kept only until Reception is closed."
)


class Backend(Protocol):
    """What is used of keyring."""

    def get_password(self, service: str, name: str) -> str | None:
        """The secret, or None."""
        ...

    def set_password(self, service: str, name: str, secret: str) -> None:
        """Store the secret."""
        ...

    def delete_password(self, service: str, name: str) -> None:
        """Remove the secret."""
        ...


class KeychainFailed(Exception):
    """The keychain failed, refused or did not answer in time."""


class Keychain:
    """Secrets in the keychain, through keyring on a worker thread of its own.

    Nothing here raises and nothing waits for longer than five seconds: a keychain that fails makes
    `usable` false and gives `complaint` a sentence, and the program goes on without it. The worker
    is a daemon: a keychain that hangs never keeps the program from ending.

    Args:
        open_backend: makes the keyring backend; called on the worker.
        deadline_s: how long one answer may take.
    """

    def __init__(
        self, open_backend: Callable[[], Backend] | None = None, deadline_s: float = DEADLINE_S
    ) -> None:
        self._open_backend = open_backend or system_backend
        self._deadline_s = deadline_s
        self._backend: Backend | None = None
        self._run_key = secrets.token_bytes(KEY_BYTES)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._worker: threading.Thread | None = None
        self.usable = True
        self.complaint = ""

    async def refresh_token(self, base: str, user: str) -> str:
        """The stored refresh token, or an empty string."""
        return await self._ask(lambda: self._get(_token_name(base, user)), "")

    def keep_refresh_token(self, base: str, user: str, token: str) -> None:
        """Store *token*, without waiting. In order with everything else that is asked."""
        if self.usable:
            self._submit(lambda: self._set(_token_name(base, user), token))

    async def forget(self, base: str, user: str) -> None:
        """Remove the refresh token."""
        await self._ask(lambda: self._delete(_token_name(base, user)), None)

    async def data_key(self) -> bytes:
        """The 256-bit key of the encrypted copy and of drafts; made on first use.

        Without a usable keychain: a key for this run only.
        """
        return await self._ask(self._data_key, self._run_key)

    async def forget_data_key(self) -> None:
        """Remove the key, so that what is on disk can never be read again."""
        await self._ask(lambda: self._delete(_KEY_NAME), None)

    async def settle(self, deadline_s: float = SETTLE_S) -> bool:
        """Wait until everything that was asked has been done; whether it was, in time.

        For the end of the program: the token kept last is the only one that is still good.
        """
        if not self.usable or self._worker is None:
            return False
        asked = asyncio.wrap_future(self._submit(lambda: None))
        done, _ = await asyncio.wait([asked], timeout=deadline_s)
        asked.cancel()
        return bool(done)

    def close(self) -> None:
        """Let the worker end after what is queued; waits for nothing."""
        self._jobs.put(None)

    def _get(self, name: str) -> str:
        return self._ready().get_password(SERVICE_NAME, name) or ""

    def _set(self, name: str, secret: str) -> None:
        self._ready().set_password(SERVICE_NAME, name, secret)

    def _delete(self, name: str) -> None:
        if self._ready().get_password(SERVICE_NAME, name) is not None:
            self._ready().delete_password(SERVICE_NAME, name)

    def _data_key(self) -> bytes:
        held = _key_in(self._get(_KEY_NAME))
        if held is None:
            self._set(_KEY_NAME, self._run_key.hex())
        return held or self._run_key

    def _ready(self) -> Backend:
        if self._backend is None:
            self._backend = self._open_backend()
        return self._backend

    async def _ask(self, act: Callable[[], T], otherwise: T) -> T:
        if not self.usable:
            return otherwise
        future = self._submit(act)
        try:
            async with asyncio.timeout(self._deadline_s):
                return await asyncio.wrap_future(future)
        except (TimeoutError, KeychainFailed):
            self._give_up()
            return otherwise

    def _submit(self, act: Callable[[], T]) -> "concurrent.futures.Future[T]":
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="keychain", daemon=True)
            self._worker.start()
        self._jobs.put(_Job(act, future))
        return future

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if not job.run():
                self._give_up()

    def _give_up(self) -> None:
        self.complaint = _UNUSABLE
        self.usable = False


class _Job:
    """One thing to do on the worker, and who waits for it."""

    def __init__(self, act: Callable[[], T], future: "concurrent.futures.Future[T]") -> None:
        self._act = act
        self._future = future

    def run(self) -> bool:
        """Do it; whether it succeeded."""
        if not self._future.set_running_or_notify_cancel():
            return True
        try:
            result = self._act()
        except BaseException as error:  # noqa: BLE001 - D-Bus and keyring raise of many families
            failed = KeychainFailed(type(error).__name__)
            failed.__cause__ = error
            self._future.set_exception(failed)
            return False
        self._future.set_result(result)
        return True


def system_backend() -> Backend:
    """The keyring of this computer.

    Raises:
        KeychainFailed: there is none that keeps secrets.
    """
    import keyring  # noqa: PLC0415 - slow; only ever on the worker
    from keyring.backends import fail, null  # noqa: PLC0415

    found = keyring.get_keyring()
    if isinstance(found, fail.Keyring | null.Keyring) or found.priority <= 0:
        raise KeychainFailed("no keychain")
    return found


def _key_in(text: str) -> bytes | None:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None


def _token_name(base: str, user: str) -> str:
    return f"{user} at {base.rstrip('/')}"
