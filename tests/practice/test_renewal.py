"""A certificate that is renewed while the service runs: no restart, nobody is cut off."""

import asyncio
import logging
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from practice.server import Front, keep_certified, listen
from practice.tls import SERVER_DAYS, TlsFiles, ends_words, own_authority, serial_of
from tests.practice.test_cli import RUN_S

BRIEF_S = 2.0


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


class Running:
    """A front on a thread of its own; looks for a certificate all the time."""

    def __init__(self, tls: TlsFiles, renewed: list[TlsFiles]) -> None:
        self._tls, self._renewed = tls, renewed
        self._listener = listen("localhost", 0)
        self.port = int(self._listener.getsockname()[1])
        self._up, self._down = Event(), Event()
        self.asked, self.answered = Event(), Event()
        self._thread = Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.all_ended = False

    def __enter__(self) -> "Running":
        self._thread.start()
        assert self._up.wait(RUN_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._down.set()
        self._thread.join(RUN_S)
        assert not self._thread.is_alive()

    async def _run(self) -> None:
        routes = [Route("/", hello), Route("/slow", self._slow)]
        front = Front(Starlette(routes=routes), self._listener)
        await front.begin(self._tls)
        looking = asyncio.create_task(
            keep_certified(front, self._tls, lambda: self._renewed[-1], look_s=0.01)
        )
        self._up.set()
        await asyncio.to_thread(self._down.wait)
        assert not front.failed.done()
        looking.cancel()
        self.all_ended = await front.end()

    async def _slow(self, _: Request) -> PlainTextResponse:
        """An answer that the test lets out."""
        self.asked.set()
        await asyncio.to_thread(self.answered.wait, RUN_S)
        return PlainTextResponse("at last")

    def serial_by_now(self, ca: Path) -> int:
        """The same, or 0 for one who came at the very moment of the change, and comes again."""
        try:
            return self.serial(ca, BRIEF_S)
        except OSError:
            return 0

    def serial(self, ca: Path, patience_s: float = RUN_S) -> int:
        """What a client that comes now is shown."""
        context = ssl.create_default_context(cafile=str(ca))
        with (
            socket.create_connection(("localhost", self.port), timeout=patience_s) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as wrapped,
        ):
            shown = wrapped.getpeercert()
            assert shown is not None
            return int(str(shown["serialNumber"]), 16)


@pytest.fixture
def nearly_over(tmp_path: Path) -> TlsFiles:
    """Made so long ago that it has ten days left."""
    then = datetime.now(UTC) - timedelta(days=SERVER_DAYS - 10)
    return own_authority(tmp_path, now=then)


def test_a_new_certificate_is_shown_without_a_restart_and_nobody_is_cut_off(
    tmp_path: Path, nearly_over: TlsFiles
) -> None:
    first = serial_of(nearly_over.certificate)
    renewed = [nearly_over]
    with Running(nearly_over, renewed) as running, ThreadPoolExecutor(1) as others:
        context = ssl.create_default_context(cafile=str(nearly_over.ca))
        url = f"https://localhost:{running.port}/slow"
        # Somebody has asked, and waits for the answer all the while.
        waiting = others.submit(httpx2.get, url, verify=context, timeout=RUN_S)
        assert running.asked.wait(RUN_S)
        assert running.serial(nearly_over.ca) == first
        fresh = own_authority(tmp_path)
        assert fresh.ca == nearly_over.ca
        second = serial_of(fresh.certificate)
        assert second != first
        renewed.append(fresh)
        deadline = datetime.now(UTC) + timedelta(seconds=RUN_S)
        while running.serial_by_now(fresh.ca) != second:
            assert datetime.now(UTC) < deadline, "the old certificate is still shown"
        assert not waiting.done()
        running.answered.set()
        assert waiting.result(RUN_S).text == "at last"
    assert running.all_ended


def test_one_that_nobody_renews_is_warned_of_once_a_day(
    nearly_over: TlsFiles, caplog: pytest.LogCaptureFixture
) -> None:
    assert "Desks cannot connect once it has ended." in ends_words(nearly_over.certificate)
    with caplog.at_level(logging.WARNING, "practice.server"), Running(nearly_over, [nearly_over]):
        deadline = datetime.now(UTC) + timedelta(seconds=RUN_S)
        while not caplog.messages:
            assert datetime.now(UTC) < deadline, "nobody was warned"
    assert len(set(caplog.messages)) == 1
    assert len(caplog.messages) <= 2, "once a day, and midnight may pass"


def test_a_fresh_one_is_nothing_to_speak_of(tmp_path: Path) -> None:
    assert ends_words(own_authority(tmp_path).certificate) == ""
