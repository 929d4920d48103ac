"""The composition root: the one place that builds everything and hands it on."""

import asyncio
import gc
import importlib
import sys
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication, QStandardPaths
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from reception.api.keychain import Keychain
from reception.api.network import NetworkThread
from reception.fault_log import SENTENCE, FaultLog
from reception.records.problem import Problem
from reception.signals import EndSignals
from reception.ui.first_window import FirstWindow
from reception.ui.window_state import WindowState
from reception.widgets.banner import Weight
from reception.widgets.look import Look
from reception.widgets.palette import system_scheme

if TYPE_CHECKING:
    from reception.api.demo_practice import Ready
    from reception.api.trust import Certificate
    from reception.signed_in import SignedIn
    from reception.ways_in import WaysIn

SWITCH_S = 0.001
"""How often the network thread gives way; Python's own 5 ms is a third of a frame."""
GC_THRESHOLDS = (50_000, 20, 100)
"""Wide, or a collection takes 10 ms of a frame; what is there after start is frozen."""


PAINT_S = 1.0


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
        self._loading: asyncio.Task[WaysIn] | None = None
        self._running: asyncio.Task[None] | None = None
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
        kept_base, _, user = self.state.practice()
        base = self._options.base.rstrip("/") or kept_base
        first = self._show_first(base)
        await self._painted(first)  # before anything large is loaded
        self._loading = asyncio.create_task(self._load_ways_in())
        if self._options.demo:
            first.try_demo.click()
        elif base and user and base == kept_base:
            await self._enter_again(first, base, user)

    async def _enter_again(self, first: FirstWindow, base: str, user: str) -> None:
        token = await self._keychain.refresh_token(base, user)
        if not token:
            return
        first.wait(f"Signing in again at {urlsplit(base).hostname} ...")
        try:
            ways = await self._ways_in()
            await self._enter(ways.by_kept_token(base, user, token))
        except Problem as problem:
            first.ask_again(problem.sentence)

    @staticmethod
    async def _painted(first: FirstWindow) -> None:
        painted = asyncio.Event()
        first.painted.connect(painted.set)
        try:
            async with asyncio.timeout(PAINT_S):
                await painted.wait()
        except TimeoutError:
            pass  # a window that is covered or minimised is never asked to paint

    def _show_first(self, base: str) -> FirstWindow:
        first = FirstWindow(
            self.look,
            check=self._check,
            sign_in=self._sign_in,
            demo=self._try_demo,
            address=base,
        )
        first.closed.connect(self._on_closed)
        self.first = first
        first.show()
        return first

    # -- ways in

    async def _load_ways_in(self) -> "WaysIn":
        """Load what the first window does without, on a thread, while it is already there."""
        module = await asyncio.to_thread(_import_ways_in)
        ways: WaysIn = module.WaysIn(
            self.network,
            self._keychain,
            self.state,
            self.look,
            self._profile,
            ca=self._options.ca,
            proxy=self._options.proxy,
        )
        return ways

    async def _ways_in(self) -> "WaysIn":
        assert self._loading is not None
        return await asyncio.shield(self._loading)

    @property
    def demo_ready(self) -> "Ready | None":
        """What the demo practice said when it was ready, if there is one."""
        loaded = self._loading is not None and self._loading.done()
        return self._loading.result().demo_ready if self._loading and loaded else None

    async def _check(self, address: str) -> "Certificate | None":
        return await (await self._ways_in()).check(address)

    async def _sign_in(self, address: str, ca_pem: str) -> None:
        ways = await self._ways_in()
        await self._enter(ways.by_browser(address, ca_pem))

    async def _try_demo(self) -> None:
        ways = await self._ways_in()
        entering = ways.to_the_demo(self._options.demo_arguments, self._show_progress)
        await self._enter(entering, remember=False)

    def _show_progress(self, line: str) -> None:
        if self.first is not None:
            self.first.show_progress(line)

    async def _enter(self, entering: "Awaitable[SignedIn]", *, remember: bool = True) -> None:
        signed_in = self.signed_in = await entering
        window = signed_in.window
        window.closed.connect(self._on_closed)
        window.sign_out_requested.connect(self._on_sign_out)
        window.show()
        first, self.first = self.first, None
        if first is not None:
            first.closed.disconnect(self._on_closed)
            first.close()
            first.deleteLater()
        if remember and not self._keychain.usable:
            window.say(self._keychain.complaint, Weight.WARN)
        self._running = asyncio.create_task(self._start(signed_in))

    async def _start(self, signed_in: "SignedIn") -> None:
        await signed_in.start()
        gc.collect()
        gc.freeze()

    # -- ways out

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
        await (await self._ways_in()).leave()
        self._show_first(base).ask_again()

    async def _wind_up(self) -> None:
        """Everything ends: windows, desk, channel, practice, demo, keychain, network."""
        self._faults.tell = lambda: None
        first, self.first = self.first, None
        if first is not None:
            await first.wound_up()
        leaving, self.signed_in = self.signed_in, None
        if leaving is not None:
            await leaving.close()
        if self._loading is not None:
            await (await self._loading).close()
        await self._keychain.settle()
        self._keychain.close()
        self.network.stop()


def _import_ways_in() -> Any:
    """The module, and this year's bank holidays, which take longer than a frame to work out."""
    module = importlib.import_module("reception.ways_in")
    from contract.core_hours import next_core_day  # noqa: PLC0415 - after the first paint

    next_core_day(datetime.now(UTC).date())
    return module


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
        sys.stderr.write(f"reception: {str(fault) or type(fault).__name__}\n")
    return 1 if faults else 0
