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
class Desks:
    """Opens desks at one practice.

    Attributes:
        practice: the running service.
        network: the network thread.
        loop: the session's loop.
        folder: where drafts and outboxes are kept.
    """

    practice: RunningPractice
    network: NetworkThread
    loop: asyncio.AbstractEventLoop
    folder: Path
    _open: list[Desk] = field(default_factory=list)
    _disks: list[Disk] = field(default_factory=list)
    _running: list[Future[None]] = field(default_factory=list)
    _doors: list[Practice] = field(default_factory=list)
    _closing: list[Drafts | Outbox] = field(default_factory=list)

    async def open(
        self, role: str = Role.RECEPTIONIST, number: int = 0, *, live: bool = True
    ) -> Desk:
        """A desk with today's board loaded; *live*: changes made elsewhere arrive."""
        account = self.practice.account(role, number)
        connection, door = await self.network.call(sign_in(self.practice, account))
        self._doors.append(door)
        desk = self.desk_of(connection, account)
        if live:
            channel = connection.live(desk.feed)
            task = asyncio.run_coroutine_threadsafe(channel.run(), self.network.loop)
            self._running.append(task)
        await desk.start()
        return desk

    def desk_of(self, connection: Connection, account: dict[str, str]) -> Desk:
        """A desk on *connection*, not started."""
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
        wire = connection.wire(self.network)
        desk = Desk(me, wire, self.network, outbox, drafts, self.loop)
        self._open.append(desk)
        self._disks.append(disk)
        self._closing += [outbox, drafts]
        return desk

    async def close(self) -> None:
        """Close every desk."""
        for task in self._running:
            task.cancel()
        for desk in self._open:
            await desk.close()
            desk.deleteLater()
        for door in self._doors:
            await self.network.call(door.close())
        for kept in self._closing:
            kept.close()
        for disk in self._disks:
            disk.stop()


async def sign_in(
    practice: RunningPractice, account: dict[str, str]
) -> tuple[Connection, Practice]:
    """Sign *account* in; on the network thread."""
    trust = Trust(practice.ca.read_text())
    door = Practice(practice.base, trust, keep=lambda user, token: None)
    browser = FormBrowser(trust, account["user"], account["password"])
    return await door.sign_in(browser.visit), door
