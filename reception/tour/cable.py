"""A network cable that can be pulled out: a CONNECT proxy on loopback, on a thread of its own.

The client reaches the practice through it as it would through a practice's own web proxy
(`HTTPS_PROXY`), so nothing in the client knows that a tour is under way.
"""

import asyncio
import contextlib
import threading

_CHUNK = 65_536


class Cable:
    """Pulled out, nothing comes through and nobody is told; put back, what was open is dead."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="cable", daemon=True)
        self._up = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._started = threading.Event()
        self.address = ""

    def start(self) -> str:
        """Lay it; the address to give as `HTTPS_PROXY`."""
        self._thread.start()
        self._started.wait(5)
        return self.address

    def pull(self) -> None:
        """Pull it out."""
        self._loop.call_soon_threadsafe(self._up.clear)

    def put_back(self) -> None:
        """Put it back; what was open when it was pulled is reset."""
        self._loop.call_soon_threadsafe(self._on_put_back)

    def stop(self) -> None:
        """Take it away."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(2)

    def _on_put_back(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()
        self._up.set()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._started.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._wind_up())
        self._loop.close()

    async def _listen(self) -> None:
        self._up.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"

    async def _wind_up(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        far: asyncio.StreamWriter | None = None
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).split(b" ")
            await self._up.wait()
            if head[0] != b"CONNECT":
                return
            host, _, port = head[1].decode().rpartition(":")
            if host not in ("localhost", "127.0.0.1"):
                return
            far_reader, far = await asyncio.open_connection(host, int(port))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(self._carry(reader, far), self._carry(far_reader, writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(writer)
            for end in filter(None, (writer, far)):
                end.close()
                with contextlib.suppress(OSError):
                    await end.wait_closed()

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while chunk := await source.read(_CHUNK):
            await self._up.wait()
            target.write(chunk)
            await target.drain()
        target.close()
