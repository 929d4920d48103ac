"""The socket: bound by a token, then told of every commit.

Source: docs/contract.md 10.1.
"""

import asyncio
import contextlib
from typing import Final

import msgspec
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from practice.live.hub import REFUSED, Hub
from practice.live.line import NORMAL, POLICY, End, Line

BIND_WITHIN_S: Final = 10.0
_LONGEST_TEXT: Final = 4_096
_WORD: Final = "bind-with-token"
_UNBOUND: Final = End("error", POLICY, "Bind with a token first.")
_CLOSED: Final = End("off", NORMAL, "")


def routes(hub: Hub) -> list[BaseRoute]:
    """The route of the sockets."""
    door = _Door(hub)
    return [WebSocketRoute("/{ods}/live", door.listen)]


def token_in(text: str) -> str | None:
    """The token of a bind message, in either of its two forms; None for anything else."""
    word, _, token = text.strip().partition(" ")
    if word == _WORD:
        return token.strip() or None
    try:
        message = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(message, dict) or message.get("type") != _WORD:
        return None
    payload = message.get("payload")
    held = payload.get("token") if isinstance(payload, dict) else None
    return held if isinstance(held, str) and held else None


def is_ping(text: str) -> bool:
    """Whether a client of the other dialect asks for a sign of life."""
    return text.replace(" ", "") == '{"type":"ping"}'


class _Door:
    """Lets sockets in."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def listen(self, websocket: WebSocket) -> None:
        """Serve one socket from its opening to its end."""
        ods = websocket.path_params["ods"]
        if not self._hub.store.knows(ods):
            await websocket.close(POLICY)
            return
        await websocket.accept()
        host = websocket.headers.get("host", "localhost")
        line = Line(websocket.send_text, f"https://{host}/{ods}/fhir", self._hub.clock)
        self._hub.open(ods, line)
        both = (
            asyncio.create_task(self._hear(websocket, ods, line)),
            asyncio.create_task(self._speak(ods, line)),
        )
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            await _part(websocket, both)
        finally:
            self._hub.close(ods, line)

    async def _hear(self, websocket: WebSocket, ods: str, line: Line) -> End:
        """Read until the other side goes: without that, closing takes for ever."""
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return _CLOSED
            text = message.get("text") or ""
            if len(text) > _LONGEST_TEXT:
                return _UNBOUND
            if is_ping(text):
                await websocket.send_text('{"type":"pong"}')
                continue
            token = token_in(text)
            if token is None:
                continue
            if not await self._hub.bind(ods, line, token):
                line.end(REFUSED)

    async def _speak(self, ods: str, line: Line) -> End:
        try:
            async with asyncio.timeout(BIND_WITHIN_S):
                await line.ready.wait()
        except TimeoutError:
            return _UNBOUND
        if line.last_word is not None:
            return line.last_word
        # The line hears of commits already, so none falls between this number and the first.
        return await line.run(await self._hub.number(ods))


async def _part(websocket: WebSocket, both: tuple[asyncio.Task[End], ...]) -> None:
    """End what still runs and close the socket, for the reason that came first."""
    last = _CLOSED
    for task in both:
        if task.done():
            with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
                last = task.result()
        task.cancel()
    await asyncio.gather(*both, return_exceptions=True)
    if last is not _CLOSED:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
            await websocket.close(last.code, last.text)
