"""Where the browser comes back to: a listener on this machine that serves one answer.

Source: docs/contract.md 12.1; RFC 8252 7.3.
"""

import asyncio
import contextlib
import hmac
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

REQUEST_S = 5.0
REQUEST_BYTES = 16 * 1024
PATH = "/callback"

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Reception</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:1.25rem/1.5 Inter,"Segoe UI",sans-serif;max-width:34rem;margin:18vh auto;
padding:0 1.5rem;color:#212b32}}h1{{color:#005eb8;font-size:2rem}}</style></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""


class Loopback:
    """Listens on 127.0.0.1, any free port, for the one answer that carries *state*.

    Whatever else knocks (a browser asking for an icon, another program guessing) is turned away
    and does not end the waiting.
    """

    def __init__(self, state: str) -> None:
        self._state = state
        self._answer: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, limit=REQUEST_BYTES, backlog=8
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await self._server.wait_closed()

    @property
    def redirect_uri(self) -> str:
        """Where the browser is to be sent."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}{PATH}"

    async def answer(self) -> dict[str, str]:
        """The parameters that the browser brought back; their state has been checked."""
        return await self._answer

    def fail(self, error: BaseException) -> None:
        """No answer will come: the browser could not do its part."""
        if not self._answer.done():
            self._answer.set_exception(error)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_S):
                head = await reader.readuntil(b"\r\n\r\n")
                params = _params(head)
                mine = params is not None and self._is_mine(params)
                writer.write(_response(params if mine else None))
                await writer.drain()
            if mine and params is not None and not self._answer.done():
                self._answer.set_result(params)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # not our browser; it will come, or the user will cancel
        finally:
            writer.close()

    def _is_mine(self, params: dict[str, str]) -> bool:
        return hmac.compare_digest(params.get("state", "").encode(), self._state.encode())


def _params(head: bytes) -> dict[str, str] | None:
    """The parameters of a GET of our path; None for any other request.

    A parameter that stands twice makes it no answer of ours (RFC 6749 3.1).
    """
    try:
        method, target, _ = head.split(b"\r\n", 1)[0].decode("ascii").split(" ")
        parts = urlsplit(target)
        found = parse_qs(parts.query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return None
    if method != "GET" or parts.path != PATH or any(len(v) > 1 for v in found.values()):
        return None
    return {name: values[0] for name, values in found.items()}


def _response(params: dict[str, str] | None) -> bytes:
    if params is None:
        status, title, text = "404 Not Found", "Nothing here", "This is not the page you want."
    elif "code" in params:
        status, title = "200 OK", "You are signed in"
        text = "You can go back to Reception. This page can be closed."
    else:
        status, title = "200 OK", "You are not signed in"
        text = "You can go back to Reception and try again. This page can be closed."
    body = _PAGE.format(title=title, text=text).encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\n"
        "Referrer-Policy: no-referrer\r\n"
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
        "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
