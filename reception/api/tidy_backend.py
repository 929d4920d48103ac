"""A network backend that leaves no socket behind when a request is cancelled.

httpcore2 2.16 closes a connection whose TLS handshake fails, but not one whose handshake is
cancelled: typing in a search field, which cancels a request at each key, left sockets to the
garbage collector.
"""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2


class TidyStream(httpcore2.AsyncNetworkStream):
    """A stream that is closed when its handshake does not come about, for whatever reason."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """As the stream."""
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """As the stream."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """As the stream."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's own
    ) -> httpcore2.AsyncNetworkStream:
        """As the stream, but closed if it is cancelled."""
        try:
            return TidyStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        """As the stream."""
        return self._stream.get_extra_info(info)


class TidyBackend(httpcore2.AnyIOBackend):
    """Opens streams that are tidy."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's own
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """As the backend."""
        return TidyStream(
            await super().connect_tcp(host, port, timeout, local_address, socket_options)
        )
