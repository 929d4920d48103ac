"""The demo practice: a practice service of one's own, started for this run and ended with it.

The client meets it on the wire like any other; here it only starts the command, reads the line
that says it is ready, and plays the browser for an account whose password that line gives.
"""

import asyncio
import contextlib
import re
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx2
import msgspec

from reception.api.trust import Trust
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
            *self._arguments,
            stdin=asyncio.subprocess.DEVNULL,
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


@dataclass(frozen=True, slots=True)
class PlayedBrowser:
    """Signs in through the service's own page, as a browser with somebody at it would."""

    trust: Trust
    user: str
    password: str

    async def visit(self, address: str) -> None:
        """Open *address*, fill in the page it shows, and follow where it leads.

        Raises:
            Problem: the page has no form, or the service did not let this user in.
        """
        context = self.trust.context()
        async with httpx2.AsyncClient(verify=context, timeout=20.0) as client:
            page = await client.get(address)
            form = _Form()
            form.feed(page.text)
            if form.action is None:
                raise Problem("The practice's sign-in page could not be read.")
            fields = form.fields | {form.user_field: self.user, form.password_field: self.password}
            answer = await client.post(urljoin(str(page.url), form.action), data=fields)
            target = answer.headers.get("location")
            if target is None:
                said = re.sub(r"<[^>]+>", " ", answer.text)
                raise Problem(
                    f"The practice did not let {self.user} in ({' '.join(said.split())[:120]})."
                )
            if urlsplit(target).hostname not in ("127.0.0.1", "localhost"):
                raise Problem("The practice's sign-in page led somewhere unexpected.")
        async with httpx2.AsyncClient(timeout=20.0) as loopback:
            await loopback.get(target)


class _Form(HTMLParser):
    """The first form of a page: where it goes and what it already holds."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.user_field, self.password_field = "username", "password"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action = values.get("action", "")
        elif tag == "input" and self.action is not None and values.get("name"):
            kind = values.get("type", "text")
            if kind == "hidden":
                self.fields[values["name"]] = values.get("value", "")
            elif kind == "password":
                self.password_field = values["name"]
            elif kind in ("text", "email"):
                self.user_field = values["name"]
