"""Connections on an unsteady network: none is lost, and none is left open."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import httpx2
import pytest

from reception.api.exchange import http_client
from reception.api.trust import Trust
from tests.reception.api.cable import Cable, Network
from tests.reception.api.signed import trust_in
from tests.running import RunningPractice

Run = Callable[[Coroutine[Any, Any, Any]], Any]
PLACES = 12
"""As many connections as a client may have."""


@pytest.fixture
def cable() -> Iterator[Network]:
    network = Network()
    yield network
    network.stop()


class Farewell:
    """A server that answers each connection's first request, and hangs up when it is told to."""

    def __init__(self) -> None:
        self.open = 0
        self._hung_up = 0
        self._leaving = asyncio.Event()
        self._changed = asyncio.Condition()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one connection from its first request until the client has closed it."""
        await self._count(open_=1)
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await self._leaving.wait()
            writer.write_eof()
            await self._count(hung_up=1)
            await reader.read()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has closed it without a word
        finally:
            writer.close()
            await self._count(open_=-1)

    async def hang_up(self, connections: int) -> None:
        """Say on each connection that no more will come; all *connections* have heard it."""
        self._leaving.set()
        async with self._changed:
            await self._changed.wait_for(lambda: self._hung_up == connections)

    async def deserted(self) -> None:
        """Wait until the client has closed every connection."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.open == 0)

    async def _count(self, open_: int = 0, hung_up: int = 0) -> None:
        async with self._changed:
            self.open += open_
            self._hung_up += hung_up
            self._changed.notify_all()


@pytest.mark.parametrize("turns", range(1, 5))
def test_cancelled_while_it_closes_connections_it_closes_all_of_them(run: Run, turns: int) -> None:
    """A poll is given up while the pool lets go of what the network has ended."""

    async def given_up() -> None:
        farewell = Farewell()
        server = await asyncio.start_server(farewell.serve, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        http = http_client(base, Trust())
        await asyncio.gather(*(http.get(base) for _ in range(4)))
        await farewell.hang_up(farewell.open)
        asking = asyncio.create_task(http.get(base))
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        await http.aclose()
        async with asyncio.timeout(20):
            await farewell.deserted()
        server.close()

    run(given_up())


def test_handshakes_that_fail_behind_a_proxy_use_up_no_connection(
    run: Run, cable: Network, practice: RunningPractice
) -> None:
    """The proxy is there but nothing behind it; when it is back the practice is reached."""

    async def through_it(http: httpx2.AsyncClient) -> int:
        await asyncio.to_thread(cable.turn, Cable.DEAF)
        for _ in range(PLACES + 1):
            with pytest.raises(httpx2.TransportError):
                await http.get(f"{practice.base}/metadata")
        await asyncio.to_thread(cable.turn, Cable.WHOLE)
        status = (await http.get(f"{practice.base}/metadata")).status_code
        await http.aclose()
        return status

    http = http_client(practice.base, trust_in(practice), cable.address)
    assert run(through_it(http)) == 200
