"""A web proxy between the client and the practice that can fail in every way a network fails."""

import asyncio
import contextlib
import threading
from enum import Enum


class Cable(Enum):
    """What the cable does."""

    WHOLE = "everything passes"
    CUT = "connections are refused, open ones are reset"
    DEAF = "requests pass, answers never come and the connection is reset"
    SILENT = "nothing passes and nobody is told"


class Network:
    """A CONNECT proxy on loopback, on a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._state = Cable.WHOLE
        self._open: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.port = 0
        self.passed = 0
        self._thread.start()
        assert self._ready.wait(10)

    @property
    def address(self) -> str:
        """What the client is given as its proxy."""
        return f"http://127.0.0.1:{self.port}"

    def turn(self, state: Cable) -> None:
        """From now on be like *state*; returns when that holds."""
        asyncio.run_coroutine_threadsafe(self._turn(state), self._loop).result(10)

    def stop(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        assert not self._thread.is_alive()

    async def _turn(self, state: Cable) -> None:
        self._state = state
        if state is Cable.CUT:
            self._reset()
            await asyncio.sleep(0)  # the sockets are closed on the next turn

    def _reset(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._reset()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        self._open.add(near_out)
        far_out: asyncio.StreamWriter | None = None
        try:
            head = (await near.readuntil(b"\r\n\r\n")).split(b" ")
            if self._state is Cable.CUT:
                return
            host, _, port = head[1].decode().rpartition(":")
            far, far_out = await asyncio.open_connection(host, int(port))
            self._open.add(far_out)
            near_out.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(
                self._carry(near, far_out, Cable.SILENT),
                self._carry(far, near_out, Cable.SILENT, Cable.DEAF),
            )
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            for writer in filter(None, (near_out, far_out)):
                self._open.discard(writer)
                writer.transport.abort()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    async def _carry(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *kept: Cable
    ) -> None:
        while chunk := await source.read(65_536):
            if self._state not in kept:
                target.write(chunk)
                await target.drain()
                self.passed += 1
            elif self._state is Cable.DEAF:
                target.transport.abort()
                return
        target.close()
