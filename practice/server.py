"""The listening socket and the life of the process around it."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.server.embed import Server
from starlette.types import ASGIApp

from practice.tls import TlsFiles, ends_words, serial_of
from practice.trouble import Trouble

log = logging.getLogger("practice.server")

BACKLOG: Final = 1024
GRACE_S: Final = 1.0
"""How long a stop waits for answers that are under way."""
LOOK_S: Final = 3600.0
"""How often the certificate is looked at."""


class Service(Protocol):
    """What is served, and what it needs before and after."""

    @property
    def app(self) -> ASGIApp:
        """The application, answering from the end of `start` on."""
        ...

    async def start(self) -> None:
        """Make everything ready to answer."""
        ...

    async def take_leave(self) -> None:
        """Tell those who hold a connection open that the service is going."""
        ...

    async def close(self) -> None:
        """Write down what is queued and let go of everything."""
        ...


def listen(host: str, port: int) -> socket.socket:
    """A socket that is already listening, so that a taken port is known at once.

    Args:
        host: name or address to listen on.
        port: 0 for any free port.

    Raises:
        Trouble: the port is taken, or the address is not this machine's.
    """
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        family = address[0]
        return socket.create_server(
            (str(address[4][0]), port),
            family=family,
            backlog=BACKLOG,
            dualstack_ipv6=family is socket.AF_INET6 and host == "::",
        )
    except PermissionError as fault:
        raise Trouble(f"Port {port} needs more rights than this user has.") from fault
    except (OSError, OverflowError) as fault:
        raise Trouble(
            f"The service cannot listen on {host}, port {port}: "
            f"{getattr(fault, 'strerror', None) or fault}."
        ) from fault


class _Server(Server):
    """Granian on a socket that is already open.

    By itself it opens one with SO_REUSEPORT on Linux, so two services would share a port unseen,
    and port 0 could not be known. The socket is handed on as granian does on other systems.
    """

    def __init__(self, app: ASGIApp, listener: socket.socket, tls: TlsFiles) -> None:
        host, port = listener.getsockname()[:2]
        self._listener = listener
        super().__init__(
            app,
            address=host,
            port=port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            backlog=BACKLOG,
            log_enabled=False,
            ssl_cert=tls.certificate,
            ssl_key=tls.key,
            ssl_protocol_min=SSLProtocols.tls12,
        )

    def _init_shared_socket(self) -> None:
        # Granian describes neither its own attributes nor this constructor to type checkers.
        holder: Any = SocketHolder
        self._ssp: Any = None
        self._shd: Any = holder(self._listener.detach(), False, BACKLOG)

    def end(self) -> None:
        """Take no more connections; those that are idle are closed."""
        super().stop()  # type: ignore[no-untyped-call]


class Front:
    """What answers on one listening socket; its certificate can be changed while it does.

    A server reads its certificate once. So another one begins on the same socket, and the one
    before takes no more connections. What is being asked is answered; who comes at that very moment
    may have to come again, as clients do by themselves.

    Args:
        app: what is served.
        listener: from `listen`; closed by `end`.
    """

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        self._app, self._listener = app, listener
        self._current: tuple[_Server, asyncio.Task[None]] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the server ended without being told to."""

    async def begin(self, tls: TlsFiles) -> None:
        """Answer with *tls* from now on."""
        server = _Server(self._app, self._listener.dup(), tls)
        serving = asyncio.create_task(server.serve())
        before, self._current = self._current, (server, serving)
        serving.add_done_callback(self._on_done)
        await asyncio.sleep(0)  # one turn: the listening socket is handed over
        if before is not None:
            self._leave(*before)

    async def end(self) -> bool:
        """Take no more connections; whether every one has ended a moment later."""
        self._listener.close()
        current, self._current = self._current, None
        if current is not None:
            self._leave(*current)
        if not self._leaving:
            return True
        _, left = await asyncio.wait(self._leaving, timeout=GRACE_S)
        return not left

    def _leave(self, server: _Server, serving: asyncio.Task[None]) -> None:
        self._leaving.add(serving)
        serving.add_done_callback(self._leaving.discard)
        server.end()

    def _on_done(self, serving: asyncio.Task[None]) -> None:
        current = self._current
        if current is not None and current[1] is serving and not self.failed.done():
            self.failed.set_result(None)


async def keep_certified(
    front: Front, tls: TlsFiles, renew: Callable[[], TlsFiles], look_s: float = LOOK_S
) -> None:
    """Serve with a fresh certificate as soon as there is one; warn while none comes.

    Args:
        front: what answers.
        tls: what it answers with.
        renew: makes or finds the certificate as at a start. It blocks.
        look_s: how often to look.
    """
    used, warned_on = serial_of(tls.certificate), None
    while True:
        await asyncio.sleep(look_s)
        try:
            tls = await asyncio.to_thread(renew)
            fresh = serial_of(tls.certificate)
            if fresh != used:
                await front.begin(tls)
                used = fresh
                log.info("the certificate was renewed while running")
            warning, today = ends_words(tls.certificate), datetime.now(UTC).date()
        except (Trouble, OSError) as fault:
            warning, today = f"the certificate cannot be renewed: {fault}", datetime.now(UTC).date()
        if warning and warned_on != today:
            warned_on = today
            log.warning("%s", warning)


async def serve(
    service: Service,
    listener: socket.socket,
    tls: TlsFiles,
    on_ready: Callable[[], None],
    beside: Callable[[], Coroutine[Any, Any, None]] | None = None,
    renew: Callable[[], TlsFiles] | None = None,
) -> bool:
    """Serve until SIGTERM or SIGINT, then stop cleanly.

    Args:
        service: started before the first answer, closed after the last.
        listener: from `listen`.
        tls: the certificate.
        on_ready: called once requests are answered.
        beside: work that runs while the service does, and is cancelled before it stops.
        renew: makes or finds the certificate as at a start; looked at every hour.

    Returns:
        Whether every connection has ended; if not, the process must end without waiting for them.

    Raises:
        Trouble: the server ended without being told to.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    waiting = asyncio.create_task(stopping.wait())
    try:
        await service.start()
        front = Front(service.app, listener)
        await front.begin(tls)
        on_ready()
        company = [] if beside is None else [asyncio.create_task(_guarded(beside()))]
        if renew is not None:
            company.append(asyncio.create_task(_guarded(keep_certified(front, tls, renew))))
        ends: set[asyncio.Future[Any]] = {front.failed, waiting}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if front.failed.done():
            raise Trouble("The server ended by itself.")
        for work in company:
            work.cancel()
        if company:
            await asyncio.wait(company, timeout=GRACE_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await service.take_leave()
        return await front.end()
    finally:
        waiting.cancel()
        await service.close()


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("what ran beside the service has failed; the service goes on")
