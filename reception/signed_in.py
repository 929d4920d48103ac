"""One signed-in user at one practice: the wire, the live channel, the desk and its window."""

import asyncio
import hashlib
from pathlib import Path

from contract.codes import Role
from reception.api.connection import Connection
from reception.api.live import LiveChannel
from reception.api.network import NetworkThread
from reception.api.session import Identity
from reception.desk.desk import Desk
from reception.desk.drafts import Drafts
from reception.desk.me import Me
from reception.desk.outbox import Outbox
from reception.desk.red_flags import RedFlags
from reception.desk.vault import Disk
from reception.records.problem import Problem, SignedOut
from reception.ui.board_page import BoardPage
from reception.ui.desk_page import DeskPage
from reception.ui.main_window import MainWindow
from reception.ui.messages_page import MessagesPage
from reception.ui.page import Page
from reception.ui.patients_page import PatientsPage
from reception.ui.prescriptions_page import PrescriptionsPage
from reception.ui.printing import Printing
from reception.ui.release_page import ReleasePage
from reception.ui.request_sender import Sender
from reception.ui.sessions_page import SessionsPage
from reception.ui.sounder import SystemSounder
from reception.ui.thread_panel import CLINICIANS
from reception.ui.window_state import WindowState
from reception.ui.work_page import WorkPage
from reception.widgets.banner import Weight
from reception.widgets.look import Look

RedFlags.shipped()  # read here, on the thread that loads this module, not when the window waits

LEAVE_S = 0.7
"""Saying goodbye to the service may take this long; closing the window ends within two seconds."""


class SignedIn:
    """Everything that lives from signing in to signing out.

    Args:
        network: the network thread.
        connection: the signed-in connection.
        folder: where this user's encrypted files are.
        key: their key, 32 bytes.
        look: colours and sizes.
        state: what the window remembers.
    """

    def __init__(
        self,
        network: NetworkThread,
        connection: Connection,
        folder: Path,
        key: bytes,
        look: Look,
        state: WindowState,
    ) -> None:
        self._network, self._connection = network, connection
        self._disk = Disk()
        owner = f"{connection.client.base} {connection.identity.user}"
        outbox = Outbox(folder / "outbox.db", key, owner, self._disk)
        drafts = Drafts(folder / "drafts.db", key, owner, self._disk)
        self.desk = Desk(
            me_of(connection.identity),
            connection.wire(network),
            network,
            outbox,
            drafts,
            asyncio.get_running_loop(),
        )
        self._mail = Sender(self.desk, parent=self.desk)
        self._channel: LiveChannel = connection.live(self.desk.feed)
        self.window = MainWindow(
            self.desk,
            look,
            state,
            [
                *self._first_pages(look),
                DeskPage(self.desk, look, self._mail),
                BoardPage(self.desk, look),
                MessagesPage(self.desk, look, self._mail),
                PrescriptionsPage(self.desk, look),
                PatientsPage(self.desk, look),
                ReleasePage(self.desk, look),
                SessionsPage(self.desk, look),
            ],
            SystemSounder(folder / "sounds", parent=self.desk),
        )
        self.printing = Printing(self.desk, look, folder, self.window)
        for page in self.window.pages:
            if isinstance(page, BoardPage):
                page.print_requested.connect(self.printing.open)
        self._live: asyncio.Task[None] | None = None
        if drafts.problem:
            self.window.say(drafts.problem, Weight.WARN)

    def _first_pages(self, look: Look) -> list[Page]:
        """What stands before the desk: for who sees patients, what lies between two of them."""
        treats = self.desk.me.role in CLINICIANS
        return [WorkPage(self.desk, look, self._mail)] if treats else []

    async def start(self) -> None:
        """Get in touch and load the day; what goes wrong is shown in the window."""
        self._live = asyncio.create_task(self._stay_live())
        try:
            await self.desk.start()
        except Problem as problem:
            self.window.banner.show_problem(problem)
        practice = self.desk.organization
        if practice is not None:
            self.window.name_practice(practice.name)
            self.printing.pack.look_at_the_clock()

    async def _stay_live(self) -> None:
        try:
            await self._network.call(self._channel.run())
        except SignedOut as ended:
            self.window.offer_sign_in(ended.sentence)

    async def close(self, *, sign_out: bool = False) -> None:
        """End the pages, the desk and the channel; with *sign_out* the tokens too."""
        await self._mail.close()
        await self.printing.close()
        await self.window.wound_up()
        await self.desk.close()
        try:
            async with asyncio.timeout(LEAVE_S):
                await self._network.call(self._channel.close())
                if sign_out:
                    await self._network.call(self._connection.sign_out())
        except (TimeoutError, Problem):
            pass  # the service ends what it does not hear of any more by itself
        if self._live is not None:
            self._live.cancel()
            await asyncio.gather(self._live, return_exceptions=True)
        self._disk.stop()
        self.desk.red_flags.forget()
        self.window.deleteLater()


def me_of(identity: Identity) -> Me:
    """The user, as the desk knows them."""
    known = {str(role) for role in Role}
    role = Role(identity.role) if identity.role in known else Role.RECEPTIONIST
    return Me(identity.reference, identity.display or identity.user, role, identity.scopes)


def folder_of(profile: Path, base: str) -> Path:
    """Where the encrypted files of the practice at *base* are kept below *profile*."""
    return profile / hashlib.sha256(base.encode()).hexdigest()[:16]
