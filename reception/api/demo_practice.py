"""The demo practice: a practice service of one's own, started for this run and ended with it.

The client meets it on the wire like any other; here it only starts the command and reads the line
that says it is ready.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from reception.records.problem import Problem

READY_S = 120.0
STOP_S = 5.0
_LOG_CHARS = 300


class Account(msgspec.Struct, frozen=True):
    """One account of the demo practice."""

    user: str
    password: str
    role: str
    reference: str


class Ready(msgspec.Struct, frozen=True):
    """The line with which a service says that it is ready."""

    ready: bool
    base: str
    ca: str
    fingerprint: str
    accounts: tuple[Account, ...] = ()

    def account(self, role: str) -> Account:
        """The first account of *role*.

        Raises:
            Problem: there is none.
        """
        for account in self.accounts:
            if account.role == role:
                return account
        raise Problem(f"The demo practice has no {role} to sign in as.")


class DemoPractice:
    """A running `practice demo`. Coroutines run on the network thread."""

    def __init__(self, data: Path, arguments: Sequence[str] = ()) -> None:
        self._data, self._arguments = data, list(arguments)
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self.log: list[str] = []

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else None

    async def start(self, progress: Callable[[str], None]) -> Ready:
        """Start it and wait until it is ready; *progress* hears each line it tells meanwhile.

        Raises:
            Problem: the service is not installed, or did not come up.
        """
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "practice.cli", "demo", "--data", str(self._data), "--port", "0"),
            *("--until-eof", *self._arguments),
            stdin=asyncio.subprocess.PIPE,  # it ends with us, even when we are killed
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reader = asyncio.create_task(self._listen(progress))
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(READY_S):
                line = await self._process.stdout.readline()
            return msgspec.json.decode(line, type=Ready)
        except (TimeoutError, msgspec.DecodeError) as fault:
            await self.stop()
            why = self.log[-1] if self.log else "it said nothing"
            raise Problem(f"The demo practice did not start: {why}") from fault

    async def stop(self) -> None:
        """End it cleanly, and for certain."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._reader is not None:
            await self._reader

    async def _listen(self, progress: Callable[[str], None]) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            text = line.decode(errors="replace").strip()[:_LOG_CHARS]
            if text:
                self.log.append(text)
                del self.log[:-1000]
                progress(text)
