"""The ways into a practice: first contact, the browser, the kept token, the demo practice.

Loaded after the first window has been painted: all that speaks HTTPS and every page come with it.
"""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reception.api.connection import Connection, Practice
from reception.api.demo_practice import DemoPractice, Ready
from reception.api.form_browser import FormBrowser
from reception.api.keychain import Keychain
from reception.api.network import NetworkThread
from reception.api.sign_in import system_browser
from reception.api.trust import Certificate, Trust, fetch_certificate, is_trusted
from reception.signed_in import SignedIn, folder_of
from reception.ui.window_state import WindowState
from reception.widgets.look import Look

DEMO_MONDAY = ("--at", "2026-11-23T07:58", "--traffic", "monday")


class WaysIn:
    """Meets a practice and signs in there.

    Args:
        network: the network thread.
        keychain: where refresh tokens and the files' key are.
        state: what was remembered of last time.
        look: colours and sizes.
        profile: the folder of settings and encrypted files.
        ca: a certificate to trust for the practice, from the command line.
        proxy: a web proxy to go through, or empty.

    Attributes:
        demo_ready: what the demo practice said when it was ready.
    """

    def __init__(
        self,
        network: NetworkThread,
        keychain: Keychain,
        state: WindowState,
        look: Look,
        profile: Path,
        *,
        ca: Path | None = None,
        proxy: str = "",
    ) -> None:
        self._network, self._keychain = network, keychain
        self._state, self._look, self._profile = state, look, profile
        self._ca, self._proxy = ca, proxy
        self._trusted = Trust()
        self._practice: Practice | None = None
        self._demo: DemoPractice | None = None
        self._demo_folder: tempfile.TemporaryDirectory[str] | None = None
        self.demo_ready: Ready | None = None

    async def check(self, address: str) -> Certificate | None:
        """What to show the user before the first sign-in at *address*; None if it is trusted.

        Raises:
            Problem: nobody answers, or the certificate is not in order.
        """
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or 443
        for trust in (Trust(self._pinned(address)), Trust()):
            if await self._network.call(is_trusted(host, port, trust)):
                self._trusted = trust
                return None
        return await self._network.call(fetch_certificate(host, port))

    async def by_browser(self, address: str, ca_pem: str) -> SignedIn:
        """Sign in through the system's browser; *ca_pem* is what the user has just agreed to."""
        trust = Trust(ca_pem) if ca_pem else self._trusted
        return await self._enter(address, trust, lambda p: p.sign_in(system_browser))

    async def by_kept_token(self, address: str, user: str, token: str) -> SignedIn:
        """Sign in again without a browser."""
        trust = Trust(self._pinned(address))
        return await self._enter(address, trust, lambda p: p.sign_in_again(token, user))

    async def to_the_demo(
        self, arguments: tuple[str, ...], progress: Callable[[str], None]
    ) -> SignedIn:
        """Start the demo practice and sign in as its first receptionist."""
        await self._end_demo()
        self._demo_folder = tempfile.TemporaryDirectory(prefix="reception-demo-")
        data = Path(self._demo_folder.name) / "data"
        self._demo = DemoPractice(data, [*DEMO_MONDAY, *arguments])
        loop = asyncio.get_running_loop()
        ready = self.demo_ready = await self._network.call(
            self._demo.start(lambda line: _tell(loop, progress, line))
        )
        account = ready.account("receptionist")
        progress(f"Signing in as {account.user} ...")
        trust = Trust(await asyncio.to_thread(Path(ready.ca).read_text))
        browser = FormBrowser(trust, account.user, account.password)
        return await self._enter(
            ready.base, trust, lambda p: p.sign_in(browser.visit), remember=False
        )

    async def leave(self) -> None:
        """Let go of the practice's connections."""
        practice, self._practice = self._practice, None
        if practice is not None:
            await self._network.call(practice.close())

    async def close(self) -> None:
        """Let go of everything; the demo practice ends."""
        await self.leave()
        await self._end_demo()

    async def _end_demo(self) -> None:
        demo, self._demo = self._demo, None
        if demo is not None:
            await self._network.call(demo.stop())
        folder, self._demo_folder = self._demo_folder, None
        if folder is not None:
            folder.cleanup()

    def _pinned(self, address: str) -> str:
        if self._ca is not None:
            return self._ca.read_text()
        kept_base, ca_pem, _ = self._state.practice()
        return ca_pem if kept_base == address else ""

    async def _enter(
        self,
        base: str,
        trust: Trust,
        sign_in: Callable[[Practice], Coroutine[Any, Any, Connection]],
        *,
        remember: bool = True,
    ) -> SignedIn:
        def keep(user: str, token: str) -> None:
            if remember:
                self._keychain.keep_refresh_token(base, user, token)

        await self.leave()
        practice = self._practice = Practice(base, trust, keep=keep, proxy=self._proxy)
        connection = await self._network.call(sign_in(practice))
        if remember:
            self._state.keep_practice(base, trust.ca_pem, connection.identity.user)
        key = await self._keychain.data_key()
        folder = folder_of(self._profile, base)
        return SignedIn(self._network, connection, folder, key, self._look, self._state)


def _tell(loop: asyncio.AbstractEventLoop, progress: Callable[[str], None], line: str) -> None:
    loop.call_soon_threadsafe(progress, line)
