"""Connection pools that lose nothing when a request fails or is cancelled.

Two faults of httpcore2 2.16, both of which an unsteady network brings out:

* A tunnel through a web proxy whose TLS handshake fails keeps its place in the pool for good:
  after a dozen of them no request got through until the program was started again.
* A request that is cancelled while its pool closes connections drops those that were still to be
  closed: their sockets were left to the garbage collector.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import httpcore2
import httpx2
from httpcore2._async.http_proxy import AsyncTunnelHTTPConnection

from reception.api.tidy_backend import TidyBackend


class _Closable(Protocol):
    async def aclose(self) -> None: ...


async def _close_all(connections: Sequence[_Closable]) -> None:
    """Close each of *connections*, although the task is cancelled meanwhile.

    A connection lets go of its socket before it first waits, so no cancellation can prevent that.
    """
    cancelled: asyncio.CancelledError | None = None
    for connection in connections:
        try:
            await connection.aclose()
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled


class TidyTunnel(AsyncTunnelHTTPConnection):
    """A tunnel through a web proxy that is closed, and counts as closed, if it never came about."""

    async def handle_async_request(self, request: httpcore2.Request) -> httpcore2.Response:
        """As the tunnel."""
        try:
            return await super().handle_async_request(request)
        except BaseException:
            if not self._connected:
                await self._connection.aclose()
            raise


class TidyPool(httpcore2.AsyncConnectionPool):
    """Straight connections."""

    async def _close_connections(self, closing: list[httpcore2.AsyncConnectionInterface]) -> None:
        await _close_all(closing)


class TidyProxy(httpcore2.AsyncHTTPProxy):
    """Connections through a web proxy."""

    def create_connection(self, origin: httpcore2.Origin) -> httpcore2.AsyncConnectionInterface:
        """As the pool."""
        made = super().create_connection(origin)
        if type(made) is AsyncTunnelHTTPConnection:
            made.__class__ = TidyTunnel
        return made

    async def _close_connections(self, closing: list[httpcore2.AsyncConnectionInterface]) -> None:
        await _close_all(closing)


_TIDY = {httpcore2.AsyncConnectionPool: TidyPool, httpcore2.AsyncHTTPProxy: TidyProxy}


def make_tidy(client: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """*client*, with tidy connections, straight or through a web proxy.

    httpx2 offers no way to hand a pool or a backend to the transports it builds itself. The tidy
    pools add behaviour and no state, so a pool that is not in use yet can become one.
    """
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx2.AsyncHTTPTransport):
            pool = transport._pool
            pool._network_backend = TidyBackend()
            pool.__class__ = _TIDY.get(type(pool), type(pool))
    return client
