"""Runs the service of a data folder until it is told to stop."""

import asyncio
import os
import socket
import sys
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from practice.app import PracticeService
from practice.clock import PracticeClock
from practice.server import listen, serve
from practice.settings import DataFolder, Settings
from practice.tls import TlsFiles
from practice.web import log


def serve_folder(
    folder: DataFolder, settings: Settings, host: str, port: int, at: datetime | None
) -> int:
    """`practice serve`: the exit code."""
    tls, listener, origin = prepare(folder, settings, host, port)
    clock = PracticeClock(at)
    folder.keep_clock(clock)
    service = PracticeService(folder, settings, clock, origin)
    service.open()
    renew = partial(folder.tls, settings, (_public_name(host),))
    return run(service, listener, tls, {}, renew=renew)


def prepare(
    folder: DataFolder, settings: Settings, host: str, port: int
) -> tuple[TlsFiles, socket.socket, str]:
    """The certificate, the listening socket and the origin, before anything slow begins.

    Raises:
        Trouble: the port is taken, or the certificate cannot be used.
    """
    name = _public_name(host)
    tls = folder.tls(settings, (name,))
    listener = listen(host, port)
    inside = f"[{name}]" if ":" in name else name
    return tls, listener, f"https://{inside}:{listener.getsockname()[1]}"


def run(
    service: PracticeService,
    listener: socket.socket,
    tls: TlsFiles,
    more: Mapping[str, Any],
    beside: Callable[[], Coroutine[Any, Any, None]] | None = None,
    renew: Callable[[], TlsFiles] | None = None,
) -> int:
    """Serve until told to stop; prints the ready line on standard output.

    Args:
        service: opened.
        listener: from `prepare`.
        tls: from `prepare`.
        more: what the ready line says beside the rest.
        beside: work that runs while the service does, and is cancelled before it stops.
        renew: makes or finds the certificate as at a start.

    Returns:
        The process's exit code.
    """
    log.set_up()
    line = {
        "ready": True,
        "base": service.base_of(service.ods),
        "ca": str(tls.ca),
        "fingerprint": tls.fingerprint,
        **more,
    }

    def ready() -> None:
        print(msgspec.json.encode(line).decode(), flush=True)  # noqa: T201 - the ready line

    with asyncio.Runner() as runner:
        ended = runner.run(serve(service, listener, tls, ready, beside, renew))
        if not ended:
            # Somebody holds a connection open. All is written, so do not wait for them.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)
    return 0


def _public_name(host: str) -> str:
    """The name under which others reach what listens on *host*."""
    if host in {"127.0.0.1", "::1", "localhost"}:
        return "localhost"
    return socket.gethostname() if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared
