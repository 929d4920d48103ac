"""The composition root: the one place that builds everything and hands it on."""

import asyncio
import gc
import sys
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication, QStandardPaths
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from reception.api.connection import Connection, Practice
from reception.api.demo_practice import DemoPractice, Ready
from reception.api.form_browser import FormBrowser
from reception.api.keychain import Keychain
from reception.api.network import NetworkThread
from reception.api.sign_in import system_browser
from reception.api.trust import Certificate, Trust, fetch_certificate, is_trusted
from reception.fault_log import SENTENCE, FaultLog
from reception.records.problem import Problem
from reception.signals import EndSignals
from reception.signed_in import SignedIn, folder_of
from reception.ui.first_window import FirstWindow
from reception.ui.window_state import WindowState
from reception.widgets.banner import Weight
from reception.widgets.look import Look
from reception.widgets.palette import system_scheme

SWITCH_S = 0.001
"""How often the network thread gives way; Python's own 5 ms is a third of a frame."""
GC_THRESHOLDS = (50_000, 20, 100)
"""Wide, or a collection takes 10 ms of a frame; what is there after start is frozen."""
DEMO_MONDAY = ("--at", "2026-11-23T07:58", "--traffic", "monday")


@dataclass(frozen=True)
class Options:
    """How the program was started.

    Attributes:
        base: the practice's address, or empty for the one of last time.
        ca: a certificate to trust for it.
        demo: open the demo practice, signed in.
        demo_arguments: further arguments of `practice demo`.
        profile: where settings and encrypted files go; None = the system's place.
        proxy: reach the practice through this web proxy.
    """

    base: str = ""
    ca: Path | None = None
    demo: bool = False
    demo_arguments: tuple[str, ...] = ()
    profile: Path | None = None
    proxy: str = ""


class App:
    """The program: the first window or the main one, and what both need."""

    def __init__(self, qt: QApplication, options: Options) -> None:
        self._options = options
        self._closing = asyncio.Event()
        profile = options.profile or Path(
            QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
        )
        profile.mkdir(parents=True, exist_ok=True)
        self._profile = profile
        self.state = WindowState(profile / "window.ini")
        self.look = Look(self.state.scheme(system_scheme()))
        self.look.apply_to(qt)
        self._loop = asyncio.get_running_loop()
        self._faults = FaultLog(profile / "reception.log")
        self._faults.install()
        self._faults.tell = self._on_fault
        self._loop.set_exception_handler(self._faults.take_of_loop)
        self.network = NetworkThread(self._faults.take_one)
        self._keychain = Keychain()
        self._practice: Practice | None = None
        self._demo: DemoPractice | None = None
        self._demo_folder: tempfile.TemporaryDirectory[str] | None = None
        self._trusted = Trust()
        self._running: asyncio.Task[None] | None = None
        self.demo_ready: Ready | None = None
        self.first: FirstWindow | None = None
        self.signed_in: SignedIn | None = None

    async def run(self) -> None:
        """Show what fits, until the last window is closed."""
        try:
            await self._open()
            await self._closing.wait()
        finally:
            await self._wind_up()

    async def _open(self) -> None:
        base, ca_pem, user = self.state.practice()
        if self._options.base:
            base = self._options.base.rstrip("/")
            ca_pem = self._options.ca.read_text() if self._options.ca else ca_pem
        if self._options.demo:
            self._show_first(base).try_demo.click()
            return
        first = self._show_first(base)
        if not (base and user):
            return
        token = await self._keychain.refresh_token(base, user)
        if not token:
            return
        first.wait(f"Signing in again at {urlsplit(base).hostname} ...")
        try:
            await self._enter(base, Trust(ca_pem), lambda p: p.sign_in_again(token, user))
        except Problem as problem:
            first.ask_again(problem.sentence)

    def _show_first(self, base: str) -> FirstWindow:
        first = FirstWindow(
            self.look,
            check=self._check,
            sign_in=self._sign_in,
            demo=self._try_demo,
            address=base,
        )
        first.closed.connect(self._on_first_closed)
        self.first = first
        first.show()
        return first

    # -- ways in

    async def _check(self, address: str) -> Certificate | None:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or 443
        kept_base, ca_pem, _ = self.state.practice()
        if self._options.ca is not None:
            ca_pem = self._options.ca.read_text()
        elif kept_base != address:
            ca_pem = ""
        for trust in (Trust(ca_pem), Trust()):
            if await self.network.call(is_trusted(host, port, trust)):
                self._trusted = trust
                return None
        return await self.network.call(fetch_certificate(host, port))

    async def _sign_in(self, address: str, ca_pem: str) -> None:
        trust = Trust(ca_pem) if ca_pem else self._trusted
        await self._enter(address, trust, lambda p: p.sign_in(system_browser))

    async def _try_demo(self) -> None:
        self._demo_folder = tempfile.TemporaryDirectory(prefix="reception-demo-")
        data = Path(self._demo_folder.name) / "data"
        demo = self._demo = DemoPractice(data, [*DEMO_MONDAY, *self._options.demo_arguments])

        def progress(line: str) -> None:
            self._loop.call_soon_threadsafe(self._show_progress, line)

        ready = await self.network.call(demo.start(progress))
        self.demo_ready = ready
        account = ready.account("receptionist")
        self._show_progress(f"Signing in as {account.user} ...")
        trust = Trust(await asyncio.to_thread(Path(ready.ca).read_text))
        browser = FormBrowser(trust, account.user, account.password)
        await self._enter(
            ready.base,
            trust,
            lambda p: p.sign_in(browser.visit),
            remember=False,
        )

    def _show_progress(self, line: str) -> None:
        if self.first is not None:
            self.first.wait(line)

    async def _enter(
        self,
        base: str,
        trust: Trust,
        sign_in: Callable[[Practice], Coroutine[Any, Any, Connection]],
        *,
        remember: bool = True,
    ) -> None:
        def keep(user: str, token: str) -> None:
            if remember:
                self._keychain.keep_refresh_token(base, user, token)

        practice = self._practice = Practice(base, trust, keep=keep, proxy=self._options.proxy)
        connection = await self.network.call(sign_in(practice))
        if remember:
            self.state.keep_practice(base, trust.ca_pem, connection.identity.user)
        key = await self._keychain.data_key()
        folder = folder_of(self._profile, base)
        self.signed_in = SignedIn(self.network, connection, folder, key, self.look, self.state)
        window = self.signed_in.window
        window.closed.connect(self._on_closed)
        window.sign_out_requested.connect(self._on_sign_out)
        window.show()
        if self.first is not None:
            self.first.closed.disconnect(self._on_first_closed)
            self.first.close()
            self.first.deleteLater()
            self.first = None
        if remember and not self._keychain.usable:
            window.say(self._keychain.complaint, Weight.WARN)
        self._running = asyncio.create_task(self._start(self.signed_in))

    async def _start(self, signed_in: SignedIn) -> None:
        await signed_in.start()
        gc.collect()
        gc.freeze()

    # -- ways out

    def _on_first_closed(self) -> None:
        self._closing.set()

    def _on_closed(self) -> None:
        self._closing.set()

    def end(self) -> None:
        """End the program as closing its window would."""
        for window in (self.first, self.signed_in.window if self.signed_in else None):
            if window is not None:
                window.close()
        self._closing.set()

    def _on_fault(self) -> None:
        self._loop.call_soon_threadsafe(self._tell_fault)

    def _tell_fault(self) -> None:
        if self.signed_in is not None:
            self.signed_in.window.say(SENTENCE, Weight.WARN)

    def _on_sign_out(self) -> None:
        self._running = asyncio.create_task(self._sign_out())

    async def _sign_out(self) -> None:
        leaving, self.signed_in = self.signed_in, None
        if leaving is None:
            return
        leaving.window.closed.disconnect(self._on_closed)
        base, _, user = self.state.practice()
        leaving.window.close()
        await leaving.close(sign_out=True)
        await self._keychain.forget(base, user)
        self._show_first(base).ask_again()

    async def _wind_up(self) -> None:
        """Everything ends: windows, desk, channel, practice, network, demo."""
        self._faults.tell = lambda: None
        first, self.first = self.first, None
        if first is not None:
            await first.wound_up()
        leaving, self.signed_in = self.signed_in, None
        if leaving is not None:
            await leaving.close()
        if self._practice is not None:
            await self.network.call(self._practice.close())
        if self._demo is not None:
            await self.network.call(self._demo.stop())
        await self._keychain.settle()
        self._keychain.close()
        self.network.stop()
        if self._demo_folder is not None:
            self._demo_folder.cleanup()


Script = Callable[[App], Coroutine[Any, Any, None]]


def run(options: Options, script: Script | None = None) -> int:
    """Run the program until its last window is closed; its exit code.

    *script* drives it, as the tour does; when it ends, so does the program.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(*GC_THRESHOLDS)
    QCoreApplication.setOrganizationName("Reception")
    QCoreApplication.setApplicationName("Reception")
    qt = QApplication(sys.argv[:1])
    qt.setQuitOnLastWindowClosed(False)
    loop = QEventLoop(qt)
    asyncio.set_event_loop(loop)
    with loop:
        code: int = loop.run_until_complete(_main(qt, options, script))
        return code


async def _main(qt: QApplication, options: Options, script: Script | None) -> int:
    app = App(qt, options)
    signals = EndSignals(app.end)
    try:
        return await _played(app, script)
    finally:
        signals.close()


async def _played(app: App, script: Script | None) -> int:
    if script is None:
        await app.run()
        return 0
    running = asyncio.create_task(app.run())
    playing = asyncio.create_task(script(app))
    await asyncio.wait((running, playing), return_when=asyncio.FIRST_COMPLETED)
    if not playing.done():
        playing.cancel()
    app.end()
    results = await asyncio.gather(running, playing, return_exceptions=True)
    faults = [r for r in results if isinstance(r, BaseException)]
    for fault in faults:
        sys.stderr.write(f"reception: {fault or type(fault).__name__}\n")
    return 1 if faults else 0
