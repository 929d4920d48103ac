"""Real desks at the real service: signed in over HTTPS, live, each closed at the end."""

import asyncio
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from contract.codes import Role
from reception.api.connection import Connection, Practice
from reception.api.form_browser import FormBrowser
from reception.api.network import NetworkThread
from reception.api.trust import Trust
from reception.desk.desk import Desk
from reception.desk.drafts import Drafts
from reception.desk.me import Me
from reception.desk.outbox import Outbox
from reception.desk.vault import Disk
from tests.running import RunningPractice

KEY = bytes(range(32))


@dataclass
class Doors:
    """Signs accounts in, each once for the whole run: a sign-in takes its password's time.

    Attributes:
        practice: the running service.
        network: the network thread.
    """

    practice: RunningPractice
    network: NetworkThread
    _known: dict[str, Connection] = field(default_factory=dict)
    _doors: list[Practice] = field(default_factory=list)

    async def connection(self, account: dict[str, str], proxy: str = "") -> Connection:
        """*account*, signed in; through *proxy* always anew."""
        known = self._known.get(account["user"])
        if known is not None and not proxy:
            return known
        made = await self.network.call(self._sign_in(account, proxy))
        if not proxy:
            self._known[account["user"]] = made
        return made

    async def close(self) -> None:
        """Close every connection; on the network thread."""
        for door in self._doors:
            await door.close()

    async def _sign_in(self, account: dict[str, str], proxy: str) -> Connection:
        trust = Trust(self.practice.ca.read_text())
        door = Practice(self.practice.base, trust, keep=lambda user, token: None, proxy=proxy)
        self._doors.append(door)
        browser = FormBrowser(trust, account["user"], account["password"])
        made = await door.sign_in(browser.visit)
        if proxy:  # a test that breaks this network need not wait as a person would
            made.client._exchange._pauses_s = (0.0, 0.01, 0.01)
        return made


@dataclass
class Desks:
    """Opens desks at one practice.

    Attributes:
        doors: signs in.
        loop: the session's loop.
        folder: where drafts and outboxes are kept.
    """

    doors: Doors
    loop: asyncio.AbstractEventLoop
    folder: Path
    _open: list["_Opened"] = field(default_factory=list)

    @property
    def practice(self) -> RunningPractice:
        """The running service."""
        return self.doors.practice

    async def open(
        self,
        role: str = Role.RECEPTIONIST,
        number: int = 0,
        *,
        live: bool = True,
        proxy: str = "",
    ) -> Desk:
        """A desk with today's board loaded; *live*: changes made elsewhere arrive."""
        account = self.practice.account(role, number)
        opened = self._make(await self.doors.connection(account, proxy), account)
        if live:
            channel = opened.connection.live(opened.desk.feed)
            opened.live = asyncio.run_coroutine_threadsafe(channel.run(), self.doors.network.loop)
        await opened.desk.start(*(() if live else (0.0,)))
        return opened.desk

    def _make(self, connection: Connection, account: dict[str, str]) -> "_Opened":
        disk = Disk()
        owner = f"{self.practice.base}|{account['user']}"
        outbox = Outbox(self.folder / "outbox.db", KEY, owner, disk)
        drafts = Drafts(self.folder / "drafts.db", KEY, owner, disk)
        identity = connection.identity
        me = Me(
            identity.reference or account["reference"],
            identity.display or account["user"],
            Role(account["role"]),
            identity.scopes,
        )
        network = self.doors.network
        desk = Desk(me, connection.wire(network), network, outbox, drafts, self.loop)
        opened = _Opened(desk, connection, disk, outbox, drafts)
        self._open.append(opened)
        return opened

    async def shut(self, desk: Desk) -> None:
        """Close one desk."""
        opened = next(o for o in self._open if o.desk is desk)
        self._open.remove(opened)
        await opened.close()

    async def close(self) -> None:
        """Close every desk."""
        while self._open:
            await self._open.pop().close()


@dataclass
class _Opened:
    desk: Desk
    connection: Connection
    disk: Disk
    outbox: Outbox
    drafts: Drafts
    live: Future[None] | None = None

    async def close(self) -> None:
        if self.live is not None:
            self.live.cancel()
        await self.desk.close()
        self.desk.deleteLater()
        self.outbox.close()
        self.drafts.close()
        self.disk.stop()
